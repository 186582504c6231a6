"""The fields of an index: what each computes of a picture, stores, and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret.errors import UnknownNameError
from cvret.images.reading import shrink
from cvret.index import postings, quantizing
from cvret.index.aggregated import AggregatedIndex, PackedAggregates, layout_of
from cvret.index.approximate import Graph
from cvret.index.dense import DenseIndex
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
from cvret.records import AggregatedWords, LocalFeatures, VisualWords
from cvret.storage.arrays import ArrayFolder, Arrays, Layout, check_layout
from cvret.storage.writing import Pieces

__all__ = [
    "AggregatedField",
    "Field",
    "PostingsField",
    "VectorField",
    "View",
    "WordsField",
    "field_of",
    "fields_for_graphs",
]

Alive = NDArray[np.bool_] | None
Kept = Sequence[NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class View:
    """Pixels to compute on, and where they lie in the whole picture.

    Attributes
    ----------
    pixels : array of uint8, shape (h, w, 3)
        A picture or a region of it, perhaps made smaller.
    x, y : float
        Of its corner in the picture, in the picture's pixels.
    scale_x, scale_y : float
        Pixels of the picture for one of these.
    width, height : int
        Of the picture.
    """

    pixels: NDArray[np.uint8]
    x: float
    y: float
    scale_x: float
    scale_y: float
    width: int
    height: int

    @classmethod
    def of(cls, pixels: NDArray[np.uint8], width: int, height: int) -> "View":
        """A whole picture of `width` x `height` that may have been made smaller."""
        h, w = pixels.shape[:2]
        return cls(pixels, 0, 0, width / w, height / h, width, height)

    @classmethod
    def of_region(
        cls,
        image: NDArray[np.uint8],
        region: tuple[float, float, float, float],
        max_side: int,
    ) -> "View":
        """A region (x, y, width, height) of a picture, then made smaller."""
        height, width = image.shape[:2]
        x, y, w, h = region
        left, top = int(x), int(y)
        right, bottom = int(np.ceil(x + w)), int(np.ceil(y + h))
        cut = image[top:bottom, left:right]
        pixels = np.ascontiguousarray(shrink(cut, max_side))
        scale_x = cut.shape[1] / pixels.shape[1]
        scale_y = cut.shape[0] / pixels.shape[0]
        return cls(pixels, left, top, scale_x, scale_y, width, height)

    def place(self, features: LocalFeatures) -> LocalFeatures:
        """Give features of these pixels the coordinates of the whole picture."""
        size = np.sqrt(self.scale_x * self.scale_y)
        factors = np.array([self.scale_x, self.scale_y, size, 1], np.float32)
        moved = features.keypoints * factors
        moved[:, :2] += np.array([self.x, self.y], np.float32)
        return LocalFeatures(moved, features.descriptors, self.width, self.height)

    def features(self, part: Any) -> LocalFeatures:
        """Extract what a part encodes, in pixels of the whole picture."""
        return self.place(part.extractor.extract(self.pixels))


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
    """One vector an image."""

    def __init__(self, name: str, part: Any):
        self.name = name
        self.part = part

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
        """Compute what is stored of a picture; raise ValueError if it is not finite."""
        vector = np.asarray(self.part.describe(view.pixels), np.float32)
        if vector.ndim != 1 or not np.isfinite(vector).all():
            raise ValueError(
                f"{type(self.part).__name__} must give a finite vector of shape (d,), "
                f"got shape {vector.shape}"
                + ("" if np.isfinite(vector).all() else " with NaN or infinity")
            )
        return vector

    def compute_query(self, view: View) -> NDArray[np.float32]:
        """Compute what is asked with."""
        return self.compute(view)

    def arrays(self, items: Sequence[Any]) -> dict[str, NDArray[Any]]:
        """Turn the items of a segment into arrays."""
        vectors = np.stack(items)
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
    ) -> DenseIndex:
        """Make the stored arrays searchable."""
        return DenseIndex(segments, self.part.metric, alive, graphs)

    def stored(
        self, searcher: DenseIndex, row: int, size: tuple[int, int]
    ) -> NDArray[np.float32]:
        """Ask with what is stored of an image."""
        return searcher.stored(row)


Field = WordsField | AggregatedField | VectorField


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
        return VectorField(name, part)
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
