"""Any full-reference metric as a similarity of two pictures."""

from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.definitions import METRICS, check_metrics
from cvret.metrics.full_reference import full_reference

__all__ = ["similarity"]


def similarity(
    metric: str,
    reference: NDArray[np.uint8],
    picture: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None = None,
    profile: str = "sewar",
) -> float:
    """Compare two pictures by one metric, and map its value to [0, 1].

    Parameters
    ----------
    metric : str
        A name of `METRICS`; see `Metric.similarity` for the mapping of each.
    reference, picture : array of uint8, shape (height, width, 3)
        Both of one size.
    mask : array of bool, shape (height, width), optional
        True where pixels count.
    profile : {"sewar", "textbook"}
        Whose values.

    Returns
    -------
    float
        1 is as good as can be; NaN where the metric is not defined.

    Raises
    ------
    UnknownNameError
        If there is no such metric.

    Examples
    --------
    >>> black = np.zeros((16, 16, 3), np.uint8)
    >>> similarity("rmse", black, black + np.uint8(51))
    0.8
    """
    if not isinstance(metric, str):
        raise TypeError(f"metric must be a name, got {type(metric).__name__}")
    (name,) = check_metrics(metric)
    found: dict[str, Any] = full_reference(
        reference, picture, (name,), profile=profile, mask=mask
    )
    value = float(found[name])
    if isnan(value):
        return nan
    return float(METRICS[name].similarity(value, np.iinfo(reference.dtype).max))
