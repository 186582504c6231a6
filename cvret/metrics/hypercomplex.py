"""Q2n: the quality index of pixels that are hypercomplex numbers, a band a part."""

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.definitions import METRICS
from cvret.metrics.pairs import Measurement, Pair
from cvret.metrics.windowed import too_small

__all__ = ["is_column", "multiply", "q2n"]

Blocks = NDArray[np.float64]

_SIDE = 32
_AT_ONCE = 8  # blocks, so that they stay in the processor's cache


def q2n(pair: Pair) -> Measurement:
    """Mean modulus of the quality indices of blocks of 32 x 32 pixels.

    The operations are sewar's, one by one but for all blocks at once: of a flat block
    it scales by 1 / epsilon, and the index is then the rounding error of its sums.
    """
    small = too_small("q2n", pair)
    if small and not is_column(*pair.shape):
        return small
    a, b = _blocks(pair.a), _blocks(pair.b)
    starts = range(0, len(a), _AT_ONCE)
    parts = [_indices(a[s : s + _AT_ONCE], b[s : s + _AT_ONCE]) for s in starts]
    indices = np.sqrt((np.concatenate(parts) ** 2).sum(axis=1))
    if pair.mask is not None:
        whole = _cut(pair.mask[np.newaxis])[:, 0].all(axis=1)
        if not whole.any():
            why = "no block of 32 x 32 pixels lies within the mask"
            return Measurement(nan, why)
        indices = indices[whole]
    note = f"means little: {small.note}" if small else ""
    return Measurement(float(indices.mean()), note)


def is_column(height: int, width: int) -> bool:
    """Tell whether sewar has a Q2n of a picture too narrow: it repeats one column."""
    return width == 1 and height >= METRICS["q2n"].least_side()


def _blocks(planes: NDArray[np.float64]) -> Blocks:
    """Cut into (blocks, parts, pixels); zeros fill the parts up to a power of two."""
    n_parts = 1 << (len(planes) - 1).bit_length()
    zeros = np.zeros((n_parts - len(planes), *planes.shape[1:]))
    return _cut(np.concatenate([planes, zeros]))


def _cut(planes: NDArray[Any]) -> NDArray[Any]:
    """Mirror at the far edges up to whole blocks, and put these one behind another."""
    n, height, width = planes.shape
    missing = (0, 0), (0, -height % _SIDE), (0, -width % _SIDE)
    whole = np.pad(planes, missing, mode="symmetric")
    cut = whole.reshape(n, whole.shape[1] // _SIDE, _SIDE, -1, _SIDE)
    return np.ascontiguousarray(cut.transpose(1, 3, 0, 2, 4)).reshape(-1, n, _SIDE**2)


def _indices(a: Blocks, b: Blocks) -> NDArray[np.float64]:
    """Give the quality index of each block: (blocks, parts)."""
    means = a.mean(axis=2, keepdims=True)
    spreads = np.sqrt(((a - means) ** 2).sum(axis=2, keepdims=True) / (_SIDE**2 - 1))
    spreads[spreads == 0] = np.finfo(float).eps
    a = (a - means) / spreads + 1
    b = (b - means) / np.where(means == 0, 1, spreads) + 1
    b[:, 1:] *= -1

    mean_a, mean_b = a.mean(axis=2), b.mean(axis=2)
    modulus_a, modulus_b = _modulus(mean_a), _modulus(mean_b)
    squares = modulus_a**2 + modulus_b**2
    unbiased = _SIDE**2 / (_SIDE**2 - 1)
    power = (_modulus(a) ** 2).mean(axis=1) + (_modulus(b) ** 2).mean(axis=1)
    spread = (unbiased * power - unbiased * squares)[:, np.newaxis]
    bias = _divided(2 * (modulus_a * modulus_b), squares)[:, np.newaxis]

    product = unbiased * multiply(a, b).mean(axis=2)
    product -= unbiased * multiply(mean_a, mean_b)
    flat = np.zeros(product.shape)
    flat[:, -1:] = bias
    scale = _divided(np.float64(2), spread)
    return np.where(spread == 0, flat, product * bias * scale)


def _divided(top: NDArray[np.float64] | np.float64, bottom: Blocks) -> Blocks:
    """A quotient, 0 where the divisor is."""
    return np.divide(top, bottom, out=np.zeros(bottom.shape), where=bottom != 0)


def _modulus(x: Blocks) -> NDArray[np.float64]:
    """Modulus of hypercomplex numbers, whose parts lie along the second axis."""
    total = np.zeros_like(x[:, 0])
    for part in range(x.shape[1]):
        total += x[:, part] ** 2
    return np.sqrt(total)


def multiply(x: Blocks, y: Blocks) -> Blocks:
    """Product of hypercomplex numbers, by Cayley and Dickson's halves."""
    n = x.shape[1]
    if n == 1:
        return x * y
    half = n // 2
    a, b = x[:, :half], _conjugate(x[:, half:])
    c, d = y[:, :half], _conjugate(y[:, half:])
    if n == 2:
        return np.concatenate([a * c - d * b, a * d + c * b], axis=1)
    first = multiply(a, c) - multiply(d, _conjugate(b))
    second = multiply(_conjugate(a), d) + multiply(c, b)
    return np.concatenate([first, second], axis=1)


def _conjugate(x: Blocks) -> Blocks:
    return np.concatenate([x[:, :1], -x[:, 1:]], axis=1)
