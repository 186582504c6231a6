"""How many matches mean something: expected false alarms instead of a magic count.

An a-contrario test. If the pictures had nothing in common, each match would lead from a
feature of the query to a random one of the matched features of the other picture. How
many would then agree with the transform by chance is known: about `chance_agreements`
of them, and as many as were found with the probability `log_tail`. Times the number of
transforms and of pictures that were tried, that is how many such finds a search would
make where there is nothing to be found.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = [
    "chance_agreements",
    "chance_agreements_numpy",
    "effective_count",
    "effective_count_numpy",
    "log_tail",
]

_SPOTS = 20  # along the longest side: a spot is a twentieth of the picture
_ROWS = 1000  # an even choice of so many matches stands for more


def effective_count_numpy(
    points: NDArray[np.float32], width: float, height: float, x: float, y: float
) -> float:
    """Count points so that those in one spot of the picture count less.

    Matches within a small pattern that many pictures share (a logo, a line of text)
    come together or not at all. A spot with ``n`` points counts as ``sqrt(n)``.

    Parameters
    ----------
    points : array of float32, shape (n, 2 or more)
        x and y first, in pixels.
    width, height : float
        Of the picture or of its region; a spot is a twentieth of the longer one.
    x, y : float
        Where the region begins.

    References
    ----------
    Irschara, Zach, Frahm and Bischof, "From structure-from-motion point clouds to fast
    location recognition", CVPR 2009 (effective inliers). Jégou, Douze and Schmid, "On
    the burstiness of visual elements", CVPR 2009 (the square root).

    Examples
    --------
    Four points in one spot and one far away.

    >>> points = np.float32([[1, 1], [2, 1], [1, 2], [2, 2], [90, 90]])
    >>> effective_count_numpy(points, 100, 100, 0, 0)
    3.0
    """
    scale = _SPOTS / max(width, height)
    placed = (points[:, :2].astype(np.float64) - (x, y)) * scale
    spots = np.clip(placed, 0, _SPOTS).astype(np.int64)
    counts = np.bincount(spots[:, 0] * (_SPOTS + 1) + spots[:, 1])
    return float(np.sqrt(counts).sum())


@compiled(stand_in=effective_count_numpy)
def effective_count(
    points: NDArray[np.float32], width: float, height: float, x: float, y: float
) -> float:
    """The compiled form of `effective_count_numpy`."""
    scale = _SPOTS / max(width, height)
    counts = np.zeros((_SPOTS + 1) ** 2, np.int64)
    for row in range(len(points)):
        u = min(max((points[row, 0] - x) * scale, 0.0), _SPOTS)
        v = min(max((points[row, 1] - y) * scale, 0.0), _SPOTS)
        counts[int(u) * (_SPOTS + 1) + int(v)] += 1
    effective = 0.0
    for count in counts:
        effective += math.sqrt(count)
    return effective


def chance_agreements_numpy(
    transform: NDArray[np.float64],
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    features: NDArray[np.int32],
    targets: NDArray[np.int64],
    limit: float,
    uniform: float,
) -> float:
    """Expect how many matches agree with a transform if they were shuffled.

    For each match: the share of the other matches whose target lies where the
    transform says that this one's should, but at least what an even spread of targets
    over the picture would give. So dense patterns have many chances.

    Parameters
    ----------
    transform : array of float64, shape (3, 3)
        Homogeneous, from the source to the target.
    source, target : arrays of float32, shape (m, 4)
        x and y come first.
    features, targets : arrays of int, shape (m,)
        Which feature of either picture; matches that share one are one.
    limit : float
        How far off is near enough, in pixels of the target.
    uniform : float
        Probability that a random place of the target is near enough.
    """
    step = 1 + len(source) // _ROWS
    mapped = source[::step, :2].astype(np.float64) @ transform[:, :2].T
    mapped += transform[:, 2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        apart = mapped[:, None, :2] / mapped[:, None, 2:] - target[None, :, :2]
        near = (apart**2).sum(axis=2) <= limit * limit
    near &= targets[::step, None] != targets[None]
    near &= features[::step, None] != features[None]
    shares = near.sum(axis=1) / max(len(source) - 1, 1)
    return float(np.maximum(shares, uniform).sum() * step)


@compiled(stand_in=chance_agreements_numpy)
def chance_agreements(
    transform: NDArray[np.float64],
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    features: NDArray[np.int32],
    targets: NDArray[np.int64],
    limit: float,
    uniform: float,
) -> float:
    """The compiled form of `chance_agreements_numpy`."""
    m = len(source)
    step = 1 + m // _ROWS
    expected = 0.0
    for i in range(0, m, step):
        x, y = np.float64(source[i, 0]), np.float64(source[i, 1])
        w = transform[2, 0] * x + transform[2, 1] * y + transform[2, 2]
        u = (transform[0, 0] * x + transform[0, 1] * y + transform[0, 2]) / w
        v = (transform[1, 0] * x + transform[1, 1] * y + transform[1, 2]) / w
        near = 0
        for j in range(m):
            dx, dy = u - target[j, 0], v - target[j, 1]
            if (
                dx * dx + dy * dy <= limit * limit
                and targets[i] != targets[j]
                and features[i] != features[j]
            ):
                near += 1
        expected += max(near / max(m - 1, 1), uniform)
    return expected * step


def log_tail(count: float, expected: float) -> float:
    """Give log10 of the probability of at least `count` where `expected` are expected.

    The tail of the Poisson distribution, continued to counts between whole numbers by
    the incomplete gamma function. 0 where `count` is not above `expected`.

    Examples
    --------
    One or more where one is expected: not above it. Five or more: 0.00366.

    >>> log_tail(1, 1.0), round(10 ** log_tail(5, 1.0), 5)
    (0.0, 0.00366)
    """
    if count <= expected:
        return 0.0
    if expected <= 0:
        return -math.inf
    # gammainc(k, x) = x**k * exp(-x) / Gamma(k + 1) * (1 + x/(k+1) + ...)
    term, total, n = 1.0, 1.0, count
    while term > 1e-12 * total:
        n += 1
        term *= expected / n
        total += term
    log = count * math.log(expected) - expected - math.lgamma(count + 1)
    return (log + math.log(total)) / math.log(10)
