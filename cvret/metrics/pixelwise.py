"""Metrics that look at pixels one by one, not at windows."""

from math import inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.maps import sam_map
from cvret.metrics.pairs import Measurement, Pair

__all__ = [
    "blocking_effect",
    "cosine",
    "ergas",
    "mse",
    "psnr",
    "psnrb",
    "psnrb_of",
    "rmse",
    "sam",
]


def cosine(pair: Pair) -> Measurement:
    """Cosine of the angle between two pictures, each one long vector."""
    a, b = pair.pixels
    if not (a.any() and b.any()):
        if pair.equal:
            return Measurement(1.0, "both pictures are zero everywhere")
        return Measurement(nan, "one picture is zero everywhere and has no direction")
    a, b = a.ravel() / np.abs(a).max(), b.ravel() / np.abs(b).max()
    value = float(a @ b) / float(np.sqrt((a @ a) * (b @ b)))
    return Measurement(min(max(value, -1.0), 1.0))


def mse(pair: Pair) -> Measurement:
    """Mean of squared differences."""
    errors = np.subtract(pair.reference, pair.candidate, dtype=np.float64)
    errors = errors.ravel() if pair.mask is None else errors[pair.mask].ravel()
    return Measurement(float(errors @ errors) / errors.size)


def rmse(pair: Pair) -> Measurement:
    """Root of the mean of squared differences."""
    return Measurement(float(np.sqrt(mse(pair).value)))


def psnr(pair: Pair) -> Measurement:
    """Squared dynamic range over the mean squared error, in decibels."""
    return Measurement(_decibels(pair.data_range, mse(pair).value))


def ergas(pair: Pair) -> Measurement:
    """Relative errors of bands; the ratio of resolutions is 1/4, as in sewar."""
    a, b = pair.pixels
    means = a.mean(axis=1)
    there = means != 0
    n_left_out = int((~there).sum())
    if not there.any():
        return Measurement(nan, "the reference has mean 0 in every band")
    errors = ((a - b) ** 2).mean(axis=1)[there] / means[there] ** 2
    note = ""
    if n_left_out:
        note = f"left out {n_left_out} of {pair.bands} bands: the reference has mean 0"
    return Measurement(25 * float(np.sqrt(errors.mean())), note)


def sam(pair: Pair) -> Measurement:
    """Mean angle between the spectra of pixels, in radians."""
    return sam_of(sam_map(pair).values[0], pair)


def sam_of(angles: NDArray[np.float64], pair: Pair) -> Measurement:
    """Average over the pixels that have an angle, and say how many have none."""
    if pair.mask is not None:
        angles = angles[pair.mask]
    there = ~np.isnan(angles)
    n_left_out = angles.size - int(there.sum())
    if not there.any():
        return Measurement(nan, "no pixel has a spectrum in both pictures: all zero")
    if n_left_out:
        note = f"left out {n_left_out} of {angles.size} pixels: a spectrum is zero"
        return Measurement(float(angles[there].mean()), note)
    note = "pictures of one band have no spectra: 0" if pair.bands == 1 else ""
    return Measurement(float(angles.mean()), note)


def psnrb(pair: Pair) -> Measurement:
    """PSNR with the blocking effect of the candidate's first band; see `psnrb_of`."""
    found = psnrb_of(pair.a[0], pair.b[0], pair.mask, pair.data_range)
    if pair.bands > 1:
        note = f"the first of {pair.bands} bands alone"
        note = f"{found.note}; {note}" if found.note else note
        return Measurement(found.value, note)
    return found


def psnrb_of(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    mask: NDArray[np.bool_] | None,
    data_range: float,
) -> Measurement:
    """Peak signal-to-noise ratio of one band, blocking effect and all, in decibels."""
    squares = (a - b) ** 2
    error = float(np.mean(squares if mask is None else squares[mask]))
    effect = blocking_effect(b, mask)
    small = max(b.shape) < 9
    note = "no border of 8 x 8 blocks lies in the picture: as psnr" if small else ""
    if not error + effect >= 0 or effect == inf:
        why = f"the blocking effect of {effect:g} has no logarithm"
        return Measurement(nan, why)
    return Measurement(_decibels(data_range, error + effect), note)


def blocking_effect(
    plane: NDArray[np.float64], mask: NDArray[np.bool_] | None = None
) -> float:
    """Steps across the borders of 8 x 8 blocks beyond those elsewhere, squared.

    The counts of steps are sewar's, which are not whole; with a mask they shrink with
    the share of steps that lie within.
    """
    height, width = plane.shape
    n_borders = height * (width / 8) + width * (height / 8) - 2
    n_others = height * (width - 1) + width * (height - 1) - n_borders
    steps = np.diff(plane, axis=1) ** 2, np.diff(plane, axis=0) ** 2
    if mask is not None:
        kept = mask[:, 1:] & mask[:, :-1], mask[1:] & mask[:-1]
        steps = steps[0] * kept[0], steps[1] * kept[1]
        at, rest = _split(*kept)
        of_all, of_rest = _split(*(np.ones_like(k) for k in kept))
        n_borders *= at / max(of_all, 1)
        n_others *= rest / max(of_rest, 1)
    at_borders, elsewhere = _split(*steps)
    step = at_borders / n_borders if at_borders else 0.0
    other = elsewhere / n_others if elsewhere else 0.0
    if step <= other:
        return 0.0
    if min(height, width) == 1:  # sewar divides by the logarithm of the shorter side
        return inf
    return float(np.log2(8) / np.log2(min(height, width)) * (step - other))


def _split(across: NDArray[Any], down: NDArray[Any]) -> tuple[float, float]:
    """Sums over what is at the borders of blocks of 8 x 8, and over the rest."""
    at_borders = float(across[:, 7::8].sum()) + float(down[7::8].sum())
    return at_borders, float(across.sum()) + float(down.sum()) - at_borders


def _decibels(peak: float, error: float) -> float:
    if error == 0:
        return inf
    with np.errstate(divide="ignore"):  # of infinite errors
        return float(20 * np.log10(peak / np.sqrt(error)))
