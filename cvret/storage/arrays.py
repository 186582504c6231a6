"""Arrays on disk: opened memory-mapped, checked block by block as they are touched."""

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import FormatError
from cvret.storage.mapping import map_file

__all__ = [
    "BLOCK",
    "BLOCKS",
    "ArrayFolder",
    "Arrays",
    "Layout",
    "check_layout",
    "checked",
    "checksum_of",
]

Arrays = Mapping[str, NDArray[Any]]
Layout = Mapping[str, tuple[str, tuple[str | int, ...]]]
Positions = NDArray[np.int64] | list[int]

BLOCK = 16384  # bytes that one CRC covers
BLOCKS = "blocks"  # the file with the CRCs of all others

_DTYPE = re.compile(r"[<|][uif][1248]")


class ArrayFolder(Mapping[str, NDArray[Any]]):
    """The arrays of a folder, by name: all mapped when it is opened, none read.

    A file that is removed later, when its index is compacted, stays readable. Indexing
    checks a whole array against its checksums when it is first asked for; `checked`
    does so for some ranges, so that large arrays are read only where a search needs
    them. Both raise FormatError, naming the file, where a byte is not what was written.

    Parameters
    ----------
    folder : Path
        Where ``name.npy`` lie.
    files : mapping of str to mapping
        What the manifest says of each, as `write_arrays` gave it.
    only : str, optional
        The one array to open.

    Raises
    ------
    FormatError
        If a file is missing, or has another size than it should have.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, Mapping[str, Any]],
        only: str | None = None,
    ):
        self._blocks = _Blocks(folder, files)
        self._files: dict[str, _File] = {}
        first = 0
        for name in sorted(name for name in files if name != BLOCKS):
            if only is None or name == only:
                path = folder / f"{name}.npy"
                self._files[name] = _File(path, self._blocks, first, files[name])
            first += -(-int(files[name]["bytes"]) // BLOCK)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        return name in self._files  # the inherited one would read the array

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Give an array, read-only, once all of it was checked."""
        return self._files[name].whole()

    def checked(self, name: str, starts: Positions, ends: Positions) -> NDArray[Any]:
        """Give an array, read-only, of which these rows were checked."""
        return self._files[name].ranges(starts, ends)

    def part(self, prefix: str) -> "ArrayFolder":
        """Give the arrays whose names begin with ``prefix.``, without it."""
        part = ArrayFolder.__new__(ArrayFolder)
        part._blocks = self._blocks
        part._files = {
            name[len(prefix) + 1 :]: file
            for name, file in self._files.items()
            if name.startswith(prefix + ".")
        }
        return part

    def damaged(self) -> list[str]:
        """Read everything again, and tell of each damaged file what is wrong."""
        problems = []
        files: list[_Blocks | _File] = [self._blocks, *self._files.values()]
        for file in files:
            try:
                file.read_again()
            except FormatError as error:
                problems.append(str(error))
        return problems


def checked(
    arrays: Arrays, name: str, starts: Positions, ends: Positions
) -> NDArray[Any]:
    """Give an array whose rows from each of `starts` to `ends` are as written."""
    if isinstance(arrays, ArrayFolder):
        return arrays.checked(name, starts, ends)
    return arrays[name]


def check_layout(arrays: "ArrayFolder", layout: Layout, **sizes: int) -> None:
    """Raise FormatError unless arrays have the dtypes and shapes of a layout.

    Parameters
    ----------
    arrays : ArrayFolder
        Nothing of them is read.
    layout : mapping of str to (str, tuple)
        For each array its dtype and its sides: a number, or a letter that stands for
        the same number wherever it is; "u+1" is one more than "u".
    **sizes : int
        What some letters stand for.
    """
    for name, (dtype, sides) in layout.items():
        array = arrays.checked(name, [], [])
        fits = array.dtype.str == dtype and array.ndim == len(sides)
        for side, length in zip(sides, array.shape, strict=False):
            if isinstance(side, int):
                fits = fits and length == side
            else:
                letter, _, more = side.partition("+")
                wanted = sizes.setdefault(letter, length - int(more or 0))
                fits = fits and length == wanted + int(more or 0)
        if not fits:
            raise FormatError(
                f"the manifest is damaged: {name} is {array.dtype} of {array.shape}"
            )


def checksum_of(crcs: NDArray[np.uint32]) -> str:
    """Give what the manifest keeps of a file: a hash of the CRCs of its blocks."""
    data = np.ascontiguousarray(crcs, "<u4").tobytes()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


class _Blocks:
    """CRC-32 of each block of each file of a folder."""

    def __init__(self, folder: Path, files: Mapping[str, Mapping[str, Any]]):
        self._path = folder / f"{BLOCKS}.npy"
        if BLOCKS not in files:
            raise FormatError(f"{folder} has no checksums in the manifest")
        self._crcs, self._mapped = _open(self._path, files[BLOCKS])
        self._checksum = str(files[BLOCKS]["checksum"])

    def read_again(self) -> None:
        starts = range(0, len(self._mapped), BLOCK)
        crcs = [zlib.crc32(self._mapped[at : at + BLOCK]) for at in starts]
        if checksum_of(np.array(crcs, np.uint32)) != self._checksum:
            raise FormatError(f"{self._path} is damaged; {_WAY_OUT}")

    def crcs(self, first: int, n: int, checksum: str) -> NDArray[np.uint32]:
        crcs = self._crcs[first : first + n]
        if len(crcs) != n or checksum_of(crcs) != checksum:
            raise FormatError(f"{self._path} is damaged; {_WAY_OUT}")
        return crcs


class _File:
    """A mapped file, and which of its blocks were checked already."""

    def __init__(
        self,
        path: Path,
        blocks: _Blocks,
        first_block: int,
        expected: Mapping[str, Any],
    ):
        array, self._mapped = _open(path, expected)
        self._path, self._array = path, array
        self._blocks, self._first = blocks, first_block
        self._checksum = str(expected["checksum"])
        self.n_blocks = -(-len(self._mapped) // BLOCK)
        self._header = len(self._mapped) - array.nbytes
        self._stride = array.nbytes // len(array) if len(array) else 0
        self._crcs: NDArray[np.uint32] | None = None
        self._unchecked = np.ones(self.n_blocks, bool)
        self._unchecked_before: NDArray[np.int64] | None = None
        self._done = False

    def whole(self) -> NDArray[Any]:
        if not self._done:
            self._check(np.flatnonzero(self._unchecked))
            self._done = True
        return self._array

    def ranges(self, starts: Positions, ends: Positions) -> NDArray[Any]:
        if self._done or not len(starts):
            return self._array
        low, high = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        low, high = low[high > low], high[high > low]
        first = (self._header + low * self._stride) // BLOCK
        last = (self._header + high * self._stride - 1) // BLOCK
        before = self._counted()
        new = before[last + 1] > before[first]
        for start, end in zip(first[new].tolist(), last[new].tolist(), strict=True):
            self._check(start + np.flatnonzero(self._unchecked[start : end + 1]))
        return self._array

    def _counted(self) -> NDArray[np.int64]:
        """Give how many blocks before each one were not checked yet."""
        before = self._unchecked_before
        if before is None:
            before = np.concatenate([[0], np.cumsum(self._unchecked)])
            self._unchecked_before = before
            self._done = bool(before[-1] == 0)
        return before

    def read_again(self) -> None:
        self._crcs = None
        self._check(np.arange(self.n_blocks))

    def _check(self, blocks: NDArray[np.intp]) -> None:
        if self._crcs is None:
            self._crcs = self._blocks.crcs(self._first, self.n_blocks, self._checksum)
        for block in blocks.tolist():
            data = self._mapped[block * BLOCK : (block + 1) * BLOCK]
            if zlib.crc32(data) != self._crcs[block]:
                raise FormatError(
                    f"{self._path} is damaged near byte {block * BLOCK:,}; {_WAY_OUT}"
                )
            self._unchecked[block] = False
        self._unchecked_before = None


_WAY_OUT = "restore the index from a copy, or build it again"


def _open(path: Path, expected: Mapping[str, Any]) -> tuple[NDArray[Any], memoryview]:
    """Map a file; what is in it is known from the manifest, and not read."""
    try:
        dtype = str(expected["dtype"])
        shape = tuple(int(n) for n in expected["shape"])
        n_bytes = int(expected["bytes"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"the manifest is damaged, at {path}: {error!r}") from error
    if not _DTYPE.fullmatch(dtype) or min(shape, default=0) < 0 or not shape:
        raise FormatError(f"the manifest is damaged, at {path}: {dtype} of {shape}")
    n_header = n_bytes - prod(shape) * np.dtype(dtype).itemsize
    if not 0 < n_header <= BLOCK:
        raise FormatError(f"the manifest is damaged, at {path}: {n_bytes} bytes")
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            if size == n_bytes:
                mapped = map_file(file, size)
    except FileNotFoundError as error:
        raise FormatError(f"{path} is missing; {_WAY_OUT}") from error
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error}") from error
    if size != n_bytes:
        raise FormatError(
            f"{path} has {size:,} bytes and should have {n_bytes:,}; {_WAY_OUT}"
        )
    return mapped[n_header:].view(dtype).reshape(shape), mapped.data
