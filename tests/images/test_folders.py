"""Walking a folder: a fixed order, links, and what is left out."""

import os

import pytest

from cvret.images.folders import list_images


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_pictures_are_listed_in_order_with_slashes(tmp_path):
    touch(tmp_path, "b.JPG", "a/2.png", "a/10.png", "a.b/x.webp", "readme.txt")
    listing = list_images(tmp_path)
    assert listing.ids == ("a.b/x.webp", "a/10.png", "a/2.png", "b.JPG")
    assert listing.n_other == 1


def test_hidden_files_and_folders_are_left_out(tmp_path):
    touch(tmp_path, "a.jpg", "._a.jpg", ".thumbs/a.jpg")
    assert list_images(tmp_path).ids == ("a.jpg",)


def test_links_are_followed_but_loops_are_not(tmp_path):
    touch(tmp_path, "photos/a.jpg", "elsewhere/b.jpg")
    os.symlink(tmp_path / "elsewhere", tmp_path / "photos" / "linked")
    os.symlink(tmp_path / "photos", tmp_path / "photos" / "loop")
    assert list_images(tmp_path / "photos").ids == ("a.jpg", "linked/b.jpg")


def test_a_dangling_link_is_listed_so_that_reading_it_is_reported(tmp_path):
    os.symlink(tmp_path / "nowhere.jpg", tmp_path / "dangling.jpg")
    assert list_images(tmp_path).ids == ("dangling.jpg",)


def test_a_link_to_itself_is_listed_so_that_reading_it_is_reported(tmp_path):
    os.symlink("self.jpg", tmp_path / "self.jpg")
    touch(tmp_path, "a.jpg")
    assert list_images(tmp_path).ids == ("a.jpg", "self.jpg")


def test_names_are_kept_as_they_are(tmp_path):
    touch(tmp_path, "Ünï cödé\nline.jpg", "a b.png")
    assert list_images(tmp_path).ids == ("a b.png", "Ünï cödé\nline.jpg")


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    touch(tmp_path, "a.jpg", "locked/b.jpg")
    real = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = list_images(tmp_path)
    assert listing.ids == ("a.jpg",)
    reason = f"{tmp_path / 'locked'} cannot be read: Permission denied"
    assert listing.unreadable == (("locked/", reason),)


def test_no_folder_and_a_file_are_told_apart(tmp_path):
    touch(tmp_path, "a.jpg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        list_images(tmp_path / "gone")
    with pytest.raises(NotADirectoryError, match="is a file, not a folder"):
        list_images(tmp_path / "a.jpg")
