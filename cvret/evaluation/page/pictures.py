"""Small pictures inside a page, each once however often it is shown."""

import io
from base64 import b64encode
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvret.errors import ImageError
from cvret.images.reading import read_image
from cvret.plot.page import escaped

__all__ = ["Pictures"]

_ROOM = 3_000_000  # characters of all pictures of a page
_SIZES = ((160, 76), (128, 68), (96, 60), (72, 50), (48, 40))  # side, JPEG quality
_SHOWN = 100  # units of a picture's square


class Pictures:
    """What a page shows of files; they are laid down at its end, small enough."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # by file
        self._pixels: list[NDArray[np.uint8] | None] = []

    def show(self, file: str | None, text: str) -> str:
        """Give HTML that shows the picture in a file, or a grey place."""
        number = self._number_of(file)
        if number is None:
            return (
                f'<span class="pic gone" role="img" aria-label="{escaped(text)}, '
                'not there to be shown">no picture</span>'
            )
        return (
            f'<svg class="pic" role="img" aria-label="{escaped(text)}" '
            f'viewBox="0 0 {_SHOWN} {_SHOWN}"><use href="#picture-{number}" '
            f'width="{_SHOWN}" height="{_SHOWN}"/></svg>'
        )

    def _number_of(self, file: str | None) -> int | None:
        if file is None:
            return None
        if file not in self._numbers:
            self._numbers[file] = len(self._pixels)
            self._pixels.append(_read(file))
        number = self._numbers[file]
        return None if self._pixels[number] is None else number

    def definitions(self) -> str:
        """Give the pictures that were shown, to be put anywhere on the page."""
        if not any(pixels is not None for pixels in self._pixels):
            return ""
        found: list[str] = []
        for side, quality in _SIZES:
            found = list(self._symbols(side, quality))
            if sum(map(len, found)) <= _ROOM:
                break
        return f'<svg class="defs" aria-hidden="true">{"".join(found)}</svg>'

    def _symbols(self, side: int, quality: int) -> Iterator[str]:
        for number, pixels in enumerate(self._pixels):
            if pixels is None:
                continue
            picture = Image.fromarray(pixels)
            picture.thumbnail((side, side))
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=quality)
            width, height = picture.size
            yield (
                f'<symbol id="picture-{number}" viewBox="0 0 {width} {height}">'
                f'<image width="{width}" height="{height}" '
                f'href="data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"'
                "/></symbol>\n"
            )


def _read(file: str) -> NDArray[np.uint8] | None:
    try:
        return read_image(file, max_side=_SIZES[0][0])
    except (ImageError, OSError, ValueError):  # a name that no system has is one too
        return None
