"""Color spaces of 8 bits a channel, and their division into cells."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_choice, check_count
from cvret._opencv import cv2

__all__ = [
    "SPACES",
    "bands",
    "cell_counts",
    "cells_of",
    "channel_counts",
    "check_bins",
    "check_space",
]

_BAND = 1 << 20  # pixels at a time, which bounds the memory that large pictures need


class Space(NamedTuple):
    """A color space.

    Attributes
    ----------
    convert : callable
        From RGB to the space, uint8 both, shape (height, width, channels).
    channels : tuple of str
        Their names, for messages.
    letters : tuple of str
        What stands before a channel's bin in the names of features.
    ranges : tuple of (int, int)
        Lowest and highest value of each channel.
    """

    convert: Callable[[Image], Image]
    channels: tuple[str, ...]
    letters: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]


def _as_hsv(image: Image) -> Image:
    converted: Image = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    return converted


def _as_lab(image: Image) -> Image:
    converted: Image = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    return converted


def _as_rgb(image: Image) -> Image:
    return np.ascontiguousarray(image)


def _as_opponent(image: Image) -> Image:
    """O1, O2 and O3, each of its whole range stretched over 0 to 255."""
    red, green, blue = (channel.astype(np.int16) for channel in cv2.split(image))
    both = red + green
    return np.stack(
        [
            (red - green + 255) >> 1,
            (both - 2 * blue + 510) >> 2,
            (both + blue) // 3,
        ],
        axis=2,
    ).astype(np.uint8)


def _as_chromaticity(image: Image) -> Image:
    """Shares of red and green, 255 for all; black has thirds, as greys have."""
    pixels = np.ascontiguousarray(image).astype(np.float32)
    sums = cv2.transform(pixels, np.ones((1, 3), np.float32))
    scale = np.float32(255) / np.maximum(sums, 1)
    shares: Image = np.empty((*sums.shape, 2), np.uint8)
    for channel in (0, 1):
        shares[..., channel] = pixels[..., channel] * scale + np.float32(0.5)
    shares[sums == 0] = 85
    return shares


_BYTE = (0, 255)
SPACES = {
    # OpenCV's 8-bit hue counts steps of two degrees, 0 to 179.
    "hsv": Space(
        _as_hsv,
        ("hue", "saturation", "value"),
        ("h", "s", "v"),
        ((0, 179), _BYTE, _BYTE),
    ),
    # OpenCV's 8-bit L is 2.55 L*; its a and b are a* + 128 and b* + 128, and sRGB
    # fills of them what is given here.
    "lab": Space(
        _as_lab, ("L", "a", "b"), ("L", "a", "b"), (_BYTE, (42, 226), (20, 223))
    ),
    "opponent": Space(
        _as_opponent, ("O1", "O2", "O3"), ("O1:", "O2:", "O3:"), (_BYTE, _BYTE, _BYTE)
    ),
    "rg": Space(_as_chromaticity, ("red", "green"), ("r", "g"), (_BYTE, _BYTE)),
    "rgb": Space(
        _as_rgb, ("red", "green", "blue"), ("r", "g", "b"), (_BYTE, _BYTE, _BYTE)
    ),
}
"""Color spaces by name."""


def check_space(space: Any, *known: str) -> None:
    """Raise unless `space` is the name of one of the `known` color spaces."""
    check_choice("space", space, known)


def check_bins(bins: Any, space: str) -> tuple[int, ...]:
    """Give `bins` as whole numbers from 1 to 256, one a channel, or raise."""
    channels = SPACES[space].channels
    if not isinstance(bins, tuple | list) or len(bins) != len(channels):
        number = {2: "two", 3: "three"}[len(channels)]
        names = f"{', '.join(channels[:-1])} and {channels[-1]}"
        if number == "three":
            names = f"{channels[0]}, {channels[1]} and {channels[2]}"
        raise ValueError(f"bins must be {number} numbers, of {names}, got {bins!r}")
    return tuple(check_count("bins", n, most=256) for n in bins)


def bands(image: Image) -> Iterator[Image]:
    """Give an image in pieces of whole rows, of about a million pixels each."""
    rows = max(1, _BAND // max(image.shape[1], 1))
    for start in range(0, len(image), rows):
        yield image[start : start + rows]


def cells_of(image: Image, space: str, bins: tuple[int, ...]) -> NDArray[np.int32]:
    """Give the cell of each pixel, shape (height, width); the first bin is slowest."""
    binned = _binned(image, space, bins)
    cells = binned[..., 0].astype(np.int32)
    for channel, n_bins in enumerate(bins[1:], 1):
        cells *= n_bins
        cells += binned[..., channel]
    return cells


def cell_counts(image: Image, space: str, bins: tuple[int, ...]) -> NDArray[np.float64]:
    """Count the pixels of each cell, shape (product of bins,)."""
    counts = np.zeros(bins)
    plain = _counted_alike(space, bins)
    for band in bands(image):
        if plain:
            binned = SPACES[space].convert(band)
            limits = [x for low, high in SPACES[space].ranges for x in (low, high + 1)]
        else:
            binned = _binned(band, space, bins)
            limits = [limit for n_bins in bins for limit in (0, n_bins)]
        # Counted in float32, which is exact for the pixels of one band.
        counts += cv2.calcHist([binned], list(range(len(bins))), None, bins, limits)
    return counts.ravel()


def channel_counts(image: Image, space: str) -> NDArray[np.float64]:
    """Count the pixels of each value of each channel, shape (channels * 256,)."""
    counts = np.zeros((len(SPACES[space].channels), 256))
    for band in bands(image):
        converted = SPACES[space].convert(band)
        for channel, row in enumerate(counts):
            found = cv2.calcHist([converted], [channel], None, [256], [0, 256])
            row += found.ravel()
    return counts.ravel()


def _binned(image: Image, space: str, bins: tuple[int, ...]) -> Image:
    """Give the bin of each channel of each pixel."""
    converted = SPACES[space].convert(image)
    binned: Image = cv2.LUT(converted, _tables(space, bins))
    return binned


@cache
def _tables(space: str, bins: tuple[int, ...]) -> Image:
    """Give the bin of each value, shape (256, 1, channels)."""
    tables = []
    for n_bins, (low, high) in zip(bins, SPACES[space].ranges, strict=True):
        values = np.clip(np.arange(256), low, high) - low
        tables.append(values * n_bins // (high - low + 1))
    return np.stack(tables, axis=1)[:, None].astype(np.uint8)


@cache
def _counted_alike(space: str, bins: tuple[int, ...]) -> bool:
    """Tell whether OpenCV, which divides by floats, counts each value in its bin."""
    tables = _tables(space, bins)
    for channel, (low, high) in enumerate(SPACES[space].ranges):
        for value in range(low, high + 1):
            pixel = np.full((1, 1), value, np.uint8)
            limits = [low, high + 1]
            found = cv2.calcHist([pixel], [0], None, [bins[channel]], limits)
            if found[tables[value, 0, channel]] != 1:
                return False
    return True
