"""Texture of a whole image by a bank of Gabor filters."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from cvret._checks import check_count, check_image
from cvret._opencv import cv2
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import stretch

__all__ = ["GaborBank", "fitted"]

_LOWEST, _HIGHEST = 0.05, 0.4  # cycles a pixel, of the outermost filters


class GaborBank(DescriptorTransformer):
    """Mean and standard deviation of the responses to Gabor filters.

    The picture is scaled so that its longer side has `side` pixels. The filters, of
    `scales` center frequencies from 0.4 down to 0.05 cycles a pixel and `orientations`
    directions, touch one another where each has half of its peak. Compared by L1. Not
    changed by the mean brightness, and little by the picture's size; changed by turns.

    Parameters
    ----------
    scales : int
        Center frequencies, 2 to 16.
    orientations : int
        Directions, 2 to 180.
    side : int
        Pixels of the longer side after scaling, 16 to 1024.

    Notes
    -----
    The paper divides each value by its standard deviation over a database. Here all
    are divided by 0.01 (of a range of grey from 0 to 1), so nothing need be learned:
    filters an octave wide find about equal energy in photographs at all scales.
    Outside of the picture it is mirrored.

    References
    ----------
    Manjunath and Ma, "Texture features for browsing and retrieval of image data",
    IEEE Transactions on Pattern Analysis and Machine Intelligence 18(8), 1996.

    Examples
    --------
    Stripes of 2.5 pixels: the first scale, in the first direction, answers most.

    >>> stripes = np.uint8(127 + 100 * np.cos(2 * np.pi * 0.4 * np.arange(128)))
    >>> image = np.repeat(np.tile(stripes, (128, 1))[..., None], 3, axis=2)
    >>> part = GaborBank()
    >>> str(part.get_feature_names_out()[part.describe(image).argmax()])
    'scale0_angle0_mean'
    """

    metric = "l1"

    def __init__(self, scales: int = 4, orientations: int = 6, side: int = 128):
        self.scales = scales
        self.orientations = orientations
        self.side = side

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the means and standard deviations of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (scales * orientations * 2,)
            Of the magnitudes of the responses, the finest scale first: from 0, for an
            even picture, to about 30.
        """
        check_image(image)
        scales, orientations, side = self._check()
        grey = fitted(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), side)
        height, width = grey.shape
        whole = fft.next_fast_len(side + side // 4)
        margin = (whole - side) // 2
        padded = cv2.copyMakeBorder(
            grey,
            margin,
            whole - margin - height,
            margin,
            whole - margin - width,
            cv2.BORDER_REFLECT,
        )
        spectrum = fft.fft2(padded.astype(np.float32) / 255)
        values = np.empty((scales * orientations, 2))
        for row, kept in zip(
            values, _filters(scales, orientations, whole), strict=True
        ):
            near = spectrum[kept.rows[:, None], kept.columns] * kept.response
            found = fft.ifft2(near, norm="forward", overwrite_x=True) / spectrum.size
            top = -(-margin // kept.step)
            inside = found[top : -(-(margin + height) // kept.step)]
            inside = inside[:, top : -(-(margin + width) // kept.step)]
            power = inside.real**2 + inside.imag**2
            mean = np.sqrt(power).mean(dtype=np.float64)
            variance = power.mean(dtype=np.float64) - mean**2
            row[:] = mean, np.sqrt(max(variance, 0))
        # Below this is nothing but the rounding of the transform.
        values[values < 1e-5] = 0
        return (values.ravel() / 0.01).astype(np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``scale0_angle0_mean``, ``scale0_angle0_std`` ..., angles in degrees."""
        scales, orientations, _ = self._check()
        names = [
            f"scale{m}_angle{180 * n / orientations:g}_{value}"
            for m in range(scales)
            for n in range(orientations)
            for value in ("mean", "std")
        ]
        return np.array(names, dtype=object)

    def _check(self) -> tuple[int, int, int]:
        return (
            check_count("scales", self.scales, least=2, most=16),
            check_count("orientations", self.orientations, least=2, most=180),
            check_count("side", self.side, least=16, most=1024),
        )


def fitted(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Scale so that the longer side has `side` pixels, and the other at least one."""
    height, width = grey.shape
    scale = side / max(height, width)
    return stretch(grey, max(round(height * scale), 1), max(round(width * scale), 1))


class _Filter(NamedTuple):
    """The part of the spectrum that a filter lets through.

    Its inverse transform has the magnitudes of the response at each `step`-th pixel.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    response: NDArray[np.float32]
    step: int


@cache
def _filters(scales: int, orientations: int, whole: int) -> list[_Filter]:
    """The filters of a picture of `whole` pixels a side, the finest scale first."""
    ratio = (_HIGHEST / _LOWEST) ** (1 / (scales - 1))
    half = 2 * np.log(2)
    sigma_u = (ratio - 1) * _HIGHEST / ((ratio + 1) * np.sqrt(half))
    # As in the paper: neighbors in direction touch at half of their peaks.
    sigma_v = (
        np.tan(np.pi / (2 * orientations))
        * (_HIGHEST - half * sigma_u**2 / _HIGHEST)
        / np.sqrt(half - half**2 * sigma_u**2 / _HIGHEST**2)
    )
    filters = []
    for scale in ratio ** np.arange(scales):
        # What lies beyond 3.5 standard deviations is left out.
        wanted = 7 * max(sigma_u, sigma_v) / scale * whole
        step = 1
        while whole % (2 * step) == 0 and whole // (2 * step) >= wanted:
            step *= 2
        n = whole // step
        for angle in np.pi * np.arange(orientations) / orientations:
            peak = np.array([np.sin(angle), np.cos(angle)]) * _HIGHEST / scale * whole
            rows, columns = (
                np.round(peak).astype(np.intp)[:, None] + np.arange(n) - n // 2
            )
            # Frequencies of the whole picture repeat.
            v, u = ((f + whole // 2) % whole - whole // 2 for f in (rows, columns))
            v, u = scale * v[:, None] / whole, scale * u / whole
            along = u * np.cos(angle) + v * np.sin(angle) - _HIGHEST
            across = v * np.cos(angle) - u * np.sin(angle)
            response = np.exp(-((along / sigma_u) ** 2 + (across / sigma_v) ** 2) / 2)
            response[(u == 0) & (v == 0)] = 0  # so that brightness does not matter
            filters.append(
                _Filter(
                    rows % whole, columns % whole, response.astype(np.float32), step
                )
            )
    return filters
