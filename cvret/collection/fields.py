"""The fields of an index: what each computes of a picture, stores, and answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_number
from cvret.collection.quality_field import QualityField
from cvret.collection.vector_fields import CodesField, VectorField, check_ready
from cvret.collection.views import View
from cvret.errors import UnknownNameError
from cvret.index import dense, postings
from cvret.index.aggregated import AggregatedIndex, PackedAggregates, layout_of
from cvret.index.approximate import Graph
from cvret.index.inverted import InvertedIndex
from cvret.index.postings import (
    PackedWords,
    build_postings,
    df_without,
    merge_postings,
    pack_words,
)
from cvret.index.quantizing import QUANTIZED
from cvret.metrics import definitions
from cvret.protocols import Descriptor, Encoder
from cvret.records import AggregatedWords, VisualWords
from cvret.storage.arrays import ArrayFolder, Arrays, Layout, check_layout
from cvret.storage.writing import Pieces

__all__ = [
    "AggregatedField",
    "Field",
    "PostingsField",
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
        check_ready(self.part)

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


Field = WordsField | AggregatedField | VectorField  # and what derives from these


def field_of(name: str, part: Any) -> Field:
    """Make the field that a part needs.

    Raises
    ------
    TypeError
        If the part is neither an encoder nor a descriptor.
    UnknownNameError
        If there is no metric of the name that a descriptor has.
    ValueError
        If the name cannot be that of files, or a descriptor has a metric of pictures,
        and gives none.
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
        return _vector_field(name, part)
    if hasattr(part, "extract"):
        raise TypeError(
            f"field {name!r} must be a descriptor or an encoder, got the extractor "
            f"{type(part).__name__}; wrap it in BagOfWords"
        )
    raise TypeError(
        f"field {name!r} must be a descriptor such as HSVHistogram() or an encoder "
        f"such as BagOfWords(SIFT()), got {part!r}"
    )


def _vector_field(name: str, part: Any) -> VectorField:
    """Make the field for a descriptor, by its metric.

    Where a name is that of a metric of vectors and of pictures ("cosine"), it means the
    first, which is sooner computed and says the same.
    """
    metric = part.metric
    if metric == "hamming":
        return CodesField(name, part)
    if metric in dense.METRICS:
        return VectorField(name, part)
    if metric not in definitions.METRICS:
        pictures = [each for each in definitions.METRICS if each not in dense.METRICS]
        raise UnknownNameError(
            f"field {name!r} has the metric {metric!r}, which is none; vectors are "
            f"compared by {', '.join(dense.METRICS)}, and the pictures of Pixels by "
            f"{', '.join(pictures)} too"
        )
    if not hasattr(part, "picture_shape"):
        raise ValueError(
            f"field {name!r} has the metric {metric!r}, which compares pictures, and "
            f"{part!r} gives none; use Pixels(metric={metric!r})"
        )
    return QualityField(name, part)


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
