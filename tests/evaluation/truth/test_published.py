"""Ground truths that names of files say, on small trees."""

import pytest

import cvret


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_the_first_picture_of_a_scene_of_holidays_asks_for_the_others(tmp_path):
    touch(tmp_path, "jpg/100000.jpg", "jpg/100001.jpg", "jpg/100002.jpg")
    touch(tmp_path, "jpg/149900.jpg", "jpg/149901.jpg", "flickr/7.jpg", "x100000.jpg")
    truth = cvret.truth.from_holidays(tmp_path, prefix="h")
    assert dict(truth.relevant) == {
        "jpg/100000.jpg": {"h/jpg/100001.jpg", "h/jpg/100002.jpg"},
        "jpg/149900.jpg": {"h/jpg/149901.jpg"},
    }
    assert not truth.counts_itself
    assert truth.metrics == ("mAP(trapezoid)",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.jpg"], "holds no pictures named 100000.jpg"),
        (["100001.jpg"], "no query of Holidays, a number ending in 00"),
        (["100000.jpg", "small/100000.jpg"], "two pictures of one number, 100000.jpg"),
    ],
)
def test_what_is_not_holidays_is_refused(tmp_path, names, message):
    touch(tmp_path, *names)
    with pytest.raises(ValueError, match=message):
        cvret.truth.from_holidays(tmp_path)


def test_each_four_pictures_of_ukbench_are_an_object(tmp_path):
    touch(tmp_path, *(f"full/ukbench{number:05}.jpg" for number in (4, 5, 6, 7, 8)))
    truth = cvret.truth.from_ukbench(tmp_path)
    object_one = {f"full/ukbench{number:05}.jpg" for number in (4, 5, 6, 7)}
    assert dict(truth.relevant) == {
        **dict.fromkeys(sorted(object_one), object_one),
        "full/ukbench00008.jpg": {"full/ukbench00008.jpg"},
    }
    assert truth.counts_itself
    assert truth.metrics == ("N-S",)


@pytest.fixture
def copydays(tmp_path):
    touch(tmp_path, "original/200000.jpg", "original/200100.jpg")
    touch(
        tmp_path, "jpegqual/3/200000.jpg", "crops/50/200100.jpg", "crops/5/200000.jpg"
    )
    touch(tmp_path, "strong/200001.jpg", "strong/200002.jpg", "notes/200000.jpg")
    return tmp_path


def test_copies_of_copydays_ask_for_their_originals(copydays):
    truth = cvret.truth.from_copydays(copydays)
    assert dict(truth.relevant) == {
        "jpegqual/3/200000.jpg": {"200000.jpg"},
        "crops/5/200000.jpg": {"200000.jpg"},
        "crops/50/200100.jpg": {"200100.jpg"},
        "strong/200001.jpg": {"200000.jpg"},
        "strong/200002.jpg": {"200000.jpg"},
    }
    assert truth.metrics == ("mAP(trapezoid)",)


@pytest.mark.parametrize(
    ("subset", "queries"),
    [
        ("jpeg", {"jpegqual/3/200000.jpg"}),
        ("crops", {"crops/5/200000.jpg", "crops/50/200100.jpg"}),
        ("crops/5", {"crops/5/200000.jpg"}),
        ("strong", {"strong/200001.jpg", "strong/200002.jpg"}),
    ],
)
def test_copydays_may_be_asked_with_one_kind_of_copies(copydays, subset, queries):
    truth = cvret.truth.from_copydays(copydays, subset=subset, prefix="c")
    assert set(truth.relevant) == queries
    assert all(
        image.startswith("c/2") for ids in truth.relevant.values() for image in ids
    )
    assert truth.name == f"copydays {subset}"


def test_what_is_not_copydays_is_refused(copydays):
    with pytest.raises(ValueError, match="subset must be jpeg, crops, strong, or one"):
        cvret.truth.from_copydays(copydays, subset="blur")
    with pytest.raises(ValueError, match="has no copies of crops/99"):
        cvret.truth.from_copydays(copydays, subset="crops/99")
    with pytest.raises(ValueError, match="has no originals"):
        cvret.truth.from_copydays(copydays / "crops")
    touch(copydays, "strong/209900.jpg")
    with pytest.raises(ValueError, match="no original of strong/209900.jpg"):
        cvret.truth.from_copydays(copydays)
    touch(copydays, "original/200001.jpg")
    with pytest.raises(ValueError, match="two originals of 2000"):
        cvret.truth.from_copydays(copydays)


def test_each_hundred_pictures_of_wang_are_a_class(tmp_path):
    touch(tmp_path, *(f"image.orig/{n}.jpg" for n in (0, 99, 100, 101, 899, 900, 999)))
    truth = cvret.truth.from_wang(tmp_path, prefix="w")
    start = "w/image.orig"
    assert dict(truth.relevant) == {
        "image.orig/0.jpg": {f"{start}/99.jpg"},
        "image.orig/99.jpg": {f"{start}/0.jpg"},
        "image.orig/100.jpg": {f"{start}/101.jpg"},
        "image.orig/101.jpg": {f"{start}/100.jpg"},
        "image.orig/899.jpg": set(),
        "image.orig/900.jpg": {f"{start}/999.jpg"},
        "image.orig/999.jpg": {f"{start}/900.jpg"},
    }
    assert truth.query_classes["image.orig/0.jpg"] == "africa"
    assert truth.query_classes["image.orig/101.jpg"] == "beach"
    assert truth.query_classes["image.orig/899.jpg"] == "mountains"
    assert truth.classes[f"{start}/900.jpg"] == "food"


def test_wang_in_folders_has_their_classes(tmp_path):
    touch(tmp_path, "buses/300.jpg", "buses/x.jpg", "food/1.jpg", "food/2.jpg")
    truth = cvret.truth.from_wang(tmp_path)
    assert truth.query_classes["buses/x.jpg"] == "buses"
    assert truth.relevant["food/1.jpg"] == {"food/2.jpg"}
    assert truth.name == "wang"


def test_what_is_not_wang_is_refused(tmp_path):
    touch(tmp_path, "a.jpg", "1000.jpg")
    with pytest.raises(ValueError, match="no pictures named 0.jpg ... 999.jpg"):
        cvret.truth.from_wang(tmp_path)
