"""Metrics as their papers have them, where sewar has them otherwise."""

from math import nan

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.maps import Map, scc_map, similarity_maps
from cvret.metrics.pairs import Measurement, Pair
from cvret.metrics.pixelwise import psnrb as first_band_psnrb
from cvret.metrics.pixelwise import psnrb_of, sam_of
from cvret.metrics.scales import msssim as any_msssim
from cvret.metrics.scales import vifp as any_vifp
from cvret.metrics.windowed import average, too_small
from cvret.metrics.windows import box_means, gaussian, gaussian_means, within

__all__ = [
    "TEXTBOOK_MAPS",
    "msssim",
    "psnrb",
    "rase",
    "rmse_sw",
    "sam",
    "scc",
    "ssim",
    "uqi",
    "vifp",
]

Planes = NDArray[np.float64]

# ITU-R BT.601: how much red, green and blue give of the luma.
_LUMA = np.array([0.299, 0.587, 0.114])
# Below this share of a sum of squares, what is left of it is rounding noise.
_FLAT = 1e-12


def uqi(pair: Pair) -> Measurement:
    """Wang and Bovik's index of all windows of 8 x 8 pixels, averaged."""
    return too_small("uqi", pair, "textbook") or average("uqi", uqi_map(pair))


def ssim(pair: Pair) -> Measurement:
    """Structural similarity of Gaussian windows of 11 x 11 pixels, averaged."""
    return too_small("ssim", pair, "textbook") or average("ssim", ssim_map(pair))


def rmse_sw(pair: Pair) -> Measurement:
    """Root mean squared errors of all windows of 8 x 8 pixels, averaged."""
    return too_small("rmse_sw", pair, "textbook") or average(
        "rmse_sw", rmse_sw_map(pair)
    )


def scc(pair: Pair) -> Measurement:
    """Correlation of the high-passed windows that are flat in neither picture."""
    found = scc_map_without_flat(pair)
    counted = found.values
    if found.counted is not None:
        counted = counted[:, found.counted]
    if not counted.size:
        return average("scc", found)
    n_flat = int(np.isnan(counted).sum())
    if n_flat == counted.size:
        return Measurement(nan, "every window is flat in one of the pictures")
    note = f"left out {n_flat} of {counted.size} windows: flat" if n_flat else ""
    return average("scc", found, note)


def sam(pair: Pair) -> Measurement:
    """Mean angle between the spectra of pixels, in radians."""
    return sam_of(sam_map(pair).values[0], pair)


def msssim(pair: Pair) -> Measurement:
    """MS-SSIM with the weights of the scales that fit divided by their sum."""
    return any_msssim(pair, normalized=True)


def vifp(pair: Pair) -> Measurement:
    """VIF of pixels that are scaled to a dynamic range of 255."""
    return any_vifp(pair, scaled=True)


def rase(pair: Pair) -> Measurement:
    """Root mean squared error over the mean of the reference, in percent."""
    a, b = pair.pixels
    mean = float(a.mean())
    if mean == 0:
        return Measurement(nan, "the reference has mean 0")
    return Measurement(float(100 / mean * np.sqrt(((a - b) ** 2).mean())))


def psnrb(pair: Pair) -> Measurement:
    """PSNR with the blocking effect of the luma, where there are three bands."""
    if pair.bands != 3:
        return first_band_psnrb(pair)
    a, b = np.tensordot(_LUMA, pair.a, 1), np.tensordot(_LUMA, pair.b, 1)
    return psnrb_of(a, b, pair.mask, pair.data_range)


def uqi_map(pair: Pair) -> Map:
    """Wang and Bovik's quality indices of all windows of 8 x 8 pixels."""
    pairs = zip(pair.a, pair.b, strict=True)
    values = np.stack([_uqi(x, y, pair.exact) for x, y in pairs])
    return Map(values, 4, None if pair.mask is None else within(pair.mask, 8))


def _uqi(x: Planes, y: Planes, exact: bool) -> Planes:
    """One band's; of flat windows the index of their means, of black ones 1."""
    n = 64
    sum_x, sum_y, xx, yy, xy = (
        n * box_means(plane, 8, exact) for plane in (x, y, x * x, y * y, x * y)
    )
    product, squares = sum_x * sum_y, sum_x**2 + sum_y**2
    spread = n * (xx + yy) - squares
    spread[spread <= (0 if exact else _FLAT * n * (xx + yy))] = 0
    found = np.ones(product.shape)
    flat = (spread == 0) & (squares > 0)
    np.divide(2 * product, squares, out=found, where=flat)
    bottom = spread * squares
    found[(squares == 0) & (spread > 0)] = 0
    top = 4 * (n * xy - product) * product
    return np.divide(top, bottom, out=found, where=bottom > 0)


def ssim_map(pair: Pair) -> Map:
    """Structural similarities of Gaussian windows of 11 x 11 pixels, sigma 1.5."""
    weights = gaussian(11, 1.5)
    values, _ = similarity_maps(
        pair.a, pair.b, lambda plane: gaussian_means(plane, weights), pair.data_range
    )
    return Map(values, 5, None if pair.mask is None else within(pair.mask, 11))


def rmse_sw_map(pair: Pair) -> Map:
    """Root mean squared errors of all windows of 8 x 8 pixels."""
    squares = pair.squared_errors
    errors = np.stack([box_means(plane, 8, pair.exact) for plane in squares])
    counted = None if pair.mask is None else within(pair.mask, 8)
    return Map(np.sqrt(errors), 4, counted)


def scc_map_without_flat(pair: Pair) -> Map:
    """Correlations of high-passed windows, NaN where one is flat."""
    found, _ = scc_map(pair)
    return found


def sam_map(pair: Pair) -> Map:
    """Spectral angles of pixels in radians, exactly 0 for equal ones."""
    a, b = pair.a, pair.b
    norm_a, norm_b = np.sqrt((a * a).sum(axis=0)), np.sqrt((b * b).sum(axis=0))
    there = (norm_a > 0) & (norm_b > 0)
    a, b = a / np.where(there, norm_a, 1), b / np.where(there, norm_b, 1)
    apart = np.sqrt(((a - b) ** 2).sum(axis=0))
    together = np.sqrt(((a + b) ** 2).sum(axis=0))
    angles = np.where(there, 2 * np.arctan2(apart, together), nan)
    return Map(angles[np.newaxis], counted=pair.mask)


TEXTBOOK_MAPS = {
    "rmse_sw": rmse_sw_map,
    "sam": sam_map,
    "scc": scc_map_without_flat,
    "ssim": ssim_map,
    "uqi": uqi_map,
}
"""Maps of this profile, by metric."""
