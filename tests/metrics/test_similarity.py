"""Metrics as similarities of two pictures."""

import numpy as np
import pytest

import cvret
from cvret.metrics.similarity import similarity

BLACK = np.zeros((24, 24, 3), np.uint8)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("rmse", 1 - 51 / 255), ("mse", 1 - (51 / 255) ** 2), ("psnr", 1 - 51 / 255)],
)
def test_by_hand(metric, expected):
    assert similarity(metric, BLACK, BLACK + np.uint8(51)) == pytest.approx(expected)


def test_equal_pictures_are_1_also_where_the_value_is_infinite():
    assert similarity("psnr", BLACK, BLACK) == 1.0


def test_where_the_metric_is_not_defined_it_is_nan():
    assert np.isnan(similarity("cosine", BLACK, BLACK + np.uint8(9)))


def test_what_is_masked_does_not_count():
    other = BLACK.copy()
    other[:, 12:] = 255
    mask = np.zeros((24, 24), bool)
    mask[:, :12] = True
    assert similarity("rmse", BLACK, other, mask) == 1.0


def test_wrong_names_are_refused():
    with pytest.raises(cvret.UnknownNameError, match="there are cosine, ergas"):
        similarity("sharpness", BLACK, BLACK)
    with pytest.raises(TypeError, match="metric must be a name, got list"):
        similarity(["ssim"], BLACK, BLACK)
