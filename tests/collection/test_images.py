"""Ids, sizes and hashes by row, and the roots they came from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.collection.images import ImageTable, image_arrays, merge_images
from cvret.collection.roots import Roots, check_prefix
from cvret.errors import FormatError

names = st.lists(st.text(min_size=1, max_size=20), max_size=8, unique=True)


def arrays_of(ids, sizes, hashes, root):
    return image_arrays(
        ids,
        np.array(sizes, np.uint32).reshape(-1, 2),
        np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 16),
        np.full(len(ids), root, np.uint16),
    )


def table_of(*segments):
    """A table of segments, each (ids, the rows that are gone)."""
    arrays, alive = [], []
    for ids, gone in segments:
        arrays.append(arrays_of(ids, [(1, 2)] * len(ids), [bytes(16)] * len(ids), 0))
        there = np.ones(len(ids), bool)
        there[gone] = False
        alive.append(there)
    return ImageTable(arrays, alive)


def test_removed_images_are_not_found_and_rows_stay():
    table = table_of((["a", "b", "c"], [1]), (["d", "b"], []))
    assert (len(table), list(table)) == (4, ["a", "c", "d", "b"])
    assert table.rows_of(["a", "b", "c", "d", "e"]).tolist() == [0, 4, 2, 3, -1]
    assert table.id_at(2) == "c"
    assert "b" in table
    assert 7 not in table


@given(ids=names, gone=st.sets(st.integers(0, 7)), cut=st.integers(0, 8))
def test_the_first_ids_in_order(ids, gone, cut):
    gone = [row for row in gone if row < len(ids)]
    parts = (ids[:cut], [r for r in gone if r < cut])
    rest = (ids[cut:], [r - cut for r in gone if r >= cut])
    table = table_of(parts, rest)
    left = sorted(id_ for row, id_ in enumerate(ids) if row not in gone)
    rows = table.first_by_id(3, frozenset())
    assert [table.id_at(row) for row in rows] == left[:3]


def test_merged_images_are_those_that_are_kept():
    one, two = (
        arrays_of(ids, [(1, 2)] * 2, [b"x" * 16] * 2, 5) for ids in ("ab", "cd")
    )
    merged = merge_images([one, two], [np.array([1]), np.array([0, 1])])
    table = ImageTable([merged], [None])
    assert list(table) == ["b", "c", "d"]
    assert table.root_at(2) == 5
    assert table.hash_at(0) == b"x" * 16


@given(ids=names, cut=st.integers(0, 8))
def test_ids_come_back_from_any_segments(ids, cut):
    segments = [
        arrays_of(part, [(1, 2)] * len(part), [bytes(16)] * len(part), 0)
        for part in (ids[:cut], ids[cut:])
    ]
    table = ImageTable(segments, [None, None])
    assert list(table) == ids
    assert [table.id_at(row) for row in range(len(table))] == ids
    assert [table.row_of(id_) for id_ in ids] == list(range(len(ids)))


@pytest.mark.parametrize("n", [3, 300])
def test_ids_of_rows_come_in_their_order_few_or_many(n):
    ids = [f"{row:03}" for row in range(300)]
    table = table_of((ids[:200], [0]), (ids[200:], []))
    rows = np.random.default_rng(0).permutation(300)[:n]
    assert table.ids_at(rows) == [f"{row:03}" for row in rows]
    assert table.ids_at(rows[:0]) == []


def test_sizes_hashes_and_roots_come_back():
    first = arrays_of(["a"], [(640, 480)], [bytes(range(16))], 0)
    second = arrays_of(["b"], [(10, 20)], [b"x" * 16], 3)
    table = ImageTable([first, second], [None, None])
    assert table.size_at(0) == (640, 480)
    assert table.hash_at(0) == bytes(range(16))
    assert (table.size_at(1), table.root_at(1)) == ((10, 20), 3)


def test_an_unknown_id_is_named():
    with pytest.raises(KeyError, match="no image 'x' is in the index"):
        ImageTable([], []).row_of("x")


def test_a_root_keeps_its_number(tmp_path):
    roots, first = Roots(tmp_path / "i").number_of(tmp_path / "p", "")
    roots, second = roots.number_of(tmp_path / "p", "other")
    again, number = roots.number_of(tmp_path / "p", "")
    assert (first, second, number) == (0, 1, 0)
    assert again is roots


def test_roots_are_read_back_and_files_found(tmp_path):
    index = tmp_path / "i.cvret"
    index.mkdir()
    roots, number = Roots(index).number_of(tmp_path / "p", "set")
    roots.write()
    file = Roots.read(index).file_of("set/a/b.jpg", number)
    assert file == tmp_path / "p" / "a" / "b.jpg"


def test_an_index_without_roots_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not know where a.jpg came from"):
        Roots.read(tmp_path).file_of("a.jpg", 0)


def test_numbers_of_lost_roots_are_not_given_again(tmp_path):
    roots, number = Roots(tmp_path).number_of(tmp_path / "p", "", n_used=2)
    assert number == 2
    roots.write()
    with pytest.raises(FileNotFoundError, match="does not know where a.jpg came from"):
        Roots.read(tmp_path).file_of("a.jpg", 0)
    assert Roots.read(tmp_path).name(0) == "a folder that is not known"


def test_damaged_roots_are_named(tmp_path):
    (tmp_path / "roots.json").write_text("[{}]")
    with pytest.raises(FormatError, match=r"roots\.json is damaged"):
        Roots.read(tmp_path)


def test_a_prefix_loses_its_outer_slashes():
    assert check_prefix("/a//b/") == "a/b"
    assert check_prefix("") == ""
