"""Fields that keep small pictures, and compare them by a full-reference metric."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.collection.vector_fields import VectorField
from cvret.collection.views import View
from cvret.index.approximate import Graph
from cvret.metrics.definitions import METRICS
from cvret.metrics.many import Reference
from cvret.storage.arrays import ArrayFolder, Arrays, check_layout, checked

__all__ = ["QualityField", "QualityIndex"]

Alive = NDArray[np.bool_] | None
Pictures = NDArray[np.uint8]
Shape = tuple[int, int, int]

_ROWS = 512  # pictures that are read and compared at a time
_WHITE = 255.0  # the dynamic range


class QualityIndex:
    """The small pictures of one field, in segments.

    The similarity is the metric's value, mapped to [0, 1] as `Metric.similarity` says;
    the query is the reference. All are compared.

    Parameters
    ----------
    segments : sequence of mappings
        Each with ``pixels``, uint8, shape (n_images, height, width, 3).
    metric : str
        A key of `cvret.metrics.definitions.METRICS`.
    shape : (int, int, int)
        Of a picture: height, width, 3.
    alive : sequence of (arrays of bool, shape (n_images,), or None), optional
        Which images of each segment are there; None for all.

    Examples
    --------
    Black, and two greys, compared by the root mean squared error:

    >>> pixels = np.full((3, 8, 8, 3), [[[[0]]], [[[51]]], [[[102]]]], np.uint8)
    >>> index = QualityIndex([{"pixels": pixels}], "rmse", (8, 8, 3))
    >>> index.score(index.stored(0)).round(6).tolist()
    [1.0, 0.8, 0.6]
    """

    def __init__(
        self,
        segments: Sequence[Arrays],
        metric: str,
        shape: Shape,
        alive: Sequence[Alive] | None = None,
    ):
        self._segments = segments
        self._metric = METRICS[metric]
        self._shape = shape
        self._alive = alive or [None] * len(segments)
        self._sizes = [len(checked(s, "pixels", [], [])) for s in segments]

    @property
    def n_images(self) -> int:
        """Images in all segments, removed ones too."""
        return sum(self._sizes)

    @property
    def n_dimensions(self) -> int:
        """Elements of a picture."""
        return prod(self._shape)

    def prepare(self, query: NDArray[Any]) -> Reference:
        """Compute of a picture, shape (height * width * 3,), what all segments need."""
        picture = as_pixels(query).reshape(self._shape)
        return Reference(picture, (self._metric.name,), data_range=_WHITE)

    def score_segment(
        self, query: Reference, number: int, n: int = 0, floor: float = 0.0
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Score the images of one segment.

        Parameters
        ----------
        query : Reference
            As `prepare` gave it.
        number : int
            Of the segment.
        n : int
            How many of the best are wanted; all are given.
        floor : float
            Images that score less are left out, and those that score 0.

        Returns
        -------
        rows : array of int, shape (k,)
            Within the segment, ascending.
        scores : array of float64, shape (k,)
            In (0, 1].
        """
        there = self._alive[number]
        whole = np.arange(self._sizes[number])
        rows = whole if there is None else np.flatnonzero(there)
        scores = np.empty(len(rows))
        for start in range(0, len(rows), _ROWS):
            block = rows[start : start + _ROWS]
            pixels = checked(self._segments[number], "pixels", block, block + 1)
            scores[start : start + _ROWS] = self._similarities(query, pixels[block])
        enough = (scores >= floor) & (scores > 0)
        return rows[enough], scores[enough]

    def score(self, query: NDArray[Any]) -> NDArray[np.float64]:
        """Give the similarity of every image to a picture, in [0, 1].

        Removed images have rows too, and score 0.
        """
        prepared = self.prepare(query)
        parts = [np.empty(0)]
        for number, size in enumerate(self._sizes):
            rows, found = self.score_segment(prepared, number)
            scores = np.zeros(size)
            scores[rows] = found
            parts.append(scores)
        return np.concatenate(parts)

    def affinities(
        self, queries: Sequence[NDArray[Any]], rows: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Give the similarity of some images to each query, in [0, 1].

        Returns
        -------
        array of float64, shape (n_queries, n_rows)
            What `score` gives.
        """
        pictures = np.array([self._picture(row) for row in rows.tolist()], np.uint8)
        pictures = pictures.reshape(-1, *self._shape)
        found = [self._similarities(self.prepare(each), pictures) for each in queries]
        return np.array(found, np.float64).reshape(len(queries), len(rows))

    def stored(self, row: int) -> NDArray[np.float32]:
        """Give the picture of an indexed image, shape (height * width * 3,).

        Rows count through all segments.
        """
        return self._picture(row).ravel().astype(np.float32)

    def _picture(self, row: int) -> Pictures:
        for number, size in enumerate(self._sizes):
            if row < size:
                pixels = checked(self._segments[number], "pixels", [row], [row + 1])
                picture: Pictures = pixels[row]
                return picture
            row -= size
        raise IndexError(row)

    def _similarities(
        self, query: Reference, pictures: Pictures
    ) -> NDArray[np.float64]:
        return self._metric.similarity(query.measure(pictures)[:, 0], _WHITE)


class QualityField(VectorField):
    """One small picture an image, for `Pixels` with a full-reference metric."""

    def check_layout(self, arrays: ArrayFolder, n_images: int) -> None:
        """Raise FormatError if stored arrays cannot be those of a segment."""
        shape = ("n", *self.part.picture_shape)
        check_layout(arrays, {"pixels": ("|u1", shape)}, n=n_images)

    def compute(self, view: View) -> NDArray[Any]:
        """Compute what is stored of a picture."""
        return as_pixels(super().compute(view))

    def compute_query(self, view: View) -> NDArray[np.float32]:
        """Compute what is asked with."""
        return super().compute(view)

    def arrays(self, items: Sequence[Any]) -> dict[str, NDArray[Any]]:
        """Turn the items of a segment into arrays."""
        pixels = self._stacked(items)
        return {"pixels": pixels.reshape(len(items), *self.part.picture_shape)}

    def open(
        self,
        segments: Sequence[Arrays],
        alive: Sequence[Alive],
        removed: Sequence[Arrays],
        graphs: Sequence[Graph | None],
    ) -> QualityIndex:
        """Make the stored arrays searchable."""
        part = self.part
        searcher = QualityIndex(segments, part.metric, part.picture_shape, alive)
        self.length = searcher.n_dimensions
        return searcher

    def vectors(self, segment: Arrays, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Give the pixels of some rows of a segment, shape (n_rows, d)."""
        pixels = checked(segment, "pixels", rows, rows + 1)[rows]
        return pixels.reshape(len(rows), -1).astype(np.float32)


def as_pixels(vector: NDArray[Any]) -> Pictures:
    """Give values as the nearest whole numbers in [0, 255]."""
    pixels: Pictures = np.clip(np.rint(vector), 0, 255).astype(np.uint8)
    return pixels
