"""Classification by nearest neighbors, on any field and with any system."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count
from cvret._progress import progress_bar
from cvret.evaluation.classification import Classification
from cvret.evaluation.neighbors import (
    ALGORITHMS,
    BySearch,
    ByVectors,
    Nearest,
    ranker_of,
)
from cvret.evaluation.splits import Split, classes_of
from cvret.evaluation.statistics import bootstrap_interval
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.metrics.classification import class_table
from cvret.metrics.ranking import nmrr

__all__ = ["classify"]

WEIGHTS = ("uniform", "distance")

Doubles = NDArray[np.float64]
Rows = NDArray[np.intp]


def classify(
    searched: Any,
    classes: GroundTruth | Mapping[str, str],
    *,
    by: str | Sequence[str] | Mapping[str, float] | None = None,
    k: int = 3,
    algorithm: str = "auto",
    metric: str | None = None,
    split: Split | None = None,
    weights: str = "uniform",
    confidence: float = 0.95,
    n_resamples: int = 10_000,
    random_state: int = 0,
    progress: bool | None = None,
) -> Classification:
    """Predict the class of each image by those of its nearest neighbors.

    Parameters
    ----------
    searched : Index, System, or (ids, X)
        What finds neighbors. An index is searched without re-rankers; for these, or
        mirror images, take ``index.by(..., rerank=[...])``. Arrays are ids, and vectors
        of shape (n, d).
    classes : GroundTruth, or mapping of str to str
        With classes; or the class of each image, by id.
    by : str, sequence of str, or mapping of str to float, optional
        Fields of an index, as for `Index.search`.
    k : int
        Neighbors that vote.
    algorithm : {"auto", "kd_tree", "brute"}
        Neighbors by scikit-learn's k-d tree, for the metrics "l1", "l2", "chebyshev",
        "cosine", "hellinger" and "correlation"; or by comparing all with all. "auto"
        takes a tree for vectors of up to 15 elements, as scikit-learn does.
    metric : str, optional
        How arrays are compared: a key of `cvret.index.dense.METRICS`, or "chebyshev";
        by default "l2".
    split : Split, optional
        The images of its test part are classified by those of its training part. By
        default each image is classified by all others.
    weights : {"uniform", "distance"}
        Whether votes count alike, or by one over the distance.
    confidence, n_resamples, random_state
        Of the interval of the accuracy; see `cvret.evaluate`.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Returns
    -------
    Classification
        Accuracy with its interval, a row a class, the confusion matrix, ANMRR.

    Raises
    ------
    ValueError, TypeError
        If no image has a class, there are too few for `k`, the split is of other
        images, or an argument is wrong.

    Notes
    -----
    scikit-learn's ``KNeighborsClassifier`` counts the votes: of classes with equally
    many the first by name is predicted. An image is never its own neighbor, also where
    a copy of it is as near. All compared, equally near ones are taken by id; a tree
    takes any. Trees of cosine, Hellinger's and correlation are of vectors of length 1
    (centered, or of square roots), whose Euclidean distances order as the similarities
    do. Systems without one vector an image are asked with each image, and their scores
    are the similarities; fields with visual words need the files for it.

    An image's ranking is measured against the other images of its class, among the
    candidates, by NMRR; ANMRR is its mean.

    References
    ----------
    Cover and Hart, "Nearest neighbor pattern classification", IEEE Trans. Information
    Theory 13(1), 1967.

    Examples
    --------
    >>> ids = ["cat1", "cat2", "cat3", "dog1", "dog2", "dog3"]
    >>> vectors = np.float32([[0], [1], [2], [9], [10], [2.4]])
    >>> found = classify((ids, vectors), {id_: id_[:3] for id_ in ids}, k=1)
    >>> round(found.accuracy, 3), found.wrong
    (0.667, (('cat3', 'cat', 'dog'), ('dog3', 'dog', 'cat')))
    """
    k = check_count("k", k)
    check_choice("algorithm", algorithm, ALGORITHMS)
    check_choice("weights", weights, WEIGHTS)
    ranker = ranker_of(searched, by, metric)
    known = classes_of(classes)
    there = {id_: row for row, id_ in enumerate(ranker.ids)}
    labelled = sorted(known.keys() & there.keys())
    if not labelled:
        raise ValueError(
            f"none of the {len(known):,} images with a class, such as "
            f"{next(iter(known))}, is in the collection; ids must be those of the index"
        )
    asked, candidates = _parts(labelled, split, k)
    chosen = ranker.algorithm(algorithm)
    started = time.perf_counter()
    problem = _Problem.of(asked, candidates, known, there, split is None)
    found, nmrrs = _rank(ranker, problem, k, progress)
    if chosen == "kd_tree" and isinstance(ranker, ByVectors):
        queries = None if problem.leave_out else problem.asked
        found = ranker.tree(queries, problem.candidates, k)
    predicted = _vote(found, [known[id_] for id_ in candidates], weights)
    seconds = time.perf_counter() - started

    true = [known[id_] for id_ in asked]
    table = class_table(true, predicted)
    interval = bootstrap_interval(
        np.equal(true, predicted).astype(np.float64),
        confidence=confidence,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    values = dict(zip(asked, nmrrs.tolist(), strict=True))
    return Classification(
        name=ranker.name,
        table=table,
        interval=interval,
        anmrr=_mean(nmrrs),
        class_anmrr={
            label: _mean(nmrrs[np.equal(true, label)]) for label in table.labels
        },
        true=dict(zip(asked, true, strict=True)),
        predicted=dict(zip(asked, predicted, strict=True)),
        nmrr={id_: value for id_, value in values.items() if not np.isnan(value)},
        k=k,
        algorithm=chosen,
        metric=ranker.metric,
        weights=weights,
        protocol="leave one out" if problem.leave_out else "training to test",
        n_candidates=len(candidates),
        without_class=tuple(sorted(there.keys() - known.keys())),
        missing=tuple(sorted(known.keys() - there.keys())),
        seconds=seconds,
        confidence=confidence,
    )


class _Problem(NamedTuple):
    """Which rows are to be classified by which, and the classes of both as numbers."""

    asked: Rows
    candidates: Rows
    asked_classes: Rows
    candidate_classes: Rows
    leave_out: bool  # what is asked are the candidates, and none is its own neighbor

    @classmethod
    def of(
        cls,
        asked: Sequence[str],
        candidates: Sequence[str],
        classes: Mapping[str, str],
        rows: Mapping[str, int],
        leave_out: bool,
    ) -> "_Problem":
        numbers = {name: place for place, name in enumerate(set(classes.values()))}

        def taken(ids: Sequence[str]) -> tuple[Rows, Rows]:
            found = [(rows[id_], numbers[classes[id_]]) for id_ in ids]
            first, second = np.array(found, np.intp).T
            return first, second

        (first, own), (second, others) = taken(asked), taken(candidates)
        return cls(first, second, own, others, leave_out)


def _parts(
    labelled: Sequence[str], split: Split | None, k: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Give what is classified, and by what; both in order of ids."""
    if split is None:
        asked = candidates = labelled
    else:
        split.check(labelled)
        asked, candidates = sorted(split.test), sorted(split.train)
    if not asked:
        raise ValueError("the test part of the split must hold an image, got none")
    n_others = len(candidates) - (split is None)
    if n_others < k:
        raise ValueError(
            f"k={k} needs at least that many other images with a class, got {n_others}"
        )
    return asked, candidates


def _rank(
    ranker: ByVectors | BySearch, problem: _Problem, k: int, progress: bool | None
) -> tuple[Nearest, Doubles]:
    """Give the `k` nearest of each image, equal ones by id, and its NMRR.

    The NMRR is NaN where no candidate is of the class.
    """
    n, leave_out = len(problem.asked), problem.leave_out
    counts = np.bincount(
        problem.candidate_classes, minlength=problem.asked_classes.max() + 1
    )
    n_relevant = (counts[problem.asked_classes] - leave_out).tolist()
    most = max(n_relevant)
    columns, distances = np.empty((n, k), np.intp), np.empty((n, k))
    values = np.full(n, np.nan)
    with progress_bar("Classifying", n, progress) as advance:
        for start in range(0, n, ranker.at_once):
            block = np.arange(start, min(start + ranker.at_once, n))
            scores = ranker.scores(problem.asked[block], problem.candidates)
            if leave_out:
                scores[block - start, block] = -np.inf
            order = np.argsort(-scores, axis=1, kind="stable")
            order = order[:, : len(problem.candidates) - leave_out]
            columns[block] = order[:, :k]
            nearest = np.take_along_axis(scores, columns[block], axis=1)
            distances[block] = ranker.distances(nearest)
            own = problem.asked_classes[block]
            hits = problem.candidate_classes[order] == own[:, None]
            for row, found in zip(block.tolist(), hits, strict=True):
                if n_relevant[row]:
                    values[row] = nmrr(found, n_relevant[row], most)
            advance(len(block))
    return Nearest(columns, distances), values


def _vote(found: Nearest, classes: Sequence[str], weights: str) -> list[str]:
    """Give the class that the neighbors of each image vote for."""
    from scipy.sparse import csr_matrix, identity
    from sklearn.neighbors import KNeighborsClassifier

    (n, k), m = found.columns.shape, len(classes)
    ends = np.arange(0, n * k + 1, k)
    graph = csr_matrix(
        (found.distances.ravel(), found.columns.ravel(), ends), shape=(n, m)
    )
    model = KNeighborsClassifier(k, weights=weights, metric="precomputed")
    # It keeps the classes alone: the distances are those that are asked with.
    model.fit(identity(m, format="csr"), classes)
    predicted: list[str] = model.predict(graph).tolist()
    return predicted


def _mean(values: Doubles) -> float:
    """Give the mean of what is defined, NaN where nothing is."""
    found = values[~np.isnan(values)]
    return float(found.mean()) if len(found) else float("nan")
