"""Descriptors and extractors as scikit-learn transformers over images or paths."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._parameters import Parameters
from cvret.images.reading import ImageOrPath, as_images

__all__ = ["DescriptorTransformer"]


class DescriptorTransformer(Parameters):
    """What every whole-image descriptor can do for scikit-learn.

    Attributes
    ----------
    version : int
        Raised when the same picture gives another vector than before, so that an index
        refuses to compare the two.
    least_side : int
        Pixels that both sides of an image must have; some compute it from parameters.
    pixelwise : bool
        Whether each pixel counts without its neighbors and its place, so that a picture
        may be given as its pixels in any order; see `Masked`.
    """

    version = 1
    least_side = 1

    @property
    def pixelwise(self) -> bool:  # noqa: D102  (above)
        return False

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the (d,) vector of an RGB image; each descriptor has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no describe()")

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give the name of each element of the vector; `input_features` is not used."""
        raise NotImplementedError(f"{type(self).__name__} names no features")

    def fit(self, images: Any = None, y: Any = None) -> Self:
        """Do nothing: there is nothing to learn. Gives self."""
        return self

    def transform(self, images: Iterable[ImageOrPath]) -> NDArray[np.float32]:
        """Describe each of a list of images or paths.

        Parameters
        ----------
        images : iterable of array of uint8, shape (height, width, 3), or of path
            RGB images, of any sizes, or files to read.

        Returns
        -------
        array of float32, shape (n, d)
            One row an image, in order.

        Raises
        ------
        ImageError
            If a path is no readable picture.
        """
        rows = [self.describe(image) for image in as_images(images)]
        width = len(self.get_feature_names_out())
        return np.stack(rows) if rows else np.empty((0, width), np.float32)

    def fit_transform(
        self, images: Iterable[ImageOrPath], y: Any = None
    ) -> NDArray[np.float32]:
        """The same as `transform`."""
        return self.transform(images)
