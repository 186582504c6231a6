"""Pictures prepared before they are described: parts to be set in a row."""

from collections.abc import Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_image, check_number
from cvret._opencv import cv2
from cvret._parameters import Parameters
from cvret.images.reading import ImageOrPath, as_images, stretch

__all__ = [
    "Augment",
    "EqualizeIntensity",
    "FlatBackground",
    "GreyWorld",
    "Preparation",
    "Resize",
]

Image = NDArray[np.uint8]

_LONGEST = 32_766  # pixels of a side that OpenCV warps


class Preparation(Parameters):
    """What every preparing part can do for scikit-learn.

    A class of your own needs `apply` alone. In a Pipeline such parts stand before a
    descriptor; in a field of an index, within `cvret.Prepared`.
    """

    def apply(self, image: Image) -> Image:
        """Give a prepared RGB image; each part has its own way."""
        raise NotImplementedError(f"{type(self).__name__} has no apply()")

    def fit(self, images: Any = None, y: Any = None) -> Self:
        """Do nothing: there is nothing to learn. Gives self."""
        return self

    def transform(self, images: Iterable[ImageOrPath]) -> list[Image]:
        """Prepare each of a list of images or paths.

        Parameters
        ----------
        images : iterable of array of uint8, shape (height, width, 3), or of path
            RGB images, of any sizes, or files to read.

        Returns
        -------
        list of array of uint8, shape (height, width, 3)
            RGB, in order.

        Raises
        ------
        ImageError
            If a path is no readable picture.
        """
        return [self.apply(image) for image in as_images(images)]

    def fit_transform(
        self, images: Iterable[ImageOrPath], y: Any = None
    ) -> list[Image]:
        """The same as `transform`."""
        return self.transform(images)


class Resize(Preparation):
    """Bring pictures to one size.

    Parameters
    ----------
    size : int or tuple of (int, int)
        Side of a square, or (height, width), in pixels.
    keep_aspect : bool
        Make the picture as large as fits into `size`, instead of stretching it to
        exactly that.

    Notes
    -----
    A side is shrunk by area, so that no pixel is skipped, and enlarged bilinearly.

    Examples
    --------
    >>> image = np.zeros((50, 100, 3), np.uint8)
    >>> Resize(20).apply(image).shape
    (10, 20, 3)
    >>> Resize((64, 48), keep_aspect=False).apply(image).shape
    (64, 48, 3)
    """

    def __init__(self, size: int | tuple[int, int] = 256, *, keep_aspect: bool = True):
        self.size = size
        self.keep_aspect = keep_aspect

    def apply(self, image: Image) -> Image:
        """Give an RGB image of the new size, uint8, shape (height, width, 3)."""
        check_image(image)
        height, width = self._check_size()
        old_height, old_width = image.shape[:2]
        if self.keep_aspect:
            scale = min(height / old_height, width / old_width)
            height = max(1, round(old_height * scale))
            width = max(1, round(old_width * scale))
        return stretch(image, height, width)

    def _check_size(self) -> tuple[int, int]:
        sides = self.size if isinstance(self.size, tuple | list) else [self.size] * 2
        if len(sides) != 2:
            raise ValueError(
                f"size must be one side or (height, width), got {self.size!r}"
            )
        height, width = (check_count("size", side) for side in sides)
        return height, width


class EqualizeIntensity(Preparation):
    """Spread the brightness of a picture over the whole range; its colors stay.

    Parameters
    ----------
    method : {"global", "clahe"}
        By one histogram of the whole picture; or tile by tile with a limit to the
        contrast (CLAHE), which brings out what lies in shadow.
    clip_limit : float
        Of "clahe": how often a level may occur in a tile, over its even share. At
        least 1, where contrast is hardly raised.
    tiles : int
        Of "clahe": tiles along each side; fewer where the picture has fewer pixels.

    Notes
    -----
    The luminance Y of YCrCb is equalized, and Cr and Cb are left as they are. Unlike
    8-bit Lab this keeps a grey picture exactly grey, and gives a picture that needs
    nothing back but for rounding. What leaves the range of RGB is cut off.

    References
    ----------
    Gonzalez and Woods, "Digital image processing", section on histogram equalization.
    Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV,
    1994.

    Examples
    --------
    Two greys close to each other become black and white.

    >>> image = np.full((2, 2, 3), 100, np.uint8)
    >>> image[0] = 101
    >>> EqualizeIntensity().apply(image)[:, 0].tolist()
    [[255, 255, 255], [0, 0, 0]]
    """

    def __init__(
        self, method: str = "global", *, clip_limit: float = 2.0, tiles: int = 8
    ):
        self.method = method
        self.clip_limit = clip_limit
        self.tiles = tiles

    def apply(self, image: Image) -> Image:
        """Give the equalized RGB image, uint8, of the same shape."""
        check_image(image)
        check_choice("method", self.method, ("global", "clahe"))
        limit = check_number("clip_limit", self.clip_limit, least=1)
        tiles = check_count("tiles", self.tiles)
        ycrcb = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
        luminance = np.ascontiguousarray(ycrcb[..., 0])
        if self.method == "global":
            ycrcb[..., 0] = cv2.equalizeHist(luminance)
        else:
            height, width = luminance.shape
            grid = (min(tiles, width), min(tiles, height))
            ycrcb[..., 0] = cv2.createCLAHE(limit, grid).apply(luminance)
        equalized: Image = cv2.cvtColor(ycrcb, cv2.COLOR_YCrCb2RGB)
        return equalized


class GreyWorld(Preparation):
    """Take a color cast away: make the mean of a picture grey.

    Each channel is multiplied so that its mean is the mean of all three; what leaves
    the range is cut off, and a channel that is 0 everywhere stays so.

    References
    ----------
    Buchsbaum, "A spatial processor model for object colour perception", Journal of
    the Franklin Institute 310(1), 1980.

    Examples
    --------
    >>> image = np.full((1, 1, 3), (120, 60, 30), np.uint8)
    >>> GreyWorld().apply(image).tolist()
    [[[70, 70, 70]]]
    """

    def apply(self, image: Image) -> Image:
        """Give the balanced RGB image, uint8, of the same shape."""
        check_image(image)
        means = np.array(cv2.mean(image)[:3])
        gains = np.divide(means.mean(), means, out=np.ones(3), where=means > 0)
        levels = np.rint(np.arange(256)[:, None] * gains).clip(0, 255)
        balanced: Image = cv2.LUT(image, levels.astype(np.uint8)[None])
        return balanced


class FlatBackground(Preparation):
    """Find the foreground of a picture whose background has one color.

    The background's color is the median of the border. Where enough of the border is
    within the tolerance of it, all such pixels that are connected with the border are
    background; a spot of that color inside of the object is not. A picture without a
    flat background, or with nothing on it, is foreground everywhere; so is one whose
    background has two colors, such as a wall and the ground.

    Parameters
    ----------
    tolerance : int
        Levels by which each of red, green and blue may differ from the color.
    least_border : float
        Share of the border that must have the color, in [0, 1]; what is left may be
        an object that is cut off.
    least_part : float
        Share of the picture, in [0, 1], below which a part that stands alone is
        background too: dust, and the noise of JPEG.

    Examples
    --------
    >>> image = np.full((5, 6, 3), 250, np.uint8)
    >>> image[1:4, 2:5] = (200, 0, 0)
    >>> FlatBackground().foreground(image).astype(int).tolist()[1]
    [0, 0, 1, 1, 1, 0]
    >>> FlatBackground().apply(image).shape
    (3, 3, 3)
    """

    def __init__(
        self,
        tolerance: int = 24,
        *,
        least_border: float = 0.7,
        least_part: float = 0.001,
    ):
        self.tolerance = tolerance
        self.least_border = least_border
        self.least_part = least_part

    def foreground(self, image: Image) -> NDArray[np.bool_]:
        """Give what is not background.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of bool, shape (height, width)
            Never False everywhere.
        """
        check_image(image)
        tolerance = check_count("tolerance", self.tolerance, least=0)
        share = check_number("least_border", self.least_border, least=0, most=1)
        least = check_number("least_part", self.least_part, least=0, most=1)
        border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        color = np.median(border, axis=0)
        alike = (np.abs(border - color) <= tolerance).all(axis=1)
        if alike.mean() < share:
            return np.ones(image.shape[:2], np.bool_)
        low, high = np.ceil(color - tolerance), np.floor(color + tolerance)
        near = cv2.inRange(image, low, high)
        # A frame around the picture joins all that touches the border.
        framed = cv2.copyMakeBorder(near, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
        labels = cv2.connectedComponents(framed, connectivity=4)[1]
        found = _large_parts(labels[1:-1, 1:-1] != labels[0, 0], least)
        return found if found.any() else np.ones_like(found)

    def apply(self, image: Image) -> Image:
        """Cut the picture to the rectangle around its foreground."""
        rows, columns = bounds_of(self.foreground(image))
        return np.ascontiguousarray(image[rows, columns])


class Augment(Preparation):
    """Copies of a picture, turned, shifted, sheared, zoomed and mirrored by chance.

    Parameters
    ----------
    n_copies : int
        Of each picture.
    rotation : float
        Turned by at most so many degrees, either way.
    shift : float
        Moved by at most so large a share of the width, and of the height.
    shear : float
        Pixels that a row moves along itself for each row above it, at most.
    zoom : float
        Width and height grow or shrink by at most this share, each by its own chance.
    flip : bool
        Mirror every other copy left to right, by chance.
    random_state : int, Generator or None
        Of the chance. With an int the same pictures give the same copies; None is
        another chance at each call.

    Notes
    -----
    The defaults are usual for training on photographs. All amounts are uniform within
    their ranges, and turn around the center. What comes in over the border is the
    picture, mirrored there. The copies have the size of the picture.

    Examples
    --------
    >>> image = np.zeros((40, 60, 3), np.uint8)
    >>> [copy.shape for copy in Augment(n_copies=2).copies(image)]
    [(40, 60, 3), (40, 60, 3)]

    For training, labels are repeated as often:

    >>> copies = Augment(n_copies=2).transform([image, image])
    >>> len(copies), np.repeat(["cat", "dog"], 2).tolist()
    (4, ['cat', 'cat', 'dog', 'dog'])
    """

    def __init__(
        self,
        n_copies: int = 5,
        *,
        rotation: float = 40.0,
        shift: float = 0.2,
        shear: float = 0.2,
        zoom: float = 0.2,
        flip: bool = True,
        random_state: int | np.random.Generator | None = 0,
    ):
        self.n_copies = n_copies
        self.rotation = rotation
        self.shift = shift
        self.shear = shear
        self.zoom = zoom
        self.flip = flip
        self.random_state = random_state

    def apply(self, image: Image) -> Image:
        """Give the first copy alone, RGB, uint8, of the same shape."""
        check_image(image)
        return self._copy(image, np.random.default_rng(self.random_state))

    def copies(self, image: Image) -> list[Image]:
        """Give the `n_copies` copies of one RGB image, each of its shape."""
        return self.transform([image])

    def transform(self, images: Iterable[ImageOrPath]) -> list[Image]:
        """Give the copies of each of a list of images or paths.

        Parameters
        ----------
        images : iterable of array of uint8, shape (height, width, 3), or of path
            RGB images, of any sizes, or files to read.

        Returns
        -------
        list of array of uint8, shape (height, width, 3)
            `n_copies` for each picture, in order: longer than what came in, so labels
            must be repeated as often. The pictures themselves are not among them.
        """
        n_copies = check_count("n_copies", self.n_copies)
        rng = np.random.default_rng(self.random_state)
        copies = []
        for image in as_images(images):
            check_image(image)
            copies += [self._copy(image, rng) for _ in range(n_copies)]
        return copies

    def _copy(self, image: Image, rng: np.random.Generator) -> Image:
        height, width = image.shape[:2]
        if max(height, width) > _LONGEST:
            raise ValueError(
                f"Augment takes pictures of at most {_LONGEST:,} pixels a side, got "
                f"{width} x {height}; make it smaller with Resize"
            )
        matrix = self._transform_of(rng, width, height)
        copy: Image = cv2.warpAffine(
            image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT
        )
        return copy

    def _transform_of(
        self, rng: np.random.Generator, width: int, height: int
    ) -> NDArray[np.float64]:
        """Draw the transform of one copy, shape (2, 3), from its pixels' places."""
        turn = np.deg2rad(check_number("rotation", self.rotation, least=0, most=180))
        shift = check_number("shift", self.shift, least=0, most=1)
        shear = check_number("shear", self.shear, least=0)
        zoom = check_number("zoom", self.zoom, least=0, most=0.99)
        angle, slope, right, down = rng.uniform(-1, 1, 4) * (turn, shear, shift, shift)
        scales = 1 + rng.uniform(-1, 1, 2) * zoom
        if self.flip and rng.random() < 0.5:
            scales[0] = -scales[0]
        cosine, sine = np.cos(angle), np.sin(angle)
        linear = np.array([[cosine, -sine], [sine, cosine]])
        linear = linear @ [[1, slope], [0, 1]] @ np.diag(scales)
        center = np.array([width - 1, height - 1]) / 2
        moved = center - linear @ center + np.array([right * width, down * height])
        return np.column_stack([linear, moved])


def bounds_of(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Give the rows and columns of the smallest rectangle around what is True."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _large_parts(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Keep the connected parts that are at least this share of the picture."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= least * mask.size
    large[0] = False  # what is not in the mask
    kept: NDArray[np.bool_] = large[labels]
    return kept
