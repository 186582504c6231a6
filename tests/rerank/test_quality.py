"""A metric of whole pictures as a re-ranker."""

import numpy as np
import pytest

from cvret.errors import ImageError
from cvret.images.reading import Picture
from cvret.records import Query, Ranking
from cvret.rerank.quality import MetricReranking


class Greys:
    """Pictures of one grey each; alike as their greys are."""

    def __init__(self, **greys):
        self.greys = greys

    def picture_of(self, picture, *, max_side=None):
        if isinstance(picture, Query):
            return Picture(picture.source, picture.width, picture.height)
        if picture not in self.greys:
            raise ImageError(f"{picture} does not exist")
        image = np.full((30, 40, 3), self.greys[picture], np.uint8)
        return Picture(image, 40, 30)

    def measure(self, metric, reference, picture, mask=None, profile="sewar"):
        assert metric == "rmse"
        assert reference.shape == picture.shape
        assert reference.shape in {(64, 64, 3), (16, 16, 3)}
        return 1 - abs(float(reference.mean()) - float(picture.mean())) / 255


BLACK = Query({}, 50, 20, source=np.zeros((20, 50, 3), np.uint8))


def test_the_score_is_the_similarity():
    ranking = Ranking(("a", "b", "c"), np.array([0.9, 0.8, 0.7]))
    index = Greys(a=204, b=0, c=51)
    found = MetricReranking("rmse").rerank(BLACK, ranking, index)
    assert found.ids == ("b", "c", "a")
    assert found.scores.tolist() == pytest.approx([1.0, 0.8, 0.2])


def test_the_tail_and_what_cannot_be_read_come_behind_in_their_order():
    ranking = Ranking(("gone", "a", "b", "y", "x"), np.array([1.0, 0.9, 0.8, 0.7, 0.7]))
    found = MetricReranking("rmse", depth=3).rerank(
        BLACK, ranking, Greys(a=204, b=51, x=0, y=0)
    )
    assert found.ids == ("b", "a", "gone", "x", "y")
    # Scaled to at most half the lowest value, 0.2.
    assert found.scores.tolist() == pytest.approx([0.8, 0.2, 0.1, 0.07, 0.07])


def test_the_tail_keeps_its_order_where_nothing_is_alike():
    ranking = Ranking(("a", "y", "x"), np.array([0.9, 0.5, 0.4]))
    found = MetricReranking(lambda *_: -1.0, depth=1).rerank(BLACK, ranking, Greys(a=9))
    assert found.ids == ("a", "y", "x")
    assert (np.diff(found.scores) < 0).all()


def test_equal_values_are_ordered_by_id():
    ranking = Ranking(("b", "a"), np.array([0.9, 0.1]))
    found = MetricReranking("rmse").rerank(BLACK, ranking, Greys(a=7, b=7))
    assert found.ids == ("a", "b")


def test_a_region_alone_is_compared():
    image = np.zeros((20, 50, 3), np.uint8)
    image[5:15, 10:30] = 102
    query = Query({}, 50, 20, (10, 5, 20, 10), source=image)
    ranking = Ranking(("grey",), np.array([0.5]))
    (hit,) = MetricReranking("rmse").rerank(query, ranking, Greys(grey=102))
    assert hit.score == 1.0


def test_a_function_of_ones_own():
    def darker(reference, picture):
        return 1 - picture.mean() / 255

    ranking = Ranking(("a", "b"), np.array([0.9, 0.8]))
    found = MetricReranking(darker, side=8).rerank(BLACK, ranking, Greys(a=204, b=51))
    assert found.ids == ("b", "a")


def test_where_nothing_can_be_measured_the_order_stays():
    ranking = Ranking(("b", "a"), np.array([0.9, 0.1]))
    found = MetricReranking(lambda *_: np.nan).rerank(BLACK, ranking, Greys(a=1, b=2))
    assert found.ids == ("b", "a")
    assert 0 <= found.scores.min() <= found.scores.max() <= 1


def test_wrong_arguments_are_refused():
    ranking = Ranking(("a",), np.array([0.9]))
    with pytest.raises(ValueError, match="side must be at least 1"):
        MetricReranking(side=0).rerank(BLACK, ranking, Greys())
    with pytest.raises(TypeError, match="metric must be a name such as 'ssim'"):
        MetricReranking(None).rerank(BLACK, ranking, Greys())
