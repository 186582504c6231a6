"""The gist of a scene: the energy of a bank of Gabor filters, on a coarse grid."""

from functools import cache
from typing import Any

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from cvret._checks import check_count, check_flag, check_image, check_sequence
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["GIST"]

Grey = NDArray[np.float32]

_PREFILTER = 4  # cycles per picture that local contrast is taken out below
_PREFILTER_MARGIN = 5  # pixels mirrored around the picture against borders


class GIST(DescriptorTransformer):
    """Energy of Gabor filters in each cell of a grid: the spatial envelope of a scene.

    The picture is resized to a square, its local contrast made even, and filtered at
    each scale in each direction; the magnitude of each answer is averaged over the
    cells. Compared by the Euclidean distance. Invariant to the picture's size, and
    nearly to its exposure; not to mirroring or turns.

    Parameters
    ----------
    orientations : tuple of int
        Directions of the filters over 180 degrees, for each scale, the finest first.
    grid : int
        Cells along a side.
    side : int
        Of the square in pixels; 256 as in the paper takes four times as long.
    color : bool
        Describe red, green and blue instead of grey, one after the other.

    Notes
    -----
    Filters and contrast follow the authors' MATLAB code (``LMgist.m``), with a margin
    of an eighth of the side mirrored around the picture.

    References
    ----------
    Oliva and Torralba, "Modeling the shape of the scene: a holistic representation of
    the spatial envelope", International Journal of Computer Vision 42(3), 2001.

    Examples
    --------
    Upright stripes, 8 pixels each: filters across them (orientation 0) answer most.

    >>> stripes = np.tile(np.repeat([0, 255], 8), 8).astype(np.uint8)
    >>> image = np.broadcast_to(stripes[None, :, None], (128, 128, 3)).copy()
    >>> vector = GIST(orientations=(4, 4, 4, 4), grid=1).describe(image)
    >>> vector.reshape(4, 4).argmax(axis=1).tolist()
    [0, 0, 0, 0]
    """

    metric = "l2"

    def __init__(
        self,
        orientations: tuple[int, ...] = (8, 8, 8, 8),
        grid: int = 4,
        side: int = 128,
        color: bool = False,
    ):
        self.orientations = orientations
        self.grid = grid
        self.side = side
        self.color = color

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the energies of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (sum(orientations) * grid**2,)
            At least 0, about 0.05; of each filter the cells from left to right and
            from top to bottom. Three times as long if `color`.
        """
        check_image(image)
        orientations, grid, side = self._check_bank()
        square = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        if self.color:
            channels = list(cv2.split(square))
        else:
            channels = [cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)]
        even = even_contrast(np.stack(channels).astype(np.float32))
        energies = [energy(one, orientations, grid).ravel() for one in even]
        return np.concatenate(energies).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``scale0_orientation0_cell0_0`` ..., with the channel first if color."""
        orientations, grid, _ = self._check_bank()
        names = [
            f"{channel}scale{scale}_orientation{orientation}_cell{row}_{column}"
            for channel in (("red_", "green_", "blue_") if self.color else ("",))
            for scale, count in enumerate(orientations)
            for orientation in range(count)
            for row in range(grid)
            for column in range(grid)
        ]
        return np.array(names, dtype=object)

    def _check_bank(self) -> tuple[tuple[int, ...], int, int]:
        given = check_sequence("orientations", self.orientations)
        orientations = tuple(check_count("orientations", n, most=180) for n in given)
        check_flag("color", self.color)
        side = check_count("side", self.side, least=32)
        if side % 8 or side > 1024:
            raise ValueError(f"side must be a multiple of 8 up to 1024, got {side}")
        grid = check_count("grid", self.grid, most=side)
        return orientations, grid, side


def even_contrast(squares: Grey) -> Grey:
    """Take out what is smooth, and divide by the contrast nearby.

    Parameters
    ----------
    squares : array of float32, shape (channels, side, side)
        From 0 to 255.
    """
    margin = _PREFILTER_MARGIN
    around = [(0, 0), (margin, margin), (margin, margin)]
    logs = np.pad(np.log1p(squares), around, mode="symmetric")
    smooth = _low_pass(logs.shape[1])
    details = logs - _filtered(logs, smooth)
    variance = _filtered(details.mean(axis=0, keepdims=True) ** 2, smooth)
    even: Any = details / (0.2 + np.sqrt(np.abs(variance)))
    kept: Grey = even[:, margin:-margin, margin:-margin]
    return kept


def energy(even: Grey, orientations: tuple[int, ...], grid: int) -> Grey:
    """Mean magnitude of each filter's answer in each cell: (filters, grid, grid)."""
    side = len(even)
    margin = side // 8
    spectrum = scipy.fft.fft2(np.pad(even, margin, mode="symmetric"))
    cells = []
    for scale, count in enumerate(orientations):
        bank, shrink = gabor_bank(len(spectrum), scale, count)
        kept = bank.shape[1] // 2
        low = np.concatenate([spectrum[:kept], spectrum[-kept:]])
        low = np.concatenate([low[:, :kept], low[:, -kept:]], axis=1)
        answers = np.abs(scipy.fft.ifft2(low * bank)) / shrink**2
        inner = slice(margin // shrink, (margin + side) // shrink)
        for answer in answers[:, inner, inner]:
            cells.append(cv2.resize(answer, (grid, grid), interpolation=cv2.INTER_AREA))
    return np.stack(cells)


@cache
def gabor_bank(side: int, scale: int, count: int) -> tuple[NDArray[Any], int]:
    """Give the filters of one scale, and by how much their answers are shrunk.

    A coarse filter lets only low frequencies through; without the others its answer
    is the same on fewer pixels, each in the middle of those that it stands for.

    Returns
    -------
    bank : array, shape (count, side // shrink, side // shrink)
        In the order of the frequencies of a Fourier transform. float32, or complex64
        where answers are shrunk, which moves them to the middle.
    shrink : int
        A power of two.
    """
    center = 0.3 / 1.85**scale  # cycles per pixel
    shrink = 1
    while shrink < 4 and side % (4 * shrink) == 0 and 2.5 * center < 0.25 / shrink:
        shrink *= 2
    frequencies = scipy.fft.fftfreq(side // shrink) / shrink
    down, right = np.meshgrid(frequencies, frequencies, indexing="ij")
    radius, angle = np.hypot(right, down), np.arctan2(down, right)
    radial = -10 * 0.35 * (radius / center - 1) ** 2
    width = 2 * np.pi * 16 * count**2 / 32**2
    bank = []
    for orientation in range(count):
        turned = angle + np.pi * orientation / count
        turned = (turned + np.pi) % (2 * np.pi) - np.pi
        bank.append(np.exp(radial - width * turned**2))
    if shrink == 1:
        return np.array(bank, np.float32), shrink
    middle = np.exp(1j * np.pi * (shrink - 1) * (right + down))
    return (np.array(bank) * middle).astype(np.complex64), shrink


@cache
def _low_pass(side: int) -> Grey:
    """Give the Gaussian in the frequencies, half of its height at _PREFILTER cycles."""
    cycles = scipy.fft.fftfreq(side) * side
    half = scipy.fft.rfftfreq(side) * side
    squared = cycles[:, None] ** 2 + half**2
    gains: NDArray[np.float64] = np.exp(-squared * np.log(2) / _PREFILTER**2)
    return gains.astype(np.float32)


def _filtered(squares: Grey, gains: Grey) -> Grey:
    spectrum = scipy.fft.rfft2(squares) * gains
    return scipy.fft.irfft2(spectrum, s=squares.shape[1:])  # type: ignore[no-any-return]
