"""Photographs that come inside dependencies, and copies that are hard to find."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvret._opencv import cv2
from cvret.images.reading import read_image, shrink

__all__ = ["HARD_COPIES", "hard_copies", "packaged_photos", "write_demo_photos"]

RGB = NDArray[np.uint8]

_COPIED = ("astronaut", "chelsea", "coffee", "rocket", "china", "motorcycle_left")
_SKIPPED = ("lfw", "logo", "binary", "chessboard", "color", "phantom", "horse")


def packaged_photos() -> list[Path]:
    """List the photographs inside scikit-image and scikit-learn."""
    folders = (files("skimage") / "data", files("sklearn") / "datasets" / "images")
    return [
        path
        for folder in map(Path, map(str, folders))
        for path in sorted(folder.iterdir())
        if path.suffix in (".png", ".jpg") and not path.stem.startswith(_SKIPPED)
    ]


def crop(image: RGB, other: RGB) -> RGB:
    """The middle, half as wide and half as high."""
    height, width = image.shape[:2]
    return image[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]


def rotate(image: RGB, other: RGB) -> RGB:
    """Turned by 30 degrees, on black."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 30, 0.8)
    turned: RGB = cv2.warpAffine(image, turn, (width, height))
    return turned


def compress(image: RGB, other: RGB) -> RGB:
    """Half the size, and JPEG at quality 20."""
    height, width = image.shape[:2]
    small = shrink(image, max(height, width) // 2)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 20])
    decoded: RGB = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]
    return decoded


def blur(image: RGB, other: RGB) -> RGB:
    """Out of focus: a Gaussian of 2.5 pixels."""
    blurred: RGB = cv2.GaussianBlur(image, (0, 0), 2.5)
    return blurred


def tilt(image: RGB, other: RGB) -> RGB:
    """Seen from the side, in perspective."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[0.1, 0.05], [0.8, 0.25], [0.8, 0.8], [0.1, 0.95]], np.float32)
    seen *= np.array([width, height], np.float32)
    transform = cv2.getPerspectiveTransform(corners, seen)
    tilted: RGB = cv2.warpPerspective(image, transform, (width, height))
    return tilted


def inlay(image: RGB, other: RGB) -> RGB:
    """A small picture inside another one."""
    height, width = other.shape[:2]
    small = shrink(image, max(height, width) * 2 // 5)
    result = other.copy()
    top, left = height // 3, width // 2
    part = small[: height - top, : width - left]
    result[top : top + part.shape[0], left : left + part.shape[1]] = part
    return result


def darken(image: RGB, other: RGB) -> RGB:
    """Underexposed: a third of the light, with noise."""
    noise = np.random.default_rng(0).normal(0, 4, image.shape)
    return np.clip(image * 0.35 + noise, 0, 255).astype(np.uint8)


HARD_COPIES: dict[str, Callable[[RGB, RGB], RGB]] = {
    "blurred": blur,
    "cropped": crop,
    "dark": darken,
    "inside-another": inlay,
    "jpeg-20": compress,
    "rotated": rotate,
    "tilted": tilt,
}
"""Ways to make a copy of a picture hard to find: each takes it, and another one."""


def hard_copies(image: RGB, other: RGB) -> dict[str, RGB]:
    """Make every hard copy of a picture.

    Parameters
    ----------
    image : array of uint8, shape (height, width, 3)
        RGB.
    other : array of uint8, shape (height, width, 3)
        The picture that it is laid into.

    Returns
    -------
    dict of str to array of uint8
        By the names of `HARD_COPIES`.
    """
    return {
        name: np.ascontiguousarray(change(image, other))
        for name, change in HARD_COPIES.items()
    }


def write_demo_photos(folder: Path) -> tuple[list[Path], dict[str, list[str]]]:
    """Write the photographs, and hard copies of some.

    Returns
    -------
    queries : list of Path
        The photographs that have copies.
    expected : dict of str to list of str
        For each of them by name, the ids of its copies.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    photos = {path.stem: path for path in packaged_photos()}
    for path in photos.values():
        shutil.copyfile(path, folder / path.name)
    scene = read_image(photos["flower"])
    queries, expected = [], {}
    for stem in _COPIED:
        image = read_image(photos[stem])
        copies = []
        for name, copy in hard_copies(image, scene).items():
            id_ = f"copies/{stem}-{name}.png"
            (folder / "copies").mkdir(exist_ok=True)
            Image.fromarray(copy).save(folder / id_, compress_level=1)
            copies.append(id_)
        queries.append(folder / photos[stem].name)
        expected[photos[stem].name] = copies
    return queries, expected
