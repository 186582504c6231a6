"""What an evaluation found: one value a query and metric, intervals, and costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cvret.evaluation.statistics import Interval

__all__ = ["Costs", "Report", "Result", "Spread"]

_NOT_MEASURED = float("nan")


class Spread(NamedTuple):
    """How long something takes, over the queries, in milliseconds."""

    median: float
    p95: float


class Costs(NamedTuple):
    """What a system costs.

    Attributes
    ----------
    extract_ms : Spread
        Reading a query and computing what is asked with.
    search_ms : Spread
        Searching with that, re-ranking included.
    bytes_an_image : float
        On disk; NaN where unknown.
    fit_seconds : float
        Of learning; 0 where nothing was learned, NaN where unknown.
    """

    extract_ms: Spread
    search_ms: Spread
    bytes_an_image: float = _NOT_MEASURED
    fit_seconds: float = _NOT_MEASURED


class Result(NamedTuple):
    """One of the first results of a query."""

    id: str
    score: float
    right: bool


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """What an evaluation found.

    Attributes
    ----------
    name : str
        Of the system.
    queries : tuple of str
        Those that were asked and could be judged, in the order of the ground truth.
    values : mapping of str to array of float64, shape (n_queries,)
        Of each metric, a value a query, in the order of `queries`.
    intervals : mapping of str to Interval
        Of each metric, between what its mean lies, with `confidence`.
    results : mapping of str to tuple of Result
        The first ten results of each query, best first; without what does not count.
    query_classes : mapping of str to str
        The class of each query, where the ground truth has classes.
    predicted : mapping of str to str
        The class of most of the first three results of each query, the nearest of
        these where none has most; only where the ground truth has classes, and one of
        these results has one.
    n_images : int
        Images in the collection.
    left_out : tuple of (str, str)
        Queries that were not asked or could not be judged, with reasons.
    missing : int
        Relevant images that are not in the collection; they count as not found.
    costs : Costs
        Time and space.
    warnings : tuple of str
        What a reader must know before believing the values, a sentence each: pictures
        learned from and evaluated, duplicates, too few queries, missing images.
    learned_share : float
        Which share of the collection the system has learned from, in [0, 1]; NaN where
        unknown.
    duplicates : tuple of (str, str)
        Queries, and images of the collection that are the same file under another name,
        or, where "near" ones were looked for, nearly the same picture.
    confidence : float
        Of the intervals.
    random_state : int
        What the resampling began with.
    curves : array of float64, shape (n_queries, 11), optional
        The interpolated precision of each query at recalls 0, 0.1, ... 1; None where
        it was not kept.
    about : mapping of str to value
        How it was measured: ``system``, ``truth``, ``n_resamples``, ``versions``,
        ``machine``, ``date``.
    files : mapping of str to str
        Where pictures lie, to be shown: of the results by id, and of queries by name
        where no result has the same; not saved.
    query_files : mapping of str to str
        Where the pictures of queries lie; not saved.
    """

    name: str
    queries: tuple[str, ...]
    values: Mapping[str, NDArray[np.float64]]
    intervals: Mapping[str, Interval]
    results: Mapping[str, tuple[Result, ...]]
    n_images: int
    costs: Costs
    query_classes: Mapping[str, str] = field(default_factory=dict)
    predicted: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()
    missing: int = 0
    warnings: tuple[str, ...] = ()
    learned_share: float = _NOT_MEASURED
    duplicates: tuple[tuple[str, str], ...] = ()
    confidence: float = 0.95
    random_state: int = 0
    about: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    query_files: Mapping[str, str] = field(default_factory=dict, repr=False)
    curves: NDArray[np.float64] | None = None

    def __repr__(self) -> str:
        return (
            f"<Report of {self.name}: {self.n_queries:,} queries, "
            f"{self.n_images:,} images>"
        )

    @property
    def metrics(self) -> dict[str, float]:
        """Means over the queries, by metric."""
        return {name: float(np.mean(each)) for name, each in self.values.items()}

    @property
    def n_queries(self) -> int:
        """Queries that were asked and judged."""
        return len(self.queries)

    @property
    def encode_ms(self) -> float:
        """Median of the time to read and describe a query, in milliseconds."""
        return self.costs.extract_ms.median

    @property
    def search_ms(self) -> float:
        """Median of the time of a search, re-ranking included, in milliseconds."""
        return self.costs.search_ms.median

    def by_class(self) -> dict[str, dict[str, float]]:
        """Give the mean of each metric over the queries of each class.

        Returns
        -------
        dict of str to dict of str to float
            By class, in order of their names, and metric; without queries that have no
            class.
        """
        places: dict[str, list[int]] = {}
        for place, query in enumerate(self.queries):
            if query in self.query_classes:
                places.setdefault(self.query_classes[query], []).append(place)
        return {
            class_: {
                name: float(np.mean(each[members]))
                for name, each in self.values.items()
            }
            for class_, members in sorted(places.items())
        }

    def class_table(self) -> Any:
        """Compare the classes of queries with those that their results predict.

        Returns
        -------
        ClassTable
            Precision, recall and F1 of each class; see
            `cvret.metrics.classification.class_table`. A query that none of its first
            results has a class for counts as predicted "(none)".

        Raises
        ------
        ValueError
            If the ground truth has no classes.
        """
        judged = [query for query in self.queries if query in self.query_classes]
        if not judged:
            raise ValueError(
                "the ground truth has no classes of queries; use one that has, such as "
                "cvret.truth.from_folders"
            )
        from cvret.metrics.classification import class_table

        return class_table(
            [self.query_classes[query] for query in judged],
            [self.predicted.get(query, "(none)") for query in judged],
        )

    def summary(self) -> dict[str, Any]:
        """Give what `to_dict` gives, but for what it has of each query."""
        from cvret.evaluation.report_file import summary_of

        return summary_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON: NaN as None, infinity as text.

        `from_dict` takes them back; `files` are left out.
        """
        from cvret.evaluation.report_file import dict_of

        return dict_of(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Take what `to_dict` gave.

        Raises
        ------
        FormatError
            If it cannot be that, or is of a newer format.
        """
        from cvret.evaluation.report_file import arguments_of

        return cls(**arguments_of(stored, "the report"))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the report; the ending of `path` says how.

        Parameters
        ----------
        path : str or path
            ``.json`` has all, for `load`; ``.csv`` a row a query, see `to_csv`; ``.md``
            tables of means, costs and classes; ``.html`` a page with pictures.

        Raises
        ------
        ValueError
            If `path` ends otherwise.
        """
        from cvret.evaluation.report_file import to_json
        from cvret.evaluation.report_text import markdown_of

        ending = Path(path).suffix.lower()
        if ending == ".csv":
            self.to_csv(path)
            return
        if ending == ".json":
            text = to_json(self)
        elif ending == ".md":
            text = markdown_of(self)
        elif ending == ".html":
            from cvret.evaluation.page import report_page

            text = report_page(self)
        else:
            raise ValueError(
                f"path must end in .json, .csv, .md or .html, got {fspath(path)!r}"
            )
        Path(path).write_text(text, encoding="utf-8", errors="surrogateescape")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read what `save` wrote as ``.json``.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        FormatError
            If it is no report, is damaged, or of a newer format.

        Examples
        --------
        >>> import tempfile
        >>> cost = Costs(Spread(3.0, 5.0), Spread(1.0, 2.0))
        >>> values = {"mAP": np.array([0.5, 1.0])}
        >>> between = {"mAP": Interval(0.5, 1.0)}
        >>> report = Report("hsv", ("a.jpg", "b.jpg"), values, between, {}, 9, cost)
        >>> with tempfile.TemporaryDirectory() as work:
        ...     report.save(f"{work}/hsv.json")
        ...     Report.load(f"{work}/hsv.json").metrics
        {'mAP': 0.75}
        """
        from cvret.evaluation.report_file import arguments_of, read_json

        return cls(**arguments_of(read_json(Path(path)), fspath(path)))

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a table with a row a query: its class, the predicted one, its values.

        In UTF-8; a column a metric.
        """
        from cvret.evaluation.report_text import write_csv

        write_csv(self, Path(path))

    def __str__(self) -> str:
        from cvret.evaluation.report_text import text_of

        return text_of(self)
