"""Binary codes: what bits mean, what is learned, and what comes back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

import cvret
from cvret.encoding.codes import METHODS
from cvret.index.dense import METRICS


class Given:
    """A descriptor that gives the first row of a picture; for `fit_vectors` alone."""

    def __init__(self, metric="l2"):
        self.metric = metric

    def describe(self, image):
        return image[0, :, 0].astype(np.float32)


def clusters(n: int, d: int, seed: int = 0) -> np.ndarray:
    """Points around ten centers, all above 0."""
    rng = np.random.default_rng(seed)
    centers = rng.random((10, d))
    points = centers[rng.integers(0, 10, n)] + 0.05 * rng.standard_normal((n, d))
    return np.abs(points).astype(np.float32)


def unpacked(codes: cvret.BinaryCodes, vectors: np.ndarray) -> np.ndarray:
    packed = codes.encode_vectors(vectors)
    return np.unpackbits(packed, axis=1, count=codes.n_bits)


def test_equal_bits_of_random_directions_tell_the_angle():
    # Charikar: of two vectors at an angle, angle / pi of the bits differ. The mean is
    # 0, for with each vector its opposite is there.
    angle = np.pi / 3
    pair = np.float32([[1, 0, 0], [np.cos(angle), np.sin(angle), 0]])
    codes = cvret.BinaryCodes(Given("cosine"), n_bits=8192, method="lsh")
    codes.fit_vectors(np.concatenate([pair, -pair]))
    one, other = unpacked(codes, pair)
    # Four standard deviations of a share of 8,192 draws.
    assert (one != other).mean() == pytest.approx(1 / 3, abs=0.021)


def test_itq_finds_the_corners_of_a_turned_cube():
    # Eight corners of a cube, turned in space: its own axes are the only cuts at which
    # codes lose nothing, so each corner has a code of its own, and neighbors one bit.
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    turn, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))
    rng = np.random.default_rng(4)
    points = (corners * (1, 1.02, 1.05)).repeat(20, axis=0)
    points = (points + 0.01 * rng.standard_normal(points.shape)) @ turn
    codes = cvret.BinaryCodes(Given(), n_bits=3).fit_vectors(points.astype(np.float32))
    bits = unpacked(codes, points.astype(np.float32)).reshape(8, 20, 3)
    assert (bits == bits[:, :1]).all()
    apart = (bits[:, None, 0] != bits[None, :, 0]).sum(axis=2)
    assert np.array_equal(apart, (corners[:, None] != corners).sum(axis=2))


def test_spectral_hashing_cuts_in_halves_then_in_quarters():
    # On a line from 0 to 8 the slowest waves are cos(pi x / 8), cos(2 pi x / 8) ...
    line = np.float32([[0], [1], [2.5], [3], [5], [5.5], [7], [8]])
    codes = cvret.BinaryCodes(Given(), n_bits=3, method="spectral").fit_vectors(line)
    expected = [np.cos(np.pi * k * line[:, 0] / 8) > 0 for k in (1, 2, 3)]
    found = unpacked(codes, line).T.astype(bool)
    # The direction along the line points to the larger numbers.
    assert found.tolist() == np.array(expected).tolist()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("metric", sorted(METRICS.keys() - {"palette"}))
def test_near_vectors_have_near_codes(method, metric):
    vectors = clusters(300, 24)
    if metric == "hamming":
        vectors = (vectors > 0.5).astype(np.float32)
    codes = cvret.BinaryCodes(Given(metric), n_bits=64, method=method)
    bits = unpacked(codes.fit_vectors(vectors), vectors)
    wide = vectors.astype(float)
    true = METRICS[metric](wide[0], wide[1:])
    equal = (bits[0] == bits[1:]).mean(axis=1)
    best = np.argsort(-true)[:15]
    assert equal[best].mean() > equal.mean() + 0.1


def test_more_bits_than_directions_are_bits_of_further_turns():
    vectors = clusters(200, 6)
    codes = cvret.BinaryCodes(Given(), n_bits=20).fit_vectors(vectors)
    bits = unpacked(codes, vectors)
    assert codes.projection_.shape == (20, 6)
    assert len(np.unique(bits, axis=1).T) > 15  # turns from other starts differ
    few = cvret.BinaryCodes(Given(), n_bits=20).fit_vectors(vectors[:3])
    assert unpacked(few, vectors[:3]).shape == (3, 20)


@given(
    seed=st.integers(0, 10**4),
    method=st.sampled_from(METHODS),
    n_bits=st.sampled_from([1, 5, 8, 17]),
)
def test_what_was_learned_comes_back_and_the_seed_decides(seed, method, n_bits):
    vectors = clusters(40, 7, seed)
    codes = cvret.BinaryCodes(Given(), n_bits, method, random_state=seed)
    codes.fit_vectors(vectors)
    learned = codes.learned()
    again = clone(codes).restore(learned.arrays, learned.source)
    packed = codes.encode_vectors(vectors)
    assert packed.dtype == np.uint8
    assert packed.shape == (40, -(-n_bits // 8))
    assert np.array_equal(packed, again.encode_vectors(vectors))
    fresh = clone(codes).fit_vectors(vectors)
    assert np.array_equal(packed, fresh.encode_vectors(vectors))


def test_it_is_a_transformer_over_pictures(photos):
    paths = sorted(photos.rglob("*.*g"))
    codes = cvret.BinaryCodes(cvret.HSVHistogram(bins=(6, 2, 2)), n_bits=12)
    with pytest.raises(cvret.NotFittedError, match="BinaryCodes has learned nothing"):
        codes.transform(paths)
    rows = codes.fit_transform(paths)
    assert rows.shape == (5, 12)
    assert rows.dtype == np.float32
    vectors = codes.descriptor.transform(paths)
    assert np.array_equal(rows, unpacked(codes, vectors))
    assert codes.source_["learned on"] == "vectors of 5 images given to fit"
    assert len(codes.source_["sketch"]) == 5
    assert codes.get_feature_names_out()[[0, 11]].tolist() == ["bit0", "bit11"]


def test_a_descriptor_that_learns_goes_with_its_codes(photos):
    paths = sorted(photos.rglob("*.*g"))
    vlad = cvret.VLAD(cvret.SIFT(max_keypoints=60), n_words=4)
    codes = cvret.BinaryCodes(vlad, n_bits=8)
    with pytest.raises(cvret.NotFittedError, match="VLAD has learned nothing"):
        codes.fit(paths)
    vlad.fit(paths)
    codes.fit(paths)
    arrays = codes.learned().arrays
    assert {name for name in arrays if name.startswith("descriptor.")}
    again = clone(codes).restore(arrays, {})
    assert np.array_equal(again.transform(paths), codes.transform(paths))


def test_what_cannot_be_learned_is_refused():
    vectors = clusters(9, 4)
    with pytest.raises(ValueError, match="method must be one of itq, lsh, spectral"):
        cvret.BinaryCodes(Given(), method="pca").fit_vectors(vectors)
    with pytest.raises(ValueError, match="codes need vectors that differ, got 3 equal"):
        cvret.BinaryCodes(Given()).fit_vectors(np.ones((3, 4), np.float32))
    with pytest.raises(ValueError, match="at least one image, got none"):
        cvret.BinaryCodes(Given()).fit([])
    with pytest.raises(
        TypeError, match=r"describe whole images, such as HSVHis.* SIFT"
    ):
        cvret.BinaryCodes(cvret.SIFT()).fit_vectors(vectors)
    image = np.zeros((32, 32, 3), np.uint8)
    with pytest.raises(TypeError, match="descriptor must describe whole images"):
        cvret.BinaryCodes(cvret.SIFT()).fit([image])
    with pytest.raises(ValueError, match=r"DominantColors\(\) has 'palette'; take one"):
        cvret.BinaryCodes(cvret.DominantColors()).fit([image])
    with pytest.raises(ValueError, match="with NaN or infinity"):
        cvret.BinaryCodes(Given()).fit_vectors(np.float32([[np.nan, 1]]))
    codes = cvret.BinaryCodes(Given()).fit_vectors(vectors)
    with pytest.raises(ValueError, match="vectors must have 4 elements .* got 5"):
        codes.encode_vectors(clusters(2, 5))
    arrays = dict(codes.learned().arrays)
    with pytest.raises(ValueError, match="do not belong together"):
        cvret.BinaryCodes(Given(), n_bits=3).restore(arrays, {})
    del arrays["offsets"]
    with pytest.raises(ValueError, match="BinaryCodes lacks its array 'offsets'"):
        cvret.BinaryCodes(Given()).restore(arrays, {})
