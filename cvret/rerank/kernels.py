"""Fitting one transform to correspondences: one hypothesis from each of them.

A SIFT correspondence has scale and angle at both ends, so each alone says which
similarity transform maps one picture onto the other. All are tried and counted (of
very many, an even choice of two thousand), which is faster and surer than to draw
samples at random.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = [
    "agreeing",
    "agreeing_numpy",
    "best_similarity",
    "best_similarity_numpy",
    "scale_at_origin",
]

_HYPOTHESES = 2000
_CHUNK = 64  # correspondences counted before a hypothesis may be given up


def best_similarity_numpy(
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    source_tolerance: float,
    target_tolerance: float,
    scale_limit: float,
) -> tuple[int, Any, Any, Any, Any]:
    """Find the similarity transform that most correspondences agree with.

    Parameters
    ----------
    source, target : arrays of float32, shape (m, 4)
        x, y, size in pixels, angle in degrees.
    source_tolerance, target_tolerance : float
        How far off a point may be, in pixels of either picture.
    scale_limit : float
        A change of scale beyond it, or below one over it, is no hypothesis.

    Returns
    -------
    count : int
        Correspondences that agree; 0 if no hypothesis was allowed.
    a, b, tx, ty : float
        The transform: ``x' = a x - b y + tx``, ``y' = b x + a y + ty``.
    """
    best = (0, 1.0, 0.0, 0.0, 0.0)
    for i in range(0, len(source), 1 + len(source) // _HYPOTHESES):
        scale = float(target[i, 2]) / float(source[i, 2])
        if not 1 / scale_limit <= scale <= scale_limit:
            continue
        turn = np.deg2rad(float(target[i, 3]) - float(source[i, 3]))
        a, b = scale * np.cos(turn), scale * np.sin(turn)
        tx = float(target[i, 0]) - a * float(source[i, 0]) + b * float(source[i, 1])
        ty = float(target[i, 1]) - b * float(source[i, 0]) - a * float(source[i, 1])
        x, y = source[:, 0].astype(np.float64), source[:, 1].astype(np.float64)
        dx = a * x - b * y + tx - target[:, 0]
        dy = b * x + a * y + ty - target[:, 1]
        limit = min(target_tolerance, source_tolerance * scale)
        count = int((dx * dx + dy * dy <= limit * limit).sum())
        if count > best[0]:
            best = (count, a, b, tx, ty)
    return best


@compiled(stand_in=best_similarity_numpy)
def best_similarity(
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    source_tolerance: float,
    target_tolerance: float,
    scale_limit: float,
) -> tuple[int, Any, Any, Any, Any]:
    """The compiled form of `best_similarity_numpy`."""
    m = len(source)
    best_count = 0
    best_a, best_b, best_x, best_y = 1.0, 0.0, 0.0, 0.0
    xs = source[:, 0].astype(np.float64)
    ys = source[:, 1].astype(np.float64)
    us = target[:, 0].astype(np.float64)
    vs = target[:, 1].astype(np.float64)
    for i in range(0, m, 1 + m // _HYPOTHESES):
        scale = np.float64(target[i, 2]) / np.float64(source[i, 2])
        if not (scale >= 1 / scale_limit and scale <= scale_limit):
            continue
        turn = np.deg2rad(np.float64(target[i, 3]) - np.float64(source[i, 3]))
        a, b = scale * np.cos(turn), scale * np.sin(turn)
        tx = us[i] - a * xs[i] + b * ys[i]
        ty = vs[i] - b * xs[i] - a * ys[i]
        limit = min(target_tolerance, source_tolerance * scale)
        limit *= limit
        count = 0
        for start in range(0, m, _CHUNK):
            end = min(start + _CHUNK, m)
            for j in range(start, end):
                dx = a * xs[j] - b * ys[j] + tx - us[j]
                dy = b * xs[j] + a * ys[j] + ty - vs[j]
                count += dx * dx + dy * dy <= limit
            if count + m - end <= best_count:  # it cannot be the best any more
                break
        if count > best_count:
            best_count = count
            best_a, best_b, best_x, best_y = a, b, tx, ty
    return best_count, best_a, best_b, best_x, best_y


def agreeing_numpy(
    transform: NDArray[np.float64],
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    features: NDArray[np.int32],
    targets: NDArray[np.int64],
    source_tolerance: float,
    target_tolerance: float,
) -> NDArray[np.int64]:
    """Find the correspondences that agree with a transform, one to one.

    Parameters
    ----------
    transform : array of float64, shape (3, 3)
        Homogeneous, from the source to the target.
    source, target : arrays of float32, shape (m, 4)
        x and y come first.
    features, targets : arrays of int, shape (m,)
        Which feature of either picture; of those that share one, the nearest counts.
    source_tolerance, target_tolerance : float
        How far off a point may be, in pixels of either picture.

    Returns
    -------
    array of int64
        Rows of the inliers, ascending.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        points = source[:, :2].astype(np.float64)
        mapped = points @ transform[:, :2].T + transform[:, 2]
        apart = mapped[:, :2] / mapped[:, 2:] - target[:, :2]
        errors = np.sqrt((apart**2).sum(axis=1))
        limit = min(target_tolerance, source_tolerance * scale_at_origin(transform))
    rows = np.flatnonzero(errors <= limit)
    order = rows[np.argsort(errors[rows], kind="stable")]
    _, first = np.unique(targets[order], return_index=True)
    order = order[np.sort(first)]
    _, first = np.unique(features[order], return_index=True)
    return np.sort(order[first])


def scale_at_origin_numpy(transform: NDArray[np.float64]) -> Any:
    """Give the square root of how much a transform enlarges an area at the origin."""
    x, y = transform[:2, 2] / transform[2, 2]
    a, b = transform[0, :2] - x * transform[2, :2]
    c, d = transform[1, :2] - y * transform[2, :2]
    return np.sqrt(abs(a * d - b * c))


@compiled(stand_in=scale_at_origin_numpy)
def scale_at_origin(transform: NDArray[np.float64]) -> Any:
    """The compiled form of `scale_at_origin_numpy`."""
    x = transform[0, 2] / transform[2, 2]
    y = transform[1, 2] / transform[2, 2]
    a = transform[0, 0] - x * transform[2, 0]
    b = transform[0, 1] - x * transform[2, 1]
    c = transform[1, 0] - y * transform[2, 0]
    d = transform[1, 1] - y * transform[2, 1]
    return np.sqrt(abs(a * d - b * c))


@compiled(stand_in=agreeing_numpy)
def agreeing(
    transform: NDArray[np.float64],
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    features: NDArray[np.int32],
    targets: NDArray[np.int64],
    source_tolerance: float,
    target_tolerance: float,
) -> NDArray[np.int64]:
    """The compiled form of `agreeing_numpy`, which sorts nothing."""
    m = len(source)
    limit = min(target_tolerance, source_tolerance * scale_at_origin(transform))
    errors = np.empty(m, np.float64)
    n_features, n_slots = np.int64(0), 16
    for row in range(m):
        x, y = np.float64(source[row, 0]), np.float64(source[row, 1])
        w = transform[2, 0] * x + transform[2, 1] * y + transform[2, 2]
        u = (transform[0, 0] * x + transform[0, 1] * y + transform[0, 2]) / w
        v = (transform[1, 0] * x + transform[1, 1] * y + transform[1, 2]) / w
        u, v = u - np.float64(target[row, 0]), v - np.float64(target[row, 1])
        errors[row] = np.sqrt(u * u + v * v)
        n_features = max(n_features, np.int64(features[row]) + 1)
    while n_slots < 2 * m:
        n_slots *= 2
    # The nearest row of each feature of the target, by a table of hashes ...
    slots = np.full(n_slots, -1, np.int64)
    for row in range(m):
        if errors[row] <= limit:
            slot = (targets[row] * 2654435761) % n_slots
            while slots[slot] >= 0 and targets[slots[slot]] != targets[row]:
                slot = (slot + 1) % n_slots
            if slots[slot] < 0 or errors[row] < errors[slots[slot]]:
                slots[slot] = row
    # ... and, of these, the nearest of each feature of the source.
    nearest = np.full(n_features, -1, np.int64)
    for slot in range(n_slots):
        row = slots[slot]
        if row >= 0:
            other = nearest[features[row]]
            nearer = other < 0 or errors[row] < errors[other]
            if nearer or (errors[row] == errors[other] and row < other):
                nearest[features[row]] = row
    kept = np.zeros(m, np.bool_)
    n_kept = 0
    for feature in range(n_features):
        if nearest[feature] >= 0:
            kept[nearest[feature]] = True
            n_kept += 1
    rows = np.empty(n_kept, np.int64)
    place = 0
    for row in range(m):
        if kept[row]:
            rows[place] = row
            place += 1
    return rows
