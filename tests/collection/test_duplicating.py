"""Duplicates of an index: each mode, one against all, and what is refused."""

import shutil

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.collection.duplicating import shows_the_same
from cvret.records import Query, Verification, VisualWords


def bars(path, columns, side=64):
    """Write a picture with some of eight columns white."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.zeros((side, side, 3), np.uint8)
    for column in columns:
        image[:, column * side // 8 : (column + 1) * side // 8] = 255
    Image.fromarray(image).save(path)
    return path


@pytest.fixture
def hashed(tmp_path):
    """Average hashes, which one can count: a column is eight bits of 64."""
    folder = tmp_path / "bars"
    bars(folder / "a.png", (0, 1, 2))
    bars(folder / "b.png", (0, 1, 2, 3))  # 8 bits from a
    bars(folder / "c.png", (0, 1, 2, 3, 4))  # 8 from b, 16 from a
    bars(folder / "d.png", (7,))  # 32 from a, 40 from b
    bars(folder / "large.png", (7,), side=128)  # the bits of d
    shutil.copy(folder / "a.png", folder / "same.png")
    for name, color in (("black", 0), ("white", 255)):
        pixels = np.full((16, 16, 3), color, np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    index = cvret.Index.create(
        tmp_path / "i.cvret", fields={"bits": cvret.AverageHash()}
    )
    index.add(folder, n_jobs=1)
    return index


def ids(report):
    return [group.ids for group in report]


def test_groups_are_connected_components_of_near_hashes(hashed):
    found = hashed.duplicates(radius=8)
    assert found.mode == "near"
    assert found.n_images == 8
    assert ids(found) == [
        ("a.png", "b.png", "c.png", "same.png"),
        ("d.png", "large.png"),
    ]
    assert [str(pair) for pair in found[0].pairs] == [
        "hashes differ in 8 bits",
        "the same bytes",
        "hashes differ in 8 bits",
    ]
    assert [(p.first, p.second) for p in found[0].pairs] == [
        ("a.png", "b.png"),
        ("a.png", "same.png"),
        ("b.png", "c.png"),
    ]
    assert (found[1].kept, found[1].reason) == ("large.png", "the largest, 128 x 128")
    assert found[1].pairs[0].distance == 0


def test_the_radius_is_a_sixteenth_of_the_bits_unless_told(hashed):
    assert ids(hashed.duplicates()) == ids(hashed.duplicates(radius=4))
    assert ids(hashed.duplicates(radius=7)) == [
        ("a.png", "same.png"),
        ("d.png", "large.png"),
    ]


def test_pictures_of_one_color_have_no_hash_to_compare(hashed):
    grouped = {id_ for group in hashed.duplicates(radius=64) for id_ in group.ids}
    assert grouped == {"a.png", "b.png", "c.png", "d.png", "large.png", "same.png"}


def test_one_against_all_gives_its_own_duplicates_alone(hashed, tmp_path):
    found = hashed.duplicates(of="a.png", radius=8)
    assert ids(found) == [("a.png", "b.png", "same.png")]  # c is near b, not near a
    assert ids(hashed.duplicates(of=tmp_path / "bars" / "b.png", radius=8)) == [
        ("a.png", "b.png", "c.png", "same.png")
    ]
    assert ids(hashed.duplicates(of="black.png", radius=64)) == []
    with pytest.raises(KeyError, match="no image 'gone.png'"):
        hashed.duplicates(of="gone.png")


def test_exact_looks_at_bytes_alone(hashed):
    found = hashed.duplicates("exact")
    assert ids(found) == [("a.png", "same.png")]
    assert found[0].pairs[0].because == "bytes"
    assert found[0].reason == "the first by name of equal ones"
    assert ids(hashed.duplicates("exact", of="same.png")) == [("a.png", "same.png")]
    assert ids(hashed.duplicates("exact", of="b.png")) == []


def test_removed_images_are_in_no_group(hashed):
    hashed.remove(["b.png", "large.png"])
    assert ids(hashed.duplicates(radius=8)) == [("a.png", "same.png")]
    assert ids(hashed.duplicates(radius=16)) == [("a.png", "c.png", "same.png")]


def test_an_empty_index_has_none(tmp_path):
    fields = {"bits": cvret.PerceptualHash()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    assert ids(index.duplicates()) == []
    assert ids(index.duplicates("exact")) == []


def test_all_codes_equal_is_one_group(tmp_path):
    folder = tmp_path / "bars"
    for number in range(30):
        bars(folder / f"{number:02d}.png", (1, 2), side=64 + 8 * number)
    fields = {"bits": cvret.AverageHash()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(folder, n_jobs=1)
    (group,) = index.duplicates()
    assert (len(group), len(group.pairs), group.kept) == (30, 29, "29.png")


def test_a_field_that_cannot_is_refused_with_a_way_out(hashed, tmp_path):
    with pytest.raises(ValueError, match="needs a field with words"):
        hashed.duplicates("transformed")
    with pytest.raises(ValueError, match="mode must be"):
        hashed.duplicates("similar")
    with pytest.raises(ValueError, match="radius belongs to mode='near'"):
        hashed.duplicates("exact", radius=3)
    with pytest.raises(cvret.UnknownNameError, match="no field is named 'words'"):
        hashed.duplicates(by="words")
    fields = {"color": cvret.HSVHistogram()}
    index = cvret.Index.create(tmp_path / "c.cvret", fields=fields)
    assert index.duplicates().mode == "exact"
    with pytest.raises(ValueError, match="field 'color' has none; use mode='exact'"):
        index.duplicates(by="color")


@pytest.fixture
def photographs(photos, chelsea, tmp_path):
    """The shared photographs, and one of them mirrored."""
    folder = shutil.copytree(photos, tmp_path / "photos")
    flipped = np.ascontiguousarray(chelsea[::2, ::-2])
    Image.fromarray(flipped).save(folder / "copies" / "chelsea-mirrored.png")
    index = cvret.Index.create(tmp_path / "photos.cvret")
    index.add(folder)
    return index, folder


def test_turned_cropped_and_mirrored_pictures_are_found_by_geometry(photographs):
    index, folder = photographs
    found = index.duplicates()
    assert (found.mode, found.complete) == ("transformed", True)
    turned = ("copies/coffee-turned.png", "photos/coffee.png")
    mirrored = ("copies/chelsea-mirrored.png", "photos/chelsea.png")
    assert ids(found) == [mirrored, turned]
    assert all(pair.inliers > 30 for group in found for pair in group.pairs)
    assert found[1].kept == "photos/coffee.png"
    assert ids(index.duplicates(of=folder / "photos" / "coffee.png")) == [turned]
    assert ids(index.duplicates(of="photos/rocket.jpg")) == []


def test_without_files_what_is_stored_asks(photographs):
    index, folder = photographs
    shutil.rmtree(folder)
    turned = [("copies/coffee-turned.png", "photos/coffee.png")]
    alone = index.duplicates(mirrored=False)
    assert (ids(alone), alone.complete) == (turned, True)
    found = index.duplicates()
    assert ids(found) == turned
    assert [id_ for id_, _ in found.unreadable] == list(index.ids)


def test_a_file_that_was_damaged_since_is_found_from_the_other_side(photographs):
    index, folder = photographs
    (folder / "photos" / "chelsea.png").write_bytes(b"no picture")
    found = index.duplicates()
    assert ("copies/chelsea-mirrored.png", "photos/chelsea.png") in ids(found)
    assert [id_ for id_, _ in found.unreadable] == ["photos/chelsea.png"]


def square(side) -> np.ndarray:
    """Corners of a square at the origin, shape (4, 2)."""
    return np.float32([[0, 0], [side, 0], [side, side], [0, side]])


def agreeing(side, share=0.5) -> Verification:
    """Matches at the corners of a square, at the same places of both pictures."""
    pairs = np.hstack([square(side), square(side)])
    return Verification(4, np.eye(3), None, pairs, share, -50.0, True)


def seen(size, features) -> Query:
    """A square picture whose features lie at the corners of a square."""
    keypoints = np.hstack([square(features), np.ones((4, 2), np.float32)])
    nothing = np.zeros(4, np.uint32), np.zeros(4, np.uint64)
    return Query({"words": VisualWords(*nothing, keypoints, size, size)}, size, size)


def test_a_part_in_common_is_not_the_same_picture():
    small, large = seen(100, 100), seen(200, 200)
    assert not shows_the_same(agreeing(50), small, large)  # a quarter of one
    assert shows_the_same(agreeing(60), small, large)  # 36 % of one
    assert shows_the_same(agreeing(60), large, small)
    assert not shows_the_same(agreeing(60, share=0.1), small, large)


def test_a_part_is_enough_where_there_is_nothing_else_to_see():
    large, face = seen(200, 200), seen(100, 60)  # features on 36 % of it
    assert shows_the_same(agreeing(50), face, large)  # 69 % of these
    assert shows_the_same(agreeing(50), large, face)
    assert not shows_the_same(agreeing(40), face, large)  # 44 %


def test_matches_on_a_line_span_nothing():
    line = np.float32([[0, 0], [10, 10], [50, 50], [90, 90]])
    found = Verification(
        4, np.eye(3), None, np.hstack([line, line]), 0.9, -50.0, verified=True
    )
    assert not shows_the_same(found, seen(100, 0), seen(100, 0))
