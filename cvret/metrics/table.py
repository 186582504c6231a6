"""The values of many pictures by many metrics, with ranks, reasons and files."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isnan, nan
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.errors import FormatError, UnknownNameError
from cvret.metrics.definitions import METRICS, check_metrics, check_profile
from cvret.metrics.summary import (
    MetricSummary,
    number_to_json,
    shown,
    summary_lines,
)

__all__ = ["MetricTable"]

FORMAT = 1
"""The format of the JSON files; every one that was ever written can be read."""

_REASONS = 3  # of one metric, in the summary


@dataclass(frozen=True, eq=False)
class MetricTable:
    """One picture, the target, against many by full-reference metrics.

    The target is the reference, the first of each pair: for the metrics whose value
    depends on the order (`Metric.ordered`: ergas, psnrb, q2n, rase, vifp) it stands for
    the original, and the picture of the row for what is judged.

    Attributes
    ----------
    ids : tuple of str
        The pictures, a row each.
    metrics : tuple of str
        Names out of `METRICS`, a column each.
    values : array of float64, shape (n_images, n_metrics)
        NaN where a value is undefined; inf for psnr of equal pictures.
    reference : str
        What the target is called: its path, or "target".
    data_range : float
        The dynamic range in force.
    profile : {"sewar", "textbook"}
        Whose values.
    sewar : str
        The version of sewar whose values the profile "sewar" gives.
    sewar_installed : str
        The version that was installed when the values were computed.
    notes : mapping of (str, str) to str
        By id and metric: why a value is undefined or infinite, or what was left out of
        one.
    unreadable : tuple of (str, str)
        Ids of pictures that could not be measured, each with the reason.
    n_other : int
        Files of the folder that are not pictures by their names.

    Examples
    --------
    >>> table = MetricTable(
    ...     ids=("a.png", "b.png"),
    ...     metrics=("mse", "psnr"),
    ...     values=np.array([[9.0, 38.6], [0.0, np.inf]]),
    ...     reference="b.png",
    ...     data_range=255.0,
    ...     profile="sewar",
    ...     sewar="0.4.10",
    ... )
    >>> table.best("psnr")
    [('b.png', inf), ('a.png', 38.6)]
    >>> table.ranks.tolist()
    [[2, 2], [1, 1]]
    """

    ids: tuple[str, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    reference: str
    data_range: float
    profile: str
    sewar: str
    sewar_installed: str = ""
    notes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unreadable: tuple[tuple[str, str], ...] = ()
    n_other: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def complete(self) -> bool:
        """Whether every picture was measured."""
        return not self.unreadable

    @property
    def ranks(self) -> NDArray[np.intp]:
        """Places by each metric, shape (n_images, n_metrics); 1 is best.

        Equal values stand in the order of their ids. What is undefined shares the place
        behind all others.
        """
        ranks = np.empty(self.values.shape, np.intp)
        for place, name in enumerate(self.metrics):
            order = self._order(name)
            ranks[order, place] = np.arange(1, len(order) + 1)
            undefined = np.isnan(self.values[:, place])
            ranks[undefined, place] = len(order) - undefined.sum() + 1
        return ranks

    def column(self, metric: str) -> NDArray[np.float64]:
        """Give the values by one metric, in the order of `ids`.

        Raises
        ------
        UnknownNameError
            If the table has no such column.
        """
        if metric not in self.metrics:
            raise UnknownNameError(
                f"this table has no metric {metric!r}; it has {', '.join(self.metrics)}"
            )
        column: NDArray[np.float64] = self.values[:, self.metrics.index(metric)]
        return column

    def best(self, metric: str, k: int = 10) -> list[tuple[str, float]]:
        """Give the first `k` pictures by one metric, best first, with their values.

        What is undefined is left out.
        """
        k = check_count("k", k)
        values = self.column(metric)
        order = self._order(metric)[:k]
        return [(self.ids[i], float(values[i])) for i in order if not isnan(values[i])]

    def summary(self) -> dict[str, MetricSummary]:
        """Give, by each metric, the least and the greatest value and who has them."""
        by_id = self._by_id()
        found = {}
        for name in self.metrics:
            values = self.column(name)
            finite = by_id[np.isfinite(values[by_id])]
            least = finite[np.argmin(values[finite])] if len(finite) else None
            most = finite[np.argmax(values[finite])] if len(finite) else None
            best = self.best(name, 1)
            found[name] = MetricSummary(
                direction=METRICS[name].direction,
                min=nan if least is None else float(values[least]),
                max=nan if most is None else float(values[most]),
                argmin=None if least is None else self.ids[least],
                argmax=None if most is None else self.ids[most],
                best=best[0][0] if best else None,
                n_undefined=int(np.isnan(values).sum()),
                n_infinite=int(np.isinf(values).sum()),
            )
        return found

    def _order(self, metric: str) -> NDArray[np.intp]:
        """Give rows, best first; equal values by id; undefined ones last, by id."""
        by_id = self._by_id()
        return by_id[METRICS[metric].order(self.column(metric)[by_id])]

    def _by_id(self) -> NDArray[np.intp]:
        """Give rows in the order of their ids."""
        return np.array(sorted(range(len(self)), key=self.ids.__getitem__), np.intp)

    def summary_text(self) -> str:
        """Give what was compared, a line a metric, and why values are not finite."""
        lead = (
            f"{len(self):,} pictures against {shown(self.reference, 60)}, the "
            f"reference; data range {self.data_range:g}, profile {self.profile}, "
            f"sewar {self.sewar}"
        )
        return "\n".join([lead, *summary_lines(self.summary()), *self._reasons()])

    def _reasons(self) -> list[str]:
        """Give a line for each of the most frequent reasons of values not finite."""
        lines = []
        for name in self.metrics:
            values = self.column(name)
            for kind, which in (
                ("undefined", np.isnan(values)),
                ("infinite", np.isinf(values)),
            ):
                reasons = Counter(
                    self.notes.get((self.ids[place], name), "")
                    for place in np.flatnonzero(which)
                )
                lines += [
                    f"{name}: {count:,} {kind}: {shown(reason)}"
                    for reason, count in reasons.most_common(_REASONS)
                    if reason
                ]
        return lines

    def __str__(self) -> str:
        lines = [self.summary_text()]
        if self.n_other:
            lines.append(f"{self.n_other:,} other files left out")
        if self.unreadable:
            lines.append(f"{len(self.unreadable):,} could not be measured:")
            lines += [f"  {shown(reason)}" for _, reason in self.unreadable]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON.

        JSON has neither infinity nor NaN: infinite values are the texts ``"inf"`` and
        ``"-inf"``, undefined ones None; the reason stands in ``notes``.
        """
        ranks = self.ranks
        return {
            "metric_table": FORMAT,
            "reference": self.reference,
            "data_range": self.data_range,
            "profile": self.profile,
            "sewar": self.sewar,
            "sewar_installed": self.sewar_installed,
            "metrics": [
                {
                    "name": name,
                    "title": METRICS[name].title,
                    "direction": METRICS[name].direction,
                    "unit": METRICS[name].unit,
                    "depends_on_order": METRICS[name].ordered,
                    **each.to_dict(),
                }
                for name, each in self.summary().items()
            ],
            "images": [
                {
                    "id": id_,
                    "values": [number_to_json(value) for value in row.tolist()],
                    "ranks": ranks[place].tolist(),
                }
                for place, (id_, row) in enumerate(
                    zip(self.ids, self.values, strict=True)
                )
            ],
            "notes": [
                {"id": id_, "metric": metric, "note": note}
                for (id_, metric), note in self.notes.items()
            ],
            "unreadable": [list(pair) for pair in self.unreadable],
            "n_other": self.n_other,
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write the table, in the way that the file's ending says.

        Parameters
        ----------
        path : str or path
            ``.csv``: a row an image, with its id, then a column with the value and one
            with the rank (``ssim``, ``ssim_rank``) for each metric, then the same in
            every row: ``reference`` (the target, which is the reference of every pair),
            ``data_range``, ``profile`` and ``sewar``; last ``notes``. There are no
            comment lines, so that any reader takes it as it is. Infinite values are
            ``inf`` and ``-inf``, undefined ones empty. Pictures that could not be
            measured are not in it. ``.json``: all, in a form that `load` reads.

        Raises
        ------
        ValueError
            If the ending is another.
        """
        ending = Path(path).suffix.lower()
        if ending == ".csv":
            _write_csv(self, path)
        elif ending == ".json":
            text = json.dumps(self.to_dict(), indent=1, allow_nan=False)
            Path(path).write_text(text + "\n", encoding="utf-8")
        else:
            raise ValueError(f"path must end in .csv or .json, got {fspath(path)!r}")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "MetricTable":
        """Read a table that `save` wrote as JSON.

        Raises
        ------
        FormatError
            If the file is another, or of a later format.
        """
        name = fspath(path)
        try:
            found = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise FormatError(
                f"{name} is no metric table in JSON ({error}); save one as .json"
            ) from error
        if not isinstance(found, dict) or "metric_table" not in found:
            raise FormatError(f"{name} is JSON, but no metric table; save one as .json")
        if found["metric_table"] != FORMAT:
            raise FormatError(
                f"{name} has metric table format {found['metric_table']}, this cvret "
                f"reads {FORMAT}; upgrade cvret"
            )
        try:
            return _from_dict(found)
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{name} is a damaged metric table: {error!r}") from error


def _number_from_json(value: Any) -> float:
    special = {None: nan, "inf": inf, "-inf": -inf}
    return special[value] if value is None or isinstance(value, str) else float(value)


def _from_dict(found: Mapping[str, Any]) -> MetricTable:
    metrics = check_metrics([each["name"] for each in found["metrics"]])
    check_profile(found["profile"])
    images = found["images"]
    values = [[_number_from_json(value) for value in row["values"]] for row in images]
    return MetricTable(
        ids=tuple(row["id"] for row in images),
        metrics=metrics,
        values=np.array(values, np.float64).reshape(len(images), len(metrics)),
        reference=found["reference"],
        data_range=float(found["data_range"]),
        profile=found["profile"],
        sewar=found["sewar"],
        sewar_installed=found["sewar_installed"],
        notes={(each["id"], each["metric"]): each["note"] for each in found["notes"]},
        unreadable=tuple((id_, reason) for id_, reason in found["unreadable"]),
        n_other=found["n_other"],
    )


def _write_csv(table: MetricTable, path: str | PathLike[str]) -> None:
    pairs = [column for name in table.metrics for column in (name, f"{name}_rank")]
    same = [table.reference, table.data_range, table.profile, table.sewar]
    ranks = table.ranks
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as f:
        rows = csv.writer(f)
        names = ["reference", "data_range", "profile", "sewar", "notes"]
        rows.writerow(["id", *pairs, *names])
        for place, id_ in enumerate(table.ids):
            cells: list[Any] = []
            for value, rank in zip(
                table.values[place].tolist(), ranks[place].tolist(), strict=True
            ):
                cells += ["" if isnan(value) else value, rank]
            notes = [
                f"{name}: {table.notes[id_, name]}"
                for name in table.metrics
                if (id_, name) in table.notes
            ]
            rows.writerow([id_, *cells, *same, "; ".join(notes)])
