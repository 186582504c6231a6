"""Metrics that look at a picture on several scales: MS-SSIM and VIF."""

from math import floor, log2, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2
from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.maps import similarity_maps
from cvret.metrics.pairs import Measurement, Pair
from cvret.metrics.windowed import too_small
from cvret.metrics.windows import gaussian, gaussian_means, within

__all__ = ["WEIGHTS", "count_scales", "has_rounding_errors", "msssim", "vifp"]

Planes = NDArray[np.float64]
Mask = NDArray[np.bool_] | None

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
"""Of the scales of MS-SSIM, the finest first."""

_NOISE_VARIANCE = 2.0
_EPSILON = 1e-10
# Squares up to here have rounding errors below the epsilon; beyond there they are
# not small beside the variance of the noise.
_BRIGHT, _BRIGHTEST = 300, 65535


def msssim(pair: Pair, *, normalized: bool = False) -> Measurement:
    """Structural similarity on the scales that fit, at most five.

    Parameters
    ----------
    pair : Pair
        Both pictures.
    normalized : bool
        Whether the weights of fewer scales are divided by their sum, and terms below 0
        are cut; sewar does neither.
    """
    small = too_small("msssim", pair)
    if small:
        return small
    terms = _terms(pair, count_scales(pair.shape))
    n = len(terms)
    if not n:
        return Measurement(nan, "no window of 11 x 11 pixels lies within the mask")
    weights = WEIGHTS[:n] / (WEIGHTS[:n].sum() if normalized else 1)
    means = [structure for _, structure in terms[:-1]] + [terms[-1][0]]
    bases = np.array(means, complex)
    if normalized:
        bases = np.maximum(bases.real, 0)
    note = ""
    if n < 5:
        note = f"{n} of 5 scales fit"
        if not normalized:
            note += f", and their weights add up to {weights.sum():.4g}, as in sewar"
    return Measurement(float(np.prod(bases**weights).real), note)


def count_scales(shape: tuple[int, ...]) -> int:
    """Tell on how many scales a picture holds a window of 11 x 11 pixels."""
    return min(floor(log2(min(shape[:2]) / 11)) + 1, len(WEIGHTS))


def _terms(pair: Pair, n_scales: int) -> list[tuple[float, float]]:
    """Mean similarity and mean structure of each scale with a window that counts."""
    weights = gaussian(11, 1.5)
    a, b, mask = pair.a, pair.b, pair.mask
    found = []
    for scale in range(n_scales):
        if scale:
            a, b = _halved(a), _halved(b)
            mask = None if mask is None else _halved_mask(mask)
        maps = similarity_maps(
            a, b, lambda plane: gaussian_means(plane, weights), pair.data_range
        )
        counted = None if mask is None else within(mask, 11)
        if counted is not None and not counted.any():
            break
        similar, structure = (m if counted is None else m[:, counted] for m in maps)
        found.append((float(similar.mean()), float(structure.mean())))
    return found


def _halved(planes: Planes) -> Planes:
    """Means of a pixel and the one before along each axis, every second one kept.

    As sewar has it, across bands too: each is mixed with the one before it.
    """
    rows = (planes + _shifted(planes, 1))[:, ::2]
    columns = (rows + _shifted(rows, 2))[:, :, ::2]
    return np.asarray((columns + _shifted(columns, 0)) / 8)


def _halved_mask(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which pixels of the halved picture come from pixels that count alone."""
    rows = (mask & _shifted(mask, 0))[::2]
    return np.asarray((rows & _shifted(rows, 1))[:, ::2])


def _shifted(array: NDArray[Any], axis: int) -> NDArray[Any]:
    """Each element's predecessor; the first is its own."""
    before = np.r_[0, 0 : array.shape[axis] - 1]
    return np.asarray(np.take(array, before, axis))


def vifp(pair: Pair, *, scaled: bool = False) -> Measurement:
    """Information on the reference that the candidate keeps, over that it has.

    Parameters
    ----------
    pair : Pair
        Both pictures.
    scaled : bool
        Whether pixels are scaled to a dynamic range of 255, which the variance of the
        noise was chosen for; sewar does not.
    """
    measured = [_vifp(pair, band, scaled) for band in range(pair.bands)]
    bands = [found for found in measured if found is not None]
    flat = len(measured) - len(bands)
    if not bands:
        if pair.equal:
            return Measurement(1.0, "both pictures are flat, and equal")
        return Measurement(nan, "the reference is flat, and has no information")
    notes = list(dict.fromkeys(found.note for found in bands if found.note))
    if flat:
        notes += [f"left out {flat} of {pair.bands} bands: the reference is flat"]
    return Measurement(float(np.mean([one.value for one in bands])), "; ".join(notes))


def _vifp(pair: Pair, band: int, scaled: bool) -> Measurement | None:
    """One band's; None if the reference has no information."""
    small = too_small("vifp", pair)
    if small:
        own = scaled or pair.mask is not None
        return small if own else _by_sewar(pair, band, f"means little: {small.note}")
    flat_a, flat_b = (np.ptp(pixels[band]) == 0 for pixels in pair.pixels)
    if flat_a:
        return None
    if not scaled and pair.mask is None and not flat_b:
        planes = pair.a[band], pair.b[band]
        if any(has_rounding_errors(plane) for plane in planes):
            return _by_sewar(pair, band, "rounding errors count, as in sewar")
    factor = 255 / pair.data_range if scaled else 1.0
    found = _information(factor * pair.a[band], factor * pair.b[band], pair.mask)
    if found is None:
        return Measurement(nan, "no window of the coarsest scale lies within the mask")
    kept, total = found
    if flat_b:
        kept = 0.0  # and not the rounding errors of its variances
    return Measurement(kept / total) if total > 0 else None


def has_rounding_errors(plane: Planes) -> bool:
    """Tell whether the variances of windows are rounding errors that the VIF shows.

    They are where 17 x 17 pixels, what the finest windows have, are flat and bright;
    and anywhere if values are beyond 16 bits.
    """
    largest = np.abs(plane).max()
    if largest <= _BRIGHT:
        return False
    if largest > _BRIGHTEST:
        return True
    if np.diff(plane[16::17]).all():  # no window is flat: each has one of these rows
        return False
    window = np.ones((17, 17), np.uint8)
    least, most = cv2.erode(plane, window), cv2.dilate(plane, window)
    flat = (least == most) & (np.abs(least) > _BRIGHT)
    return bool(flat[8:-8, 8:-8].any())


def _by_sewar(pair: Pair, band: int, note: str) -> Measurement | None:
    """One band's from sewar itself; None if the reference has no information."""
    one = pair.reference[:, :, band], pair.candidate[:, :, band]
    value = by_sewar("vifp", *one, pair.data_range)
    if value is None:
        return too_small("vifp", pair)
    return None if np.isnan(value) else Measurement(value, note)


def _information(a: Planes, b: Planes, mask: Mask) -> tuple[float, float] | None:
    """What of the reference comes through a noisy channel, with and without loss.

    None where a scale has no window that counts.
    """
    kept = total = 0.0
    for size in (17, 9, 5, 3):
        weights = gaussian(size, size / 5)
        if size < 17:
            a, b = (gaussian_means(plane, weights)[::2, ::2] for plane in (a, b))
            mask = None if mask is None else within(mask, size)[::2, ::2]
        counted = None if mask is None else within(mask, size)
        if counted is not None and not counted.any():
            return None
        through, there = _channel(a, b, weights)
        if counted is not None:
            through, there = through[counted], there[counted]
        kept += float(np.log10(through).sum())
        total += float(np.log10(there).sum())
    return kept, total


def _channel(a: Planes, b: Planes, weights: Planes) -> tuple[Planes, Planes]:
    """Signal-to-noise ratios plus 1 of windows, behind the distortion and before."""
    mean_a, mean_b = gaussian_means(a, weights), gaussian_means(b, weights)
    spread_a = np.maximum(gaussian_means(a * a, weights) - mean_a * mean_a, 0)
    spread_b = np.maximum(gaussian_means(b * b, weights) - mean_b * mean_b, 0)
    both = gaussian_means(a * b, weights) - mean_a * mean_b

    gain = both / (spread_a + _EPSILON)
    noise = spread_b - gain * both
    flat_a, flat_b = spread_a < _EPSILON, spread_b < _EPSILON
    gain[flat_a | flat_b] = 0
    noise[flat_a] = spread_b[flat_a]
    spread_a[flat_a] = 0
    noise[flat_b] = 0
    against = gain < 0
    noise[against] = spread_b[against]
    gain[against] = 0
    noise = np.maximum(noise, _EPSILON)
    through = 1 + gain**2 * spread_a / (noise + _NOISE_VARIANCE)
    return through, 1 + spread_a / _NOISE_VARIANCE
