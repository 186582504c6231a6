"""Arrays on disk: written once with a checksum, read memory-mapped."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from io import BufferedWriter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import FormatError

__all__ = ["ArrayFolder", "sync_folder", "write_arrays"]


class _Hashing:
    """A file that hashes what is written to it."""

    def __init__(self, file: BufferedWriter):
        self._file = file
        self.digest = hashlib.blake2b(digest_size=16)
        self.size = 0

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.size += memoryview(data).nbytes
        return self._file.write(data)


class ArrayFolder(Mapping[str, NDArray[Any]]):
    """The arrays of a folder, by name, each opened when it is first asked for.

    Parameters
    ----------
    folder : Path
        Where ``name.npy`` lie.
    files : mapping of str to mapping
        What the manifest says of each: ``bytes`` and ``blake2b``.
    """

    def __init__(self, folder: Path, files: Mapping[str, Mapping[str, Any]]):
        self._folder = folder
        self._files = files
        self._opened: dict[str, NDArray[Any]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Open an array, read-only; raise FormatError where its file is not whole."""
        if name not in self._opened:
            self._opened[name] = _open(self._folder / f"{name}.npy", self._files[name])
        return self._opened[name]

    def part(self, prefix: str) -> "ArrayFolder":
        """Give the arrays whose names begin with ``prefix.``, without it."""
        return _Part(self, prefix)


class _Part(ArrayFolder):
    """Arrays of a folder under a prefix; they are opened by the whole."""

    def __init__(self, whole: ArrayFolder, prefix: str):
        names = [name for name in whole if name.startswith(prefix + ".")]
        self._names = {name[len(prefix) + 1 :]: name for name in names}
        self._whole = whole

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._whole[self._names[name]]


def write_arrays(
    folder: Path, arrays: Mapping[str, NDArray[Any]]
) -> dict[str, dict[str, Any]]:
    """Write arrays as ``name.npy``, little-endian, and wait until they are on disk.

    Returns
    -------
    dict
        For each name, its ``bytes`` and its checksum, ``blake2b`` of 128 bits in hex.
    """
    folder.mkdir(parents=True)
    files = {}
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        with (folder / f"{name}.npy").open("wb") as file:
            hashing = _Hashing(file)
            np.lib.format.write_array(hashing, little, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        files[name] = {"bytes": hashing.size, "blake2b": hashing.digest.hexdigest()}
    sync_folder(folder)
    sync_folder(folder.parent)
    return files


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk, where the system can say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(path: Path, expected: Mapping[str, Any]) -> NDArray[Any]:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FormatError(
            f"{path} is missing; restore the index from a copy, or build it again"
        ) from error
    if size != expected["bytes"]:
        raise FormatError(
            f"{path} has {size:,} bytes and should have {expected['bytes']:,}; restore "
            "the index from a copy, or build it again"
        )
    try:
        mapped: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error
    return np.asarray(mapped)
