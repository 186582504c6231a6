"""Moments and outlines, against OpenCV and mahotas and by hand."""

import cv2
import numpy as np
import pytest

import cvret
from cvret.features.shape import foreground, in_disk


def leaf(turn: float = 0, scale: float = 1, x: float = 200, y: float = 200, ink=255):
    """A lopsided shape that has no symmetry, 400 x 400."""
    corners = np.array([(-60, -30), (10, -70), (80, -10), (20, 5), (30, 60), (-40, 50)])
    cos, sin = np.cos(turn), np.sin(turn)
    points = corners @ np.array([[cos, sin], [-sin, cos]]) * scale + (x, y)
    image = np.full((400, 400, 3), 255 - ink, np.uint8)
    return cv2.fillPoly(image, [np.rint(points).astype(np.int32)], (ink, ink, ink))


DESCRIPTORS = [cvret.HuMoments(), cvret.ZernikeMoments(), cvret.FourierDescriptors()]
MOVED = {
    "shifted": leaf(x=150, y=260),
    "enlarged": leaf(scale=1.7),
    "turned": leaf(turn=1.0),
    "dark on bright": leaf(ink=0),
}


@pytest.mark.parametrize("moved", MOVED)
@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=repr)
def test_a_shape_stays_itself_where_it_is_moved(descriptor, moved):
    one = descriptor.describe(leaf())
    other = descriptor.describe(MOVED[moved])
    square = np.zeros((400, 400, 3), np.uint8)
    square[100:300, 100:300] = 255
    apart = np.abs(one - descriptor.describe(square)).sum()
    assert np.abs(one - other).sum() < 0.2 * apart


@pytest.mark.parametrize("descriptor", DESCRIPTORS[1:], ids=repr)
def test_mirroring_does_not_matter(descriptor):
    mirrored = np.ascontiguousarray(leaf()[:, ::-1])
    assert descriptor.describe(mirrored) == pytest.approx(
        descriptor.describe(leaf()), abs=0.01
    )


def test_hu_moments_equal_those_of_opencv(chelsea):
    grey = cv2.cvtColor(chelsea, cv2.COLOR_RGB2GRAY)
    expected = cv2.HuMoments(cv2.moments(grey)).ravel()
    vector = cvret.HuMoments(region="grey").describe(chelsea).astype(float)
    found = np.sign(vector) * (10 ** np.abs(vector) - 1) / 1e10
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-14)


def test_the_first_moment_of_a_square_is_a_sixth():
    image = np.zeros((128, 128, 3), np.uint8)
    image[40:80, 40:80] = 255
    first = cvret.HuMoments().describe(image)[0]
    # Of s x s pixels the variance is (s**2 - 1) / 12 each way, over s**2.
    assert (10**first - 1) / 1e10 == pytest.approx((1 - 1 / 40**2) / 6, rel=1e-4)


@pytest.mark.parametrize("degree", [3, 8, 12])
def test_zernike_moments_equal_those_of_mahotas(chelsea, degree):
    mahotas = pytest.importorskip("mahotas")
    image = np.ascontiguousarray(chelsea[60:188, 100:228])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    expected = mahotas.features.zernike_moments(grey, 64, degree, cm=(63.5, 63.5))
    found = cvret.ZernikeMoments(degree, region="grey").describe(image)
    assert found == pytest.approx(expected, abs=1e-5)


def test_zernike_moments_of_a_foreground_equal_those_of_mahotas():
    mahotas = pytest.importorskip("mahotas")
    square = in_disk(foreground(cv2.cvtColor(leaf(), cv2.COLOR_RGB2GRAY)))
    expected = mahotas.features.zernike_moments(square, 64, cm=(63.5, 63.5))
    found = cvret.ZernikeMoments().describe(leaf())
    assert found == pytest.approx(expected, abs=1e-5)


def test_the_disk_reaches_the_farthest_pixel_and_no_farther():
    rows, columns = np.nonzero(in_disk(leaf()[..., 0]))
    farthest = np.hypot(rows - 63.5, columns - 63.5).max()
    assert 62 < farthest <= 64.5


def test_an_ellipse_has_the_harmonics_of_its_axes():
    image = np.zeros((500, 500, 3), np.uint8)
    image = cv2.ellipse(image, (250, 250), (200, 100), 0, 0, 360, (255,) * 3, -1)
    t = np.linspace(0, 2 * np.pi, 20000, endpoint=False)
    fine = 200 * np.cos(t) + 100j * np.sin(t)
    way = np.append(0, np.cumsum(np.abs(np.diff(fine))))
    even = np.interp(np.arange(512) / 512 * way[-1], way, t)
    spectrum = np.abs(np.fft.fft(200 * np.cos(even) + 100j * np.sin(even)))
    expected = [spectrum[f] / spectrum[1] for f in (-1, 2, -2, 3, -3)]
    found = cvret.FourierDescriptors(harmonics=3).describe(image)
    assert found == pytest.approx(expected, abs=0.02)  # pixels are stairs


def test_the_largest_of_several_shapes_counts():
    image = leaf()
    with_dots = image.copy()
    with_dots[10:20, 10:20] = with_dots[380:390, 200:204] = 255
    descriptor = cvret.FourierDescriptors()
    assert np.array_equal(descriptor.describe(with_dots), descriptor.describe(image))


@pytest.mark.parametrize("descriptor", DESCRIPTORS, ids=repr)
def test_a_blank_picture_has_no_shape(descriptor):
    for value in (0, 90, 255):
        blank = np.full((30, 40, 3), value, np.uint8)
        assert not descriptor.describe(blank).any()


def test_wrong_parameters_are_refused(chelsea):
    with pytest.raises(ValueError, match="region must be one of foreground, grey"):
        cvret.HuMoments(region="edges").describe(chelsea)
    with pytest.raises(ValueError, match="degree must be at most 20, got 21"):
        cvret.ZernikeMoments(degree=21).describe(chelsea)
    with pytest.raises(ValueError, match="harmonics must be at most 127, got 128"):
        cvret.FourierDescriptors(harmonics=128).describe(chelsea)
