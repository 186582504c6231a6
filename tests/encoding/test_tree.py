"""The search down a tree, by hand."""

import numpy as np
import pytest

from cvret.encoding.tree import Tree, check_probes, fit_together, n_levels, tree_names


def column(*values):
    return np.array(values, np.uint8)[:, None]


# 10 -> 0 -> words 0, 2;  10 -> 20 -> word 22;  90 -> 90 -> words 80, 90, 100.
TREE = Tree(
    cells=[column(10, 90), column(0, 20, 90)],
    words=column(0, 2, 22, 80, 90, 100),
    starts=[np.array([0, 2, 3]), np.array([0, 2, 3, 6])],
)


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        (1, 3),  # 90 is nearer to 52 than 10, and there 80
        ((1, 2), 3),
        ((2, 1), 2),  # of all of the second level 20 is the nearest, with 22 alone
        ((2, 3), 3),  # 80 is the nearest of all
    ],
)
def test_probes_say_how_many_cells_of_each_level_go_on(probes, expected):
    codes = np.array([[52]], np.int16)
    assert TREE.nearest(codes, 1, probes).tolist() == [[expected]]


def test_a_word_behind_a_farther_cell_is_missed_unless_it_is_probed():
    codes = np.array([[11]], np.int16)  # 20 is nearer than 0; word 2 nearer than 22
    assert TREE.nearest(codes, 1, 1).tolist() == [[2]]
    assert TREE.nearest(codes, 1, (1, 2)).tolist() == [[1]]


@pytest.mark.parametrize(
    ("n_nearest", "expected"),
    [
        (1, [2]),
        # One cell may hold one word alone, so all cells are searched.
        (2, [2, 1]),
        (4, [2, 1, 0, 3]),
        (6, [2, 1, 0, 3, 4, 5]),
    ],
)
def test_more_cells_are_probed_where_words_could_be_too_few(n_nearest, expected):
    codes = np.array([[30]], np.int16)
    assert TREE.nearest(codes, n_nearest, 1).tolist() == [expected]


def test_more_words_than_there_are_are_refused():
    with pytest.raises(ValueError, match="n_nearest must be at most the 6 words, got"):
        TREE.nearest(np.array([[30]], np.int16), 7, 1)


def test_probes_are_one_number_or_one_a_level():
    assert check_probes(3, 2) == [3, 3]
    assert check_probes([1, 4], 2) == [1, 4]
    assert check_probes(3, 0) == check_probes((), 0) == []
    with pytest.raises(TypeError, match="probes must be a whole number, got 1.5"):
        check_probes([1.5], 1)


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_the_names_of_arrays_tell_the_levels(levels):
    cells, starts = tree_names(levels)
    assert len(cells) == len(starts) == levels - 1
    assert n_levels([*cells, *starts, "words", "medians"]) == levels
    assert n_levels([*cells, "words"]) == levels  # one that lacks arrays, not another


@pytest.mark.parametrize(
    ("starts", "fits"),
    [
        ([0, 1, 3], True),
        ([0, 1, 2], False),
        ([0, 3], False),
        ([1, 2, 3], False),
        ([0, 0, 3], False),
    ],
)
def test_starts_share_out_all_of_the_level_below(starts, fits):
    found = fit_together(column(1, 2), np.array(starts), column(1, 2, 3))
    assert found is fits
