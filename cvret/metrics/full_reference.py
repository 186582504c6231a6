"""Two pictures compared by full-reference metrics."""

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_flag
from cvret.metrics import hypercomplex, maps, pixelwise, scales, textbook, windowed
from cvret.metrics.definitions import check_metrics, check_profile
from cvret.metrics.maps import Map
from cvret.metrics.pairs import (
    Measurement,
    Pair,
    check_candidate,
    check_mask,
    check_reference,
    data_range_of,
)

__all__ = ["MAPPED", "Measurement", "full_reference", "quality_map"]

MAPPED = ("mse", "rmse", "rmse_sw", "sam", "scc", "ssim", "uqi")
"""The metrics that have a value at each pixel, for `quality_map`."""

_SEWAR: dict[str, Callable[[Pair], Measurement]] = {
    "cosine": pixelwise.cosine,
    "ergas": pixelwise.ergas,
    "mse": pixelwise.mse,
    "msssim": scales.msssim,
    "psnr": pixelwise.psnr,
    "psnrb": pixelwise.psnrb,
    "q2n": hypercomplex.q2n,
    "rase": windowed.rase,
    "rmse": pixelwise.rmse,
    "rmse_sw": windowed.rmse_sw,
    "sam": pixelwise.sam,
    "scc": windowed.scc,
    "ssim": windowed.ssim,
    "uqi": windowed.uqi,
    "vifp": scales.vifp,
}

_TEXTBOOK = _SEWAR | {
    "msssim": textbook.msssim,
    "psnrb": textbook.psnrb,
    "rase": textbook.rase,
    "rmse_sw": textbook.rmse_sw,
    "sam": textbook.sam,
    "scc": textbook.scc,
    "ssim": textbook.ssim,
    "uqi": textbook.uqi,
    "vifp": textbook.vifp,
}

_OVERFLOW = "sums of squares are beyond the largest float: scale the pixels down"


def full_reference(
    a: Any,
    b: Any,
    metrics: str | Sequence[str] | None = None,
    *,
    data_range: float | None = None,
    resize: str | None = None,
    profile: str = "sewar",
    bands: int | None = None,
    mask: NDArray[Any] | None = None,
    details: bool = False,
) -> dict[str, Any]:
    """Compare two pictures."""
    check_profile(profile)
    names = check_metrics(metrics)
    measured = _SEWAR if profile == "sewar" else _TEXTBOOK
    check_flag("details", details)
    pair = _pair(a, b, data_range, resize, bands, mask)
    found = {}
    with np.errstate(over="ignore", invalid="ignore"):
        for name in names:
            measurement = measured[name](pair)
            if isnan(measurement.value) and not measurement.note:
                measurement = Measurement(measurement.value, _OVERFLOW)
            found[name] = measurement
    return found if details else {name: m.value for name, m in found.items()}


def quality_map(
    a: Any,
    b: Any,
    metric: str = "ssim",
    *,
    data_range: float | None = None,
    profile: str = "sewar",
    mask: NDArray[Any] | None = None,
    bands: int | None = None,
) -> NDArray[np.float64]:
    """Show where two pictures differ: a metric at each pixel."""
    check_choice("metric", metric, MAPPED)
    check_profile(profile)
    pair = _pair(a, b, data_range, None, bands, mask)
    if metric in ("mse", "rmse"):
        errors = maps.squared_error_map(pair).pixels(pair.shape)
        return np.sqrt(errors) if metric == "rmse" else errors
    if metric not in ("sam", "scc") and windowed.too_small(metric, pair, profile):
        return np.full(pair.shape, np.nan)
    return _map(metric, pair, profile).pixels(pair.shape)


def _map(metric: str, pair: Pair, profile: str) -> Map:
    if profile == "textbook":
        return textbook.TEXTBOOK_MAPS[metric](pair)
    if metric == "scc":
        return maps.scc_map(pair)[0]
    return _SEWAR_MAPS[metric](pair)


_SEWAR_MAPS = {
    "rmse_sw": maps.rmse_sw_map,
    "sam": maps.sam_map,
    "ssim": maps.ssim_map,
    "uqi": maps.uqi_map,
}


def _pair(
    a: Any,
    b: Any,
    data_range: float | None,
    resize: str | None,
    bands: int | None,
    mask: NDArray[Any] | None,
) -> Pair:
    """Check all that was passed."""
    reference = check_reference("a", a, bands)
    candidate = check_candidate("b", b, reference, resize)
    peak = data_range_of(reference, data_range, candidate)
    return Pair(reference, candidate, peak, check_mask(mask, reference))
