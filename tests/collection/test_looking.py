"""Pixels of queries and images again, and what re-rankers make of them."""

import logging

import cv2
import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.collection import explaining
from cvret.errors import ImageError
from cvret.metrics.definitions import METRICS
from cvret.records import Query
from cvret.rerank.alignment import align


@pytest.fixture(scope="module")
def folder(tmp_path_factory, coffee, chelsea):
    """A picture, a part of it that is turned and painted on, and another picture."""
    path = tmp_path_factory.mktemp("looking") / "pictures"
    path.mkdir()
    part = np.ascontiguousarray(np.rot90(coffee[40:, 90:]))
    Image.fromarray(coffee).save(path / "coffee.png")
    Image.fromarray(part).save(path / "part.png")
    Image.fromarray(chelsea).save(path / "chelsea.png")
    painted = coffee.copy()
    cv2.circle(painted, (200, 150), 45, (40, 200, 60), -1)
    Image.fromarray(painted[20:, :560]).save(path / "painted.png")
    return path


@pytest.fixture(scope="module")
def index(folder):
    made = cvret.Index.create(folder.parent / "index.cvret")
    made.add(folder, progress=False)
    return made


@pytest.fixture(scope="module")
def noise():
    """Nothing that is in the index."""
    return np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)


def test_a_query_knows_what_it_was_made_of(index, folder, coffee):
    by_path, by_array = index.encode(folder / "coffee.png"), index.encode(coffee)
    assert by_path.source == folder / "coffee.png"
    assert by_array.source is coffee
    for query in (by_path, by_array, index.query_of("coffee.png")):
        found = index.picture_of(query)
        assert (found.pixels == coffee).all()
        assert (found.width, found.height) == (600, 400)


def test_an_image_is_looked_at_by_its_id(index, chelsea):
    found = index.picture_of("chelsea.png", max_side=90)
    assert found.pixels.shape == (60, 90, 3)
    assert (found.width, found.height) == (chelsea.shape[1], chelsea.shape[0])
    with pytest.raises(KeyError):
        index.picture_of("no-such.png")


def test_a_mirrored_query_is_looked_at_mirrored(index, folder, coffee):
    mirror = index.encode(folder / "coffee.png", mirrored=True).mirror
    assert (index.picture_of(mirror).pixels == coffee[:, ::-1]).all()


def test_a_query_of_nothing_says_what_to_do(index):
    bare = Query(index.encode(np.zeros((50, 50, 3), np.uint8)).parts, 50, 50)
    with pytest.raises(ValueError, match="search with the picture"):
        index.picture_of(bare)
    for part in (cvret.AlignedQuality(), cvret.MetricReranking()):
        query = index.query_of("coffee.png")
        with pytest.raises(ValueError, match="does not know which picture"):
            index.search(Query(query.parts, query.width, query.height), rerank=[part])


def test_measure_is_the_metric_as_a_similarity(index):
    black = np.zeros((20, 20, 3), np.uint8)
    assert index.measure("rmse", black, black + np.uint8(102)) == pytest.approx(0.6)
    mask = np.zeros((20, 20), bool)
    mask[:5] = True
    half = black.copy()
    half[5:] = 255
    assert index.measure("rmse", black, half, mask) == 1.0
    with pytest.raises(cvret.UnknownNameError, match="there are cosine, ergas"):
        index.measure("sharpness", black, black)


def test_a_turned_part_is_a_copy_after_alignment(index, folder):
    ranking = index.search(folder / "coffee.png", rerank=[cvret.AlignedQuality()])
    assert set(ranking.ids[:3]) == {"coffee.png", "part.png", "painted.png"}
    quality = {hit.id: hit.quality for hit in ranking}
    assert quality["coffee.png"] > 0.995
    assert quality["part.png"] > 0.98
    assert 0.5 < quality["painted.png"] < 0.97
    assert quality["chelsea.png"] is None
    part = next(hit for hit in ranking if hit.id == "part.png")
    assert part.overlap == pytest.approx(360 * 510 / (400 * 600), abs=0.02)


def test_geometry_before_it_changes_nothing(index, folder):
    alone = index.search(folder / "coffee.png", rerank=[cvret.AlignedQuality()])
    after = index.search(
        folder / "coffee.png",
        rerank=[cvret.SpatialVerification(), cvret.AlignedQuality()],
    )
    assert [hit.quality for hit in alone] == pytest.approx(
        [hit.quality for hit in after]
    )


def test_a_mirrored_copy_has_its_quality_in_pixels_of_the_query(index, coffee):
    flipped = np.ascontiguousarray(coffee[:, ::-1])
    hit = index.search(flipped, rerank=[cvret.AlignedQuality()], mirrored=True)[0]
    assert hit.id == "coffee.png"
    assert hit.quality > 0.995
    assert hit.transform @ [30, 50, 1] == pytest.approx([569, 50, 1], abs=0.5)


def test_an_image_asks_by_its_own_file(index):
    ranking = index.similar("part.png", rerank=[cvret.AlignedQuality()])
    assert {hit.id for hit in ranking if hit.quality is not None} == {
        "coffee.png",
        "painted.png",
    }


def test_a_file_that_is_gone_stops_no_search(folder, tmp_path, coffee, caplog):
    own = tmp_path / "own"
    own.mkdir()
    Image.fromarray(coffee).save(own / "a.png")
    Image.fromarray(coffee[:, :400]).save(own / "b.png")
    made = cvret.Index.create(tmp_path / "own.cvret")
    made.add(own, progress=False)
    (own / "a.png").unlink()
    with caplog.at_level(logging.WARNING, logger="cvret"):
        ranking = made.search(coffee, rerank=[cvret.AlignedQuality()])
    assert ranking.ids == ("b.png", "a.png")
    assert ranking[1].verified
    assert ranking[1].quality is None
    assert 0.5 < ranking[1].score <= 0.75 <= ranking[0].score
    assert "a.png does not exist" in caplog.text
    whole = made.search(coffee, rerank=[cvret.MetricReranking()])
    assert whole.ids == ("b.png", "a.png")


def test_a_query_whose_file_is_gone_is_answered_without_measuring(
    tmp_path, coffee, caplog
):
    own = tmp_path / "own"
    own.mkdir()
    Image.fromarray(coffee).save(own / "a.png")
    Image.fromarray(coffee[:, :400]).save(own / "b.png")
    made = cvret.Index.create(tmp_path / "own.cvret")
    made.add(own, progress=False)
    plain = made.similar("a.png", rerank=[])
    (own / "a.png").unlink()
    with caplog.at_level(logging.WARNING, logger="cvret"):
        hit = made.similar("a.png", rerank=[cvret.AlignedQuality()])[0]
    assert hit.verified
    assert hit.quality is None
    assert "a.png does not exist" in caplog.text
    whole = made.similar("a.png", rerank=[cvret.MetricReranking()])
    assert whole.scores.tolist() == plain.scores.tolist()


@pytest.mark.parametrize("part", [cvret.AlignedQuality, cvret.MetricReranking])
def test_a_wrong_metric_is_told_also_where_nothing_is_measured(index, part, noise):
    with pytest.raises(cvret.UnknownNameError, match="'sharpness'"):
        index.search(noise, rerank=[part("sharpness")])
    with pytest.raises(ValueError, match="profile must be one of"):
        index.search(noise, rerank=[part(profile="book")])
    with pytest.raises(TypeError, match="metric must be a name"):
        index.search(noise, rerank=[part(3)])


@pytest.mark.parametrize("name", METRICS)
def test_no_metric_stops_a_search(index, folder, name):
    ranking = index.search(folder / "coffee.png", rerank=[cvret.AlignedQuality(name)])
    assert {*ranking.ids[:3]} == {"coffee.png", "part.png", "painted.png"}
    assert ((ranking.scores >= 0) & (ranking.scores <= 1)).all()


@pytest.mark.parametrize("part", [cvret.AlignedQuality, cvret.MetricReranking])
@pytest.mark.parametrize("value", [None, "0.5"])
def test_a_metric_that_gives_no_number_is_told(index, folder, part, value):
    with pytest.raises(TypeError, match="metric must give a number"):
        index.search(folder / "coffee.png", rerank=[part(lambda *_: value)])


def test_only_geometry_can_verify_before_quality(index, folder):
    part = cvret.AlignedQuality(verification=cvret.MetricReranking())
    with pytest.raises(TypeError, match="must be a SpatialVerification, got Metric"):
        index.search(folder / "coffee.png", rerank=[part])


def test_a_file_that_has_changed_is_not_measured(tmp_path, coffee):
    own = tmp_path / "own"
    own.mkdir()
    Image.fromarray(coffee).save(own / "a.png")
    made = cvret.Index.create(tmp_path / "own.cvret")
    made.add(own, progress=False)
    Image.fromarray(coffee[:99]).save(own / "a.png")
    with pytest.raises(ImageError, match="had 600 x 400; add it again"):
        made.picture_of("a.png")
    assert made.search(coffee, rerank=[cvret.AlignedQuality()])[0].quality is None


def test_a_local_edit_lights_up_in_the_difference(index, folder, tmp_path):
    why = index.explain(folder / "coffee.png", "painted.png")
    assert 0.5 < why.aligned.quality < 0.97
    height, width, _ = why.difference.shape
    side = (width - 2 * 16) // 3
    heat = why.difference[:, -side:].astype(int)
    warm = heat[..., 0] - heat[..., 2] > 100
    scale = side / 600
    rows, columns = np.indices(warm.shape)
    away = np.hypot(columns - 200 * scale, rows - 150 * scale) / scale
    assert warm[away < 35].mean() > 0.9
    assert warm[away > 70].mean() < 0.01
    why.save_difference(tmp_path / "diff.png")
    assert cvret.read_image(tmp_path / "diff.png").shape == (height, width, 3)
    assert why.to_dict()["quality"] == why.aligned.quality
    assert "aligned: ssim 0." in str(why)


def test_there_is_no_difference_of_what_is_not_verified(index, folder, tmp_path):
    why = index.explain(folder / "coffee.png", "chelsea.png")
    assert why.aligned is None
    assert why.difference is None
    with pytest.raises(ValueError, match=r"chelsea\.png is not verified"):
        why.save_difference(tmp_path / "diff.png")


def test_nothing_is_laid_over_another_before_it_is_asked_for(
    index, folder, monkeypatch
):
    asked = []
    monkeypatch.setattr(explaining, "align", lambda *_: asked.append(1) or align(*_))
    why = index.explain(folder / "coffee.png", "painted.png")
    assert why.picture.ndim == 3
    assert not asked
    assert why.difference.ndim == why.aligned.transform.ndim + 1
    assert asked == [1]
