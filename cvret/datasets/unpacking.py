"""Archives unpacked so that nothing gets out of the folder, nor grows without end.

Only plain files and folders come out of an archive: absolute names, names with "..",
links, devices and encrypted files are refused, since no set of pictures needs them.
"""

import gzip
import hashlib
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from cvret.datasets.errors import ArchiveError

__all__ = ["unpack"]

_CHUNK = 1 << 20
_MOST_FILES = 1_000_000
_MOST_TIMES = 20
_SPARE = 64 << 20

_DAMAGED = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,  # as zipfile has it, of a compression that it lacks
    ValueError,  # as zipfile has it, of names and headers
    LookupError,
    OSError,  # as bz2 has it
)


def unpack(
    archive: Path,
    folder: Path,
    *,
    inner: Sequence[str] = (),
    max_bytes: int | None = None,
) -> dict[str, str]:
    """Unpack a zip or tar file into a folder that is empty yet.

    Parameters
    ----------
    archive : path
        The file; by its content, whatever its name.
    folder : path
        Where its files go.
    inner : sequence of str
        Archives in it, which are unpacked where they lie and then deleted.
    max_bytes : int, optional
        The most that may come out. By default 20 times the size of the archive and
        64 MiB: pictures hardly get smaller when they are packed.

    Returns
    -------
    dict of str to str
        Of each file, by its name below `folder`, the SHA-256. What macOS adds to
        archives (``__MACOSX``, names that begin with ``._``) is left out.

    Raises
    ------
    ArchiveError
        If it is no archive, is damaged, or holds what it must not; `folder` may hold
        a part of it then.
    """
    if max_bytes is None:
        max_bytes = _MOST_TIMES * archive.stat().st_size + _SPARE
    digests = _unpack_one(archive, folder, max_bytes)
    for name in inner:
        path = folder / name
        if name not in digests:
            raise ArchiveError(f"{_called(archive)} does not hold {name}, as it should")
        below = PurePosixPath(name).parent
        for member, digest in _unpack_one(path, path.parent, max_bytes).items():
            digests[str(below / member)] = digest
        path.unlink()
        del digests[name]
    return digests


def _unpack_one(archive: Path, folder: Path, max_bytes: int) -> dict[str, str]:
    digests: dict[str, str] = {}
    left = max_bytes
    for name, file in _members(archive):
        _check_name(archive, name, of_file=True)
        name = str(PurePosixPath(name))
        if _is_clutter(name):
            continue
        if len(digests) >= _MOST_FILES:
            raise ArchiveError(f"{_called(archive)} holds more than a million files")
        digests[name], n_bytes = _write(archive, file, folder / name, left)
        left -= n_bytes
    return digests


@contextmanager
def _reading(archive: Path) -> Iterator[None]:
    """Raise ArchiveError where the archive cannot be read; writing is not meant."""
    try:
        yield
    except ArchiveError:
        raise
    except _DAMAGED as error:
        raise ArchiveError(
            f"{_called(archive)} is damaged, or no archive at all ({error}); a server "
            "may have sent a page in its place"
        ) from error


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with _reading(archive):
        # A tar file may end in a zip file, and then look like one.
        if tarfile.is_tarfile(archive):
            yield from _members_of_tar(archive)
        else:
            yield from _members_of_zip(archive)


def _members_of_tar(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isdir():
                _check_name(archive, member.name)
                continue
            if not member.isreg():
                kind = "a link" if member.issym() or member.islnk() else "a device"
                raise ArchiveError(
                    f"{_called(archive)} holds {kind}, {member.name!r}, and only plain "
                    "files are unpacked"
                )
            with _opened(tar.extractfile(member)) as file:
                yield member.name, file


def _members_of_zip(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.is_dir():
                _check_name(archive, member.filename)
                continue
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise ArchiveError(
                    f"{_called(archive)} holds a link or a device, "
                    f"{member.filename!r}, and only plain files are unpacked"
                )
            if member.flag_bits & 1:
                raise ArchiveError(
                    f"{_called(archive)}: {member.filename!r} is encrypted"
                )
            with packed.open(member) as file:
                yield member.filename, file


@contextmanager
def _opened(file: IO[bytes] | None) -> Iterator[IO[bytes]]:
    if file is None:
        raise tarfile.ReadError("a file in it has no content")
    with file:
        yield file


def _check_name(archive: Path, name: str, of_file: bool = False) -> None:
    path = PurePosixPath(name)
    if (
        (of_file and not path.name)  # the folder itself
        or path.is_absolute()
        or ".." in path.parts
        or "\\" in name
        or (path.parts and ":" in path.parts[0])
        or any(ord(letter) < 32 for letter in name)
    ):
        raise ArchiveError(
            f"{_called(archive)} holds {name!r}, a name that could lead out of the "
            "folder"
        )


def _called(archive: Path) -> str:
    return archive.name.removesuffix(".part")


def _is_clutter(name: str) -> bool:
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._")


def _write(archive: Path, file: IO[bytes], path: Path, left: int) -> tuple[str, int]:
    """Write a member, and give its SHA-256 and size."""
    digest, n_bytes = hashlib.sha256(), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.open("xb")
    except (FileExistsError, NotADirectoryError) as error:
        raise ArchiveError(f"{_called(archive)} holds {path.name} twice") from error
    with target:
        while chunk := _read(archive, file):
            n_bytes += len(chunk)
            if n_bytes > left:
                raise ArchiveError(
                    f"{_called(archive)} unpacks to more than it may, at {path.name}; "
                    "it is no archive of pictures, or was made to fill the disk"
                )
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest(), n_bytes


def _read(archive: Path, file: IO[bytes]) -> bytes:
    with _reading(archive):
        return file.read(_CHUNK)
