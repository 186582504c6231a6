"""What one metric says of many pictures, as numbers and as lines of text."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isinf, isnan
from typing import Any

__all__ = ["MetricSummary", "number_to_json", "shown", "summary_lines"]

_LETTERS = 32  # of an id


@dataclass(frozen=True)
class MetricSummary:
    """What one metric says of all pictures.

    Attributes
    ----------
    direction : {"distance", "similarity"}
        Of a distance small values are good, of a similarity large ones.
    min, max : float
        Of the finite values; NaN where there is none.
    argmin, argmax : str or None
        The pictures that have them, the first by id; None where there is none.
    best : str or None
        The picture of rank 1, be its value finite or infinite; None where all are
        undefined.
    n_undefined : int
        Values that are NaN.
    n_infinite : int
        Values that are infinite: of psnr, pictures equal to the target.
    """

    direction: str
    min: float
    max: float
    argmin: str | None
    argmax: str | None
    best: str | None
    n_undefined: int
    n_infinite: int

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            **asdict(self),
            "min": number_to_json(self.min),
            "max": number_to_json(self.max),
        }


def number_to_json(value: float) -> float | str | None:
    """Give a number that JSON can hold: None for NaN, a text for what is infinite.

    Examples
    --------
    >>> number_to_json(float("inf")), number_to_json(float("nan")), number_to_json(0.5)
    ('inf', None, 0.5)
    """
    if isnan(value):
        return None
    if isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def summary_lines(summary: Mapping[str, MetricSummary]) -> list[str]:
    """Set a summary as a table in plain text; the columns are as wide as they must."""
    head = ("metric", "best", "min", "argmin", "max", "argmax", "undefined", "infinite")
    rows: list[Sequence[str]] = [head]
    for name, each in summary.items():
        rows.append(
            (
                name,
                "large" if each.direction == "similarity" else "small",
                "" if each.argmin is None else f"{each.min:.6g}",
                shown(each.argmin or "", _LETTERS),
                "" if each.argmax is None else f"{each.max:.6g}",
                shown(each.argmax or "", _LETTERS),
                f"{each.n_undefined:,}",
                f"{each.n_infinite:,}" if each.n_infinite else "",
            )
        )
    rows = _without_empty_columns(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = {"min", "max", "undefined", "infinite"}
    return [
        "  ".join(
            cell.rjust(width) if title in numbers else cell.ljust(width)
            for cell, width, title in zip(row, widths, rows[0], strict=True)
        ).rstrip()
        for row in rows
    ]


def _without_empty_columns(rows: list[Sequence[str]]) -> list[Sequence[str]]:
    """Leave out a column that has a title only."""
    kept = [
        place for place in range(len(rows[0])) if any(row[place] for row in rows[1:])
    ]
    return [[row[place] for place in kept] for row in rows]


def shown(text: str, most: int | None = None) -> str:
    """Give a name as one line that any terminal shows; a long one loses its middle."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    if most is None or len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
