"""One reference against many pictures: metrics of square windows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.blocks import Block
from cvret.metrics.box_kernels import (
    SSIM,
    UQI,
    box_sums,
    make_room,
    quality_indices,
    window_errors,
    window_moments,
)
from cvret.metrics.running_kernels import running_means
from cvret.metrics.scc_kernels import high_pass, spatial_correlation

__all__ = [
    "Correlation",
    "FloatQualityIndex",
    "FloatWindowErrors",
    "QualityIndex",
    "Similarity",
    "WindowErrors",
    "constants",
]

Doubles = NDArray[np.float64]
Values = dict[str, Doubles]


class WindowErrors:
    """Roots of the squared errors in windows: rmse_sw, or rase if bands go together."""

    takes_bytes = True

    def __init__(self, target: Block, together: bool, every: bool) -> None:
        whole = target.values.dtype == np.uint8
        self._target = target.values[0].astype(np.int16 if whole else np.float64)
        self._dtypes = (np.uint16, np.int32) if whole else (np.float64, np.float64)
        self._together = together
        bands = target.bands
        less = 7 if every else 8
        rows = len(self._target) - less
        columns = self._target.shape[1] // bands - less
        if together:
            sums = box_sums(target.doubles[0], 8, bands)[:rows, : columns * bands]
            means = (sums / 64).reshape(rows, columns, bands).sum(axis=2) / bands
            dark = means == 0
            weights = 100 / np.where(dark, 1, means)
            weights[dark] = 0
            self._weights = weights / np.sqrt(64 * bands) / weights.size
        else:
            self._weights = np.full((rows, columns * bands), 1 / 8)
            self._weights /= self._weights.size

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        found = np.empty(block.n)
        width = self._target.shape[1]
        squares = np.empty(width, self._dtypes[0])
        room = make_room(12, width, block.bands, self._dtypes[1])
        window_errors(
            block.values,
            self._target,
            self._weights,
            block.bands,
            self._together,
            squares,
            room,
            found,
        )
        return {"rase" if self._together else "rmse_sw": found}


class FloatWindowErrors:
    """sewar's rmse_sw and rase, rounding errors and all."""

    takes_bytes = False

    def __init__(self, target: Block) -> None:
        self._target = target.doubles
        means = _running(self._target, target.bands)[0]
        mean = means.reshape(*means.shape[:1], -1, target.bands).sum(axis=2)
        mean /= target.bands
        dark = mean == 0
        self._weights = np.where(dark, 0, 100 / np.where(dark, 1, mean))

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        rmse, rase = np.empty(block.n), np.empty(block.n)
        shape = *self._weights.shape, block.bands
        for i, picture in enumerate(block.doubles):
            errors = _running((picture - self._target) ** 2, block.bands)[0]
            np.maximum(errors, 0, out=errors)
            of_pixels = errors.reshape(shape).mean(axis=2)
            rase[i] = (self._weights * np.sqrt(of_pixels)).mean()
            rmse[i] = np.sqrt(errors).mean()
        return {"rmse_sw": rmse, "rase": rase}


class QualityIndex:
    """The universal quality index, by means as in sewar or by sums as in the paper."""

    takes_bytes = False

    def __init__(self, target: Block, by_sums: bool) -> None:
        self._target = target.numbers[0]
        bands = target.bands
        plane = target.doubles[0]
        less = 7 if by_sums else 8
        rows, columns = plane.shape[0] - less, plane.shape[1] - less * bands
        scale = 1.0 if by_sums else 1 / 64
        self._means, self._squares = (
            np.ascontiguousarray(scale * box_sums(p, 8, bands)[:rows, :columns])
            for p in (plane, plane * plane)
        )
        self._constants = np.array([scale, 0.0])

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        return {"uqi": _moments(self, block, UQI)}


class FloatQualityIndex:
    """The universal quality index of sewar, rounding errors and all."""

    takes_bytes = False

    def __init__(self, target: Block) -> None:
        self._target = target.doubles
        planes = self._target[0], self._target[0] ** 2
        self._means = _running(np.stack(planes), target.bands)

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        found = np.empty(block.n)
        for i, picture in enumerate(block.doubles):
            planes = np.stack([picture, picture * picture, picture * self._target[0]])
            moments = _running(planes, block.bands)
            found[i] = quality_indices(*self._means, *moments).mean()
        return {"uqi": found}


def _running(planes: Doubles, bands: int) -> Doubles:
    n, height, width = planes.shape
    means = np.empty((n, height - 8, width - 8 * bands))
    running_means(planes, bands, means)
    return means


class Similarity:
    """Structural similarity in uniform windows."""

    takes_bytes = False

    def __init__(self, target: Block, data_range: float) -> None:
        self._target = target.numbers[0]
        plane = target.doubles[0]
        self._means, self._squares = (
            box_sums(p, 11, target.bands) / 121 for p in (plane, plane * plane)
        )
        self._constants = constants(data_range)

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        return {"ssim": _moments(self, block, SSIM)}


def _moments(part: Any, block: Block, kind: int) -> Doubles:
    found = np.empty(block.n)
    width, dtype = part._target.shape[1], part._target.dtype
    room = make_room(4, width, block.bands, dtype, parts=3)
    window_moments(
        block.numbers,
        part._target,
        part._means,
        part._squares,
        block.bands,
        kind,
        part._constants,
        room,
        found,
    )
    return found


def constants(data_range: float) -> Doubles:
    """SSIM's two constants."""
    return np.array([(0.01 * data_range) ** 2, (0.03 * data_range) ** 2])


class Correlation:
    """The spatial correlation coefficient."""

    takes_bytes = False

    def __init__(self, target: Block, alive_only: bool) -> None:
        plane, bands = target.numbers[0], target.bands
        height, width = plane.shape
        self._target = np.zeros((height + 7, width + 7 * bands), plane.dtype)
        high_pass(plane, bands, self._target)
        padded = self._target.astype(np.float64)
        self._means = box_sums(padded, 8, bands) / 64
        squares = box_sums(padded * padded, 8, bands) / 64
        self._spreads = np.sqrt(np.maximum(squares - self._means**2, 0))
        self._alive_only = alive_only

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        found = np.empty((block.n, 2))
        width, dtype = self._target.shape[1], self._target.dtype
        room = make_room(4, width, block.bands, dtype, parts=3)
        padded = np.zeros_like(self._target)
        spatial_correlation(
            block.numbers,
            self._target,
            self._means,
            self._spreads,
            block.bands,
            room,
            padded,
            found,
        )
        with np.errstate(invalid="ignore"):
            n = found[:, 1] if self._alive_only else float(self._means.size)
            return {"scc": found[:, 0] / n}
