"""Some pictures of one shape, and what measures them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Block", "Part"]

Array = NDArray[Any]
Doubles = NDArray[np.float64]
Values = dict[str, Doubles]


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
        rows = np.ascontiguousarray(self.pictures, dtype)
        rows = rows if rows.flags.writeable else rows.copy()
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
