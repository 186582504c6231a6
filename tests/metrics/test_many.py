"""One reference against many pictures gives sewar's values, and those of pairs."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import METRICS
from cvret.metrics.full_reference import full_reference
from cvret.metrics.many import Reference

OF_SEWAR = [name for name in METRICS if name != "cosine"]
TOPS = {np.uint8: 255, np.uint16: 65535, np.float32: 1, np.float64: 1}


def pictures(seed, shape, dtype):
    """A picture with a black sky, and others that are more and less like it."""
    rng = np.random.default_rng(seed)
    smooth = gaussian_filter(rng.random(shape), (2, 2, 0))
    smooth -= smooth.min()
    smooth /= max(smooth.max(), 1e-9)
    raw = [
        smooth - 0.3,
        smooth - 0.3 + rng.normal(0, 0.1, shape),
        rng.random(shape),
        0.8 * smooth - 0.5,
        1 - smooth,
    ]
    scaled = np.clip(raw, 0, 1) * TOPS[dtype]
    whole = np.issubdtype(dtype, np.integer)
    return (np.rint(scaled) if whole else scaled).astype(dtype)


def expected(reference, others, top):
    values = [
        [by_sewar(name, reference, other, top) for name in OF_SEWAR] for other in others
    ]
    return np.array(values, float)


@pytest.mark.parametrize("dtype", TOPS)
@pytest.mark.parametrize(
    "shape",
    [
        (64, 46, 3),
        (45, 59, 1),
        (41, 43, 2),
        (17, 30, 8),
        (12, 9, 3),
        (5, 7, 3),
        (18, 1, 3),
    ],
)
def test_values_are_those_of_sewar_where_these_are_finite(shape, dtype):
    reference, *others = pictures(sum(shape), shape, dtype)
    top = float(TOPS[dtype])
    measured = Reference(reference, OF_SEWAR, data_range=top).measure(np.array(others))
    wanted = expected(reference, others, top)
    finite = np.isfinite(wanted)
    assert finite.any()
    np.testing.assert_allclose(measured[finite], wanted[finite], rtol=1e-10, atol=1e-14)


@given(
    seed=st.integers(0, 10**6),
    height=st.integers(1, 50),
    width=st.integers(1, 50),
    bands=st.sampled_from([1, 2, 3, 5, 8]),
    dtype=st.sampled_from(list(TOPS)),
    profile=st.sampled_from(["sewar", "textbook"]),
    equal=st.booleans(),
    black=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_values_are_those_of_pairs_whatever_the_size(
    seed, height, width, bands, dtype, profile, equal, black
):
    reference, *others = pictures(seed, (height, width, bands), dtype)
    reference = np.zeros_like(reference) if black else reference
    others[0] = reference.copy() if equal else others[0]
    top = float(TOPS[dtype])
    measure = Reference(reference, data_range=top, profile=profile).measure
    for other, values in zip(others[:2], measure(np.array(others[:2])), strict=True):
        pair = full_reference(
            reference, other, data_range=top, profile=profile, bands=bands
        )
        np.testing.assert_allclose(values, list(pair.values()), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("profile", ["sewar", "textbook"])
def test_pictures_that_are_flat_or_equal_have_the_values_of_pairs(profile):
    gray = np.full((48, 48, 3), 100, np.uint8)
    half = gray.copy()
    half[:24] = 0
    black_band = pictures(1, (48, 48, 3), np.uint8)[2]
    black_band[:, :, 1] = 0
    shown = np.stack([gray, half, black_band, np.zeros_like(gray), gray + 1])
    for reference in shown:
        values = Reference(reference, data_range=255, profile=profile).measure(shown)
        for other, of_other in zip(shown, values, strict=True):
            pair = full_reference(reference, other, data_range=255, profile=profile)
            np.testing.assert_allclose(of_other, list(pair.values()), rtol=1e-8)


def test_columns_follow_the_names_and_rows_the_pictures():
    reference = np.full((8, 8, 1), 100, np.uint8)
    others = np.stack([reference + 3, reference, reference - 4])
    found = Reference(reference, ["rmse", "mse"], data_range=255).measure(others)
    assert found.tolist() == [[3, 9], [0, 0], [4, 16]]
    assert Reference(reference, "mse", data_range=255).metrics == ("mse",)


def test_threads_and_blocks_do_not_change_a_value():
    reference, *others = pictures(3, (64, 64, 3), np.uint8)
    many = np.concatenate([others] * 12)
    part = Reference(reference, data_range=255)
    alone = part.measure(np.array(others))
    assert np.array_equal(part.measure(many, n_jobs=2), np.tile(alone, (12, 1)))
    assert np.array_equal(part.measure(many, n_jobs=1), np.tile(alone, (12, 1)))
    with ThreadPoolExecutor(3) as pool:
        for found in pool.map(part.measure, [np.array(others)] * 6):
            assert np.array_equal(found, alone)


def test_pictures_may_be_read_only_or_strided_and_none_at_all():
    reference, *others = pictures(4, (40, 44, 3), np.uint8)
    stored = np.array(others)
    part = Reference(reference, ["mse", "ssim", "rase"], data_range=255)
    wanted = part.measure(stored)
    strided = np.repeat(stored, 2, axis=2)[:, :, ::2]
    stored.flags.writeable = False
    assert np.array_equal(part.measure(stored), wanted)
    assert np.array_equal(part.measure(strided), wanted)
    assert part.measure(stored[:0]).shape == (0, 3)


def test_notes_are_those_of_pairs():
    reference = np.zeros((20, 20, 3), np.uint8)
    part = Reference(reference, ["ergas", "mse", "sam"], data_range=255)
    found = full_reference(
        reference, reference + 1, ["ergas", "mse", "sam"], details=True
    )
    assert part.notes(reference + 1) == {n: m.note for n, m in found.items()}
    assert part.notes(reference + 1)["ergas"]
    assert not part.notes(reference + 1)["mse"]


def test_pictures_of_another_shape_or_dtype_are_refused():
    part = Reference(np.zeros((20, 20, 3), np.uint8), "mse", data_range=255)
    with pytest.raises(ValueError, match=r"shape \(n, 20, 20, 3\) and dtype uint8"):
        part.measure(np.zeros((2, 20, 21, 3), np.uint8))
    with pytest.raises(ValueError, match="got shape .* and dtype uint16"):
        part.measure(np.zeros((2, 20, 20, 3), np.uint16))
    with pytest.raises(ValueError, match="picture must have shape"):
        Reference(np.zeros((20, 20), np.uint8), "mse", data_range=255)


WITHOUT_NUMBA = """
import json, sys
sys.modules["numba"] = None
import numpy as np
from cvret.metrics.many import Reference
shown = np.random.default_rng(5).integers(0, 256, (3, 44, 47, 3)).astype(np.uint8)
shown[:, :20] //= 9
found = {
    profile + str(kind): Reference(
        shown[0].astype(kind) / divisor if kind == "f8" else shown[0],
        data_range=255 / divisor,
        profile=profile,
    ).measure(shown[1:].astype(kind) / divisor if kind == "f8" else shown[1:]).tolist()
    for profile in ("sewar", "textbook")
    for kind, divisor in (("u1", 1), ("f8", 255))
}
print(json.dumps(found))
"""


def test_without_numba_the_values_are_the_same():
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMBA],
        capture_output=True,
        text=True,
        check=True,
    )
    shown = np.random.default_rng(5).integers(0, 256, (3, 44, 47, 3)).astype(np.uint8)
    shown[:, :20] //= 9
    for key, values in json.loads(run.stdout).items():
        profile, kind = key[:-2], key[-2:]
        given, top = (shown, 255) if kind == "u1" else (shown / 255, 1)
        part = Reference(given[0], data_range=top, profile=profile)
        np.testing.assert_allclose(part.measure(given[1:]), values, rtol=1e-11)


def test_a_band_whose_mean_is_exactly_zero_is_left_out():
    # Each column sums to 5 or -5: in thirds these are not whole.
    columns = np.tile(np.array([5, -5], np.int16), 3)
    band = np.zeros((3, 6), np.int16)
    band[0] = columns
    target = np.stack([band, np.full((3, 6), 4, np.int16)], axis=2)
    reference = Reference(target, ["ergas"], data_range=255)
    moved = target + np.int16(2)
    assert reference.measure(moved[np.newaxis])[0, 0] == 25 * 2 / 4
