"""How well a system does on a ground truth."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from cvret._checks import check_choice, check_count, check_number
from cvret._progress import progress_bar
from cvret.collection.field_search import FieldSearch
from cvret.collection.index import Index
from cvret.collection.learned_share import largest_share, learned_shares
from cvret.evaluation import guards
from cvret.evaluation.image_files import ImageFiles
from cvret.evaluation.machine import machine, versions
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.scoring import (
    DEFAULT_METRICS,
    Places,
    check_metrics,
    places_of,
    precision_curves,
    score,
)
from cvret.evaluation.statistics import bootstrap_intervals
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.protocols import System
from cvret.records import Ranking

__all__ = ["evaluate"]

_SHOWN = 10  # results of a query that are kept
_VOTES = 3  # results that say of which class a query is
_UNKNOWN = float("nan")


def evaluate(
    system: Any,
    truth: GroundTruth,
    *,
    by: str | Sequence[str] | Mapping[str, float] | None = None,
    rerank: Sequence[Any] | None = None,
    metrics: Sequence[str] | None = None,
    name: str | None = None,
    n_queries: int | None = None,
    duplicates: str | None = "exact",
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    random_state: int = 0,
    progress: bool | None = None,
) -> Report:
    """Ask every query of a ground truth, and measure the rankings.

    Parameters
    ----------
    system : Index or System
        What is searched: an index, some fields of it (`Index.by`), or whatever else
        ranks a collection; see `cvret.protocols.System`.
    truth : GroundTruth
        Queries and what is relevant to them; see `cvret.truth`.
    by, rerank
        As for `Index.search`; for an index alone.
    metrics : sequence of str, optional
        Names such as "mAP", "P@20", "mAP@100(found)", of the forms of
        `cvret.evaluation.scoring.METRIC_FORMS`; by default the usual ones, and those of
        the ground truth's protocol.
    name : str, optional
        What the report calls the system; by default its own name.
    n_queries : int, optional
        Ask so many of the queries, drawn by class; see `GroundTruth.sample`.
    duplicates : {"exact", "near"} or None
        Which queries are named that the collection has under another name: files of the
        same bytes; also pictures with nearly the same perceptual hash, for which every
        picture is read; or none are looked for.
    confidence : float
        Of the intervals, in (0, 1).
    n_resamples : int
        Of the bootstrap.
    random_state : int
        Seeds the draws of queries and of the bootstrap.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Returns
    -------
    Report
        A value a query and metric, means with intervals, what a query costs, the first
        results, and warnings.

    Raises
    ------
    ValueError
        If no query could be asked, the collection has none of the relevant images, or
        an argument is wrong.
    UnknownNameError
        If a metric or a field is not there.
    TypeError
        If `system` or `truth` is none.

    See Also
    --------
    cvret.compare : two or more systems on the same queries.

    Notes
    -----
    The whole collection is ranked. The query's own image, known by its file, is taken
    out of the ranking, unless the ground truth counts it; and so is what it says to
    ignore. A relevant image that is not in the collection counts as not found. A query
    with nothing relevant, or that cannot be read, is left out and named.

    Queries are asked one after the other, so that their times are those of a system
    that does nothing else; a single search may use several cores. The first query is
    encoded and searched once before, untimed, for what is loaded or compiled by it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> import cvret
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name, color in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
    ...         (Path(work) / "photos" / name).mkdir(parents=True)
    ...         for number in (1, 2):
    ...             path = Path(work) / "photos" / name / f"{number}.png"
    ...             Image.new("RGB", (9, 9 + number), color).save(path)
    ...     fields = {"color": cvret.HSVHistogram()}
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     _ = index.add(Path(work) / "photos")
    ...     truth = cvret.truth.from_folders(Path(work) / "photos")
    ...     report = cvret.evaluate(index, truth)
    >>> report.metrics["mAP"], report.intervals["mAP"], report.results["red/1.png"][0]
    (1.0, Interval(low=1.0, high=1.0), Result(id='red/2.png', score=1.0, right=True))
    >>> report.warnings[0].partition(":")[0]
    '4 queries can support no claim'
    """
    system = _system_of(system, by, rerank)
    if not isinstance(truth, GroundTruth):
        raise TypeError(
            f"truth must be a GroundTruth, got {truth!r}; make one with cvret.truth, "
            "such as cvret.truth.from_folders"
        )
    measured = (*DEFAULT_METRICS, *truth.metrics) if metrics is None else metrics
    measured = check_metrics(measured)
    if duplicates is not None:
        check_choice("duplicates", duplicates, guards.DUPLICATES)
    check_number("confidence", confidence, least=1e-6, most=1 - 1e-6)
    check_count("n_resamples", n_resamples, least=100)
    if n_queries is not None:
        truth = truth.sample(n_queries, random_state)

    ids = tuple(system.ids)
    guards.check_known(truth, ids)
    files = ImageFiles(system, ids)
    answers, left_out = _ask(system, truth, files, ids, measured, progress)
    if not answers:
        raise ValueError(
            "no query of the ground truth could be asked"
            + (f"; the first: {left_out[0][0]}: {left_out[0][1]}" if left_out else "")
        )
    queries = tuple(answers)
    places = [each.places for each in answers.values()]
    values = score(places, measured)
    intervals = bootstrap_intervals(
        np.stack(list(values.values()), axis=1),
        confidence=confidence,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    missing = frozenset().union(*(truth.relevant[q] for q in queries)).difference(ids)
    shares = _learned_shares(system)
    query_files = {query: str(truth.file_of(query)) for query in queries}
    same = _duplicates(truth, queries, files, duplicates, progress)
    return Report(
        name=_name_of(system) if name is None else name,
        queries=queries,
        values=values,
        intervals=dict(zip(values, intervals, strict=True)),
        results={query: each.results for query, each in answers.items()},
        n_images=len(ids),
        costs=_costs(system, list(answers.values())),
        query_classes=_only(truth.query_classes, queries),
        predicted=_predicted(truth, answers),
        left_out=tuple(left_out),
        missing=len(missing),
        warnings=(
            *guards.of_learning(
                shares, _learned_queries(system, truth, queries, files)
            ),
            *guards.of_duplicates(same, duplicates or "exact", len(queries)),
            *guards.of_numbers(len(queries), confidence),
            *guards.of_missing(missing),
            *truth.notes,
        ),
        learned_share=largest_share(shares),
        duplicates=same,
        confidence=confidence,
        random_state=random_state,
        about={
            "system": system.describe()
            if hasattr(system, "describe")
            else repr(system),
            "truth": f"{truth.name or 'ground truth'}, {len(truth):,} queries",
            "n_resamples": n_resamples,
            "versions": versions(),
            "machine": machine(),
            "date": date.today().isoformat(),
        },
        files=query_files | _files_of_results(answers, files),
        query_files=query_files,
        curves=precision_curves(places),
    )


class _Answer(NamedTuple):
    """What a query's ranking says, and how long it took, in seconds."""

    places: Places
    results: tuple[Result, ...]
    extract: float
    search: float


def _system_of(system: Any, by: Any, rerank: Any) -> Any:
    """Give the system, checked; of an index the fields that are asked."""
    if isinstance(system, Index):
        return system.by(by, rerank=rerank)
    if by is not None or rerank is not None:
        raise TypeError(
            "by and rerank belong to an Index, and system is "
            f"{type(system).__name__}; leave them out"
        )
    if isinstance(system, type) or not isinstance(system, System):
        raise TypeError(
            "system must be an Index, or have ids, encode and search, see "
            f"cvret.protocols.System; got {system!r}"
        )
    return system


def _ask(
    system: Any,
    truth: GroundTruth,
    files: ImageFiles,
    ids: tuple[str, ...],
    metrics: Sequence[str],
    progress: bool | None,
) -> tuple[dict[str, _Answer], list[tuple[str, str]]]:
    """Ask the queries one by one; give answers by query, and what was left out."""
    distractors = truth.distractors
    if not any(name.startswith("distractors@") for name in metrics):
        distractors = frozenset()  # nobody wants to know their places
    answers: dict[str, _Answer] = {}
    left_out = []
    with progress_bar("Evaluating", len(truth), progress) as advance:
        for query in truth.relevant:
            own = files.own_ids(truth, query)
            found = _answer(system, truth, query, own, len(ids), distractors, answers)
            if isinstance(found, str):
                left_out.append((query, found))
            else:
                answers[query] = found
            advance()
    return answers, left_out


def _answer(
    system: Any,
    truth: GroundTruth,
    query: str,
    own: frozenset[str],
    n: int,
    distractors: frozenset[str],
    before: Mapping[str, _Answer],
) -> _Answer | str:
    """Ask one query; give the reason where it cannot be asked or judged."""
    if truth.counts_itself:
        own = frozenset()
    relevant = truth.relevant[query] - own
    if not relevant:
        return "nothing is relevant to it"
    try:
        ranking, extract, search = _timed(system, truth, query, n, warm=bool(before))
    except OSError as error:
        return str(error)
    except ValueError as error:
        if query in truth.regions:  # which may not lie inside the picture
            return str(error)
        raise
    without = own | (truth.ignored.get(query, frozenset()) - relevant)
    places = places_of(
        ranking.ids,
        relevant,
        without=without,
        grades=_only(truth.grades.get(query, {}), relevant),
        distractors=distractors - relevant - without,
    )
    results = _first_results(ranking, relevant, without)
    return _Answer(places, results, extract, search)


def _timed(
    system: Any, truth: GroundTruth, query: str, n: int, *, warm: bool
) -> tuple[Ranking, float, float]:
    """Give a ranking of all images, and the seconds to encode and to search."""
    path = truth.file_of(query)
    region = truth.regions.get(query)
    how = {} if region is None else {"region": region}
    if not warm:
        system.search(system.encode(path, **how), max(1, n))
    started = time.perf_counter()
    asking = system.encode(path, **how)
    encoded = time.perf_counter()
    ranking: Ranking = system.search(asking, max(1, n))
    return ranking, encoded - started, time.perf_counter() - encoded


def _first_results(
    ranking: Ranking, relevant: frozenset[str], without: frozenset[str]
) -> tuple[Result, ...]:
    first = range(min(len(ranking.ids), _SHOWN + len(without)))
    kept = [place for place in first if ranking.ids[place] not in without][:_SHOWN]
    return tuple(
        Result(id_, float(ranking.scores[place]), id_ in relevant)
        for place in kept
        for id_ in [ranking.ids[place]]
    )


def _predicted(truth: GroundTruth, answers: Mapping[str, _Answer]) -> dict[str, str]:
    """Have the first results of each query vote for its class.

    A result without a class is passed over; the nearest wins where none has most.
    """
    predicted = {}
    if truth.query_classes:
        for query, answer in answers.items():
            first = (truth.classes.get(each.id) for each in answer.results[:_VOTES])
            votes = Counter(class_ for class_ in first if class_ is not None)
            if votes:  # of equal counts the one counted first, which is the nearest
                predicted[query] = votes.most_common(1)[0][0]
    return predicted


def _costs(system: Any, answers: Sequence[_Answer]) -> Costs:
    times = [(each.extract, each.search) for each in answers]
    extract, search = np.percentile(times, [50, 95], axis=0).T.tolist()
    known = system.costs() if hasattr(system, "costs") else {}
    return Costs(
        Spread(*(1000 * each for each in extract)),
        Spread(*(1000 * each for each in search)),
        float(known.get("bytes_an_image", _UNKNOWN)),
        float(known.get("fit_seconds", _UNKNOWN)),
    )


def _learned_shares(system: Any) -> dict[str, float]:
    """Give which share of the collection was learned from, by field if it has some."""
    if isinstance(system, FieldSearch):
        shares = learned_shares(system, tuple(system.weights))
        return {f"field {name}": share for name, share in shares.items()}
    if hasattr(system, "learned_share"):
        return {_name_of(system): float(system.learned_share())}
    return {_name_of(system): _UNKNOWN}


def _learned_queries(
    system: Any, truth: GroundTruth, queries: Sequence[str], files: ImageFiles
) -> dict[str, float]:
    """Give which share of the queries from outside fields have learned from."""
    if not isinstance(system, FieldSearch):
        return {}
    outside = {truth.file_of(q) for q in queries if not files.own_ids(truth, q)}
    hashes = guards.hashes_of(sorted(outside))
    shares = learned_shares(system, tuple(system.weights), hashes)
    return {f"field {name}": share for name, share in shares.items()}


def _duplicates(
    truth: GroundTruth,
    queries: Sequence[str],
    files: ImageFiles,
    mode: str | None,
    progress: bool | None,
) -> tuple[tuple[str, str], ...]:
    if mode is None:
        return ()
    asked = {
        query: guards.Asked(truth.file_of(query), files.own_ids(truth, query))
        for query in queries
    }
    return guards.duplicates_among(asked, files.by_id, mode, progress)


def _files_of_results(
    answers: Mapping[str, _Answer], files: ImageFiles
) -> dict[str, str]:
    """Give where the results lie that a report can show."""
    shown = dict.fromkeys(each.id for a in answers.values() for each in a.results)
    return {id_: str(files.by_id[id_]) for id_ in shown if id_ in files.by_id}


def _name_of(system: Any) -> str:
    return str(getattr(system, "name", "") or type(system).__name__)


def _only(mapping: Mapping[str, Any], keys: Any) -> dict[str, Any]:
    return {key: mapping[key] for key in keys if key in mapping}
