"""Comparisons as plain values, and back."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cvret.errors import FormatError
from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.report import Report
from cvret.evaluation.statistics import Interval

__all__ = ["arguments_of", "dict_of"]

FORMAT = 1
_KIND = "cvret comparison"


def dict_of(comparison: Comparison) -> dict[str, Any]:
    """Give all but the files of pictures; see `Comparison.to_dict`."""
    return {
        "kind": _KIND,
        "format": FORMAT,
        "sentence": comparison.sentence,
        "metric": comparison.metric,
        "confidence": comparison.confidence,
        "order": list(comparison.order()),
        "front": list(comparison.front()),
        "warnings": list(comparison.warnings),
        "about": dict(comparison.about),
        "differences": [_plain(asdict(each)) for each in comparison.differences],
        "reports": {name: each.to_dict() for name, each in comparison.reports.items()},
    }


def arguments_of(stored: Any, name: str) -> dict[str, Any]:
    """Give the arguments of a Comparison of what `dict_of` gave; `name` is for errors.

    Raises
    ------
    FormatError
        If it cannot be that, or is of another format.
    """
    if not isinstance(stored, Mapping) or stored.get("kind") != _KIND:
        raise FormatError(f"{name} is no comparison of cvret compare")
    if stored.get("format") != FORMAT:
        raise FormatError(
            f"{name} has comparison format {stored.get('format')!r}, this cvret reads "
            f"{FORMAT}; upgrade cvret or compare again"
        )
    try:
        return {
            "reports": {
                each: Report.from_dict(values)
                for each, values in stored["reports"].items()
            },
            "metric": stored["metric"],
            "differences": tuple(map(_difference, stored["differences"])),
            "sentence": stored["sentence"],
            "warnings": tuple(stored["warnings"]),
            "confidence": float(stored["confidence"]),
            "about": dict(stored["about"]),
        }
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"{name} is damaged: {error!r}") from error


def _difference(values: Mapping[str, Any]) -> Difference:
    ends = (math.nan if end is None else float(end) for end in values["interval"])
    return Difference(**{**values, "interval": Interval(*ends)})


def _plain(value: Any) -> Any:
    """Give numbers as JSON has them; None for what is not finite."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
