"""What each metric keeps of a reference, and how it measures pictures against it.

A part is made once from the reference and gives, for a block of pictures, a value each
of some metrics. It keeps nothing of the pictures, so that threads can share it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import floor, log2, nan
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.angle_kernels import spectral_angles, spectral_angles_numpy
from cvret.metrics.box_kernels import (
    SSIM,
    UQI,
    box_sums,
    make_room,
    squared_errors,
    window_errors,
    window_moments,
)
from cvret.metrics.gauss_kernels import (
    half_window,
    halve,
    information,
    shrink,
    similarities,
    windows_moments,
)
from cvret.metrics.scc_kernels import high_pass, spatial_correlation

__all__ = ["Block", "Part", "make_parts"]

Array = NDArray[Any]
Doubles = NDArray[np.float64]
Values = dict[str, Doubles]

_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
_MOST_BANDS = 128  # whose products NumPy sums in the order of the kernel


@dataclass(frozen=True, eq=False)
class Block:
    """Some pictures of one shape, and what they were converted to.

    Attributes
    ----------
    pictures : array, shape (n, height, width, bands)
        As they came.
    """

    pictures: Array

    @property
    def bands(self) -> int:
        """Bands of each."""
        return int(self.pictures.shape[3])

    @property
    def n(self) -> int:
        """How many they are."""
        return len(self.pictures)

    @cached_property
    def values(self) -> Array:
        """Pictures of 8 bits as they are, others as float64: (n, height, samples)."""
        if self.pictures.dtype == np.uint8:
            return self._rows(np.uint8)
        return self.doubles

    @cached_property
    def numbers(self) -> Array:
        """Pictures of 8 bits as int32, others as float64."""
        if self.pictures.dtype == np.uint8:
            return self._rows(np.int32)
        return self.doubles

    @cached_property
    def doubles(self) -> Doubles:
        """Pictures as float64."""
        return self._rows(np.float64)

    def _rows(self, dtype: Any) -> Array:
        # What cannot be written to would be compiled for once more.
        rows = np.require(self.pictures, dtype, "CW")
        return rows.reshape(*rows.shape[:2], -1)


class Part(Protocol):
    """Measures blocks of pictures against what it keeps of the reference.

    Attributes
    ----------
    takes_bytes : bool
        Whether it reads pictures of 8 bits as they are.
    """

    takes_bytes: bool

    def __call__(self, block: Block) -> Values:
        """Give an array of shape (n,) for each of its metrics."""


def make_parts(
    reference: Array, metrics: Iterable[str], data_range: float, profile: str
) -> tuple[list[Part], list[str]]:
    """Make the parts that some metrics need, and name the metrics that have none.

    Parameters
    ----------
    reference : array, shape (height, width, bands)
        What pictures are compared with.
    metrics : iterable of str
        Names.
    data_range : float
        The dynamic range in force.
    profile : {"sewar", "textbook"}
        Whose values.

    Returns
    -------
    parts : list of Part
        Together they measure what they can.
    others : list of str
        Metrics that have no compiled form for such a picture: windows larger than it
        is; windows whose sums of floats keep rounding errors that sewar's values show.
    """
    wanted = set(metrics)
    target = Block(reference[np.newaxis])
    side = min(reference.shape[:2])
    exact = reference.dtype.kind in "iu" and reference.dtype.itemsize <= 2
    sewar = profile == "sewar"
    parts: list[Part] = []
    done: set[str] = set()

    def add(names: set[str], make: Any, *arguments: Any) -> None:
        if wanted & names:
            parts.append(make(target, *arguments))
            done.update(wanted & names)

    errors = {"mse", "rmse", "psnr", "ergas"}
    errors |= set() if sewar else {"rase"}
    add(errors, SquaredErrors, data_range, errors & wanted)
    add({"cosine"}, Cosine)
    add({"sam"}, Angles, not sewar)
    if exact and side > 8:
        add({"uqi"}, QualityIndex, not sewar)
        add({"rmse_sw"}, WindowErrors, False, not sewar)
        if sewar:
            add({"rase"}, WindowErrors, True, False)
    if exact:
        add({"scc"}, Correlation, not sewar)
    if side >= 11:
        if sewar:
            add({"ssim"}, Similarity, data_range)
        add({"msssim"} if sewar else {"msssim", "ssim"}, Scales, data_range, not sewar)
    if side >= 41:
        add({"vifp"}, Information, 1.0 if sewar else 255 / data_range)
    return parts, sorted(wanted - done)


class SquaredErrors:
    """Sums of squared errors, and the metrics that need no more of a picture."""

    takes_bytes = True

    def __init__(self, target: Block, data_range: float, names: set[str]) -> None:
        whole = target.values.dtype == np.uint8
        self._target = target.values[0].astype(np.int16 if whole else np.float64)
        self._types = (np.int32, np.int64) if whole else (np.float64, np.float64)
        self._means = target.pictures[0].mean(axis=(0, 1), dtype=np.float64)
        self._peak, self._names = data_range, names

    def __call__(self, block: Block) -> Values:
        columns = np.empty(self._target.shape[1], self._types[0])
        sums = np.empty((block.n, block.bands), self._types[1])
        squared_errors(block.values, self._target, columns, sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = {}
            if self._names & {"mse", "rmse", "psnr"}:
                found["mse"] = mse = sums.sum(axis=1) / self._target.size
                if "rmse" in self._names:
                    found["rmse"] = np.sqrt(mse)
                if "psnr" in self._names:
                    found["psnr"] = 10 * np.log10(self._peak**2 / mse)
            of_bands = sums * (block.bands / self._target.size)
            if "ergas" in self._names:
                found["ergas"] = self._ergas(of_bands)
            if "rase" in self._names:
                mean = self._means.mean()
                found["rase"] = 100 / mean * np.sqrt(of_bands.mean(axis=1))
        return found

    def _ergas(self, of_bands: Doubles) -> Doubles:
        """Average over the bands whose mean is not 0."""
        there = self._means != 0
        if not there.any():
            return np.full(len(of_bands), nan)
        relative = of_bands[:, there] / self._means[there] ** 2
        found: Doubles = 25 * np.sqrt(relative.mean(axis=1))
        return found


class Cosine:
    """The cosine of pictures as long vectors."""

    takes_bytes = False

    def __init__(self, target: Block) -> None:
        self._scale = float(np.abs(target.doubles).max()) or 1.0
        self._target = target.doubles.ravel() / self._scale

    def __call__(self, block: Block) -> Values:
        rows = block.doubles.reshape(block.n, -1) / self._scale
        dots = rows @ self._target
        own = np.einsum("ij,ij->i", rows, rows)
        target = self._target @ self._target
        norms = np.sqrt(own * target)
        with np.errstate(invalid="ignore"):
            found = np.clip(dots / norms, -1, 1)
        if target == 0:
            found[own == 0] = 1.0
        return {"cosine": found}


class Angles:
    """Mean angles between spectra."""

    takes_bytes = False

    def __init__(self, target: Block, by_halves: bool) -> None:
        self._target = target.doubles.reshape(-1, target.bands)
        self._lengths = np.sqrt((self._target * self._target).sum(axis=1))
        self._by_halves = by_halves

    def __call__(self, block: Block) -> Values:
        pictures = block.doubles.reshape(block.n, -1, block.bands)
        found = np.empty((block.n, 2))
        few = block.bands <= _MOST_BANDS
        measure = spectral_angles if few else spectral_angles_numpy
        measure(pictures, self._target, self._lengths, self._by_halves, found)
        with np.errstate(invalid="ignore"):
            return {"sam": found[:, 0] / found[:, 1]}


class WindowErrors:
    """Roots of the squared errors in windows: rmse_sw, or rase if bands go together."""

    takes_bytes = True

    def __init__(self, target: Block, together: bool, every: bool) -> None:
        whole = target.values.dtype == np.uint8
        self._target = target.values[0].astype(np.int16 if whole else np.float64)
        self._dtype = np.int32 if whole else np.float64
        self._together = together
        bands = target.bands
        less = 7 if every else 8
        rows = len(self._target) - less
        columns = self._target.shape[1] // bands - less
        if together:
            sums = box_sums(target.doubles[0], 8, bands)[:rows, : columns * bands]
            means = (sums / 64).reshape(rows, columns, bands).sum(axis=2) / bands
            dark = means == 0
            weights = 100 / np.where(dark, 1, means)
            weights[dark] = 0
            self._weights = weights / np.sqrt(64 * bands) / weights.size
        else:
            self._weights = np.full((rows, columns * bands), 1 / 8)
            self._weights /= self._weights.size

    def __call__(self, block: Block) -> Values:
        found = np.empty(block.n)
        room = make_room(12, self._target.shape[1], block.bands, self._dtype)
        window_errors(
            block.values,
            self._target,
            self._weights,
            block.bands,
            self._together,
            room,
            found,
        )
        return {"rase" if self._together else "rmse_sw": found}


class QualityIndex:
    """The universal quality index, by means as in sewar or by sums as in the paper."""

    takes_bytes = False

    def __init__(self, target: Block, by_sums: bool) -> None:
        self._target = target.numbers[0]
        bands = target.bands
        plane = target.doubles[0]
        less = 7 if by_sums else 8
        rows, columns = plane.shape[0] - less, plane.shape[1] - less * bands
        scale = 1.0 if by_sums else 1 / 64
        self._means, self._squares = (
            np.ascontiguousarray(scale * box_sums(p, 8, bands)[:rows, :columns])
            for p in (plane, plane * plane)
        )
        self._constants = np.array([scale, 0.0])

    def __call__(self, block: Block) -> Values:
        return {"uqi": _moments(self, block, UQI)}


class Similarity:
    """Structural similarity in uniform windows."""

    takes_bytes = False

    def __init__(self, target: Block, data_range: float) -> None:
        self._target = target.numbers[0]
        plane = target.doubles[0]
        self._means, self._squares = (
            box_sums(p, 11, target.bands) / 121 for p in (plane, plane * plane)
        )
        self._constants = _constants(data_range)

    def __call__(self, block: Block) -> Values:
        return {"ssim": _moments(self, block, SSIM)}


def _moments(part: Any, block: Block, kind: int) -> Doubles:
    found = np.empty(block.n)
    width, dtype = part._target.shape[1], part._target.dtype
    room = make_room(4, width, block.bands, dtype, parts=3)
    window_moments(
        block.numbers,
        part._target,
        part._means,
        part._squares,
        block.bands,
        kind,
        part._constants,
        room,
        found,
    )
    return found


def _constants(data_range: float) -> Doubles:
    """SSIM's two constants."""
    return np.array([(0.01 * data_range) ** 2, (0.03 * data_range) ** 2])


class Correlation:
    """The spatial correlation coefficient."""

    takes_bytes = False

    def __init__(self, target: Block, alive_only: bool) -> None:
        plane, bands = target.numbers[0], target.bands
        height, width = plane.shape
        self._target = np.zeros((height + 7, width + 7 * bands), plane.dtype)
        high_pass(plane, bands, self._target)
        padded = self._target.astype(np.float64)
        self._means = box_sums(padded, 8, bands) / 64
        squares = box_sums(padded * padded, 8, bands) / 64
        self._spreads = np.sqrt(np.maximum(squares - self._means**2, 0))
        self._alive_only = alive_only

    def __call__(self, block: Block) -> Values:
        found = np.empty((block.n, 2))
        width, dtype = self._target.shape[1], self._target.dtype
        room = make_room(4, width, block.bands, dtype, parts=3)
        padded = np.zeros_like(self._target)
        spatial_correlation(
            block.numbers,
            self._target,
            self._means,
            self._spreads,
            block.bands,
            room,
            padded,
            found,
        )
        with np.errstate(invalid="ignore"):
            n = found[:, 1] if self._alive_only else float(self._means.size)
            return {"scc": found[:, 0] / n}


@dataclass(frozen=True, eq=False)
class _Scale:
    """The reference at one scale: moments of its windows, and their half window."""

    target: Doubles
    means: Doubles
    squares: Doubles
    half: Doubles


class Scales:
    """Structural similarity in Gaussian windows, at one scale and at several."""

    takes_bytes = False

    def __init__(self, target: Block, data_range: float, textbook: bool) -> None:
        shorter = min(target.pictures.shape[1:3])
        n = min(floor(log2(shorter / 11)) + 1, len(_WEIGHTS))
        half, planes = half_window(11, 1.5), target.doubles
        self._scales: list[_Scale] = []
        for scale in range(n):
            if scale:
                planes = _halved(planes, target.bands)
            plane = planes[0]
            means, squares, _ = windows_moments(plane, plane, half, target.bands)
            self._scales.append(_Scale(plane, means, squares, half))
        self._constants = _constants(data_range)
        self._textbook = textbook
        self._weights = _WEIGHTS[:n]
        if textbook:
            self._weights = self._weights / self._weights.sum()

    def __call__(self, block: Block) -> Values:
        n_scales = len(self._scales)
        found = np.empty((n_scales, block.n, 2))
        planes = block.doubles
        for number, at in enumerate(self._scales):
            if number:
                planes = _halved(planes, block.bands)
            similarities(
                planes,
                at.target,
                at.means,
                at.squares,
                at.half,
                block.bands,
                self._constants,
                found[number],
            )
        terms = np.concatenate([found[:-1, :, 1], found[-1:, :, 0]]).astype(complex)
        if self._textbook:
            terms = np.maximum(terms.real, 0)
        values = {"msssim": np.prod(terms.T**self._weights, axis=1).real}
        if self._textbook:
            values["ssim"] = found[0, :, 0]
        return values


def _halved(planes: Doubles, bands: int) -> Doubles:
    n, height, width = planes.shape
    columns = (width // bands + 1) // 2 * bands
    smaller = np.empty((n, (height + 1) // 2, columns))
    halve(planes, bands, smaller)
    return smaller


class Information:
    """Visual information fidelity of pixels that are scaled by a factor."""

    takes_bytes = False

    def __init__(self, target: Block, factor: float) -> None:
        self._factor = factor
        self._reference = target.pictures[0]
        bands = target.bands
        planes = factor * target.doubles
        self._scales: list[_Scale] = []
        self._whole = np.zeros(bands)
        for size in (17, 9, 5, 3):
            half = half_window(size, size / 5)
            if size < 17:
                planes = _shrunk(planes, half, bands)
            plane = planes[0]
            means, squares, _ = windows_moments(plane, plane, half, bands)
            variances = np.maximum(squares - means * means, 0)
            kept = np.where(variances < 1e-10, 0, variances)
            self._whole += np.log(1 + kept / 2).reshape(-1, bands).sum(axis=0)
            self._scales.append(_Scale(plane, means, variances, half))
        self._there = np.ptp(self._reference, axis=(0, 1)) > 0
        self._there &= self._whole > 0

    def __call__(self, block: Block) -> Values:
        if not self._there.any():
            equal = (block.pictures == self._reference).all(axis=(1, 2, 3))
            return {"vifp": np.where(equal, 1.0, nan)}
        planes = block.doubles if self._factor == 1 else self._factor * block.doubles
        found = np.zeros((block.n, block.bands))
        for number, at in enumerate(self._scales):
            if number:
                planes = _shrunk(planes, at.half, block.bands)
            information(
                planes, at.target, at.means, at.squares, at.half, block.bands, found
            )
        there = self._there
        return {"vifp": (found[:, there] / self._whole[there]).mean(axis=1)}


def _shrunk(planes: Doubles, half: Doubles, bands: int) -> Doubles:
    n, height, width = planes.shape
    less = 2 * len(half) - 2
    rows, columns = (height - less + 1) // 2, (width // bands - less + 1) // 2
    smaller = np.empty((n, rows, columns * bands))
    shrink(planes, half, bands, smaller)
    return smaller
