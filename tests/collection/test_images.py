"""Ids, sizes and hashes by row, and the roots they came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.collection.images import ImageTable, Roots, check_prefix, image_arrays
from cvret.errors import FormatError

names = st.lists(st.text(min_size=1, max_size=20), max_size=8, unique=True)


@given(ids=names, cut=st.integers(0, 8))
def test_ids_come_back_from_any_segments(ids, cut):
    segments = [
        image_arrays(part, [(1, 2)] * len(part), [bytes(16)] * len(part), 0)
        for part in (ids[:cut], ids[cut:])
    ]
    table = ImageTable(segments)
    assert list(table) == ids
    assert [table.id_at(row) for row in range(len(table))] == ids
    assert [table.row_of(id_) for id_ in ids] == list(range(len(ids)))


def test_sizes_hashes_and_roots_come_back():
    first = image_arrays(["a"], [(640, 480)], [bytes(range(16))], 0)
    second = image_arrays(["b"], [(10, 20)], [b"x" * 16], 3)
    table = ImageTable([first, second])
    assert table.size_at(0) == (640, 480)
    assert table.hash_at(0) == bytes(range(16))
    assert (table.size_at(1), table.root_at(1)) == ((10, 20), 3)


def test_an_unknown_id_is_named():
    with pytest.raises(KeyError, match="no image 'x' is in the index"):
        ImageTable([]).row_of("x")


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
