"""What an evaluation found: one value a query and metric, intervals, and costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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


@dataclass(frozen=True, eq=False)
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
        these where none has most; only where the ground truth has classes.
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
        learned from and evaluated, duplicates, too few queries.
    learned_share : float
        Which share of the collection the system has learned from, in [0, 1]; NaN where
        unknown.
    duplicates : tuple of (str, str)
        Queries, and images of the collection that are the same file under another name.
    confidence : float
        Of the intervals.
    random_state : int
        What the resampling began with.
    about : mapping of str to value
        How it was measured: ``system``, ``truth``, ``versions``, ``machine``, ``date``.
    files : mapping of str to str
        Where pictures of queries and results lie, to be shown; not saved.
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
