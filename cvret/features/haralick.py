"""Texture of a whole image by how often grey levels stand side by side."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import (
    check_count,
    check_flag,
    check_image,
    check_number,
    check_sequence,
)
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer

__all__ = ["Haralick", "cooccurrence_matrices", "cooccurrence_properties"]

Doubles = NDArray[np.float64]

HARALICK = (
    "asm",
    "contrast",
    "correlation",
    "variance",
    "homogeneity",
    "sum_average",
    "sum_variance",
    "sum_entropy",
    "entropy",
    "difference_variance",
    "difference_entropy",
    "information_1",
    "information_2",
)
"""Haralick's first thirteen features, in his order."""

# The power of (levels - 1) that each feature grows with, and divisors of its mean and
# its range over the directions: about their standard deviations in photographs, or more
# where nothing but the margin of the picture makes a range.
_SCALES = {
    "asm": (0, 0.09, 0.02),
    "contrast": (2, 0.006, 0.006),
    "correlation": (0, 0.08, 0.06),
    "variance": (2, 0.03, 0.001),
    "homogeneity": (0, 0.12, 0.04),
    "sum_average": (1, 0.3, 0.004),
    "sum_variance": (2, 0.12, 0.01),
    "sum_entropy": (0, 0.7, 0.06),
    "entropy": (0, 1.3, 0.2),
    "difference_variance": (2, 0.004, 0.004),
    "difference_entropy": (0, 0.5, 0.2),
    "information_1": (0, 0.1, 0.06),
    "information_2": (0, 0.04, 0.02),
    "dissimilarity": (1, 0.02, 0.01),
    "energy": (0, 0.13, 0.03),
}


class Haralick(DescriptorTransformer):
    """Haralick's features of the co-occurrence of grey levels.

    Grey is cut into `levels` equal parts. For each distance and direction a matrix
    counts how often two levels stand that far apart; its features are pooled over the
    directions into their mean and their range, as Haralick did. Compared by L1 after
    division by the spread of each feature in photographs. Not changed much by small
    turns; changed by lighting.

    Parameters
    ----------
    distances : tuple of float
        In pixels.
    angles : tuple of float
        Directions, in degrees.
    levels : int
        Of grey: 2 to 256.
    features : tuple of str
        Any of those of `cooccurrence_properties`; by default Haralick's thirteen.
    scaled : bool
        Whether features are divided by their spread; the fixed divisors are in the
        module. False gives Haralick's own values.

    Notes
    -----
    Matrices equal those of ``skimage.feature.graycomatrix(..., symmetric=True,
    normed=True)``, and the features those of ``mahotas.features.haralick(...,
    use_x_minus_y_variance=True)``. A direction in which the picture has no two pixels
    is left out; one pixel counts as a pair with itself.

    References
    ----------
    Haralick, Shanmugam and Dinstein, "Textural features for image classification", IEEE
    Transactions on Systems, Man, and Cybernetics 3(6), 1973.

    Examples
    --------
    Stripes of black and white, one pixel wide: side by side all pairs differ by 1 of 2
    levels, one above the other none does.

    >>> image = np.zeros((4, 5, 3), np.uint8)
    >>> image[:, ::2] = 255
    >>> part = Haralick(
    ...     angles=(0, 90), levels=2, features=("contrast",), scaled=False
    ... )
    >>> part.describe(image).tolist()
    [0.5, 1.0]
    """

    metric = "l1"

    def __init__(
        self,
        distances: tuple[float, ...] = (1,),
        angles: tuple[float, ...] = (0, 45, 90, 135),
        levels: int = 32,
        features: tuple[str, ...] = HARALICK,
        scaled: bool = True,
    ):
        self.distances = distances
        self.angles = angles
        self.levels = levels
        self.features = features
        self.scaled = scaled

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the features of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (len(distances) * 2 * len(features),)
            For each distance the means over the directions, then the ranges. All are
            at least 0 but the means of "correlation", in [-1, 1], and "information_1",
            in [-1, 0], before they are divided.
        """
        check_image(image)
        levels = self._check()
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        parts = (np.arange(256) * levels // 256).astype(np.uint8)
        counts = cooccurrence_matrices(
            parts[grey], self.distances, np.deg2rad(self.angles), levels
        )
        pooled = []
        for of_distance in counts.transpose(2, 3, 0, 1):
            found = of_distance[of_distance.any(axis=(1, 2))]
            if not len(found):
                found = np.zeros((1, levels, levels), np.uint32)
                found[0, parts[grey[0, 0]], parts[grey[0, 0]]] = 1
            properties = cooccurrence_properties(found.transpose(1, 2, 0)[:, :, None])
            values = np.array([properties[name][0] for name in self.features])
            pooled.append(np.stack([values.mean(axis=1), np.ptp(values, axis=1)]))
        if self.scaled:
            pooled = [values / self._spread(levels) for values in pooled]
        return np.concatenate(pooled, axis=None).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``d1_asm_mean`` ..., ``d1_asm_range`` ..., for each distance."""
        self._check()
        names = [
            f"d{distance:g}_{name}_{pooled}"
            for distance in self.distances
            for pooled in ("mean", "range")
            for name in self.features
        ]
        return np.array(names, dtype=object)

    def _spread(self, levels: int) -> Doubles:
        """Divisors of the means and of the ranges."""
        scales = np.array([_SCALES[name] for name in self.features]).T
        spread: Doubles = scales[1:] * float(levels - 1) ** scales[0]
        return spread

    def _check(self) -> int:
        levels = check_count("levels", self.levels, least=2, most=256)
        check_flag("scaled", self.scaled)
        for distance in check_sequence("distances", self.distances):
            check_number("distances", distance, least=1)
        for angle in check_sequence("angles", self.angles):
            check_number("angles", angle)
        for feature in check_sequence("features", self.features):
            if not isinstance(feature, str) or feature not in _SCALES:
                raise ValueError(
                    f"features must be among {', '.join(_SCALES)}, got {feature!r}"
                )
        return levels


def cooccurrence_matrices(
    grey: NDArray[np.uint8],
    distances: Any,
    angles: Any,
    levels: int = 256,
    *,
    symmetric: bool = True,
) -> NDArray[np.uint32]:
    """Count how often two levels of grey stand at a distance, in a direction.

    Parameters
    ----------
    grey : array of uint8, shape (height, width)
        Levels, all below `levels`.
    distances : sequence of float
        In pixels; both coordinates of a step are rounded to whole pixels.
    angles : sequence of float
        In radians, from the axis of columns to that of rows.
    levels : int
        How many there are.
    symmetric : bool
        Whether each pair counts in both orders.

    Returns
    -------
    array of uint32, shape (levels, levels, len(distances), len(angles))
        Equal to ``skimage.feature.graycomatrix``.

    Examples
    --------
    >>> grey = np.array([[0, 0, 1]], np.uint8)
    >>> cooccurrence_matrices(grey, [1], [0], 2, symmetric=False)[..., 0, 0].tolist()
    [[1, 1], [0, 0]]
    """
    height, width = grey.shape
    counts = np.zeros((len(distances), len(angles), levels, levels), np.uint32)
    for d, distance in enumerate(distances):
        for a, angle in enumerate(angles):
            down = _rounded(np.sin(angle) * distance)
            right = _rounded(np.cos(angle) * distance)
            if abs(down) >= height or abs(right) >= width:
                continue
            y, x = max(-down, 0), max(-right, 0)
            h, w = height - abs(down), width - abs(right)
            first = grey[y : y + h, x : x + w]
            second = grey[y + down : y + down + h, x + right : x + right + w]
            _count_pairs(first, second, counts[d, a], symmetric)
    return counts.transpose(2, 3, 0, 1)


def cooccurrence_properties(counts: NDArray[np.uint32]) -> dict[str, Doubles]:
    """Give the features of each of some matrices, none of them empty.

    Parameters
    ----------
    counts : array of uint32, shape (levels, levels, n_distances, n_angles)
        From `cooccurrence_matrices`.

    Returns
    -------
    dict of str to array of float64, shape (n_distances, n_angles)
        Haralick's thirteen, entropies in bits; "dissimilarity" and "energy". Those that
        ``skimage.feature.graycoprops`` has too are equal to its.
    """
    levels = len(counts)
    shape = counts.shape[2:]
    p = counts.transpose(2, 3, 0, 1).reshape(-1, levels, levels).astype(np.float64)
    p /= p.sum(axis=(1, 2), keepdims=True)
    i = np.arange(levels)
    sums = np.arange(2 * levels - 1)
    p_rows, p_columns = p.sum(axis=2), p.sum(axis=1)
    p_sum, p_apart = _diagonals(p), _diagonals(p[:, :, ::-1])
    p_difference = p_apart[:, levels - 1 :].copy()
    p_difference[:, 1:] += p_apart[:, levels - 2 :: -1]

    mean_row, mean_column = p_rows @ i, p_columns @ i
    rows, columns = (i - mean_row[:, None]), (i - mean_column[:, None])
    variance = (p_rows * rows**2).sum(axis=1)
    spread = np.sqrt(variance * (p_columns * columns**2).sum(axis=1))
    covariance = (rows[:, None] @ p @ columns[:, :, None])[:, 0, 0]
    flat = spread < 1e-15
    entropy, entropy_row, entropy_column = map(_entropy, (p, p_rows, p_columns))
    # The sum of both is also what Haralick calls HXY1 and HXY2.
    apart = entropy_row + entropy_column - entropy
    most = np.maximum(entropy_row, entropy_column)
    sum_average, dissimilarity = p_sum @ sums, p_difference @ i
    asm = np.einsum("nij,nij->n", p, p)
    values = {
        "asm": asm,
        "contrast": p_difference @ i**2,
        "correlation": np.where(flat, 1, covariance / np.where(flat, 1, spread)),
        "variance": variance,
        "homogeneity": p_difference @ (1 / (1 + i**2)),
        "sum_average": sum_average,
        "sum_variance": (p_sum * (sums - sum_average[:, None]) ** 2).sum(axis=1),
        "sum_entropy": _entropy(p_sum),
        "entropy": entropy,
        "difference_variance": p_difference @ i**2 - dissimilarity**2,
        "difference_entropy": _entropy(p_difference),
        "information_1": -apart / np.where(most > 0, most, 1),
        "information_2": np.sqrt(np.maximum(1 - np.exp(-2 * apart), 0)),
        "dissimilarity": dissimilarity,
        "energy": np.sqrt(asm),
    }
    return {name: value.reshape(shape) for name, value in values.items()}


def _rounded(step: float) -> int:
    """The nearest whole number, away from 0 where there are two."""
    return int(np.copysign(np.floor(abs(step) + 0.5), step))


def _count_pairs(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    counts: NDArray[np.uint32],
    symmetric: bool,
) -> None:
    """Add the pairs of levels at the same places to `counts`, (levels, levels)."""
    levels = len(counts)
    # OpenCV gives float32, which holds whole numbers up to 2**24.
    rows = max(2**23 // first.shape[1], 1)
    for top in range(0, len(first), rows):
        both = [first[top : top + rows], second[top : top + rows]]
        found = cv2.calcHist(
            both, [0, 1], None, [levels, levels], [0, levels, 0, levels]
        )
        if symmetric:
            found += cv2.transpose(found)
        counts += found.astype(np.uint32)


def _diagonals(p: Doubles) -> Doubles:
    """Sum the elements of each matrix whose row and column have the same sum."""
    n, levels, _ = p.shape
    # In rows longer by as much, then shorter by one, they stand below one another.
    long = np.zeros((n, levels, 2 * levels))
    long[:, :, :levels] = p
    cut = long.reshape(n, -1)[:, : levels * (2 * levels - 1)]
    sums: Doubles = cut.reshape(n, levels, 2 * levels - 1).sum(axis=1)
    return sums


def _entropy(p: Doubles) -> Doubles:
    """In bits, of each of some distributions."""
    shares = [values[values > 0] for values in p]
    return np.array([-(values * np.log2(values)).sum() for values in shares])
