"""One reference against many pictures: metrics of Gaussian windows on scales."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.against_windows import constants
from cvret.metrics.blocks import Block
from cvret.metrics.gauss_kernels import (
    half_window,
    halve,
    information,
    shrink,
    similarities,
    windows_moments,
)
from cvret.metrics.pairs import Pair
from cvret.metrics.scales import (
    WEIGHTS,
    count_scales,
    has_rounding_errors,
    vifp,
)

__all__ = ["Information", "Scales"]

Doubles = NDArray[np.float64]
Values = dict[str, Doubles]


@dataclass(frozen=True, eq=False)
class _Scale:
    """The reference at one scale: moments of its windows, and their half window."""

    target: Doubles
    means: Doubles
    squares: Doubles
    half: Doubles


class Scales:
    """Structural similarity in Gaussian windows, at one scale and at several."""

    takes_bytes = False

    def __init__(self, target: Block, data_range: float, textbook: bool) -> None:
        n = count_scales(target.pictures.shape[1:3])
        half, planes = half_window(11, 1.5), target.doubles
        self._scales: list[_Scale] = []
        for scale in range(n):
            if scale:
                planes = _halved(planes, target.bands)
            plane = planes[0]
            means, squares, _ = windows_moments(plane, plane, half, target.bands)
            self._scales.append(_Scale(plane, means, squares, half))
        self._constants = constants(data_range)
        self._textbook = textbook
        self._weights = WEIGHTS[:n]
        if textbook:
            self._weights = self._weights / self._weights.sum()

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        n_scales = len(self._scales)
        found = np.empty((n_scales, block.n, 2))
        planes = block.doubles
        for number, at in enumerate(self._scales):
            if number:
                planes = _halved(planes, block.bands)
            similarities(
                planes,
                at.target,
                at.means,
                at.squares,
                at.half,
                block.bands,
                self._constants,
                found[number],
            )
        terms = np.concatenate([found[:-1, :, 1], found[-1:, :, 0]]).astype(complex)
        if self._textbook:
            terms = np.maximum(terms.real, 0)
        values = {"msssim": np.prod(terms.T**self._weights, axis=1).real}
        if self._textbook:
            values["ssim"] = found[0, :, 0]
        return values


def _halved(planes: Doubles, bands: int) -> Doubles:
    n, height, width = planes.shape
    columns = (width // bands + 1) // 2 * bands
    smaller = np.empty((n, (height + 1) // 2, columns))
    halve(planes, bands, smaller)
    return smaller


class Information:
    """Visual information fidelity of pixels that are scaled by a factor."""

    takes_bytes = False

    def __init__(self, target: Block, factor: float) -> None:
        self._factor = factor
        self._reference = target.pictures[0]
        bands = target.bands
        planes = factor * target.doubles
        self._scales: list[_Scale] = []
        self._whole = np.zeros(bands)
        for size in (17, 9, 5, 3):
            half = half_window(size, size / 5)
            if size < 17:
                planes = _shrunk(planes, half, bands)
            plane = planes[0]
            means, squares, _ = windows_moments(plane, plane, half, bands)
            variances = np.maximum(squares - means * means, 0)
            kept = np.where(variances < 1e-10, 0, variances)
            self._whole += np.log(1 + kept / 2).reshape(-1, bands).sum(axis=0)
            self._scales.append(_Scale(plane, means, variances, half))
        pixels = np.moveaxis(target.doubles.reshape(self._reference.shape), 2, 0)
        self._rounds = any(map(has_rounding_errors, pixels))
        self._there = np.ptp(self._reference, axis=(0, 1)) > 0
        self._there &= self._whole > 0

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        if not self._there.any():
            equal = (block.pictures == self._reference).all(axis=(1, 2, 3))
            return {"vifp": np.where(equal, 1.0, nan)}
        planes = block.doubles if self._factor == 1 else self._factor * block.doubles
        found = np.zeros((block.n, block.bands))
        for number, at in enumerate(self._scales):
            if number:
                planes = _shrunk(planes, at.half, block.bands)
            information(
                planes, at.target, at.means, at.squares, at.half, block.bands, found
            )
        there = self._there
        values = (found[:, there] / self._whole[there]).mean(axis=1)
        if self._factor == 1 and block.pictures.dtype != np.uint8:
            for i, picture in enumerate(block.pictures):
                pair = Pair(self._reference, picture, 1.0)
                if self._rounds or any(map(has_rounding_errors, pair.b)):
                    values[i] = vifp(pair).value
        return {"vifp": values}


def _shrunk(planes: Doubles, half: Doubles, bands: int) -> Doubles:
    n, height, width = planes.shape
    less = 2 * len(half) - 2
    rows, columns = (height - less + 1) // 2, (width // bands - less + 1) // 2
    smaller = np.empty((n, rows, columns * bands))
    shrink(planes, half, bands, smaller)
    return smaller
