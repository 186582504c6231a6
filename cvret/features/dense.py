"""SIFT descriptors on a regular grid."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number, check_sequence
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.features.detecting import nothing
from cvret.features.keypoints import root_sift
from cvret.records import LocalFeatures

__all__ = ["DenseSIFT"]

_CELLS = 4  # a side
_ORIENTATIONS = 8
_CELL = 1.5  # side of a cell, in sizes of the keypoint: three of SIFT's scales
_CLIPPED = 0.2  # the largest element of a descriptor of length 1
_ASSUMED_BLUR = 0.5  # of the picture as it comes, in pixels


class DenseSIFT(Parameters):
    """SIFT descriptors on a regular grid at several scales, all upright.

    They describe what keypoints pass over (sky, grass, walls), which tells scenes and
    textures apart; for the same object seen again `SIFT` is better.

    Parameters
    ----------
    step : int
        Between two points of the grid, in pixels. The grid is centered and the same
        for all sizes.
    sizes : tuple of float
        Of the keypoints, in pixels, as those of `SIFT`: the 4 x 4 cells of a
        descriptor cover a square of 6 sizes. A patch that does not lie inside the
        picture is left out.
    root : bool
        Take RootSIFT, as `SIFT` does. Otherwise plain SIFT, 0 to 255.
    contrast_threshold : float
        Patches whose mean gradient, weighted as the descriptor weights it, is below so
        many grey levels (of 255) a pixel are flat and dropped.

    Notes
    -----
    The histogram of a patch is SIFT's: its weights are a product of one factor for
    rows and one for columns, so that two matrix products a size give all patches at
    once, with no approximation.

    References
    ----------
    Lazebnik, Schmid and Ponce, "Beyond bags of features", CVPR 2006. Bosch, Zisserman
    and Muñoz, "Image classification using random forests and ferns", ICCV 2007 (PHOW,
    several sizes).

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    >>> dense = DenseSIFT(step=16, sizes=(4, 8), contrast_threshold=0)
    >>> features = dense.extract(image)
    >>> features.keypoints[[0, -1]].tolist()
    [[23.0, 23.0, 4.0, 0.0], [39.0, 39.0, 8.0, 0.0]]
    >>> features.descriptors.shape
    (5, 128)
    """

    binary = False
    support = 8.5  # diameter that a descriptor sees, in sizes of its keypoint

    def __init__(
        self,
        step: int = 8,
        sizes: tuple[float, ...] = (4.0, 6.0, 8.0, 12.0),
        *,
        root: bool = True,
        contrast_threshold: float = 1.0,
    ):
        self.step = step
        self.sizes = sizes
        self.root = root
        self.contrast_threshold = contrast_threshold

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Describe the patches of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            Size by size, row by row; angles are 0. `descriptors` float32, shape
            (n, 128).
        """
        check_image(image)
        step = check_count("step", self.step)
        sizes = [
            check_number("sizes", size, least=1, most=1000)
            for size in check_sequence("sizes", self.sizes)
        ]
        least = check_number("contrast_threshold", self.contrast_threshold, least=0)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        height, width = grey.shape
        keypoints, descriptors = [], []
        for size in sizes:
            rows, columns = _grid(height, step, size), _grid(width, step, size)
            if not (len(rows) and len(columns)):
                continue
            found, contrast = _histograms(grey, rows, columns, step, size)
            points = np.zeros((len(rows) * len(columns), 4), np.float32)
            points[:, 0] = np.tile(columns, len(rows))
            points[:, 1] = np.repeat(rows, len(columns))
            points[:, 2] = size
            kept = (contrast >= least) & (contrast > 0)
            keypoints.append(points[kept])
            descriptors.append(_normalized(found[kept], self.root))
        if not keypoints:
            return nothing(128, np.float32, width, height)
        return LocalFeatures(
            np.concatenate(keypoints), np.concatenate(descriptors), width, height
        )


def _grid(length: int, step: int, size: float) -> NDArray[np.intp]:
    """Places along a side whose patch of that size lies inside."""
    places = np.arange((length - 1) % step // 2, length, step)
    half = _CELLS / 2 * _CELL * size
    return places[(places >= half) & (places <= length - 1 - half)]


def _histograms(
    grey: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    step: int,
    size: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Histograms before normalization, shape (n, 128), and mean gradients, (n,)."""
    weights = _weights(size)
    reach = len(weights) // 2
    maps = _oriented_gradients(grey, size, reach)
    n = _ORIENTATIONS
    # Element i of a window over a padded side lies at i - reach from its center.
    along = sliding_window_view(maps.reshape(len(maps), -1), len(weights), axis=0)
    by_row = (along[rows[0] : rows[-1] + 1 : step] @ weights).reshape(
        len(rows), -1, n * _CELLS
    )
    across = sliding_window_view(by_row, len(weights), axis=1)
    cells = across[:, columns[0] : columns[-1] + 1 : step] @ weights
    cells = cells.reshape(len(rows) * len(columns), n, _CELLS, _CELLS)
    # As OpenCV orders them: row of cells, column of cells, orientation.
    histograms = cells.transpose(0, 2, 3, 1).reshape(len(cells), -1)
    contrast = histograms.sum(axis=1) / weights.sum() ** 2
    return histograms, contrast


def _oriented_gradients(
    grey: NDArray[np.float32], size: float, margin: int
) -> NDArray[np.float32]:
    """Gradient magnitude shared out to the two nearest of 8 orientations, per pixel.

    Gives shape (height + 2 margin, width + 2 margin, 8), zeros in the margin.
    """
    sigma = np.sqrt(max((size / 2) ** 2 - _ASSUMED_BLUR**2, 0.01))
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma)
    right = np.zeros_like(smooth)
    up = np.zeros_like(smooth)
    right[:, 1:-1] = (smooth[:, 2:] - smooth[:, :-2]) / 2
    up[1:-1] = (smooth[:-2] - smooth[2:]) / 2
    magnitude, angle = cv2.cartToPolar(right, up)
    place = angle * np.float32(_ORIENTATIONS / (2 * np.pi))
    below = np.floor(place)
    share = magnitude * (place - below)
    first = below.astype(np.intp) % _ORIENTATIONS
    height, width = grey.shape
    maps = np.zeros(
        (height + 2 * margin, width + 2 * margin, _ORIENTATIONS), np.float32
    )
    rows = (np.arange(height)[:, None] + margin) * maps.shape[1]
    pixels = (rows + np.arange(width) + margin) * _ORIENTATIONS
    flat = maps.reshape(-1)  # one index an element is sooner than three
    flat[pixels + first] = magnitude - share
    flat[pixels + (first + 1) % _ORIENTATIONS] = share
    return maps


def _weights(size: float) -> NDArray[np.float32]:
    """Weight of each offset in each cell along a side, shape (2 reach + 1, 4)."""
    cell = _CELL * size
    reach = int(np.ceil((_CELLS + 1) / 2 * cell))
    offsets = np.arange(-reach, reach + 1)[:, None] / cell
    centers = np.arange(_CELLS) - (_CELLS - 1) / 2
    triangle = np.maximum(1 - np.abs(offsets - centers), 0)
    window = np.exp(-(offsets**2) / (2 * (_CELLS / 2) ** 2))
    weights: NDArray[np.float32] = (triangle * window).astype(np.float32)
    return weights


def _normalized(histograms: NDArray[np.float32], root: bool) -> NDArray[np.float32]:
    """Length 1, no element above 0.2, then RootSIFT or length 512."""
    unit = histograms / np.linalg.norm(histograms, axis=1, keepdims=True)
    unit = np.minimum(unit, _CLIPPED)
    if root:
        return root_sift(unit)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    plain: NDArray[np.float32] = np.minimum(np.rint(512 * unit), 255)
    return plain
