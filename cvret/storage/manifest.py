"""The manifest: which segments are alive; replaced whole, by one rename."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from cvret.errors import FormatError
from cvret.storage.writing import replace_text

__all__ = [
    "FORMAT",
    "NAME",
    "Graphs",
    "Manifest",
    "Removal",
    "Segment",
    "read_manifest",
    "write_manifest",
]

FORMAT = 1
NAME = "manifest.json"

_FOLDER = re.compile(r"\d{8,}(-\d{1,20})?")

Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Removal:
    """What was removed from a segment.

    Attributes
    ----------
    folder : str
        Below ``removed/``, where its arrays lie.
    n_images : int
        How many images are gone.
    files : mapping
        Their sizes and checksums.
    """

    folder: str
    n_images: int
    files: Files


@dataclass(frozen=True)
class Graphs:
    """What makes dense fields of a segment faster to search.

    Attributes
    ----------
    folder : str
        Below ``graphs/``, where an array for each field lies.
    files : mapping
        Their sizes and checksums.
    """

    folder: str
    files: Files


@dataclass(frozen=True)
class Segment:
    """Images that were written together.

    Attributes
    ----------
    id : str
        Its folder below ``segments/``; never used again.
    n_images : int
        Images in its arrays, the removed ones too.
    files : mapping
        Sizes and checksums of the arrays.
    removed : Removal or None
        What of it is gone.
    graphs : Graphs or None
        What makes it faster to search.
    """

    id: str
    n_images: int
    files: Files
    removed: Removal | None = None
    graphs: Graphs | None = None

    @property
    def n_alive(self) -> int:
        """Images that were not removed."""
        return self.n_images - (self.removed.n_images if self.removed else 0)

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        known = {"id": self.id, "n_images": self.n_images, "files": self.files}
        if self.removed is not None:
            known["removed"] = vars(self.removed)
        if self.graphs is not None:
            known["graphs"] = vars(self.graphs)
        return known

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Take what `to_dict` gave; raise ValueError if it cannot be."""
        removal = stored.get("removed")
        removed = None
        if removal is not None:
            removed = Removal(
                _folder(removal["folder"]),
                int(removal["n_images"]),
                dict(removal["files"]),
            )
        beside = stored.get("graphs")
        graphs = None
        if beside is not None:
            graphs = Graphs(_folder(beside["folder"]), dict(beside["files"]))
        segment = cls(
            _folder(stored["id"]),
            int(stored["n_images"]),
            dict(stored["files"]),
            removed,
            graphs,
        )
        if not 0 <= segment.n_alive <= segment.n_images:
            raise ValueError(f"segment {segment.id} has {segment.n_alive} images")
        return segment


@dataclass(frozen=True)
class Manifest:
    """What an index consists of, at one generation.

    Attributes
    ----------
    settings : dict
        Fields as nested specs, and how to search; written once.
    segments : tuple of Segment
        In the order in which their images were added.
    generation : int
        Grows by one with each commit.
    next_segment : int
        Number of the segment that will be written next.
    version : str
        Of the cvret that created the index.
    """

    settings: dict[str, Any]
    segments: tuple[Segment, ...] = ()
    generation: int = 0
    next_segment: int = 1
    version: str = field(default="")

    def with_segments(self, segments: tuple[Segment, ...], n_new: int) -> "Manifest":
        """Give the next generation, with these segments, `n_new` of them new."""
        return replace(
            self,
            segments=segments,
            generation=self.generation + 1,
            next_segment=self.next_segment + n_new,
        )

    def next_id(self) -> str:
        """Give the name of a segment that was never used."""
        return f"{self.next_segment:08d}"


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
        whole = stored.pop("checksum", None) == _checksum(stored)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FormatError(f"{path} is damaged: {error}") from error
    if format_ > FORMAT:
        raise FormatError(
            f"{folder} has index format {format_}, this cvret reads {FORMAT}; upgrade "
            "cvret or rebuild the index"
            + ("" if whole else " (its checksum is another: it may be damaged too)")
        )
    if not whole:
        raise FormatError(
            f"{path} is damaged: its checksum is another; restore it from a copy"
        )
    try:
        manifest = Manifest(
            dict(stored["settings"]),
            tuple(Segment.from_dict(segment) for segment in stored["segments"]),
            int(stored["generation"]),
            int(stored["next_segment"]),
            str(stored["version"]),
        )
        ids = [int(segment.id) for segment in manifest.segments]
        if len(set(ids)) < len(ids) or max(ids, default=0) >= manifest.next_segment:
            raise ValueError("the segments' ids cannot be")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(f"{path} is damaged: {error!r}") from error
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, so that a reader sees the old one or the new one."""
    content = {
        "format": FORMAT,
        "version": manifest.version,
        "generation": manifest.generation,
        "next_segment": manifest.next_segment,
        "settings": manifest.settings,
        "segments": [segment.to_dict() for segment in manifest.segments],
    }
    content["checksum"] = _checksum(content)
    replace_text(folder / NAME, _text(content))


def _text(content: Mapping[str, Any]) -> str:
    """Give JSON with a line for each segment; indenting all takes far longer."""
    lines = []
    for key, value in content.items():
        text = json.dumps(value, sort_keys=True)
        if key == "segments":
            rows = ",\n".join(json.dumps(row, sort_keys=True) for row in value)
            text = f"[\n{rows}\n]"
        lines.append(f'"{key}": {text}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _checksum(content: Mapping[str, Any]) -> str:
    """Hash what a manifest says, however it is spaced."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _folder(name: Any) -> str:
    """Give the name of a folder; whatever the file says, it leads nowhere else."""
    if not isinstance(name, str) or not _FOLDER.fullmatch(name):
        raise ValueError(f"{name!r} is no folder of an index")
    return name
