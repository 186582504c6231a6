"""Vectors as bytes, with bounds on how far a similarity of bytes is off.

The metrics here are functions of a dot product ``q . x`` of transformed vectors. A
vector ``x`` is kept as ``low + step * code`` with a code of 8 bits an element, and the
distance ``e`` between the two is stored; so ``q . x`` is off by at most ``|q| e``, and
what is surely not among the best need not be looked at.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.index.kernels import dot_codes
from cvret.storage.arrays import Arrays, Layout

__all__ = [
    "LAYOUT",
    "QUANTIZED",
    "QuantizedQuery",
    "bounds_of",
    "quantize",
    "quantized_query",
    "transformed",
]

QUANTIZED = ("cosine", "hellinger", "l2")

LAYOUT: Layout = {"codes": ("|u1", ("n", "d")), "scales": ("<f4", ("n", 4))}
"""What `quantize` gives."""

_LEVELS = 255
_ROWS = 4096


class QuantizedQuery(NamedTuple):
    """A query in whole numbers.

    Attributes
    ----------
    codes : array of int16, shape (d,)
        The transformed query is about ``step * codes``.
    whole, step, error, norm : float
        The sum of its elements, what a code is worth, how far the codes are from it,
        and its length.
    """

    codes: NDArray[np.int16]
    whole: float
    step: float
    error: float
    norm: float


def quantize(vectors: NDArray[np.float32], metric: str) -> dict[str, NDArray[Any]]:
    """Turn vectors into codes of one byte an element.

    Parameters
    ----------
    vectors : array of float32, shape (n, d)
        Each row is treated by itself.
    metric : str
        One of `QUANTIZED`; others give nothing.

    Returns
    -------
    dict of arrays
        ``codes`` uint8, shape (n, d), and ``scales`` float32, shape (n, 4): of each
        row ``low``, ``step``, the distance to the true vector, and its length.
    """
    if metric not in QUANTIZED:
        return {}
    codes = np.empty(vectors.shape, np.uint8)
    scales = np.empty((len(vectors), 4), np.float32)
    for start in range(0, len(vectors), _ROWS):
        block = transformed(vectors[start : start + _ROWS].astype(np.float64), metric)
        low = block.min(axis=1, initial=np.inf).astype(np.float32)
        top = block.max(axis=1, initial=-np.inf)
        step = (np.maximum(top - low, 0) / _LEVELS).astype(np.float32)
        shifted = np.divide(
            block - low[:, None],
            step[:, None],
            out=np.zeros_like(block),
            where=step[:, None] > 0,
        )
        code = np.clip(np.rint(shifted), 0, _LEVELS)
        decoded = low[:, None].astype(np.float64) + step[:, None] * code
        codes[start : start + _ROWS] = code
        scales[start : start + _ROWS] = np.stack(
            [
                low,
                step,
                np.sqrt(((block - decoded) ** 2).sum(axis=1)),
                np.sqrt((block**2).sum(axis=1)),
            ],
            axis=1,
        )
    return {"codes": codes, "scales": scales}


def quantized_query(vector: NDArray[np.float64], metric: str) -> QuantizedQuery:
    """Turn a query of shape (d,) into whole numbers.

    As many bits are kept as let a sum of products stay within 32 bits.
    """
    elements = transformed(vector[None], metric)[0]
    most = min(32767, (2**31 - 1) // (_LEVELS * max(len(vector), 1)))
    step = float(np.abs(elements).max(initial=0)) / max(most, 1)
    usable = step > 0 and most > 0
    codes = np.rint(elements / step) if usable else np.zeros(len(vector))
    return QuantizedQuery(
        codes.astype(np.int16),
        float(elements.sum()),
        step,
        float(np.sqrt(((elements - step * codes) ** 2).sum())),
        float(np.sqrt((elements**2).sum())),
    )


def bounds_of(
    segment: Arrays, query: QuantizedQuery, metric: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the least and the most that the similarity to each vector can be.

    Parameters
    ----------
    segment : mapping of str to array
        As `quantize` gave it.
    query : QuantizedQuery
        As `quantized_query` gave it.
    metric : str
        One of `QUANTIZED`.
    """
    dots, off = dot_codes(segment["codes"], segment["scales"], *query)
    if metric == "l2":
        length = segment["scales"][:, 3].astype(np.float64)
        most = query.norm**2 + length**2
        squares, slack = most - 2 * dots, 2 * off + 1e-6 * most
        near = np.sqrt(np.maximum(squares - slack, 0))
        far = np.sqrt(np.maximum(squares + slack, 0))
        return 1 / (1 + far), 1 / (1 + near)
    return dots - off, dots + off


def transformed(vectors: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Map vectors of shape (n, d) so that the metric follows from dot products."""
    if metric == "hellinger":
        vectors = np.sqrt(np.maximum(vectors, 0))
    if metric == "l2":
        return vectors
    lengths = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    result: NDArray[np.float64] = np.divide(
        vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0
    )
    return result
