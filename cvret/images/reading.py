"""Files to RGB pixels, with limits, and with a reason where it cannot be done."""

import io
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cvret._checks import check_count
from cvret._opencv import cv2
from cvret.errors import ImageError

__all__ = [
    "MAX_PIXELS",
    "SUFFIXES",
    "ImageOrPath",
    "Picture",
    "as_images",
    "decode_picture",
    "read_bytes",
    "read_image",
    "shrink",
    "stretch",
]

MAX_PIXELS = 100_000_000
"""Pictures of more pixels are refused before they are decoded, unless asked for."""

SUFFIXES: dict[str, frozenset[str]] = {
    ".avif": frozenset({"AVIF"}),
    ".bmp": frozenset({"BMP", "DIB"}),
    ".gif": frozenset({"GIF"}),
    ".jfif": frozenset({"JPEG", "MPO"}),
    ".jp2": frozenset({"JPEG2000"}),
    ".jpe": frozenset({"JPEG", "MPO"}),
    ".jpeg": frozenset({"JPEG", "MPO"}),
    ".jpg": frozenset({"JPEG", "MPO"}),
    ".pbm": frozenset({"PPM"}),
    ".pgm": frozenset({"PPM"}),
    ".png": frozenset({"PNG"}),
    ".pnm": frozenset({"PPM"}),
    ".ppm": frozenset({"PPM"}),
    ".tga": frozenset({"TGA"}),
    ".tif": frozenset({"TIFF"}),
    ".tiff": frozenset({"TIFF"}),
    ".webp": frozenset({"WEBP"}),
}
"""Endings of picture files, and the formats that may stand behind each."""

_ORIENTATION = 0x0112  # the EXIF tag
# For each value: quarter turns counterclockwise, after a mirroring left to right.
_TURNS = {
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (1, True),
    6: (3, False),
    7: (3, True),
    8: (1, False),
}
# 0xFF and what is neither stuffing, nor filling, nor a restart within the scan.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)

# Pillow's limit on pixels is one number for the whole process.
_header_lock = threading.Lock()


ImageOrPath = NDArray[np.uint8] | str | PathLike[str]
Number = TypeVar("Number", np.uint8, np.float64)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels, and the size that the picture had before it was made smaller."""

    pixels: NDArray[np.uint8]
    width: int
    height: int


def read_image(
    path: str | PathLike[str],
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[np.uint8]:
    """Read a picture as RGB.

    The EXIF orientation is applied; grey, palette and CMYK become RGB; 16 bits
    become 8; what is transparent is laid on white; of an animation or of many pages
    the first is taken.

    Parameters
    ----------
    path : str or path
        The file. Its ending, if it is that of a picture, must be the right one.
    max_side : int, optional
        The longest side of the result, in pixels; a larger picture is made smaller.
    max_pixels : int
        A picture that has more is refused before it is decoded.

    Returns
    -------
    array of uint8, shape (height, width, 3)
        Red, green, blue, each in [0, 255].

    Raises
    ------
    ImageError
        If the file is no whole, readable picture; the message says which and why.

    Notes
    -----
    A JPEG that ends early, or whose structure is broken, is an error. Bytes that were
    changed within its compressed data are not found: the format has no checksum, and
    decoders show wrong blocks there.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage
    >>> folder = Path(skimage.__file__).parent / "data"
    >>> read_image(folder / "astronaut.png").shape
    (512, 512, 3)
    >>> read_image(folder / "astronaut.png", max_side=128).shape
    (128, 128, 3)
    """
    name = fspath(path)
    return decode_picture(
        read_bytes(path), name, max_side=max_side, max_pixels=max_pixels
    ).pixels


def as_images(images: Iterable[ImageOrPath]) -> Iterator[NDArray[np.uint8]]:
    """Give RGB arrays one by one; paths are read."""
    if isinstance(images, str | PathLike):
        raise TypeError(
            f"images must be a list of images or paths, got one path, {str(images)!r}; "
            "put it in a list"
        )
    for image in images:
        yield read_image(image) if isinstance(image, str | PathLike) else image


def read_bytes(path: str | PathLike[str]) -> bytes:
    """Read a file whole, or raise ImageError saying why it cannot be."""
    path = Path(path)
    try:
        if path.is_dir():
            raise ImageError(f"{path} is a folder, not a picture")
        if path.exists() and not path.is_file():
            raise ImageError(f"{path} is not a regular file")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError(f"{path} does not exist") from error
    except ImageError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageError(f"{path} cannot be read: {reason}") from error


def decode_picture(
    data: bytes,
    name: str,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Picture:
    """Decode the bytes of a picture file; `name` is what errors call it.

    Parameters
    ----------
    data : bytes
        The file's content.
    name : str
        Its name; an ending that belongs to another format is an error.
    max_side, max_pixels : int
        As in `read_image`.

    Raises
    ------
    ImageError
        If the bytes are no whole, readable picture.
    """
    if max_side is not None:
        check_count("max_side", max_side)
    check_count("max_pixels", max_pixels)
    if not data:
        raise ImageError(f"{name} is empty (0 bytes)")
    try:
        header = _open(data)
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError) as error:
        raise ImageError(f"{name} is not a picture of a known format") from error
    _check_header(header, name, max_pixels)
    try:
        if header.format in ("JPEG", "MPO") and header.mode in ("RGB", "L"):
            pixels, width, height = _decode_jpeg(data, header, name, max_side)
        else:
            pixels = _decode_with_pillow(header, name)
            height, width = pixels.shape[:2]
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001  (decoders raise anything on bad bytes)
        reason = str(error) or type(error).__name__
        raise ImageError(f"{name} is damaged: {reason}") from error
    if max_side is not None:
        pixels = shrink(pixels, max_side)
    return Picture(pixels, width, height)


def shrink(image: NDArray[np.uint8], max_side: int) -> NDArray[np.uint8]:
    """Make the longest side at most `max_side`, by area; never make it larger."""
    height, width = image.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small: NDArray[np.uint8] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small


def stretch(image: NDArray[Number], height: int, width: int) -> NDArray[Number]:
    """Give a picture, of colors or grey, of another size, its shape aside.

    A side is shrunk by area, so that no pixel is skipped, and enlarged bilinearly.
    """
    small = (min(width, image.shape[1]), min(height, image.shape[0]))
    # Shrinking by area first: OpenCV does so only where no side grows.
    shrunk = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    stretched: NDArray[Number] = cv2.resize(
        shrunk, (width, height), interpolation=cv2.INTER_LINEAR
    )
    return stretched


def _open(data: bytes) -> Any:
    """Read the header alone; our own limit on pixels holds, not Pillow's."""
    with _header_lock:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(io.BytesIO(data))
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _check_header(header: Any, name: str, max_pixels: int) -> None:
    """Refuse a wrong ending, no pixels, and too many."""
    expected = SUFFIXES.get(Path(name).suffix.lower())
    if expected and header.format not in expected:
        raise ImageError(
            f"{name} is a {header.format} file by its content; "
            "give it the ending of its format"
        )
    width, height = header.size
    if width < 1 or height < 1:
        raise ImageError(f"{name} has no pixels ({width} x {height})")
    if width * height > max_pixels:
        raise ImageError(
            f"{name} has {width} x {height} = {width * height:,} pixels, more than "
            f"max_pixels={max_pixels:,}"
        )


def _decode_jpeg(
    data: bytes, header: Any, name: str, max_side: int | None
) -> tuple[NDArray[np.uint8], int, int]:
    """Decode with OpenCV, at a fraction of the size where less is wanted."""
    # OpenCV fills a truncated picture with grey and says nothing.
    if not _has_end(data):
        raise ImageError(f"{name} is truncated: the end of the JPEG data is missing")
    flag = cv2.IMREAD_COLOR
    for factor, reduced in (
        (8, cv2.IMREAD_REDUCED_COLOR_8),
        (4, cv2.IMREAD_REDUCED_COLOR_4),
        (2, cv2.IMREAD_REDUCED_COLOR_2),
    ):
        if max_side is not None and max(header.size) >= factor * max_side:
            flag = reduced
            break
    decoded = cv2.imdecode(
        np.frombuffer(data, np.uint8), flag | cv2.IMREAD_IGNORE_ORIENTATION
    )
    if decoded is None:
        raise ImageError(f"{name} is damaged: its JPEG data cannot be decoded")
    pixels = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB, dst=decoded)
    width, height = header.size
    # Pillow's word on the orientation, as for every other format.
    orientation = header.getexif().get(_ORIENTATION, 1)
    if orientation in _TURNS:
        turns, mirrored = _TURNS[orientation]
        pixels = np.rot90(pixels[:, ::-1] if mirrored else pixels, turns)
        if turns % 2:
            width, height = height, width
    return np.ascontiguousarray(pixels), width, height


def _has_end(data: bytes) -> bool:
    """Whether a JPEG's own end marker is there: segments are stepped over by length,

    so those of a thumbnail do not count, nor what is appended behind the end.
    """
    place = 2
    while (found := _MARKER.search(data, place)) is not None:
        place, marker = found.start(), data[found.start() + 1]
        if marker == 0xD9:
            return True
        if marker in (0x01, 0xD8):  # these stand alone
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return False


def _decode_with_pillow(header: Any, name: str) -> NDArray[np.uint8]:
    """Decode any other format, each mode on purpose."""
    header.load()
    if header.mode.startswith("I") or header.mode == "F":
        values = np.asarray(header)
        orientation = header.getexif().get(_ORIENTATION, 1)
        grey = Image.fromarray(_to_8_bits(values, name))
        grey.getexif()[_ORIENTATION] = orientation
        header = grey
    picture = ImageOps.exif_transpose(header)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return np.array(picture.convert("RGB"), dtype=np.uint8)


def _to_8_bits(values: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """Grey of 16 or 32 bits, or floating-point in [0, 1], to 8 bits."""
    if not np.isfinite(values).all():
        raise ImageError(f"{name} holds values that are not finite")
    low, high = float(values.min()), float(values.max())
    whole = values.dtype.kind in "iu"
    top = 65535.0 if whole else 1.0
    if low < 0 or high > top:
        raise ImageError(
            f"{name} holds values from {low:g} to {high:g}, which have no agreed "
            f"meaning as grey; scale them to 0..{top:g}"
        )
    return np.rint(values * (255.0 / top)).astype(np.uint8)
