"""From a picture to scores: what a search of an index consists of."""

import os
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image, check_region
from cvret.catalog import build
from cvret.collection.fields import View, WordsField
from cvret.collection.ranking import top_rows
from cvret.collection.state import State
from cvret.errors import UnknownNameError
from cvret.images.reading import read_image, shrink
from cvret.protocols import Reranker
from cvret.records import Correspondences, Query, Ranking

__all__ = [
    "PictureOrPath",
    "default_rerankers",
    "encode_query",
    "name_of_query",
    "pixels_of",
    "rank",
    "score_fields",
    "shared_features",
]

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


def score_fields(state: State, query: Query, name: str) -> NDArray[np.float64]:
    """Give the similarity of every image in one field."""
    if name not in query.parts:
        raise UnknownNameError(
            f"the query was not encoded for field {name!r}; it has "
            f"{', '.join(query.parts)}"
        )
    scores: NDArray[np.float64] = state.searchers[name].score(query.parts[name])
    return scores


def rank(state: State, query: Query, weights: Mapping[str, float], n: int) -> Ranking:
    """Rank by the weighted mean of the fields' similarities; give the first `n`."""
    scores = np.zeros(len(state.images))
    for name, weight in weights.items():
        scores += weight * score_fields(state, query, name)
    scores /= sum(weights.values())
    rows = top_rows(scores, n, state.images)
    ids = tuple(state.images.id_at(int(row)) for row in rows)
    return Ranking(ids, scores[rows])


def shared_features(
    state: State, query: Query, ids: Sequence[str]
) -> Iterator[Correspondences]:
    """Give what a query shares with images, in the first field that has keypoints."""
    names = [n for n in query.parts if isinstance(state.fields[n], WordsField)]
    if not names:
        raise ValueError(_no_local_features(state, query))
    images = state.images
    rows = np.array([images.row_of(id_) for id_ in ids], np.int64)
    sizes = np.array([images.size_at(int(row)) for row in rows], np.int64)
    found = state.searchers[names[0]].matches(query.parts[names[0]], rows, sizes)
    return iter(found)


def default_rerankers(state: State, names: Sequence[str]) -> list[Reranker]:
    """Give the recipe's re-rankers, where a field with keypoints is searched."""
    if not any(isinstance(state.fields[name], WordsField) for name in names):
        return []
    return [build(spec) for spec in state.settings["rerank"]]


def _no_local_features(state: State, query: Query) -> str:
    described = ", ".join(type(state.fields[n].part).__name__ for n in query.parts)
    having = [n for n, field in state.fields.items() if isinstance(field, WordsField)]
    way_out = (
        f"search by {', '.join(map(repr, having))} too"
        if having
        else "use an encoder such as BagOfWords"
    )
    return (
        "SpatialVerification needs local features, and "
        f"{described} describes whole images; {way_out}"
    )
