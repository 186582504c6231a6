"""Ground truth from a folder of queries and a gallery."""

import pytest

import cvret


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_gallery_answers_queries_of_the_same_class(tmp_path):
    touch(tmp_path / "query", "cat/1.jpg", "dog/1.jpg", "owl/1.jpg", "loose.jpg")
    touch(tmp_path / "gallery", "cat/1.jpg", "cat/2.jpg", "dog/9.jpg", "loose.jpg")
    touch(tmp_path / "gallery", "confusion_classes/a.jpg", "confusion_classes/b/c.jpg")
    truth = cvret.truth.from_query_gallery(
        tmp_path / "query", tmp_path / "gallery", prefix="g"
    )
    assert dict(truth.relevant) == {
        "cat/1.jpg": {"g/cat/1.jpg", "g/cat/2.jpg"},
        "dog/1.jpg": {"g/dog/9.jpg"},
        "owl/1.jpg": set(),
    }
    assert truth.distractors == {
        "g/confusion_classes/a.jpg",
        "g/confusion_classes/b/c.jpg",
    }
    assert truth.query_classes == {
        "cat/1.jpg": "cat",
        "dog/1.jpg": "dog",
        "owl/1.jpg": "owl",
    }
    assert truth.classes["g/dog/9.jpg"] == "dog"
    assert truth.classes["g/confusion_classes/a.jpg"] == "confusion_classes"
    assert "g/loose.jpg" not in truth.classes
    assert truth.metrics == ("distractors@10",)
    assert truth.file_of("cat/1.jpg") == tmp_path / "query" / "cat" / "1.jpg"


def test_distractors_may_have_another_name_and_answer_nobody(tmp_path):
    touch(tmp_path / "query", "cat/1.jpg", "other/1.jpg")
    touch(tmp_path / "gallery", "cat/2.jpg", "other/3.jpg")
    truth = cvret.truth.from_query_gallery(
        tmp_path / "query", tmp_path / "gallery", distractor_class="other"
    )
    assert dict(truth.relevant) == {"cat/1.jpg": {"cat/2.jpg"}, "other/1.jpg": set()}
    assert truth.distractors == {"other/3.jpg"}


def test_a_gallery_without_distractors_is_not_asked_for_their_rate(tmp_path):
    touch(tmp_path / "query", "cat/1.jpg")
    touch(tmp_path / "gallery", "cat/2.jpg")
    truth = cvret.truth.from_query_gallery(tmp_path / "query", tmp_path / "gallery")
    assert truth.metrics == ()  # 0 would say that none was found among many


def test_folders_without_a_common_class_are_refused(tmp_path):
    touch(tmp_path / "query", "cat/1.jpg")
    touch(tmp_path / "gallery", "dog/2.jpg")
    with pytest.raises(ValueError, match="both must hold a folder for each class"):
        cvret.truth.from_query_gallery(tmp_path / "query", tmp_path / "gallery")
    with pytest.raises(FileNotFoundError):
        cvret.truth.from_query_gallery(tmp_path / "query", tmp_path / "gone")
