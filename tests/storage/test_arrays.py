"""Arrays on disk: whole or named, never pickled."""

import hashlib
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvret.errors import FormatError
from cvret.storage.arrays import BLOCK, ArrayFolder, checked
from cvret.storage.writing import Pieces, write_arrays


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "segment"
    files = write_arrays(
        path,
        {
            "words.images": np.arange(5, dtype=np.uint16),
            "words.none": np.empty((0, 5), np.uint8),
            "image.sizes": np.ones((2, 2), np.uint32),
        },
    )
    return path, files


def test_arrays_come_back_read_only(folder):
    arrays = ArrayFolder(*folder)
    assert arrays["words.images"].tolist() == [0, 1, 2, 3, 4]
    assert arrays["words.none"].shape == (0, 5)
    with pytest.raises(ValueError, match="read-only"):
        arrays["words.images"][0] = 9


def test_a_part_has_the_arrays_of_a_prefix(folder):
    part = ArrayFolder(*folder).part("words")
    assert sorted(part) == ["images", "none"]
    assert len(part) == 2
    assert part["images"][1] == 1


def test_checksums_are_those_of_the_blocks_of_the_files(folder):
    path, files = folder
    data = (path / "words.images.npy").read_bytes()
    crc = np.array([zlib.crc32(data)], "<u4").tobytes()
    assert files["words.images"] == {
        "bytes": len(data),
        "dtype": "<u2",
        "shape": [5],
        "checksum": hashlib.blake2b(crc, digest_size=16).hexdigest(),
    }
    blocks = np.load(path / "blocks.npy")
    assert blocks.tolist() == [
        zlib.crc32((path / f"{name}.npy").read_bytes())
        for name in ("image.sizes", "words.images", "words.none")
    ]


def test_numpy_reads_what_was_written(folder):
    path, _ = folder
    assert np.load(path / "words.images.npy").tolist() == [0, 1, 2, 3, 4]
    assert np.load(path / "words.none.npy").shape == (0, 5)


def test_pieces_make_the_file_that_the_whole_makes(tmp_path):
    whole = np.arange(3 * BLOCK, dtype=np.uint16).reshape(-1, 4)
    parts = [whole[:1], whole[1:1], whole[1:5000], whole[5000:]]
    pieces = Pieces(whole.dtype, whole.shape, parts)
    one = write_arrays(tmp_path / "one", {"a": whole})
    two = write_arrays(tmp_path / "two", {"a": pieces})
    assert one == two
    names = ("a.npy", "blocks.npy")
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (
            tmp_path / "two" / name
        ).read_bytes()


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[place] ^= 16
    file.write_bytes(bytes(data))


def test_only_the_blocks_that_are_touched_are_checked(tmp_path):
    values = np.arange(4 * BLOCK, dtype=np.uint8)
    files = write_arrays(tmp_path / "s", {"a": values})
    flip(tmp_path / "s" / "a.npy", 2 * BLOCK + 5)
    arrays = ArrayFolder(tmp_path / "s", files)
    good = checked(arrays, "a", [0, 5], [10, BLOCK])
    assert good[:10].tolist() == list(range(10))
    with pytest.raises(FormatError, match=r"a\.npy is damaged near byte 32,768"):
        checked(arrays, "a", [2 * BLOCK], [2 * BLOCK + 1])
    with pytest.raises(FormatError, match=r"a\.npy is damaged near byte 32,768"):
        arrays["a"]
    assert checked(arrays, "a", [3 * BLOCK], [4 * BLOCK]) is good


@given(
    seed=st.integers(0, 10**6),
    place=st.floats(0, 1, exclude_max=True),
    bounds=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=5),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_found_wherever_it_is(tmp_path, seed, place, bounds):
    folder = tmp_path / f"{seed}-{place}-{len(bounds)}"
    if folder.exists():
        return
    values = np.random.default_rng(seed).integers(0, 99, (900, 50)).astype(np.int32)
    files = write_arrays(folder, {"a": values})
    file = folder / "a.npy"
    place = int(place * file.stat().st_size)
    flip(file, place)
    arrays = ArrayFolder(folder, files)
    assert arrays.damaged() != []
    starts, ends = [low for low, _ in bounds], [high for _, high in bounds]
    try:
        found = checked(arrays, "a", starts, ends)
    except FormatError:
        return
    for low, high in bounds:
        assert np.array_equal(found[low:high], values[low:high])


def test_damaged_checksums_are_named_as_such(folder):
    path, files = folder
    flip(path / "blocks.npy", -1)
    arrays = ArrayFolder(path, files)
    assert any("blocks.npy is damaged" in problem for problem in arrays.damaged())


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "|O"},
        {"dtype": "<U9"},
        {"shape": [10**12]},
        {"shape": [-1]},
        {"shape": "five"},
        {"shape": []},
        {"bytes": 10**9},
    ],
)
def test_a_manifest_that_cannot_be_is_refused(folder, change):
    path, files = folder
    files = {**files, "words.images": {**files["words.images"], **change}}
    with pytest.raises(FormatError, match=r"words\.images\.npy"):
        ArrayFolder(path, files)


def test_a_folder_may_go_while_it_is_read(folder):
    path, files = folder
    arrays = ArrayFolder(path, files)
    for file in path.iterdir():
        file.unlink()
    assert arrays["words.images"].tolist() == [0, 1, 2, 3, 4]


def test_big_endian_arrays_are_written_little_endian(tmp_path):
    files = write_arrays(tmp_path / "s", {"a": np.array([1, 2], ">u4")})
    array = ArrayFolder(tmp_path / "s", files)["a"]
    assert array.dtype.str == "<u4"
    assert array.tolist() == [1, 2]


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_arrays(tmp_path / name, {"x": np.arange(10)})
    first, second = (tmp_path / n / "x.npy" for n in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_truncated_file_is_named(folder):
    path, files = folder
    file = path / "words.images.npy"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(FormatError, match=r"words\.images\.npy has 137 bytes and sho"):
        ArrayFolder(path, files)


def test_a_missing_file_is_named(folder):
    path, files = folder
    (path / "words.images.npy").unlink()
    with pytest.raises(FormatError, match=r"words\.images\.npy is missing"):
        ArrayFolder(path, files)


def test_a_damaged_header_is_named(folder):
    path, files = folder
    file = path / "words.images.npy"
    data = bytearray(file.read_bytes())
    data[0] ^= 255
    file.write_bytes(bytes(data))
    with pytest.raises(FormatError, match=r"words\.images\.npy is damaged"):
        ArrayFolder(path, files)["words.images"]


def test_objects_are_not_written(tmp_path):
    with pytest.raises(TypeError, match="must hold numbers, got object"):
        write_arrays(tmp_path / "s", {"a": np.array([{}], object)})
