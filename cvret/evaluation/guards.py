"""What a reader must know before believing an evaluation."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import single_thread
from cvret._progress import progress_bar
from cvret.collection.searching import available_cores
from cvret.errors import ImageError
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.features.hashes import PerceptualHash
from cvret.images.hashing import hash_of
from cvret.images.reading import read_bytes, read_image

__all__ = [
    "DUPLICATES",
    "Asked",
    "check_known",
    "counted",
    "duplicates_among",
    "hashes_of",
    "of_duplicates",
    "of_learning",
    "of_missing",
    "of_numbers",
]

DUPLICATES = ("exact", "near")
"""How duplicates are told: by bytes alone, or by a perceptual hash too."""

FEW = 30  # queries, below which an interval is wide whatever the system

_RADIUS = 4  # bits of 64 that may differ, as cvret.find_duplicates has it
_SIDE = 256  # pixels; a hash looks at fewer
_NAMED = 3


class Asked(NamedTuple):
    """A query's file, and which images of the collection are that file."""

    file: Path
    own: frozenset[str]


def counted(n: int, one: str, many: str) -> str:
    """Give a number and what it counts.

    Examples
    --------
    >>> counted(1, "query", "queries"), counted(2000, "query", "queries")
    ('1 query', '2,000 queries')
    """
    return f"{n:,} {one if n == 1 else many}"


def check_known(truth: GroundTruth, ids: Sequence[str]) -> None:
    """Raise ValueError if not one relevant image is in the collection.

    The values would all be 0: the one has a prefix that the other lacks, say.

    Examples
    --------
    >>> check_known(GroundTruth(Path("."), {"q.jpg": frozenset({"a.jpg"})}), ["a.jpg"])
    """
    relevant = frozenset().union(*truth.relevant.values())
    if relevant and relevant.isdisjoint(ids):
        has = f"has names such as {ids[0]!r}" if ids else "is empty"
        raise ValueError(
            f"the collection has none of the {len(relevant):,} relevant images, such "
            f"as {min(relevant)!r}: it {has}; make the ground truth of what was "
            "indexed, with the same prefix"
        )


def of_learning(
    shares: Mapping[str, float], of_queries: Mapping[str, float]
) -> list[str]:
    """Warn of parts that have learned from the pictures they are evaluated on.

    Parameters
    ----------
    shares : mapping of str to float
        By field or system, the share of the collection, in [0, 1]; NaN where unknown.
    of_queries : mapping of str to float
        The same of queries that are not in the collection.

    Examples
    --------
    >>> of_learning({"words": 0.75, "color": 0.0}, {})[0].partition(",")[0]
    'words has learned from 75 % of the pictures of the collection'
    """
    found = []
    for name, share in shares.items():
        if isnan(share):
            found.append(
                f"which pictures {name} has learned from is not known; if these are "
                "among them, its values are too good"
            )
    for known, what in (
        (shares, "pictures of the collection"),
        (of_queries, "queries, which are not in the collection"),
    ):
        found += [
            f"{name} has learned from {max(1, round(share * 100))} % of the {what}, so "
            "its values may be too good; fit it on others"
            for name, share in known.items()
            if share > 0
        ]
    return found


def of_numbers(n: int, confidence: float) -> list[str]:
    """Warn of too few queries.

    Examples
    --------
    >>> of_numbers(30, 0.95), len(of_numbers(5, 0.95)[0]) > 0
    ([], True)
    """
    chance = 2.0 ** (1 - n)  # what the paired test gives at best
    if chance > 1 - confidence:
        return [
            f"{counted(n, 'query', 'queries')} can support no claim: a system that is "
            f"better on each of so few is so by chance with probability {chance:g}"
        ]
    if n < FEW:
        return [f"{n} queries are few; only a large difference can be told from chance"]
    return []


def of_missing(missing: Collection[str]) -> list[str]:
    """Warn of relevant images that are not in the collection.

    Examples
    --------
    >>> of_missing(["a.jpg"])
    ['1 relevant image is not in the collection, and counts as not found: a.jpg']
    """
    n = len(missing)
    if not n:
        return []
    are = (
        "is not in the collection, and counts"
        if n == 1
        else ("are not in the collection, and count")
    )
    some = _some(sorted(missing))
    return [
        f"{counted(n, 'relevant image', 'relevant images')} {are} as not found: {some}"
    ]


def of_duplicates(
    pairs: Sequence[tuple[str, str]], mode: str, n_queries: int
) -> list[str]:
    """Warn of queries that the collection holds under another name.

    Examples
    --------
    >>> of_duplicates([("a.jpg", "b.jpg")], "exact", 9)
    ['1 of 9 queries has the same file in the collection under another name: a.jpg =
    b.jpg']
    """
    if not pairs:
        return []
    n = len({query for query, _ in pairs})
    what = "the same file" if mode == "exact" else "nearly the same picture"
    some = _some([f"{query} = {id_}" for query, id_ in pairs])
    has = "has" if n == 1 else "have"
    return [
        f"{n:,} of {n_queries:,} queries {has} {what} in the collection under another "
        f"name: {some}"
    ]


def hashes_of(files: Sequence[Path]) -> list[bytes]:
    """Give the hashes of the files that can be read."""
    found = map(_digest, files)
    return [digest for digest in found if digest is not None]


def duplicates_among(
    asked: Mapping[str, Asked],
    images: Mapping[str, Path],
    mode: str,
    progress: bool | None = None,
) -> tuple[tuple[str, str], ...]:
    """Look for queries that the collection holds under another name.

    Parameters
    ----------
    asked : mapping of str to Asked
        The queries.
    images : mapping of str to Path
        Files of the collection, by id.
    mode : {"exact", "near"}
        "exact": files of the same bytes; only files of equal size are read. "near":
        also pictures whose perceptual hashes differ in at most 4 of 64 bits, for which
        all are read.
    progress : bool, optional
        Whether to show a bar.

    Returns
    -------
    tuple of (str, str)
        Queries and ids, in order; a query's own image is not its duplicate. Files that
        cannot be read have none.
    """
    exact = _equal_files(asked, images)
    if mode == "exact":
        return tuple(exact)
    near = set(exact) | set(_near_pictures(asked, images, progress))
    places = {query: place for place, query in enumerate(asked)}
    return tuple(sorted(near, key=lambda pair: (places[pair[0]], pair[1])))


def _equal_files(
    asked: Mapping[str, Asked], images: Mapping[str, Path]
) -> list[tuple[str, str]]:
    by_size: dict[int, list[str]] = {}
    for id_, file in sorted(images.items()):
        by_size.setdefault(_size(file), []).append(id_)
    digest = _remembering(_digest)
    found = []
    for query, (file, own) in asked.items():
        size = _size(file)
        for id_ in by_size.get(size, []) if size >= 0 else []:
            # The own image is not read, so that files of a size of their own are not.
            if id_ not in own and digest(file) == digest(images[id_]) is not None:
                found.append((query, id_))
    return found


def _near_pictures(
    asked: Mapping[str, Asked], images: Mapping[str, Path], progress: bool | None
) -> list[tuple[str, str]]:
    files = [each.file for each in asked.values()]
    ids = sorted(images)
    different = list(dict.fromkeys([*files, *(images[id_] for id_ in ids)]))
    with (
        progress_bar("Hashing", len(different), progress) as advance,
        ThreadPoolExecutor(available_cores()) as pool,
    ):
        hashes = {}
        for file, code in zip(
            different, pool.map(_picture_hash, different), strict=True
        ):
            hashes[file] = code
            advance()
    codes = np.array([hashes[images[id_]] for id_ in ids], np.uint64)
    found = []
    for query, (file, own) in asked.items():
        if hashes[file] == 0:  # of one color, or unreadable
            continue
        near = (np.bitwise_count(codes ^ np.uint64(hashes[file])) <= _RADIUS) & (
            codes > 0
        )
        found += [
            (query, ids[place])
            for place in np.flatnonzero(near).tolist()
            if ids[place] not in own
        ]
    return found


def _picture_hash(file: Path) -> int:
    """Give the 64 bits of a picture; 0 for one that cannot be read."""
    try:
        with single_thread():
            image = read_image(file, max_side=_SIDE)
            packed: NDArray[np.uint8] = PerceptualHash().describe_packed(image)
    except ImageError:
        return 0
    return int.from_bytes(packed.tobytes(), "big")


def _digest(file: Path) -> bytes | None:
    try:
        return hash_of(read_bytes(file))
    except ImageError:
        return None


def _size(file: Path) -> int:
    """Give the size of a file in bytes; -1 where it is not there."""
    try:
        return file.stat().st_size
    except (OSError, ValueError):
        return -1


def _remembering(function: Callable[[Path], Any]) -> Callable[[Path], Any]:
    known: dict[Path, Any] = {}

    def ask(file: Path) -> Any:
        if file not in known:
            known[file] = function(file)
        return known[file]

    return ask


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
