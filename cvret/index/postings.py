"""Features as postings, and their places in the picture packed into five bytes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cvret.records import VisualWords

__all__ = ["build_postings", "pack_geometry", "unpack_geometry"]

Pixels = int | NDArray[np.int64]

_FINEST = 4095  # positions are twelve bits, in shares of the picture's sides
_SIZES_AN_OCTAVE = 16


def build_postings(items: Sequence[VisualWords]) -> dict[str, NDArray[np.generic]]:
    """Turn the visual words of up to 65,536 images into the arrays of a segment.

    Parameters
    ----------
    items : sequence of VisualWords
        One an image, in the order of rows; `words` of shape (n,).

    Returns
    -------
    dict of arrays
        ``words`` (u,) uint32, those that occur, ascending; ``starts`` (u + 1,) uint32,
        where the postings of each begin; ``df`` (u,) uint32, in how many images each
        occurs; for each posting ``images`` uint16, ``signatures`` uint64 and
        ``geometry`` (n, 5) uint8; ``norms`` (n_images,) float32, the Euclidean norm of
        each image's counts of words, free of idf.
    """
    counts = np.array([len(item) for item in items], np.int64)
    words = _joined([item.words for item in items], np.uint32)
    rows = np.repeat(np.arange(len(items)), counts)
    order = np.argsort(words, kind="stable")  # rows ascend already
    words, rows = words[order], rows[order]
    present, first = np.unique(words, return_index=True)
    # An image counts once for a word: where the word or the image changes.
    new = np.ones(len(words), bool)
    new[1:] = (words[1:] != words[:-1]) | (rows[1:] != rows[:-1])
    df = np.add.reduceat(new, first, dtype=np.uint32) if len(words) else new[:0]
    runs = np.diff(np.append(np.flatnonzero(new), len(words)))
    squares = np.bincount(rows[new], runs.astype(np.float64) ** 2, len(items))
    geometry = np.concatenate(
        [
            np.empty((0, 5), np.uint8),
            *(pack_geometry(item.keypoints, item.width, item.height) for item in items),
        ]
    )
    return {
        "words": present,
        "starts": np.append(first, len(words)).astype(np.uint32),
        "df": df.astype(np.uint32),
        "images": rows.astype(np.uint16),
        "signatures": _joined([item.signatures for item in items], np.uint64)[order],
        "geometry": geometry[order],
        "norms": np.sqrt(squares).astype(np.float32),
    }


def pack_geometry(
    keypoints: NDArray[np.float32], width: int, height: int
) -> NDArray[np.uint8]:
    """Pack x, y, size and angle of each keypoint into five bytes.

    Positions keep a 4096th of the picture's width and height, sizes a sixteenth of an
    octave, angles a 256th of a turn.

    Examples
    --------
    >>> keypoints = np.float32([[320, 120, 8, 90]])
    >>> packed = pack_geometry(keypoints, 640, 480)
    >>> unpack_geometry(packed, 640, 480).astype(int).tolist()
    [[320, 120, 8, 90]]
    """
    x = np.clip(np.rint(keypoints[:, 0] * (_FINEST / width)), 0, _FINEST)
    y = np.clip(np.rint(keypoints[:, 1] * (_FINEST / height)), 0, _FINEST)
    x, y = x.astype(np.uint16), y.astype(np.uint16)
    octaves = np.log2(np.maximum(keypoints[:, 2], 1))
    packed = np.empty((len(keypoints), 5), np.uint8)
    packed[:, 0] = x & 255
    packed[:, 1] = (x >> 8) | ((y & 15) << 4)
    packed[:, 2] = y >> 4
    packed[:, 3] = np.clip(np.rint(octaves * _SIZES_AN_OCTAVE), 0, 255)
    packed[:, 4] = np.rint(keypoints[:, 3] * (256 / 360)).astype(np.int64) & 255
    return packed


def unpack_geometry(
    packed: NDArray[np.uint8], width: Pixels, height: Pixels
) -> NDArray[np.float32]:
    """Give back x, y, size (pixels) and angle (degrees), shape (n, 4).

    `width` and `height` are those of one picture, or of each keypoint's.
    """
    wide = packed.astype(np.uint16)
    keypoints = np.empty((len(packed), 4), np.float32)
    keypoints[:, 0] = (wide[:, 0] | ((wide[:, 1] & 15) << 8)) * (width / _FINEST)
    keypoints[:, 1] = ((wide[:, 1] >> 4) | (wide[:, 2] << 4)) * (height / _FINEST)
    keypoints[:, 2] = np.exp2(packed[:, 3] / np.float32(_SIZES_AN_OCTAVE))
    keypoints[:, 3] = packed[:, 4] * np.float32(360 / 256)
    return keypoints


def _joined(arrays: list[NDArray[np.generic]], dtype: type) -> NDArray[np.generic]:
    return np.concatenate([np.empty(0, dtype), *arrays])
