"""Some fields of an index as a system of its own, on one generation of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_flag
from cvret.collection.about import bytes_of_fields
from cvret.collection.asking import check_rerankers
from cvret.collection.learned_share import learned_share
from cvret.collection.searching import PictureOrPath, default_rerankers
from cvret.collection.state import State
from cvret.collection.vector_fields import VectorField
from cvret.errors import UnknownNameError
from cvret.index.dense import METRICS
from cvret.protocols import Reranker
from cvret.records import Query, Ranking

__all__ = ["FieldSearch", "stored_vectors"]

Vectors = NDArray[np.float32]


class FieldSearch:
    """One field of an index, or several with weights, and how they are re-ranked.

    `Index.by` makes one. It reads the generation that it was made of, so that whatever
    is compared with it has the same images, also while a writer adds some. It is a
    `cvret.protocols.System`.

    Attributes
    ----------
    name : str
        The fields, joined by "+".
    weights : mapping of str to float
        Of the fields.
    rerank : tuple of Reranker
        Applied in the order written.
    mirrored : bool
        Whether the mirror image of a picture is asked for too.

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
    ...     color = index.by("color")
    ...     ids, vectors = color.vectors()
    ...     best = color.search(color.encode(path), k=1)[0]
    >>> color.name, ids, vectors.shape, best.id
    ('color', ('red.png', 'blue.png'), (2, 162), 'blue.png')
    """

    def __init__(
        self,
        index: Any,
        state: State,
        weights: Mapping[str, float],
        rerank: Sequence[Reranker] | None,
        mirrored: bool | None,
    ):
        if rerank is None:
            rerank = default_rerankers(state, tuple(weights), False)
        if mirrored is None:
            mirrored = bool(state.settings.get("mirrored", False))
        self._index = index  # of this very state, which never writes
        self._state = state
        self.name = "+".join(weights)
        self.weights = dict(weights)
        self.rerank = check_rerankers(rerank)
        self.mirrored = check_flag("mirrored", mirrored)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all images, in the order in which they were added."""
        return tuple(self._state.images)

    def __len__(self) -> int:
        return len(self._state.images)

    def __repr__(self) -> str:
        return f"<FieldSearch {self.describe()}: {len(self):,} images>"

    @property
    def metric(self) -> str | None:
        """How its vectors are compared, a key of `cvret.index.dense.METRICS`.

        None where something else ranks too, or instead: several fields, visual words,
        re-rankers, mirror images, or a metric of pictures.
        """
        field = self._state.fields[next(iter(self.weights))]
        plain = len(self.weights) == 1 and not self.rerank and not self.mirrored
        if not (plain and isinstance(field, VectorField)):
            return None
        metric = str(field.part.metric)
        return metric if metric in METRICS else None

    def describe(self) -> str:
        """Give its fields, weights and re-rankers in one line."""
        several = len(self.weights) > 1
        fields = ", ".join(
            f"{name}={weight:g} ({self._state.fields[name].part!r})"
            if several
            else f"{name} ({self._state.fields[name].part!r})"
            for name, weight in self.weights.items()
        )
        fusion = self._state.settings.get("fusion", "mean")
        return (
            fields
            + (f", fused by {fusion} scores" if several else "")
            + "".join(f", then {part!r}" for part in self.rerank)
            + (", with mirror images" if self.mirrored else "")
        )

    def encode(
        self,
        query: PictureOrPath,
        *,
        region: tuple[float, float, float, float] | None = None,
    ) -> Query:
        """Compute what a picture asks with; see `Index.encode`."""
        found: Query = self._index.encode(
            query, by=self.weights, region=region, mirrored=self.mirrored
        )
        return found

    def query_of(self, id_: str) -> Query:
        """Give what an image asks with, as its file does.

        Where all fields have one vector an image this is stored, and else computed of
        the file.

        Raises
        ------
        KeyError
            If there is no such image.
        FileNotFoundError, ImageError
            If its file is needed, and is not where it was, or cannot be read.
        """
        fields = [self._state.fields[name] for name in self.weights]
        if self.mirrored or not all(isinstance(each, VectorField) for each in fields):
            return self.encode(self.file_of(id_))
        found: Query = self._index.query_of(id_, by=self.weights)
        return found

    def search(self, query: PictureOrPath | Query, k: int = 10) -> Ranking:
        """Rank by a picture, or what `encode` made of it; see `Index.search`."""
        found: Ranking = self._index.search(
            query, k, by=self.weights, rerank=self.rerank, mirrored=self.mirrored
        )
        return found

    def vectors(self) -> tuple[tuple[str, ...], Vectors]:
        """Give the vectors of its one field; see `Index.vectors`.

        Raises
        ------
        ValueError
            If it has several fields, or one of visual words.
        """
        return stored_vectors(self._state, self._one_field())

    def vector_of(self, query: Query) -> Vectors:
        """Give the (d,) vector of what `encode` made of a picture.

        Raises
        ------
        ValueError
            If this has several fields, or one of visual words.
        """
        name = self._one_field()
        self._state.fields[name].check_query(query.parts[name])
        return np.asarray(query.parts[name], np.float32)

    def file_of(self, id_: str) -> Path:
        """Give the file of an image; KeyError if there is no such image."""
        found: Path = self._index.file_of(id_)
        return found

    def costs(self) -> dict[str, float]:
        """Tell what these fields cost.

        Returns
        -------
        dict of str to float
            ``bytes_an_image``, on disk, NaN without images; and ``fit_seconds``, what
            `Index.fit` took for all fields of the index, 0 where these have learned
            nothing by it, NaN where it is not known.
        """
        sizes = bytes_of_fields(self._state)
        size = sum(sizes[name] for name in self.weights)
        settings = self._state.settings
        learned = any(name in settings["learned"] for name in self.weights)
        seconds = settings.get("fit", {}).get("seconds", np.nan) if learned else 0.0
        return {
            "bytes_an_image": size / len(self) if len(self) else np.nan,
            "fit_seconds": float(seconds),
        }

    def learned_share(self) -> float:
        """Tell which share of the images these fields have learned from, in [0, 1]."""
        return float(learned_share(self._state, tuple(self.weights)))

    def _one_field(self) -> str:
        if len(self.weights) > 1:
            raise ValueError(
                f"vectors are those of one field, and this searches {self.name}; take "
                "one by index.by(name), or put them together by Concatenated"
            )
        name = next(iter(self.weights))
        _vector_field(self._state, name)
        return name


def stored_vectors(state: State, name: str) -> tuple[tuple[str, ...], Vectors]:
    """Give the ids of all images that are there, and the vectors of a field.

    Raises
    ------
    ValueError
        If the field holds visual words.
    UnknownNameError
        If there is no such field.
    """
    field = _vector_field(state, name)
    parts = [
        field.vectors(segment.arrays.part(name), segment.rows())
        for segment in state.segments
    ]
    empty = np.empty((0, field.length or 0), np.float32)
    return tuple(state.images), np.concatenate([empty, *parts])


def _vector_field(state: State, name: str) -> VectorField:
    if name not in state.fields:
        raise UnknownNameError(
            f"no field is named {name!r}; there are {', '.join(state.fields)}"
        )
    field = state.fields[name]
    if not isinstance(field, VectorField):
        having = [n for n, f in state.fields.items() if isinstance(f, VectorField)]
        raise ValueError(
            f"field {name!r} holds visual words, and no vector an image; "
            + (f"fields with vectors: {', '.join(having)}" if having else "none has")
        )
    return field
