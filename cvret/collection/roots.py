"""The folders that the images of an index came from."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cvret.errors import FormatError
from cvret.storage.writing import replace_text

__all__ = ["Roots", "check_prefix"]

_FILE = "roots.json"


def check_prefix(prefix: str) -> str:
    """Give a prefix of ids without slashes at its ends; refuse '.' and '..'."""
    parts = [part for part in prefix.split("/") if part]
    if any(part in (".", "..") for part in parts):
        raise ValueError(f"prefix must not hold '.' or '..', got {prefix!r}")
    return "/".join(parts)


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

    def ids_of(self, path: Path) -> Iterator[tuple[str, int]]:
        """Give what a file is called if it came from a folder, and the folder's number.

        The file itself may be gone.
        """
        for number, entry in enumerate(self.entries):
            if not entry["path"]:
                continue
            for follow in (os.path.abspath, os.path.realpath):
                folder, file = Path(follow(self.folder(number))), Path(follow(path))
                if file.is_relative_to(folder):
                    below = file.relative_to(folder).as_posix()
                    prefix = entry["prefix"]
                    yield (f"{prefix}/{below}" if prefix else below), number

    def write(self) -> None:
        """Replace the file."""
        text = json.dumps(list(self.entries), indent=1, sort_keys=True) + "\n"
        replace_text(self.index / _FILE, text)
