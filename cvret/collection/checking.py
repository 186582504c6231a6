"""Reading an index again, byte by byte, to see whether it is as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cvret.collection.roots import Roots
from cvret.collection.state import GRAPHS, REMOVED, SEGMENTS
from cvret.collection.writing import LEARNED
from cvret.errors import FormatError
from cvret.storage.arrays import ArrayFolder
from cvret.storage.manifest import NAME, Manifest, read_manifest

__all__ = ["VerifyReport", "check_files"]


@dataclass(frozen=True)
class VerifyReport:
    """What a `verify` found.

    Attributes
    ----------
    n_files, n_bytes : int
        What was read.
    generation : int
        Of the index; 0 where the manifest cannot be read.
    problems : tuple of str
        One for each damaged file, which it names.
    """

    n_files: int
    n_bytes: int
    generation: int
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every byte is as it was written."""
        return not self.problems

    def __str__(self) -> str:
        read = f"{self.n_files:,} files, {self.n_bytes:,} bytes"
        if self.ok:
            return f"{read}: all as written"
        return "\n".join([f"{read}: {len(self.problems):,} damaged", *self.problems])


def check_files(path: Path) -> VerifyReport:
    """Compare every file of an index with its checksum; see `Index.verify`."""
    while True:
        try:
            manifest = read_manifest(path)
        except FormatError as error:
            if not (path / NAME).is_file():
                raise
            size = (path / NAME).stat().st_size
            return VerifyReport(1, size, 0, (str(error),))
        problems = _problems(path, manifest)
        # A writer may have merged meanwhile, and removed what was being read.
        if not problems or read_manifest(path).generation == manifest.generation:
            break
    files = [known for _, known in _folders(path, manifest)]
    return VerifyReport(
        sum(map(len, files)) + 1,
        sum(int(stored["bytes"]) for known in files for stored in known.values())
        + (path / NAME).stat().st_size,
        manifest.generation,
        tuple(problems),
    )


def _problems(path: Path, manifest: Manifest) -> list[str]:
    problems = []
    for folder, files in _folders(path, manifest):
        for name in files:
            # Each file by itself, so that one that is missing does not hide others.
            try:
                alone = ArrayFolder(folder, files, only=name)
            except FormatError as error:
                problems.append(str(error))
            else:
                problems += alone.damaged()
    try:
        Roots.read(path)
    except FormatError as error:
        problems.append(str(error))
    return list(dict.fromkeys(problems))


def _folders(
    path: Path, manifest: Manifest
) -> list[tuple[Path, Mapping[str, Mapping[str, Any]]]]:
    """Give each folder of arrays, and what the manifest says of its files."""
    folders = [(path / SEGMENTS / s.id, s.files) for s in manifest.segments]
    folders += [
        (path / REMOVED / s.removed.folder, s.removed.files)
        for s in manifest.segments
        if s.removed is not None
    ]
    folders += [
        (path / GRAPHS / s.graphs.folder, s.graphs.files)
        for s in manifest.segments
        if s.graphs is not None
    ]
    folders += [
        (path / LEARNED / stored["folder"], stored["files"])
        for stored in manifest.settings["learned"].values()
    ]
    return folders
