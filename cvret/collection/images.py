"""What an index knows of its images beside their fields: ids, sizes, hashes, roots."""

import json
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import FormatError

__all__ = ["ImageTable", "Roots", "check_prefix", "image_arrays"]

_FILE = "roots.json"


def image_arrays(
    ids: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    hashes: Sequence[bytes],
    root: int,
) -> dict[str, NDArray[Any]]:
    """Turn what is known of a segment's images into arrays.

    Returns
    -------
    dict of arrays
        ``names`` uint8, all ids one after the other in UTF-8; ``ends`` uint32, where
        each ends; ``sizes`` (n, 2) uint32, width and height; ``hashes`` (n, 16) uint8,
        BLAKE2b of the files; ``roots`` uint16.
    """
    encoded = [id_.encode("utf-8", "surrogateescape") for id_ in ids]
    return {
        "names": np.frombuffer(b"".join(encoded), np.uint8),
        "ends": np.cumsum([len(name) for name in encoded]).astype(np.uint32),
        "sizes": np.array(sizes, np.uint32),
        "hashes": np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 16),
        "roots": np.full(len(encoded), root, np.uint16),
    }


def check_prefix(prefix: str) -> str:
    """Give a prefix of ids without slashes at its ends; refuse '.' and '..'."""
    parts = [part for part in prefix.split("/") if part]
    if any(part in (".", "..") for part in parts):
        raise ValueError(f"prefix must not hold '.' or '..', got {prefix!r}")
    return "/".join(parts)


class ImageTable:
    """The images of all segments, by row; ids are decoded when asked for."""

    def __init__(self, segments: Sequence[Mapping[str, NDArray[Any]]]):
        self._segments = segments
        sizes = [len(segment["ends"]) for segment in segments]
        self._first_rows = [0, *accumulate(sizes)]
        self._rows: dict[str, int] | None = None

    def __len__(self) -> int:
        return self._first_rows[-1]

    def __iter__(self) -> Iterator[str]:
        """Give the ids in order of rows."""
        for segment in self._segments:
            names, start = segment["names"].tobytes(), 0
            for end in segment["ends"].tolist():
                yield names[start:end].decode("utf-8", "surrogateescape")
                start = end

    def id_at(self, row: int) -> str:
        """Give the id of a row."""
        segment, local = self._locate(row)
        start = int(segment["ends"][local - 1]) if local else 0
        name = segment["names"][start : int(segment["ends"][local])].tobytes()
        return name.decode("utf-8", "surrogateescape")

    def row_of(self, id_: str) -> int:
        """Give the row of an id.

        Raises
        ------
        KeyError
            If it is not in the index.
        """
        if self._rows is None:
            self._rows = {name: row for row, name in enumerate(self)}
        if id_ not in self._rows:
            raise KeyError(f"no image {id_!r} is in the index")
        return self._rows[id_]

    def __contains__(self, id_: str) -> bool:
        try:
            self.row_of(id_)
        except KeyError:
            return False
        return True

    def size_at(self, row: int) -> tuple[int, int]:
        """Give width and height, in pixels."""
        segment, local = self._locate(row)
        width, height = segment["sizes"][local]
        return int(width), int(height)

    def hash_at(self, row: int) -> bytes:
        """Give the hash of the file's content."""
        segment, local = self._locate(row)
        return bytes(segment["hashes"][local])

    def root_at(self, row: int) -> int:
        """Give the number of the root that the image came from."""
        segment, local = self._locate(row)
        return int(segment["roots"][local])

    def n_roots(self) -> int:
        """Give how many numbers of roots are in use."""
        return max((int(s["roots"].max()) + 1 for s in self._segments), default=0)

    def _locate(self, row: int) -> tuple[Mapping[str, NDArray[Any]], int]:
        number = bisect_right(self._first_rows, row) - 1
        return self._segments[number], row - self._first_rows[number]


@dataclass(frozen=True)
class Roots:
    """The folders that images came from, so that they can be shown.

    They stand in a file of their own, so an index can be moved with its pictures (each
    root is kept relative to the index too) or without.

    Attributes
    ----------
    index : Path
        The index.
    entries : tuple of dict
        For each root its absolute ``path``, the same ``relative`` to the index, and
        the ``prefix`` of its ids.
    """

    index: Path
    entries: tuple[dict[str, str], ...] = ()

    @classmethod
    def read(cls, index: Path) -> "Roots":
        """Read the roots of an index; an index without the file has none."""
        path = index / _FILE
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            entries = tuple(
                {key: str(entry[key]) for key in ("path", "relative", "prefix")}
                for entry in stored
            )
        except FileNotFoundError:
            return cls(index)
        except (ValueError, KeyError, TypeError) as error:
            raise FormatError(
                f"{path} is damaged: {error!r}; without it the index still searches, "
                "so it may be removed"
            ) from error
        return cls(index, entries)

    def number_of(
        self, folder: Path, prefix: str, n_used: int = 0
    ) -> tuple["Roots", int]:
        """Give the number of a root, and the roots with it.

        `n_used` numbers stand in the index already; those that the file does not
        know, for it was lost, are not given again.
        """
        absolute = os.path.abspath(folder)
        for number, entry in enumerate(self.entries):
            if not entry["path"]:
                continue
            known = {os.path.abspath(entry["path"]), str(self.folder(number))}
            if absolute in known and entry["prefix"] == prefix:
                return self, number
        try:
            relative = os.path.relpath(absolute, os.path.abspath(self.index))
        except ValueError:  # another drive
            relative = absolute
        entry = {"path": absolute, "relative": relative, "prefix": prefix}
        unknown = {"path": "", "relative": "", "prefix": ""}
        lost = (unknown,) * (n_used - len(self.entries))
        entries = (*self.entries, *lost, entry)
        return Roots(self.index, entries), len(entries) - 1

    def folder(self, number: int) -> Path:
        """Give the folder of a root, wherever it is found now."""
        entry = self.entries[number]
        beside = Path(os.path.abspath(self.index / entry["relative"]))
        return beside if beside.is_dir() else Path(entry["path"])

    def name(self, number: int) -> str:
        """Give the folder of a root for messages, also where it is not known."""
        known = number < len(self.entries) and self.entries[number]["path"]
        return str(self.folder(number)) if known else "a folder that is not known"

    def file_of(self, id_: str, number: int) -> Path:
        """Give the file of an image."""
        if number >= len(self.entries) or not self.entries[number]["path"]:
            raise FileNotFoundError(
                f"the index does not know where {id_} came from; its roots.json is "
                "missing"
            )
        prefix = self.entries[number]["prefix"]
        return self.folder(number) / (id_[len(prefix) + 1 :] if prefix else id_)

    def write(self) -> None:
        """Replace the file."""
        temporary = self.index / (_FILE + ".new")
        text = json.dumps(list(self.entries), indent=1, sort_keys=True) + "\n"
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, self.index / _FILE)
