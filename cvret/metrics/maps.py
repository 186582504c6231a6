"""Metrics pixel by pixel and window by window, as sewar has them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2
from cvret.metrics.pairs import Pair
from cvret.metrics.windows import (
    box_means,
    overhanging_means,
    overhanging_within,
    sliding_means,
    within,
)

__all__ = [
    "Map",
    "rase_map",
    "rmse_sw_map",
    "sam_map",
    "scc_map",
    "similarity_maps",
    "spectra",
    "squared_error_map",
    "ssim_map",
    "uqi_map",
    "window_of",
]

Planes = NDArray[np.float64]

_HIGH_PASS = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]], np.float64)
_SIDES = {"rase": 8, "rmse_sw": 8, "scc": 8, "ssim": 11, "uqi": 8}
# Below these shares of a square, what is left of it is rounding noise.
_FLAT, _NOISE = 1e-11, 1e-13


@dataclass(frozen=True, eq=False)
class Map:
    """Values of windows, each belonging to the pixel at its center.

    Attributes
    ----------
    values : array of float64, shape (bands, rows, columns)
        NaN where there is none; `bands` is 1 where bands are not told apart.
    margin : int
        Rows and columns of pixels before the first.
    counted : array of bool, shape (rows, columns), or None
        True for the windows that lie within the mask.
    """

    values: Planes
    margin: int = 0
    counted: NDArray[np.bool_] | None = None

    def mean(self) -> float:
        """Average over all values that count; NaN if none does."""
        values = self.values if self.counted is None else self.values[:, self.counted]
        if np.isnan(values).any():
            values = values[~np.isnan(values)]
        return float(values.mean()) if values.size else np.nan

    def pixels(self, shape: tuple[int, int]) -> Planes:
        """Give the mean over bands at each pixel of a picture; NaN elsewhere."""
        found = np.full(shape, np.nan)
        rows, columns = self.values.shape[1:]
        there = ~np.isnan(self.values)
        n = there.sum(axis=0)
        means = np.where(there, self.values, 0).sum(axis=0) / np.maximum(n, 1)
        means[n == 0] = np.nan
        if self.counted is not None:
            means[~self.counted] = np.nan
        at = slice(self.margin, self.margin + rows)
        found[at, self.margin : self.margin + columns] = means
        return found


def window_of(metric: str) -> int:
    """Give the side of a metric's windows in pixels."""
    return _SIDES[metric]


def squared_error_map(pair: Pair) -> Map:
    """Squared differences of all pixels."""
    return Map(pair.squared_errors, counted=pair.mask)


def rmse_sw_map(pair: Pair) -> Map:
    """Root mean squared errors of windows of 8 x 8 pixels, as sewar places them.

    Running sums of floats can fall below 0: sewar's roots are NaN there, these are 0.
    """
    means = sliding_means(pair.squared_errors, 8, pair.exact)
    roots = np.sqrt(np.maximum(means, 0))
    return Map(roots, 4, _sliding_within(pair, 8))


def rase_map(pair: Pair) -> tuple[Map, int]:
    """Relative errors of windows of 8 x 8 pixels in percent; 0 where the mean is 0.

    Also how many windows have a mean that is 0, or rounding noise.
    """
    roots = rmse_sw_map(pair)
    mean = _sum_bands(sliding_means(pair.a, 8, pair.exact)) / pair.bands
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = 100.0 / mean * np.sqrt(_sum_bands(roots.values**2) / pair.bands)
    errors[mean == 0] = 0.0
    dark = np.abs(mean) <= _NOISE * np.abs(pair.a).max()
    if roots.counted is not None:
        dark &= roots.counted
    return Map(errors[np.newaxis], 4, roots.counted), int(dark.sum())


def uqi_map(pair: Pair) -> Map:
    """sewar's quality indices of windows of 8 x 8 pixels.

    They have the windows' means where Wang and Bovik's formula has sums.
    """
    pairs = zip(pair.a, pair.b, strict=True)
    values = np.stack([_uqi(x, y, pair.exact) for x, y in pairs])
    return Map(values, 4, _sliding_within(pair, 8))


def _uqi(x: Planes, y: Planes, exact: bool) -> Planes:
    """One band's, in sewar's order of operations."""
    planes = np.stack([x, y, x * x, y * y, x * y])
    mean_x, mean_y, xx, yy, xy = sliding_means(planes, 8, exact)
    product = mean_x * mean_y
    squares = mean_x * mean_x + mean_y * mean_y
    spread = 64 * (xx + yy) - squares
    bottom = spread * squares
    top = 4 * (64 * xy - product) * product
    found = np.ones(product.shape)
    if not bottom.all():
        flat = (spread == 0) & (squares != 0)
        np.divide(2 * product, squares, out=found, where=flat)
    np.divide(top, bottom, out=found, where=bottom != 0)
    return found


def ssim_map(pair: Pair) -> Map:
    """Structural similarities of uniform windows of 11 x 11 pixels."""

    def means(plane: Planes) -> Planes:
        return box_means(plane, 11, pair.exact)

    values, _ = similarity_maps(pair.a, pair.b, means, pair.data_range)
    counted = None if pair.mask is None else within(pair.mask, 11)
    return Map(values, 5, counted)


def similarity_maps(
    a: Planes, b: Planes, means: Callable[[Planes], Planes], data_range: float
) -> tuple[Planes, Planes]:
    """Structural similarity of windows, and its part of contrast and structure."""
    c1, c2 = np.square([0.01 * data_range, 0.03 * data_range])
    similar, structured = [], []
    for x, y in zip(a, b, strict=True):
        mean_x, mean_y = means(x), means(y)
        xx, yy, xy = mean_x * mean_x, mean_y * mean_y, mean_x * mean_y
        spread = (means(x * x) - xx) + (means(y * y) - yy) + c2
        structure = (2 * (means(x * y) - xy) + c2) / spread
        similar.append((2 * xy + c1) / (xx + yy + c1) * structure)
        structured.append(structure)
    return np.stack(similar), np.stack(structured)


def scc_map(pair: Pair) -> tuple[Map, bool]:
    """Correlations of high-passed windows of 8 x 8 pixels; NaN where one is flat.

    Windows hang over the picture's edge, where zeros stand. Also whether the spread of
    a window is not 0, but rounding noise, which sewar divides by rounding noise.
    """
    found, noisy = [], False
    for x, y in zip(pair.a, pair.b, strict=True):
        high_x, high_y = _high_pass(x), _high_pass(y)
        mean_x, spread_x, noise_x = _spread(high_x, np.abs(x).max(), pair.exact)
        mean_y, spread_y, noise_y = _spread(high_y, np.abs(y).max(), pair.exact)
        both = overhanging_means(high_x * high_y, 8, pair.exact) - mean_x * mean_y
        bottom = np.sqrt(spread_x) * np.sqrt(spread_y)
        values = np.full(both.shape, np.nan)
        found.append(np.divide(both, bottom, out=values, where=bottom != 0))
        noisy = noisy or noise_x or noise_y
    counted = None
    if pair.mask is not None:
        counted = overhanging_within(overhanging_within(pair.mask, 3), 8)
    return Map(np.stack(found), 0, counted), noisy


def _high_pass(plane: Planes) -> Planes:
    """A Laplacian of eight neighbors, twice, as sewar has it."""
    border = cv2.BORDER_REFLECT
    found = cv2.filter2D(plane, cv2.CV_64F, _HIGH_PASS, borderType=border)
    return 2 * np.asarray(found)


def _spread(high: Planes, largest: float, exact: bool) -> tuple[Planes, Planes, bool]:
    """Mean and variance of each window, and whether there is one of rounding noise."""
    mean = overhanging_means(high, 8, exact)
    square = overhanging_means(high * high, 8, exact)
    spread = np.maximum(square - mean * mean, 0)
    if exact:
        return mean, spread, False
    flat = (spread <= _FLAT * square) | (square <= (_NOISE * largest) ** 2)
    spread[flat] = 0
    return mean, spread, bool((flat & (square > 0)).any())


def sam_map(pair: Pair) -> Map:
    """Spectral angles of pixels in radians; NaN where a spectrum is zero."""
    dots, norms = spectra(pair)
    there = norms > 0
    cosines = np.divide(dots, norms, out=np.ones(dots.shape), where=there)
    angles = np.arccos(np.clip(cosines, -1, 1))
    angles[~there] = np.nan
    return Map(angles[np.newaxis], counted=pair.mask)


def spectra(pair: Pair) -> tuple[Planes, Planes]:
    """Inner products of the spectra of pixels, and products of their norms.

    They are summed in sewar's order: near 1 the arc cosine makes much of an error.
    """
    norms = np.sqrt(_sum_bands(pair.a * pair.a)) * np.sqrt(_sum_bands(pair.b * pair.b))
    return _sum_bands(pair.a * pair.b), norms


def _sum_bands(planes: Planes) -> Planes:
    """Sum over bands as NumPy does along a last axis: one by one up to seven."""
    if len(planes) >= 8:
        return np.asarray(np.ascontiguousarray(np.moveaxis(planes, 0, 2)).sum(axis=2))
    total = np.zeros(planes.shape[1:])
    for plane in planes:
        total += plane
    return total


def _sliding_within(pair: Pair, size: int) -> NDArray[np.bool_] | None:
    """Which of the windows of `sliding_means` count."""
    return None if pair.mask is None else within(pair.mask, size)[:-1, :-1]
