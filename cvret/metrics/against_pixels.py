"""One reference against many pictures: metrics of pixels, and of blocks of them."""

from math import nan

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.angle_kernels import spectral_angles, spectral_angles_numpy
from cvret.metrics.blocks import Block
from cvret.metrics.box_kernels import squared_errors
from cvret.metrics.hypercomplex import multiply, q2n
from cvret.metrics.pairs import Pair
from cvret.metrics.pixelwise import psnrb_of

__all__ = [
    "Angles",
    "BlockingEffect",
    "Cosine",
    "Hypercomplex",
    "SquaredErrors",
    "Undefined",
    "has_flat_block",
]

Doubles = NDArray[np.float64]
Values = dict[str, Doubles]

_MOST_BANDS = 128  # whose products NumPy sums in the order of the kernel
_NOISE = 1e-9  # indices below are rounding errors, and sewar's own are asked for


class Undefined:
    """Metrics whose windows are larger than the picture."""

    takes_bytes = True

    def __init__(self, target: Block, names: set[str]) -> None:
        self._names = names

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        return {name: np.full(block.n, nan) for name in self._names}


class SquaredErrors:
    """Sums of squared errors, and the metrics that need no more of a picture."""

    takes_bytes = True

    def __init__(self, target: Block, data_range: float, names: set[str]) -> None:
        whole = target.values.dtype == np.uint8
        self._target = target.values[0].astype(np.int16 if whole else np.float64)
        self._dtypes = [np.uint16, np.int32, np.int64] if whole else [np.float64] * 3
        # Down the rows first, for these lie in the memory as they are summed.
        columns = target.values[0].sum(axis=0, dtype=np.float64)
        of_bands = columns.reshape(-1, target.bands).sum(axis=0)
        self._means = of_bands / (self._target.size // target.bands)
        self._peak, self._names = data_range, names

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        width = self._target.shape[1]
        squares, columns = (np.empty(width, dtype) for dtype in self._dtypes[:2])
        sums = np.empty((block.n, block.bands), self._dtypes[2])
        squared_errors(block.values, self._target, squares, columns, sums)
        found: Values = {}
        names = self._names
        if not names.isdisjoint(("mse", "rmse", "psnr")):
            found["mse"] = mse = sums.sum(axis=1) / self._target.size
            if "rmse" in names:
                found["rmse"] = np.sqrt(mse)
            if "psnr" in names:
                with np.errstate(divide="ignore"):
                    found["psnr"] = 20 * np.log10(self._peak / np.sqrt(mse))
        of_bands = sums * (block.bands / self._target.size)
        if "ergas" in names:
            found["ergas"] = self._ergas(of_bands)
        if "rase" in names:
            mean = self._means.mean() or nan
            found["rase"] = 100 / mean * np.sqrt(of_bands.mean(axis=1))
        return found

    def _ergas(self, of_bands: Doubles) -> Doubles:
        """Average over the bands whose mean is not 0."""
        there = self._means != 0
        if not there.any():
            return np.full(len(of_bands), nan)
        relative = of_bands[:, there] / self._means[there] ** 2
        found: Doubles = 25 * np.sqrt(relative.mean(axis=1))
        return found


class Cosine:
    """The cosine of pictures as long vectors."""

    takes_bytes = False

    def __init__(self, target: Block) -> None:
        # The squares of very large or small floats would leave their range.
        floats = target.pictures.dtype.kind == "f"
        self._scale = float(np.abs(target.doubles).max()) or 1.0 if floats else 1.0
        self._target = target.doubles.ravel() / self._scale

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        rows = block.doubles.reshape(block.n, -1)
        if self._scale != 1:
            rows = rows / self._scale
        # Row by row the same, however many there are; a product of matrices is not.
        dots = np.array([row @ self._target for row in rows])
        own = np.array([row @ row for row in rows])
        target = self._target @ self._target
        norms = np.sqrt(own * target)
        with np.errstate(invalid="ignore"):
            found = np.clip(dots / norms, -1, 1)
        if target == 0:
            found[own == 0] = 1.0
        return {"cosine": found}


class Angles:
    """Mean angles between spectra."""

    takes_bytes = False

    def __init__(self, target: Block, by_halves: bool) -> None:
        self._target = target.doubles.reshape(-1, target.bands)
        self._lengths = np.sqrt((self._target * self._target).sum(axis=1))
        self._by_halves = by_halves

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        pictures = block.doubles.reshape(block.n, -1, block.bands)
        found = np.empty((block.n, 2))
        few = block.bands <= _MOST_BANDS
        measure = spectral_angles if few else spectral_angles_numpy
        measure(pictures, self._target, self._lengths, self._by_halves, found)
        with np.errstate(invalid="ignore"):
            return {"sam": found[:, 0] / found[:, 1]}


class BlockingEffect:
    """PSNR with the blocking effect of the first band, as sewar has it."""

    takes_bytes = True

    def __init__(self, target: Block, data_range: float) -> None:
        self._target = target.pictures[0, :, :, 0].astype(np.float64)
        self._data_range = data_range

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        planes = (picture[:, :, 0].astype(np.float64) for picture in block.pictures)
        found = [psnrb_of(self._target, p, None, self._data_range) for p in planes]
        return {"psnrb": np.array([one.value for one in found])}


class Hypercomplex:
    """Q2n, of references whose blocks all have a band that is not flat.

    The mean of a product of hypercomplex numbers is a sum, with signs, of the means of
    the products of their parts. A picture is scaled as the reference is, by means of
    each block's bands: of its pixels, their squares and their products with the
    reference.
    """

    takes_bytes = False

    def __init__(self, target: Block) -> None:
        self._reference = target.pictures[0]
        x = _cut(target)[0]
        n_parts = x.shape[1]
        self._offsets = x.mean(axis=2, keepdims=True)
        spreads = x.std(axis=2, ddof=1, keepdims=True)
        spreads[spreads == 0] = np.finfo(float).eps
        self._x = (x - self._offsets) / spreads + 1
        signs = np.r_[1.0, -np.ones(n_parts - 1)]
        self._signs = signs
        self._scales = signs / np.where(self._offsets == 0, 1, spreads)[:, :, 0]
        self._table = _products_of_parts(n_parts)
        self._mean = self._x.mean(axis=2)
        self._power = (self._x**2).sum(axis=1).mean(axis=1)

    def __call__(self, block: Block) -> Values:
        """Measure the pictures of a block."""
        found = np.array([self._index(y) for y in _cut(block)])
        for i in np.flatnonzero(found < _NOISE):
            pair = Pair(self._reference, block.pictures[i], 1.0)
            found[i] = q2n(pair).value
        return {"q2n": found}

    def _index(self, y: Doubles) -> float:
        y -= self._offsets
        n = y.shape[2]
        raw = y.mean(axis=2)
        products = np.matmul(self._x, y.transpose(0, 2, 1)) / n
        products -= self._mean[:, :, np.newaxis] * raw[:, np.newaxis]
        products *= self._scales[:, np.newaxis]
        squares = np.einsum("bpn,bpn->bp", y, y) / n
        # Scaled, with 1 added and the sign of a conjugate.
        mean = raw * self._scales + self._signs
        squares = squares * self._scales**2 + 2 * mean * self._signs - 1
        shared = products.reshape(len(y), -1) @ self._table
        moduli = (self._mean**2).sum(axis=1), (mean**2).sum(axis=1)
        levels = moduli[0] + moduli[1]
        bias = 2 * np.sqrt(moduli[0] * moduli[1]) / levels
        power = self._power + squares.sum(axis=1)
        length = np.sqrt((shared**2).sum(axis=1))
        return float(np.mean(length * bias * 2 / (power - levels)))


def has_flat_block(target: Block) -> bool:
    """Tell whether a block is flat in all bands: Q2n is then a rounding error."""
    return bool((np.ptp(_cut(target)[0], axis=2) == 0).all(axis=1).any())


def _cut(block: Block) -> Doubles:
    """Cut into (n, blocks, parts, pixels), as `cvret.metrics.hypercomplex` does."""
    n, height, width, bands = block.pictures.shape
    pixels = block.doubles.reshape(n, height, width, bands)
    missing = (0, 0), (0, -height % 32), (0, -width % 32)
    n_parts = 1 << (bands - 1).bit_length()
    if missing != ((0, 0), (0, 0), (0, 0)):
        pixels = np.pad(pixels, (*missing, (0, 0)), "symmetric")
    rows, columns = pixels.shape[1] // 32, pixels.shape[2] // 32
    found = np.zeros((n, rows, columns, n_parts, 32, 32))
    cut = pixels.reshape(n, rows, 32, columns, 32, bands)
    found[:, :, :, :bands] = cut.transpose(0, 1, 3, 5, 2, 4)
    return found.reshape(n, rows * columns, n_parts, -1)


def _products_of_parts(n_parts: int) -> Doubles:
    """Give the product's parts for each pair of parts: (n_parts ** 2, n_parts)."""
    units = np.eye(n_parts)
    first = np.repeat(units, n_parts, axis=0)[:, :, np.newaxis]
    second = np.tile(units, (n_parts, 1))[:, :, np.newaxis]
    return multiply(first, second)[:, :, 0]
