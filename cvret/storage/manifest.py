"""The manifest: which segments are alive; replaced whole, by one rename."""

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cvret.errors import FormatError
from cvret.storage.arrays import sync_folder

__all__ = ["FORMAT", "NAME", "Manifest", "read_manifest", "write_manifest"]

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What an index consists of, at one generation.

    Attributes
    ----------
    settings : dict
        Fields as nested specs, and how to search; written once.
    segments : tuple of dict
        For each: its ``id``, ``n_images``, and ``files`` with their checksums.
    generation : int
        Grows by one with each commit.
    """

    settings: dict[str, Any]
    segments: tuple[dict[str, Any], ...] = ()
    generation: int = 0
    version: str = field(default="")

    def with_segment(self, segment: dict[str, Any]) -> "Manifest":
        """Give the next generation, with one more segment."""
        return replace(
            self,
            segments=(*self.segments, segment),
            generation=self.generation + 1,
        )

    def next_id(self) -> str:
        """Give the name of a segment that was never used."""
        last = max((int(segment["id"]) for segment in self.segments), default=0)
        return f"{last + 1:08d}"


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an index.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    FormatError
        If the folder is no index, the manifest is damaged, or of a newer format.
    """
    if not folder.exists():
        raise FileNotFoundError(f"there is no index {folder}")
    path = folder / NAME
    if not path.is_file():
        raise FormatError(f"{folder} is not a cvret index (it has no {NAME})")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        format_ = stored["format"]
        if not isinstance(format_, int):
            raise TypeError(f"format is {format_!r}")
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error
    if format_ > FORMAT:
        raise FormatError(
            f"{folder} has index format {format_}, this cvret reads {FORMAT}; upgrade "
            "cvret or rebuild the index"
        )
    try:
        return Manifest(
            dict(stored["settings"]),
            tuple(stored["segments"]),
            int(stored["generation"]),
            str(stored["version"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError(f"{path} is damaged: {error!r}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, so that a reader sees the old one or the new one."""
    content = {
        "format": FORMAT,
        "version": manifest.version,
        "generation": manifest.generation,
        "settings": manifest.settings,
        "segments": manifest.segments,
    }
    temporary = folder / (NAME + ".new")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / NAME)
    sync_folder(folder)
