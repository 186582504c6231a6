"""sewar itself is the oracle: wherever its value is finite, ours is equal to it."""

import os
from pathlib import Path

import numpy as np
import pytest
import sewar
import skimage
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

import cvret
from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import METRICS
from cvret.metrics.full_reference import MAPPED, Measurement, full_reference
from cvret.metrics.many import Reference

PHOTOS = Path(skimage.__file__).parent / "data"
SEWARS = sorted(METRICS.keys() - {"cosine"})
DTYPES = ("uint8", "uint16", "float32", "float64")
KINDS = ("noise", "smooth", "sky", "constant", "white")

rng = np.random.default_rng(0)
RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
NOISE = rng.integers(0, 256, (48, 48, 3), np.uint8)
OTHER = rng.integers(0, 256, (48, 48, 3), np.uint8)
BLACK = np.zeros((48, 48, 3), np.uint8)


def picture(kind: str, shape: tuple[int, ...], dtype: str, seed: int) -> np.ndarray:
    """A picture of noise; smooth; on black or on white; or of one gray level."""
    values = np.random.default_rng(seed).random(shape)
    if kind == "smooth":
        values = np.cumsum(values - 0.5, axis=0)
        values = (values - values.min()) / max(np.ptp(values), 1)
    elif kind == "constant":
        values[:] = values.flat[0]
    elif kind in ("sky", "white"):
        object_ = np.zeros(shape[:2], bool)
        object_[shape[0] // 3 :, shape[1] // 2 :] = True
        values[~object_] = 0.0 if kind == "sky" else 0.7
    if np.dtype(dtype).kind == "f":
        return values.astype(dtype)
    return (values * np.iinfo(dtype).max).astype(dtype)


def partner(kind: str, a: np.ndarray, seed: int) -> np.ndarray:
    """What `a` is compared with: itself, a darker copy, or another picture."""
    if kind == "same":
        return a.copy()
    if kind == "darker":
        return (a * 0.95).astype(a.dtype)
    return picture(kind, a.shape, str(a.dtype), seed)


def peak_of(a: np.ndarray) -> float:
    return 1.0 if a.dtype.kind == "f" else float(np.iinfo(a.dtype).max)


def check_against_sewar(a: np.ndarray, b: np.ndarray) -> None:
    """Equal where sewar's value is finite; otherwise a limit, or NaN and a reason."""
    bands = a.shape[2] if a.ndim == 3 else None
    found = full_reference(a, b, bands=bands, details=True)
    assert list(found) == list(METRICS)
    for name in SEWARS:
        ours, note = found[name].value, found[name].note
        theirs = by_sewar(name, a, b, peak_of(a))
        where = f"{name} of {a.shape} {a.dtype}: {ours} ({note}), sewar {theirs}"
        if name == "vifp" and "flat" in note and a.dtype != np.uint8:
            continue  # noise over noise: a test of its own shows it
        if theirs is not None and np.isfinite(theirs):
            near = 1e-7 if name == "vifp" else 1e-9
            assert ours == pytest.approx(theirs, rel=near, abs=1e-12), where
        elif theirs == np.inf and name in ("psnr", "psnrb"):
            assert ours == np.inf, where
        else:
            assert note or name == "rmse_sw", where
            assert np.isnan(ours) or note or name == "rmse_sw", where


def cases(shapes, seed, n):
    """Random pairs of all kinds, dtypes and shapes, always the same ones."""
    chance = np.random.default_rng(seed)
    for number in range(n):
        shape = shapes[number % len(shapes)]
        dtype, kind = chance.choice(DTYPES), chance.choice(KINDS)
        other = chance.choice([*KINDS, "same", "darker"])
        yield pytest.param(
            shape,
            str(dtype),
            str(kind),
            str(other),
            seed + number,
            id=f"{'x'.join(map(str, shape))}-{dtype}-{kind}-{other}-{number}",
        )


SMALL = [(1, 1), (1, 12), (8, 8, 3), (9, 9), (5, 7, 3), (9, 30, 2), (11, 11, 3)]
SMALL += [
    (20, 1, 3),
    (33, 1),
    (16, 16, 4),
    (17, 24, 5),
    (13, 12, 8),
    (41, 43),
    (12, 20, 6),
    (16, 17, 7),
]
LARGE = [(64, 64, 3), (41, 41, 3), (70, 97, 2), (96, 63), (48, 50, 8), (45, 64, 4)]


@pytest.mark.parametrize(
    ("shape", "dtype", "kind", "other", "seed"), list(cases(SMALL, 1000, 104))
)
def test_values_are_those_of_sewar(shape, dtype, kind, other, seed):
    a = picture(kind, shape, dtype, seed)
    check_against_sewar(a, partner(other, a, seed + 10**6))


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_values_of_a_thousand_pairs_are_those_of_sewar(part):
    for case in cases(SMALL + LARGE, 10_000 * (part + 1), 110):
        shape, dtype, kind, other, seed = case.values
        a = picture(kind, shape, dtype, seed)
        check_against_sewar(a, partner(other, a, seed + 10**6))


def photographs(side: int) -> list[np.ndarray]:
    names = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
    paths = [PHOTOS / name for name in names]
    if os.environ.get("CVRET_DATASETS"):
        sets = Path(os.environ["CVRET_DATASETS"])
        for folder in ("galaxies", "wang1k"):
            paths += sorted((sets / folder).rglob("*.jpg"))[:8]
    return [np.array(Image.open(p).convert("RGB").resize((side, side))) for p in paths]


def test_values_of_photographs_are_those_of_sewar():
    chelsea, coffee = photographs(56)[1:3]
    check_against_sewar(chelsea, coffee)
    check_against_sewar(chelsea / 255, coffee / 255)


@pytest.mark.long
@pytest.mark.parametrize("side", [64, 100])
def test_values_of_all_pairs_of_photographs_are_those_of_sewar(side):
    photos = photographs(side)
    for a in photos[:6]:
        for b in photos:
            check_against_sewar(a, b)


# Undefined values, and where sewar is wrong.


def details(a, b, metric, **options) -> Measurement:
    return full_reference(a, b, metric, details=True, **options)[metric]


def test_psnr_of_equal_pictures_is_infinite_and_ranked_first():
    assert full_reference(NOISE, NOISE, "psnr")["psnr"] == np.inf
    assert METRICS["psnr"].order(np.array([30.0, np.inf]))[0] == 1


@pytest.mark.parametrize(("peak", "expected"), [(1e-300, -6000), (1e300, 6000)])
def test_psnr_is_finite_whatever_the_dynamic_range(peak, expected):
    black = np.zeros((4, 4), np.uint8)
    found = full_reference(black, black + 1, ["psnr", "psnrb"], data_range=peak)
    assert list(found.values()) == pytest.approx([expected] * 2)


def test_psnrb_of_equal_pictures_is_finite_where_they_show_blocks():
    blocks = np.repeat(np.repeat(NOISE[:6, :6], 8, axis=0), 8, axis=1)
    assert np.isfinite(full_reference(blocks, blocks, "psnrb")["psnrb"])
    assert full_reference(BLACK, BLACK, "psnrb")["psnrb"] == np.inf


def test_psnrb_of_one_row_with_blocks_is_undefined_and_says_so():
    row = np.repeat(np.array([[0, 200]], np.uint8), 8, axis=1)
    found = details(row, row, "psnrb")
    assert np.isnan(found.value)
    assert found.note == "the blocking effect of inf has no logarithm"


def test_sam_leaves_out_pixels_that_are_black_and_counts_them():
    a = np.full((4, 5, 3), 9, np.uint8)
    b = a.copy()
    a[0, :2], b[0, 1:3] = 0, 0
    found = details(a, b, "sam")
    assert found.note == "left out 3 of 20 pixels: a spectrum is zero"
    assert found.value == pytest.approx(0, abs=1e-7)
    found = details(BLACK, NOISE, "sam")
    assert np.isnan(found.value)
    assert found.note == "no pixel has a spectrum in both pictures: all zero"


def test_sam_of_gray_pictures_is_always_0_and_says_why():
    found = details(RAMP[1:], RAMP[1:][::-1].copy(), "sam")
    assert found == Measurement(0.0, "pictures of one band have no spectra: 0")


def test_ergas_leaves_out_bands_without_a_mean_where_sewar_is_infinite():
    a = NOISE.copy()
    a[..., 1] = 0
    assert not np.isfinite(by_sewar("ergas", a, OTHER, 255.0))
    found = details(a, OTHER, "ergas")
    two = full_reference(a[..., ::2], OTHER[..., ::2], "ergas")["ergas"]
    assert found.value == pytest.approx(two)
    assert found.note == "left out 1 of 3 bands: the reference has mean 0"


def test_vifp_leaves_out_flat_bands_where_sewar_is_undefined():
    a = NOISE.copy()
    a[..., 2] = 7
    assert np.isnan(by_sewar("vifp", a, OTHER, 255.0))
    found = details(a, OTHER, "vifp")
    assert found.value == full_reference(a[..., :2], OTHER[..., :2], "vifp")["vifp"]
    assert found.note == "left out 1 of 3 bands: the reference is flat"


def test_vifp_of_flat_pictures_has_a_limit_where_sewar_has_noise():
    flat = np.full((48, 48), 30_000, np.uint16)
    brighter, noise = flat + np.uint16(1), picture("noise", (48, 48), "uint16", 0)
    assert details(flat, flat, "vifp").value == 1.0
    assert np.isnan(details(flat, brighter, "vifp").value)
    assert details(flat, brighter, "vifp").note.startswith("the reference is flat")
    assert details(noise, flat, "vifp").value == 0.0
    # sewar gives numbers, and others for other gray levels.
    values = [
        by_sewar("vifp", flat + np.uint16(k), flat + np.uint16(k + 1), 65535.0)
        for k in range(8)
    ]
    assert np.isfinite(values).any()
    assert np.nanmax(values) - np.nanmin(values) > 1e-3


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float64"])
def test_vifp_has_the_rounding_errors_of_sewar_where_pixels_are_bright(dtype):
    a = np.full((44, 64), 60_001, dtype)
    a[20:30, 4:9] -= (NOISE[:10, :5, 0] > 99).astype(dtype)
    b = a.copy()
    b[:20, 30:] += OTHER[:20, :34, 0].astype(dtype)
    if dtype == "int32":
        a, b = 400 * a, 400 * b
    theirs = by_sewar("vifp", a, b, 65535.0)
    found = details(a, b, "vifp", data_range=65535)
    assert found == Measurement(theirs, "rounding errors count, as in sewar")
    many = Reference(a[..., np.newaxis], ["vifp"], data_range=65535)
    values = many.measure(np.stack([b, a])[..., np.newaxis])
    assert values[0, 0] == theirs


def test_q2n_of_one_column_is_that_of_sewar_and_says_that_it_means_little():
    a, b = NOISE[:, :1], OTHER[:, :1]
    found = details(a, b, "q2n")
    assert found.value == pytest.approx(by_sewar("q2n", a, b, 255.0), rel=1e-12)
    assert found.note == "means little: needs at least 16 x 16 pixels, got 1 x 48"
    assert np.isnan(details(a[:15], b[:15], "q2n").value)
    assert np.isnan(details(NOISE[:1], OTHER[:1], "q2n").value)


def test_vifp_depends_on_the_scale_of_gray_levels():
    assert full_reference(NOISE, OTHER, "vifp")["vifp"] < 0.1
    eighth = NOISE // 2 + OTHER // 2
    of_levels = full_reference(NOISE, eighth, "vifp")["vifp"]
    of_floats = full_reference(NOISE / 255, eighth / 255, "vifp")["vifp"]
    assert of_floats > 1.5 * of_levels


def test_scc_of_a_cutout_with_itself_is_not_1_and_says_why():
    cutout = np.zeros((32, 32), np.uint8)
    cutout[16:] = NOISE[:16, :32, 0]
    found = details(cutout, cutout, "scc")
    assert found.value == pytest.approx(0.625)  # 12 of 32 rows of windows are black
    assert found.note == "384 of 1024 windows are flat, and count as 0"


def test_scc_of_floats_that_are_flat_up_to_rounding_is_chance():
    # On both sides of an edge the pictures are flat, of gray levels that no float has.
    a, b = np.full((64, 64), 0.7), np.full((64, 64), 0.3)
    a[:, 32:], b[:, 32:] = 0.1, 0.9
    a, b = a / 3 + 0.1, b / 3 + 0.1
    found = details(a, b, "scc")
    assert found.value == by_sewar("scc", a, b, 1.0)
    assert found.note.startswith("windows that are flat up to rounding")
    assert found.value != pytest.approx(by_sewar("scc", a * 3, b * 3, 1.0), rel=1e-3)


def test_rmse_sw_is_defined_where_running_sums_of_sewar_fall_below_0():
    a = picture("noise", (40, 40), "float64", 5)
    b = a.copy()
    b[10:13, 10:13] += 0.3 * picture("noise", (3, 3), "float64", 6)
    b = np.minimum(b, 1)
    assert np.isnan(by_sewar("rmse_sw", a, b, 1.0))
    assert 0 < full_reference(a, b, "rmse_sw")["rmse_sw"] < 0.1


def test_rase_counts_windows_without_a_mean_as_0():
    sky = picture("sky", (48, 48), "uint8", 0)
    found = details(sky, sky // 2, "rase")
    assert "windows of the reference have mean 0, and count as 0" in found.note


def test_uqi_of_sewar_is_not_that_of_wang_and_bovik():
    negative = 255 - RAMP
    assert full_reference(RAMP, negative, "uqi")["uqi"] > 0.6
    textbook = full_reference(RAMP, negative, "uqi", profile="textbook")["uqi"]
    assert textbook < -0.8


def test_msssim_of_unrelated_small_pictures_is_high_and_says_why():
    a, b = NOISE[:16, :16], OTHER[:16, :16]
    found = details(a, b, "msssim")
    assert found.value > 0.7
    assert found.note == (
        "1 of 5 scales fit, and their weights add up to 0.0448, as in sewar"
    )


@pytest.mark.parametrize("metric", ["ssim", "vifp"])
def test_a_number_for_a_picture_below_the_window_comes_with_a_warning(metric):
    a, b = NOISE[:10, :10], OTHER[:10, :10]
    found = details(a, b, metric)
    assert found.value == pytest.approx(by_sewar(metric, a, b, 255.0))
    assert found.note.startswith("means little: needs at least")


@pytest.mark.parametrize("metric", ["msssim", "q2n", "rase", "rmse_sw", "uqi"])
def test_below_its_least_side_a_metric_is_undefined_and_says_so(metric):
    least = METRICS[metric].least_side()
    cut = np.s_[:least, : least - 1]
    found = details(NOISE[cut], OTHER[cut], metric)
    assert np.isnan(found.value)
    assert f"{least} x {least} pixels, got {least - 1} x {least}" in found.note
    cut = np.s_[:least, :least]
    assert not np.isnan(details(NOISE[cut], OTHER[cut], metric).value)


def test_cosine_by_hand():
    a, b = np.array([[3, 0]], np.uint8), np.array([[4, 3]], np.uint8)
    assert full_reference(a, b, "cosine")["cosine"] == pytest.approx(0.8)
    assert details(BLACK, BLACK, "cosine").value == 1.0
    assert np.isnan(details(BLACK, NOISE, "cosine").value)


def test_sums_that_overflow_say_so():
    huge = np.full((20, 20), 1e200)
    found = full_reference(huge, huge / 3, data_range=1e200, details=True)
    assert all(m.note for m in found.values() if np.isnan(m.value))


def test_floats_as_gray_levels_are_refused_where_sewar_takes_a_range_of_1():
    assert sewar.psnr(NOISE * 1.0, OTHER * 1.0) < -30
    with pytest.raises(ValueError, match="data_range must be given"):
        full_reference(NOISE * 1.0, OTHER * 1.0)
    given = full_reference(NOISE * 1.0, OTHER * 1.0, "psnr", data_range=255)
    assert given == full_reference(NOISE, OTHER, "psnr")


def test_metrics_that_know_a_reference_are_those_that_depend_on_the_order():
    blocks = np.repeat(np.repeat(NOISE[:6, :6], 8, axis=0), 8, axis=1) // 2
    there, back = full_reference(NOISE, blocks), full_reference(blocks, NOISE)
    ordered = {n for n in METRICS if there[n] != pytest.approx(back[n], rel=1e-9)}
    assert ordered == {n for n, metric in METRICS.items() if metric.ordered}


# The laws.

shapes = st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 2, 3]))
pairs = shapes.flatmap(lambda s: st.tuples(arrays(np.uint8, s), arrays(np.uint8, s)))
profiles = st.sampled_from(["sewar", "textbook"])


@settings(max_examples=40)
@given(pairs, profiles)
def test_values_lie_in_their_range_or_say_why_they_do_not(pair, profile):
    for name, found in full_reference(*pair, profile=profile, details=True).items():
        metric, small = METRICS[name], "means little" in found.note
        if np.isnan(found.value):
            assert found.note, name
        elif not small:
            assert metric.least - 1e-9 <= found.value <= metric.most + 1e-9, name


@settings(max_examples=30)
@given(pairs, profiles)
def test_symmetric_metrics_do_not_know_a_reference(pair, profile):
    a, b = pair
    symmetric = [n for n, metric in METRICS.items() if not metric.ordered]
    there = full_reference(a, b, symmetric, profile=profile)
    back = full_reference(b, a, symmetric, profile=profile)
    assert there == pytest.approx(back, rel=1e-9, abs=1e-12, nan_ok=True)


@settings(max_examples=30)
@given(pairs)
def test_a_picture_is_as_like_itself_as_can_be(pair):
    a = pair[0]
    best = {"psnr": np.inf} | dict.fromkeys(("mse", "rmse"), 0.0)
    best |= dict.fromkeys(("ergas", "rase", "rmse_sw", "sam"), 0.0)
    best |= dict.fromkeys(("cosine", "msssim", "ssim", "uqi", "vifp"), 1.0)
    found = full_reference(a, a, list(best), details=True)
    for name, measurement in found.items():
        if np.isnan(measurement.value):
            assert measurement.note, name
        elif "means little" not in measurement.note:
            assert measurement.value == pytest.approx(best[name], abs=1e-7), name


# Masks.


@pytest.mark.parametrize("profile", ["sewar", "textbook"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_mask_of_all_pixels_changes_nothing(profile, dtype):
    a, b = (picture("noise", (45, 50, 3), dtype, seed) for seed in (1, 2))
    plain = full_reference(a, b, profile=profile)
    masked = full_reference(a, b, profile=profile, mask=np.ones((45, 50), bool))
    assert masked == pytest.approx(plain, rel=1e-12, abs=1e-14)


def test_a_mask_of_all_pixels_changes_nothing_of_what_is_sewars_own():
    small = np.s_[:8, :8]
    plain = full_reference(NOISE[small], OTHER[small], ["ssim", "vifp"])
    whole = {"mask": np.ones((8, 8), bool)}
    assert full_reference(NOISE[small], OTHER[small], list(plain), **whole) == plain
    assert np.isfinite(plain["ssim"])


@pytest.mark.parametrize("profile", ["sewar", "textbook"])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64"])
def test_what_lies_outside_of_the_mask_does_not_matter(profile, dtype):
    scale = 1 / 255 if dtype == "float64" else 1
    pictures = (picture("sky", (100, 97, 3), "uint8", seed) for seed in (1, 2))
    a, b = ((p * scale).astype(dtype) for p in pictures)
    mask = np.zeros((100, 97), bool)
    mask[20:92, 3:96] = True
    mask[30, 60] = False
    c, d = a.copy(), b.copy()
    c[~mask], d[~mask] = 0, 123_456 if dtype == "int32" else 255
    first, second = (
        full_reference(*pair, data_range=255 * scale, profile=profile, mask=mask)
        for pair in ((a, b), (c, d))
    )
    assert not np.isnan(list(first.values())).any()
    assert second == first


def test_floats_need_to_lie_in_their_range_where_they_count():
    a, mask = np.full((9, 9), 0.5), np.ones((9, 9), bool)
    a[0, 0], mask[0, 0] = 255.0, False
    assert full_reference(a, a, "mse", mask=mask) == {"mse": 0.0}
    with pytest.raises(ValueError, match="data_range must be given"):
        full_reference(a, a, "mse")


@pytest.mark.parametrize(
    ("metric", "profile"),
    [(m, "sewar") for m in ("cosine", "ergas", "mse", "psnr", "rmse", "sam", "ssim")]
    + [(m, "textbook") for m in ("rase", "rmse_sw", "sam", "ssim", "uqi", "vifp")],
)
def test_a_mask_of_a_corner_is_that_corner(metric, profile):
    a, b = (picture("noise", (80, 90, 3), "uint8", seed) for seed in (1, 2))
    mask = np.zeros((80, 90), bool)
    mask[:60, :70] = True
    masked = full_reference(a, b, metric, profile=profile, mask=mask)[metric]
    cut = full_reference(a[:60, :70], b[:60, :70], metric, profile=profile)[metric]
    near = 0.05 if metric == "vifp" else 1e-9  # coarse windows fit otherwise
    assert masked == pytest.approx(cut, rel=near)


@pytest.mark.parametrize(
    "metric", ["msssim", "q2n", "rase", "rmse_sw", "scc", "ssim", "uqi", "vifp"]
)
@pytest.mark.parametrize("profile", ["sewar", "textbook"])
def test_a_mask_that_holds_no_window_leaves_a_value_undefined(metric, profile):
    mask = np.zeros((48, 48), bool)
    mask[10:14, 10:14] = True
    found = details(NOISE, OTHER, metric, profile=profile, mask=mask)
    if metric == "rase" and profile == "textbook":
        assert np.isfinite(found.value)
        return
    assert np.isnan(found.value)
    assert "lies within the mask" in found.note


# Maps.


@pytest.mark.parametrize("metric", ["rmse_sw", "sam", "scc", "ssim", "uqi", "mse"])
@pytest.mark.parametrize("profile", ["sewar", "textbook"])
def test_the_mean_of_a_map_is_the_value(metric, profile):
    quality = cvret.quality_map(NOISE, OTHER, metric, profile=profile)
    assert quality.shape == (48, 48)
    assert quality.dtype == np.float64
    value = full_reference(NOISE, OTHER, metric, profile=profile)[metric]
    assert np.nanmean(quality) == pytest.approx(value)


@pytest.mark.parametrize("metric", sorted(MAPPED))
@pytest.mark.parametrize("profile", ["sewar", "textbook"])
def test_a_map_shows_where_pictures_differ(metric, profile):
    changed = NOISE.copy()
    changed[30, 20, 0] ^= 128
    quality = cvret.quality_map(NOISE, changed, metric, profile=profile)
    best = 1.0 if METRICS[metric].is_similarity else 0.0
    rows, columns = np.nonzero(np.abs(quality - best) > 1e-6)
    assert rows.min() <= 30 <= rows.max()
    assert np.abs(rows - 30).max() <= 6
    assert np.abs(columns - 20).max() <= 6


def test_a_map_by_hand():
    a, b = np.zeros((1, 2, 2), np.uint8), np.array([[[3, 4], [0, 2]]], np.uint8)
    assert cvret.quality_map(a, b, "mse").tolist() == [[12.5, 2.0]]
    assert cvret.quality_map(a, b, "rmse")[0, 1] == pytest.approx(2**0.5)


def test_a_map_has_no_value_where_there_is_none():
    quality = cvret.quality_map(NOISE, OTHER, "ssim")
    assert np.isnan(quality[:5]).all()
    assert np.isfinite(quality[5:-5, 5:-5]).all()
    mask = np.zeros((48, 48), bool)
    mask[:20, :20] = True
    masked = cvret.quality_map(NOISE, OTHER, "ssim", mask=mask)
    assert np.isfinite(masked).sum() == 10 * 10
    assert np.isnan(cvret.quality_map(NOISE[:6], OTHER[:6], "ssim")).all()


def test_a_metric_without_a_map_lists_those_that_have_one():
    with pytest.raises(ValueError, match="got 'vifp'; those that have one are mse, "):
        cvret.quality_map(NOISE, OTHER, "vifp")
    with pytest.raises(cvret.UnknownNameError, match="'lpips'"):
        cvret.quality_map(NOISE, OTHER, "lpips")


# What may be passed.


def test_values_come_in_the_order_asked_for():
    assert list(full_reference(NOISE, OTHER, ["vifp", "mse"])) == ["vifp", "mse"]


def test_files_and_pixels_give_the_same(tmp_path):
    paths = [tmp_path / "a.png", str(tmp_path / "b.png")]
    for path, pixels in zip(paths, (NOISE, OTHER), strict=True):
        Image.fromarray(pixels).save(path)
    assert full_reference(*paths) == full_reference(NOISE, OTHER)
    assert full_reference(paths[0], OTHER, "mse") == full_reference(NOISE, OTHER, "mse")


def test_a_picture_gets_the_size_of_the_reference_on_request():
    large = np.repeat(np.repeat(NOISE, 2, axis=0), 2, axis=1)
    assert full_reference(NOISE, large, "mse", resize="reference") == {"mse": 0.0}
    with pytest.raises(ValueError, match="b must have the reference's size of 48 x 48"):
        full_reference(NOISE, large)


def test_pictures_are_left_as_they_are():
    a, b = NOISE.copy(), OTHER.copy()
    a.flags.writeable = b.flags.writeable = False
    full_reference(a, b)
    assert (a == NOISE).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"metrics": "lpips"}, cvret.UnknownNameError, "'lpips'; there are cosine, er"),
        ({"metrics": []}, ValueError, "at least one metric"),
        ({"profile": "matlab"}, ValueError, "profile must be one of sewar, textbook"),
        ({"data_range": -1.0}, ValueError, "data_range must be above 0, got -1.0"),
        ({"details": "yes"}, TypeError, "details must be True or False, got 'yes'"),
        ({"resize": "target"}, ValueError, 'resize must be "reference" or'),
        ({"bands": 4}, ValueError, "a must have 4 bands, got 3 bands"),
        ({"mask": np.ones((48, 48))}, TypeError, "mask must be an array of bool"),
    ],
)
def test_wrong_arguments_are_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        full_reference(NOISE, OTHER, **options)


@pytest.mark.parametrize(
    ("b", "error", "message"),
    [
        (NOISE * np.nan, ValueError, "b must have finite pixels"),
        (NOISE[:0], ValueError, "b must have shape .* at least one pixel"),
        (NOISE.tolist(), TypeError, "b must be an array .* got list"),
        (NOISE * 1j, TypeError, "b must hold whole or floating-point numbers"),
        (NOISE > 0, TypeError, "got dtype bool"),
        (NOISE.astype(object), TypeError, "got dtype object"),
        ("nowhere.png", cvret.ImageError, "b must be .* nowhere.png does not exist"),
        (NOISE / 255, ValueError, "b must have the reference's dtype"),
        (np.dstack([NOISE, NOISE[..., 0]]), ValueError, "b has 4 bands, as RGBA"),
        (NOISE[..., 0], ValueError, "b must have 3 bands"),
    ],
)
def test_a_picture_that_cannot_be_compared_is_refused_by_name(b, error, message):
    with pytest.raises(error, match=message):
        full_reference(NOISE, b)
