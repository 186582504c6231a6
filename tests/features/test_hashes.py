"""Perceptual hashes against OpenCV's, and the formulas written out."""

import cv2
import numpy as np
import pytest
import pywt
from PIL import Image

import cvret

HASHES = {
    cvret.AverageHash: cv2.img_hash.averageHash,
    cvret.PerceptualHash: cv2.img_hash.pHash,
    cvret.BlockMeanHash: cv2.img_hash.blockMeanHash,
    cvret.MarrHildrethHash: cv2.img_hash.marrHildrethHash,
}
BINARY = [
    cvret.AverageHash(),
    cvret.AverageHash(side=16),
    cvret.DifferenceHash(),
    cvret.PerceptualHash(),
    cvret.PerceptualHash(side=16),
    cvret.WaveletHash(),
    cvret.WaveletHash(side=16),
    cvret.BlockMeanHash(),
    cvret.BlockMeanHash(mode=1),
    cvret.MarrHildrethHash(),
]


def blue_first(image):
    return np.ascontiguousarray(image[..., ::-1])


def noise(height, width, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("hash_", HASHES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("size", ["photo", (40, 90), (7, 300), (256, 256), (700, 512)])
def test_bits_are_those_of_opencv(hash_, size, coffee):
    image = coffee if size == "photo" else noise(*size)
    expected = HASHES[hash_](blue_first(image))[0]
    assert hash_().describe_packed(image).tolist() == expected.tolist()


def test_overlapping_blocks_are_those_of_opencv(coffee):
    expected = cv2.img_hash.BlockMeanHash.create(1).compute(blue_first(coffee))[0]
    hash_ = cvret.BlockMeanHash(mode=1)
    assert hash_.describe_packed(coffee).tolist() == expected.tolist()
    assert hash_.describe(coffee).shape == (961,)


def test_numbers_are_those_of_opencv(coffee):
    other = blue_first(coffee)
    radial = cv2.img_hash.radialVarianceHash(other)[0]
    assert cvret.RadialVarianceHash().describe(coffee).tolist() == radial.tolist()
    moments = cv2.img_hash.colorMomentHash(other)[0] * 10_000
    found = cvret.ColorMomentHash().describe(coffee)
    assert found.tolist() == moments.astype(np.float32).tolist()


@pytest.mark.parametrize("side", [8, 16])
def test_the_difference_hash_is_that_of_imagehash(side, coffee):
    # imagehash 4.3: dhash.
    grey = Image.fromarray(coffee).convert("L")
    pixels = np.asarray(grey.resize((side + 1, side), Image.Resampling.LANCZOS))
    expected = pixels[:, 1:] > pixels[:, :-1]
    found = cvret.DifferenceHash(side).describe(coffee)
    assert found.tolist() == expected.ravel().tolist()


@pytest.mark.parametrize("side", [8, 16])
def test_the_wavelet_hash_is_that_of_imagehash(side, coffee):
    # imagehash 4.3: whash, with the wavelets of PyWavelets; the picture's shorter side
    # is 400, so it is scaled to 256.
    grey = Image.fromarray(coffee).convert("L")
    pixels = np.asarray(grey.resize((256, 256), Image.Resampling.LANCZOS)) / 255
    coefficients = pywt.wavedec2(pixels, "haar", level=8)
    coefficients[0] = coefficients[0] * 0
    pixels = pywt.waverec2(coefficients, "haar")
    low = pywt.wavedec2(pixels, "haar", level=8 - int(np.log2(side)))[0]
    above = low - np.median(low)
    clear = np.abs(above.ravel()) > 1e-9  # beside a tie, which rounding decides there
    found = cvret.WaveletHash(side).describe(coffee)
    assert clear.sum() >= side**2 - 2
    assert found[clear].tolist() == (above.ravel() > 0)[clear].tolist()


def test_a_longer_perceptual_hash_has_the_frequencies_of_the_formula():
    # One wave along x and one along y, of 5 and 11 half periods: of 16 x 16 frequencies
    # the two coefficients alone are far above the mean.
    place = (np.arange(64) + 0.5) / 64
    waves = np.cos(np.pi * 5 * place)[None] + np.cos(np.pi * 11 * place)[:, None]
    grey = np.rint(127 + 60 * waves).astype(np.uint8)
    bits = cvret.PerceptualHash(side=16).describe(np.dstack([grey] * 3))
    assert np.flatnonzero(bits).tolist() == [5, 11 * 16]


@pytest.mark.parametrize("hash_", BINARY, ids=repr)
def test_a_copy_differs_in_few_bits_and_another_picture_in_many(hash_, coffee, chelsea):
    bits = hash_.describe(coffee)
    assert set(bits.tolist()) == {0, 1}
    assert hash_.n_bits == len(bits) == len(hash_.get_feature_names_out())
    small = cv2.resize(coffee, (300, 200), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])
    copy = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    assert (bits != hash_.describe(copy)).mean() < 0.15
    assert (bits != hash_.describe(chelsea)).mean() > 0.25


@pytest.mark.parametrize("hash_", BINARY, ids=repr)
def test_packed_bits_come_back(hash_, coffee):
    bits, packed = hash_.describe(coffee), hash_.describe_packed(coffee)
    assert packed.shape == (-(-hash_.n_bits // 8),)
    assert np.array_equal(hash_.pack(np.stack([bits, bits])), [packed, packed])
    assert np.bitwise_count(packed).sum() == bits.sum()


@pytest.mark.parametrize(
    "hash_", [*BINARY, cvret.RadialVarianceHash(), cvret.ColorMomentHash()], ids=repr
)
@pytest.mark.parametrize("shape", [(1, 1), (30, 30), (1, 500), (99, 60)])
def test_pictures_of_one_grey_are_all_the_same(hash_, shape):
    dark, light = (np.full((*shape, 3), value, np.uint8) for value in (7, 201))
    if not isinstance(hash_, cvret.ColorMomentHash):  # which has a mass, so to speak
        assert hash_.describe(dark).tolist() == hash_.describe(light).tolist()
    assert hash_.describe(dark).tolist() == hash_.describe(dark.copy()).tolist()


def test_a_view_of_a_picture_has_the_bits_of_its_copy(coffee):
    view = coffee[10:200, 30:400]
    for hash_ in (*BINARY, cvret.RadialVarianceHash(), cvret.ColorMomentHash()):
        expected = hash_.describe(np.ascontiguousarray(view))
        assert np.array_equal(hash_.describe(view), expected)


def test_wrong_sizes_are_refused(coffee):
    with pytest.raises(ValueError, match="side must be a power of two, got 12"):
        cvret.WaveletHash(side=12).describe(coffee)
    with pytest.raises(ValueError, match="side must be at least 2, got 1"):
        cvret.AverageHash(side=1).describe(coffee)
    with pytest.raises(ValueError, match="side must be at most 256, got 257"):
        cvret.PerceptualHash(side=257).describe(coffee)
    with pytest.raises(ValueError, match="mode must be at most 1, got 2"):
        cvret.BlockMeanHash(mode=2).describe(coffee)
