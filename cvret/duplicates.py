"""The duplicates in a folder of pictures."""

import os
import tempfile
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from cvret._checks import check_choice, check_jobs
from cvret._progress import progress_bar
from cvret.collection.adding import Source, find_source
from cvret.collection.duplicating import MODES
from cvret.collection.grouping import (
    DuplicateGroup,
    DuplicatePair,
    DuplicateReport,
)
from cvret.collection.index import Index
from cvret.errors import ImageError
from cvret.features.hashes import PerceptualHash
from cvret.images.hashing import hash_of
from cvret.images.reading import MAX_PIXELS, decode_picture, read_bytes

__all__ = ["find_duplicates"]

_SIDE = 256  # a hash looks at less


def find_duplicates(
    folder: str | PathLike[str],
    mode: str = "near",
    *,
    of: str | PathLike[str] | None = None,
    descriptor: Any = None,
    radius: int | None = None,
    mirrored: bool = True,
    max_pixels: int = MAX_PIXELS,
    n_jobs: int = -1,
    progress: bool | None = None,
) -> DuplicateReport:
    """Group the pictures of a folder that show the same; nothing is deleted.

    Parameters
    ----------
    folder : str or path
        Pictures, in all folders below it too. They are read one by one.
    mode : {"exact", "near", "transformed"}
        "exact": the files have the same bytes. The same pixels in another format, or
        with other EXIF data, are not.
        "near": a hash of the picture differs in few bits: scaled, compressed, a little
        brighter or softer. Not turned, mirrored, cropped or framed.
        "transformed": a fifth of the features of one agree with one transform, and
        span 30 % of one of the two, or half of where its features are: cropped, turned,
        mirrored, framed, written on too. Pictures with hardly any features, such as a
        clear sky, are found by "near" alone.
        Files with the same bytes are a pair in each mode.
    of : str or path, optional
        One of the pictures, by its name in the folder or its file: only its own
        duplicates, in one group or none. By default all are compared with all, and
        groups are the connected components of the pairs.
    descriptor : descriptor, optional
        Of bits, for "near"; by default `PerceptualHash()`.
    radius : int, optional
        Bits that may differ, for "near"; by default a sixteenth of all: 4 of 64.
    mirrored : bool
        Whether "transformed" finds mirror images, which takes twice as long.
    max_pixels : int
        Pictures with more are not read, and reported.
    n_jobs : int
        Threads; -1 takes all cores.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Returns
    -------
    DuplicateReport
        A sequence of `DuplicateGroup`, with the picture of each to keep; and what could
        not be read.

    Raises
    ------
    FileNotFoundError, ValueError
        If there are no pictures, or an argument is wrong.
    KeyError
        If `of` is not one of the pictures.

    See Also
    --------
    Index.duplicates : the same for the images of an index.

    Notes
    -----
    On 1,300 covers and copies of them the default hash and radius joined no wrong pair;
    at radius 10 one pair in fifteen was wrong, and more would be among more pictures.
    Other hashes need less or bear more; see benchmarks/duplicates.py. A picture of one
    color has no hash to speak of, and is a duplicate of equal files alone.

    The one to keep is only suggested: a frame, enlarging, and noise, which counts as
    sharp, can make a copy look better than its original.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from PIL import Image
    >>> ramp = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.fromarray(ramp).save(f"{folder}/large.png")
    ...     Image.fromarray(ramp[::2, ::2]).save(f"{folder}/small.png")
    ...     groups = find_duplicates(folder)
    >>> groups[0].ids, groups[0].kept, groups[0].reason
    (('large.png', 'small.png'), 'large.png', 'the largest, 96 x 64')
    """
    check_choice("mode", mode, MODES)
    check_jobs(n_jobs)
    if mode != "near" and (descriptor is not None or radius is not None):
        raise ValueError(
            f"descriptor and radius belong to mode='near', got mode={mode!r}; "
            "leave them out"
        )
    source = find_source(folder)
    of_name = None if of is None else _name_of(source, of)
    if mode == "exact":
        return _equal_files(source, of_name, max_pixels, progress)
    with tempfile.TemporaryDirectory(prefix="cvret-") as work:
        path = Path(work) / "folder.cvret"
        if mode == "near":
            part = PerceptualHash() if descriptor is None else descriptor
            index = Index.create(
                path, fields={"hash": part}, max_side=_SIDE, max_pixels=max_pixels
            )
        else:
            index = Index.create(path, "copies", max_pixels=max_pixels)
        added = index.add(folder, n_jobs=n_jobs, progress=progress)
        for id_, reason in added.unreadable:
            if id_ == of_name:
                raise ImageError(reason)
        found = index.duplicates(
            mode,
            of=of_name,
            radius=radius,
            mirrored=mirrored,
            n_jobs=n_jobs,
            progress=progress,
        )
    return replace(found, unreadable=added.unreadable + found.unreadable)


def _name_of(source: Source, of: str | PathLike[str]) -> str:
    """Give the name that a picture of the source has there."""
    name = os.fspath(of)
    if name in source.names:
        return name
    from_root = os.path.relpath(os.path.abspath(name), os.path.abspath(source.root))
    found = Path(from_root).as_posix()
    if found not in source.names:
        raise KeyError(
            f"{name} is none of the pictures in {source.root}; to ask with a picture "
            "from outside, index the folder and search"
        )
    return found


def _equal_files(
    source: Source, of: str | None, max_pixels: int, progress: bool | None
) -> DuplicateReport:
    """Group files with the same bytes; only files of equal length are read."""
    unreadable = list(source.unreadable)
    by_length: dict[int, list[str]] = {}
    for name in source.names:
        try:
            by_length.setdefault((source.root / name).stat().st_size, []).append(name)
        except OSError as error:
            unreadable.append((name, f"{source.root / name}: {error.strerror}"))
    alike = [names for names in by_length.values() if len(names) > 1]
    if of is not None:
        alike = [names for names in alike if of in names]
    by_hash: dict[bytes, list[str]] = {}
    with progress_bar("Reading", sum(map(len, alike)), progress) as advance:
        for name in (name for names in alike for name in names):
            advance()
            try:
                digest = hash_of(read_bytes(source.root / name))
            except ImageError as error:
                unreadable.append((name, str(error)))
                continue
            by_hash.setdefault(digest, []).append(name)
    groups = []
    for names in by_hash.values():
        if len(names) > 1 and (of is None or of in names):
            groups.append(_group_of_equals(source, sorted(names), of, max_pixels))
    groups.sort(key=lambda group: group.ids)
    return DuplicateReport(tuple(groups), "exact", len(source.names), tuple(unreadable))


def _group_of_equals(
    source: Source, names: list[str], of: str | None, max_pixels: int
) -> DuplicateGroup:
    """Make the group of files that are equal, even where they are no pictures."""
    path = source.root / names[0]
    try:
        picture = decode_picture(
            read_bytes(path), os.fspath(path), max_side=64, max_pixels=max_pixels
        )
        size = picture.width, picture.height
    except ImageError:
        size = 0, 0
    center = of or names[0]
    ends = (sorted((center, name)) for name in names if name != center)
    return DuplicateGroup(
        tuple(names),
        names[0],
        "the first by name of equal files",
        tuple(DuplicatePair(first, second, "bytes") for first, second in ends),
        (size,) * len(names),
    )
