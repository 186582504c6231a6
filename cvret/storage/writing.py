"""Arrays and texts onto disk: whole, with checksums, and safe when power fails."""

import os
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedWriter, BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.storage.arrays import BLOCK, BLOCKS, checksum_of

__all__ = ["Pieces", "replace_text", "sync_folder", "write_arrays"]

_FILES_AT_ONCE = 4


@dataclass(frozen=True, eq=False)
class Pieces:
    """An array that is made piece by piece while it is written.

    Attributes
    ----------
    dtype : numpy dtype
        Of all pieces.
    shape : tuple of int
        Of the whole; pieces follow one another along its first axis.
    pieces : iterable of arrays
        Together as long as `shape` says.
    """

    dtype: "np.dtype[Any]"
    shape: tuple[int, ...]
    pieces: Iterable[NDArray[Any]]


class _Checking:
    """A file that takes the CRC of each block written to it."""

    def __init__(self, file: BufferedWriter):
        self._file = file
        self._left = BLOCK
        self._crc = 0
        self._crcs: list[int] = []
        self.size = 0

    def write(self, data: Any) -> None:
        view = memoryview(data).cast("B")
        self.size += len(view)
        for start, end in self._cuts(len(view)):
            self._crc = zlib.crc32(view[start:end], self._crc)
            self._left -= end - start
            if not self._left:
                self._crcs.append(self._crc)
                self._left, self._crc = BLOCK, 0
        self._file.write(view)

    def _cuts(self, n: int) -> Iterable[tuple[int, int]]:
        first = min(self._left, n)
        yield 0, first
        for start in range(first, n, BLOCK):
            yield start, min(start + BLOCK, n)

    def crcs(self) -> NDArray[np.uint32]:
        last = [self._crc] if self._left < BLOCK else []
        return np.array(self._crcs + last, "<u4")


def write_arrays(
    folder: Path, arrays: Mapping[str, NDArray[Any] | Pieces]
) -> dict[str, dict[str, Any]]:
    """Write arrays as ``name.npy``, little-endian, and wait until they are on disk.

    Returns
    -------
    dict
        For each name, its ``bytes``, ``dtype``, ``shape`` and ``checksum``: BLAKE2b of
        128 bits, in hex, of the CRC-32 of each block of 16 KiB. The CRCs themselves
        stand in one more file, ``blocks.npy``, in the order of names.
    """
    folder.mkdir(parents=True)
    names = sorted(arrays)
    # Together, for making one array and waiting for the disk with another overlap.
    with ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
        written = list(pool.map(lambda n: _write(_path(folder, n), arrays[n]), names))
    files = {name: known for name, (known, _) in zip(names, written, strict=True)}
    crcs = np.concatenate([np.empty(0, "<u4"), *(crcs for _, crcs in written)])
    files[BLOCKS], _ = _write(_path(folder, BLOCKS), crcs)
    sync_folder(folder)
    sync_folder(folder.parent)
    return files


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _write(
    path: Path, array: NDArray[Any] | Pieces
) -> tuple[dict[str, Any], NDArray[np.uint32]]:
    """Write one file; give what the manifest keeps of it, and its CRCs."""
    source = array if isinstance(array, Pieces) else _as_pieces(array)
    dtype = source.dtype.newbyteorder("<")
    if dtype.kind not in "uif":
        raise TypeError(f"{path} must hold numbers, got {dtype}")
    n_rows = 0
    with path.open("wb") as file:
        checking = _Checking(file)
        checking.write(_header(dtype, source.shape))
        for piece in source.pieces:
            if len(piece):
                n_rows += len(piece)
                # reshape, for NumPy casts no empty or many-sided view to bytes
                flat = np.ascontiguousarray(piece, dtype).reshape(-1)
                checking.write(flat.view(np.uint8))
        if n_rows != source.shape[0]:
            raise RuntimeError(f"{path} got {n_rows} rows of {source.shape[0]}")
        file.flush()
        os.fsync(file.fileno())
    crcs = checking.crcs()
    known = {
        "bytes": checking.size,
        "dtype": dtype.str,
        "shape": list(source.shape),
        "checksum": checksum_of(crcs),
    }
    return known, crcs


def _as_pieces(array: NDArray[Any]) -> Pieces:
    return Pieces(array.dtype, array.shape, [array])


def _header(dtype: "np.dtype[Any]", shape: tuple[int, ...]) -> bytes:
    """Give the header of an .npy file of version 1.0."""
    file = BytesIO()
    described = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def replace_text(path: Path, text: str) -> None:
    """Replace a file, so that a reader sees the old one or the new one, whole."""
    temporary = path.with_name(path.name + ".new")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk, where the system can say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
