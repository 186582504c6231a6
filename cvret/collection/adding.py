"""Pictures into items of an index, in parallel; what could not be read is told."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from cvret._opencv import single_thread
from cvret.collection.fields import Field
from cvret.collection.views import View
from cvret.errors import ImageError
from cvret.images.folders import list_images
from cvret.images.hashing import hash_of
from cvret.images.reading import decode_picture, read_bytes

__all__ = ["AddReport", "Item", "Source", "compute_items", "find_source", "hash_of"]

_CHUNK = 4  # pictures handed to a worker at a time


@dataclass(frozen=True)
class Source:
    """Pictures to add.

    Attributes
    ----------
    root : Path
        The folder that ids are relative to.
    names : tuple of str
        Files below it, with '/', ascending.
    unreadable : tuple of (str, str)
        Folders that could not be walked, with reasons.
    n_other : int
        Files that are not pictures by their names.
    """

    root: Path
    names: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...] = ()
    n_other: int = 0


@dataclass(frozen=True)
class AddReport:
    """What an `add` did.

    Attributes
    ----------
    added : int
        Pictures that are new in the index.
    unchanged : int
        Pictures that it already had.
    updated : tuple of str
        Ids that it had with another content; the new one took its place.
    unreadable : tuple of (str, str)
        Ids that could not be read, each with the reason, which names the file.
    n_other : int
        Files that were left out because they are not pictures by their names.
    merged : int
        Images of the index that were written again, as segments were merged.
    """

    added: int = 0
    unchanged: int = 0
    updated: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    n_other: int = 0
    merged: int = 0

    @property
    def complete(self) -> bool:
        """Whether every picture is in the index as it is on disk."""
        return not self.unreadable

    def __str__(self) -> str:
        lines = [f"{self.added:,} pictures added"]
        if self.unchanged:
            lines[0] += f", {self.unchanged:,} were there already"
        if self.updated:
            lines[0] += f", {len(self.updated):,} had changed and were replaced"
        if self.n_other:
            lines.append(f"{self.n_other:,} other files left out")
        if self.unreadable:
            lines.append(f"{len(self.unreadable):,} could not be read:")
            lines += [f"  {reason}" for _, reason in self.unreadable]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class Item:
    """What came of one file: what each field stores, or why there is nothing."""

    id: str
    hash: bytes = b""
    size: tuple[int, int] = (0, 0)
    values: Mapping[str, Any] = field(default_factory=dict)
    state: str = "added"
    reason: str = ""


def find_source(path: str | PathLike[str]) -> Source:
    """List the pictures of a folder, or take one file, whatever its name.

    Raises
    ------
    FileNotFoundError
        If there is nothing at `path`.
    ValueError
        If there is no picture.
    """
    path = Path(path)
    if path.is_file():
        return Source(path.parent, (path.name,))
    if not path.exists():
        raise FileNotFoundError(f"there is no folder or picture {path}")
    listing = list_images(path)
    if not listing.ids and not listing.unreadable:
        others = f"; its {listing.n_other} files are others" if listing.n_other else ""
        raise ValueError(f"{path} holds no pictures{others}")
    return Source(path, listing.ids, listing.unreadable, listing.n_other)


def compute_items(
    source: Source,
    ids: Sequence[str],
    known: Mapping[str, bytes],
    compute: Callable[[View], Mapping[str, Any]],
    *,
    max_side: int,
    max_pixels: int,
    n_jobs: int,
) -> Iterator[Item]:
    """Read pictures and compute on them, in parallel; items come in the order of ids.

    Parameters
    ----------
    source : Source
        The files.
    ids : sequence of str
        What each file is called in the index.
    known : mapping of str to bytes
        Hashes of what the index has; files that are the same are not decoded.
    compute : callable
        From a picture to what is kept of it. It runs in threads: decoding, SIFT and
        the kernels let go of the interpreter's lock.
    max_side, max_pixels : int
        As for `read_image`.
    n_jobs : int
        Threads; as in joblib, -1 takes all cores.
    """

    def work(start: int) -> list[Item]:
        with single_thread():
            return [
                _compute_item(
                    source.root / source.names[place],
                    ids[place],
                    known.get(ids[place]),
                    compute,
                    max_side,
                    max_pixels,
                )
                for place in range(start, min(start + _CHUNK, len(ids)))
            ]

    starts = range(0, len(ids), _CHUNK)
    if n_jobs == 1 or len(starts) == 1:
        for start in starts:
            yield from work(start)
        return
    import joblib  # here, for a search does not need it

    parallel = joblib.Parallel(
        n_jobs, prefer="threads", return_as="generator", pre_dispatch="2*n_jobs"
    )
    for chunk in parallel(joblib.delayed(work)(start) for start in starts):
        yield from chunk


def _compute_item(
    path: Path,
    id_: str,
    known: bytes | None,
    compute: Callable[[View], Mapping[str, Any]],
    max_side: int,
    max_pixels: int,
) -> Item:
    try:
        data = read_bytes(path)
        digest = hash_of(data)
        if known == digest:
            return Item(id_, state="unchanged")
        picture = decode_picture(
            data, os.fspath(path), max_side=max_side, max_pixels=max_pixels
        )
    except ImageError as error:
        return Item(id_, state="unreadable", reason=str(error))
    view = View.of(picture.pixels, picture.width, picture.height)
    size = (picture.width, picture.height)
    state = "added" if known is None else "updated"
    try:
        return Item(id_, digest, size, compute(view), state)
    except ImageError as error:  # too small for a descriptor
        reason = f"{os.fspath(path)} cannot be described: {error}"
        return Item(id_, state="unreadable", reason=reason)


def compute_fields(fields: Sequence[Field]) -> Callable[[View], Mapping[str, Any]]:
    """Give the function from a picture to what each field stores."""
    return lambda view: {field.name: field.compute(view) for field in fields}
