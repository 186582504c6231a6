"""Which of some systems is better, by how much, and how sure that is."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Self

import numpy as np

from cvret._checks import check_count
from cvret.errors import UnknownNameError
from cvret.evaluation.gains import ClassDifference, Difference, Gain, Won, gains_of
from cvret.evaluation.report import Report
from cvret.evaluation.scoring import small_is_good

__all__ = ["Comparison"]

FORMATS = (".html", ".md", ".csv", ".json")
"""What a comparison can be written as."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two or more systems on the same queries; `cvret.compare` makes it.

    Attributes
    ----------
    reports : mapping of str to Report
        By the names of the systems, in the order they were given; all of the same
        queries, in one order.
    metric : str
        What the sentence, the order, and the pictures go by.
    differences : tuple of Difference
        Of each two systems and each metric.
    sentence : str
        What may be claimed, in plain words.
    warnings : tuple of str
        What a reader must know before believing it.
    confidence : float
        Of the intervals; claims are made where the corrected probability is at most
        1 minus it.
    about : mapping of str to value
        How it was compared: ``queries``, which, where these are a sample;
        ``n_resamples`` and ``random_state`` of the intervals and tests; ``parts``, the
        names of what each combination among the systems is made of; and, where times
        cannot be compared, ``machines`` or ``times``.
    """

    reports: Mapping[str, Report]
    metric: str
    differences: tuple[Difference, ...]
    sentence: str
    warnings: tuple[str, ...] = ()
    confidence: float = 0.95
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the systems, in the order they were given."""
        return tuple(self.reports)

    @property
    def queries(self) -> tuple[str, ...]:
        """Queries that every system was asked."""
        return next(iter(self.reports.values())).queries

    @property
    def n_queries(self) -> int:
        """How many queries that are."""
        return len(self.queries)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What the systems are compared by."""
        return tuple(dict.fromkeys(each.metric for each in self.differences))

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Queries that were not asked or could not be judged, with reasons."""
        every = (pair for report in self.reports.values() for pair in report.left_out)
        return tuple(dict.fromkeys(every))

    def difference(self, a: str, b: str, metric: str | None = None) -> Difference:
        """Give the difference of two systems, in either order.

        Parameters
        ----------
        a, b : str
            Names of systems; the answer says which is better.
        metric : str, optional
            By default that of the comparison.

        Raises
        ------
        UnknownNameError
            If there is no such system or metric.
        ValueError
            If `a` and `b` are one system.
        """
        self._check_pair(a, b)
        metric = self._check_metric(metric)
        for each in self.differences:
            if each.metric == metric and {each.better, each.other} == {a, b}:
                return each
        raise UnknownNameError(f"{a!r} and {b!r} are not compared by {metric!r}")

    def gains(self, metric: str | None = None) -> tuple[Gain, ...]:
        """Tell what each combination gains over each of its parts.

        So one sees what a learned field adds to a handcrafted one, and the other way
        round. Combinations are `cvret.Fused` and `cvret.Concatenated`.

        Parameters
        ----------
        metric : str, optional
            By default that of the comparison.

        Returns
        -------
        tuple of Gain
            The best combination first, and of its parts the best; empty where no
            combination is compared with a part of it.

        Raises
        ------
        UnknownNameError
            If there is no such metric.
        """
        order = self.order(metric)
        parts = self.about.get("parts", {})
        return tuple(
            Gain(name, part, self.difference(name, part, metric))
            for name in order
            for part in order
            if part in parts.get(name, ())
        )

    def class_table(self, a: str, b: str) -> tuple[ClassDifference, ...]:
        """Compare two systems class by class; what `a` gains most on comes first.

        Raises
        ------
        UnknownNameError
            If there is no such system.
        ValueError
            If `a` and `b` are one system, or the queries have no classes.
        """
        self._check_pair(a, b)
        counts: dict[str, int] = {}
        for label in self.reports[a].query_classes.values():
            counts[label] = counts.get(label, 0) + 1
        if not counts:
            raise ValueError(
                "the queries have no classes; a ground truth such as "
                "truth.from_folders has them"
            )
        first, second = (
            {row.label: row.f1 for row in self.reports[name].class_table().rows}
            for name in (a, b)
        )
        rows = (
            ClassDifference(
                label, n, first[label], second[label], first[label] - second[label]
            )
            for label, n in counts.items()
        )
        return tuple(sorted(rows, key=lambda row: (-row.delta, row.label)))

    def won(
        self, a: str, b: str, n: int = 5, metric: str | None = None
    ) -> tuple[Won, ...]:
        """Give the queries where `a` is better than `b` by most.

        Parameters
        ----------
        a, b : str
            Names of systems.
        n : int
            At most so many, largest gain first; equal ones in the queries' order.
        metric : str, optional
            By default that of the comparison.

        Raises
        ------
        UnknownNameError
            If there is no such system or metric.
        ValueError
            If `a` and `b` are one system.
        """
        self._check_pair(a, b)
        check_count("n", n)
        metric = self._check_metric(metric)
        first, second = (self.reports[name].values[metric] for name in (a, b))
        gains = gains_of(first, second, metric)
        best = [row for row in np.argsort(-gains, kind="stable")[:n] if gains[row] > 0]
        return tuple(
            Won(
                self.queries[row],
                float(first[row]),
                float(second[row]),
                float(gains[row]),
            )
            for row in best
        )

    def mean(self, name: str, metric: str | None = None) -> float:
        """Give the mean of a system over the queries."""
        self._check_names(name)
        return self.reports[name].metrics[self._check_metric(metric)]

    def milliseconds(self, name: str) -> float:
        """Give what a query takes of a system: the medians of both its steps, added.

        Extracting and searching, in milliseconds; NaN where it is unknown.
        """
        self._check_names(name)
        costs = self.reports[name].costs
        return costs.extract_ms.median + costs.search_ms.median

    def order(self, metric: str | None = None) -> tuple[str, ...]:
        """Give the systems by their means, best first; equal ones as they were given.

        Whether one is better than the next, `difference` tells.
        """
        metric = self._check_metric(metric)
        turn = -1.0 if small_is_good(metric) else 1.0
        means = {name: turn * self.mean(name, metric) for name in self.names}
        return tuple(sorted(self.names, key=lambda name: -means[name]))

    def front(self) -> tuple[str, ...]:
        """Give the systems that no other beats in both accuracy and time.

        By the mean of the metric and by `milliseconds`, as they were found (the Pareto
        front): the fastest first. A system whose time is unknown is not among them.
        """
        turn = -1.0 if small_is_good(self.metric) else 1.0
        points = {
            name: (self.milliseconds(name), -turn * self.mean(name))
            for name in self.names
        }
        known = {name: p for name, p in points.items() if math.isfinite(p[0])}
        front = [
            name
            for name, (ms, loss) in known.items()
            if not any(
                other[0] <= ms and other[1] <= loss and other != (ms, loss)
                for other in known.values()
            )
        ]
        return tuple(sorted(front, key=lambda name: known[name]))

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON, reports included.

        What is undefined is None.
        """
        from cvret.evaluation.comparison_file import dict_of

        return dict_of(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a comparison of what `to_dict` gave.

        Raises
        ------
        FormatError
            If it is none, or of a newer format.
        """
        from cvret.evaluation.comparison_file import arguments_of

        return cls(**arguments_of(values, "this"))

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a comparison that was saved as .json.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        FormatError
            If it is no comparison, or of a newer format.
        """
        from cvret.evaluation.comparison_file import arguments_of
        from cvret.evaluation.report_file import read_json

        return cls(**arguments_of(read_json(Path(path)), fspath(path)))

    def to_markdown(self) -> str:
        """Give the comparison as Markdown: the sentence, warnings, and tables."""
        from cvret.evaluation.tables import markdown_of

        return markdown_of(self)

    def to_csv(self) -> str:
        """Give every value as CSV: a row a system, query and metric."""
        from cvret.evaluation.tables import csv_of

        return csv_of(self)

    def save(self, path: str | PathLike[str], *, pictures: bool = True) -> None:
        """Write it: .html, .md, .csv with every value, or .json.

        Parameters
        ----------
        path : str or path
            Whose ending says as what.
        pictures : bool
            Whether the .html shows pictures of the collection.

        Raises
        ------
        ValueError
            If `path` ends otherwise.
        """
        ending = Path(path).suffix.lower()
        if ending == ".html":
            from cvret.evaluation.page import comparison_page

            text = comparison_page(self, pictures=pictures)
        elif ending == ".md":
            text = self.to_markdown()
        elif ending == ".csv":
            text = self.to_csv()
        elif ending == ".json":
            text = json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"
        else:
            *most, last = FORMATS
            raise ValueError(
                f"path must end in {', '.join(most)} or {last}, got {fspath(path)!r}"
            )
        # Names of files may hold what no encoding has.
        Path(path).write_bytes(text.encode("utf-8", "backslashreplace"))

    def __str__(self) -> str:
        from cvret.evaluation.tables import text_of

        return text_of(self)

    def _check_names(self, *names: str) -> None:
        for name in names:
            if name not in self.reports:
                raise UnknownNameError(
                    f"no system is named {name!r}; there are {', '.join(self.names)}"
                )

    def _check_pair(self, a: str, b: str) -> None:
        self._check_names(a, b)
        if a == b:
            raise ValueError(f"a and b must be two systems, got {a!r} twice")

    def _check_metric(self, metric: str | None) -> str:
        metric = self.metric if metric is None else metric
        if metric not in self.metrics:
            raise UnknownNameError(
                f"the systems are not compared by {metric!r}; there are "
                f"{', '.join(self.metrics)}"
            )
        return metric
