"""Fields with one vector an image: of numbers, or of bits."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_least_side
from cvret.collection.views import View
from cvret.errors import FormatError, ImageError
from cvret.index import hamming, quantizing
from cvret.index.approximate import Graph
from cvret.index.dense import DenseIndex
from cvret.index.hamming import HammingIndex, pack_codes
from cvret.index.quantizing import quantize
from cvret.protocols import Learner
from cvret.storage.arrays import ArrayFolder, Arrays, Layout, check_layout, checked
from cvret.storage.writing import Pieces

__all__ = ["CodesField", "VectorField", "check_ready"]

Alive = NDArray[np.bool_] | None
Kept = Sequence[NDArray[np.intp]]


def check_ready(part: Any) -> None:
    """Raise NotFittedError if a part that learns has not learned yet."""
    if isinstance(part, Learner):
        part.check_fitted()


class VectorSearcher(Protocol):
    """What has the vectors of a field, and compares them."""

    @property
    def n_dimensions(self) -> int | None:
        """Elements of a vector; None while there is none."""

    def stored(self, row: int) -> NDArray[np.float32]:
        """Give the vector of an indexed image; rows count through all segments."""


class VectorField:
    """One vector an image.

    Attributes
    ----------
    name : str
        Of the field.
    part : Descriptor
        What gives the vectors.
    length : int or None
        Of the vectors stored, once it is open; None while there is none.
    """

    def __init__(self, name: str, part: Any):
        self.name = name
        self.part = part
        self.length: int | None = None

    def check_layout(self, arrays: ArrayFolder, n_images: int) -> None:
        """Raise FormatError if stored arrays cannot be those of a segment."""
        layout: Layout = {"vectors": ("<f4", ("n", "d"))}
        if "codes" in arrays:
            layout = {**layout, **quantizing.LAYOUT}
        check_layout(arrays, layout, n=n_images)

    def check_ready(self) -> None:
        """Raise NotFittedError if the part has not learned yet."""
        check_ready(self.part)

    def compute(self, view: View) -> NDArray[np.float32]:
        """Compute what is stored of a picture.

        Raises ValueError if it is not finite, or not as long as those stored, and
        ImageError if the picture is smaller than the part needs.
        """
        try:
            least = getattr(self.part, "least_side", 1)
            check_least_side(view.pixels, least, type(self.part).__name__)
        except ValueError as error:
            raise ImageError(str(error)) from error
        vector = np.asarray(self.part.describe(view.pixels), np.float32)
        if vector.ndim != 1 or not np.isfinite(vector).all():
            raise ValueError(
                f"{type(self.part).__name__} must give a finite vector of shape (d,), "
                f"got shape {vector.shape}"
                + ("" if np.isfinite(vector).all() else " with NaN or infinity")
            )
        self._check_length(len(vector))
        return vector

    def compute_query(self, view: View) -> NDArray[np.float32]:
        """Compute what is asked with."""
        return self.compute(view)

    def check_query(self, part: Any) -> None:
        """Raise ValueError if this is not what the field can be asked with."""
        shape = np.shape(part) if isinstance(part, np.ndarray) else None
        if shape is None or len(shape) != 1 or self.length not in (None, shape[0]):
            what = type(part).__name__ if shape is None else f"an array of {shape}"
            raise ValueError(
                f"field {self.name!r} holds vectors of {self.length or 'd'} elements, "
                f"and the query has {what} for it; encode the query with this index"
            )

    def arrays(self, items: Sequence[Any]) -> dict[str, NDArray[Any]]:
        """Turn the items of a segment into arrays."""
        vectors = self._stacked(items)
        return {"vectors": vectors, **quantize(vectors, self.part.metric)}

    def merge(
        self, segments: Sequence[Arrays], kept: Kept
    ) -> dict[str, NDArray[Any] | Pieces]:
        """Give the arrays of one segment with the kept rows of some."""
        merged: dict[str, NDArray[Any] | Pieces] = {}
        for name in segments[0]:
            arrays = [segment[name] for segment in segments]
            shape = (sum(map(len, kept)), *arrays[0].shape[1:])
            pieces = [(a, rows) for a, rows in zip(arrays, kept, strict=True)]
            merged[name] = Pieces(arrays[0].dtype, shape, (a[r] for a, r in pieces))
        return merged

    def without(
        self, segment: Arrays, gone: NDArray[np.bool_]
    ) -> dict[str, NDArray[Any]]:
        """Give what must be known anew of a segment when some of its images go."""
        return {}

    def open(
        self,
        segments: Sequence[Arrays],
        alive: Sequence[Alive],
        removed: Sequence[Arrays],
        graphs: Sequence[Graph | None],
    ) -> VectorSearcher:
        """Make the stored arrays searchable."""
        searcher = DenseIndex(segments, self.part.metric, alive, graphs)
        self.length = searcher.n_dimensions
        return searcher

    def stored(
        self,
        searcher: VectorSearcher,
        row: int,
        size: tuple[int, int],
    ) -> NDArray[np.float32]:
        """Ask with what is stored of an image."""
        return searcher.stored(row)

    def vectors(self, segment: Arrays, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Give the vectors of some rows of a segment, shape (n_rows, d)."""
        found = checked(segment, "vectors", rows, rows + 1)
        return np.asarray(found[rows], np.float32)

    def _stacked(self, items: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Give the vectors of a segment, which must be equally long."""
        for item in items:
            self._check_length(len(item), self.length or len(items[0]))
        return np.stack(items)

    def _check_length(self, found: int, wanted: int | None = None) -> None:
        wanted = wanted or self.length
        if wanted not in (None, found):
            raise ValueError(
                f"field {self.name!r} holds vectors of {wanted} elements, and "
                f"{self.part!r} gave {found}; open the index with the part that it was "
                "made with, or rebuild it"
            )


class CodesField(VectorField):
    """One string of bits an image, for descriptors whose metric is "hamming"."""

    def check_layout(self, arrays: ArrayFolder, n_images: int) -> None:
        """Raise FormatError if stored arrays cannot be those of a segment."""
        check_layout(arrays, hamming.LAYOUT, n=n_images)
        n_bits, n_bytes = (
            int(arrays["n_bits"][0]),
            arrays.checked("bits", [], []).shape[1],
        )
        if -(-n_bits // 8) != n_bytes:
            raise FormatError(
                f"field {self.name!r} is damaged: codes of {n_bits} bits have "
                f"{n_bytes} bytes"
            )

    def arrays(self, items: Sequence[Any]) -> dict[str, NDArray[Any]]:
        """Turn the items of a segment into arrays."""
        return pack_codes(self._stacked(items))

    def merge(
        self, segments: Sequence[Arrays], kept: Kept
    ) -> dict[str, NDArray[Any] | Pieces]:
        """Give the arrays of one segment with the kept rows of some."""
        bits = [{"bits": segment["bits"]} for segment in segments]
        return {**super().merge(bits, kept), "n_bits": segments[0]["n_bits"]}

    def open(
        self,
        segments: Sequence[Arrays],
        alive: Sequence[Alive],
        removed: Sequence[Arrays],
        graphs: Sequence[Graph | None],
    ) -> HammingIndex:
        """Make the stored arrays searchable."""
        searcher = HammingIndex(segments, alive)
        self.length = searcher.n_dimensions
        return searcher

    def vectors(self, segment: Arrays, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Give the bits of some rows of a segment as 0 and 1, shape (n_rows, d)."""
        bits = checked(segment, "bits", rows, rows + 1)[rows]
        n_bits = int(segment["n_bits"][0])
        return np.unpackbits(bits, axis=1, count=n_bits).astype(np.float32)
