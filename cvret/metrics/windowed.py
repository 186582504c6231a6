"""Metrics that are averages over windows, as sewar has them."""

from dataclasses import replace
from math import nan

import numpy as np

from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import METRICS
from cvret.metrics.maps import (
    Map,
    rase_map,
    rmse_sw_map,
    scc_map,
    ssim_map,
    uqi_map,
    window_of,
)
from cvret.metrics.pairs import Measurement, Pair

__all__ = [
    "average",
    "rase",
    "rmse_sw",
    "scc",
    "scc_map_with_flat",
    "ssim",
    "too_small",
    "uqi",
]


def rmse_sw(pair: Pair) -> Measurement:
    """Root mean squared errors of windows, averaged."""
    return too_small("rmse_sw", pair) or average("rmse_sw", rmse_sw_map(pair))


def uqi(pair: Pair) -> Measurement:
    """sewar's universal quality index."""
    return too_small("uqi", pair) or average("uqi", uqi_map(pair))


def rase(pair: Pair) -> Measurement:
    """Relative errors of windows, averaged."""
    small = too_small("rase", pair)
    if small:
        return small
    errors, n_dark = rase_map(pair)
    note = ""
    if n_dark:
        n = errors.values.size if errors.counted is None else int(errors.counted.sum())
        note = f"{n_dark} of {n} windows of the reference have mean 0"
        note += ", and count as 0" if pair.exact else " or rounding noise"
    return average("rase", errors, note)


def ssim(pair: Pair) -> Measurement:
    """Structural similarity of uniform windows, averaged."""
    small = too_small("ssim", pair)
    if not small:
        return average("ssim", ssim_map(pair))
    value = None
    if pair.mask is None:
        value = by_sewar("ssim", pair.reference, pair.candidate, pair.data_range)
    if value is None or np.isnan(value):
        return small
    return Measurement(value, f"means little: {small.note}")


def scc(pair: Pair) -> Measurement:
    """Correlation of high-passed windows, averaged; flat ones count 0."""
    found, noisy = scc_map(pair)
    if noisy and pair.mask is None:
        value = by_sewar("scc", pair.reference, pair.candidate, pair.data_range)
        why = "windows that are flat up to rounding count by chance, as in sewar"
        return Measurement(nan if value is None else value, why)
    flat = np.isnan(found.values)
    counted = flat if found.counted is None else flat[:, found.counted]
    n_flat = int(counted.sum())
    note = f"{n_flat} of {counted.size} windows are flat, and count as 0"
    return average("scc", _filled(found), note if n_flat else "")


def scc_map_with_flat(pair: Pair) -> Map:
    """Correlations of high-passed windows of 8 x 8 pixels; 0 where one is flat."""
    return _filled(scc_map(pair)[0])


def _filled(found: Map) -> Map:
    return replace(found, values=np.nan_to_num(found.values, nan=0.0))


def too_small(metric: str, pair: Pair, profile: str = "sewar") -> Measurement | None:
    """NaN and the reason, if a picture is smaller than the metric needs."""
    least = METRICS[metric].least_side(profile)
    height, width = pair.shape
    if min(height, width) >= least:
        return None
    why = f"needs at least {least} x {least} pixels, got {width} x {height}"
    return Measurement(nan, why)


def average(metric: str, found: Map, note: str = "") -> Measurement:
    """Average over the windows that count, or NaN and the reason."""
    if found.counted is not None and not found.counted.any():
        side = window_of(metric)
        why = f"no window of {side} x {side} pixels lies within the mask"
        return Measurement(nan, why)
    return Measurement(found.mean(), note)
