"""The seams of cvret: what a part must offer to fit in. Read this page first.

A part is a small class in scikit-learn's manner: its constructor keeps its
arguments and does nothing else, `fit` learns and returns self, and learned names
end in ``_``. A class of your own that has these methods works wherever cvret's do.

Examples
--------
A descriptor of one's own: the mean color.

>>> import numpy as np
>>> class MeanColor:
...     metric = "l2"
...     def describe(self, image):
...         return image.mean(axis=(0, 1)).astype(np.float32)
>>> isinstance(MeanColor(), Descriptor)
True
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from cvret.records import Correspondences, Learned, LocalFeatures, Query, Ranking

__all__ = [
    "Descriptor",
    "Encoder",
    "Extractor",
    "Learner",
    "Reranker",
    "Searched",
    "VectorLearner",
]


@runtime_checkable
class Descriptor(Protocol):
    """One vector for a whole image.

    Where it has a ``version``, a whole number, an index keeps it, and refuses a
    descriptor of another one: raise it when the same picture gives another vector.
    """

    @property
    def metric(self) -> str:
        """How two vectors are compared: a name of `cvret.index.dense.METRICS`.

        Where vectors are pictures, and it says their shape by ``picture_shape``, one of
        `cvret.metrics.definitions.METRICS` too; see `Pixels`.
        """

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the (d,) vector of an RGB image of shape (height, width, 3)."""


@runtime_checkable
class Extractor(Protocol):
    """Keypoints of an image, each with a descriptor."""

    @property
    def binary(self) -> bool:
        """Whether descriptors are bit strings, compared by Hamming distance."""

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Give the local features of an RGB image of shape (height, width, 3)."""


@runtime_checkable
class Encoder(Protocol):
    """Local features into visual words, or into one vector.

    One that gives a vector is a `Descriptor` too, and a field of an index as such. One
    that gives `AggregatedWords` says by ``n_signs()`` how many signs a word has, or
    None for residuals.
    """

    @property
    def extractor(self) -> Extractor:
        """Where the local features come from."""

    def encode(self, features: LocalFeatures) -> Any:
        """Give what is kept of an image: its words, or a (d,) vector."""


@runtime_checkable
class Learner(Protocol):
    """A part that learns from pictures before it can be used in a field.

    What was learned goes into the index as plain arrays, and `Index.open` hands them
    back. What it learns from, `Index.fit` collects of many images: either local
    features, of its ``extractor``, which go to ``fit_features(features)``, one
    `LocalFeatures` an image; or whole-image vectors, see `VectorLearner`.
    """

    def learned(self) -> Learned | None:
        """Give what was learned; None if nothing was that an index should keep."""

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Any:
        """Take over what `learned` gave; give self.

        Raises ValueError if the arrays cannot be those of this part.
        """

    def check_fitted(self) -> None:
        """Raise NotFittedError while there is nothing to compute with."""


@runtime_checkable
class VectorLearner(Learner, Protocol):
    """A part that learns from one vector an image."""

    def sample(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the (d,) vector of an RGB image that it learns from."""

    def fit_vectors(self, vectors: NDArray[np.float32]) -> Any:
        """Learn from the vectors of many images, shape (n, d); give self."""


@runtime_checkable
class System(Protocol):
    """What ranks a collection by a picture, and so can be evaluated.

    An `Index` is one, and so is a part of it, `Index.by("words")`. May also have
    ``file_of(id_)``, ``costs()`` and ``learned_share()``, see `FieldSearch`.
    """

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all images that it ranks."""

    def encode(
        self,
        query: Any,
        *,
        region: tuple[float, float, float, float] | None = None,
    ) -> Any:
        """Compute what a picture, or a part of it, asks with."""

    def search(self, query: Any, k: int = 10) -> Ranking:
        """Rank by what `encode` gave; the `k` best, equal scores by id."""


class Searched(Protocol):
    """What a re-ranker may ask of the index that made the ranking; an `Index`."""

    def __contains__(self, id_: str) -> bool:
        """Tell whether there is such an image."""

    def id_of(self, name: Any) -> str:
        """Give the id of an image by its file, or a name as it is."""

    def correspondences(
        self, query: Query, ids: Sequence[str]
    ) -> Iterator[Correspondences]:
        """Give the features that the query shares with each of `ids`, in order."""

    def affinities(self, ids: Sequence[str], query: Query | None = None) -> Any:
        """Compare images with one another, and with the query, which stands first."""

    def query_of(self, id_: str, *, by: Any = None) -> Query:
        """Give what is stored of an image, to ask with."""

    def encode(self, query: Any, *, by: Any = None) -> Query:
        """Compute what a picture asks with."""

    def search(
        self, query: Query, k: int, *, by: Any = None, rerank: Any = None
    ) -> Ranking:
        """Search again; hand over ``rerank=[]``, or it begins anew."""

    def picture_of(self, picture: Query | str, *, max_side: int | None = None) -> Any:
        """Look at a query's pixels again, or at those of an image by its id.

        Gives a `cvret.images.reading.Picture`, perhaps made smaller. Raises ImageError
        where the file cannot be read any more.
        """

    def measure(
        self,
        metric: str,
        reference: NDArray[np.uint8],
        picture: NDArray[np.uint8],
        mask: NDArray[np.bool_] | None = None,
        profile: str = "sewar",
    ) -> float:
        """Compare two pictures of one size by a full-reference metric.

        Gives a similarity in [0, 1], or NaN where the metric is not defined.
        """


@runtime_checkable
class Reranker(Protocol):
    """A ranking into a better one, as long as it was.

    One that looks only at the first results says how many by `depth`, and keeps the
    tail behind them. One that searches again may rank other images. Where the query was
    moved, `Ranking.query` has the new one for the re-rankers that follow.
    """

    def rerank(self, query: Query, ranking: Ranking, index: Any) -> Ranking:
        """Give the new ranking."""
