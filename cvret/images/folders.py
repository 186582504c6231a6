"""The picture files of a folder, in an order that does not change."""

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from cvret.images.reading import SUFFIXES

__all__ = ["FolderListing", "list_images"]


@dataclass(frozen=True)
class FolderListing:
    """What a walk found.

    Attributes
    ----------
    ids : tuple of str
        Picture files, relative to the folder, with '/' on every system, ascending.
    n_other : int
        Files that are not pictures by their names, and hidden ones.
    unreadable : tuple of (str, str)
        Folders that could not be read, each with the reason.
    """

    ids: tuple[str, ...]
    n_other: int
    unreadable: tuple[tuple[str, str], ...]


def list_images(folder: str | PathLike[str]) -> FolderListing:
    """List the pictures in a folder and all that lies below it.

    Files are known by their endings (`cvret.images.reading.SUFFIXES`). Names that
    begin with a dot are left out. Links are followed, but a folder that was
    already walked on the way down is not entered again.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage
    >>> listing = list_images(Path(skimage.__file__).parent / "data")
    >>> "astronaut.png" in listing.ids, "README.txt" in listing.ids
    (True, False)
    """
    root = Path(folder)
    if not root.exists():
        raise FileNotFoundError(f"there is no folder {root}")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file, not a folder")
    ids: list[str] = []
    unreadable: list[tuple[str, str]] = []
    n_other = 0

    def walk(path: Path, prefix: str, above: frozenset[tuple[int, int]]) -> None:
        nonlocal n_other
        try:
            status = path.stat()
            here = (status.st_dev, status.st_ino)
            if here in above:
                return
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            reason = error.strerror or str(error)
            unreadable.append((prefix or ".", f"{path} cannot be read: {reason}"))
            return
        for entry in entries:
            id_ = prefix + entry.name
            if entry.name.startswith("."):
                n_other += not _is_folder(entry)
            elif _is_folder(entry):
                walk(Path(entry.path), id_ + "/", above | {here})
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                ids.append(id_)
            else:
                n_other += 1

    walk(root, "", frozenset())
    return FolderListing(tuple(sorted(ids)), n_other, tuple(unreadable))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder; a link that leads nowhere is not one."""
    try:
        return entry.is_dir()
    except OSError:
        return False
