"""Reports as plain values and as JSON, and back."""

import json
from collections.abc import Mapping
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import FormatError
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.scoring import N_RECALLS
from cvret.evaluation.statistics import Interval

__all__ = ["arguments_of", "dict_of", "read_json", "summary_of", "to_json"]

FORMAT = 1
_KIND = "cvret report"
_DAMAGE = (AttributeError, LookupError, OverflowError, TypeError, ValueError)


def summary_of(report: Report) -> dict[str, Any]:
    """Give what there is to say of all queries; see `Report.summary`."""
    return {
        "kind": _KIND,
        "format": FORMAT,
        "name": report.name,
        "n_queries": report.n_queries,
        "n_images": report.n_images,
        "metrics": {name: _plain(mean) for name, mean in report.metrics.items()},
        "intervals": {
            name: [_plain(end) for end in each]
            for name, each in report.intervals.items()
        },
        "confidence": report.confidence,
        "random_state": report.random_state,
        "encode_ms": _plain(report.encode_ms),
        "search_ms": _plain(report.search_ms),
        "costs": {
            "extract_ms": _spread(report.costs.extract_ms),
            "search_ms": _spread(report.costs.search_ms),
            "bytes_an_image": _plain(report.costs.bytes_an_image),
            "fit_seconds": _plain(report.costs.fit_seconds),
        },
        "warnings": list(report.warnings),
        "missing": report.missing,
        "learned_share": _plain(report.learned_share),
        "duplicates": [list(pair) for pair in report.duplicates],
        "left_out": [list(pair) for pair in report.left_out],
        "about": dict(report.about),
    }


def dict_of(report: Report) -> dict[str, Any]:
    """Give all but the files; see `Report.to_dict`."""
    return summary_of(report) | {
        "queries": list(report.queries),
        "query_classes": dict(report.query_classes),
        "predicted": dict(report.predicted),
        "values": {
            name: [_plain(value) for value in each.tolist()]
            for name, each in report.values.items()
        },
        "results": {
            query: [[each.id, _plain(each.score), each.right] for each in results]
            for query, results in report.results.items()
        },
        "curves": None if report.curves is None else report.curves.tolist(),
    }


def to_json(report: Report) -> str:
    """Give the text of a report's file."""
    return json.dumps(dict_of(report), indent=1, allow_nan=False) + "\n"


def read_json(path: Path) -> Any:
    """Read JSON; FormatError if the file holds none."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is no report, or is damaged: {error}") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}, which JSON does not have")


def arguments_of(stored: Any, name: str) -> dict[str, Any]:
    """Give the arguments of a Report of what `dict_of` gave; `name` is for errors.

    Raises
    ------
    FormatError
        If it cannot be that, or is of a newer format.
    """
    if not isinstance(stored, Mapping) or stored.get("kind") != _KIND:
        raise FormatError(f"{name} is no report of cvret evaluate")
    try:
        format_ = stored["format"]
        if not isinstance(format_, int) or format_ < 1:
            raise TypeError(f"format is {format_!r}")
        if format_ <= FORMAT:
            return _arguments(stored)
    except _DAMAGE as error:
        raise FormatError(f"{name} is damaged: {error!r}") from error
    raise FormatError(
        f"{name} has report format {format_}, this cvret reads {FORMAT}; upgrade cvret "
        "or evaluate again"
    )


def _arguments(stored: Mapping[str, Any]) -> dict[str, Any]:
    queries, confidence = _texts(stored["queries"]), _number(stored["confidence"])
    if not queries or not 0 < confidence < 1:
        raise ValueError("there is no query, or confidence is not in (0, 1)")
    values = {
        str(name): np.array([_number(value) for value in each], np.float64)
        for name, each in stored["values"].items()
    }
    intervals = {
        str(name): Interval(*map(_number, each))
        for name, each in stored["intervals"].items()
    }
    if intervals.keys() != values.keys():
        raise ValueError("intervals are of other metrics than values")
    if {len(each) for each in values.values()} - {len(queries)}:
        raise ValueError("values are not one a query")
    costs = stored["costs"]
    return {
        "name": _text(stored["name"]),
        "queries": queries,
        "values": values,
        "intervals": intervals,
        "results": {
            _text(query): tuple(
                Result(_text(id_), _number(score), bool(right))
                for id_, score, right in results
            )
            for query, results in stored["results"].items()
        },
        "n_images": int(stored["n_images"]),
        "costs": Costs(
            _read_spread(costs["extract_ms"]),
            _read_spread(costs["search_ms"]),
            _number(costs["bytes_an_image"]),
            _number(costs["fit_seconds"]),
        ),
        "query_classes": _table(stored["query_classes"]),
        "predicted": _table(stored["predicted"]),
        "left_out": _pairs(stored["left_out"]),
        "missing": int(stored["missing"]),
        "warnings": _texts(stored["warnings"]),
        "learned_share": _number(stored["learned_share"]),
        "duplicates": _pairs(stored["duplicates"]),
        "confidence": confidence,
        "random_state": int(stored["random_state"]),
        "about": dict(stored["about"]),
        "curves": _curves(stored.get("curves"), len(queries)),
    }


def _curves(stored: Any, n_queries: int) -> NDArray[np.float64] | None:
    if stored is None:  # also where a report was written before there were any
        return None
    found = np.array([[_number(value) for value in row] for row in stored], np.float64)
    if found.shape != (n_queries, N_RECALLS):
        raise ValueError(f"curves have the shape {found.shape}")
    return found


def _plain(value: float) -> float | str | None:
    """Give a number that JSON has; None for NaN, text for infinity."""
    if isnan(value):
        return None
    return float(value) if isfinite(value) else ("inf" if value > 0 else "-inf")


def _number(stored: Any) -> float:
    if stored is None:
        return nan
    if isinstance(stored, str):
        return {"inf": inf, "-inf": -inf}[stored]
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        raise TypeError(f"{stored!r} is no number")
    return float(stored)


def _spread(spread: Spread) -> dict[str, Any]:
    return {"median": _plain(spread.median), "p95": _plain(spread.p95)}


def _read_spread(stored: Mapping[str, Any]) -> Spread:
    return Spread(_number(stored["median"]), _number(stored["p95"]))


def _text(stored: Any) -> str:
    if not isinstance(stored, str):
        raise TypeError(f"{stored!r} is no text")
    return stored


def _texts(stored: Any) -> tuple[str, ...]:
    if not isinstance(stored, list | tuple):
        raise TypeError(f"{stored!r} is no list")
    return tuple(map(_text, stored))


def _table(stored: Mapping[str, Any]) -> dict[str, str]:
    return {_text(key): _text(value) for key, value in stored.items()}


def _pairs(stored: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(one), _text(other)) for one, other in stored)
