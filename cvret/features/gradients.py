"""Gradients and edges of a whole image: where they lie, and which way they run."""

from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import shrink, stretch

__all__ = ["HOG", "PHOG", "EdgeDirectionHistogram"]

Grey = NDArray[np.uint8]

_SIDE = 512  # pixels that the longer side has at most before edges are found
_LARGEST = 1024  # pixels that the side of HOG's square has at most
_DEGREES = 360  # bins of direction at most
_FINEST = 6  # levels of PHOG's pyramid at most: 4,096 cells
_EDGES = 0.3  # the share of the pixels whose gradient can start an edge
_FAINTEST = 100.0  # the least upper threshold: Sobel at a step of 25 grey levels
_WEAKER = 0.4  # the lower threshold of Canny's, as a share of the upper one


class HOG(DescriptorTransformer):
    """Histograms of oriented gradients of the whole picture.

    The picture is resized to a square, and cut into cells; each has a histogram of
    the directions of its gradients, weighted by their magnitude. Overlapping blocks of
    cells are normalized (L2-Hys). Compared by the sum of absolute differences, which
    finds more than the Euclidean distance does. Invariant to brightness, contrast and
    the picture's size; not to mirroring, shifts or turns.

    Parameters
    ----------
    bins : int
        Directions, over 180 degrees.
    cell : int
        Side of a cell in pixels of the square.
    block : int
        Side of a block in cells.
    side : int
        Of the square in pixels; ``cell * block`` to 1024.

    Notes
    -----
    Equal to ``skimage.feature.hog(square, bins, (cell, cell), (block, block))``.

    References
    ----------
    Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR
    2005.

    Examples
    --------
    A step from black to white, upright: of the four cells of 4 x 4 pixels the two on
    the left and the two on the right see it alike, across (bin 0).

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> image[:, 4:] = 255
    >>> vector = HOG(bins=2, cell=4, block=2, side=8).describe(image)
    >>> vector.round(3).tolist()
    [0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0]
    """

    metric = "l1"

    def __init__(self, bins: int = 9, cell: int = 16, block: int = 2, side: int = 128):
        self.bins = bins
        self.cell = cell
        self.block = block
        self.side = side

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histograms of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (blocks**2 * block**2 * bins,)
            Blocks from left to right and from top to bottom, the cells of each alike;
            values are in [0, 1], and each block has length 1, or 0 where nothing
            changes. ``blocks`` is ``side // cell - block + 1``.
        """
        check_image(image)
        bins, cell, block, side = self._check_cells()
        n_cells = side // cell
        covered = slice(n_cells * cell)
        across, down = _centered_gradients(resized(image, side))
        across, down = across[covered, covered], down[covered, covered]
        angles = np.rad2deg(np.arctan2(down, across)) % 180
        place = np.repeat(np.arange(n_cells), cell)
        cells = (place[:, None] * n_cells + place) * bins
        cells += np.minimum(angles * bins / 180, bins - 1).astype(int)
        histograms = np.bincount(
            cells.ravel(), np.hypot(across, down).ravel(), n_cells**2 * bins
        )
        shares = histograms.reshape(n_cells, n_cells, bins) / cell**2
        return _normalized_blocks(shares, block).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``block0_0_cell0_0_direction0`` ..., rows before columns."""
        bins, cell, block, side = self._check_cells()
        n_blocks = side // cell - block + 1
        names = [
            f"block{row}_{column}_cell{down}_{right}_direction{direction}"
            for row in range(n_blocks)
            for column in range(n_blocks)
            for down in range(block)
            for right in range(block)
            for direction in range(bins)
        ]
        return np.array(names, dtype=object)

    def _check_cells(self) -> tuple[int, int, int, int]:
        bins = check_count("bins", self.bins, most=_DEGREES)
        cell = check_count("cell", self.cell, most=_LARGEST)
        block = check_count("block", self.block, most=_LARGEST // cell)
        side = check_count("side", self.side, least=cell * block, most=_LARGEST)
        return bins, cell, block, side


class PHOG(DescriptorTransformer):
    """Pyramid of histograms of the orientations of edges.

    Edges are found by Canny's detector. Each gives its gradient's magnitude to its
    orientation's bin: in one histogram of the whole picture, in one for each of its
    four quarters, and so on. Compared by the chi-squared distance. Little changed by
    contrast and the picture's size; not invariant to mirroring, shifts or turns.

    Parameters
    ----------
    bins : int
        Orientations; bin 0 is centered on a gradient that points right.
    levels : int
        Of the pyramid beside the whole picture; level ``l`` has ``4**l`` cells.
    span : int
        Degrees, 180 or 360: whether an edge from dark to bright is another than one
        from bright to dark.

    Notes
    -----
    The defaults are those of the paper for 180 degrees; for 360 it has 40 bins. The
    longer side is reduced to 512 pixels. Canny's thresholds follow the picture: the
    upper one is exceeded by 30 % of the pixels, and is at least a step of 25 grey
    levels; the lower one is 0.4 of it.

    References
    ----------
    Bosch, Zisserman and Munoz, "Representing shape with a spatial pyramid kernel",
    ACM International Conference on Image and Video Retrieval 2007.

    Examples
    --------
    An upright line between black and white, all of it in the right half.

    >>> image = np.zeros((64, 64, 3), np.uint8)
    >>> image[:, 48:] = 255
    >>> vector = PHOG(bins=2, levels=1).describe(image).reshape(5, 2)
    >>> vector[:, 0].tolist(), float(vector[:, 1].sum())
    ([0.5, 0.0, 0.25, 0.0, 0.25], 0.0)
    """

    metric = "chi2"

    def __init__(self, bins: int = 20, levels: int = 3, span: int = 180):
        self.bins = bins
        self.levels = levels
        self.span = span

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histograms of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape ((4**(levels + 1) - 1) // 3 * bins,)
            The whole picture first, then each level's cells from left to right and
            from top to bottom. The sum is 1, or 0 where there is no edge.
        """
        check_image(image)
        bins, levels = self._check_pyramid()
        edges = find_edges(shrunk(image, _SIDE))
        height, width = edges.shape
        finest = 2**levels
        cells = edges.rows * finest // height * finest + edges.columns * finest // width
        histogram = np.bincount(
            cells * bins + edges.bins(bins, self.span),
            np.hypot(edges.across, edges.down),
            finest**2 * bins,
        ).reshape(finest, finest, bins)
        pyramid = [histogram]
        for level in range(levels - 1, -1, -1):
            four = pyramid[-1].reshape(2**level, 2, 2**level, 2, bins)
            pyramid.append(four.sum(axis=(1, 3)))
        vector = np.concatenate([level.ravel() for level in pyramid[::-1]])
        shares: NDArray[np.float64] = vector / max(vector.sum(), 1e-12)
        return shares.astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``level0_cell0_0_orientation0`` ..., rows before columns."""
        bins, levels = self._check_pyramid()
        names = [
            f"level{level}_cell{row}_{column}_orientation{orientation}"
            for level in range(levels + 1)
            for row in range(2**level)
            for column in range(2**level)
            for orientation in range(bins)
        ]
        return np.array(names, dtype=object)

    def _check_pyramid(self) -> tuple[int, int]:
        if check_count("span", self.span) not in (180, 360):
            raise ValueError(f"span must be 180 or 360 degrees, got {self.span!r}")
        levels = check_count("levels", self.levels, least=0, most=_FINEST)
        return check_count("bins", self.bins, most=_DEGREES), levels


class EdgeDirectionHistogram(DescriptorTransformer):
    """Histogram of the directions of edges, and the share of pixels that are none.

    Edges are found by Canny's detector; each counts once, in the bin of its gradient's
    direction. Compared by histogram intersection. Little changed by contrast, shifts
    and the picture's size; not invariant to turns.

    Parameters
    ----------
    bins : int
        Directions over 360 degrees; bin 0 is centered on a gradient that points
        right, and the angle grows clockwise.

    Notes
    -----
    72 bins and the share of pixels without an edge are those of Vailaya, Jain and
    Zhang; Jain and Vailaya had 36. Edges are found as `PHOG` finds them.

    References
    ----------
    Jain and Vailaya, "Image retrieval using color and shape", Pattern Recognition
    29(8), 1996. Vailaya, Jain and Zhang, "On image classification: city images vs.
    landscapes", Pattern Recognition 31(12), 1998.

    Examples
    --------
    One line, 64 pixels long, from black on the left to white on the right.

    >>> image = np.zeros((64, 64, 3), np.uint8)
    >>> image[:, 32:] = 255
    >>> EdgeDirectionHistogram(bins=4).describe(image).tolist()
    [1.0, 0.0, 0.0, 0.0, 0.984375]
    """

    metric = "intersection"

    def __init__(self, bins: int = 72):
        self.bins = bins

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the histogram of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (bins + 1,)
            Shares of the edge pixels, of sum 1 (or 0 where there is none); then the
            share of all pixels that are not on an edge.
        """
        check_image(image)
        bins = check_count("bins", self.bins, most=_DEGREES)
        edges = find_edges(shrunk(image, _SIDE))
        n_edges = len(edges.rows)
        directions = np.bincount(edges.bins(bins, 360), minlength=bins)
        height, width = edges.shape
        without = 1 - n_edges / (height * width)
        return np.append(directions / max(n_edges, 1), without).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``direction0`` ... and ``no_edge``."""
        bins = check_count("bins", self.bins, most=_DEGREES)
        return np.array([*(f"direction{n}" for n in range(bins)), "no_edge"], object)


class Edges(NamedTuple):
    """The pixels on Canny's edges of a grey picture.

    Attributes
    ----------
    rows, columns : array of int64, shape (n,)
        Where they lie.
    across, down : array of float32, shape (n,)
        Sobel's gradient there, to the right and downward.
    shape : tuple of int
        Height and width of the picture in which they were found.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    across: NDArray[np.float32]
    down: NDArray[np.float32]
    shape: tuple[int, int]

    def bins(self, n_bins: int, span: int) -> NDArray[np.int64]:
        """Give each edge's bin of direction; bin 0 is centered on 0 degrees."""
        turns = np.arctan2(self.down, self.across) * (180 / np.pi / span)
        return np.rint(turns * n_bins).astype(np.int64) % n_bins


def find_edges(grey: Grey, share: float = _EDGES, faintest: float = _FAINTEST) -> Edges:
    """Find the edges of a grey picture by Canny's detector.

    Parameters
    ----------
    grey : array of uint8, shape (height, width)
        As it is; it is not blurred first.
    share : float
        Of the pixels, those with the largest gradients, at which an edge may start.
    faintest : float
        The least sum of the absolute values of Sobel's two gradients to start one.
    """
    across = cv2.Sobel(grey, cv2.CV_16S, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_16S, 0, 1)
    magnitude = np.abs(across) + np.abs(down)
    below = np.cumsum(np.bincount(magnitude.ravel()))
    strongest = np.searchsorted(below, (1 - share) * grey.size)
    upper = max(float(strongest), faintest)
    rows, columns = np.nonzero(cv2.Canny(across, down, _WEAKER * upper, upper))
    return Edges(
        rows,
        columns,
        across[rows, columns].astype(np.float32),
        down[rows, columns].astype(np.float32),
        grey.shape,
    )


def resized(image: NDArray[np.uint8], side: int) -> Grey:
    """Give a picture in grey, resized to a square."""
    square = stretch(image, side, side)
    grey: Grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    return grey


def shrunk(image: NDArray[np.uint8], longest: int) -> Grey:
    """Give a picture in grey, its longer side at most `longest`."""
    grey: Grey = cv2.cvtColor(shrink(image, longest), cv2.COLOR_RGB2GRAY)
    return grey


def _centered_gradients(grey: Grey) -> tuple[NDArray[Any], NDArray[Any]]:
    """Differences of the two neighbors, to the right and down; 0 at the border."""
    values = grey.astype(np.float64)
    across, down = np.zeros_like(values), np.zeros_like(values)
    across[:, 1:-1] = values[:, 2:] - values[:, :-2]
    down[1:-1] = values[2:] - values[:-2]
    return across, down


def _normalized_blocks(histograms: NDArray[np.float64], block: int) -> NDArray[Any]:
    """Blocks of cells, each of length 1, clipped at 0.2 and brought to 1 again."""
    windows = sliding_window_view(histograms, (block, block), axis=(0, 1))
    blocks = windows.transpose(0, 1, 3, 4, 2).reshape(
        -1, block**2 * histograms.shape[2]
    )
    return _unit(np.minimum(_unit(blocks), 0.2)).ravel()


def _unit(blocks: NDArray[Any]) -> NDArray[Any]:
    unit: NDArray[Any] = blocks / np.sqrt(
        (blocks**2).sum(axis=1, keepdims=True) + 1e-10
    )
    return unit
