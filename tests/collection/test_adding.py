"""Taking pictures in, and who may do so."""

import os
import shutil

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

import cvret
from cvret.collection import making
from cvret.collection.writing import Writer

COFFEE = "photos/coffee.png"


def test_an_add_after_the_roots_were_lost_mixes_nothing_up(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "a", 2), "a")
    (index.path / "roots.json").unlink()
    again = cvret.Index.open(index.path)
    again.add(plain_pictures(tmp_path / "b", 2), "b")
    assert again.file_of("b/001.png") == tmp_path / "b" / "001.png"
    with pytest.raises(FileNotFoundError, match="does not know where"):
        again.file_of("a/001.png")


def test_adding_twice_does_nothing_and_says_so(
    tmp_path, color_index, plain_pictures, contents
):
    folder = plain_pictures(tmp_path / "p", 5)
    index = color_index(tmp_path / "i.cvret")
    assert index.add(folder).added == 5
    before = contents(index.path)
    report = index.add(folder)
    assert (report.added, report.unchanged) == (0, 5)
    assert "5 were there already" in str(report)
    assert contents(index.path) == before


def test_a_changed_file_takes_the_place_of_the_old_one(
    tmp_path, color_index, plain_pictures
):
    folder = plain_pictures(tmp_path / "p", 3)
    index = color_index(tmp_path / "i.cvret")
    index.add(folder)
    Image.new("RGB", (20, 16), (1, 2, 3)).save(folder / "001.png")
    report = index.add(folder)
    assert (report.added, report.unchanged, report.updated) == (0, 2, ("001.png",))
    assert "1 had changed and were replaced" in str(report)
    assert report.complete
    assert sorted(index.ids) == ["000.png", "001.png", "002.png"]
    assert index.search(folder / "001.png")[0].id == "001.png"
    assert index.search(folder / "001.png")[0].score == 1
    assert cvret.Index.open(index.path).add(folder).unchanged == 3


def test_a_file_that_changed_into_no_picture_stays_as_it_was(
    tmp_path, color_index, plain_pictures
):
    folder = plain_pictures(tmp_path / "p", 2)
    index = color_index(tmp_path / "i.cvret")
    index.add(folder)
    (folder / "001.png").write_bytes(b"")
    report = index.add(folder)
    assert (report.updated, report.unreadable[0][0]) == ((), "001.png")
    assert index.ids == ("000.png", "001.png")


def test_bad_files_are_reported_and_never_fatal(tmp_path, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 3)
    (folder / "000.png").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    report = color_index(tmp_path / "i.cvret").add(folder)
    assert report.added == 2
    assert [id_ for id_, _ in report.unreadable] == ["000.png", "broken.jpg"]
    assert "000.png is empty" in report.unreadable[0][1]
    assert report.n_other == 1
    assert "2 could not be read" in str(report)


def test_the_same_names_from_two_folders_need_a_prefix(
    tmp_path, color_index, plain_pictures
):
    a, b = (plain_pictures(tmp_path / name, 2) for name in "ab")
    index = color_index(tmp_path / "i.cvret")
    index.add(a)
    with pytest.raises(ValueError, match="'000.png' is in the index already, from "):
        index.add(b)
    index.add(b, prefix="b")
    assert index.ids == ("000.png", "001.png", "b/000.png", "b/001.png")
    assert index.file_of("b/001.png") == b / "001.png"


@pytest.mark.parametrize("prefix", ["..", "a/../b", "."])
def test_a_prefix_does_not_climb(tmp_path, prefix, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 1)
    with pytest.raises(ValueError, match="prefix must not hold"):
        color_index(tmp_path / "i.cvret").add(folder, prefix)


def test_odd_names_are_kept(tmp_path, color_index):
    names = ["Ünï cödé.png", "line\nbreak.png", "a b/'quote\".png", "x" * 200 + ".png"]
    for name in names:
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9)).save(path)
    raw = os.fsencode(tmp_path / "p") + b"/latin-\xe9.png"
    shutil.copy(tmp_path / "p" / names[0], raw)
    color_index(tmp_path / "i.cvret").add(tmp_path / "p")
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert set(again.ids) == {*names, os.fsdecode(b"latin-\xe9.png")}
    assert all(again.file_of(id_).exists() for id_ in again.ids)


def test_an_interrupted_add_keeps_full_batches_and_goes_on(
    tmp_path, monkeypatch, color_index, plain_pictures
):
    monkeypatch.setattr(making, "_SEGMENT", 10)
    folder = plain_pictures(tmp_path / "p", 25)
    index = color_index(tmp_path / "i.cvret")
    real, calls = Writer.add, []

    def stop_at_the_second(writer, items, root):
        calls.append(len(items))
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(writer, items, root)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "add", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            index.add(folder)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert len(again) == 10
    report = again.add(folder)
    assert (report.added, report.unchanged) == (15, 10)
    assert again.ids == tuple(f"{n:03d}.png" for n in range(25))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_full_disk_leaves_what_was_there_whole(
    tmp_path, monkeypatch, n_jobs, color_index, plain_pictures, contents
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "a", 3))
    before = contents(index.path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            index.add(plain_pictures(tmp_path / "b", 3), "b", n_jobs=n_jobs)
    assert contents(index.path) == before
    assert index.add(tmp_path / "b", "b").added == 3


def test_a_second_writer_is_told_to_wait(tmp_path, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 1)
    index = color_index(tmp_path / "i.cvret")
    with (
        FileLock(index.path / "writer.lock"),
        pytest.raises(RuntimeError, match="another process is writing to"),
    ):
        index.add(folder)
    assert index.add(folder).added == 1


def test_a_writer_sees_what_another_one_added(tmp_path, color_index, plain_pictures):
    one = color_index(tmp_path / "i.cvret")
    two = cvret.Index.open(tmp_path / "i.cvret")
    one.add(plain_pictures(tmp_path / "a", 2), "a")
    two.add(plain_pictures(tmp_path / "b", 2), "b")
    assert len(one) == 2  # a reader keeps the generation that it opened
    assert len(two) == len(cvret.Index.open(tmp_path / "i.cvret")) == 4


def test_a_refused_add_changes_no_file(tmp_path, color_index, plain_pictures):
    a, b = (plain_pictures(tmp_path / name, 2) for name in "ab")
    index = color_index(tmp_path / "i.cvret")
    index.add(a)
    before = (index.path / "roots.json").read_bytes()
    with pytest.raises(ValueError, match="is in the index already"):
        index.add(b)
    assert (index.path / "roots.json").read_bytes() == before


def test_what_a_dead_writer_left_is_cleared(tmp_path, color_index, plain_pictures):
    index = color_index(tmp_path / "i.cvret")
    left = index.path / "segments" / "00000001"
    left.mkdir(parents=True)
    (left / "image.names.npy").write_bytes(b"half")
    assert index.add(plain_pictures(tmp_path / "p", 2)).added == 2
    assert len(cvret.Index.open(index.path)) == 2


def test_an_index_moved_with_its_pictures_still_finds_them(
    tmp_path, color_index, plain_pictures
):
    folder = plain_pictures(tmp_path / "a" / "p", 2)
    color_index(tmp_path / "a" / "i.cvret").add(folder)
    shutil.move(tmp_path / "a", tmp_path / "b")
    moved = cvret.Index.open(tmp_path / "b" / "i.cvret")
    assert moved.file_of("001.png") == tmp_path / "b" / "p" / "001.png"
    assert moved.add(tmp_path / "b" / "p").unchanged == 2


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda path: path / "gone", FileNotFoundError, "there is no folder"),
        (lambda path: path, ValueError, "holds no pictures"),
    ],
)
def test_adding_nothing_is_refused(tmp_path, make, error, message, color_index):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(error, match=message):
        color_index(tmp_path / "i.cvret").add(make(empty))


def test_a_folder_of_text_files_says_so(tmp_path, color_index):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.txt").write_text("a")
    with pytest.raises(ValueError, match="holds no pictures; its 1 files are others"):
        color_index(tmp_path / "i.cvret").add(tmp_path / "t")


class Windowed:
    """A descriptor that needs eight pixels a side."""

    metric = "l2"
    least_side = 8

    def describe(self, image):
        return image[:8, :8].mean(axis=(0, 1)).astype(np.float32)


def test_a_picture_smaller_than_a_descriptor_needs_is_told_and_does_not_stop(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, side in (("large", 9), ("small", 5)):
        Image.new("RGB", (20, side), (200, 0, 0)).save(folder / f"{name}.png")
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"mine": Windowed()})
    report = index.add(folder)
    assert index.ids == ("large.png",)
    ((name, reason),) = report.unreadable
    assert name == "small.png"
    assert "Windowed needs an image of at least 8 x 8 pixels, got 20 x 5" in reason
    with pytest.raises(cvret.ImageError, match="at least 8 x 8 pixels"):
        index.search(folder / "small.png")
