"""How the next generation of an index is made: segments, removals, merges."""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.collection.adding import Item
from cvret.collection.images import image_arrays, merge_images
from cvret.collection.locking import locked
from cvret.collection.merging import fitting, next_merge
from cvret.collection.roots import Roots
from cvret.collection.state import (
    GRAPHS,
    REMOVED,
    SEGMENTS,
    OpenSegment,
    State,
    load_state,
)
from cvret.errors import FormatError
from cvret.index.approximate import LEAST, build_graph
from cvret.storage.manifest import (
    Graphs,
    Manifest,
    Removal,
    Segment,
    read_manifest,
    write_manifest,
)
from cvret.storage.writing import Pieces, write_arrays

__all__ = ["LEARNED", "CompactReport", "Writer", "writing"]

LEARNED = "learned"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CompactReport:
    """What a `compact` did.

    Attributes
    ----------
    segments_before, segments_after : int
        Number of segments.
    bytes_before, bytes_after : int
        Of all arrays.
    """

    segments_before: int
    segments_after: int
    bytes_before: int
    bytes_after: int

    def __str__(self) -> str:
        return (
            f"segments: {self.segments_before:,}, now {self.segments_after:,}; "
            f"bytes: {self.bytes_before:,}, now {self.bytes_after:,}"
        )


class Writer:
    """The one that may change an index; each commit is all or nothing.

    Attributes
    ----------
    state : State
        The generation committed last.
    merged : int
        Images that were written again by merging segments.
    """

    def __init__(self, state: State, publish: Callable[[State], None]):
        self.state = state
        self.merged = 0
        self._publish = publish

    @property
    def path(self) -> Path:
        """The index's folder."""
        return self.state.path

    def commit(
        self, manifest: Manifest, parts: Mapping[str, Any] | None = None
    ) -> None:
        """Make this generation the one on disk, and read from it.

        `parts` are what the fields compute with from now on, if that changes.
        """
        write_manifest(self.path, manifest)
        if parts is None:
            parts = {name: field.part for name, field in self.state.fields.items()}
        self.state = load_state(self.path, manifest, parts, self.state)
        self._publish(self.state)
        _remove_leftovers(self.path, manifest)

    def use_roots(self, roots: Roots) -> None:
        """Write down where images come from, if that is news."""
        if roots is not self.state.roots:
            roots.write()
            self.state = replace(self.state, roots=roots)

    def add(self, items: Sequence[Item], root: int) -> None:
        """Commit a segment of images; the "updated" take the place of older ones."""
        changed = [item.id for item in items if item.state == "updated"]
        with self.clearing_up():
            segments = self._without(self.state.images.rows_of(changed))
            new = self._write_segment(_arrays_of(self.state, items, root), len(items))
            manifest = self.state.manifest.with_segments((*segments, new), 1)
            self.commit(manifest)
        self._merge_if_possible()

    def remove(self, rows: NDArray[np.int64]) -> None:
        """Commit that some images are gone."""
        with self.clearing_up():
            segments = self._without(rows)
            self.commit(self.state.manifest.with_segments(segments, 0))
        self._merge_if_possible()

    def _merge_if_possible(self) -> None:
        """Merge, unless the disk refuses: what was asked for is committed already."""
        try:
            self.merge_tiers()
        except FormatError:
            raise
        except OSError as error:
            _logger.warning(
                "segments of %s are not merged, which the next write will try again: "
                "%s",
                self.path,
                error,
            )

    def merge_tiers(self) -> None:
        """Merge segments until none needs it."""
        while True:
            known = self.state.manifest.segments
            chosen = next_merge(
                [segment.n_images for segment in known],
                [segment.n_alive for segment in known],
                [_n_postings(segment) for segment in known],
            )
            if chosen is None:
                return
            self.merge(*chosen)

    def accelerate(self, names: Sequence[str]) -> int:
        """Build graphs of some fields where segments are large; give how many."""
        made = 0
        for number, segment in enumerate(self.state.segments):
            missing = [name for name in names if name not in segment.graphs]
            if segment.known.n_images < LEAST or not missing:
                continue
            arrays = {
                name: build_graph(
                    segment.arrays.part(name)["vectors"],
                    self.state.fields[name].part.metric,
                )
                for name in {*names, *segment.graphs}
            }
            folder = f"{segment.known.id}-{self.state.manifest.generation + 1}"
            with self.clearing_up():
                files = write_arrays(self.path / GRAPHS / folder, arrays)
                known = list(self.state.manifest.segments)
                known[number] = replace(known[number], graphs=Graphs(folder, files))
                self.commit(self.state.manifest.with_segments(tuple(known), 0))
            made += len(missing)
        return made

    def compact(self) -> CompactReport:
        """Merge all that fits together, and forget what was removed."""
        before = self.state.manifest.segments
        first = 0
        while first < len(self.state.manifest.segments):
            known = self.state.manifest.segments
            last = fitting(
                [segment.n_alive for segment in known],
                [_n_postings(segment) for segment in known],
                first,
                len(known),
            )
            last = max(last, first + 1)
            n_before = len(known)
            if last - first > 1 or known[first].removed is not None:
                self.merge(first, last)
            # One segment stands in their place, or none if all images were gone.
            first += len(self.state.manifest.segments) - n_before + last - first
        after = self.state.manifest.segments
        return CompactReport(len(before), len(after), _size(before), _size(after))

    def merge(self, first: int, last: int) -> None:
        """Commit one segment in place of the `first` to the one before the `last`."""
        state = self.state
        chosen = state.segments[first:last]
        kept = [segment.rows() for segment in chosen]
        n_images = sum(map(len, kept))
        with self.clearing_up():
            new: tuple[Segment, ...] = ()
            if n_images:
                arrays = _merged_arrays(state, chosen, kept)
                new = (self._write_segment(arrays, n_images),)
            known = state.manifest.segments
            segments = (*known[:first], *new, *known[last:])
            self.commit(state.manifest.with_segments(segments, len(new)))
        self.merged += n_images

    def _write_segment(
        self, arrays: Mapping[str, NDArray[Any] | Pieces], n_images: int
    ) -> Segment:
        id_ = self.state.manifest.next_id()
        files = write_arrays(self.path / SEGMENTS / id_, arrays)
        return Segment(id_, n_images, files)

    def _without(self, rows: NDArray[np.int64]) -> tuple[Segment, ...]:
        """Write down which images go, and give the segments with that."""
        state = self.state
        segments = list(state.manifest.segments)
        owners = np.searchsorted(state.images.first_rows, rows, side="right") - 1
        for number in np.unique(owners).tolist():
            local = rows[owners == number] - state.images.first_rows[number]
            removal = self._write_removal(state.segments[number], local)
            segments[number] = replace(segments[number], removed=removal)
        return tuple(segments)

    def _write_removal(self, segment: OpenSegment, rows: NDArray[np.int64]) -> Removal:
        gone = np.zeros(segment.known.n_images, bool)
        if segment.alive is not None:
            gone |= ~segment.alive
        gone[rows] = True
        arrays: dict[str, NDArray[Any]] = {
            "rows": np.flatnonzero(gone).astype(np.uint16)
        }
        for name, field in self.state.fields.items():
            changed = field.without(segment.arrays.part(name), gone)
            arrays |= {f"{name}.{key}": array for key, array in changed.items()}
        folder = f"{segment.known.id}-{self.state.manifest.generation + 1}"
        files = write_arrays(self.path / REMOVED / folder, arrays)
        return Removal(folder, int(gone.sum()), files)

    @contextmanager
    def clearing_up(self) -> Iterator[None]:
        """On failure, take away what was written for the commit that failed."""
        try:
            yield
        except BaseException:
            with suppress(OSError, FormatError):
                _remove_leftovers(self.path, read_manifest(self.path))
            raise


@contextmanager
def writing(state: State, publish: Callable[[State], None]) -> Iterator[Writer]:
    """Hold the index's lock, see what others wrote before, clear what they left.

    Parameters
    ----------
    state : State
        As it was read, perhaps long ago.
    publish : callable
        Is given each generation that is committed.

    Raises
    ------
    RuntimeError
        If another process is writing, or has fitted the index.
    """
    read_manifest(state.path)  # a lock would make the folder, if it is gone
    with locked(state.path):
        manifest = read_manifest(state.path)
        if manifest.settings != state.settings:
            raise RuntimeError(
                f"{state.path} was fitted by another process; open it again"
            )
        # Not by its generation alone: the folder may hold another index by now.
        if manifest != state.manifest:
            parts = {name: field.part for name, field in state.fields.items()}
            state = load_state(state.path, manifest, parts, state)
            publish(state)
        _remove_leftovers(state.path, manifest)
        yield Writer(state, publish)


def _arrays_of(state: State, items: Sequence[Item], root: int) -> dict[str, Any]:
    """Give the arrays of a segment with new images."""
    stored = image_arrays(
        [item.id for item in items],
        np.array([item.size for item in items], np.uint32),
        np.frombuffer(b"".join(item.hash for item in items), np.uint8).reshape(-1, 16),
        np.full(len(items), root, np.uint16),
    )
    arrays: dict[str, Any] = {f"image.{key}": array for key, array in stored.items()}
    for name, field in state.fields.items():
        own = field.arrays([item.values[name] for item in items])
        arrays |= {f"{name}.{key}": array for key, array in own.items()}
    return arrays


def _merged_arrays(
    state: State, chosen: Sequence[OpenSegment], kept: Sequence[NDArray[np.intp]]
) -> dict[str, Any]:
    """Give the arrays of one segment with what is kept of some."""
    images = merge_images([s.arrays.part("image") for s in chosen], kept)
    arrays: dict[str, Any] = {f"image.{key}": array for key, array in images.items()}
    for name, field in state.fields.items():
        own = field.merge([s.arrays.part(name) for s in chosen], kept)
        arrays |= {f"{name}.{key}": array for key, array in own.items()}
    return arrays


def _remove_leftovers(path: Path, manifest: Manifest) -> None:
    """Remove what no manifest knows: left by a process that died, or merged."""
    removals = [s.removed.folder for s in manifest.segments if s.removed is not None]
    graphs = [s.graphs.folder for s in manifest.segments if s.graphs is not None]
    learned = manifest.settings["learned"].values()
    used = {
        SEGMENTS: {segment.id for segment in manifest.segments},
        REMOVED: set(removals),
        GRAPHS: set(graphs),
        LEARNED: {stored["folder"] for stored in learned},
    }
    for room, names in used.items():
        folder = path / room
        if folder.is_dir():
            for entry in folder.iterdir():
                if entry.name not in names:
                    # Mapped files cannot go on Windows; the next writer tries again.
                    with suppress(OSError):
                        shutil.rmtree(entry)
    for leftover in path.glob("*.new"):
        with suppress(OSError):
            leftover.unlink()


def _n_postings(segment: Segment) -> int:
    """Give how many postings a segment has in the field that has most."""
    counts = [
        int(stored["shape"][0])
        for name, stored in segment.files.items()
        if name.endswith(".images")
    ]
    return max(counts, default=0)


def _size(segments: Sequence[Segment]) -> int:
    files = [segment.files for segment in segments]
    files += [segment.removed.files for segment in segments if segment.removed]
    return sum(int(stored["bytes"]) for known in files for stored in known.values())
