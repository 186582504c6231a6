"""Verified results by how alike they are where they overlap."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

import cvret
from cvret.errors import ImageError
from cvret.images.reading import Picture
from cvret.records import Query, Ranking, Verification
from cvret.rerank.alignment import AlignedQuality

SIDE = 200


class Pictures:
    """Pictures by name, and the mean structural similarity of scikit-image."""

    def __init__(self, **images):
        self.images = images

    def picture_of(self, picture, *, max_side=None):
        image = picture.source if isinstance(picture, Query) else None
        if image is None:
            if picture not in self.images:
                raise ImageError(f"{picture} does not exist")
            image = self.images[picture]
        return Picture(image, image.shape[1], image.shape[0])

    def measure(self, metric, reference, picture, mask=None, profile="sewar"):
        assert metric == "ssim"
        _, local = structural_similarity(
            reference, picture, channel_axis=2, data_range=255, full=True
        )
        return max(0.0, float(local.mean(axis=2)[mask].mean()))


def sure(transform=None, verified=True) -> Verification:
    transform = np.eye(3) if transform is None else transform
    return Verification(20, transform, None, np.empty((0, 4)), 0.5, -9.0, verified)


@pytest.fixture
def cover(coffee) -> np.ndarray:
    return np.ascontiguousarray(coffee[100 : 100 + SIDE, 200 : 200 + SIDE])


@pytest.fixture
def query(cover) -> Query:
    return Query({}, SIDE, SIDE, source=cover)


def noisy(image, sigma=40) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def test_a_copy_comes_before_another_photograph(cover, query):
    index = Pictures(copy=cover, photo=noisy(cover))
    ranking = Ranking(
        ("photo", "copy"), np.array([0.9, 0.8]), {"photo": sure(), "copy": sure()}
    )
    found = AlignedQuality().rerank(query, ranking, index)
    assert found.ids == ("copy", "photo")
    assert found[0].quality == pytest.approx(1)
    assert found[0].score == pytest.approx((3 + found[0].quality) / 4)
    assert found[0].overlap == 1.0
    assert 0 < found[1].quality < 0.8


def test_a_part_that_was_turned_and_lies_elsewhere_is_a_copy(cover, query):
    # Its pixel (u, v) is the query's (v + 40, 199 - u): a turn by a quarter.
    part = np.ascontiguousarray(np.rot90(cover[:, 40:], -1))
    turn = np.array([[0.0, -1, SIDE - 1], [1, 0, -40], [0, 0, 1]])
    ranking = Ranking(("part",), np.array([0.8]), {"part": sure(turn)})
    (hit,) = AlignedQuality().rerank(query, ranking, Pictures(part=part))
    assert hit.quality > 0.99
    assert hit.overlap == pytest.approx(160 / 200, abs=0.02)
    raw = Pictures().measure(
        "ssim", cover[:160], part[:, :200], np.ones((160, 200)) > 0
    )
    assert raw < 0.4


def test_the_transform_and_the_box_are_refined(cover, query):
    off = np.array([[1.0, 0, 3], [0, 1, -2], [0, 0, 1]])
    ranking = Ranking(("copy",), np.array([0.8]), {"copy": sure(off)})
    (hit,) = AlignedQuality().rerank(query, ranking, Pictures(copy=cover))
    assert hit.transform == pytest.approx(np.eye(3), abs=0.3)
    assert hit.box == pytest.approx(query.corners(), abs=0.5)
    assert hit.quality > 0.99


def test_brightness_is_not_hidden(cover, query):
    ranking = Ranking(("dark",), np.array([0.8]), {"dark": sure()})
    (hit,) = AlignedQuality().rerank(query, ranking, Pictures(dark=cover // 3))
    assert hit.quality < 0.8


def test_what_is_not_verified_and_the_tail_stay_behind(cover, query):
    ids = ("right", "gone", "beyond", "wrong", "tail")
    scores = np.array([0.95, 0.9, 0.85, 0.4, 0.3])
    verifications = {
        "right": sure(),
        "gone": sure(),
        "beyond": sure(),
        "wrong": sure(verified=False),
    }
    ranking = Ranking(ids, scores, verifications)
    index = Pictures(right=noisy(cover, 90), wrong=cover, beyond=cover)
    found = AlignedQuality(depth=2).rerank(query, ranking, index)
    assert found.ids == ids
    assert found.scores[1:].tolist() == [2.9 / 4, 2.85 / 4, 0.4, 0.3]
    assert found[0].quality < 0.6
    assert [hit.quality for hit in found[1:]] == [None] * 4


def test_too_little_overlap_is_not_measured(cover, query):
    shift = np.array([[1.0, 0, -180], [0, 1, 0], [0, 0, 1]])
    ranking = Ranking(("edge",), np.array([0.8]), {"edge": sure(shift)})
    part = np.ascontiguousarray(cover[:, 180:])
    (hit,) = AlignedQuality(least_overlap=0.2).rerank(
        query, ranking, Pictures(edge=part)
    )
    assert hit.quality is None
    assert hit.overlap == pytest.approx(0.1, abs=0.03)
    assert hit.verified


def test_a_region_alone_is_compared(cover):
    changed = cover.copy()
    changed[:, 100:] = 0
    ranking = Ranking(("half",), np.array([0.8]), {"half": sure()})
    index = Pictures(half=changed)
    whole = Query({}, SIDE, SIDE, source=cover)
    left = Query({}, SIDE, SIDE, (0, 0, 90, SIDE), source=cover)
    assert AlignedQuality().rerank(whole, ranking, index)[0].quality < 0.7
    assert AlignedQuality().rerank(left, ranking, index)[0].quality > 0.99


def test_a_function_of_ones_own_sees_both_pictures_and_the_mask(cover, query):
    seen = []

    def mine(reference, picture, mask):
        seen.append((reference.shape, picture.shape, mask.dtype))
        return 0.5

    ranking = Ranking(("copy",), np.array([0.8]), {"copy": sure()})
    (hit,) = AlignedQuality(mine, max_side=100).rerank(
        query, ranking, Pictures(copy=cover)
    )
    assert seen[0] == ((100, 100, 3), (100, 100, 3), np.dtype(bool))
    assert hit.quality == 0.5


def test_where_a_metric_is_not_defined_there_is_no_quality(cover, query):
    ranking = Ranking(("copy",), np.array([0.8]), {"copy": sure()})
    undefined = AlignedQuality(lambda *_: float("nan"))
    (hit,) = undefined.rerank(query, ranking, Pictures(copy=cover))
    assert hit.quality is None
    assert hit.score == 2.8 / 4


def test_nothing_found_stays_nothing(query):
    empty = Ranking((), np.empty(0))

    class Nothing(Pictures):
        def correspondences(self, query, ids):
            return iter(())

    assert len(AlignedQuality().rerank(query, empty, Nothing())) == 0


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (AlignedQuality(depth=0), "depth must be at least 1"),
        (AlignedQuality(max_side=8), "max_side must be at least 16"),
        (AlignedQuality(least_overlap=2), "least_overlap must lie in"),
    ],
)
def test_wrong_arguments_are_refused(query, part, message):
    with pytest.raises(ValueError, match=message):
        part.rerank(query, Ranking((), np.empty(0)), Pictures())


def test_a_metric_that_is_none_is_refused(query):
    with pytest.raises(TypeError, match="metric must be a name such as 'ssim'"):
        AlignedQuality(3).rerank(query, Ranking((), np.empty(0)), Pictures())


def test_a_hit_tells_its_quality_in_json():
    found = cvret.Hit("a", 0.9, quality=0.7, overlap=0.5).to_dict()
    assert (found["quality"], found["overlap"]) == (0.7, 0.5)
