"""From a picture to scores: what a search of an index consists of."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image, check_region
from cvret.catalog import build
from cvret.collection.fields import PostingsField, WordsField
from cvret.collection.fusing import logistic, standardized_weights, typical
from cvret.collection.ranking import Best, in_order
from cvret.collection.state import State
from cvret.collection.views import View
from cvret.errors import UnknownNameError
from cvret.images.reading import read_image, shrink
from cvret.protocols import Reranker
from cvret.records import Correspondences, Query, Ranking
from cvret.rerank.verification import SpatialVerification

__all__ = [
    "PictureOrPath",
    "available_cores",
    "compare_all",
    "default_rerankers",
    "encode_query",
    "field_shares",
    "name_of_query",
    "pixels_of",
    "rank",
    "score_fields",
    "shared_features",
    "stored_query",
]

_IMAGES_A_THREAD = 32768  # fewer are scored sooner than a thread starts

PictureOrPath = str | PathLike[str] | NDArray[np.uint8]


def pixels_of(state: State, query: PictureOrPath) -> NDArray[np.uint8]:
    """Give the pixels of a query that is a path or an array."""
    if isinstance(query, np.ndarray):
        check_image(query)
        return query
    if isinstance(query, str | PathLike):
        return read_image(query, max_pixels=state.settings["max_pixels"])
    raise TypeError(f"query must be a path or an RGB array, got {type(query).__name__}")


def name_of_query(query: PictureOrPath) -> str:
    """Give what a query is called."""
    return "the query" if isinstance(query, np.ndarray) else os.fspath(query)


def encode_query(
    state: State,
    image: NDArray[np.uint8],
    names: Sequence[str],
    region: tuple[float, float, float, float] | None,
) -> Query:
    """Compute what some fields ask with."""
    height, width = image.shape[:2]
    max_side = state.settings["max_side"]
    if region is None:
        view = View.of(shrink(image, max_side), width, height)
    else:
        region = check_region(region, width, height)
        view = View.of_region(image, region, max_side)
    parts = {}
    for name in names:
        state.fields[name].check_ready()
        parts[name] = state.fields[name].compute_query(view)
    return Query(parts, width, height, region)


def stored_query(state: State, id_: str, names: Sequence[str]) -> Query:
    """Give what some fields have of an image, to ask with."""
    row = state.images.row_of(id_)
    try:
        file = state.roots.file_of(id_, state.images.root_at(row))
    except FileNotFoundError:  # where its folder is not known any more
        file = None
    parts = _stored_parts(state, row, names)
    return Query(parts, *state.images.size_at(row), source=file)


def _stored_parts(state: State, row: int, names: Iterable[str]) -> dict[str, Any]:
    size = state.images.size_at(row)
    return {
        name: state.fields[name].stored(state.searchers[name], row, size)
        for name in names
    }


def compare_all(
    state: State,
    ids: Sequence[str],
    query: Query | None,
    weights: Mapping[str, float],
) -> NDArray[np.float64]:
    """Compare images with one another, and a query, which then stands first.

    Returns
    -------
    array of float64, shape (n, n)
        Weighted means of the fields' similarities, and the mean of both directions.
        Where the index fuses several fields by standard scores, their weighted means
        instead, each row by its own center and spread, mapped to (0, 1) by the logistic
        function.
    """
    if not len(ids):
        return np.ones((1, 1)) if query is not None else np.empty((0, 0))
    weights = dict(sorted(weights.items()))  # sums depend on the order
    rows = state.images.rows_of(ids).astype(np.intp)
    if rows.min() < 0:
        state.images.row_of(ids[int(rows.argmin())])  # says which is not there
    stored = [_stored_parts(state, row, weights) for row in rows.tolist()]
    standardized = len(weights) > 1 and _standardizes(state)

    def compare(asked: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
        found = np.zeros((len(asked), len(ids)))
        for name, weight in weights.items():
            parts = [_part(state, each, name) for each in asked]
            scores = state.searchers[name].affinities(parts, rows)
            if standardized:
                center, spread = typical(scores)
                scale = np.where(spread > 0, spread, 1)
                scores = (scores - center[:, None]) / scale[:, None]
            found += weight * scores
        found /= sum(weights.values())
        return logistic(found) if standardized else found

    among = compare(stored)
    whole = (among + among.T) / 2
    np.fill_diagonal(whole, 1)
    if query is None:
        return whole
    terms, above = _terms_of(query)
    shares = np.array([weight / above for weight, _ in terms])
    own = np.clip(shares @ compare([parts for _, parts in terms]), 0, 1)
    return np.block([[np.ones((1, 1)), own[None]], [own[:, None], whole]])


def score_fields(state: State, query: Query, name: str) -> NDArray[np.float64]:
    """Give the similarity of every image in one field."""
    scores: NDArray[np.float64] = state.searchers[name].score(
        _part(state, query.parts, name)
    )
    return scores


def rank(
    state: State,
    query: Query,
    weights: Mapping[str, float],
    n: int,
    n_jobs: int = -1,
    *,
    exact: bool = False,
) -> Ranking:
    """Rank by the weighted mean of the fields' similarities; give the first `n`.

    Segments are scored one after the other, in up to `n_jobs` threads (-1 for all
    cores), and the best kept on the way; any number of threads gives the same. With
    `exact`, every image is compared, also where a field has a graph.

    Where the index fuses by standard scores and there are several fields, every image
    is scored in each field first, and weights are divided by the spreads.
    """
    weights = dict(sorted(weights.items()))  # sums depend on the order
    workers = _n_threads(n_jobs, len(state.images), len(state.segments))
    best = Best(n)
    if len(weights) > 1 and _standardizes(state):
        rows, found = _scores_of_fields(state, query, weights, workers)
        sums = _mean(found, standardized_weights(weights, found))
        best.take(rows[sums > 0], sums[sums > 0])
        return Ranking(*in_order(best, n, state.images))
    asked = _asked(state, query, weights)
    numbers = iter(range(len(state.segments)))
    parts: list[Best] = []

    def work() -> None:
        own = Best(n)
        parts.append(own)
        for number in numbers:  # each number goes to one thread
            found_here = _score_segment(
                state, asked, number, 0 if exact else n, own.floor
            )
            own.take(*found_here)

    if workers == 1:
        work()
    else:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result()
    for part in parts:
        best.take(part.rows, part.scores)
    return Ranking(*in_order(best, n, state.images))


def field_shares(
    state: State, query: Query, weights: Mapping[str, float]
) -> dict[str, float]:
    """Give how much each field counts for a query; the shares sum to 1."""
    if len(weights) > 1 and _standardizes(state):
        workers = _n_threads(-1, len(state.images), len(state.segments))
        _, found = _scores_of_fields(state, query, weights, workers)
        weights = standardized_weights(weights, found)
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}


def _standardizes(state: State) -> bool:
    return state.settings.get("fusion") == "standardized"


def _scores_of_fields(
    state: State, query: Query, weights: Mapping[str, float], workers: int
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.float64]]]:
    """Give the rows of all images that are there, and their scores in each field."""
    asked = {name: _asked(state, query, {name: 1.0}) for name in weights}
    images = state.images

    def score(name: str, number: int) -> NDArray[np.float64]:
        there = images.alive[number]
        sums = _sums(state, asked[name], number)
        return sums if there is None else sums[there]

    numbers = range(len(state.segments))
    alive = [
        np.ones(size, np.bool_) if there is None else there
        for size, there in zip(images.sizes, images.alive, strict=True)
    ]
    rows = np.flatnonzero(np.concatenate([np.empty(0, np.bool_), *alive]))
    with ThreadPoolExecutor(workers) as pool:
        parts = {name: pool.map(partial(score, name), numbers) for name in weights}
        found = {n: np.concatenate([np.empty(0), *each]) for n, each in parts.items()}
    return rows, found


def _mean(
    scores: Mapping[str, NDArray[np.float64]], weights: Mapping[str, float]
) -> NDArray[np.float64]:
    """Give the weighted mean; where all scores are 1, exactly 1, and never more."""
    summed = np.zeros(len(next(iter(scores.values()))))
    for name, weight in weights.items():
        summed += weight * scores[name]
    return summed / sum(weights.values())


class _Asked(NamedTuple):
    """What is asked of which searcher, its weight, and what the sum is divided by."""

    terms: list[tuple[Any, Any, float]]
    whole: float


def _asked(state: State, query: Query, weights: Mapping[str, float]) -> _Asked:
    """Give what is asked of the searchers, prepared once for all segments."""
    pictures, above = _terms_of(query)
    terms: list[tuple[Any, Any, float]] = []
    for name, weight in weights.items():
        searcher = state.searchers[name]
        parts = [(term / above, _part(state, each, name)) for term, each in pictures]
        if len(parts) > 1 and hasattr(searcher, "prepare_sum"):
            summed = searcher.prepare_sum(parts)
            if summed is not None:
                prepared, length = summed
                terms.append((searcher, prepared, weight * length))
                continue
        for term, part in parts:
            terms.append((searcher, searcher.prepare(part), weight * term))
    return _Asked(terms, sum(weights.values()))


def _terms_of(
    query: Query,
) -> tuple[Sequence[tuple[float, Mapping[str, Any]]], float]:
    """Give the pictures that are asked with, and the sum of weights above 0."""
    terms = query.terms or ((1.0, query.parts),)
    return terms, sum(weight for weight, _ in terms if weight > 0) or 1.0


def _score_segment(
    state: State, asked: _Asked, number: int, n: int, floor: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give rows, counted through all segments, and scores of one segment."""
    first = state.images.first_rows[number]
    if len(asked.terms) == 1 and asked.terms[0][2] == asked.whole:
        searcher, prepared, _ = asked.terms[0]
        rows, scores = searcher.score_segment(prepared, number, n, floor)
        return first + rows, scores
    sums = _sums(state, asked, number)
    rows = np.flatnonzero(sums > 0)
    return first + rows, sums[rows]


def _sums(state: State, asked: _Asked, number: int) -> NDArray[np.float64]:
    """Give the scores of all rows of a segment, also below 0; 0 of removed images."""
    sums = np.zeros(state.images.sizes[number])
    for searcher, prepared, weight in asked.terms:
        rows, scores = searcher.score_segment(prepared, number)
        sums[rows] += weight * scores
    # Divided last, so that scores of 1 in all fields give exactly 1, and none more.
    return np.minimum(sums / asked.whole, 1)


def _n_threads(n_jobs: int, n_images: int, n_segments: int) -> int:
    """Give how many threads pay."""
    if n_jobs < 0:
        n_jobs = available_cores()
    return max(1, min(n_jobs, n_segments, n_images // _IMAGES_A_THREAD))


def available_cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _part(state: State, parts: Mapping[str, Any], name: str) -> Any:
    """Give what is asked of a field, or raise if it cannot be asked of it."""
    if name not in parts:
        raise UnknownNameError(
            f"the query was not encoded for field {name!r}; it has {', '.join(parts)}"
        )
    state.fields[name].check_query(parts[name])
    return parts[name]


def shared_features(
    state: State, query: Query, ids: Sequence[str]
) -> Iterator[Correspondences]:
    """Give what a query shares with images, in the first field that has keypoints."""
    names = [n for n in query.parts if isinstance(state.fields[n], WordsField)]
    if not names:
        raise ValueError(_no_local_features(state, tuple(query.parts)))
    images = state.images
    rows = images.rows_of(ids)
    if len(rows) and rows.min() < 0:
        images.row_of(ids[int(rows.argmin())])  # says which is not there
    sizes = np.array([images.size_at(int(row)) for row in rows], np.int64)
    found = state.searchers[names[0]].matches(query.parts[names[0]], rows, sizes)
    return iter(found)


def default_rerankers(
    state: State, names: Sequence[str], verified_only: bool
) -> list[Reranker]:
    """Give the recipe's re-rankers, those of geometry where it can judge.

    Raises
    ------
    ValueError
        If only verified results are wanted, and no field has keypoints.
    """
    parts = [build(spec) for spec in state.settings["rerank"]]
    if not any(isinstance(state.fields[name], WordsField) for name in names):
        if verified_only:
            raise ValueError(_no_local_features(state, names))
        return [part for part in parts if not getattr(part, "needs_keypoints", True)]
    return parts or [SpatialVerification()] * verified_only


def _no_local_features(state: State, names: Sequence[str]) -> str:
    fields = [state.fields[name] for name in names]
    kinds = list(dict.fromkeys(type(field.part).__name__ for field in fields))
    aggregated = any(isinstance(field, PostingsField) for field in fields)
    having = [n for n, field in state.fields.items() if isinstance(field, WordsField)]
    way_out = (
        f"search by {', '.join(map(repr, having))} too"
        if having
        else "use an encoder such as BagOfWords"
    )
    one = len(kinds) == 1
    if aggregated:
        lacking = "keeps no keypoints" if one else "keep no keypoints"
    else:
        lacking = "describes whole images" if one else "describe whole images"
    return (
        f"SpatialVerification needs local features, and {', '.join(kinds)} {lacking}; "
        f"{way_out}"
    )
