"""Two pictures compared by full-reference metrics."""

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_flag
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
    fit_reference,
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
    resize: str | tuple[int, int] | None = None,
    profile: str = "sewar",
    bands: int | None = None,
    mask: NDArray[Any] | None = None,
    details: bool = False,
) -> dict[str, Any]:
    """Compare two pictures by full-reference metrics.

    Parameters
    ----------
    a : array of shape (height, width) or (height, width, bands), or path
        The reference: what is true. Whole or floating-point numbers; a file is read as
        RGB of 8 bits. Metrics marked with * give another value if it is exchanged with
        `b`.
    b : array or path
        The picture that is judged, of the same size, bands and dtype.
    metrics : str or list of str, optional
        Names from the table below; all of them if left out.
    data_range : float, optional
        The difference between the largest and the smallest value a pixel can have. If
        left out, the largest value of an integer dtype, and 1 for floats, which must
        then lie in [0, 1].
    resize : {"reference"} or (height, width), optional
        Give `b` the size of `a` first, or both this size in pixels; sizes that differ
        are an error otherwise.
    profile : {"sewar", "textbook"}
        Whose values: those of sewar 0.4.10, or of the papers; see Notes.
    bands : int, optional
        How many bands the pictures must have. Four are refused as RGBA, unless this is
        4.
    mask : array of bool, shape (height, width), optional
        True where pixels count. Metrics of windows take those that lie wholly within.
    details : bool
        Give a `Measurement` instead of a float, whose note tells why a value is
        undefined, what was left out, or that it means little.

    Returns
    -------
    dict of str to float, or to Measurement
        In the order that was asked for.

    Raises
    ------
    ImageError
        If a file is no readable picture.
    TypeError
        If a picture is no array of numbers, or another argument is of a wrong type.
    UnknownNameError
        If there is no such metric; the message lists those there are.
    ValueError
        If the pictures do not fit each other, hold NaN or infinite pixels, or have a
        dynamic range that cannot be told.

    See Also
    --------
    quality_map : where two pictures differ.

    Notes
    -----
    =======  ==========  ============  ===================  ==========================
    metric   good is     range         unit                 undefined
    =======  ==========  ============  ===================  ==========================
    cosine   large       [-1, 1]                            one picture is all zero
    ergas*   small       [0, inf)      %                    all bands of `a` have mean 0
    mse      small       [0, inf)      squared gray levels
    msssim   large       [-1, 1]                            below 11 x 11 pixels
    psnr     large       (-inf, inf]   dB                   never; inf if equal
    psnrb*   large       (-inf, inf]   dB                   one row, and blocks in it
    q2n*     large       [0, 1]                             below 16 x 16 pixels
    rase*    small       [0, inf)      %                    below 9 x 9 pixels
    rmse     small       [0, inf)      gray levels
    rmse_sw  small       [0, inf)      gray levels          below 9 x 9 pixels
    sam      small       [0, pi]       radians              no pixel has spectra
    scc      large       [-1, 1]                            never
    ssim     large       [-1, 1]                            below 11 x 11 pixels
    uqi      large       [-1, 1]                            below 9 x 9 pixels
    vifp*    large       [0, inf)                           `a` is flat, below 41 x 41
    =======  ==========  ============  ===================  ==========================

    An undefined value is NaN. Pixels whose spectrum is zero (sam), bands with mean 0
    (ergas) and flat bands of the reference (vifp) are left out; sewar gives NaN or
    infinity for the last two. Below their least side sewar's ssim and vifp are numbers
    nevertheless, of windows that hang over: the profile "sewar" gives them, with a
    note; so it does with the q2n of one column of pixels. A flat reference has a vifp
    of 1 with itself, and none with other pictures; sewar divides rounding errors there
    where pixels have 16 bits. Where part of a picture is flat and bright, or pixels
    have more bits, they count in all of its values: the profile "sewar" gives these.

    The profiles differ in the following, shown by ``ramp``, the numbers from 0 to 255
    in 16 rows of 16, unless another picture is named:

    =======  ========================  ===========================  ===============
    metric   sewar                     textbook                     pair: values
    =======  ========================  ===========================  ===============
    msssim   weights of scales that    divided by their sum, terms  negative:
             fit as they are           below 0 cut                  0.982, 0
    psnrb    first band                luma of three bands          RGB, green
                                                                    negative: inf,
                                                                    9.36
    rase     windows of 8 x 8          the whole picture            halved: 53.4, 58.0
    rmse_sw  without the last windows  all windows                  last pixel 0:
                                                                    0, 0.394
    sam      arc cosine                arc tangent, exactly 0 for   noise, itself:
                                       equal spectra                4e-9, 0
    scc      flat windows count 0      they are left out            half black,
                                                                    itself: 0.625, 1
    ssim     uniform windows           Gaussian windows, as in      negative:
                                       scikit-image                 -0.894, -0.826
    uqi      means for sums            Wang and Bovik's sums        negative:
                                                                    0.622, -0.822
    vifp     gray levels as they are   scaled to a range of 255     floats in [0, 1]:
                                                                    0.9998, 0.444
    =======  ========================  ===========================  ===============

    The papers stand in ``cvret.metrics.definitions.METRICS``.

    Examples
    --------
    All pixels differ by 51, a fifth of 255: ``20 * log10(5)`` decibels.

    >>> black, gray = np.zeros((8, 8), np.uint8), np.full((8, 8), 51, np.uint8)
    >>> full_reference(black, gray, ["rmse", "psnr"])
    {'rmse': 51.0, 'psnr': 13.979400086720377}
    >>> full_reference(black, gray, "ergas", details=True)["ergas"]
    Measurement(value=nan, note='the reference has mean 0 in every band')
    """
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
    """Show where two pictures differ: a metric at each pixel.

    Parameters
    ----------
    a, b : array of shape (height, width) or (height, width, bands), or path
        The reference, and the picture that is judged; see `full_reference`.
    metric : {"mse", "rmse", "rmse_sw", "sam", "scc", "ssim", "uqi"}
        The others have no value at a pixel.
    data_range : float, optional
        As for `full_reference`.
    profile : {"sewar", "textbook"}
        As for `full_reference`.
    mask : array of bool, shape (height, width), optional
        True where pixels count.
    bands : int, optional
        As for `full_reference`.

    Returns
    -------
    array of float64, shape (height, width)
        The value of each pixel, or of the window around it, averaged over bands (the
        rmse is the root of the average). NaN where there is none: within half a window
        of the edge, outside of the mask, and where the metric is undefined.

    Raises
    ------
    ImageError, TypeError, ValueError
        As `full_reference`, and if the metric has no map.

    See Also
    --------
    full_reference : one number for two pictures.

    Examples
    --------
    >>> a = np.zeros((2, 2), np.uint8)
    >>> quality_map(a, np.array([[0, 5], [0, 0]], np.uint8), "rmse")
    array([[0., 5.], [0., 0.]])
    """
    if metric not in MAPPED:
        check_metrics(metric)
        raise ValueError(
            f"metric must have a value at each pixel, got {metric!r}; those that have "
            f"one are {', '.join(MAPPED)}"
        )
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
    return _SEWAR_MAPS[metric](pair)


_SEWAR_MAPS = {
    "rmse_sw": maps.rmse_sw_map,
    "sam": maps.sam_map,
    "scc": windowed.scc_map_with_flat,
    "ssim": maps.ssim_map,
    "uqi": maps.uqi_map,
}


def _pair(
    a: Any,
    b: Any,
    data_range: float | None,
    resize: str | tuple[int, int] | None,
    bands: int | None,
    mask: NDArray[Any] | None,
) -> Pair:
    """Check all that was passed."""
    reference = fit_reference(check_reference("a", a, bands), resize)
    candidate = check_candidate("b", b, reference, resize)
    counted = check_mask(mask, reference)
    if counted is not None:
        # Not even rounding errors of sums shall depend on what does not count.
        there = counted[:, :, np.newaxis]
        zero = np.zeros((), reference.dtype)
        reference = np.where(there, reference, zero)
        candidate = np.where(there, candidate, zero.astype(candidate.dtype))
    peak = data_range_of(reference, data_range, candidate)
    return Pair(reference, candidate, peak, counted)
