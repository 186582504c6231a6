"""From a picture to scores: what a search of an index consists of."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import PathLike
from typing import Any

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
    images = state.images
    row = images.row_of(id_)
    size = images.size_at(row)
    parts = {
        name: state.fields[name].stored(state.searchers[name], row, size)
        for name in names
    }
    return Query(parts, *size)


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
        Where the index fuses by standard scores, their weighted means instead, each
        row by its own center and spread, mapped to (0, 1) by the logistic function.
    """
    rows = state.images.rows_of(ids).astype(np.intp)
    stored = [stored_query(state, id_, tuple(weights)).parts for id_ in ids]
    standardized = state.settings.get("fusion") == "standardized"

    def compare(asked: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
        found = np.zeros((len(asked), len(ids)))
        for name, weight in weights.items():
            parts = [_part(state, each, name) for each in asked]
            scores = state.searchers[name].affinities(parts, rows)
            if standardized:
                center, spread = typical(scores)
                scale = np.where(spread > 0, spread, 1)
                scores = (scores - center[:, None]) / scale[:, None]
            found += weight / sum(weights.values()) * scores
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

    Where the index fuses by standard scores, weights are divided by the spreads first,
    for which every image is scored in every field.

    Segments are scored one after the other, in up to `n_jobs` threads (-1 for all
    cores), and the best kept on the way; any number of threads gives the same. With
    `exact`, every image is compared, also where a field has a graph.
    """
    workers = _n_threads(n_jobs, len(state.images), len(state.segments))
    if state.settings.get("fusion") == "standardized" and len(weights) > 1:
        weights = _comparable(state, query, weights, workers)
    asked, shares = _terms(state, query, weights)
    numbers = iter(range(len(state.segments)))
    found: list[Best] = []

    def work() -> None:
        best = Best(n)
        found.append(best)
        for number in numbers:  # each number goes to one thread
            found_here = _score_segment(
                state, asked, shares, number, 0 if exact else n, best.floor
            )
            best.take(*found_here)

    if workers == 1:
        work()
    else:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result()
    best = Best(n)
    for part in found:
        best.take(part.rows, part.scores)
    return Ranking(*in_order(best, n, state.images))


def _comparable(
    state: State, query: Query, weights: Mapping[str, float], workers: int
) -> dict[str, float]:
    """Give the weights of fields for standard scores; see `standardized_weights`."""
    asked = {name: _terms(state, query, {name: 1.0}) for name in weights}

    def score(name: str, number: int) -> NDArray[np.float64]:
        rows, found = _score_segment(state, *asked[name], number, 0, 0.0)
        scores = np.zeros(state.images.sizes[number])
        scores[rows - state.images.first_rows[number]] = found
        there = state.images.alive[number]
        return scores if there is None else scores[there]

    numbers = range(len(state.segments))
    scores = {}
    with ThreadPoolExecutor(workers) as pool:
        for name in weights:
            parts = pool.map(partial(score, name), numbers)
            scores[name] = np.concatenate([np.empty(0), *parts])
    return standardized_weights(weights, scores)


def _terms(
    state: State, query: Query, weights: Mapping[str, float]
) -> tuple[list[tuple[Any, Any]], list[float]]:
    """Give what is asked of which searcher, and its share of the score."""
    terms, above = _terms_of(query)
    whole = sum(weights.values())
    asked, shares = [], []
    for name, weight in weights.items():
        searcher = state.searchers[name]
        parts = [(term / above, _part(state, parts, name)) for term, parts in terms]
        if len(parts) > 1 and hasattr(searcher, "prepare_sum"):
            summed = searcher.prepare_sum(parts)
            if summed is not None:
                prepared, length = summed
                asked.append((searcher, prepared))
                shares.append(weight / whole * length)
                continue
        for term, part in parts:
            asked.append((searcher, searcher.prepare(part)))
            shares.append(weight / whole * term)
    return asked, shares


def _terms_of(
    query: Query,
) -> tuple[Sequence[tuple[float, Mapping[str, Any]]], float]:
    """Give the pictures that are asked with, and the sum of weights above 0."""
    terms = query.terms or ((1.0, query.parts),)
    return terms, sum(weight for weight, _ in terms if weight > 0) or 1.0


def _score_segment(
    state: State,
    asked: Sequence[tuple[Any, Any]],
    shares: Sequence[float],
    number: int,
    n: int,
    floor: float,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Give rows, counted through all segments, and scores of one segment."""
    first = state.images.first_rows[number]
    if len(asked) == 1 and shares[0] == 1:
        searcher, prepared = asked[0]
        rows, scores = searcher.score_segment(prepared, number, n, floor)
        return first + rows, scores
    sums = np.zeros(state.images.sizes[number])
    for (searcher, prepared), share in zip(asked, shares, strict=True):
        rows, scores = searcher.score_segment(prepared, number)
        sums[rows] += share * scores
    rows = np.flatnonzero(sums > 0)
    return first + rows, sums[rows]


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
    described = ", ".join(type(field.part).__name__ for field in fields)
    aggregated = any(isinstance(field, PostingsField) for field in fields)
    having = [n for n, field in state.fields.items() if isinstance(field, WordsField)]
    way_out = (
        f"search by {', '.join(map(repr, having))} too"
        if having
        else "use an encoder such as BagOfWords"
    )
    lacking = "keeps no keypoints" if aggregated else "describes whole images"
    return (
        f"SpatialVerification needs local features, and {described} {lacking}; "
        f"{way_out}"
    )
