"""The pixels of a picture as its descriptor, for metrics that compare pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_sequence
from cvret.features.transforming import DescriptorTransformer
from cvret.images.reading import stretch

__all__ = ["Pixels"]

_LARGEST = 1024  # pixels of a side at most: 3 MB a picture


class Pixels(DescriptorTransformer):
    """The picture itself, made small.

    It is resized to one size, its shape aside: shrunk by area, so that no pixel is
    skipped. Compared by a full-reference metric, pixel by pixel or window by window:
    good at pictures that stand alike, such as renderings, frames, registered scans, or
    centered objects. Changed by everything: shifts of a few pixels, turns, mirroring
    and crops; little by the picture's size.

    Parameters
    ----------
    size : (int, int)
        Height and width of the small picture, 1 to 1024.
    metric : str
        How an index compares two pictures: a full-reference metric ("ssim", "vifp";
        `cvret.metrics.definitions.METRICS` has all), whose value is mapped to a
        similarity in [0, 1]; or a metric of vectors ("l2", "correlation";
        `cvret.index.dense.METRICS`). An index refuses any other name.

    Notes
    -----
    Pixels are whole numbers, so an index keeps one byte each for a full-reference
    metric: 12 KB a picture of 64 x 64 pixels. All are compared with the query, which is
    the reference of a metric that has one: thousands of pictures, not millions.

    "cosine" means the same in both lists, and is taken as that of vectors; two black
    pictures are then 0 alike.

    Equal pictures are 1 alike, with exceptions: "psnrb" counts the steps between blocks
    of 8 x 8 pixels of the result even where nothing differs. Where a metric is
    undefined, as "msssim" of pictures below 11 x 11 pixels, and where it is 0 or less,
    the similarity is 0. A "vifp" above 1, as that of a picture of more contrast than
    the query, counts 1.

    References
    ----------
    Torralba, Fergus and Freeman, "80 million tiny images: a large data set for
    nonparametric object and scene recognition", IEEE Transactions on Pattern Analysis
    and Machine Intelligence 30(11), 2008.

    Examples
    --------
    The left half black, the right half white, as two pixels:

    >>> image = np.zeros((8, 8, 3), np.uint8)
    >>> image[:, 4:] = 255
    >>> Pixels(size=(1, 2)).describe(image).tolist()
    [0.0, 0.0, 0.0, 255.0, 255.0, 255.0]
    """

    def __init__(self, size: tuple[int, int] = (64, 64), metric: str = "ssim"):
        self.size = size
        self.metric = metric

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the pixels of an RGB image, made small.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (height * width * 3,)
            Of `size`, rows from the top, red, green and blue of each pixel; whole
            numbers in [0, 255].
        """
        check_image(image)
        height, width, _ = self.picture_shape
        self._check_metric()
        # Contiguous, because for others OpenCV may round otherwise.
        small = stretch(np.ascontiguousarray(image), height, width)
        return small.ravel().astype(np.float32)

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """The shape of the picture that a vector is: height, width, 3."""
        size = check_sequence("size", self.size)
        if len(size) != 2:
            raise ValueError(f"size must be (height, width), got {self.size!r}")
        height, width = (check_count("size", side, most=_LARGEST) for side in size)
        return height, width, 3

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``row0_column0_red`` ..., in the order of the vector."""
        height, width, _ = self.picture_shape
        names = [
            f"row{row}_column{column}_{color}"
            for row in range(height)
            for column in range(width)
            for color in ("red", "green", "blue")
        ]
        return np.array(names, dtype=object)

    def _check_metric(self) -> None:
        """Raise unless the metric can be a name; an index knows which there are."""
        name = self.metric
        if not isinstance(name, str) or not name.replace("-", "_").isidentifier():
            raise ValueError(
                f"metric must be the name of a metric, such as 'ssim', got {name!r}"
            )
