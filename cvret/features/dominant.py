"""The few colors that a picture is mostly made of."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import Image, check_count, check_image, check_number
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import shrink

__all__ = ["DominantColors"]

_MOST = 256  # colors
_STEPS = 30  # of Lloyd's algorithm at most, when there are all centers
_FEW_STEPS = 4  # each time that a color is split
_SETTLED = 0.01  # smallest part of the distortion that one more step must take off


class DominantColors(DescriptorTransformer):
    """At most `n_colors` colors, each with its share: like MPEG-7's dominant colors.

    The pixels' mean color is split in two along their longest axis, both are improved
    by Lloyd's algorithm, then the color of most distortion is split, until there are
    `n_colors`; then colors closer than `merge` are joined. Nothing is by chance.
    Compared by "palette", MPEG-7's quadratic form. Invariant to mirroring and to turns
    by 90 degrees; the picture's size and small changes of lighting cost little.

    Parameters
    ----------
    n_colors : int
        Colors at most, up to 256; MPEG-7 allows 8.
    merge : float
        Colors closer than this, in L*a*b*, become one.
    max_side : int
        Larger pictures are shrunk to this.

    Notes
    -----
    MPEG-7 uses CIE L*u*v* and keeps shares in 5 bits; here it is CIE L*a*b*, and shares
    stay as they are. Spatial coherence and variances, which are optional there, are
    left out. Colors of two pictures are alike up to a distance of 30, and those of one
    picture are joined below 10, which was best on photographs. Colors equal in their
    five highest bits of red, green and blue are taken together before.

    References
    ----------
    Deng, Manjunath, Kenney, Moore and Shin, "An efficient color representation for
    image retrieval", IEEE Transactions on Image Processing 10(1), 2001. Manjunath, Ohm,
    Vasudevan and Yamada, "Color and texture descriptors", IEEE Transactions on Circuits
    and Systems for Video Technology 11(6), 2001.

    Examples
    --------
    Three quarters black, one quarter white; nothing else.

    >>> image = np.zeros((2, 2, 3), np.uint8)
    >>> image[0, 0] = 255
    >>> DominantColors(n_colors=3).describe(image).round(2).reshape(3, 4).tolist()
    [[0.0, 0.0, 0.0, 0.75], [100.0, 0.0, 0.0, 0.25], [0.0, 0.0, 0.0, 0.0]]
    """

    metric = "palette"

    def __init__(self, n_colors: int = 8, merge: float = 10.0, max_side: int = 256):
        self.n_colors = n_colors
        self.merge = merge
        self.max_side = max_side

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the dominant colors of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_colors * 4,)
            L* in [0, 100], a*, b* and the share of each color, the largest share first;
            shares sum to 1. Where there are fewer colors the rest is 0.
        """
        check_image(image)
        n_colors = check_count("n_colors", self.n_colors, most=_MOST)
        merge = check_number("merge", self.merge, least=0)
        small = shrink(image, check_count("max_side", self.max_side))
        colors, weights = _colors(small)
        palette, shares = _merged(*_split(colors, weights, n_colors), merge)
        # Equal shares are told apart by their color, never by chance.
        order = np.lexsort((*palette.T[::-1], -shares))
        rows = np.zeros((n_colors, 4), np.float32)
        rows[: len(order)] = np.column_stack([palette, shares])[order]
        return rows.ravel()

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``color0_L``, ``color0_a``, ``color0_b``, ``color0_share`` and so on."""
        n_colors = check_count("n_colors", self.n_colors, most=_MOST)
        parts = ("L", "a", "b", "share")
        names = [f"color{n}_{part}" for n in range(n_colors) for part in parts]
        return np.array(names, dtype=object)


def _colors(image: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give distinct colors in L*a*b*, shape (n, 3), and their shares."""
    rgb = image.reshape(-1, 3)
    high = (rgb >> 3).astype(np.int32)
    cells = (high[:, 0] << 10) | (high[:, 1] << 5) | high[:, 2]
    counts = np.bincount(cells, minlength=1 << 15)
    there = np.flatnonzero(counts)
    sums = [np.bincount(cells, rgb[:, c], minlength=1 << 15)[there] for c in range(3)]
    means = np.column_stack(sums) / counts[there, None]
    unit = (means / 255).astype(np.float32)[None]
    lab = cv2.cvtColor(unit, cv2.COLOR_RGB2LAB)[0].astype(np.float64)
    return lab, counts[there] / len(rgb)


def _split(
    colors: NDArray[np.float64], weights: NDArray[np.float64], n_colors: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find `n_colors` centers, or fewer where there are fewer colors, and shares."""
    centers = (weights @ colors)[None]
    owners = np.zeros(len(colors), np.intp)
    for n_wanted in range(2, n_colors + 1):
        apart = ((colors.T - centers.T[:, owners]) ** 2).sum(axis=0)
        distortions = np.bincount(owners, weights * apart)
        worst = int(distortions.argmax())
        if distortions[worst] < 1e-6:
            break
        own = owners == worst
        centers = _with_two(centers, worst, colors[own], weights[own])
        steps = _STEPS if n_wanted == n_colors else _FEW_STEPS
        centers, owners = _improved(colors, weights, centers, steps)
    shares = np.bincount(owners, weights, minlength=len(centers))
    return centers, np.asarray(shares, np.float64)


def _with_two(
    centers: NDArray[np.float64],
    place: int,
    colors: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Put two centers for one, a deviation apart from it along the longest axis."""
    steps = colors - centers[place]
    variances, axes = np.linalg.eigh((steps.T * weights) @ steps / weights.sum())
    step = np.sqrt(max(variances[-1], 0)) * axes[:, -1]
    step *= np.sign(step[np.abs(step).argmax()])  # the axis has no direction
    moved = np.vstack([centers, centers[place] + step])
    moved[place] -= step
    return moved


def _improved(
    colors: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers: NDArray[np.float64],
    steps: int,
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Move centers to the means of the colors nearest to them, until it settles."""
    before = np.inf
    squares = (colors**2).sum(axis=1)
    for _ in range(steps):
        # What the square of the color adds is the same for all centers.
        scores = (centers**2).sum(axis=1)[:, None] - 2 * (centers @ colors.T)
        owners = scores.argmin(axis=0)
        shares = np.bincount(owners, weights, minlength=len(centers))
        distortion = float(weights @ (squares + scores.min(axis=0)))
        used = shares > 0
        owners = (np.cumsum(used) - 1)[owners]
        n_used = int(used.sum())
        sums = [np.bincount(owners, weights * c, minlength=n_used) for c in colors.T]
        centers = np.column_stack(sums) / shares[used, None]
        if before - distortion <= _SETTLED * distortion:
            break
        before = distortion
    return centers, owners


def _merged(
    centers: NDArray[np.float64], shares: NDArray[np.float64], merge: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join the closest two colors while they are closer than `merge`."""
    while len(centers) > 1:
        apart = np.sqrt(((centers[:, None] - centers) ** 2).sum(axis=2))
        np.fill_diagonal(apart, np.inf)
        first, second = divmod(int(apart.argmin()), len(centers))
        if apart[first, second] >= merge:
            break
        both = shares[first] + shares[second]
        centers[first] = (
            shares[first] * centers[first] + shares[second] * centers[second]
        ) / both
        shares[first] = both
        centers = np.delete(centers, second, axis=0)
        shares = np.delete(shares, second)
    return centers, shares
