"""Fitting one transform to correspondences: one hypothesis from each of them.

A SIFT correspondence has scale and angle at both ends, so each alone says which
similarity transform maps one picture onto the other. All are tried and counted, which
is faster and surer than to draw samples at random.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = ["best_similarity", "best_similarity_numpy"]


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
    for i in range(len(source)):
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
    for i in range(m):
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
        for j in range(m):
            dx = a * xs[j] - b * ys[j] + tx - us[j]
            dy = b * xs[j] + a * ys[j] + ty - vs[j]
            count += dx * dx + dy * dy <= limit
        if count > best_count:
            best_count = count
            best_a, best_b, best_x, best_y = a, b, tx, ty
    return best_count, best_a, best_b, best_x, best_y
