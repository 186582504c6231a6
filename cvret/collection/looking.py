"""Pixels again, of what was asked with and of what was found."""

import numpy as np

from cvret.collection.state import State
from cvret.errors import ImageError
from cvret.images.reading import Picture, decode_picture, read_bytes, shrink
from cvret.records import Query

__all__ = ["picture_of"]


def picture_of(state: State, picture: Query | str, max_side: int | None) -> Picture:
    """Give the pixels of a query or, by its id, of an image; see `Index.picture_of`."""
    if not isinstance(picture, Query):
        row = state.images.row_of(picture)
        try:
            file = state.roots.file_of(picture, state.images.root_at(row))
        except FileNotFoundError as error:
            raise ImageError(str(error)) from error
        return _read(state, file, max_side, state.images.size_at(row))
    source, size = picture.source, (picture.width, picture.height)
    if source is None:
        raise ValueError(
            "the query does not know which picture it was made of, so its pixels "
            "cannot be looked at; search with the picture, or with what "
            "Index.encode makes of it"
        )
    if isinstance(source, np.ndarray):
        pixels = source if max_side is None else shrink(source, max_side)
        found = Picture(pixels, *size)
    else:
        found = _read(state, source, max_side, size)
    if not picture.flipped:
        return found
    return Picture(np.ascontiguousarray(found.pixels[:, ::-1]), *size)


def _read(
    state: State, file: object, max_side: int | None, size: tuple[int, int]
) -> Picture:
    """Read a picture that was of some (width, height) when it was looked at before."""
    path = str(file)
    found = decode_picture(
        read_bytes(path),
        path,
        max_side=max_side,
        max_pixels=state.settings["max_pixels"],
    )
    if (found.width, found.height) != tuple(size):
        raise ImageError(
            f"{path} has {found.width} x {found.height} pixels now, and had "
            f"{size[0]} x {size[1]}; add it again"
        )
    return found
