"""What a ground truth says of itself, and parts of it."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.evaluation.truth import GroundTruth

ANSWER = frozenset({"x.jpg"})


def truth_of(classes: str, root: str = "photos") -> GroundTruth:
    """'aab' -> three queries, 0.jpg and 1.jpg of class a, 2.jpg of class b."""
    names = {f"{place}.jpg": class_ for place, class_ in enumerate(classes)}
    return GroundTruth(
        Path(root), dict.fromkeys(names, ANSWER), query_classes=names, name="made"
    )


def test_it_shows_its_name_size_and_root():
    assert repr(truth_of("ab")) == "GroundTruth(made: 2 queries in photos)"
    assert len(truth_of("ab")) == 2


def test_it_is_equal_to_one_that_holds_the_same():
    assert truth_of("aab") == truth_of("aab")
    assert truth_of("aab", "photos") == truth_of("aab", "other/../photos")
    assert truth_of("aab") != truth_of("aba")
    assert truth_of("aab", "photos") != truth_of("aab", "pictures")
    assert truth_of("aab") != "aab"


def test_nothing_ignored_is_the_same_as_not_said():
    same = GroundTruth(Path("."), {"q": ANSWER}, ignored={"q": frozenset()})
    assert same == GroundTruth(Path("."), {"q": ANSWER})


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"regions": {"r": (0, 0, 1, 1)}}, "regions has the query 'r', which relevant"),
        ({"ignored": {"q": ANSWER}}, "'x.jpg' is both relevant to 'q' and ignored"),
        ({"grades": {"q": {"y.jpg": 1.0}}}, "'y.jpg' for the query 'q', to which"),
        ({"grades": {"q": {"x.jpg": 0.0}}}, "must be above 0, got 0.0"),
        ({"regions": {"q": (0, 0, 5, 0)}}, "a width and a height above 0, got 5 x 0"),
        ({"regions": {"q": (0, 0, 5)}}, "must be x, y, width, height"),
        ({"regions": {"q": (0, float("nan"), 5, 5)}}, "must be x, y, width, height"),
    ],
)
def test_what_contradicts_itself_is_refused(said, message):
    with pytest.raises(ValueError, match=message):
        GroundTruth(Path("."), {"q": ANSWER}, **said)


def test_files_of_queries_are_below_the_root():
    truth = GroundTruth(
        Path("photos"), {"q": ANSWER, "r.jpg": ANSWER}, files={"q": "deep/1.jpg"}
    )
    assert truth.file_of("q") == Path("photos/deep/1.jpg")
    assert truth.file_of("r.jpg") == Path("photos/r.jpg")


def test_only_some_queries_keep_what_is_said_of_them():
    truth = GroundTruth(
        Path("."),
        {"q": ANSWER, "r": ANSWER},
        files={"q": "q.jpg", "r": "r.jpg"},
        ignored={"q": frozenset({"y.jpg"})},
        grades={"r": {"x.jpg": 2.0}},
        regions={"r": (0, 0, 5, 5)},
        classes={"x.jpg": "a"},
        query_classes={"q": "a", "r": "a"},
        distractors=frozenset({"z.jpg"}),
        counts_itself=True,
    )
    assert truth.only(["r", "r"]) == GroundTruth(
        Path("."),
        {"r": ANSWER},
        files={"r": "r.jpg"},
        grades={"r": {"x.jpg": 2.0}},
        regions={"r": (0, 0, 5, 5)},
        classes={"x.jpg": "a"},
        query_classes={"r": "a"},
        distractors=frozenset({"z.jpg"}),
        counts_itself=True,
    )


def test_only_unknown_queries_are_refused_by_name():
    with pytest.raises(ValueError, match="1 of 2 queries are not .* first: 'gone.jpg'"):
        truth_of("ab").only(["0.jpg", "gone.jpg"])


@pytest.mark.parametrize(
    ("classes", "n", "expected"),
    [
        ("a" * 60 + "b" * 30 + "c" * 10, 10, {"a": 6, "b": 3, "c": 1}),
        ("a" * 98 + "b" + "c", 10, {"a": 8, "b": 1, "c": 1}),  # each class kept
        ("a" * 5 + "b" * 5, 3, None),  # 1.5 each: one has two, by chance
        ("aabbcc", 2, None),  # fewer than classes
    ],
)
def test_a_sample_has_its_share_of_each_class(classes, n, expected):
    drawn = Counter(truth_of(classes).sample(n).query_classes.values())
    assert drawn.total() == n
    if expected:
        assert drawn == expected
    else:
        assert set(drawn.values()) <= {1, 2}


def test_a_sample_keeps_the_order_and_depends_on_the_seed_alone():
    truth = truth_of("ab" * 50)
    first = list(truth.sample(20, random_state=1).relevant)
    assert first == sorted(first, key=lambda name: int(name[:-4]))
    assert first == list(truth.sample(20, random_state=1).relevant)
    assert first != list(truth.sample(20, random_state=2).relevant)


def test_a_sample_of_all_or_more_is_the_whole():
    truth = truth_of("aab")
    assert truth.sample(3) is truth
    assert truth.sample(9) is truth
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        truth.sample(0)


def test_queries_without_classes_are_sampled_together():
    truth = GroundTruth(Path("."), {str(n): ANSWER for n in range(50)})
    assert len(truth.sample(7)) == 7


@given(st.text("abcd", min_size=1, max_size=40), st.data())
def test_a_sample_keeps_every_class_while_it_can(classes, data):
    n = data.draw(st.integers(1, len(classes)))
    truth = truth_of(classes)
    drawn = Counter(truth.sample(n, random_state=0).query_classes.values())
    sizes = Counter(classes)
    assert drawn.total() == n
    assert all(drawn[class_] <= size for class_, size in sizes.items())
    if n >= len(sizes):
        assert set(drawn) == set(sizes)
