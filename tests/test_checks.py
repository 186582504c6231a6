"""Wrong arguments, in one voice."""

import numpy as np
import pytest

from cvret._checks import (
    check_choice,
    check_count,
    check_flag,
    check_image,
    check_number,
    check_region,
    check_sequence,
)


@pytest.mark.parametrize("good", [1, np.int64(3)])
def test_whole_numbers_are_counts(good):
    assert check_count("k", good) == good


@pytest.mark.parametrize("bad", [True, 1.0, "3", None])
def test_other_things_are_no_counts(bad):
    with pytest.raises(TypeError, match="k must be a whole number, got"):
        check_count("k", bad)


def test_a_count_below_the_least_is_refused():
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        check_count("k", 0)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_a_number_must_lie_in_its_range(bad):
    with pytest.raises(ValueError, match=r"weight must lie in \[0, 1\], got"):
        check_number("weight", bad, least=0, most=1)


def test_a_count_above_the_most_is_refused():
    assert check_count("points", 16, most=16) == 16
    with pytest.raises(ValueError, match="points must be at most 16, got 17"):
        check_count("points", 17, most=16)


@pytest.mark.parametrize("good", [(1, 2), [1, 2], np.array([1, 2])])
def test_a_sequence_gives_its_elements(good):
    assert check_sequence("radii", good) == (1, 2)


@pytest.mark.parametrize("bad", [None, 3, "12", {1, 2}])
def test_other_things_are_no_sequences(bad):
    with pytest.raises(TypeError, match="radii must be a tuple, got"):
        check_sequence("radii", bad)


def test_an_empty_sequence_is_refused():
    with pytest.raises(ValueError, match="radii must have at least one element"):
        check_sequence("radii", [])


def test_a_flag_is_true_or_false_and_nothing_else():
    assert check_flag("scaled", True) is True
    assert check_flag("scaled", np.bool_(False)) is False
    with pytest.raises(TypeError, match="scaled must be True or False, got 'no'"):
        check_flag("scaled", "no")


@pytest.mark.parametrize("bad", [np.array([1, 2]), [], None])
def test_what_is_no_name_is_no_choice(bad):
    with pytest.raises(ValueError, match="model must be one of a, b, got"):
        check_choice("model", bad, ("a", "b"))


def test_a_choice_names_the_choices():
    with pytest.raises(ValueError, match="model must be one of a, b, got 'c'"):
        check_choice("model", "c", ("a", "b"))


def test_a_list_is_no_image():
    with pytest.raises(TypeError, match=r"got list; read files with cvret\.read_image"):
        check_image([[0]])


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ((1, 2, 3), "region must be four numbers"),
        ("abcd", "region must be four numbers"),
        ((0, 0, 0, 5), "must have a width and a height, got 0 x 5"),
        ((0, 0, float("nan"), 5), "must have a width and a height"),
        ((90, 0, 20, 10), "does not lie inside the picture of 100 x 50 pixels"),
        ((-1, 0, 20, 10), "does not lie inside"),
    ],
)
def test_a_region_must_lie_inside(region, message):
    with pytest.raises(ValueError, match=message):
        check_region(region, 100, 50)
