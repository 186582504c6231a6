"""Systems compared on the same queries, pair by pair."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cvret._checks import check_count, check_number
from cvret.errors import UnknownNameError
from cvret.evaluation.combining import parts_by_name
from cvret.evaluation.comparison import Comparison
from cvret.evaluation.differences import Resampling, differences_of
from cvret.evaluation.evaluate import evaluate
from cvret.evaluation.report import Report
from cvret.evaluation.scoring import DEFAULT_METRICS, check_metrics
from cvret.evaluation.statistics import Interval, bootstrap_intervals
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.evaluation.wording import duration, sentence_of
from cvret.protocols import System

__all__ = ["compare"]

_SHOWN = 3  # names in an error
_EVEN = 0.9  # times that differ by less are as good as equal


def compare(
    systems: Mapping[str, Any],
    truth: GroundTruth | None = None,
    *,
    metric: str = "mAP",
    metrics: Sequence[str] | None = None,
    n_queries: int | None = None,
    duplicates: str | None = "exact",
    different_collections: bool = False,
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    random_state: int = 0,
    progress: bool | None = None,
) -> Comparison:
    """Compare systems on the same queries: which is better, and how sure that is.

    Parameters
    ----------
    systems : mapping of str to System or Report
        At least two, by names of your own. A system is evaluated first, by
        `cvret.evaluate`; a report, perhaps loaded from a file, is taken as it is.
    truth : GroundTruth, optional
        Queries and what is relevant to them; not needed where all are reports. Beside a
        report, its queries alone are asked.
    metric : str
        What the sentence, the order and the pictures go by.
    metrics : sequence of str, optional
        What else is compared; by default what all systems were evaluated by.
    n_queries : int, optional
        Ask so many of the queries alone, the same of each system, drawn by class where
        there are classes.
    duplicates : {"exact", "near"}, optional
        As for `evaluate`.
    different_collections : bool
        Whether systems that rank different pictures may be compared; a warning tells.
    confidence : float
        Of intervals and claims, in (0, 1).
    n_resamples : int
        Of the bootstrap, and choices of signs of the test.
    random_state : int
        Seeds the draw of queries, and both of these.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Returns
    -------
    Comparison
        Differences of each two systems and each metric, and what may be claimed.

    Raises
    ------
    ValueError
        If there are fewer than two systems, or no ground truth to evaluate one on;
        if reports are of different queries, or systems rank different pictures; or if
        the metric is not defined for a query.
    TypeError
        If a system is neither a System nor a Report.
    UnknownNameError
        If a report lacks a metric.

    Notes
    -----
    Of two systems, the gains of one over the other, query by query, have a
    bias-corrected accelerated bootstrap interval, and a paired permutation test.
    Holm's correction is over all pairs of systems, for each metric by itself: choose
    the metric before looking.

    The interval is that of the mean gain over queries that are drawn as these were, on
    this one collection. It says nothing of other collections, other kinds of query, or
    another draw of the pictures. Where each image of a collection is a query, queries
    are not wholly independent, and intervals are somewhat too narrow.

    A query that one system cannot be asked, as where its descriptor needs larger
    pictures, is left out for all, and a warning tells.

    References
    ----------
    Smucker, Allan and Carterette, "A comparison of statistical significance tests for
    information retrieval evaluation", CIKM 2007. Carterette, "Multiple testing in
    statistical analysis of systems-based information retrieval experiments", ACM
    Transactions on Information Systems 30(1), 2012.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> import cvret
    >>> systems = {}
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name, color in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
    ...         (Path(work) / "photos" / name).mkdir(parents=True)
    ...         for number in (1, 2):
    ...             path = Path(work) / "photos" / name / f"{number}.png"
    ...             Image.new("RGB", (9, 9), color).save(path)
    ...     fields = {"hsv": cvret.HSVHistogram(), "rgb": cvret.RGBHistogram()}
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     _ = index.add(Path(work) / "photos")
    ...     truth = cvret.truth.from_folders(Path(work) / "photos")
    ...     systems = {"hsv": index.by("hsv"), "rgb": index.by("rgb")}
    ...     comparison = cvret.compare(systems, truth)
    >>> print(comparison.sentence)  # doctest: +ELLIPSIS
    Which of hsv and rgb is better cannot be told from these 4 queries: hsv and rgb ...
    """
    _check_systems(systems)
    check_number("confidence", confidence, least=1e-6, most=1 - 1e-6)
    check_count("n_resamples", n_resamples, least=100)
    check_count("random_state", random_state, least=0)
    resampling = Resampling(confidence, n_resamples, random_state)
    warnings = _check_collections(systems, different_collections)
    asked, about = _queries_to_ask(systems, truth, n_queries, random_state)
    measured = _metrics_to_measure(metric, metrics, asked)
    wanted = (metric,) if metrics is None else measured
    for name, each in systems.items():
        if isinstance(each, Report):
            _check_measured(name, each, wanted)
    reports = {
        name: each
        if isinstance(each, Report)
        else evaluate(
            each,
            asked,
            metrics=measured,
            name=name,
            duplicates=duplicates,
            progress=progress,
            **resampling._asdict(),
        )
        for name, each in systems.items()
    }
    reports, narrowed = _on_common_queries(reports, resampling)
    compared, undefined = _metrics_of(reports, metric, metrics and measured)
    differences, too_few = differences_of(reports, compared, resampling)
    about |= {"n_resamples": n_resamples, "random_state": random_state}
    parts = parts_by_name(systems)
    if parts:
        about["parts"] = parts
    if uneven := _uneven_times(reports, parts):
        about["times"] = "uneven"
    if _differ(reports, "machine"):
        about["machines"] = "different"
    comparison = Comparison(
        reports,
        metric,
        differences,
        "",
        (*warnings, *narrowed, *undefined, *too_few, *uneven, *_warnings_of(reports)),
        confidence,
        about,
    )
    return replace(comparison, sentence=sentence_of(comparison))


def _check_systems(systems: Any) -> None:
    """Raise unless there are two systems or more, by name."""
    if not isinstance(systems, Mapping):
        raise TypeError(
            "systems must be a mapping of names to systems, such as "
            f"{{'hsv': index.by('hsv')}}, got {type(systems).__name__}"
        )
    for name, system in systems.items():
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"names of systems must be texts, got {name!r}")
        if not isinstance(system, Report | System) or isinstance(system, type):
            raise TypeError(
                f"system {name!r} must be a System, such as an Index or index.by(...), "
                f"or a Report, got {system!r}"
            )
    if len(systems) < 2:
        raise ValueError(
            f"systems must be at least two, got {len(systems)}; cvret.evaluate "
            "measures one"
        )


def _check_collections(systems: Mapping[str, Any], allowed: bool) -> list[str]:
    """Raise, or warn where that is allowed, if not all rank the same pictures."""
    sizes = {
        name: each.n_images if isinstance(each, Report) else len(each.ids)
        for name, each in systems.items()
    }
    ids = {
        name: frozenset(each.ids)
        for name, each in systems.items()
        if not isinstance(each, Report)
    }
    differ = _first_difference(ids)
    if differ is None and len(set(sizes.values())) > 1:
        differ = ", ".join(f"{name} ranks {n:,}" for name, n in sizes.items())
    if differ is None:
        return []
    if not allowed:
        raise ValueError(
            f"systems must rank the same pictures: {differ}; give both the same, or "
            "pass different_collections=True and believe less"
        )
    return [f"the systems rank different pictures: {differ}"]


def _first_difference(sets: Mapping[str, Collection[str]]) -> str | None:
    """Tell how the first two sets that differ do, with some of the names."""
    names = list(sets)
    for name in names[1:]:
        own, other = set(sets[names[0]]), set(sets[name])
        if own != other:
            sides = ((names[0], sorted(own - other)), (name, sorted(other - own)))
            return ", ".join(
                f"{len(only):,} only in {side}{_some(only)}" for side, only in sides
            )
    return None


def _some(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = " ..." if len(names) > _SHOWN else ""
    return f" ({', '.join(names[:_SHOWN])}{more})"


def _queries_to_ask(
    systems: Mapping[str, Any],
    truth: GroundTruth | None,
    n_queries: int | None,
    random_state: int,
) -> tuple[Any, dict[str, Any]]:
    """Give the ground truth to ask, and how it was drawn.

    Raises ValueError unless all reports are of the same queries.
    """
    reports = {name: each for name, each in systems.items() if isinstance(each, Report)}
    differ = _first_difference({name: each.queries for name, each in reports.items()})
    if differ is not None:
        raise ValueError(
            f"systems must be asked the same queries: {differ}; evaluate them on the "
            "same ones, such as truth.only(...)"
        )
    if n_queries is not None:
        check_count("n_queries", n_queries)
        if reports:
            raise ValueError(
                "n_queries must be None beside a report, whose queries are taken, got "
                f"{n_queries}"
            )
    if len(reports) == len(systems):
        return None, {}
    if truth is None:
        name = next(name for name in systems if name not in reports)
        raise ValueError(
            f"system {name!r} must be evaluated first, and truth is None; hand over a "
            "ground truth, such as truth.from_folders(...)"
        )
    if reports:
        return truth.only(next(iter(reports.values())).queries), {}
    if n_queries is None or n_queries >= len(truth):
        return truth, {}
    said = (
        f"{n_queries:,} of the {len(truth):,} queries of the ground truth were asked, "
        f"drawn by chance (random_state={random_state})."
    )
    return truth.sample(n_queries, random_state), {"queries": said}


def _metrics_to_measure(
    metric: str, metrics: Sequence[str] | None, truth: Any
) -> tuple[str, ...]:
    """Give the names of all that is measured, or raise unless each is a metric."""
    usual = (*DEFAULT_METRICS, *(() if truth is None else truth.metrics))
    if metrics is not None:
        return tuple(dict.fromkeys([metric, *check_metrics(metrics)]))
    check_metrics([metric])
    return tuple(dict.fromkeys([*usual, metric]))


def _on_common_queries(
    reports: Mapping[str, Report], resampling: Resampling
) -> tuple[dict[str, Report], list[str]]:
    """Give reports of the queries that all were asked, in one order."""
    first = next(iter(reports.values()))
    sets = {name: set(each.queries) for name, each in reports.items()}
    common = [
        query
        for query in first.queries
        if all(query in asked for asked in sets.values())
    ]
    if not common:
        raise ValueError("there is no query that every system could be asked")
    told = [
        f"{_count(len(asked) - len(common))} that {name} was asked "
        f"{'is' if len(asked) - len(common) == 1 else 'are'} left out, because another "
        "system could not be"
        for name, asked in sets.items()
        if len(asked) > len(common)
    ]
    narrow = {
        name: _narrowed(replace(each, name=name), common, resampling)
        for name, each in reports.items()
    }
    return narrow, told


def _count(n: int) -> str:
    return f"{n:,} query" if n == 1 else f"{n:,} queries"


def _narrowed(report: Report, queries: Sequence[str], resampling: Resampling) -> Report:
    """Give the report of these queries alone, with intervals of that confidence."""
    confidence = resampling.confidence
    if report.queries == tuple(queries) and report.confidence == confidence:
        return report
    row_of = {query: row for row, query in enumerate(report.queries)}
    rows = [row_of[query] for query in queries]
    kept = set(queries)
    values = {metric: each[rows] for metric, each in report.values.items()}
    return replace(
        report,
        queries=tuple(queries),
        values=values,
        intervals=_intervals(values, resampling),
        results={q: each for q, each in report.results.items() if q in kept},
        query_classes={q: c for q, c in report.query_classes.items() if q in kept},
        predicted={q: c for q, c in report.predicted.items() if q in kept},
        duplicates=tuple(pair for pair in report.duplicates if pair[0] in kept),
        curves=None if report.curves is None else report.curves[rows],
        confidence=confidence,
    )


def _intervals(
    values: Mapping[str, Any], resampling: Resampling
) -> dict[str, Interval]:
    """Give the interval of each metric's mean; of NaN where a value is not finite."""
    unknown = dict.fromkeys(values, Interval(np.nan, np.nan))
    known = [metric for metric, each in values.items() if np.isfinite(each).all()]
    if not known:
        return unknown
    table = np.stack([values[metric] for metric in known], axis=1)
    found = bootstrap_intervals(table, **resampling._asdict())
    return {**unknown, **dict(zip(known, found, strict=True))}


def _check_measured(name: str, report: Report, metrics: Sequence[str]) -> None:
    for metric in metrics:
        if metric not in report.values:
            raise UnknownNameError(
                f"{name} was not evaluated by {metric!r}; there are "
                f"{', '.join(report.values)}"
            )


def _metrics_of(
    reports: Mapping[str, Report], metric: str, wanted: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Give the metrics that all reports have for every query, and what is left out."""
    for name, report in reports.items():
        _check_measured(name, report, wanted or (metric,))
        bad = ~np.isfinite(report.values[metric])
        if bad.any():
            query = report.queries[int(np.argmax(bad))]
            raise ValueError(
                f"{metric} of {name} is not a number for {_count(int(bad.sum()))}, "
                f"the first {query}; leave them out, or choose another metric"
            )
    compared, told = [], []
    for each in wanted or next(iter(reports.values())).values:
        if not all(each in report.values for report in reports.values()):
            continue
        if all(np.isfinite(report.values[each]).all() for report in reports.values()):
            compared.append(each)
        else:
            told.append(f"{each} is not compared: it is not a number for some queries")
    return compared, told


def _warnings_of(reports: Mapping[str, Report]) -> list[str]:
    """Give what reports warn of, each once, with its systems; and how they differ."""
    names: dict[str, list[str]] = {}
    for name, report in reports.items():
        for text in report.warnings:
            names.setdefault(text, []).append(name)
    told = [
        text if len(whose) == len(reports) else f"{', '.join(whose)}: {text}"
        for text, whose in names.items()
    ]
    if _differ(reports, "machine"):
        told.append(
            "the systems were measured on different machines; their times cannot be "
            "compared"
        )
    if _differ(reports, "truth", lambda said: str(said).rpartition(", ")[0]):
        told.append("the systems were judged by different ground truths")
    return told


def _uneven_times(
    reports: Mapping[str, Report], parts: Mapping[str, Sequence[str]]
) -> list[str]:
    """Warn where a combination took less to extract than a part that it computes."""
    for name, several in parts.items():
        for part in several:
            whole, alone = (
                reports[each].costs.extract_ms.median for each in (name, part)
            )
            if whole < _EVEN * alone:
                return [
                    f"times are uneven: extracting for {name} took {duration(whole)}, "
                    f"and for {part}, which is part of it, {duration(alone)}; the "
                    "machine did something else, too"
                ]
    return []


def _differ(
    reports: Mapping[str, Report], key: str, part: Callable[[Any], Any] = lambda x: x
) -> bool:
    """Tell whether what reports say of how they were measured is not the same."""
    said = [
        part(report.about[key]) for report in reports.values() if key in report.about
    ]
    return any(each != said[0] for each in said)
