"""Pictures laid over each other: where they should lie, and as soft as each other."""

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity

from cvret.rerank.warping import between_sizes, lay_over, refine

NO_MOVE = np.eye(3)


def ssim(overlap) -> float:
    """Of what overlaps, by scikit-image."""
    _, local = structural_similarity(
        overlap.reference, overlap.picture, channel_axis=2, data_range=255, full=True
    )
    return float(local.mean(axis=2)[overlap.mask].mean())


def moved(image, transform, width, height) -> np.ndarray:
    """What the transform makes of a picture."""
    return cv2.warpPerspective(image, transform, (width, height))


def turning(image, degrees, factor=1.0) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, factor)
    return np.vstack([turn, [0, 0, 1]])


def farthest(found, true, image) -> float:
    """How far off the corners are, in pixels."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]])
    ends = [corners @ each.T for each in (found, true)]
    return float(np.abs(np.subtract(*(end[:, :2] / end[:, 2:] for end in ends))).max())


def test_a_picture_lies_over_itself(coffee):
    found = lay_over(coffee, coffee, NO_MOVE)
    # One is averaged, the other interpolated and averaged.
    assert np.abs(found.reference.astype(int) - found.picture).mean() < 1
    assert found.mask.all()
    assert found.share == 1.0


def test_the_grid_is_half_as_fine_as_the_coarser_picture(coffee):
    half = cv2.resize(coffee, (300, 200), interpolation=cv2.INTER_AREA)
    onto = between_sizes((600, 400), (300, 200))
    assert lay_over(coffee, coffee, NO_MOVE, max_side=999).mask.shape == (200, 300)
    assert lay_over(coffee, half, onto, max_side=999).mask.shape == (100, 150)
    assert lay_over(coffee, half, onto, max_side=60).mask.shape == (40, 60)


def test_a_small_picture_is_not_made_smaller_than_48_pixels(coffee):
    tiny = np.ascontiguousarray(coffee[100:160, 200:290])
    assert lay_over(tiny, tiny, NO_MOVE).mask.shape == (48, 72)


@pytest.mark.parametrize("size", [(1200, 800), (300, 200)])
def test_another_size_is_as_sharp_after_all(coffee, size):
    other = cv2.resize(coffee, size, interpolation=cv2.INTER_AREA)
    found = lay_over(coffee, other, between_sizes((600, 400), size))
    off = np.abs(found.reference.astype(int) - found.picture)[found.mask]
    assert off.mean() < 2
    assert ssim(found) > 0.98


def test_what_lies_outside_is_masked(coffee):
    # The result is the lower right quarter: a quarter of the query overlaps.
    shift = np.array([[1.0, 0, -300], [0, 1, -200], [0, 0, 1]])
    found = lay_over(coffee, np.ascontiguousarray(coffee[200:, 300:]), shift)
    assert found.share == pytest.approx(0.25, abs=0.01)
    height, width = found.mask.shape
    assert not found.mask[: height // 2 - 1].any()
    assert not found.mask[:, : width // 2 - 1].any()
    assert ssim(found) > 0.99


def test_nothing_overlaps_where_the_transform_leads_away(coffee):
    away = np.array([[1.0, 0, 9000], [0, 1, 9000], [0, 0, 1]])
    assert lay_over(coffee, coffee, away).share == 0.0


def test_a_region_alone_is_laid_over(coffee):
    found = lay_over(coffee, coffee, NO_MOVE, region=(100, 50, 200, 100))
    assert found.mask.shape == (50, 100)
    expected = cv2.resize(
        coffee[50:150, 100:300], (100, 50), interpolation=cv2.INTER_AREA
    )
    assert (found.reference == expected).all()
    assert np.abs(found.picture.astype(int) - expected).max() <= 1


def test_a_transform_that_is_off_is_refined(coffee):
    true = turning(coffee, 15, 0.9)
    result = moved(coffee, true, 600, 400)
    off = np.array([[1.01, 0.004, -4], [-0.003, 0.99, 5], [0, 0, 1]]) @ true
    rough = lay_over(coffee, result, off)
    better, quality = refine(coffee, result, rough, ssim)
    assert farthest(off, true, coffee) > 4
    assert farthest(better.transform, true, coffee) < 1
    assert ssim(rough) < 0.8 < 0.95 < quality
    assert quality == ssim(better)


def test_perspective_that_an_affine_transform_cannot_say_is_refined(coffee):
    true = np.array([[0.95, 0.02, 5], [0.01, 0.93, 8], [1e-4, 6e-5, 1]])
    result = moved(coffee, true, 600, 400)
    corners = np.array([[0, 0], [600, 0], [0, 400], [600, 400]], np.float64)
    seen = np.hstack([corners, np.ones((4, 1))]) @ true.T
    seen = seen[:, :2] / seen[:, 2:]
    fit, *_ = np.linalg.lstsq(np.hstack([corners, np.ones((4, 1))]), seen)
    affine = np.vstack([fit.T, [0, 0, 1]])
    rough = lay_over(coffee, result, affine)
    better, quality = refine(coffee, result, rough, ssim)
    assert ssim(rough) < 0.8 < 0.95 < quality
    assert farthest(better.transform, true, coffee) < 3


def test_refinement_never_makes_it_worse(coffee, chelsea):
    onto = between_sizes((600, 400), (chelsea.shape[1], chelsea.shape[0]))
    rough = lay_over(coffee, chelsea, onto)
    better, quality = refine(coffee, chelsea, rough, ssim)
    assert quality >= ssim(rough)
    assert better.share >= 0.9 * rough.share


def test_a_flat_picture_is_no_error():
    grey = np.full((90, 90, 3), 128, np.uint8)
    rough = lay_over(grey, grey, NO_MOVE)
    better, quality = refine(grey, grey, rough, lambda overlap: 0.25)
    assert better is rough
    assert quality == 0.25


@pytest.mark.parametrize(
    "edit", [np.s_[:, 380:], np.s_[100:300, 150:260]], ids=["a side", "the middle"]
)
def test_an_edit_does_not_pull_the_transform_away(coffee, edit):
    true = turning(coffee, 12, 0.9)
    result = moved(coffee, true, 600, 400)
    result[edit] = 127
    off = np.array([[1.0, 0, -4], [0, 1, 4], [0, 0, 1]]) @ true
    better, _ = refine(coffee, result, lay_over(coffee, result, off), ssim)
    assert farthest(better.transform, true, coffee) < 1
