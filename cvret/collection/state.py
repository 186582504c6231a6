"""One generation of an index, as it is read: nothing in it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.collection.fields import Field, field_of
from cvret.collection.images import LAYOUT, Alive, ImageTable, living_rows
from cvret.collection.roots import Roots
from cvret.errors import FormatError
from cvret.index.approximate import Graph
from cvret.storage.arrays import ArrayFolder, Arrays, check_layout, checked
from cvret.storage.manifest import Manifest, Segment, read_manifest

__all__ = ["GRAPHS", "REMOVED", "SEGMENTS", "State", "load_state"]

GRAPHS = "graphs"
SEGMENTS = "segments"
REMOVED = "removed"

_TRIES = 20  # to open a generation, while a writer commits others


@dataclass(frozen=True, eq=False)
class OpenSegment:
    """The arrays of a segment, and what was removed from it.

    Attributes
    ----------
    known : Segment
        As the manifest has it.
    arrays : ArrayFolder
        What is stored.
    removed : mapping of str to array
        What is known anew since images were removed; nothing if none was.
    alive : array of bool, shape (n_images,), or None
        Which images are there; None for all.
    graphs : mapping of str to Graph
        By field.
    """

    known: Segment
    arrays: ArrayFolder
    removed: Arrays
    alive: Alive
    graphs: Mapping[str, Graph]

    def rows(self) -> NDArray[np.intp]:
        """Give the rows that are there."""
        return living_rows(self.alive, self.known.n_images)


@dataclass(frozen=True, eq=False)
class State:
    """What an `Index` reads.

    Attributes
    ----------
    path : Path
        The index's folder.
    manifest : Manifest
        The generation.
    fields : dict of str to Field
        By name.
    roots : Roots
        Where images came from.
    segments : tuple of OpenSegment
        Open, in the order of the manifest.
    images : ImageTable
        Ids, sizes, hashes.
    searchers : dict of str to InvertedIndex or DenseIndex
        By the names of fields.
    """

    path: Path
    manifest: Manifest
    fields: dict[str, Field]
    roots: Roots
    segments: tuple[OpenSegment, ...]
    images: ImageTable
    searchers: dict[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """What the index was created with."""
        return self.manifest.settings

    def known(self, ids: Sequence[str], root: int) -> dict[str, bytes]:
        """Hashes of what the index has of `ids`; refuse ids of another folder."""
        known = {}
        for id_, row in zip(ids, self.images.rows_of(ids).tolist(), strict=True):
            if row < 0:
                continue
            other = self.images.root_at(row)
            if other != root:
                raise ValueError(
                    f"{id_!r} is in the index already, from "
                    f"{self.roots.name(other)}; give prefix= to set this folder "
                    "apart"
                )
            known[id_] = self.images.hash_at(row)
        return known


def load_state(
    path: Path,
    manifest: Manifest,
    parts: Mapping[str, Any],
    before: State | None = None,
) -> State:
    """Open a generation, or, where a writer has replaced it meanwhile, a later one.

    Parameters
    ----------
    path : Path
        The index's folder.
    manifest : Manifest
        As it was read.
    parts : mapping of str to part
        What each field computes with.
    before : State, optional
        An earlier generation, whose open files are used again.

    Raises
    ------
    FormatError
        If an array is missing or cut off, or arrays do not fit together.
    """
    fields = {name: field_of(name, part) for name, part in parts.items()}
    opened = {s.known.id: s for s in before.segments} if before else {}
    for _ in range(_TRIES):
        try:
            segments = tuple(
                _open(path, segment, opened.get(segment.id), fields)
                for segment in manifest.segments
            )
        except FormatError:
            newer = read_manifest(path)
            if newer.generation == manifest.generation:
                raise
            if newer.settings != manifest.settings:
                raise RuntimeError(
                    f"{path} was fitted while it was opened; open it again"
                ) from None
            manifest = newer
        else:
            return _joined(path, manifest, fields, segments)
    raise FormatError(f"{path} changes faster than it can be opened; try again")


def _open(
    path: Path, known: Segment, before: OpenSegment | None, fields: Mapping[str, Field]
) -> OpenSegment:
    if before is not None and before.known == known:
        return before
    if before is not None and before.known.files == known.files:
        arrays = before.arrays
    else:
        arrays = ArrayFolder(path / SEGMENTS / known.id, known.files)
    # Before anything is allocated that is as large as the manifest has it.
    _check_images(arrays, known)
    if before is not None and before.known.graphs == known.graphs:
        graphs = before.graphs
    else:
        graphs = _open_graphs(path, known, fields)
    if known.removed is None:
        return OpenSegment(known, arrays, {}, None, graphs)
    folder = path / REMOVED / known.removed.folder
    removed = ArrayFolder(folder, known.removed.files)
    alive = np.ones(known.n_images, bool)
    rows = removed["rows"]
    if len(rows) != known.removed.n_images or rows.max(initial=0) >= known.n_images:
        raise FormatError(f"{folder} does not fit its segment")
    alive[rows] = False
    return OpenSegment(known, arrays, removed, alive, graphs)


def _open_graphs(
    path: Path, known: Segment, fields: Mapping[str, Field]
) -> dict[str, Graph]:
    if known.graphs is None:
        return {}
    stored = ArrayFolder(path / GRAPHS / known.graphs.folder, known.graphs.files)
    return {name: Graph(stored, name, fields[name].part.metric) for name in stored}


def _joined(
    path: Path,
    manifest: Manifest,
    fields: dict[str, Field],
    segments: tuple[OpenSegment, ...],
) -> State:
    alive = [segment.alive for segment in segments]
    try:
        for segment in segments:
            _check(segment, fields)
        images = ImageTable([s.arrays.part("image") for s in segments], alive)
        searchers = {
            name: field.open(
                [segment.arrays.part(name) for segment in segments],
                alive,
                [_part(segment.removed, name) for segment in segments],
                [segment.graphs.get(name) for segment in segments],
            )
            for name, field in fields.items()
        }
    except KeyError as error:
        raise FormatError(f"{path} lacks the array {error}") from error
    roots = Roots.read(path)
    return State(path, manifest, fields, roots, segments, images, searchers)


def _check_images(arrays: ArrayFolder, known: Segment) -> None:
    """Raise FormatError unless a segment has as many images as the manifest says."""
    try:
        check_layout(arrays.part("image"), LAYOUT, n=known.n_images)
    except KeyError as error:
        raise FormatError(f"{known.id} lacks the array {error}") from error


def _check(segment: OpenSegment, fields: Mapping[str, Field]) -> None:
    """Raise FormatError if the arrays of a segment cannot belong together."""
    n = segment.known.n_images
    for name, field in fields.items():
        field.check_layout(segment.arrays.part(name), n)
        df = _part(segment.removed, name).get("df")
        if df is None:
            continue
        if df.shape != checked(segment.arrays.part(name), "df", [], []).shape:
            raise FormatError(f"what was removed does not fit {segment.known.id}")


def _part(removed: Arrays, name: str) -> Arrays:
    return removed.part(name) if isinstance(removed, ArrayFolder) else {}
