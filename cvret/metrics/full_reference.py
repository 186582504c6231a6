"""Two pictures compared by full-reference metrics."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import check_metrics

__all__ = ["full_reference"]


def full_reference(
    a: Any,
    b: Any,
    metrics: str | Sequence[str] | None = None,
    *,
    data_range: float | None = None,
    resize: str | None = None,
    profile: str = "sewar",
    bands: int | None = None,
    mask: NDArray[Any] | None = None,
    details: bool = False,
) -> dict[str, Any]:
    """Compare two pictures."""
    return {
        n: by_sewar(n, a, b, data_range or 255.0)
        for n in check_metrics(metrics)
        if n != "cosine"
    }
