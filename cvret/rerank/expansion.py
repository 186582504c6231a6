"""Query expansion: what was surely found asks again, together with the query."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_number
from cvret._parameters import Parameters
from cvret.records import Query, Ranking, Verification, VisualWords
from cvret.rerank.verification import SpatialVerification, apply_transform

__all__ = ["QueryExpansion", "expand_words"]

METHODS = ("auto", "average", "alpha", "discriminative", "hamming")

_NO_WORD = np.uint32(2**32 - 1)  # is in no vocabulary
_SAME_BITS = 24  # features of one word that differ less say the same
_SAME_PLACE = 0.05  # of the longest side; features that are closer may be one
_GROWTH = 2  # features that may be added, for each that the query has


class QueryExpansion(Parameters):
    """Search again with the query and its best results together.

    Where geometry verified results, only these take part; without geometry the first
    `top` are believed.

    Parameters
    ----------
    top : int
        Results that take part, at most.
    method : {"auto", "average", "alpha", "discriminative", "hamming"}
        "average": the mean of the query and the results. "alpha": each result weighs
        its score to the power `alpha`. "discriminative": a linear support vector
        machine tells them from the last results. "hamming": features of verified
        results that lie within the query's frame become features of the query, and
        what is found is verified again; what was verified already stays ahead, and
        what only the expanded query verifies comes next, with its probability but not
        called verified. "auto" takes "hamming" where results were
        verified, and leaves a ranking alone in which none was; it takes "alpha" where
        there is no geometry.
    alpha : float
        Power of the score, for "alpha".
    n_negatives : int
        Of the last results, for "discriminative".
    verification : SpatialVerification, optional
        Verifies again after "hamming"; by default with a depth of 100.

    References
    ----------
    Chum, Philbin, Sivic, Isard and Zisserman, "Total recall", ICCV 2007 ("average").
    Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human
    annotation", PAMI 41(7), 2019 ("alpha"). Arandjelović and Zisserman, "Three things
    everyone should know to improve object retrieval", CVPR 2012 ("discriminative").
    Tolias and Jégou, "Visual query expansion with or without geometry: refining local
    descriptors by feature aggregation", Pattern Recognition 47(10), 2014 ("hamming").

    Examples
    --------
    >>> QueryExpansion(top=5)
    QueryExpansion()
    """

    def __init__(
        self,
        top: int = 5,
        *,
        method: str = "auto",
        alpha: float = 3.0,
        n_negatives: int = 50,
        verification: SpatialVerification | None = None,
    ):
        self.top = top
        self.method = method
        self.alpha = alpha
        self.n_negatives = n_negatives
        self.verification = verification

    @property
    def depth(self) -> int:
        """Results that this looks at."""
        top = check_count("top", self.top)
        if self.method == "discriminative":
            return 2 * (top + check_count("n_negatives", self.n_negatives))
        verification = self.verification or SpatialVerification()
        if not isinstance(verification, SpatialVerification):
            raise TypeError(
                f"verification must be a SpatialVerification, got {verification!r}"
            )
        return max(top, check_count("depth", verification.depth))

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Rank the whole collection by the expanded query, as deep as `ranking`.

        Parameters
        ----------
        query : Query
            What the ranking answers.
        ranking : Ranking
            Gives the results that take part.
        index : Index
            Is searched again.

        Raises
        ------
        ValueError
            If "hamming" is asked for and no result was looked at by geometry.
        """
        top = check_count("top", self.top)
        check_choice("method", self.method, METHODS)
        method = self.method
        looked_at = bool(ranking.verifications)
        if method == "hamming" and not looked_at:
            raise ValueError(
                "method='hamming' needs verified results; put SpatialVerification "
                "before QueryExpansion"
            )
        if method == "auto":
            method = "hamming" if looked_at else "alpha"
        good = [h.id for h in ranking if h.score > 0 and (h.verified or not looked_at)]
        chosen = good[:top]
        if not chosen:
            return ranking
        if method == "hamming":
            return self._by_features(query, ranking, chosen, index)
        weights = self._weights(method, query, ranking, chosen, index)
        mixed = query.mixed(
            weights[0][0],
            [(weight, index.query_of(id_, by=query.weights or None))
             for weight, id_ in weights[1:]],
        )  # fmt: skip
        found = _search(index, mixed, ranking)
        seen = _of_these(ranking.verifications, found.ids)
        return Ranking(found.ids, found.scores, seen, mixed)

    def _weights(
        self,
        method: str,
        query: Query,
        ranking: Ranking,
        chosen: Sequence[str],
        index: Any,
    ) -> list[tuple[float, str]]:
        """Give the weight of the query, named "", and of each picture that asks."""
        if method == "average":
            return [(1.0, ""), *((1.0, id_) for id_ in chosen)]
        if method == "alpha":
            power = check_number("alpha", self.alpha, least=0)
            score = _scores_of(ranking)
            return [(1.0, ""), *((score[id_] ** power, id_) for id_ in chosen)]
        n = check_count("n_negatives", self.n_negatives)
        rest = [id_ for id_ in ranking.ids if id_ not in chosen]
        last = rest[-min(n, len(rest) // 2) :] if len(rest) > 1 else []
        if not last:
            return [(1.0, ""), *((1.0, id_) for id_ in chosen)]
        ids = [*chosen, *last]
        side = np.array([1] * (1 + len(chosen)) + [-1] * len(last))
        return list(
            zip(_support(index.affinities(ids, query), side), ["", *ids], strict=True)
        )

    def _by_features(
        self, query: Query, ranking: Ranking, chosen: Sequence[str], index: Any
    ) -> Ranking:
        """Search with the features of verified results, and verify what is found."""
        stored = [index.query_of(id_, by=query.weights or None) for id_ in chosen]
        parts = {}
        for name, part in query.parts.items():
            parts[name] = part
            if isinstance(part, VisualWords):
                results = [
                    (other.parts[name], ranking.verifications[id_])
                    for id_, other in zip(chosen, stored, strict=True)
                ]
                parts[name] = expand_words(part, query.corners(), results)
        expanded = replace(query, parts=parts)
        judge = self.verification or SpatialVerification()
        found = judge.rerank(expanded, _search(index, expanded, ranking), index)
        return _together(ranking, found)


def _together(before: Ranking, after: Ranking) -> Ranking:
    """Put what the query verified first, then what it did with help, then the rest.

    The scores of these lie above a half, above a quarter, and up to a quarter.
    """
    scores = {id_: score / 2 for id_, score in _scores_of(after).items()}
    best = dict(after.verifications)
    for id_, now in best.items():
        if now.verified:
            scores[id_] = (1 + now.share) / 4
            best[id_] = replace(now, verified=False)
    for id_, own in _scores_of(before).items():
        earlier = before.verifications.get(id_)
        if earlier is not None and earlier.verified:
            scores[id_], best[id_] = own, earlier
        elif own / 2 > scores.get(id_, 0.0):
            scores[id_] = own / 2
            if earlier is not None:
                best[id_] = earlier
    ids = sorted(scores, key=lambda id_: (-scores[id_], id_))[: len(before)]
    values = np.array([scores[id_] for id_ in ids])
    return Ranking(tuple(ids), values, _of_these(best, ids))


def _scores_of(ranking: Ranking) -> dict[str, float]:
    return dict(zip(ranking.ids, ranking.scores.tolist(), strict=True))


def _of_these(
    verifications: Mapping[str, Verification], ids: Sequence[str]
) -> dict[str, Verification]:
    return {id_: verifications[id_] for id_ in ids if id_ in verifications}


def expand_words(
    query: VisualWords,
    corners: NDArray[np.float64],
    results: Sequence[tuple[VisualWords, Verification]],
) -> VisualWords:
    """Add the features of results to a query, where they lie within its frame.

    Parameters
    ----------
    query : VisualWords
        `words` and `signatures` of shape (n, m).
    corners : array of float64, shape (4, 2)
        Of the query's frame, in pixels.
    results : sequence of (VisualWords, Verification)
        Best first: words of shape (k, 1), and the transform from the query to them.

    Returns
    -------
    VisualWords
        The features of the query, then those that say something new: no feature of the
        same word, with nearly its signature and at nearly its place, came before.
    """
    side = float(np.ptp(corners, axis=0).max())
    near = _SAME_PLACE * side
    known: dict[int, list[tuple[int, float, float]]] = defaultdict(list)

    def is_new(word: int, bits: int, x: float, y: float) -> bool:
        for other, u, v in known[word]:
            close = abs(u - x) <= near and abs(v - y) <= near
            if close and (other ^ bits).bit_count() <= _SAME_BITS:
                return False
        return True

    seen = [_into_frame(found, where, corners) for found, where in results]
    # Only what could be said again needs to be known.
    again = np.isin(query.words, np.concatenate([each.words[:, 0] for each in seen]))
    rows, _ = np.nonzero(again)
    for word, bits, (x, y) in zip(
        query.words[again].tolist(),
        query.signatures[again].tolist(),
        query.keypoints[rows, :2].tolist(),
        strict=True,
    ):
        known[word].append((bits, x, y))
    added: list[tuple[int, int, list[float]]] = []
    for moved in seen:
        for word, bits, keypoint in zip(
            moved.words[:, 0].tolist(),
            moved.signatures[:, 0].tolist(),
            moved.keypoints.tolist(),
            strict=True,
        ):
            if is_new(word, bits, keypoint[0], keypoint[1]):
                known[word].append((bits, keypoint[0], keypoint[1]))
                added.append((word, bits, keypoint))
    added = added[: _GROWTH * len(query)]
    if not added:
        return query
    shape = (len(added), query.words.shape[1])
    words = np.full(shape, _NO_WORD)
    signatures = np.zeros(shape, np.uint64)
    words[:, 0] = [word for word, _, _ in added]
    signatures[:, 0] = [bits for _, bits, _ in added]
    keypoints = np.array([keypoint for _, _, keypoint in added], np.float32)
    return VisualWords(
        np.concatenate([query.words, words]),
        np.concatenate([query.signatures, signatures]),
        np.concatenate([query.keypoints, keypoints]),
        query.width,
        query.height,
    )


def _into_frame(
    found: VisualWords, verification: Verification, corners: NDArray[np.float64]
) -> VisualWords:
    """Move the features of a result into the query, and keep those in its frame."""
    if verification.transform is None:
        rows = np.empty(0, np.intp)
        back = np.eye(3)
    else:
        inverse = np.linalg.inv(verification.transform)
        back = inverse / inverse[2, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = apply_transform(back, found.keypoints[:, :2])
        inside = (moved >= corners.min(axis=0)) & (moved <= corners.max(axis=0))
        rows = np.flatnonzero(inside.all(axis=1))
    keypoints = found.keypoints[rows].copy()
    if len(rows):
        keypoints[:, :2] = moved[rows]
        # Size and angle by the transform's derivative, here that at the middle.
        x, y = moved[rows].mean(axis=0)
        forward = np.linalg.inv(back)
        w = forward[2] @ (x, y, 1)
        u, v = (forward[:2] @ (x, y, 1)) / w
        jacobian = (forward[:2, :2] - np.outer((u, v), forward[2, :2])) / w
        keypoints[:, 2] /= np.sqrt(abs(np.linalg.det(jacobian)))
        turn = np.rad2deg(
            np.arctan2(jacobian[1, 0] - jacobian[0, 1], np.trace(jacobian))
        )
        keypoints[:, 3] = (keypoints[:, 3] - turn) % 360
    return VisualWords(
        found.words[rows], found.signatures[rows], keypoints, found.width, found.height
    )


def _support(affinities: NDArray[np.float64], side: NDArray[np.int_]) -> list[float]:
    """Give the weight of each picture in the vector that separates two sides.

    The machine is fitted on the affinities as inner products, so its vector is a
    weighted sum of the pictures.
    """
    from sklearn.svm import SVC

    machine = SVC(kernel="precomputed", C=1.0, class_weight="balanced")
    machine.fit(affinities, side)
    weights = np.zeros(len(side))
    weights[machine.support_] = machine.dual_coef_[0]
    return [float(weight) for weight in weights]


def _search(index: Any, query: Query, ranking: Ranking) -> Ranking:
    """Search again as deep as before, without re-rankers."""
    found: Ranking = index.search(
        query, max(len(ranking), 1), by=query.weights or None, rerank=[]
    )
    return found
