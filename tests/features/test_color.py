"""Color histograms, by hand and against OpenCV's own histogram."""

import cv2
import numpy as np
import pytest
from sklearn.base import clone

import cvret


def test_one_color_falls_into_one_bin():
    # Pure green: hue 120 degrees = bin 6 of 18, full saturation and value.
    image = np.zeros((3, 3, 3), np.uint8)
    image[..., 1] = 255
    histogram = cvret.HSVHistogram().describe(image)
    assert np.flatnonzero(histogram).tolist() == [6 * 9 + 2 * 3 + 2]
    assert histogram.sum() == 1


def test_equal_to_opencv_where_bins_divide_the_range(chelsea):
    # calcHist computes the bin of a value in floats; with 4 bins of saturation and
    # value, and hues of 0 to 179 in 18, no value lies on a border that rounds.
    hsv = cv2.cvtColor(chelsea, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], None, [18, 4, 4], [0, 180, 0, 256, 0, 256])
    expected = counts.ravel() / counts.sum()
    found = cvret.HSVHistogram(bins=(18, 4, 4)).describe(chelsea)
    assert np.allclose(found, expected, atol=1e-7)


def test_mirroring_changes_nothing(chelsea):
    descriptor = cvret.HSVHistogram()
    mirrored = np.ascontiguousarray(chelsea[:, ::-1])
    assert np.array_equal(descriptor.describe(chelsea), descriptor.describe(mirrored))


def test_names_are_in_the_order_of_the_vector():
    names = cvret.HSVHistogram(bins=(2, 1, 2)).get_feature_names_out()
    assert names.tolist() == ["h0_s0_v0", "h0_s0_v1", "h1_s0_v0", "h1_s0_v1"]


@pytest.mark.parametrize(
    ("bins", "message"),
    [
        ((18, 3), "bins must be three numbers"),
        ((18, 0, 3), "bins must be at least 1, got 0"),
        ((300, 3, 3), "at most 256"),
    ],
)
def test_wrong_bins_are_refused(chelsea, bins, message):
    with pytest.raises(ValueError, match=message):
        cvret.HSVHistogram(bins=bins).describe(chelsea)


def test_hsv_is_what_stored_indexes_have(chelsea):
    # As first released: float64 counts over the pixels, then float32, to the bit.
    hsv = cv2.cvtColor(chelsea, cv2.COLOR_RGB2HSV).astype(int)
    hue, saturation, value = hsv.transpose(2, 0, 1)
    cells = hue * 18 // 180 * 9 + saturation * 3 // 256 * 3 + value * 3 // 256
    counts = np.bincount(cells.ravel(), minlength=162)
    expected = (counts / cells.size).astype(np.float32)
    assert cvret.HSVHistogram().describe(chelsea).tobytes() == expected.tobytes()


def flag() -> np.ndarray:
    """Red over blue, two pixels wide."""
    image = np.zeros((2, 2, 3), np.uint8)
    image[0, :, 0] = 255
    image[1, :, 2] = 255
    return image


@pytest.mark.parametrize(
    ("histogram", "red", "blue"),
    [
        (cvret.RGBHistogram(bins=(2, 2, 2)), "r1_g0_b0", "r0_g0_b1"),
        # Blue of sRGB is at 240 degrees, of 360 in 3.
        (cvret.HSVHistogram(bins=(3, 1, 1)), "h0_s0_v0", "h2_s0_v0"),
        # L*a*b* of red is 53, 80, 67, of blue 32, 79, -108.
        (cvret.LabHistogram(bins=(2, 3, 3)), "L1_a2_b2", "L0_a2_b0"),
        (cvret.OpponentHistogram(bins=(3, 3, 1)), "O1:2_O2:2_O3:0", "O1:1_O2:0_O3:0"),
        (cvret.RGHistogram(bins=(2, 2)), "r1_g0", "r0_g0"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value,
)
def test_pure_colors_by_hand(histogram, red, blue):
    def features(image) -> dict[str, float]:
        names = histogram.get_feature_names_out().tolist()
        shares = histogram.describe(image).tolist()
        return {n: s for n, s in zip(names, shares, strict=True) if s}

    assert features(flag()) == {red: 0.5, blue: 0.5}
    histogram = clone(histogram).set_params(layout=(2, 1))
    assert features(flag()) == {
        f"row0_column0_{red}": 0.5,
        f"row1_column0_{blue}": 0.5,
    }


@pytest.mark.parametrize("name", ["HSV", "RGB", "Lab", "Opponent", "RG"])
@pytest.mark.parametrize("layout", [(2, 3), "center-surround"])
def test_each_region_has_the_same_share(name, layout, chelsea):
    histogram = getattr(cvret, f"{name}Histogram")(layout=layout)
    shares = histogram.describe(chelsea)
    n_regions = 6 if layout == (2, 3) else 2
    assert len(shares) == len(histogram.get_feature_names_out())
    assert np.allclose(shares.reshape(n_regions, -1).sum(axis=1), 1 / n_regions)


def test_a_region_is_described_as_if_it_were_alone(chelsea):
    parts = cvret.RGBHistogram(layout=(1, 2)).describe(chelsea).reshape(2, -1)
    half = np.ascontiguousarray(chelsea[:, chelsea.shape[1] // 2 :])
    assert np.allclose(parts[1] * 2, cvret.RGBHistogram().describe(half))


def test_chromaticity_does_not_change_with_the_light(chelsea):
    dim = (chelsea // 2 * 2).astype(np.uint8)
    dark = dim // 2
    found = cvret.RGHistogram(bins=(4, 4)).describe(np.ascontiguousarray(dark))
    assert np.abs(found - cvret.RGHistogram(bins=(4, 4)).describe(dim)).sum() < 0.01
