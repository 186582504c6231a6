"""Systems combined by what they describe: their vectors, one after the other."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret.evaluation.combining import Combination, description_of, name_of
from cvret.evaluation.scaling import NORMALIZATIONS, Scaling
from cvret.index.dense import DenseIndex
from cvret.records import Ranking

__all__ = ["METRICS", "Concatenated"]

METRICS = (
    "chi2",
    "correlation",
    "cosine",
    "hellinger",
    "intersection",
    "l1",
    "l2",
    "relative-l1",
    "tanimoto",
)
"""How `Concatenated` compares: those for which the order of elements means nothing."""

_NOT_NEGATIVE = ("chi2", "hellinger", "intersection", "relative-l1")

Vectors = NDArray[np.float32]


class Concatenated(Combination):
    """The vectors of several systems, made comparable and searched as one.

    Parameters
    ----------
    systems : sequence of System
        At least two with ``vectors()``, over the same images: `FieldSearch` of one
        field each, or `Concatenated`.
    normalize : {"range", "l2", "standard"}
        Each element to [0, 1], by the lowest and the highest that the collection has;
        each vector to length 1; or each element to mean 0 and standard deviation 1 over
        the collection.
    metric : str
        How the concatenated vectors are compared: one of `METRICS`.

    Raises
    ------
    ValueError, TypeError
        If systems rank different images, which are named, one has no vectors, an
        argument is wrong, or the metric needs elements of at least 0 and there are
        others.

    See Also
    --------
    Fused : combines what the systems have found.

    Notes
    -----
    Every image is compared, exactly. An element that is the same for all images becomes
    0, for queries too. What a query has beyond the range of the collection counts as
    the end of the range, for else one element could outweigh all others; standardized
    elements are not clipped. Vectors alone are compared: re-rankers and mirror images
    of the systems are left out. With "l2" each system has the same say, with the others
    one of many elements has more.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cvret
    >>> from PIL import Image
    >>> fields = {"color": cvret.HSVHistogram(), "edges": cvret.HOG()}
    >>> with tempfile.TemporaryDirectory() as work:
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     for name in ("red", "blue"):
    ...         path = Path(work) / f"{name}.png"
    ...         Image.new("RGB", (64, 64), name).save(path)
    ...         _ = index.add(path)
    ...     both = Concatenated([index.by("color"), index.by("edges")])
    ...     ranking = both.search(both.encode(path), k=1)
    >>> both.name, ranking.ids, ranking.scores.tolist()
    ('color++edges', ('blue.png',), [1.0])
    """

    def __init__(
        self, systems: Sequence[Any], normalize: str = "range", metric: str = "l2"
    ):
        super().__init__(systems, "++")
        check_choice("normalize", normalize, NORMALIZATIONS)
        check_choice("metric", metric, METRICS)
        self.normalize = normalize
        self.metric = metric
        self._scalings = []
        parts = []
        for system in self.systems:
            found = self._sorted_vectors(system)
            scaling = Scaling.learned_of(found, normalize)
            self._scalings.append(scaling)
            parts.append(scaling.apply(found))
        self._vectors: Vectors = np.concatenate(parts, axis=1)
        if metric in _NOT_NEGATIVE and (self._vectors < 0).any():
            raise ValueError(
                f"metric {metric!r} compares elements of at least 0, and "
                f"normalize={normalize!r} gives some below; use metric='l2' or 'l1'"
            )
        self._searcher = DenseIndex([{"vectors": self._vectors}], metric)

    def describe(self) -> str:
        """Give what is combined, and how, in one line."""
        systems = " ++ ".join(f"[{description_of(s)}]" for s in self.systems)
        return (
            f"{systems}, each normalized by {self.normalize}, compared by {self.metric}"
        )

    def encode(
        self,
        query: Any,
        *,
        region: tuple[float, float, float, float] | None = None,
    ) -> Vectors:
        """Compute the (d,) vector that a picture, or a part of it, asks with."""
        return self._joined([s.encode(query, region=region) for s in self.systems])

    def query_of(self, id_: str) -> Vectors:
        """Give the (d,) vector of an image.

        Raises
        ------
        KeyError
            If there is no such image.
        """
        if id_ not in self._rows:
            raise KeyError(f"no image {id_!r} is in {self.name}")
        vector: Vectors = self._vectors[self._rows[id_]]
        return vector

    def search(self, query: Any, k: int = 10) -> Ranking:
        """Rank by a picture, or what `encode` made of it; the `k` best."""
        if isinstance(query, str | PathLike) or np.ndim(query) == 3:
            query = self.encode(query)
        return self._ranking(self._searcher.score(query), k)

    def vectors(self) -> tuple[tuple[str, ...], Vectors]:
        """Give the ids, and the concatenated vectors, float32, shape (n, d)."""
        return self.ids, self._vectors

    def vector_of(self, query: Vectors) -> Vectors:
        """Give the (d,) vector of what `encode` made of a picture: itself."""
        return query

    def _joined(self, queries: Sequence[Any]) -> Vectors:
        together = zip(self.systems, self._scalings, queries, strict=True)
        parts = [
            scaling.apply(system.vector_of(query)[None])[0]
            for system, scaling, query in together
        ]
        return np.concatenate(parts)

    def _sorted_vectors(self, system: Any) -> Vectors:
        """Give the vectors of a system in the order of ids."""
        if not hasattr(system, "vectors") or not hasattr(system, "vector_of"):
            raise TypeError(
                f"{name_of(system)} has no vectors to concatenate; take one field of "
                "an index by index.by(name), or use Fused"
            )
        ids, vectors = system.vectors()
        found: Vectors = np.empty_like(vectors)
        found[[self._rows[id_] for id_ in ids]] = vectors
        return found
