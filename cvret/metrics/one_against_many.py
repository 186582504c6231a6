"""One picture against a folder, or many arrays, by full-reference metrics."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_jobs
from cvret._opencv import single_thread
from cvret._progress import progress_bar
from cvret.errors import ImageError
from cvret.images.folders import list_images
from cvret.images.reading import read_image
from cvret.metrics.by_sewar import sewar_version
from cvret.metrics.definitions import SEWAR, check_metrics, check_profile
from cvret.metrics.full_reference import full_reference
from cvret.metrics.many import Reference
from cvret.metrics.pairs import (
    Pair,
    check_candidate,
    check_reference,
    data_range_of,
    fit_reference,
)
from cvret.metrics.pixelwise import sam_of
from cvret.metrics.table import MetricTable

__all__ = ["rank_by_metric"]

_BLOCK_BYTES = 4 << 20  # of pixels that a thread holds
_OF_BOTH = ("sam", "scc")  # what is left out of them depends on both pictures
_BLOCK = 32  # pictures that a thread takes at a time, at most


def rank_by_metric(
    target: Any,
    images: Any,
    metrics: str | Sequence[str] | None = None,
    *,
    data_range: float | None = None,
    resize: str | tuple[int, int] | None = None,
    profile: str = "sewar",
    bands: int | None = None,
    n_jobs: int = -1,
    progress: bool | None = None,
) -> MetricTable:
    """Compare one picture with many by full-reference metrics, and rank them.

    Parameters
    ----------
    target : array, shape (height, width) or (height, width, bands), or path
        The reference of every pair. What depends on it alone is computed once.
    images : path, sequence, array or mapping
        A folder, whose pictures (also in folders below) have their relative paths, with
        '/', as ids; a list of paths, which are the ids, or of arrays, whose ids are
        their numbers, ``"0"``, ``"1"``, ...; an array of shape (n, height, width) or
        (n, height, width, bands), with numbers too; or a mapping of ids to arrays or
        paths. The target is not left out where it is among them.
    metrics : str or sequence of str, optional
        Names out of `cvret.metrics.definitions.METRICS`; by default all.
    data_range : float, optional
        The dynamic range of the pixels; by default that of the target's dtype.
    resize : {"reference"} or (height, width), optional
        Give every picture the target's size, or all of them, the target too, this size
        in pixels; by default another size than the target's is an error.
    profile : {"sewar", "textbook"}
        Whose values: sewar's own, or those of the papers.
    bands : int, optional
        The number of bands, which four must be confirmed by.
    n_jobs : int
        Threads; -1 takes all cores. Values do not depend on it.
    progress : bool, optional
        Show a bar; by default where standard error is a terminal.

    Returns
    -------
    MetricTable
        Values, ranks, and the reasons of what is undefined. Pictures that could not be
        read, or are of another size, type or number of bands, are listed in its
        `unreadable`.

    Raises
    ------
    ValueError
        If no picture could be measured; the message gives the first reasons.
    UnknownNameError
        If there is no metric of a name.
    ImageError
        If the target cannot be read.

    See Also
    --------
    full_reference : compares two pictures.

    Notes
    -----
    A few MB of pixels are held for each thread, however many files there are. How many
    windows of scc are flat is not counted here; `full_reference` tells.

    Examples
    --------
    >>> black, gray = np.zeros((8, 8), np.uint8), np.full((8, 8), 51, np.uint8)
    >>> table = rank_by_metric(black, {"black": black, "gray": gray}, ["rmse", "psnr"])
    >>> table.values.tolist()[1][0], table.best("psnr")[0]
    (51.0, ('black', inf))
    """
    names = check_metrics(metrics)
    check_profile(profile)
    check_jobs(n_jobs)
    reference = fit_reference(check_reference("target", target, bands), resize)
    reference = _as_float64(reference)
    peak = data_range_of(reference, data_range)
    sources = _sources_of(images)
    measuring = _Measuring(
        reference, names, peak, profile, resize, range_of_pixels=data_range is None
    )
    ids: list[str] = []
    unreadable = list(sources.unreadable)
    values: list[NDArray[np.float64]] = []
    notes: dict[tuple[str, str], str] = {}
    with progress_bar("Comparing", len(sources.ids), progress) as advance:
        for block in _measured(measuring, sources, n_jobs):
            advance(len(block.ids) + len(block.unreadable))
            ids += block.ids
            values.append(block.values)
            notes.update(block.notes)
            unreadable += block.unreadable
    if not ids:
        raise ValueError(_why_nothing(unreadable))
    return MetricTable(
        ids=tuple(ids),
        metrics=names,
        values=np.concatenate(values),
        reference=_name_of(target),
        data_range=peak,
        profile=profile,
        sewar=SEWAR,
        sewar_installed=sewar_version(),
        notes=notes,
        unreadable=tuple(unreadable),
        n_other=sources.n_other,
    )


@dataclass(frozen=True, eq=False)
class _Sources:
    """Pictures by their ids, as paths or arrays; none is read yet."""

    ids: tuple[str, ...]
    pictures: Sequence[Any]
    unreadable: tuple[tuple[str, str], ...] = ()
    n_other: int = 0


@dataclass(frozen=True, eq=False)
class _Block:
    """What came of a few pictures."""

    ids: list[str]
    values: NDArray[np.float64]
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


class _Measuring:
    """Checks and measures a few pictures against the target; thread-safe."""

    def __init__(
        self,
        reference: NDArray[Any],
        names: tuple[str, ...],
        data_range: float,
        profile: str,
        resize: str | tuple[int, int] | None,
        range_of_pixels: bool,
    ) -> None:
        self._reference = reference
        self._names = names
        self._data_range = data_range
        self._profile = profile
        self._resize = resize
        self._range_of_pixels = range_of_pixels
        self._measured = Reference(
            reference, names, data_range=data_range, profile=profile
        )
        self.n_bytes = reference.nbytes
        self._has_spectrum = _has_spectrum(reference)
        # What is said for the target's sake holds for every pair.
        own = self._details(reference, names)
        self._always = {
            name: one.note
            for name, one in own.items()
            if not np.isnan(one.value) and name not in _OF_BOTH
        }

    def block(self, ids: Sequence[str], pictures: Sequence[Any]) -> _Block:
        """Measure those that can be measured."""
        kept: list[str] = []
        checked: list[NDArray[Any]] = []
        unreadable: list[tuple[str, str]] = []
        for id_, picture in zip(ids, pictures, strict=True):
            try:
                found = self._check(id_, picture)
            except (ImageError, TypeError, ValueError) as error:
                unreadable.append((id_, str(error)))
                continue
            kept.append(id_)
            checked.append(found)
        if not kept:
            return _Block([], np.empty((0, len(self._names))), {}, unreadable)
        values = self._measured.measure(np.stack(checked), n_jobs=1)
        notes = {
            (id_, name): note
            for id_, picture, row in zip(kept, checked, values, strict=True)
            for name, note in self._notes(picture, row).items()
        }
        return _Block(kept, values, notes, unreadable)

    def _check(self, id_: str, picture: Any) -> NDArray[Any]:
        """Read a picture, and raise unless it can be measured."""
        name = f"images[{id_!r}]"
        if isinstance(picture, str | PathLike):
            name, picture = id_, read_image(picture)
        found = check_candidate(name, picture, self._reference, self._resize)
        if self._range_of_pixels:
            data_range_of(found, None)
        return _as_float64(found)

    def _notes(self, picture: NDArray[Any], row: NDArray[np.float64]) -> dict[str, str]:
        """Say why values are undefined; only those are computed once more."""
        asked = [
            name
            for name, value in zip(self._names, row, strict=True)
            if not np.isfinite(value)
        ]
        notes = {n: note for n, note in self._always.items() if n not in asked}
        if "sam" in self._names and "sam" not in asked:
            there = self._has_spectrum & _has_spectrum(picture)
            pair = Pair(self._reference, picture, self._data_range)
            notes["sam"] = sam_of(np.where(there, 0.0, np.nan), pair).note
        if asked:
            found = self._details(picture, tuple(asked))
            notes.update({name: one.note for name, one in found.items()})
        return {name: note for name, note in notes.items() if note}

    def _details(self, picture: NDArray[Any], names: tuple[str, ...]) -> Any:
        return full_reference(
            self._reference,
            picture,
            names,
            data_range=self._data_range,
            profile=self._profile,
            bands=self._reference.shape[2],
            details=True,
        )


def _as_float64(picture: NDArray[Any]) -> NDArray[Any]:
    """Give floats one dtype, so that all can be compared; integers stay."""
    return picture.astype(np.float64) if picture.dtype.kind == "f" else picture


def _has_spectrum(picture: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell of each pixel whether any of its bands is not zero."""
    there: NDArray[np.bool_] = picture[:, :, 0] != 0
    for band in range(1, picture.shape[2]):
        there |= picture[:, :, band] != 0
    return there


def _measured(
    measuring: _Measuring, sources: _Sources, n_jobs: int
) -> Iterator[_Block]:
    """Read and measure in blocks, in parallel; they come in the order of ids."""
    size = int(np.clip(_BLOCK_BYTES // measuring.n_bytes, 1, _BLOCK))
    starts = range(0, len(sources.ids), size)

    def work(start: int) -> _Block:
        part = slice(start, start + size)
        with single_thread():
            return measuring.block(sources.ids[part], sources.pictures[part])

    if n_jobs == 1 or len(starts) == 1:
        yield from map(work, starts)
        return
    import joblib  # here, for two pictures do not need it

    parallel = joblib.Parallel(
        n_jobs, prefer="threads", return_as="generator", pre_dispatch="2*n_jobs"
    )
    yield from parallel(joblib.delayed(work)(start) for start in starts)


def _sources_of(images: Any) -> _Sources:
    """List what is to be measured, or raise where it is nothing of the kind."""
    if isinstance(images, str | PathLike):
        return _files_of(Path(fspath(images)))
    ids: list[Any]
    pictures: Any
    if isinstance(images, Mapping):
        ids, pictures = list(images), list(images.values())
        if wrong := [id_ for id_ in ids if not isinstance(id_, str)]:
            raise TypeError(f"images must have texts as ids, got {wrong[0]!r}")
    elif isinstance(images, np.ndarray):
        if images.ndim not in (3, 4):
            raise ValueError(
                "images must have shape (n, height, width) or (n, height, width, "
                f"bands), got {images.shape}"
            )
        ids, pictures = [str(number) for number in range(len(images))], images
    elif isinstance(images, tuple | list):
        pictures = images
        ids = [
            fspath(each) if isinstance(each, str | PathLike) else str(number)
            for number, each in enumerate(images)
        ]
    else:
        raise TypeError(
            "images must be a folder, a list of paths or arrays, an array of shape "
            f"(n, height, width, bands) or a mapping, got {type(images).__name__}"
        )
    if not ids:
        raise ValueError("images must hold at least one picture, got none")
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise ValueError(f"images must each be named once, got {id_!r} twice")
        seen.add(id_)
    return _Sources(tuple(ids), pictures)


def _files_of(folder: Path) -> _Sources:
    listing = list_images(folder)
    if not listing.ids and not listing.unreadable:
        others = f"; its {listing.n_other} files are others" if listing.n_other else ""
        raise ValueError(f"{folder} holds no pictures{others}")
    return _Sources(
        listing.ids,
        [folder / id_ for id_ in listing.ids],
        listing.unreadable,
        listing.n_other,
    )


def _why_nothing(unreadable: Sequence[tuple[str, str]]) -> str:
    """Tell that nothing could be measured, with the first reasons."""
    reasons = "; ".join(reason for _, reason in unreadable[:3])
    rest = len(unreadable) - 3
    more = f"; and {rest:,} more" if rest > 0 else ""
    return f"none of {len(unreadable):,} pictures could be measured: {reasons}{more}"


def _name_of(target: Any) -> str:
    return fspath(target) if isinstance(target, str | PathLike) else "target"
