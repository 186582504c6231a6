"""What the metrics keep of a reference, and which of them share it.

A part is made once from the reference and gives, for a block of pictures, a value each
of some metrics. It keeps nothing of the pictures, so that threads can share it.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.against_pixels import (
    Angles,
    BlockingEffect,
    Cosine,
    Hypercomplex,
    SquaredErrors,
    Undefined,
    has_flat_block,
)
from cvret.metrics.against_scales import Information, Scales
from cvret.metrics.against_windows import (
    Correlation,
    FloatQualityIndex,
    FloatWindowErrors,
    QualityIndex,
    Similarity,
    WindowErrors,
)
from cvret.metrics.blocks import Block, Part
from cvret.metrics.definitions import METRICS
from cvret.metrics.hypercomplex import is_column

__all__ = ["make_parts"]


def make_parts(
    reference: NDArray[Any], metrics: Iterable[str], data_range: float, profile: str
) -> tuple[list[Part], list[str]]:
    """Make the parts that some metrics need, and name the metrics that have none.

    Parameters
    ----------
    reference : array, shape (height, width, bands)
        What pictures are compared with.
    metrics : iterable of str
        Names.
    data_range : float
        The dynamic range in force.
    profile : {"sewar", "textbook"}
        Whose values.

    Returns
    -------
    parts : list of Part
        Together they measure what they can.
    others : list of str
        Metrics that have no compiled form for such a picture: windows larger than it
        is; windows whose sums of floats keep rounding errors that sewar's values show.
    """
    wanted = set(metrics)
    target = Block(reference[np.newaxis])
    side = min(reference.shape[:2])
    exact = reference.dtype.kind in "iu" and reference.dtype.itemsize <= 2
    sewar = profile == "sewar"
    parts: list[Part] = []
    done: set[str] = set()

    def add(names: set[str], make: Any, *arguments: Any) -> None:
        if wanted & names:
            parts.append(make(target, *arguments))
            done.update(wanted & names)

    undefined = _undefined(reference.shape, profile) & wanted
    add(undefined, Undefined, undefined)
    wanted -= undefined
    errors = {"mse", "rmse", "psnr", "ergas"}
    errors |= set() if sewar else {"rase"}
    add(errors, SquaredErrors, data_range, errors & wanted)
    add({"cosine"}, Cosine)
    add({"sam"}, Angles, not sewar)
    if sewar:
        add({"psnrb"}, BlockingEffect, data_range)
    if exact and side > 8:
        add({"uqi"}, QualityIndex, not sewar)
        add({"rmse_sw"}, WindowErrors, False, not sewar)
        if sewar:
            add({"rase"}, WindowErrors, True, False)
    elif sewar and side > 8:
        add({"uqi"}, FloatQualityIndex)
        add({"rmse_sw", "rase"}, FloatWindowErrors)
    if exact:
        add({"scc"}, Correlation, not sewar)
    if "q2n" in wanted and side >= 16 and not has_flat_block(target):
        add({"q2n"}, Hypercomplex)
    if side >= 11:
        if sewar:
            add({"ssim"}, Similarity, data_range)
        add({"msssim"} if sewar else {"msssim", "ssim"}, Scales, data_range, not sewar)
    if side >= 41:
        add({"vifp"}, Information, 1.0 if sewar else 255 / data_range)
    return parts, sorted(wanted - done)


def _undefined(shape: tuple[int, ...], profile: str) -> set[str]:
    """Name the metrics that have no value for pictures of such a shape."""
    height, width = shape[:2]
    side = min(height, width)
    small = {n for n, m in METRICS.items() if side < m.least_side(profile)}
    # These have one: sewar's, which means little.
    small -= {"psnrb", "ssim", "vifp"} if profile == "sewar" else {"psnrb"}
    return small - ({"q2n"} if is_column(height, width) else set())
