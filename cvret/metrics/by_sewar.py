"""The only module that calls sewar: its own values, under the same names.

The profile "sewar" of `full_reference` computes these values sooner. Here is the
original, to check them against, and for pictures so small that its windows hang over.
"""

import warnings
from importlib.metadata import version
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.definitions import METRICS

__all__ = ["by_sewar", "sewar_version"]

# Warnings are silenced for the whole process: two threads at once would restore what
# the other has silenced, and silence them for good.
_lock = Lock()

_WITH_PEAK = ("msssim", "psnr", "psnrb", "ssim")


def sewar_version() -> str:
    """Give the version of sewar that is installed."""
    return version("sewar")


def by_sewar(
    name: str, a: NDArray[Any], b: NDArray[Any], data_range: float
) -> float | None:
    """Give sewar's own value of one metric.

    Parameters
    ----------
    name : str
        A metric that sewar has: any of `METRICS` but "cosine".
    a, b : array, shape (height, width) or (height, width, bands)
        The reference, and the picture that is judged.
    data_range : float
        What sewar calls MAX.

    Returns
    -------
    float or None
        Perhaps NaN or infinite; the first of a pair, where sewar gives a value and a
        map; None where it raises an error.

    Examples
    --------
    >>> black, gray = np.zeros((8, 8), np.uint8), np.full((8, 8), 51, np.uint8)
    >>> by_sewar("rmse", black, gray, 255.0)
    51.0
    """
    import sewar

    if name not in METRICS or name == "cosine":
        raise ValueError(f"sewar has no metric {name!r}")
    peak = {"MAX": data_range} if name in _WITH_PEAK else {}
    with _lock, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            found = getattr(sewar, name)(a, b, **peak)
        except (ArithmeticError, AssertionError, IndexError, ValueError):
            return None
    return float(np.real(found[0] if isinstance(found, tuple) else found))
