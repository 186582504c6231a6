"""Pairs into groups: spanning forests, equal rows, and what to keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.collection.grouping import (
    DuplicateGroup,
    DuplicatePair,
    DuplicateReport,
    Pairs,
    SpanningForest,
    equal_rows,
    suggest_kept,
)


def pairs_of(triples) -> Pairs:
    columns = np.array(triples, np.int64).reshape(-1, 3).T
    return Pairs(columns[0], columns[1], columns[2])


def groups_of(forest: SpanningForest):
    """Rows of each group, and its pairs as triples."""
    return [
        (
            rows.tolist(),
            list(
                zip(
                    pairs.firsts.tolist(),
                    pairs.seconds.tolist(),
                    pairs.costs.tolist(),
                    strict=True,
                )
            ),
        )
        for rows, pairs in forest.groups()
    ]


def kruskal(n, triples):
    """The textbook's form: cheapest first, unless both ends are joined already."""
    label = list(range(n))
    kept = []
    for first, second, cost in sorted(triples, key=lambda t: (t[2], t[0], t[1])):
        one, other = label[first], label[second]
        if one != other:
            kept.append((first, second, cost))
            label = [one if each == other else each for each in label]
    return label, kept


triples = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(-4, 4))
    .filter(lambda t: t[0] != t[1])
    .map(lambda t: (min(t[:2]), max(t[:2]), t[2])),
    max_size=60,
)


@given(triples, st.integers(1, 7))
def test_a_forest_is_that_of_kruskal_however_pairs_come(found, step):
    forest = SpanningForest(12)
    for start in range(0, len(found), step):
        forest.add(pairs_of(found[start : start + step]))
    groups = groups_of(forest)
    labels, kept = kruskal(12, found)
    members = [[r for r in range(12) if labels[r] == label] for label in labels]
    wanted = sorted({tuple(m) for m in members if len(m) > 1})
    assert [tuple(rows) for rows, _ in groups] == wanted
    assert sorted(t for _, pairs in groups for t in pairs) == sorted(kept)
    for rows, pairs in groups:
        assert len(pairs) == len(rows) - 1
        assert {row for pair in pairs for row in pair[:2]} == set(rows)


def test_no_pairs_make_no_groups():
    assert groups_of(SpanningForest(3)) == []
    assert groups_of(SpanningForest(0)) == []


def test_a_pair_that_comes_twice_is_taken_where_it_is_surer():
    forest = SpanningForest(2)
    forest.add(pairs_of([(0, 1, -5), (0, 1, -9), (0, 1, -2)]))
    assert groups_of(forest) == [([0, 1], [(0, 1, -9)])]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=20))
def test_equal_rows_are_paired_with_the_first_one(rows):
    found = equal_rows(np.array(rows, np.uint64).reshape(-1, 2))
    wanted = [(rows.index(r), n) for n, r in enumerate(rows) if rows.index(r) != n]
    assert list(zip(found.firsts, found.seconds, strict=True)) == wanted


@pytest.mark.parametrize(
    ("sizes", "sharp", "expected"),
    [
        ({"a": (10, 10), "b": (20, 9)}, {}, ("b", "the largest, 20 x 9")),
        (
            {"a": (10, 10), "b": (20, 5), "c": (2, 2)},
            {"a": 1.0, "b": 2.0},
            ("b", "the sharpest of the 2 largest, 20 x 5"),
        ),
        (
            {"b": (9, 9), "a": (9, 9)},
            {"a": 4.0, "b": 4.0},
            ("a", "the first by name of equal ones"),
        ),
        (
            {"a": (9, 9), "b": (9, 9)},
            {},
            ("a", "the first by name of the 2 largest"),
        ),
        (  # what cannot be read is not kept where another can
            {"a": (9, 9), "b": (9, 9)},
            {"b": 0.5},
            ("b", "the sharpest of the 2 largest, 9 x 9"),
        ),
    ],
)
def test_the_one_to_keep_is_the_largest_then_the_sharpest(sizes, sharp, expected):
    assert suggest_kept(sizes, sharp.get) == expected


def test_only_what_is_equally_large_is_measured():
    asked = []

    def measure(id_):
        asked.append(id_)
        return 1.0

    suggest_kept({"a": (9, 9), "b": (9, 9), "small": (3, 3)}, measure)
    assert asked == ["a", "b"]


def test_pairs_tell_why():
    assert str(DuplicatePair("a", "b", "bytes")) == "the same bytes"
    assert str(DuplicatePair("a", "b", "hash", distance=0)) == "equal hashes"
    assert str(DuplicatePair("a", "b", "hash", distance=1)) == "hashes differ in 1 bit"
    assert str(DuplicatePair("a", "b", "hash", distance=3)) == "hashes differ in 3 bits"
    geometry = DuplicatePair("a", "b", "geometry", inliers=40)
    assert str(geometry) == "40 matches agree with one transform"


def test_a_report_is_a_sequence_and_counts():
    pairs = (DuplicatePair("a", "b", "bytes"), DuplicatePair("a", "c", "bytes"))
    group = DuplicateGroup(("a", "b", "c"), "b", "why", pairs, ((2, 1),) * 3)
    report = DuplicateReport((group,), "exact", 9, (("d", "d is empty"),))
    assert (len(report), report[0], list(report), report[:1]) == (
        1,
        group,
        [group],
        (group,),
    )
    assert group.spare == ("a", "c")
    assert group.evidence("c") == (pairs[1],)
    assert (report.n_spare, report.complete) == (2, False)
    assert str(report).splitlines() == [
        "groups of duplicates: 1, among 9 images; 2 could go, and none was deleted",
        "1 could not be read:",
        "  d is empty",
    ]
