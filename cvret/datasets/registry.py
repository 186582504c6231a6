"""The registry of public data sets, as it lies in registry.json."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from cvret.errors import FormatError, UnknownNameError

__all__ = [
    "PROTOCOLS",
    "Dataset",
    "File",
    "about",
    "default_folder",
    "names",
    "read_registry",
]

PROTOCOLS = (
    "copydays",
    "folders",
    "holidays",
    "oxford",
    "paris",
    "revisited-medium",
    "ukbench",
    "wang",
)
"""Kinds of ground truth that sets of the registry have, as `cvret.truth` names them."""

_FORMAT = 1
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True)
class File:
    """A file of a data set.

    Attributes
    ----------
    name : str
        What it is called here.
    addresses : tuple of str
        Where it lies, by http, https or ftp; they are tried in this order.
    bytes : int or None
        Its size, where it is published together with the checksum.
    sha256 : str or None
        64 hexadecimal digits; None where none is published.
    sha256_from : str or None
        Where that was found.
    md5 : str or None
        32 hexadecimal digits, where only that is published. It tells a damaged file,
        and not one that somebody forged; so it does not stand for `sha256`.
    md5_from : str or None
        Where that was found.
    into : str or None
        For an archive the folder, below that of the set, that it is unpacked into;
        empty for the set's own. None keeps the file as it is.
    inner : tuple of str
        Archives in the archive, which are unpacked where they lie.
    """

    name: str
    addresses: tuple[str, ...]
    bytes: int | None = None
    sha256: str | None = None
    sha256_from: str | None = None
    md5: str | None = None
    md5_from: str | None = None
    into: str | None = None
    inner: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A public data set.

    Attributes
    ----------
    name : str
        As `fetch` takes it.
    title : str
        As it is known.
    purpose : str
        What it is used for.
    protocol : str or None
        The kind of its ground truth, as `cvret.truth` and ``--truth`` name it; None
        where one has to make a table or folders first, as `note` says.
    truth : str or None
        Where that ground truth reads, below the folder of the set.
    n_images : int
        Pictures in it, as published.
    files : tuple of File
        What is fetched.
    licence : str
        On what terms it is published, as far as that was found.
    paper : str
        What to cite.
    homepage : str
        Where the publisher writes of it.
    note : str
        What one should know before.
    """

    name: str
    title: str
    purpose: str
    protocol: str | None
    truth: str | None
    n_images: int
    files: tuple[File, ...]
    licence: str
    paper: str
    homepage: str
    note: str = ""

    @property
    def unverified(self) -> tuple[str, ...]:
        """Names of the files for which no SHA-256 is published."""
        return tuple(file.name for file in self.files if file.sha256 is None)

    def truth_in(self, folder: str | PathLike[str]) -> str | None:
        """Give what ``--truth`` takes for the set in `folder`, if there is one.

        Examples
        --------
        >>> about("holidays").truth_in("holidays")
        'holidays:holidays/jpg'
        """
        if self.protocol is None:
            return None
        return f"{self.protocol}:{Path(folder, self.truth or '')}"


def names() -> tuple[str, ...]:
    """Names of the data sets of the registry, ascending.

    Examples
    --------
    >>> "holidays" in names()
    True
    """
    return tuple(_shipped())


def about(name: str) -> Dataset:
    """Tell what the registry knows of a data set.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> about("wang").n_images
    1000
    """
    try:
        return _shipped()[name]
    except KeyError as error:
        raise UnknownNameError(
            f"no data set is named {name!r}; there are {', '.join(names())}"
        ) from error


def default_folder(name: str) -> Path:
    """Give the folder that a data set is fetched into.

    A folder of its name below that which the environment variable ``CVRET_DATASETS``
    names, else below ``cvret/datasets`` in the user's cache: ``XDG_CACHE_HOME``, or
    ``~/.cache`` where that is unset, on every system.
    """
    chosen = os.environ.get("CVRET_DATASETS")
    if chosen:
        return Path(chosen) / name
    cache_home = os.environ.get("XDG_CACHE_HOME")
    home = Path(cache_home) if cache_home else Path.home() / ".cache"
    return home / "cvret" / "datasets" / name


def read_registry(text: str) -> dict[str, Dataset]:
    """Read a registry, and check that its entries are well formed.

    Raises
    ------
    FormatError
        If it is of another format, or an entry is not as it must be.
    """
    try:
        table = json.loads(text)
        if table["format"] != _FORMAT:
            raise FormatError(
                f"the registry has format {table['format']}, this cvret reads "
                f"{_FORMAT}; upgrade cvret"
            )
        sets = [_dataset(entry) for entry in table["datasets"]]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the registry is not as it must be: {error}") from error
    return {dataset.name: dataset for dataset in sorted(sets, key=lambda d: d.name)}


@cache
def _shipped() -> dict[str, Dataset]:
    path = files("cvret.datasets") / "registry.json"
    return read_registry(path.read_text(encoding="utf-8"))


def _dataset(entry: Mapping[str, Any]) -> Dataset:
    dataset = Dataset(**{**entry, "files": tuple(map(_file, entry["files"]))})
    if dataset.protocol is not None and dataset.protocol not in PROTOCOLS:
        raise ValueError(f"{dataset.name} has the protocol {dataset.protocol!r}")
    if not dataset.files:
        raise ValueError(f"{dataset.name} has no files")
    return dataset


def _file(entry: Mapping[str, Any]) -> File:
    lists = {key: tuple(entry.get(key, ())) for key in ("addresses", "inner")}
    file = File(**{**entry, **lists})
    for digest, n_digits in ((file.sha256, 64), (file.md5, 32)):
        if digest is not None and not _is_hex(digest, n_digits):
            raise ValueError(f"{file.name} has the checksum {digest!r}")
    if not file.addresses or not all(map(_is_listed_address, file.addresses)):
        raise ValueError(f"{file.name} has the addresses {file.addresses}")
    if file.into is not None and not file.name.endswith(_ARCHIVES):
        raise ValueError(f"{file.name} does not end as an archive does")
    return file


def _is_hex(digest: str, n_digits: int) -> bool:
    return len(digest) == n_digits and set(digest) <= set("0123456789abcdef")


def _is_listed_address(address: str) -> bool:
    return address.startswith(("https://", "http://", "ftp://"))
