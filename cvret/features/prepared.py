"""Descriptors that look at a prepared picture, or at its foreground alone."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image, check_part
from cvret.features.transforming import DescriptorTransformer
from cvret.images.preparing import FlatBackground, bounds_of
from cvret.protocols import Descriptor

__all__ = ["Masked", "Prepared"]

Image = NDArray[np.uint8]


class Step(Protocol):
    """What prepares a picture: each of `cvret.catalog.PREPARATIONS`, or your own."""

    def apply(self, image: Image) -> Image:
        """Give another RGB image, uint8, shape (height, width, 3)."""


class Mask(Protocol):
    """What finds the foreground of a picture: `FlatBackground`, or your own."""

    def foreground(self, image: Image) -> NDArray[np.bool_]:
        """Give True where the foreground is, shape (height, width)."""


class _Wrapping(DescriptorTransformer):
    """What is known of a descriptor within another one."""

    descriptor: Descriptor

    @property
    def metric(self) -> str:
        """The metric of the descriptor within."""
        return self.descriptor.metric

    @property
    def version(self) -> int:  # type: ignore[override]
        """The version of the descriptor within."""
        return int(getattr(self.descriptor, "version", 1))

    @property
    def least_side(self) -> int:  # type: ignore[override]
        """Pixels that a side must have for the descriptor within."""
        return int(getattr(self.descriptor, "least_side", 1))

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """The shape of the picture that a vector is, where the one within has it."""
        inner: Any = self.descriptor
        shape: tuple[int, int, int] = inner.picture_shape
        return shape

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give the names of the descriptor within."""
        inner: Any = self.descriptor
        names: NDArray[np.object_] = inner.get_feature_names_out(input_features)
        return names


class Prepared(_Wrapping):
    """A descriptor of the picture after some preparation, for a field of an index.

    Every picture and every query goes through the same steps. Metric, version and
    names are those of the descriptor within.

    Parameters
    ----------
    descriptor : Descriptor
        Applied to the prepared picture.
    steps : sequence of parts with ``apply(image)``
        Such as `Resize`, `EqualizeIntensity`, `GreyWorld` and `FlatBackground`; in the
        order given.

    See Also
    --------
    Masked : leaves the background out.

    Examples
    --------
    A dark picture and a bright one of the same thing, equalized:

    >>> from cvret.features.color import HSVHistogram
    >>> from cvret.images.preparing import EqualizeIntensity
    >>> dark = np.arange(64, dtype=np.uint8).repeat(3).reshape(8, 8, 3)
    >>> prepared = Prepared(HSVHistogram(bins=(1, 1, 4)), (EqualizeIntensity(),))
    >>> np.array_equal(prepared.describe(dark), prepared.describe(dark + 100))
    True
    """

    def __init__(self, descriptor: Descriptor, steps: Sequence[Step]):
        self.descriptor = descriptor
        self.steps = steps

    def describe(self, image: Image) -> NDArray[np.float32]:
        """Give the (d,) vector of an RGB image after all steps.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Raises
        ------
        TypeError
            If `steps` is one step, or one of them has no ``apply``; or if `descriptor`
            is none.
        """
        check_image(image)
        check_part("descriptor", self.descriptor, "describe", "HSVHistogram()")
        for step in self._check_steps():
            image = step.apply(image)
        return self.descriptor.describe(image)

    def _check_steps(self) -> Sequence[Step]:
        if not isinstance(self.steps, tuple | list):
            raise TypeError(
                "steps must be a tuple of parts, such as (EqualizeIntensity(),), got "
                f"{self.steps!r}"
            )
        for step in self.steps:
            check_part("each of steps", step, "apply", "EqualizeIntensity()")
        return self.steps


class Masked(_Wrapping):
    """A descriptor of the foreground alone.

    A descriptor that says ``pixelwise = True`` looks at each pixel without its
    neighbors: color histograms, color moments. It is given the pixels of the
    foreground and no others, as a picture one pixel high, which is exact. Any other
    needs the pixels where they are, and is given the rectangle around the foreground,
    made as large as its `least_side` where the picture is; of the background, what
    lies in that rectangle still counts.

    Parameters
    ----------
    descriptor : Descriptor
        Metric, version and names are its own.
    mask : part with ``foreground(image)``, optional
        By default ``FlatBackground()``, which takes a background of one color away and
        leaves any other picture whole.

    Notes
    -----
    An empty foreground means the whole picture. Meant for pictures of products,
    logos and specimens; the background of a photograph often says what it shows, and
    is better kept.

    Examples
    --------
    A red square on white, by a histogram that is told the foreground:

    >>> from cvret.features.color import HSVHistogram
    >>> image = np.full((9, 9, 3), 255, np.uint8)
    >>> image[3:6, 3:6] = (255, 0, 0)
    >>> (HSVHistogram(bins=(1, 2, 1)).describe(image) * 81).tolist()
    [72.0, 9.0]
    >>> Masked(HSVHistogram(bins=(1, 2, 1))).describe(image).tolist()
    [0.0, 1.0]
    """

    def __init__(self, descriptor: Descriptor, mask: Mask | None = None):
        self.descriptor = descriptor
        self.mask = mask

    def describe(self, image: Image) -> NDArray[np.float32]:
        """Give the (d,) vector of the foreground of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Raises
        ------
        TypeError
            If `descriptor` or `mask` is none.
        ValueError
            If `mask` gives no array of bool of the picture's height and width.
        """
        check_image(image)
        check_part("descriptor", self.descriptor, "describe", "HSVHistogram()")
        found = self._foreground(image)
        if found.all() or not found.any():
            return self.descriptor.describe(image)
        if getattr(self.descriptor, "pixelwise", False):
            return self.descriptor.describe(image[found][None])
        box = tuple(
            _at_least(self.least_side, part, side)
            for part, side in zip(bounds_of(found), found.shape, strict=True)
        )
        return self.descriptor.describe(np.ascontiguousarray(image[box]))

    def _foreground(self, image: Image) -> NDArray[np.bool_]:
        mask = FlatBackground() if self.mask is None else self.mask
        check_part("mask", mask, "foreground", "FlatBackground()")
        found = np.asarray(mask.foreground(image))
        if found.shape != image.shape[:2] or found.dtype != np.bool_:
            raise ValueError(
                f"mask must give an array of bool of shape {image.shape[:2]}, got "
                f"{found.dtype} of shape {found.shape} from {mask!r}"
            )
        return found


def _at_least(length: int, part: slice, side: int) -> slice:
    """Widen a part of a side to some length, around its center, inside of the side."""
    length = min(side, max(length, part.stop - part.start))
    start = (part.start + part.stop - length) // 2
    start = min(max(start, 0), side - length)
    return slice(start, start + length)
