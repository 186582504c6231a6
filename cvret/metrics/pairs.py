"""Two pictures that can be compared, or the reason why they cannot."""

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_number
from cvret._opencv import cv2
from cvret.errors import ImageError
from cvret.images.reading import read_image

__all__ = [
    "Measurement",
    "Pair",
    "check_candidate",
    "check_mask",
    "check_reference",
    "check_resize",
    "data_range_of",
    "fit_reference",
]

# Sums over windows of integers up to here are exact in float64, squares and all.
_LARGEST_EXACT = 65535


@dataclass(frozen=True)
class Measurement:
    """The value of a metric, and what is to be said of it.

    Attributes
    ----------
    value : float
        Perhaps NaN, or infinite.
    note : str
        Why the value is undefined, what was left out, or why it means little; empty
        where there is nothing to say.

    Examples
    --------
    >>> Measurement(0.5).note
    ''
    """

    value: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures that were checked, as metrics take them.

    Attributes
    ----------
    reference, candidate : array, shape (height, width, bands)
        Both of one shape.
    data_range : float
        The difference between the largest and the smallest value a pixel can have.
    mask : array of bool, shape (height, width), or None
        True where pixels count.
    """

    reference: NDArray[Any]
    candidate: NDArray[Any]
    data_range: float
    mask: NDArray[np.bool_] | None = None

    @cached_property
    def a(self) -> NDArray[np.float64]:
        """The reference, band by band: (bands, height, width)."""
        return _planes(self.reference)

    @cached_property
    def b(self) -> NDArray[np.float64]:
        """The candidate, band by band: (bands, height, width)."""
        return _planes(self.candidate)

    @property
    def squared_errors(self) -> NDArray[np.float64]:
        """Squares of the differences, band by band: (bands, height, width)."""
        errors = _planes(np.subtract(self.reference, self.candidate, dtype=np.float64))
        return np.square(errors, out=errors)

    @property
    def bands(self) -> int:
        """How many values a pixel has."""
        return int(self.reference.shape[2])

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.reference.shape[0], self.reference.shape[1]

    @cached_property
    def pixels(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The pixels that count of both pictures, each of shape (bands, n)."""
        if self.mask is None:
            return self.a.reshape(self.bands, -1), self.b.reshape(self.bands, -1)
        return self.a[:, self.mask], self.b[:, self.mask]

    @cached_property
    def equal(self) -> bool:
        """Whether all pixels that count are equal."""
        return bool(np.array_equal(*self.pixels))

    @cached_property
    def exact(self) -> bool:
        """Whether sums over windows have no rounding errors."""
        return all(_is_exact(picture) for picture in (self.reference, self.candidate))


def check_reference(name: str, picture: Any, bands: int | None) -> NDArray[Any]:
    """Give a picture as an array of shape (height, width, bands).

    Parameters
    ----------
    name : str
        Of the argument, for errors.
    picture : array of shape (height, width) or (height, width, bands), or path
        A file is read as RGB of 8 bits.
    bands : int or None
        How many bands it must have. Four are taken for RGBA, and refused, unless this
        is 4.

    Raises
    ------
    ImageError
        If a file is no readable picture.
    TypeError
        If it is no array of whole or floating-point numbers.
    ValueError
        If it is empty, holds NaN or infinite pixels, or has other bands.

    Examples
    --------
    >>> check_reference("a", np.zeros((4, 6)), None).shape
    (4, 6, 1)
    """
    if isinstance(picture, str | PathLike):
        try:
            picture = read_image(picture)
        except ImageError as error:
            raise ImageError(
                f"{name} must be an array, or the file of a picture; {error}"
            ) from error
    _check_pixels(name, picture)
    if picture.ndim == 2:
        picture = picture[:, :, np.newaxis]
    _check_bands(name, picture.shape[2], bands)
    found = np.asarray(picture)
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def check_resize(resize: str | tuple[int, int] | None) -> None:
    """Raise unless it is "reference", a height and a width, or None.

    Raises
    ------
    TypeError, ValueError
        If it is something else, or a side is no whole number of at least 1.
    """
    if resize is None or resize == "reference":
        return
    if not isinstance(resize, tuple) or len(resize) != 2:
        raise ValueError(
            f'resize must be "reference" or (height, width) in pixels, got {resize!r}'
        )
    for side in resize:
        check_count("resize", side)


def fit_reference(
    reference: NDArray[Any], resize: str | tuple[int, int] | None
) -> NDArray[Any]:
    """Give the reference the size that both pictures are asked to have.

    Raises
    ------
    TypeError, ValueError
        If `resize` is none that there is; see `check_resize`.

    Examples
    --------
    >>> fit_reference(np.zeros((4, 6, 1), np.uint8), (2, 3)).shape
    (2, 3, 1)
    """
    check_resize(resize)
    if not isinstance(resize, tuple) or reference.shape[:2] == resize:
        return reference
    return _resized(reference, *resize)


def check_candidate(
    name: str,
    picture: Any,
    reference: NDArray[Any],
    resize: str | tuple[int, int] | None,
) -> NDArray[Any]:
    """Give a picture as an array of the reference's own shape.

    Parameters
    ----------
    name : str
        Of the argument, for errors.
    picture : array of shape (height, width) or (height, width, bands), or path
        As for `check_reference`.
    reference : array, shape (height, width, bands)
        What it is compared with.
    resize : {"reference"}, (height, width) or None
        Unless it is None, a picture of another size gets the size of the reference, to
        which `fit_reference` gave the size asked for: by averages over areas where it
        has more pixels, linear where it has fewer.

    Raises
    ------
    ImageError, TypeError, ValueError
        As `check_reference`, and if size, bands or dtype are not the reference's.
    """
    check_resize(resize)
    height, width, bands = reference.shape
    found = check_reference(name, picture, bands if bands == 4 else None)
    if found.shape[2] != bands:
        raise ValueError(
            f"{name} must have {_count_bands(bands)}, as the reference has, got "
            f"{_count_bands(found.shape[2])}; convert one of them"
        )
    kinds = {found.dtype.kind, reference.dtype.kind}
    if kinds != {"f"} and found.dtype != reference.dtype:
        raise ValueError(
            f"{name} must have the reference's dtype {reference.dtype}, got "
            f"{found.dtype}; convert one of them, ranges and all"
        )
    if found.shape == reference.shape:
        return found
    if resize is None:
        raise ValueError(
            f"{name} must have the reference's size of {width} x {height} pixels, got "
            f"{found.shape[1]} x {found.shape[0]}; scale it, or pass "
            'resize="reference"'
        )
    return _resized(found, height, width)


def data_range_of(
    reference: NDArray[Any], data_range: float | None, *candidates: NDArray[Any]
) -> float:
    """Give the dynamic range in force: the one that was passed, or the dtype's.

    Parameters
    ----------
    reference, *candidates : array
        What was checked; with a `data_range` their pixels do not matter.
    data_range : float or None
        The difference between the largest and the smallest value a pixel can have.

    Returns
    -------
    float
        Of integers the largest value of the dtype; of floats in [0, 1] one.

    Raises
    ------
    TypeError, ValueError
        If it is no number above 0; or if there is none, and floats lie outside of
        [0, 1] or integers below 0.

    Examples
    --------
    >>> data_range_of(np.zeros((1, 1, 1), np.uint16), None)
    65535.0
    """
    if data_range is not None:
        if check_number("data_range", data_range) <= 0:
            raise ValueError(
                f"data_range must be above 0, got {data_range}; it is the difference "
                "between the largest and the smallest value a pixel can have"
            )
        return float(data_range)
    floats = reference.dtype.kind == "f"
    if reference.dtype.kind == "u":
        return float(np.iinfo(reference.dtype).max)
    for picture in (reference, *candidates):
        low, high = float(picture.min()), float(picture.max())
        if floats and not (low >= 0 and high <= 1):
            raise ValueError(
                "data_range must be given for floating-point pixels outside of "
                f"[0, 1], got pixels in [{low:g}, {high:g}]; pass "
                "data_range=255 if they are gray levels of 8 bits"
            )
        if low < 0:
            raise ValueError(
                f"data_range must be given for pixels below 0, got {low:g} in a "
                f"picture of dtype {picture.dtype}; pass the largest possible value "
                "less the smallest"
            )
    return 1.0 if floats else float(np.iinfo(reference.dtype).max)


def check_mask(mask: Any, reference: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Give a mask, or raise unless it fits; None if all pixels count.

    Raises
    ------
    TypeError
        If it is no array of bool.
    ValueError
        If its shape is not that of the picture, or no pixel counts.
    """
    if mask is None:
        return None
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        raise TypeError(
            "mask must be an array of bool, True where pixels count, got "
            f"{getattr(mask, 'dtype', type(mask).__name__)}; compare, as in mask > 0"
        )
    if mask.shape != reference.shape[:2]:
        raise ValueError(
            f"mask must have the shape {reference.shape[:2]} of the reference, got "
            f"{mask.shape}; give one value a pixel"
        )
    if not mask.any():
        raise ValueError("mask must be True somewhere, got no pixel that counts")
    return None if mask.all() else mask


def _check_pixels(name: str, picture: Any) -> None:
    """Raise unless it is an array of numbers, whole or finite, that is not empty."""
    if not isinstance(picture, np.ndarray):
        raise TypeError(
            f"{name} must be an array of shape (height, width) or (height, width, "
            f"bands), or a file, got {type(picture).__name__}; convert it with "
            "np.asarray"
        )
    if isinstance(picture, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got a masked one; pass its data, and where "
            "pixels count as mask="
        )
    if picture.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} must hold whole or floating-point numbers, got dtype "
            f"{picture.dtype}; convert it, as with astype(np.uint8)"
        )
    if picture.ndim not in (2, 3) or picture.size == 0:
        raise ValueError(
            f"{name} must have shape (height, width) or (height, width, bands) and at "
            f"least one pixel, got shape {picture.shape}; pass one picture"
        )
    if picture.dtype.kind == "f" and not np.isfinite(picture).all():
        n_bad = int(picture.size - np.isfinite(picture).sum())
        raise ValueError(
            f"{name} must have finite pixels, got {n_bad} NaN or infinite values; "
            "replace them, as with np.nan_to_num"
        )


def _check_bands(name: str, n_bands: int, bands: int | None) -> None:
    """Raise unless there are as many bands as wanted; four only if wanted."""
    if bands is not None and n_bands != check_count("bands", bands):
        raise ValueError(
            f"{name} must have {_count_bands(bands)}, got {_count_bands(n_bands)}; "
            "pass bands=None to take it as it is"
        )
    if n_bands == 4 and bands is None:
        raise ValueError(
            f"{name} has 4 bands, as RGBA pictures have; drop the alpha with "
            "image[..., :3], or pass bands=4 if these are four spectral bands"
        )


def _count_bands(n: int) -> str:
    return "1 band" if n == 1 else f"{n} bands"


def _resized(picture: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Scale each band, and round what was whole."""
    shrinks = height * width < picture.shape[0] * picture.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    planes = [
        cv2.resize(p, (width, height), interpolation=way) for p in _planes(picture)
    ]
    found = np.stack(planes, axis=2)
    if picture.dtype.kind == "f":
        return found.astype(picture.dtype)
    limits = np.iinfo(picture.dtype)
    whole = np.clip(np.rint(found), limits.min, limits.max)
    return np.asarray(whole.astype(picture.dtype))


def _planes(picture: NDArray[Any]) -> NDArray[np.float64]:
    """The bands of a picture one behind the other, as float64."""
    return np.array(np.moveaxis(picture, 2, 0), dtype=np.float64, order="C")


def _is_exact(picture: NDArray[Any]) -> bool:
    if picture.dtype.kind == "f":
        return False
    if picture.dtype.itemsize <= 2:
        return True
    return bool(max(abs(int(picture.min())), int(picture.max())) <= _LARGEST_EXACT)
