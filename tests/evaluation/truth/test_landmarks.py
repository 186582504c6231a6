"""Ground truths of Oxford and Paris, on small trees."""

import numpy as np
import pytest

import cvret
from cvret.metrics.ranking import average_precision


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def label(folder, query, asked, good="", ok="", junk=""):
    folder.mkdir(parents=True, exist_ok=True)
    for kind, text in (("query", asked), ("good", good), ("ok", ok), ("junk", junk)):
        (folder / f"{query}_{kind}.txt").write_text(text.replace(" & ", "\n") + "\n")


@pytest.fixture
def oxford(tmp_path):
    names = (f"all_souls_0000{n}.jpg" for n in (13, 26, 51, 75))
    touch(tmp_path / "jpg", *names, "radcliffe_camera_000519.jpg")
    label(
        tmp_path / "gt",
        "all_souls_1",
        "oxc1_all_souls_000013 136.5 34.1 648.5 955.7",
        good="all_souls_000013 & all_souls_000026",
        ok="all_souls_000051 & all_souls_000099",
        junk="all_souls_000075",
    )
    label(
        tmp_path / "gt",
        "radcliffe_camera_2",
        "oxc1_radcliffe_camera_000519 0 0 10 20",
        good="radcliffe_camera_000519",
    )
    return tmp_path


def test_good_and_ok_are_relevant_and_junk_is_ignored(oxford):
    truth = cvret.truth.from_oxford(oxford / "jpg", labels=oxford / "gt", prefix="o")
    assert dict(truth.relevant) == {
        "all_souls_1": {
            "o/all_souls_000013.jpg",
            "o/all_souls_000026.jpg",
            "o/all_souls_000051.jpg",
            "o/all_souls_000099.jpg",  # not there: it counts as not found
        },
        "radcliffe_camera_2": {"o/radcliffe_camera_000519.jpg"},
    }
    assert truth.ignored["all_souls_1"] == {"o/all_souls_000075.jpg"}
    assert truth.file_of("all_souls_1") == oxford / "jpg" / "all_souls_000013.jpg"
    x, y, width, height = truth.regions["all_souls_1"]
    assert (x, y) == (136.5, 34.1)
    assert (width, height) == pytest.approx((648.5 - 136.5, 955.7 - 34.1))
    assert truth.counts_itself
    assert truth.metrics == ("mAP(trapezoid)",)


def test_the_trapezoid_is_that_of_compute_ap_by_hand(oxford):
    # Ranked: junk, the query, a wrong one, another relevant one. Without the junk the
    # steps of recall are 1/4 each, from precision 1 to 1, and from 1/2 to 2/3.
    truth = cvret.truth.from_oxford(oxford / "jpg")
    ranked = [f"all_souls_0000{n}.jpg" for n in (75, 13)]
    ranked += ["radcliffe_camera_000519.jpg", "all_souls_000051.jpg"]
    judged = [i for i in ranked if i not in truth.ignored["all_souls_1"]]
    hits = np.array([id_ in truth.relevant["all_souls_1"] for id_ in judged])
    expected = (1 + (1 / 2 + 2 / 3) / 2) / 4
    assert average_precision(hits, 4, rule="trapezoid") == pytest.approx(expected)


def test_labels_are_found_in_the_folder_and_beside_it(oxford):
    beside = cvret.truth.from_oxford(oxford / "jpg")
    within = cvret.truth.from_oxford(oxford)
    assert set(beside.relevant) == set(within.relevant)
    assert "jpg/all_souls_000026.jpg" in within.relevant["all_souls_1"]


def test_labels_are_never_guessed(oxford):
    label(oxford / "gt_paris", "defense_1", "paris_defense_000605 0 0 9 9")
    with pytest.raises(FileNotFoundError, match="several folders of labels"):
        cvret.truth.from_oxford(oxford / "jpg")
    with pytest.raises(FileNotFoundError, match="no labels .*_query.txt in .*jpg"):
        cvret.truth.from_oxford(oxford / "jpg", labels=oxford / "jpg")
    with pytest.raises(ValueError, match="no picture that .*gt_paris asks with"):
        cvret.truth.from_oxford(oxford / "jpg", labels=oxford / "gt_paris")


def test_a_name_of_two_pictures_is_refused(oxford):
    touch(oxford / "jpg", "small/all_souls_000026.jpg")
    with pytest.raises(ValueError, match="two pictures named all_souls_000026"):
        cvret.truth.from_oxford(oxford / "jpg")


@pytest.mark.parametrize("asked", ["", "oxc1_a 1 2 3", "oxc1_a 1 2 3 wide"])
def test_a_wrong_query_file_is_named(oxford, asked):
    (oxford / "gt" / "all_souls_1_query.txt").write_text(asked)
    with pytest.raises(ValueError, match=r"all_souls_1_query.txt must hold a name and"):
        cvret.truth.from_oxford(oxford / "jpg")


@pytest.mark.parametrize("place", ["", "paris/defense/"])
def test_paris_lies_in_one_folder_or_in_folders_without_the_corrupt(tmp_path, place):
    names = ("defense_000605", "defense_000606", "louvre_000136", "louvre_000001")
    touch(tmp_path / "jpg", *(f"{place}paris_{name}.jpg" for name in names))
    label(
        tmp_path / "gt",
        "defense_1",
        "paris_defense_000605 216 393 561 769",
        good="paris_defense_000605 & paris_louvre_000136",
        ok="paris_defense_000606",
        junk="paris_triomphe_000867 & paris_louvre_000001",
    )
    truth = cvret.truth.from_paris(tmp_path / "jpg")
    assert dict(truth.relevant) == {
        "defense_1": {
            f"{place}paris_defense_000605.jpg",
            f"{place}paris_defense_000606.jpg",
        }
    }
    assert truth.ignored == {"defense_1": {f"{place}paris_louvre_000001.jpg"}}
    assert truth.regions == {"defense_1": (216, 393, 561 - 216, 769 - 393)}
    assert truth.counts_itself
