"""Co-occurrence of grey levels, against scikit-image and mahotas."""

import numpy as np
import pytest
from skimage.feature import graycomatrix, graycoprops

import cvret
from cvret.features.haralick import (
    HARALICK,
    cooccurrence_matrices,
    cooccurrence_properties,
)

ANGLES = [0, np.pi / 4, np.pi / 2, 3 * np.pi / 4, 0.3, 4.0]


@pytest.mark.parametrize("levels", [8, 256])
@pytest.mark.parametrize("symmetric", [False, True])
def test_matrices_equal_those_of_scikit_image(chelsea, levels, symmetric):
    grey = (chelsea[:50, :70, 1] // (256 // levels)).copy()
    expected = graycomatrix(grey, [1, 2, 5], ANGLES, levels, symmetric=symmetric)
    found = cooccurrence_matrices(grey, [1, 2, 5], ANGLES, levels, symmetric=symmetric)
    assert np.array_equal(found, expected)


def test_steps_that_leave_the_picture_find_no_pairs():
    grey = np.zeros((2, 3), np.uint8)
    counts = cooccurrence_matrices(grey, [2], [0, np.pi / 2], 4)
    assert counts.sum(axis=(0, 1)).tolist() == [[4, 0]]


def test_properties_equal_those_of_scikit_image(chelsea):
    grey = chelsea[:50, :70, 1] // 8
    counts = cooccurrence_matrices(grey, [1, 3], ANGLES, 32)
    found = cooccurrence_properties(counts)
    for name in ("contrast", "dissimilarity", "homogeneity", "energy", "correlation"):
        assert found[name] == pytest.approx(graycoprops(counts, name))
    assert found["asm"] == pytest.approx(graycoprops(counts, "ASM"))
    assert found["variance"] == pytest.approx(graycoprops(counts, "variance"))
    assert found["entropy"] == pytest.approx(graycoprops(counts, "entropy") / np.log(2))


def test_the_thirteen_equal_those_of_mahotas(chelsea):
    mahotas = pytest.importorskip("mahotas", exc_type=ImportError)
    grey = np.ascontiguousarray(chelsea[:60, :80, 1])
    expected = mahotas.features.haralick(
        grey, use_x_minus_y_variance=True, return_mean_ptp=True
    )
    image = np.repeat(grey[..., None], 3, axis=2)
    found = cvret.Haralick(levels=256, scaled=False).describe(image)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_one_color_has_one_pair_of_levels():
    image = np.full((5, 5, 3), 200, np.uint8)
    values = cvret.Haralick(levels=4, scaled=False).describe(image)
    # Level 3 of 0 to 3: asm 1, correlation 1 by convention, homogeneity 1, the sum 6.
    expected = dict.fromkeys(HARALICK, 0) | {
        "asm": 1,
        "correlation": 1,
        "homogeneity": 1,
        "sum_average": 6,
    }
    assert values[:13] == pytest.approx([expected[name] for name in HARALICK])
    assert values[13:] == pytest.approx(np.zeros(13), abs=1e-6)
    one = cvret.Haralick(levels=4, scaled=False).describe(image[:1, :1].copy())
    assert one == pytest.approx(values, abs=1e-6)


def test_no_direction_is_preferred(chelsea):
    turned = np.ascontiguousarray(np.rot90(chelsea))
    one, other = (cvret.Haralick().describe(i) for i in (chelsea, turned))
    assert one == pytest.approx(other, abs=1e-4)


def test_wrong_arguments_are_refused(chelsea):
    with pytest.raises(ValueError, match="levels must be at most 256, got 300"):
        cvret.Haralick(levels=300).describe(chelsea)
    with pytest.raises(ValueError, match="features must be among asm, .*, got 'glcm'"):
        cvret.Haralick(features=("glcm",)).describe(chelsea)
    with pytest.raises(ValueError, match="angles must have at least one element"):
        cvret.Haralick(angles=()).describe(chelsea)
