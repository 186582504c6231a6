"""Color of small patches on a regular grid."""

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_sequence
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.features.detecting import nothing
from cvret.records import LocalFeatures

__all__ = ["LocalColorStatistics"]

_CELLS = 4  # a side
_LENGTH = _CELLS * _CELLS * 6


class LocalColorStatistics(Parameters):
    """Mean and deviation of color in the cells of patches on a regular grid.

    What `DenseSIFT` is for edges this is for color: a patch has 4 x 4 cells, each with
    the mean and the standard deviation of the three channels of CIE Lab. In a
    `FisherVector` it is the best single field here for pictures of a category.

    Parameters
    ----------
    step : int
        Between two patches, in pixels; the first stands in the upper left corner.
    cells : tuple of int
        Sides of a cell, in pixels; a patch has four times the side. Those that do not
        lie inside the picture are left out.

    Notes
    -----
    Not invariant to lighting, nor to rotation; a mirrored picture has other patches.

    References
    ----------
    Clinchant, Csurka, Perronnin and Renders, "XRCE's participation to ImagEval",
    ImageEval workshop at CIVR 2007. Perronnin, Sánchez and Mensink, "Improving the
    Fisher kernel for large-scale image classification", ECCV 2010.

    Examples
    --------
    A patch of one color: each of its 16 cells has this mean and no deviation.

    >>> image = np.full((16, 16, 3), 255, np.uint8)
    >>> features = LocalColorStatistics(cells=(4,)).extract(image)
    >>> features.keypoints.tolist()
    [[8.0, 8.0, 16.0, 0.0]]
    >>> features.descriptors.shape
    (1, 96)
    >>> features.descriptors[0, :6].round(2).tolist()
    [1.0, 0.5, 0.5, 0.0, 0.0, 0.0]
    """

    binary = False
    support = 1.0  # diameter that a descriptor sees, in sizes of its keypoint

    def __init__(self, step: int = 8, cells: tuple[int, ...] = (4, 8)):
        self.step = step
        self.cells = cells

    def extract(self, image: NDArray[np.uint8]) -> LocalFeatures:
        """Describe the patches of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        LocalFeatures
            Size by size, row by row; the size of a keypoint is the side of its patch,
            angles are 0. `descriptors` float32, shape (n, 96): for each cell, row by
            row, the means of L, a and b, then their standard deviations, all in
            [0, 1] (of 8-bit Lab, in which no color is 128 / 255).
        """
        check_image(image)
        step = check_count("step", self.step)
        given = check_sequence("cells", self.cells)
        sides = [check_count("cells", side) for side in given]
        lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
        height, width = lab.shape[:2]
        keypoints, descriptors = [], []
        for side in sides:
            patch = _CELLS * side
            rows = np.arange(0, height - patch + 1, step)
            columns = np.arange(0, width - patch + 1, step)
            if not (len(rows) and len(columns)):
                continue
            points = np.zeros((len(rows) * len(columns), 4), np.float32)
            points[:, 0] = np.tile(columns + patch / 2, len(rows))
            points[:, 1] = np.repeat(rows + patch / 2, len(columns))
            points[:, 2] = patch
            keypoints.append(points)
            descriptors.append(_cells(lab, rows, columns, side))
        if not keypoints:
            return nothing(_LENGTH, np.float32, width, height)
        return LocalFeatures(
            np.concatenate(keypoints), np.concatenate(descriptors), width, height
        )


def _cells(
    lab: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    side: int,
) -> NDArray[np.float32]:
    """Means and deviations of the cells of each patch, shape (n, 96)."""
    # Each place of a filtered picture stands for the cell that begins there. Sums of
    # whole numbers are exact in float64, so no deviation comes from rounding.
    box = {"anchor": (0, 0), "normalize": False, "borderType": cv2.BORDER_CONSTANT}
    total = cv2.boxFilter(lab, cv2.CV_64F, (side, side), **box)
    squares = cv2.sqrBoxFilter(lab, cv2.CV_64F, (side, side), **box)
    found = np.empty((len(rows), len(columns), _CELLS, _CELLS, 6), np.float32)
    n = side * side
    for down in range(_CELLS):
        for right in range(_CELLS):
            place = np.ix_(rows + down * side, columns + right * side)
            mean = total[place] / n
            variance = np.maximum(squares[place] / n - mean**2, 0)
            found[:, :, down, right, :3] = mean / 255
            found[:, :, down, right, 3:] = np.sqrt(variance) / 255
    return found.reshape(len(rows) * len(columns), _LENGTH)
