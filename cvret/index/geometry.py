"""The places of features in the picture, packed into five bytes."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["pack_geometry", "unpack_geometry"]

Pixels = int | NDArray[np.int64]

_FINEST = 4095  # positions are twelve bits, in shares of the picture's sides
_SIZES_AN_OCTAVE = 16


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
