"""Duplicates in a folder: what is read, what is grouped, what is reported."""

import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

import cvret
from cvret import find_duplicates


@pytest.fixture
def folder(photos, coffee, tmp_path):
    """The shared photographs, with exact and near copies of one, and a broken file."""
    folder = shutil.copytree(photos, tmp_path / "photos")
    shutil.copy(folder / "photos" / "rocket.jpg", folder / "rocket-again.jpg")
    picture = Image.fromarray(coffee)
    picture.resize((150, 100)).save(folder / "copies" / "small.jpg", quality=40)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 and no more")
    (folder / "notes.txt").write_text("no picture")
    return folder


def ids(report):
    return [group.ids for group in report]


ROCKETS = ("photos/rocket.jpg", "rocket-again.jpg")
COFFEES = ("copies/small.jpg", "photos/coffee.png")


def test_each_mode_finds_more(folder):
    exact = find_duplicates(folder, "exact")
    assert ids(exact) == [ROCKETS]
    near = find_duplicates(folder)
    assert (near.mode, ids(near)) == ("near", [COFFEES, ROCKETS])
    transformed = find_duplicates(folder, "transformed", n_jobs=1)
    assert ids(transformed) == [("copies/coffee-turned.png", *COFFEES), ROCKETS]
    assert transformed[1].pairs[0].because == "bytes"


def test_what_cannot_be_read_is_reported_and_nothing_is_deleted(folder):
    before = sorted(folder.rglob("*"))
    found = find_duplicates(folder)
    assert [id_ for id_, _ in found.unreadable] == ["broken.jpg"]
    assert "broken.jpg is not a picture" in found.unreadable[0][1]
    assert found.n_images == 7
    assert sorted(folder.rglob("*")) == before


def test_equal_files_need_not_be_pictures(tmp_path):
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_bytes(b"whatever it is")
    (tmp_path / "three.jpg").write_bytes(b"whatever it IS")
    (group,) = find_duplicates(tmp_path, "exact")
    assert group.ids == ("one.jpg", "two.jpg")
    assert (group.kept, group.reason) == ("one.jpg", "the first by name of equal files")
    assert group.sizes == ((0, 0), (0, 0))


def test_equal_files_tell_their_size(folder):
    (group,) = find_duplicates(folder, "exact")
    height, width = cvret.read_image(folder / "rocket-again.jpg").shape[:2]
    assert group.sizes == ((width, height),) * 2


def test_one_picture_is_asked_for_by_name_or_file(folder):
    for of in ("rocket-again.jpg", folder / "rocket-again.jpg"):
        for mode in ("exact", "near"):
            assert ids(find_duplicates(folder, mode, of=of)) == [ROCKETS]
    assert ids(find_duplicates(folder, of="photos/chelsea.png")) == []
    assert ids(find_duplicates(folder, "exact", of="photos/chelsea.png")) == []
    with pytest.raises(KeyError, match="is none of the pictures in"):
        find_duplicates(folder, of="notes.txt")
    with pytest.raises(cvret.ImageError, match="is not a picture"):
        find_duplicates(folder, of="broken.jpg")


def test_a_hash_and_a_radius_of_ones_own(folder):
    hash_ = cvret.DifferenceHash(16)
    assert ids(find_duplicates(folder, descriptor=hash_, radius=0)) == [ROCKETS]
    assert COFFEES in ids(find_duplicates(folder, descriptor=hash_, radius=32))


def test_many_copies_are_one_group_with_the_sharpest_kept(coffee, tmp_path):
    for number, sigma in enumerate((3, 1, 2)):
        blurred = cv2.GaussianBlur(coffee, (0, 0), sigma)
        Image.fromarray(blurred).save(tmp_path / f"{number}.png")
    (group,) = find_duplicates(tmp_path)
    assert group.ids == ("0.png", "1.png", "2.png")
    height, width = coffee.shape[:2]
    assert group.kept == "1.png"
    assert group.reason == f"the sharpest of the 3 largest, {width} x {height}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "similar"}, "mode must be"),
        ({"mode": "exact", "radius": 3}, "belong to mode='near'"),
        ({"descriptor": cvret.HSVHistogram()}, "needs a field with a hash"),
        ({"radius": -1}, "radius must be at least 0"),
        ({"n_jobs": 0}, "n_jobs"),
    ],
)
def test_wrong_arguments_are_told(folder, arguments, words):
    with pytest.raises(ValueError, match=words):
        find_duplicates(folder, **arguments)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no pictures"):
        find_duplicates(tmp_path)


def test_the_answer_does_not_depend_on_threads(folder):
    for mode in ("near", "transformed"):
        one = find_duplicates(folder, mode, n_jobs=1)
        assert one == find_duplicates(folder, mode, n_jobs=3)


def test_a_picture_of_another_format_is_not_the_same_bytes(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    for name in ("a.png", "b.bmp"):
        Image.fromarray(pixels).save(tmp_path / name)
    assert ids(find_duplicates(tmp_path, "exact")) == []
    assert ids(find_duplicates(tmp_path)) == [("a.png", "b.bmp")]
