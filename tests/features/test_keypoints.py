"""SIFT and ORB: what OpenCV finds, balanced over the picture."""

import cv2
import numpy as np
import pytest

import cvret


def test_plain_sift_gives_opencvs_descriptors(coffee):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    found, expected = cv2.SIFT_create().detectAndCompute(grey, None)
    features = cvret.SIFT(max_keypoints=10**5, root=False).extract(coffee)
    assert np.array_equal(features.descriptors, expected)
    points = np.array([(*k.pt, k.size, k.angle) for k in found], np.float32)
    assert np.array_equal(features.keypoints, points)


def test_rootsift_is_the_square_root_of_the_l1_normalized_descriptor(coffee):
    plain = cvret.SIFT(root=False).extract(coffee).descriptors
    root = cvret.SIFT().extract(coffee).descriptors
    expected = np.sqrt(plain / plain.sum(axis=1, keepdims=True))
    assert np.allclose(root, expected, atol=1e-6)
    assert np.allclose((root**2).sum(axis=1), 1, atol=1e-5)


def test_orb_descriptors_are_bit_strings(coffee):
    features = cvret.ORB(max_keypoints=200).extract(coffee)
    assert features.descriptors.shape == (200, 32)
    assert features.descriptors.dtype == np.uint8
    assert cvret.ORB().binary
    assert not cvret.SIFT().binary


@pytest.mark.parametrize("extractor", [cvret.SIFT(), cvret.ORB()])
def test_a_flat_picture_has_no_keypoints(extractor):
    features = extractor.extract(np.full((64, 64, 3), 90, np.uint8))
    assert len(features) == 0
    assert features.keypoints.shape == (0, 4)
    assert features.descriptors.shape[1] in (32, 128)


@pytest.mark.parametrize("extractor", [cvret.SIFT(), cvret.ORB()])
@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (20, 20)])
def test_tiny_pictures_are_no_error(extractor, shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    features = extractor.extract(image)
    assert (features.width, features.height) == shape[::-1]


@pytest.mark.parametrize("extractor", [cvret.SIFT(100), cvret.ORB(100)])
def test_keypoints_lie_inside_and_are_not_too_many(extractor, chelsea):
    features = extractor.extract(chelsea)
    x, y = features.keypoints[:, 0], features.keypoints[:, 1]
    assert 0 < len(features) <= 100
    assert x.min() >= 0
    assert x.max() < chelsea.shape[1]
    assert y.min() >= 0
    assert y.max() < chelsea.shape[0]


def test_a_busy_corner_does_not_take_all_keypoints():
    rng = np.random.default_rng(0)
    image = np.full((512, 512, 3), 128, np.uint8)
    image[:160, :160] = rng.integers(0, 256, (160, 160, 1))  # strong noise
    faint = cv2.GaussianBlur(rng.normal(0, 60, (352, 352)), (0, 0), 3) * 3
    image[160:, 160:] = np.clip(128 + faint, 0, 255)[..., None]
    features = cvret.SIFT(max_keypoints=200).extract(image)
    busy = (features.keypoints[:, :2] < 165).all(axis=1)
    assert (~busy).mean() > 0.2


def test_extraction_leaves_the_image_and_opencvs_threads_alone(coffee):
    before, threads = coffee.copy(), cv2.getNumThreads()
    cvret.SIFT().extract(coffee)
    assert np.array_equal(before, coffee)
    assert cv2.getNumThreads() == threads


def test_upright_sift_is_sift_described_at_the_angle_0(coffee):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    features = cvret.SIFT(max_keypoints=100, root=False, upright=True).extract(coffee)
    assert (features.keypoints[:, 3] == 0).all()
    assert len(np.unique(features.keypoints, axis=0)) == len(features)
    sift = cv2.SIFT_create()
    found = [p for p in sift.detect(grey) if p.octave & 255 == 255][:50]
    for point in found:
        point.angle = 0
    _, expected = sift.compute(grey, found)
    whole = cvret.SIFT(max_keypoints=10**5, root=False, upright=True).extract(coffee)
    rows = {tuple(k[:3]): d for k, d in zip(*vars_of(whole), strict=True)}
    for point, descriptor in zip(found, expected, strict=True):
        key = tuple(np.float32([*point.pt, point.size]))
        assert np.abs(rows[key] - descriptor).max() <= 1


def vars_of(features):
    return features.keypoints, features.descriptors


def test_surf_says_why_it_is_absent_and_what_to_use():
    with pytest.raises(cvret.MissingExtraError, match="patented; use cvret.SIFT"):
        cvret.SURF()


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_rgb_image_is_refused(bad):
    with pytest.raises(ValueError, match="image must have shape"):
        cvret.SIFT().extract(bad)


def test_more_levels_than_a_picture_has_are_no_error(coffee):
    found = cvret.ORB(n_levels=60).extract(np.ascontiguousarray(coffee[:200, :200]))
    assert len(found) > 0
