"""Verifying: whatever byte is flipped or missing is found, and its file named."""

import shutil

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.collection.checking import check_files


@pytest.fixture
def index(tmp_path, quick_parts, noise):
    """An index with all kinds of files: segments, removals, a vocabulary, roots."""
    quick_parts["words"] = cvret.BagOfWords(cvret.ORB(max_keypoints=30), n_words=20)
    quick_parts["own"] = cvret.BagOfWords(
        cvret.Patches(cvret.HSVHistogram(bins=(4, 2, 2)), size=8, step=4), n_words=5
    )
    folder = tmp_path / "p"
    for n in range(6):
        noise(folder / f"{n}.png", n)
    for n in range(4):
        big = np.random.default_rng(n).integers(0, 256, (40, 40, 3), np.uint8)
        pixels = np.repeat(np.repeat(big, 4, 0), 4, 1)
        Image.fromarray(pixels).save(folder / f"big{n}.png")
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    index.fit(folder)
    index.add(folder)
    index.remove("1.png")
    return index


def all_files(index):
    return [
        file
        for file in sorted(index.path.rglob("*"))
        if file.is_file() and file.name != "writer.lock"
    ]


def test_a_whole_index_is_said_to_be_whole(index):
    report = index.verify()
    assert report.ok
    assert report.problems == ()
    assert report.n_files == len(all_files(index)) - 1  # without roots.json
    assert report.n_bytes == sum(
        file.stat().st_size for file in all_files(index) if file.name != "roots.json"
    )
    assert "all as written" in str(report)


def damaged_copies(index, tmp_path, damage):
    """Damage each file of an index in turn, and give the copy and the file's name."""
    for number, file in enumerate(all_files(index)):
        copy = tmp_path / f"copy{number}.cvret"
        shutil.copytree(index.path, copy)
        target = copy / file.relative_to(index.path)
        if damage(target):
            yield copy, target
        shutil.rmtree(copy)


def report_or_error(copy):
    try:
        report = check_files(copy)
    except cvret.FormatError as error:
        return str(error)
    assert not report.ok
    return str(report)


def test_a_flipped_byte_is_found_in_every_file(index, tmp_path, photos):
    rng = np.random.default_rng(0)

    def flip(file):
        data = bytearray(file.read_bytes())
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        file.write_bytes(bytes(data))
        # A letter of a folder's name in roots.json cannot be known to be wrong.
        return file.name != "roots.json"

    expected = index.search(tmp_path / "p" / "2.png", k=20)
    found = 0
    for copy, file in damaged_copies(index, tmp_path, flip):
        assert file.name in report_or_error(copy)
        found += 1
        try:
            ranking = cvret.Index.open(copy).search(tmp_path / "p" / "2.png", k=20)
        except cvret.FormatError:
            continue
        # The byte was not touched.
        assert ranking.ids == expected.ids
        assert ranking.scores.tolist() == expected.scores.tolist()
    assert found > 30


def test_a_truncated_file_is_found(index, tmp_path):
    def cut(file):
        file.write_bytes(file.read_bytes()[:-1])
        return file.name not in ("roots.json", "manifest.json")

    for copy, file in damaged_copies(index, tmp_path, cut):
        assert file.name in report_or_error(copy)
        with pytest.raises(cvret.FormatError, match=file.name):
            cvret.Index.open(copy)


def test_a_missing_file_is_found(index, tmp_path):
    def remove(file):
        file.unlink()
        return file.name not in ("roots.json", "manifest.json")

    for copy, file in damaged_copies(index, tmp_path, remove):
        assert f"{file.name} is missing" in report_or_error(copy)


def test_several_damaged_files_are_all_named(index):
    names = ("color.vectors.npy", "image.names.npy")
    segment = index.path / "segments" / "00000001"
    for name in names:
        data = bytearray((segment / name).read_bytes())
        data[-1] ^= 1
        (segment / name).write_bytes(bytes(data))
    report = index.verify()
    assert len(report.problems) == 2
    assert all(name in str(report) for name in names)
