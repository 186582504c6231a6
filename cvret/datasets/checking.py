"""Whether a data set is there, whole and as it was published."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from cvret._progress import Advance, progress_bar
from cvret.datasets.records import Record, Records, sha256_of
from cvret.datasets.registry import Dataset, File, about, default_folder
from cvret.images.folders import list_images

__all__ = ["Check", "FileCheck", "check"]


@dataclass(frozen=True)
class FileCheck:
    """One file of a data set, or what came out of it.

    Attributes
    ----------
    name : str
        As the registry has it.
    state : str
        "right", "changed" or "missing".
    verified : str
        "registry" where its SHA-256 is published, "first use" where it is what came
        first, "" where it never came.
    n_files : int
        Files that it stands for: itself, or those that were in the archive.
    missing, changed : tuple of str
        Those that are gone, and those that are not what they were; below the folder.
    """

    name: str
    state: str
    verified: str
    n_files: int
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """What `check` found.

    Attributes
    ----------
    name : str
        The data set.
    folder : Path
        Where it was looked for.
    files : tuple of FileCheck
        Each file of it.
    n_images : int
        Pictures in the folder. It may differ from the published number where the
        publisher counts otherwise; what was in the archives is held file by file.
    """

    name: str
    folder: Path
    files: tuple[FileCheck, ...]
    n_images: int

    @property
    def ok(self) -> bool:
        """Whether all is there and as it must be."""
        return all(file.state == "right" for file in self.files)

    def __str__(self) -> str:
        lines = [_line(file) for file in self.files]
        return "\n".join([*lines, f"{self.n_images:,} pictures in {self.folder}"])


def check(
    name: str | Dataset,
    folder: str | PathLike[str] | None = None,
    *,
    progress: bool | None = None,
) -> Check:
    """Compare each file of a fetched data set with its SHA-256.

    Parameters
    ----------
    name : str or Dataset
        As `fetch` took it.
    folder : str or path, optional
        Where it was fetched into; by default as `default_folder` says.
    progress : bool, optional
        Whether to show a bar; by default where standard error is a terminal.

    Returns
    -------
    Check
        For each file of the set, whether it is there and right. Files that are right
        by their names and wrong by their SHA-256 are "changed": delete them, and
        fetch the set again.

    Raises
    ------
    UnknownNameError
        If the registry has no set of that name.
    FileNotFoundError
        If nothing was fetched into that folder.
    FormatError
        If the records of the fetch are damaged.
    """
    dataset = name if isinstance(name, Dataset) else about(name)
    root = Path(folder) if folder is not None else default_folder(dataset.name)
    records = Records(root)
    known = records.read()
    if not known:
        raise FileNotFoundError(
            f"nothing of {dataset.name} was fetched into {root}; cvret datasets fetch "
            f"{dataset.name} does"
        )
    listings = {file.name: _listing(file, records, known) for file in dataset.files}
    n_files = sum(map(len, listings.values()))
    with progress_bar("checking files", n_files, progress) as advance:
        files = tuple(
            _check_file(file, known.get(file.name), listings[file.name], root, advance)
            for file in dataset.files
        )
    return Check(dataset.name, root, files, len(list_images(root).ids))


def _listing(file: File, records: Records, known: dict[str, Record]) -> dict[str, str]:
    """Give what must be there of a file: nothing where it never came."""
    if file.name not in known:
        return {}
    if file.into is None:
        return {file.name: known[file.name].sha256}
    return records.read_listing(file.name) or {}


def _check_file(
    file: File,
    record: Record | None,
    listing: dict[str, str],
    root: Path,
    advance: Advance,
) -> FileCheck:
    if record is None or not listing:
        return FileCheck(file.name, "missing", "", 0)
    missing, changed = [], []
    for path, digest in listing.items():
        if not (root / path).is_file():
            missing.append(path)
        elif sha256_of(root / path) != digest:
            changed.append(path)
        advance()
    state = "changed" if changed else "missing" if missing else "right"
    if file.sha256 is not None and file.sha256 != record.sha256:
        state = "changed"  # the registry has learned of another version since
    return FileCheck(
        file.name,
        state,
        record.verified,
        len(listing),
        tuple(missing),
        tuple(changed),
    )


def _line(file: FileCheck) -> str:
    if not file.verified:
        return f"{file.name}: missing; it was never fetched"
    against = "as published" if file.verified == "registry" else "as it first came"
    if file.state == "right":
        n_files = "" if file.n_files == 1 else f", {file.n_files:,} files"
        return f"{file.name}: right, {against}{n_files}"
    told = [
        f"{len(paths):,} {word} ({paths[0]}{', ...' if len(paths) > 1 else ''})"
        for word, paths in (("gone", file.missing), ("changed", file.changed))
        if paths
    ]
    if not told:
        return f"{file.name}: changed; the registry has another version of it now"
    return f"{file.name}: {' and '.join(told)} of {file.n_files:,} files"
