"""Evaluating an index, with rankings known beforehand."""

import numpy as np
import pytest

import cvret


@pytest.fixture
def colors(tmp_path):
    """Two classes of pictures in one color each, and an index by color."""
    from PIL import Image

    for name, color in (
        ("red/1.png", (250, 0, 0)),
        ("red/2.png", (240, 0, 0)),
        ("blue/1.png", (0, 0, 250)),
        ("blue/2.png", (0, 0, 240)),
    ):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), color).save(path)
    return tmp_path / "set"


def color_index(path, colors, prefix=""):
    index = cvret.Index.create(path, fields={"color": cvret.HSVHistogram()})
    index.add(colors, prefix)
    return index


@pytest.mark.parametrize("prefix", ["", "set"])
def test_perfect_rankings_have_perfect_values(tmp_path, colors, prefix):
    index = color_index(tmp_path / "i.cvret", colors, prefix)
    truth = cvret.truth.from_folders(colors, prefix=prefix)
    report = cvret.evaluate(index, truth)
    assert report.metrics == {
        "mAP": 1.0,
        "P@10": 0.1,
        "top-1": 1.0,
        "top-3": 1.0,
        "top-5": 1.0,
        "top-10": 1.0,
        "ANMRR": 0.0,
    }
    assert (report.n_queries, report.n_images, report.missing) == (4, 4, 0)
    assert report.search_ms > 0
    assert "mAP" in str(report)


def test_a_table_with_wrong_answers_has_the_value_by_hand(tmp_path, colors):
    # red/1 is said to be like blue/1, which ties with blue/2 behind red/2: place 2.
    path = colors / "truth.csv"
    path.write_text("query,relevant\nred/1.png,blue/1.png\nred/1.png,gone.png\n")
    index = color_index(tmp_path / "i.cvret", colors)
    report = cvret.evaluate(index, cvret.truth.from_csv(path))
    assert report.metrics["mAP"] == pytest.approx((1 / 2) / 2)
    assert report.missing == 1
    assert "1 relevant images are not in the index" in str(report)


def test_a_picture_of_the_same_name_elsewhere_is_not_the_query_itself(tmp_path, colors):
    # The query 1.png lies outside; red/1.png in the index stays in the ranking.
    index = color_index(tmp_path / "i.cvret", colors / "red")
    truth = cvret.GroundTruth(colors / "blue", {"1.png": frozenset({"1.png"})})
    assert cvret.evaluate(index, truth).metrics["mAP"] == 1.0


def test_queries_that_cannot_be_asked_are_named(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    relevant = {
        "red/1.png": frozenset({"red/2.png"}),
        "gone.png": frozenset({"red/2.png"}),
        "red/2.png": frozenset({"red/2.png"}),
    }
    report = cvret.evaluate(index, cvret.GroundTruth(colors, relevant))
    assert report.n_queries == 1
    assert [name for name, _ in report.left_out] == ["gone.png", "red/2.png"]
    assert report.to_dict()["left_out"][1][1] == "nothing is relevant to it"


def test_no_query_at_all_is_an_error(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    truth = cvret.GroundTruth(colors, {"gone.png": frozenset({"red/2.png"})})
    with pytest.raises(ValueError, match=r"no query .* the first: gone\.png"):
        cvret.evaluate(index, truth)


def test_times_are_medians_of_all_queries(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    report = cvret.evaluate(index, cvret.truth.from_folders(colors))
    assert np.isfinite([report.encode_ms, report.search_ms]).all()
