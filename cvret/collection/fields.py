"""The fields of an index: what each computes of a picture, stores, and answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_least_side, check_number
from cvret.collection.views import View
from cvret.errors import FormatError, ImageError, UnknownNameError
from cvret.index import hamming, postings, quantizing
from cvret.index.aggregated import AggregatedIndex, PackedAggregates, layout_of
from cvret.index.approximate import Graph
from cvret.index.dense import DenseIndex
from cvret.index.hamming import HammingIndex, pack_codes
from cvret.index.inverted import InvertedIndex
from cvret.index.postings import (
    PackedWords,
    build_postings,
    df_without,
    merge_postings,
    pack_words,
)
from cvret.index.quantizing import QUANTIZED, quantize
from cvret.protocols import Descriptor, Encoder, Learner
from cvret.records import AggregatedWords, VisualWords
from cvret.storage.arrays import ArrayFolder, Arrays, Layout, check_layout
from cvret.storage.writing import Pieces

__all__ = [
    "AggregatedField",
    "CodesField",
    "Field",
    "PostingsField",
    "VectorField",
    "WordsField",
    "field_of",
    "fields_for_graphs",
]

Alive = NDArray[np.bool_] | None
Kept = Sequence[NDArray[np.intp]]


class PostingsField:
    """What fields with visual words have in common, whatever goes with a word."""

    def __init__(self, name: str, part: Any):
        self.name = name
        self.part = part

    def check_ready(self) -> None:
        """Raise NotFittedError if the part has not learned yet."""
        _check_ready(self.part)

    def layout(self) -> Layout:
        """Give the dtypes and shapes of the arrays of a segment."""
        raise NotImplementedError(f"{type(self).__name__} has no layout()")

    def check_layout(self, arrays: ArrayFolder, n_images: int) -> None:
        """Raise FormatError if stored arrays cannot be those of a segment."""
        check_layout(arrays, self.layout(), n=n_images)

    def compute_query(self, view: View) -> Any:
        """Compute what is asked with."""
        return self.part.encode_query(view.features(self.part))

    def check_query(self, part: Any) -> None:
        """Raise ValueError if this is no words, but a vector of another field."""
        if not isinstance(part, VisualWords | AggregatedWords):
            raise ValueError(
                f"field {self.name!r} holds visual words, and the query has "
                f"{type(part).__name__} for it; encode the query with this index"
            )

    def arrays(self, items: Sequence[Any]) -> dict[str, NDArray[Any] | Pieces]:
        """Turn the items of a segment into arrays."""
        return build_postings(items, self.layout())

    def merge(
        self, segments: Sequence[Arrays], kept: Kept
    ) -> dict[str, NDArray[Any] | Pieces]:
        """Give the arrays of one segment with the kept rows of some."""
        return merge_postings(segments, kept)

    def without(
        self, segment: Arrays, gone: NDArray[np.bool_]
    ) -> dict[str, NDArray[Any]]:
        """Give what must be known anew of a segment when some of its images go."""
        return {"df": df_without(segment, gone)}


class WordsField(PostingsField):
    """Local features in an inverted index."""

    def layout(self) -> Layout:
        """Give the dtypes and shapes of the arrays of a segment."""
        return postings.LAYOUT

    def compute(self, view: View) -> PackedWords:
        """Compute what is stored of a picture."""
        encode = getattr(self.part, "encode_stored", self.part.encode)
        return pack_words(encode(view.features(self.part)))

    def open(
        self,
        segments: Sequence[Arrays],
        alive: Sequence[Alive],
        removed: Sequence[Arrays],
        graphs: Sequence[Graph | None],
    ) -> InvertedIndex:
        """Make the stored arrays searchable."""
        df = [arrays.get("df") for arrays in removed]
        skipped = check_number(
            "skipped_energy", getattr(self.part, "skipped_energy", 0.0), least=0, most=1
        )
        return InvertedIndex(segments, self.part.match_weights(), alive, df, skipped)

    def stored(
        self, searcher: InvertedIndex, row: int, size: tuple[int, int]
    ) -> VisualWords:
        """Ask with what is stored of an image."""
        return searcher.stored(row, size)


class AggregatedField(PostingsField):
    """One residual a word and image, in an inverted index without places."""

    def layout(self) -> Layout:
        """Give the dtypes and shapes of the arrays of a segment."""
        return layout_of(self.part.binary)

    def compute(self, view: View) -> PackedAggregates:
        """Compute what is stored of a picture."""
        found = self.part.encode(view.features(self.part))
        return PackedAggregates(found.words, found.residuals)

    def open(
        self,
        segments: Sequence[Arrays],
        alive: Sequence[Alive],
        removed: Sequence[Arrays],
        graphs: Sequence[Graph | None],
    ) -> AggregatedIndex:
        """Make the stored arrays searchable."""
        part = self.part
        return AggregatedIndex(
            segments,
            check_number("alpha", part.alpha, least=0),
            check_number("threshold", part.threshold, least=0, most=0.99),
            part.n_signs() if segments else None,  # before fit there is nothing to ask
            part.idf,
            alive,
            [arrays.get("df") for arrays in removed],
        )

    def stored(
        self, searcher: AggregatedIndex, row: int, size: tuple[int, int]
    ) -> AggregatedWords:
        """Ask with what is stored of an image."""
        return searcher.stored(row)


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
        _check_ready(self.part)

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
    ) -> DenseIndex | HammingIndex:
        """Make the stored arrays searchable."""
        searcher = DenseIndex(segments, self.part.metric, alive, graphs)
        self.length = searcher.n_dimensions
        return searcher

    def stored(
        self,
        searcher: DenseIndex | HammingIndex,
        row: int,
        size: tuple[int, int],
    ) -> NDArray[np.float32]:
        """Ask with what is stored of an image."""
        return searcher.stored(row)

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


Field = WordsField | AggregatedField | VectorField  # and CodesField, which is one


def field_of(name: str, part: Any) -> Field:
    """Make the field that a part needs.

    Raises
    ------
    TypeError
        If the part is neither an encoder nor a descriptor.
    ValueError
        If the name cannot be that of files.
    """
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(
            f"a field's name must be letters, digits and underscores, got {name!r}"
        )
    if name == "image":
        raise ValueError("a field cannot be named 'image', which the index uses itself")
    if isinstance(part, Encoder) and hasattr(part, "encode_query"):
        aggregated = hasattr(part, "n_signs")
        return AggregatedField(name, part) if aggregated else WordsField(name, part)
    if isinstance(part, Descriptor):
        codes = part.metric == "hamming"
        return CodesField(name, part) if codes else VectorField(name, part)
    if hasattr(part, "extract"):
        raise TypeError(
            f"field {name!r} must be a descriptor or an encoder, got the extractor "
            f"{type(part).__name__}; wrap it in BagOfWords"
        )
    raise TypeError(
        f"field {name!r} must be a descriptor such as HSVHistogram() or an encoder "
        f"such as BagOfWords(SIFT()), got {part!r}"
    )


def _check_ready(part: Any) -> None:
    if isinstance(part, Learner):
        part.check_fitted()


def fields_for_graphs(
    fields: Mapping[str, Field], by: str | Sequence[str] | None
) -> list[str]:
    """Give the names of the fields that get graphs.

    Raises
    ------
    UnknownNameError
        If a field is not there.
    ValueError
        If one cannot have a graph, or none can.
    """
    able = [
        name
        for name, field in fields.items()
        if isinstance(field, VectorField) and field.part.metric in QUANTIZED
    ]
    names = able if by is None else [by] if isinstance(by, str) else list(by)
    for name in names:
        if name not in fields:
            raise UnknownNameError(
                f"no field is named {name!r}; there are {', '.join(fields)}"
            )
    if not names or not set(names) <= set(able):
        raise ValueError(
            "only fields with a vector an image and one of the metrics "
            f"{', '.join(QUANTIZED)} can be accelerated; here {able or 'none'} can"
        )
    return names
