"""Systems combined by what they rank: late fusion."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_number
from cvret.collection.fusing import standardized_weights
from cvret.collection.index import Index
from cvret.collection.learned_share import largest_share
from cvret.protocols import System
from cvret.records import Ranking

__all__ = [
    "Combination",
    "Fused",
    "description_of",
    "name_of",
    "parts_by_name",
    "query_of",
    "scores_by",
]

FUSIONS = ("standardized", "mean", "ranks")
"""How `Fused` makes one score of several."""

_RANK_CONSTANT = 60  # of reciprocal rank fusion, as its paper has it
_UNKNOWN = float("nan")

Doubles = NDArray[np.float64]


class Combination:
    """What systems over the same images have in common when they are combined."""

    systems: tuple[Any, ...]
    ids: tuple[str, ...]

    def __init__(self, systems: Sequence[Any], joint: str):
        if not isinstance(systems, Sequence) or len(systems) < 2:
            raise ValueError(
                "systems must be at least two, such as [index.by('color'), "
                f"index.by('words')], got {systems!r}"
            )
        for system in systems:
            if isinstance(system, type) or not isinstance(system, System):
                raise TypeError(
                    "systems must be such as index.by('color'), with ids, encode and "
                    f"search, got {system!r}"
                )
        # An index may grow; what is combined must stay what it is.
        self.systems = tuple(s.by() if isinstance(s, Index) else s for s in systems)
        self.ids = tuple(sorted(self.systems[0].ids))
        self.name = joint.join(map(name_of, self.systems))
        self._rows = {id_: row for row, id_ in enumerate(self.ids)}
        for system in self.systems[1:]:
            _check_same(self.systems[0], self._rows, system)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.describe()}: {len(self):,} images>"

    def describe(self) -> str:
        """Give what is combined, and how, in one line."""
        raise NotImplementedError(f"{type(self).__name__} has no describe()")

    def file_of(self, id_: str) -> Path:
        """Give the file of an image, as the first system that knows it has it.

        Raises
        ------
        KeyError
            If there is no such image.
        FileNotFoundError
            If no system knows its file.
        """
        if id_ not in self._rows:
            raise KeyError(f"no image {id_!r} is in {self.name}")
        for system in self.systems:
            try:
                return Path(system.file_of(id_))
            except (AttributeError, FileNotFoundError, KeyError):
                continue
        raise FileNotFoundError(f"no system of {self.name} knows the file of {id_!r}")

    def costs(self) -> dict[str, float]:
        """Add up what the systems cost: ``bytes_an_image`` and ``fit_seconds``."""
        costs = [s.costs() if hasattr(s, "costs") else {} for s in self.systems]
        return {
            name: float(sum(cost.get(name, _UNKNOWN) for cost in costs))
            for name in ("bytes_an_image", "fit_seconds")
        }

    def learned_share(self) -> float:
        """Give the largest share of the images that a system has learned from.

        NaN if that of a system is not known, and that of no other is above 0.
        """
        shares = {
            str(place): s.learned_share() if hasattr(s, "learned_share") else _UNKNOWN
            for place, s in enumerate(self.systems)
        }
        return largest_share(shares)

    def _ranking(self, scores: Doubles, k: int) -> Ranking:
        """Give the `k` best, equal scores by id, in which order they stand."""
        order = np.argsort(-scores, kind="stable")[: check_count("k", k)]
        return Ranking(tuple(self.ids[row] for row in order.tolist()), scores[order])


class FusedQuery(NamedTuple):
    """What a picture asks each system of a `Fused` with."""

    parts: tuple[Any, ...]


class Fused(Combination):
    """Late fusion: each system ranks all images, and its scores are combined.

    Parameters
    ----------
    systems : sequence of System
        At least two, over the same images; an `Index` is taken as its ``by()``.
    weights : sequence of float, optional
        One a system, 0 or more; by default all count alike.
    how : {"standardized", "mean", "ranks"}
        Weighted mean of the scores, each weight divided first by how much that system's
        scores of all images spread for this query, which ranks as the sum of z-scores
        does; weighted mean of the scores as they are; or reciprocal rank fusion.

    Raises
    ------
    ValueError, TypeError
        If systems rank different images, which are named, or an argument is wrong.

    See Also
    --------
    Concatenated : combines before it searches.
    cvret.Index.create : its `fusion` does so within one index.

    Notes
    -----
    An image that a system does not rank scores 0 there: it has no visual word in common
    with the query, say. Scores lie in [0, 1] where those of the systems do. For "ranks"
    an image gets ``1 / (60 + place)`` from each system in which its score is not 0,
    equal scores sharing their best place, and the weighted mean of these is multiplied
    by 61, so that what is first everywhere scores 1. Equal fused scores are ordered by
    id. Each system computes its own query, so the picture is read once for each.

    References
    ----------
    Jain, Nandakumar and Ross, "Score normalization in multimodal biometric systems",
    Pattern Recognition 38(12), 2005. Cormack, Clarke and Büttcher, "Reciprocal rank
    fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.

    Examples
    --------
    >>> import tempfile
    >>> import cvret
    >>> from PIL import Image
    >>> fields = {"color": cvret.HSVHistogram(), "edges": cvret.HOG()}
    >>> with tempfile.TemporaryDirectory() as work:
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     for name in ("red", "blue"):
    ...         path = Path(work) / f"{name}.png"
    ...         Image.new("RGB", (64, 64), name).save(path)
    ...         _ = index.add(path)
    ...     both = Fused([index.by("color"), index.by("edges")], how="mean")
    ...     ranking = both.search(both.encode(path), k=1)
    >>> both.name, ranking.ids
    ('color+edges', ('blue.png',))
    """

    def __init__(
        self,
        systems: Sequence[Any],
        weights: Sequence[float] | None = None,
        how: str = "standardized",
    ):
        super().__init__(systems, "+")
        check_choice("how", how, FUSIONS)
        self.how = how
        self.weights = _check_weights(weights, len(self.systems))

    def describe(self) -> str:
        """Give what is combined, and how, in one line."""
        systems = " + ".join(
            f"{weight:g} x [{description_of(system)}]"
            for weight, system in zip(self.weights, self.systems, strict=True)
        )
        how = self.how if self.how == "ranks" else f"{self.how} scores"
        return f"{systems}, fused by {how}"

    def encode(
        self,
        query: Any,
        *,
        region: tuple[float, float, float, float] | None = None,
    ) -> FusedQuery:
        """Compute what a picture, or a part of it, asks each system with."""
        return FusedQuery(tuple(s.encode(query, region=region) for s in self.systems))

    def query_of(self, id_: str) -> FusedQuery:
        """Give what an image asks each system with."""
        return FusedQuery(tuple(query_of(system, id_) for system in self.systems))

    def search(self, query: Any, k: int = 10) -> Ranking:
        """Rank by a picture, or what `encode` made of it; the `k` best.

        What geometry found is that of the first system that looked.

        Raises
        ------
        ValueError
            If a system gives a score that is not finite.
        """
        if not isinstance(query, FusedQuery):
            query = self.encode(query)
        n = max(1, len(self))
        rankings = [
            system.search(part, n)
            for system, part in zip(self.systems, query.parts, strict=True)
        ]
        scores = [
            scores_by(self._rows, ranking, name_of(system))
            for system, ranking in zip(self.systems, rankings, strict=True)
        ]
        found = self._ranking(self._fuse(scores), k)
        there = set(found.ids)
        verifications = {
            id_: verification
            for ranking in reversed(rankings)
            for id_, verification in ranking.verifications.items()
            if id_ in there
        }
        return Ranking(found.ids, found.scores, verifications)

    def _fuse(self, scores: Sequence[Doubles]) -> Doubles:
        """Give the fused scores of all images."""
        places = list(map(str, range(len(scores))))  # two systems may have one name
        found = dict(zip(places, scores, strict=True))
        weights = dict(zip(places, self.weights, strict=True))
        if self.how == "ranks":
            found = {place: _reciprocal_ranks(each) for place, each in found.items()}
        elif self.how == "standardized":
            weights = standardized_weights(weights, found)
        summed = np.zeros(len(self))
        for place, weight in weights.items():
            summed += weight * found[place]
        # Divided last, so that scores of 1 in all systems give exactly 1.
        fused: Doubles = summed / sum(weights.values())
        return fused


def parts_by_name(systems: Mapping[str, Any]) -> dict[str, list[str]]:
    """Tell which of some systems the combinations among them are made of.

    A part is the very system, or one that describes itself in the same words. A part
    that is not among them counts by its own parts.

    Parameters
    ----------
    systems : mapping of str to System or Report
        By names of one's own.

    Returns
    -------
    dict of str to list of str
        By the name of each combination that has a part among them.
    """
    plain = {
        name: each.by() if isinstance(each, Index) else each
        for name, each in systems.items()
    }
    found = {name: _names_of_parts(each, plain) for name, each in plain.items()}
    return {name: parts for name, parts in found.items() if parts}


def _names_of_parts(system: Any, systems: Mapping[str, Any]) -> list[str]:
    names: list[str] = []
    for part in system.systems if isinstance(system, Combination) else ():
        name = _name_among(part, systems)
        names += [name] if name else _names_of_parts(part, systems)
    return list(dict.fromkeys(names))


def _name_among(part: Any, systems: Mapping[str, Any]) -> str | None:
    for name, system in systems.items():
        if system is part:
            return name
    alike = [
        name
        for name, system in systems.items()
        if hasattr(part, "describe")
        and hasattr(system, "describe")
        and system.describe() == part.describe()
    ]
    return alike[0] if len(alike) == 1 else None


def query_of(system: Any, id_: str) -> Any:
    """Give what an image of a system asks with: what it has of it, or by its file."""
    if hasattr(system, "query_of"):
        return system.query_of(id_)
    return system.encode(system.file_of(id_))


def scores_by(rows: Mapping[str, int], ranking: Ranking, name: str) -> Doubles:
    """Give the scores of a ranking by row, 0 for the images that it has not.

    Raises
    ------
    ValueError
        If a score is not finite.
    """
    scores = np.zeros(len(rows))
    undefined = np.flatnonzero(~np.isfinite(ranking.scores))
    if len(undefined):
        place = int(undefined[0])
        raise ValueError(
            f"scores must be finite to be combined, and {name} gave "
            f"{ranking.scores[place]} for {ranking.ids[place]}"
        )
    scores[[rows[id_] for id_ in ranking.ids]] = ranking.scores
    return scores


def _reciprocal_ranks(scores: Doubles) -> Doubles:
    """Give 1 for the first place, less for those after it, 0 where not ranked."""
    from scipy.stats import rankdata

    places = rankdata(-scores, method="min")
    found: Doubles = np.where(
        scores == 0, 0, (_RANK_CONSTANT + 1) / (_RANK_CONSTANT + places)
    )
    return found


def _check_weights(weights: Any, n: int) -> tuple[float, ...]:
    if weights is None:
        return (1.0,) * n
    if isinstance(weights, str | Mapping) or len(weights) != n:
        raise ValueError(
            f"weights must be {n} numbers, one a system in their order, got {weights!r}"
        )
    found = tuple(check_number("a weight", weight, least=0) for weight in weights)
    if not any(found):
        raise ValueError("weights must have at least one above 0")
    return found


def _check_same(first: Any, rows: Mapping[str, int], other: Any) -> None:
    """Raise ValueError, naming some, if two systems do not rank the same images."""
    there = set(other.ids)
    for having, lacking, ids in (
        (first, other, rows.keys() - there),
        (other, first, there - rows.keys()),
    ):
        if ids:
            some = ", ".join(sorted(ids)[:3]) + (", ..." if len(ids) > 3 else "")
            raise ValueError(
                "systems must rank the same images to be combined; "
                f"{len(ids):,} of {name_of(having)} are not in {name_of(lacking)}: "
                f"{some}"
            )


def name_of(system: Any) -> str:
    """Give what a system is called."""
    return str(getattr(system, "name", type(system).__name__))


def description_of(system: Any) -> str:
    """Give one line on what a system is, or its name."""
    return str(system.describe()) if hasattr(system, "describe") else name_of(system)
