"""Simulated views: where their features lie, how they are shared, what they gain."""

import cv2
import numpy as np
import pytest

import cvret
from cvret.features.simulated import tilted_view


class Corners:
    """Finds the brightest pixel, with the size and angle that it is told."""

    binary = False

    def __init__(self, size=0.0, angle=30.0):
        self.size, self.angle = size, angle

    def extract(self, image):
        height, width = image.shape[:2]
        rows = np.argsort(-image[..., 0].ravel().astype(int), kind="stable")[:1]
        keypoints = np.full((1, 4), (0, 0, self.size, self.angle), np.float32)
        keypoints[:, 0], keypoints[:, 1] = rows % width, rows // width
        return cvret.LocalFeatures(
            keypoints, np.zeros((1, 2), np.float32), width, height
        )


@pytest.mark.parametrize("x", [40, 100])
@pytest.mark.parametrize("y", [30, 70])
def test_a_spot_is_found_where_it_is_from_every_side(x, y):
    image = np.zeros((101, 141, 3), np.uint8)
    cv2.circle(image, (x, y), 3, (255, 255, 255), -1)
    image = cv2.GaussianBlur(image, (0, 0), 3)
    views = cvret.SimulatedViews(Corners(size=4), 50, tilts=(2.0,), rotation_step=60)
    features = views.extract(image)
    assert len(features) == 7  # the picture, and six views
    assert np.abs(features.keypoints[:, :2] - (x, y)).max() < 2.5
    assert features.keypoints[0, 2] == 4
    assert np.allclose(features.keypoints[1:, 2], 4 * np.sqrt(2))
    assert (features.keypoints[:, 3] == 30).all()


@pytest.mark.parametrize("direction", [0.0, 30.0, 90.0, 135.0])
def test_a_view_is_compressed_along_its_direction_alone(direction):
    _, back = tilted_view(np.zeros((60, 80, 3), np.uint8), 3.0, direction)
    along = np.array([np.cos(np.deg2rad(direction)), np.sin(np.deg2rad(direction))])
    across = np.array([-along[1], along[0]])
    assert np.allclose(back[:, :2] @ along, 3 * along)
    assert np.allclose(back[:, :2] @ across, across)


def test_angle_and_size_are_those_of_the_nearest_similarity():
    # A keypoint's frame in the view, mapped to the picture; the similarity that is
    # nearest by least squares turns as the polar decomposition says.
    _, back = tilted_view(np.zeros((60, 80, 3), np.uint8), 2.0, 40.0)
    angle = np.deg2rad(25.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    frame = back[:, :2] @ turn
    u, _, vt = np.linalg.svd(frame)
    nearest = u @ vt
    assert np.rad2deg(np.arctan2(nearest[1, 0], nearest[0, 0])) == pytest.approx(25)
    assert np.linalg.det(frame) == pytest.approx(np.sqrt(2) ** 2)


def test_features_that_see_beyond_the_border_of_a_view_are_dropped():
    image = np.zeros((60, 60, 3), np.uint8)
    image[28:32, 5:9] = 255  # five pixels from the left border
    near = cvret.SimulatedViews(Corners(2.0), 50, tilts=(2.0,), rotation_step=180)
    wide = cvret.SimulatedViews(Corners(9.0), 50, tilts=(2.0,), rotation_step=180)
    assert len(near.extract(image)) == 3  # the picture, and two views
    # A circle of 9 pixels reaches 4.5 pixels to the left where the view is compressed
    # from top to bottom, but 9 of the picture's where it is from left to right.
    assert len(wide.extract(image)) == 2


class AsManyAsAsked:
    """Finds as many points as it may, or none where the picture is not 60 wide."""

    binary = True

    def __init__(self, everywhere):
        self.everywhere, self.max_keypoints = everywhere, 5

    def extract(self, image):
        height, width = image.shape[:2]
        n = self.max_keypoints if self.everywhere or width == 60 else 0
        keypoints = np.full((n, 4), (width / 2, height / 2, 1, 0), np.float32)
        descriptors = np.full((n, 1), width == 60, np.uint8)
        return cvret.LocalFeatures(keypoints, descriptors, width, height)


def test_the_picture_and_each_tilt_have_equal_shares():
    views = cvret.SimulatedViews(
        AsManyAsAsked(everywhere=True), 120, tilts=(2.0, 4.0), rotation_step=180
    )
    features = views.extract(np.zeros((60, 60, 3), np.uint8))
    assert len(features) == 120
    assert (features.keypoints[:40, 2] == 1).all()
    assert np.allclose(features.keypoints[40:80, 2], np.sqrt(2))
    assert np.allclose(features.keypoints[80:, 2], 2)
    assert views.extractor.max_keypoints == 5


def test_the_picture_gets_what_the_views_leave():
    views = cvret.SimulatedViews(
        AsManyAsAsked(everywhere=False), 90, tilts=(2.0,), rotation_step=180
    )
    features = views.extract(np.zeros((60, 60, 3), np.uint8))
    assert (features.keypoints[:, 2] == 1).sum() >= 60
    assert len(features) == 90


@pytest.mark.parametrize("extractor", [cvret.SIFT(), cvret.ORB()], ids=repr)
def test_a_strongly_tilted_view_has_many_more_true_matches(extractor, coffee):
    image = np.ascontiguousarray(coffee[50:350, 150:500])
    # Seen at 70 degrees: compressed to a third along a slanted direction.
    angle = np.deg2rad(27)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    forth = np.zeros((2, 3))
    forth[:, :2] = np.diag([1 / 3, 1]) @ turn
    forth[1, 2] = 170
    smooth = cv2.GaussianBlur(image, (0, 0), 0.8)
    seen = cv2.warpAffine(smooth, np.diag([3, 1]) @ forth, (1350, 450))
    seen = cv2.resize(seen, (450, 450), interpolation=cv2.INTER_AREA)
    forth[0, 2] = -1 / 3  # the first pixel of the view is the mean of three
    views = cvret.SimulatedViews(extractor, 600, tilts=(2.0, 4.0))
    with_views = true_matches(views, image, seen, forth)
    without = true_matches(type(extractor)(600), image, seen, forth)
    assert with_views > 2 * max(without, 10)


def true_matches(extractor, image, seen, forth) -> int:
    """How many distinct nearest neighbors agree with the known map."""
    one, two = extractor.extract(image), extractor.extract(seen)
    norm = cv2.NORM_HAMMING if extractor.binary else cv2.NORM_L2
    matches = cv2.BFMatcher(norm, True).match(one.descriptors, two.descriptors)
    source = np.array([one.keypoints[m.queryIdx, :2] for m in matches])
    target = np.array([two.keypoints[m.trainIdx, :2] for m in matches])
    expected = source @ forth[:, :2].T + forth[:, 2]
    agree = np.linalg.norm(expected - target, axis=1) < 4
    return len(np.unique((source[agree] / 3).round(), axis=0))


def test_upright_features_stay_upright(coffee):
    views = cvret.SimulatedViews(cvret.SIFT(upright=True), 200, tilts=(2.0,))
    features = views.extract(np.ascontiguousarray(coffee[:150, 200:350]))
    assert len(features) > 20
    assert (features.keypoints[:, 3] == 0).all()


def test_a_tilt_of_1_is_refused(coffee):
    with pytest.raises(ValueError, match="tilts must lie in"):
        cvret.SimulatedViews(cvret.ORB(), tilts=(1.0,)).extract(coffee)
