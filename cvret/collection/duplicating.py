"""The duplicates among the images of an index: by bytes, by a hash, or by geometry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count
from cvret._opencv import cv2
from cvret._progress import progress_bar
from cvret.collection.fields import Field, WordsField
from cvret.collection.grouping import (
    DuplicateGroup,
    DuplicatePair,
    DuplicateReport,
    Pairs,
    SpanningForest,
    equal_rows,
    suggest_kept,
)
from cvret.collection.state import State
from cvret.collection.vector_fields import CodesField
from cvret.errors import ImageError, UnknownNameError
from cvret.images.reading import read_image
from cvret.images.sharpness import sharpness
from cvret.index.hamming import pairs_within
from cvret.records import Query, Ranking, Verification
from cvret.rerank.verification import SpatialVerification

__all__ = ["MODES", "Finding", "choose_finding", "duplicates_in", "shows_the_same"]

MODES = ("exact", "near", "transformed")
"""How duplicates are looked for."""

_BITS = 1 / 16  # of a hash that may differ: 4 of 64
_DEPTH = 50  # results of a search that geometry looks at
_ASKED = 64  # pictures that ask at a time
_COVER = 0.3  # of the area of one picture at least, that the matches must span,
_COVER_OF_FEATURES = 0.5  # or of the area that its features span
_SHARE = 0.2  # of the features of the asking picture, that must agree
_FALSE_ALARMS = 1e-9  # of a search, where there is nothing to be found
_BYTES = -(1 << 40)  # the cost of a pair of equal files: nothing is surer


@dataclass(frozen=True)
class Finding:
    """How duplicates are looked for.

    Attributes
    ----------
    mode : {"exact", "near", "transformed"}
        As for `Index.duplicates`.
    field : Field or None
        With the hashes or the words.
    radius : int or None
        Bits that may differ.
    mirrored : bool
        Whether mirror images are found.
    """

    mode: str
    field: Field | None = None
    radius: int | None = None
    mirrored: bool = True


def choose_finding(
    state: State, mode: str | None, by: str | None, radius: Any, mirrored: bool
) -> Finding:
    """Check how duplicates are looked for in an index, or choose what it can.

    Raises
    ------
    ValueError
        If the index cannot find them that way.
    UnknownNameError
        If a field is not there.
    """
    if by is not None and by not in state.fields:
        raise UnknownNameError(
            f"no field is named {by!r}; there are {', '.join(state.fields)}"
        )
    names = list(state.fields) if by is None else [by]
    able: dict[str, Field] = {}
    for name in names:
        field = state.fields[name]
        if isinstance(field, WordsField):
            able.setdefault("transformed", field)
        elif isinstance(field, CodesField):
            able.setdefault("near", field)
    if mode is None:
        mode = next((m for m in ("transformed", "near") if m in able), "exact")
        if by is not None and not able:
            raise ValueError(_unable(state, "near or transformed", by))
    check_choice("mode", mode, MODES)
    if mode != "exact" and mode not in able:
        raise ValueError(_unable(state, mode, by))
    if radius is not None:
        if mode != "near":
            raise ValueError(f"radius belongs to mode='near', got mode={mode!r}")
        radius = check_count("radius", radius, least=0)
    return Finding(mode, able.get(mode), radius, mirrored)


def _unable(state: State, mode: str, by: str | None) -> str:
    needed = {
        "near": "a field with a hash, such as PerceptualHash()",
        "transformed": "a field with words, such as that of the recipe 'copies'",
    }.get(mode, "a field with a hash or with words")
    asked = f"field {by!r}" if by is not None else f"{state.path}"
    return f"mode={mode!r} needs {needed}, and {asked} has none; use mode='exact'"


def duplicates_in(
    index: Any,
    state: State,
    finding: Finding,
    of: str | None,
    n_jobs: int,
    progress: bool | None,
) -> DuplicateReport:
    """Look for the duplicates of an index, or of one of its images.

    Parameters
    ----------
    index : Index
        Reads `state`; asks where geometry decides.
    state : State
        One generation.
    finding : Finding
        As `choose_finding` gave it.
    of : str or None
        The id of the image whose duplicates are wanted; None for all against all.
    n_jobs, progress
        As for `Index.duplicates`.
    """
    images = _Images(index, state)
    place = None if of is None else images.place_of(of)
    forest = SpanningForest(len(images))
    forest.add(_equal_files(images, place))
    unreadable: list[tuple[str, str]] = []
    if isinstance(finding.field, CodesField):
        for pairs in _near(images, finding.field.name, finding.radius, place, n_jobs):
            forest.add(pairs)
    elif isinstance(finding.field, WordsField):
        asking = _Asking(images, finding.field.name, finding.mirrored, n_jobs)
        for pairs in asking.pairs(place, progress):
            forest.add(pairs)
        unreadable = asking.unreadable
    groups = [images.group(rows, pairs) for rows, pairs in forest.groups()]
    groups.sort(key=lambda group: group.ids)
    return DuplicateReport(tuple(groups), finding.mode, len(images), tuple(unreadable))


class _Images:
    """The images of a generation by place, the removed left out."""

    def __init__(self, index: Any, state: State):
        self.index, self.state = index, state
        self._rows = np.concatenate(
            [np.empty(0, np.int64)]
            + [
                state.images.first_rows[number] + segment.rows()
                for number, segment in enumerate(state.segments)
            ]
        )
        self._sharpness: dict[bytes, float | None] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def hashes(self) -> NDArray[np.uint8]:
        """Of the files, shape (n, 16)."""
        return self.stored("image", "hashes", 16)

    def stored(self, name: str, array: str, width: int) -> NDArray[np.uint8]:
        """Give the rows of an array of bytes of all segments, shape (n, width)."""
        parts = [
            segment.arrays.part(name)[array][segment.rows()]
            for segment in self.state.segments
        ]
        return np.concatenate([np.empty((0, width), np.uint8), *parts])

    def id_at(self, place: int) -> str:
        """Give the id of an image."""
        return self.state.images.id_at(int(self._rows[place]))

    def size_at(self, place: int) -> tuple[int, int]:
        """Give width and height of an image, in pixels."""
        return self.state.images.size_at(int(self._rows[place]))

    def place_of(self, id_: str) -> int:
        """Give the place of an id; KeyError if it is not there."""
        return int(np.searchsorted(self._rows, self.state.images.row_of(id_)))

    def places_of(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Give the places of ids that are there."""
        return np.searchsorted(self._rows, self.state.images.rows_of(ids))

    def group(self, places: NDArray[np.int64], pairs: Pairs) -> DuplicateGroup:
        """Make the group of some images that pairs hold together."""
        ids = {place: self.id_at(place) for place in places.tolist()}
        by_id = dict(sorted((id_, place) for place, id_ in ids.items()))
        sizes = {id_: self.size_at(place) for id_, place in by_id.items()}
        kept, reason = suggest_kept(
            sizes, lambda id_: self._sharpness_of(id_, by_id[id_])
        )
        columns = (pairs.firsts.tolist(), pairs.seconds.tolist(), pairs.costs.tolist())
        evidence = [
            _evidence(ids[first], ids[second], cost)
            for first, second, cost in zip(*columns, strict=True)
        ]
        evidence.sort(key=lambda pair: (pair.first, pair.second))
        return DuplicateGroup(
            tuple(sizes), kept, reason, tuple(evidence), tuple(sizes.values())
        )

    def _sharpness_of(self, id_: str, place: int) -> float | None:
        """Measure an image by its file, files that are equal once."""
        digest = bytes(self.hashes[place])
        if digest not in self._sharpness:
            limit = self.state.settings["max_pixels"]
            try:
                picture = read_image(self.index.file_of(id_), max_pixels=limit)
                self._sharpness[digest] = sharpness(picture)
            except (ImageError, FileNotFoundError):
                self._sharpness[digest] = None
        return self._sharpness[digest]


def _evidence(one: str, other: str, cost: int) -> DuplicatePair:
    """Tell why two images are a pair, by what it cost."""
    first, second = sorted((one, other))
    if cost == _BYTES:
        return DuplicatePair(first, second, "bytes")
    if cost < 0:
        return DuplicatePair(first, second, "geometry", inliers=-cost)
    return DuplicatePair(first, second, "hash", distance=cost)


def _star(place: int, others: NDArray[np.int64], costs: NDArray[np.int64]) -> Pairs:
    """Pair one image with others."""
    return Pairs(np.minimum(place, others), np.maximum(place, others), costs)


def _equal_files(images: _Images, place: int | None) -> Pairs:
    hashes = np.ascontiguousarray(images.hashes).view(np.uint64)
    if place is None:
        pairs = equal_rows(hashes)
        return replace(pairs, costs=np.full_like(pairs.costs, _BYTES))
    equal = (hashes == hashes[place]).all(axis=1)
    equal[place] = False
    others = np.flatnonzero(equal)
    return _star(place, others, np.full(len(others), _BYTES, np.int64))


def _near(
    images: _Images, name: str, radius: int | None, place: int | None, n_jobs: int
) -> Iterator[Pairs]:
    """Give the pairs whose hashes differ in few bits.

    A code without a single 1 is that of a picture of one color, and tells nothing.
    """
    n_bits = images.state.searchers[name].n_dimensions or 0
    radius = int(n_bits * _BITS) if radius is None else radius
    n_bytes = -(-n_bits // 8)
    padded = np.zeros((len(images), -(-n_bytes // 8) * 8), np.uint8)
    padded[:, :n_bytes] = images.stored(name, "bits", n_bytes)
    codes = padded.view(np.uint64)
    told = np.asarray(codes.any(axis=1))
    if place is not None:
        apart = np.bitwise_count(codes ^ codes[place]).sum(axis=1, dtype=np.int64)
        near = told & told[place] & (apart <= radius)
        near[place] = False
        others = np.flatnonzero(near)
        yield _star(place, others, apart[others])
        return
    places = np.flatnonzero(told)
    if not len(places):
        return
    equal = equal_rows(codes[places])
    yield Pairs(places[equal.firsts], places[equal.seconds], equal.costs)
    places = np.delete(places, equal.seconds)
    for found in pairs_within(codes[places], radius, n_jobs):
        costs = found.distances.astype(np.int64)
        yield Pairs(places[found.firsts], places[found.seconds], costs)


class _Asking:
    """Every image asks, and what geometry is sure of is a pair.

    Where a file cannot be read, which goes into `unreadable`, what is stored of it
    asks: its mirror image then has to be found from the other side.
    """

    def __init__(self, images: _Images, name: str, mirrored: bool, n_jobs: int):
        self._images, self._name = images, name
        self._mirrored, self._n_jobs = mirrored, n_jobs
        self.unreadable: list[tuple[str, str]] = []

    def pairs(self, place: int | None, progress: bool | None) -> Iterator[Pairs]:
        """Give the pairs of one image, or of all, some at a time."""
        images = self._images
        equal = equal_rows(np.ascontiguousarray(images.hashes).view(np.uint64))
        n_equal = np.zeros(len(images), np.int64)
        np.add.at(n_equal, equal.firsts, 1)
        places = np.delete(np.arange(len(images)), equal.seconds)
        if place is not None:
            first = equal.firsts[equal.seconds == place]
            n_equal[place] = n_equal[first[0] if len(first) else place]
            places = np.array([place])
        with progress_bar("Comparing", len(places), progress) as advance:
            for start in range(0, len(places), _ASKED):
                some = places[start : start + _ASKED]
                # Equal files are found first, and shall leave room for others.
                depth = _DEPTH + int(n_equal[some].max())
                yield self._pairs_of(some.tolist(), depth)
                advance(len(some))

    def _pairs_of(self, places: list[int], depth: int) -> Pairs:
        images, found = self._images, []
        for place, ranking in self._answers(places, depth):
            asking = images.id_at(place)
            others = images.places_of(ranking.ids).tolist()
            for id_, other in zip(ranking.ids, others, strict=True):
                why = ranking.verifications[id_]
                if other == place or why.share < _SHARE:
                    continue  # before more is read of either
                if shows_the_same(why, self._stored(asking), self._stored(id_)):
                    found.append((*sorted((place, other)), -why.inliers))
        columns = np.array(found, np.int64).reshape(-1, 3).T
        return Pairs(columns[0], columns[1], columns[2])

    def _answers(self, places: list[int], depth: int) -> Iterator[tuple[int, Ranking]]:
        """Search for images by their files, or else by what is stored of them."""
        index, ids = self._images.index, [self._images.id_at(p) for p in places]
        files = {}
        for place, id_ in zip(places, ids, strict=True):
            if self._mirrored:
                try:
                    files[place] = index.file_of(id_)
                except FileNotFoundError as error:
                    self.unreadable.append((id_, str(error)))
        answers = self._search(list(files.values()), depth, mirrored=True)
        read = {}
        for place, answer in zip(files, answers, strict=True):
            if isinstance(answer, ImageError):
                self.unreadable.append((self._images.id_at(place), str(answer)))
            else:
                read[place] = answer
        stored = [place for place in places if place not in read]
        queries = [self._stored(self._images.id_at(place)) for place in stored]
        yield from read.items()
        answers = self._search(queries, depth, mirrored=False)
        yield from zip(stored, answers, strict=True)

    def _stored(self, id_: str) -> Query:
        query: Query = self._images.index.query_of(id_, by=self._name)
        return query

    def _search(self, queries: list[Any], depth: int, *, mirrored: bool) -> list[Any]:
        sure = SpatialVerification(depth, false_alarms=_FALSE_ALARMS)
        found: list[Any] = self._images.index.search_many(
            queries,
            depth,
            by=self._name,
            rerank=[sure],
            verified_only=True,
            mirrored=mirrored,
            n_jobs=self._n_jobs,
        )
        return found


def shows_the_same(found: Verification, asking: Query, asked: Query) -> bool:
    """Whether two verified pictures have more in common than a part.

    The features that agree must be a fifth of those of the picture that asks. And in
    one of the two they must span 30 % of the picture, or half of what all its features
    span, for there may be nothing else. A logo or a banner that both have is a small
    part of both; a crop is a small part of the whole, but all of the crop is in it.

    Parameters
    ----------
    found : Verification
        Of the two.
    asking, asked : Query
        What is stored of each.
    """
    if found.share < _SHARE:
        return False
    for points, picture in ((found.pairs[:, :2], asking), (found.pairs[:, 2:], asked)):
        area = _spanned(points)
        if area >= _COVER * picture.width * picture.height:
            return True
        (words,) = picture.parts.values()
        if area > 0 and area >= _COVER_OF_FEATURES * _spanned(words.keypoints[:, :2]):
            return True
    return False


def _spanned(points: NDArray[Any]) -> float:
    """Give the area of the convex hull of points, shape (n, 2)."""
    hull = cv2.convexHull(np.ascontiguousarray(points, np.float32))
    return float(cv2.contourArea(hull))
