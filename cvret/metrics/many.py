"""One reference against many pictures: what is the reference's own, computed once."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.against import make_parts
from cvret.metrics.blocks import Block
from cvret.metrics.definitions import check_metrics, check_profile
from cvret.metrics.full_reference import full_reference

__all__ = ["Reference"]

Array = NDArray[Any]

_SAMPLES = 1 << 18  # of a block: as float64 it fits a processor's cache
_BYTES = 1 << 22  # of a block that is not converted
_WORTH_THREADS = 1 << 17  # samples, below which threads cost more than they give


class Reference:
    """A picture that many others are compared with.

    Parameters
    ----------
    picture : array, shape (height, width, bands)
        The reference, of whole or floating-point numbers.
    metrics : sequence of str, or None
        Names of `METRICS`, all by default; they order the columns of what is measured.
    data_range : float
        The difference between the largest and the smallest value a pixel can have.
    profile : {"sewar", "textbook"}
        Whose values.

    Attributes
    ----------
    metrics : tuple of str
        The names.

    See Also
    --------
    cvret.full_reference : one pair, with checks and notes; the values are the same.

    Notes
    -----
    Windows' moments of the reference are computed once, those of the pictures in
    compiled loops over blocks of pictures, one block a thread: the memory needed beyond
    the pictures does not grow with their number. What has no compiled form, such as
    windows of floats whose rounding errors sewar's values show, goes pair by pair
    through `full_reference`.

    Examples
    --------
    >>> gray = np.full((8, 8, 1), 100, np.uint8)
    >>> reference = Reference(gray, ["mse", "psnr"], data_range=255)
    >>> reference.measure(np.stack([gray, gray + 2])).round(2)
    array([[ 0.  ,   inf],
           [ 4.  , 42.11]])
    """

    def __init__(
        self,
        picture: Array,
        metrics: str | Sequence[str] | None = None,
        *,
        data_range: float,
        profile: str = "sewar",
    ) -> None:
        self.metrics = check_metrics(metrics)
        check_profile(profile)
        if picture.ndim != 3 or picture.size == 0:
            raise ValueError(
                "picture must have shape (height, width, bands) and at least one "
                f"pixel, got shape {picture.shape}"
            )
        self._picture = picture
        self._data_range, self._profile = float(data_range), profile
        self._parts, self._others = make_parts(
            picture, self.metrics, self._data_range, profile
        )
        as_they_are = picture.dtype == np.uint8 and not self._others
        as_they_are &= all(part.takes_bytes for part in self._parts)
        self._block_samples = _BYTES if as_they_are else _SAMPLES

    def measure(self, pictures: Array, n_jobs: int = -1) -> NDArray[np.float64]:
        """Compare pictures with the reference.

        Parameters
        ----------
        pictures : array, shape (n, height, width, bands)
            Of the reference's shape and dtype.
        n_jobs : int, default=-1
            Threads, as joblib counts them; -1 for all cores.

        Returns
        -------
        array of float64, shape (n, n_metrics)
            A column for each of `metrics`; NaN where a value is undefined.

        Raises
        ------
        ValueError
            If shape or dtype are not the reference's.
        """
        shape, dtype = self._picture.shape, self._picture.dtype
        if pictures.shape[1:] != shape or pictures.dtype != dtype:
            raise ValueError(
                f"pictures must have shape (n, {str(shape)[1:]} and dtype {dtype}, as "
                f"the reference has, got shape {pictures.shape} and dtype "
                f"{pictures.dtype}"
            )
        values = np.empty((len(pictures), len(self.metrics)))
        if not len(pictures):
            return values
        if pictures.size <= _WORTH_THREADS:
            self._measure_block(pictures, values)
            return values
        workers = _count_workers(n_jobs)
        most = max(1, self._block_samples // self._picture.size)
        # As many blocks a thread as another has, for they take the same time.
        rounds = -(-len(pictures) // (most * workers))
        size = -(-len(pictures) // (rounds * workers))
        firsts = range(0, len(pictures), size)

        def measure_block(first: int) -> None:
            block = slice(first, first + size)
            self._measure_block(pictures[block], values[block])

        if workers == 1 or len(firsts) == 1:
            for first in firsts:
                measure_block(first)
        else:
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(measure_block, firsts))
        return values

    def notes(self, picture: Array) -> dict[str, str]:
        """Tell of each metric why its value is undefined, or what was left out.

        Parameters
        ----------
        picture : array, shape (height, width, bands)
            Of the reference's shape and dtype.

        Returns
        -------
        dict of str to str
            For each of `metrics`; empty where there is nothing to say.
        """
        found = self._one_by_one(picture, self.metrics, details=True)
        return {name: found[name].note for name in self.metrics}

    def _measure_block(self, pictures: Array, values: NDArray[np.float64]) -> None:
        """Fill the rows of one block."""
        block = Block(pictures)
        found: dict[str, Any] = {}
        for part in self._parts:
            found |= part(block)
        if self._others:
            singles = [self._one_by_one(p, self._others) for p in pictures]
            found |= {n: [single[n] for single in singles] for n in self._others}
        for column, name in enumerate(self.metrics):
            values[:, column] = found[name]

    def _one_by_one(
        self, picture: Array, metrics: Sequence[str], details: bool = False
    ) -> dict[str, Any]:
        return full_reference(
            self._picture,
            picture,
            list(metrics),
            data_range=self._data_range,
            profile=self._profile,
            bands=self._picture.shape[2],
            details=details,
        )


def _count_workers(n_jobs: int) -> int:
    """Count threads as joblib does, without the time that its import takes."""
    if n_jobs < 0:
        return max(1, (os.cpu_count() or 1) + 1 + n_jobs)
    return max(1, n_jobs)
