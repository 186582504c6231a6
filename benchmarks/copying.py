"""Hard copies of a picture, each by one strong transformation, and a mix of many."""

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]


def crop(image: RGB, kept: float) -> RGB:
    """A part of the area, off the middle."""
    height, width = image.shape[:2]
    share = np.sqrt(kept)
    h, w = max(8, round(height * share)), max(8, round(width * share))
    y, x = (height - h) // 3, (width - w) * 2 // 3
    return image[y : y + h, x : x + w]


def rotate(image: RGB, degrees: float) -> RGB:
    """Turned about the middle, as large as before, on grey."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return warp(image, np.vstack([turn, [0, 0, 1]]))


def warp(image: RGB, transform: NDArray[np.float64]) -> RGB:
    height, width = image.shape[:2]
    found: RGB = cv2.warpPerspective(
        image, transform, (width, height), borderValue=(127, 127, 127)
    )
    return found


def scale(image: RGB, factor: float) -> RGB:
    height, width = image.shape[:2]
    size = max(8, round(width * factor)), max(8, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    found: RGB = cv2.resize(image, size, interpolation=how)
    return found


def jpeg(image: RGB, quality: int) -> RGB:
    _, data = cv2.imencode(
        ".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    decoded: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
    found: RGB = decoded[..., ::-1]
    return found


def blur(image: RGB, sigma: float) -> RGB:
    found: RGB = cv2.GaussianBlur(image, (0, 0), sigma)
    return found


def gamma(image: RGB, power: float) -> RGB:
    return np.rint(255 * (image / 255.0) ** power).astype(np.uint8)


def perspective(image: RGB, strength: float) -> RGB:
    """Seen from the side: the far edge is shorter."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    seen = np.array(
        [[0, 0], [1 - strength, strength], [1 - strength, 1 - strength], [0, 1]],
        np.float32,
    )
    size = np.array([width, height], np.float32)
    return warp(image, cv2.getPerspectiveTransform(corners * size, seen * size))


def text(image: RGB) -> RGB:
    """Lines of large letters over it, white on black and black on white."""
    found = image.copy()
    height, width = image.shape[:2]
    size = max(0.4, width / 400)
    for number, line in enumerate(("BREAKING NEWS", "you will not believe", "SHARE!")):
        where = (round(0.04 * width), round((0.25 + 0.28 * number) * height))
        for color, thick in (((0, 0, 0), 6), ((255, 255, 255), 2)):
            width_of_line = max(1, round(thick * size))
            cv2.putText(found, line, where, cv2.FONT_HERSHEY_DUPLEX, size, color,
                        width_of_line, cv2.LINE_AA)  # fmt: skip
    return found


def flip(image: RGB) -> RGB:
    return image[:, ::-1]


def print_and_scan(image: RGB) -> RGB:
    """Turned a little, in perspective, soft, pale, uneven, noisy, small and JPEG 40."""
    height, width = image.shape[:2]
    found = perspective(rotate(image, 3), 0.04)
    found = blur(scale(found, 0.6), 0.8)
    light = np.linspace(0.85, 1.1, found.shape[1])[None, :, None]
    noise = np.random.default_rng(0).normal(0, 6, found.shape)
    pale = 40 + 0.75 * found * light + noise
    return jpeg(np.clip(pale, 0, 255).astype(np.uint8), 40)


def mix(image: RGB) -> RGB:
    """Cropped to 60 %, turned by 20 degrees, at 0.6 of its size, darker, JPEG 30."""
    return jpeg(gamma(scale(rotate(crop(image, 0.6), 20), 0.6), 1.6), 30)


COPIES: dict[str, Callable[[RGB], RGB]] = {
    "crop, half left": partial(crop, kept=0.5),
    "crop, a fifth left": partial(crop, kept=0.2),
    **{f"rotation {d}": partial(rotate, degrees=d) for d in (10, 45, 90, 135, 180)},
    **{f"scale {f}": partial(scale, factor=f) for f in (0.3, 0.5, 2.0)},
    "JPEG 15": partial(jpeg, quality=15),
    "blur, sigma 2": partial(blur, sigma=2),
    "gamma 0.5": partial(gamma, power=0.5),
    "gamma 2": partial(gamma, power=2.0),
    "perspective": partial(perspective, strength=0.25),
    "text": text,
    "flip": flip,
    "print and scan": print_and_scan,
    "mix": mix,
}
"""Transformations by name."""
