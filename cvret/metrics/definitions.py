"""What each full-reference metric is: direction, range, units, limits, paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice
from cvret.errors import UnknownNameError

__all__ = ["METRICS", "PROFILES", "SEWAR", "Metric", "check_metrics", "check_profile"]

PROFILES = ("sewar", "textbook")
"""Whose values: sewar's own, or those of the papers."""

SEWAR = "0.4.10"
"""The version of sewar whose values the profile "sewar" gives."""


@dataclass(frozen=True)
class Metric:
    """What is to be known of a full-reference metric before its values are read.

    Attributes
    ----------
    name : str
        As it is asked for.
    title : str
        Its name in words.
    direction : {"distance", "similarity"}
        Of a distance small values are good, of a similarity large ones.
    least, most : float
        Between which values lie.
    unit : str
        Empty for a pure number.
    ordered : bool
        Whether the order of the pair matters: the first picture is the reference.
    uses_data_range : bool
        Whether the value depends on the dynamic range.
    least_sides : tuple of int
        In pixels, the shorter side from which on it means what it should; by profile,
        as `PROFILES` has them.
    paper : str
        Where it was defined.
    """

    name: str
    title: str
    direction: str
    least: float
    most: float
    unit: str
    ordered: bool
    uses_data_range: bool
    least_sides: tuple[int, int]
    paper: str

    def least_side(self, profile: str = "sewar") -> int:
        """Give the shorter side, in pixels, from which on the value has a meaning."""
        return self.least_sides[PROFILES.index(profile)]

    @property
    def is_similarity(self) -> bool:
        """Whether large values are good."""
        return self.direction == "similarity"

    def order(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Give the places of values, best first; NaN last; equal ones as they stand.

        Examples
        --------
        >>> METRICS["psnr"].order(np.array([30.0, np.nan, np.inf])).tolist()
        [2, 0, 1]
        """
        values = np.asarray(values, np.float64)
        keys = -values if self.is_similarity else values
        order: NDArray[np.intp] = np.argsort(keys, kind="stable")
        return order

    def similarity(
        self, values: NDArray[np.float64] | float, data_range: float
    ) -> NDArray[np.float64]:
        """Map values to [0, 1], where 1 is as good as can be; NaN is 0.

        Similarities up to 1 are cut at 0; decibels and differences of gray levels are
        put as ``1 - e / data_range``, `e` being the root of the mean square that they
        stand for; percentages d as ``1 / (1 + d / 100)``; angles as ``1 - a / (pi/2)``.
        The order stays.

        Examples
        --------
        >>> METRICS["rmse"].similarity(51.0, data_range=255).item()
        0.8
        """
        x = np.asarray(values, np.float64)
        with np.errstate(invalid="ignore"):
            if self.unit == "dB":
                found = 1 - 10 ** (-x / 20)
            elif self.unit == "gray levels":
                found = 1 - x / data_range
            elif self.unit == "squared gray levels":
                found = 1 - x / data_range**2
            elif self.unit == "%":
                found = 1 / (1 + x / 100)
            elif self.unit == "radians":
                found = 1 - x / (pi / 2)
            else:
                found = x
        return np.clip(np.nan_to_num(found, nan=0.0), 0, 1)


_WANG_2004 = (
    "Wang, Bovik, Sheikh and Simoncelli, 'Image quality assessment: from error "
    "visibility to structural similarity', IEEE Trans. Image Processing 13(4), 2004"
)

_ALL = (
    Metric(
        "cosine",
        "cosine similarity of pixels",
        "similarity",
        -1,
        1,
        "",
        False,
        False,
        (1, 1),
        "Salton and McGill, 'Introduction to Modern Information Retrieval', 1983",
    ),
    Metric(
        "ergas",
        "relative dimensionless global error of synthesis",
        "distance",
        0,
        inf,
        "%",
        True,
        False,
        (1, 1),
        "Wald, 'Quality of high resolution synthesised images: is there a simple "
        "criterion?', Fusion of Earth Data, 2000",
    ),
    Metric(
        "mse",
        "mean squared error",
        "distance",
        0,
        inf,
        "squared gray levels",
        False,
        False,
        (1, 1),
        "Gonzalez and Woods, 'Digital Image Processing', 2018",
    ),
    Metric(
        "msssim",
        "multi-scale structural similarity",
        "similarity",
        -1,
        1,
        "",
        False,
        True,
        (11, 11),
        "Wang, Simoncelli and Bovik, 'Multiscale structural similarity for image "
        "quality assessment', Asilomar Conference on Signals, Systems and Computers, "
        "2003",
    ),
    Metric(
        "psnr",
        "peak signal-to-noise ratio",
        "similarity",
        -inf,
        inf,
        "dB",
        False,
        True,
        (1, 1),
        "Gonzalez and Woods, 'Digital Image Processing', 2018",
    ),
    Metric(
        "psnrb",
        "peak signal-to-noise ratio with blocking effect",
        "similarity",
        -inf,
        inf,
        "dB",
        True,
        True,
        (9, 9),
        "Yim and Bovik, 'Quality assessment of deblocked images', IEEE Trans. Image "
        "Processing 20(1), 2011",
    ),
    Metric(
        "q2n",
        "hypercomplex quality index of many bands",
        "similarity",
        0,
        1,
        "",
        True,
        False,
        (16, 16),
        "Garzelli and Nencini, 'Hypercomplex quality assessment of multi/hyperspectral "
        "images', IEEE Geoscience and Remote Sensing Letters 6(4), 2009",
    ),
    Metric(
        "rase",
        "relative average spectral error",
        "distance",
        0,
        inf,
        "%",
        True,
        False,
        (9, 1),
        "Ranchin and Wald, 'Fusion of high spatial and spectral resolution images: the "
        "ARSIS concept and its implementation', Photogrammetric Engineering and Remote "
        "Sensing 66(1), 2000",
    ),
    Metric(
        "rmse",
        "root mean squared error",
        "distance",
        0,
        inf,
        "gray levels",
        False,
        False,
        (1, 1),
        "Gonzalez and Woods, 'Digital Image Processing', 2018",
    ),
    Metric(
        "rmse_sw",
        "root mean squared error in sliding windows, averaged",
        "distance",
        0,
        inf,
        "gray levels",
        False,
        False,
        (9, 8),
        "sewar 0.4.10",
    ),
    Metric(
        "sam",
        "spectral angle",
        "distance",
        0,
        pi,
        "radians",
        False,
        False,
        (1, 1),
        "Kruse et al., 'The spectral image processing system (SIPS)', Remote Sensing "
        "of Environment 44, 1993",
    ),
    Metric(
        "scc",
        "spatial correlation coefficient",
        "similarity",
        -1,
        1,
        "",
        False,
        False,
        (1, 1),
        "Zhou, Civco and Silander, 'A wavelet transform method to merge Landsat TM and "
        "SPOT panchromatic data', International Journal of Remote Sensing 19(4), 1998",
    ),
    Metric(
        "ssim",
        "structural similarity",
        "similarity",
        -1,
        1,
        "",
        False,
        True,
        (11, 11),
        _WANG_2004,
    ),
    Metric(
        "uqi",
        "universal image quality index",
        "similarity",
        -1,
        1,
        "",
        False,
        False,
        (9, 8),
        "Wang and Bovik, 'A universal image quality index', IEEE Signal Processing "
        "Letters 9(3), 2002",
    ),
    Metric(
        "vifp",
        "visual information fidelity of pixels",
        "similarity",
        0,
        inf,
        "",
        True,
        True,
        (41, 41),
        "Sheikh and Bovik, 'Image information and visual quality', IEEE Trans. Image "
        "Processing 15(2), 2006",
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every full-reference metric, by name: those of sewar, and the cosine of pixels."""


def check_metrics(metrics: str | Sequence[str] | None) -> tuple[str, ...]:
    """Give the names of metrics, None being all, or raise unless each is one.

    Raises
    ------
    UnknownNameError
        If there is none of a name.
    """
    if metrics is None:
        return tuple(METRICS)
    names: Any = (metrics,) if isinstance(metrics, str) else metrics
    if not isinstance(names, tuple | list):
        raise TypeError(
            f"metrics must be a list of names, got {type(metrics).__name__}"
        )
    if not names:
        raise ValueError("metrics must name at least one metric, got none")
    for name in names:
        if not isinstance(name, str) or name not in METRICS:
            raise UnknownNameError(
                f"no full-reference metric is named {name!r}; there are "
                f"{', '.join(METRICS)}"
            )
        if list(names).count(name) > 1:
            raise ValueError(f"metrics must each be named once, got {name!r} twice")
    return tuple(names)


def check_profile(profile: str) -> None:
    """Raise ValueError unless there is such a profile."""
    check_choice("profile", profile, PROFILES)
