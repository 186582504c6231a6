"""Ground truth from folders."""

import pytest

import cvret


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_images_of_a_folder_are_relevant_to_one_another(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/2.jpg", "a/deep/3.jpg", "b/1.jpg", "loose.jpg")
    truth = cvret.truth.from_folders(tmp_path)
    assert dict(truth.relevant) == {
        "a/1.jpg": {"a/2.jpg", "a/deep/3.jpg"},
        "a/2.jpg": {"a/1.jpg", "a/deep/3.jpg"},
        "a/deep/3.jpg": {"a/1.jpg", "a/2.jpg"},
        "b/1.jpg": set(),  # to be left out and counted where it is evaluated
    }


def test_images_have_the_class_of_their_folder(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/deep/2.jpg", "b/1.jpg", "loose.jpg")
    truth = cvret.truth.from_folders(tmp_path, prefix="set")
    expected = {"a/1.jpg": "a", "a/deep/2.jpg": "a", "b/1.jpg": "b"}
    assert truth.query_classes == expected
    assert truth.classes == {
        "set/a/1.jpg": "a",
        "set/a/deep/2.jpg": "a",
        "set/b/1.jpg": "b",
    }


def test_a_prefix_is_put_before_relevant_ids(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/2.jpg")
    truth = cvret.truth.from_folders(tmp_path, prefix="set/one/")
    assert truth.relevant["a/1.jpg"] == {"set/one/a/2.jpg"}


def test_a_prefix_is_what_an_index_makes_of_it(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/2.jpg")
    truth = cvret.truth.from_folders(tmp_path, prefix="/set//one")
    assert truth.relevant["a/1.jpg"] == {"set/one/a/2.jpg"}
    with pytest.raises(ValueError, match="prefix must not hold"):
        cvret.truth.from_folders(tmp_path, prefix="../set")


def test_folders_without_classes_are_refused(tmp_path):
    touch(tmp_path, "1.jpg", "a/2.jpg")
    with pytest.raises(ValueError, match="no folder with two or more pictures"):
        cvret.truth.from_folders(tmp_path)
