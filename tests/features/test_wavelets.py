"""Wavelet subbands, against PyWavelets."""

import numpy as np
import pytest

import cvret
from cvret.features.wavelets import wavelet_subbands

WAVELETS = ["haar", "db2", "db4"]


@pytest.mark.filterwarnings("ignore:Level value")
@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize(("height", "width"), [(64, 96), (8, 8)])
def test_subbands_equal_those_of_pywavelets(chelsea, wavelet, height, width):
    pywt = pytest.importorskip("pywt")
    grey = chelsea[:height, :width, 0].astype(np.float32)
    low, *details = pywt.wavedec2(grey, wavelet, "periodization", level=3)
    expected = [low, *(band for level in details for band in level)]
    found = wavelet_subbands(grey, wavelet, 3)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-2)


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_energy_is_kept(chelsea, wavelet):
    grey = chelsea[:128, :128, 1].astype(np.float32)
    bands = wavelet_subbands(grey, wavelet, 4)
    energy = sum(float((band.astype(float) ** 2).sum()) for band in bands)
    assert energy == pytest.approx(float((grey.astype(float) ** 2).sum()), rel=1e-5)


def test_values_are_means_and_deviations_of_the_subbands(chelsea):
    image = np.repeat(chelsea[:256, :256, 1:2], 3, axis=2)
    part = cvret.WaveletEnergies(levels=2)
    names, vector = part.get_feature_names_out(), part.describe(image)
    bands = wavelet_subbands(image[..., 0].astype(np.float32) / 255, "db4", 2)
    values = dict(zip(names, vector, strict=True))
    assert values["approximation_mean"] == pytest.approx(image.mean() / 255, rel=1e-4)
    assert values["level1_diagonal_std"] == pytest.approx(
        bands[6].std() / 2 / 0.02, rel=1e-4
    )
    assert values["level2_horizontal_mean"] == pytest.approx(
        np.abs(bands[1]).mean() / 4 / 0.02, rel=1e-4
    )


def test_size_hardly_matters(chelsea):
    image = np.ascontiguousarray(chelsea[:256, :256])
    double = image.repeat(2, axis=0).repeat(2, axis=1)
    one, other = (cvret.WaveletEnergies().describe(i) for i in (image, double))
    assert one == pytest.approx(other, abs=1e-4)


def test_wrong_arguments_are_refused(chelsea):
    with pytest.raises(
        ValueError, match=r"side must be a multiple of 2\*\*levels=512, got 256"
    ):
        cvret.WaveletEnergies(levels=9).describe(chelsea)
    with pytest.raises(ValueError, match="wavelet must be one of haar, db2, db4"):
        cvret.WaveletEnergies(wavelet="sym4").describe(chelsea)
