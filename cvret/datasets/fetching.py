"""Fetching a data set: each file checked before it is unpacked or put into place."""

import hashlib
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from cvret._checks import check_count
from cvret.datasets.downloading import download, forget
from cvret.datasets.errors import ArchiveError, ChecksumError, FetchError
from cvret.datasets.records import FOLDER, Record, Records, sha256_of
from cvret.datasets.registry import Dataset, File, about, default_folder
from cvret.datasets.unpacking import unpack

__all__ = ["fetch"]

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class _Ways:
    """How `fetch` downloads."""

    timeout: float
    n_retries: int
    wait: float
    progress: bool | None


def fetch(
    name: str | Dataset,
    folder: str | PathLike[str] | None = None,
    *,
    files: Sequence[str] | None = None,
    unverified: bool = False,
    timeout: float = 60.0,
    n_retries: int = 5,
    wait: float = 1.0,
    progress: bool | None = None,
) -> Path:
    """Fetch a public data set; what is there already is not fetched again.

    A download that breaks goes on where it stopped, now or in the next call. Each file
    is compared with its SHA-256 first and then unpacked, in a folder of its own, and
    only then moved into place. Archives are deleted when they are unpacked; the
    SHA-256 of each file that came out is kept for `check`.

    Parameters
    ----------
    name : str or Dataset
        A name of the registry, or a data set that you describe yourself.
    folder : str or path, optional
        Where it goes; by default as `default_folder` says.
    files : sequence of str, optional
        Only these files of the set.
    unverified : bool
        Whether to take files for which no SHA-256 is published. The SHA-256 of what
        comes is kept beside them, and later calls and checks compare with that.
    timeout : float
        Seconds without a byte after which a connection counts as broken.
    n_retries : int
        How often it may break in a row without a new byte.
    wait : float
        Seconds before the first such retry; twice as many before each next one.
    progress : bool, optional
        Whether to show a bar; by default where standard error is a terminal.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnknownNameError
        If the registry has no set of that name.
    ValueError
        If no SHA-256 is published for a file that would come, and `unverified` is
        False; if `files` names one that the set has not.
    FetchError
        If a file does not come, is another than it should be (`ChecksumError`), or
        cannot be unpacked (`ArchiveError`). The other files are fetched all the same.
    FileExistsError
        If a file that is not of the set stands where one of it must go.
    """
    dataset = name if isinstance(name, Dataset) else about(name)
    check_count("n_retries", n_retries, least=0)
    wanted = _chosen(dataset, files)
    root = Path(folder) if folder is not None else default_folder(dataset.name)
    records = Records(root)
    known = records.read()
    _check_trust(dataset, wanted, known, unverified)
    records.folder.mkdir(parents=True, exist_ok=True)
    ways = _Ways(timeout, n_retries, wait, progress)
    lock = FileLock(records.folder / "fetch.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("another fetch works in %s; waiting for it", root)
        lock.acquire()
    try:
        _fetch_all(wanted, records, ways)
    finally:
        lock.release()
    return root


def _chosen(dataset: Dataset, names: Sequence[str] | None) -> tuple[File, ...]:
    if names is None:
        return dataset.files
    by_name = {file.name: file for file in dataset.files}
    for name in names:
        if name not in by_name:
            raise ValueError(
                f"{dataset.name} has no file {name!r}; there are {', '.join(by_name)}"
            )
    return tuple(by_name[name] for name in dict.fromkeys(names))


def _check_trust(
    dataset: Dataset, files: Sequence[File], known: dict[str, Record], unverified: bool
) -> None:
    blind = [f.name for f in files if f.sha256 is None and f.name not in known]
    if blind and not unverified:
        raise ValueError(
            f"no SHA-256 is published for {', '.join(blind)} of {dataset.name}; pass "
            "unverified=True (--unverified) to trust what comes this time and to have "
            "later ones compared with it, or name other files of the set"
        )


def _fetch_all(files: Sequence[File], records: Records, ways: _Ways) -> None:
    done, failed = [], {}
    for file in files:
        try:
            _fetch_one(file, records, ways)
            done.append(file.name)
        except FetchError as error:
            failed[file.name] = error
    if len(failed) == 1 and not done:
        raise next(iter(failed.values()))
    if failed:
        reasons = {name: str(error) for name, error in failed.items()}
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise FetchError(
            f"{len(failed)} of {len(files)} files did not come: {told}",
            tuple(done),
            reasons,
        )


def _fetch_one(file: File, records: Records, ways: _Ways) -> None:
    known = records.read()  # another fetch may have ended while this one waited
    record = known.get(file.name)
    expected = file.sha256 or (record.sha256 if record else None)
    if record is not None and record.sha256 == expected and _is_there(file, records):
        return
    part = records.part(file.name)
    address, digest = _download_right(file, part, expected, ways)
    n_bytes = part.stat().st_size
    if file.into is None:
        part.replace(records.root / file.name)
    else:
        _unpack_into_place(file, part, records)
    forget(part)
    verified = "registry" if file.sha256 is not None else "first use"
    known[file.name] = Record(digest, n_bytes, address, verified)
    records.write(known)


def _is_there(file: File, records: Records) -> bool:
    if file.into is None:
        return (records.root / file.name).is_file()
    listing = records.read_listing(file.name)
    return listing is not None and all(
        (records.root / path).is_file() for path in listing
    )


def _download_right(
    file: File, part: Path, expected: str | None, ways: _Ways
) -> tuple[str, str]:
    """Download a file that has the right checksum, and give its address and SHA-256."""
    resumed = part.exists()
    while True:
        address = download(
            file.addresses,
            part,
            size=file.bytes,
            checked=expected is not None or file.md5 is not None,
            timeout=ways.timeout,
            n_retries=ways.n_retries,
            wait=ways.wait,
            progress=ways.progress,
        )
        try:
            return address, _check_sums(file, part, expected)
        except ChecksumError:
            forget(part)
            if not resumed:
                raise
            # The part of another day may have been of another file: once more, whole.
            logger.warning("%s came wrong in parts; fetching it whole", file.name)
            resumed = False


def _check_sums(file: File, part: Path, expected: str | None) -> str:
    digest = sha256_of(part)
    if expected is not None and digest != expected:
        source = file.sha256_from if file.sha256 else "the first fetch, kept beside it"
        raise ChecksumError(
            f"{file.name} has the SHA-256 {digest}, and must have {expected} (from "
            f"{source}); it was not put into place"
        )
    if file.md5 is not None:
        with part.open("rb") as whole:
            md5 = hashlib.file_digest(
                whole, lambda: hashlib.md5(usedforsecurity=False)
            ).hexdigest()
        if md5 != file.md5:
            raise ChecksumError(
                f"{file.name} has the MD5 {md5}, and must have {file.md5} (from "
                f"{file.md5_from}); it was not put into place"
            )
    return digest


def _unpack_into_place(file: File, part: Path, records: Records) -> None:
    staging = records.folder / "unpacking"
    shutil.rmtree(staging, ignore_errors=True)  # of a fetch that was killed
    try:
        into = Path(file.into or "")
        digests = unpack(part, staging / into, inner=file.inner)
        digests = {(into / path).as_posix(): d for path, d in digests.items()}
        _check_free(digests, records, file)
        for path in digests:
            target = records.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (staging / path).replace(target)
        # Written last: without it the archive does not count as unpacked.
        records.write_listing(file.name, digests)
    except FetchError:
        forget(part)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _check_free(digests: dict[str, str], records: Records, file: File) -> None:
    ours = records.read_listing(file.name) or {}
    for path, digest in digests.items():
        if PurePosixPath(path).parts[0].casefold() == FOLDER:
            raise ArchiveError(
                f"{file.name} holds {path!r}, and in that folder cvret keeps what it "
                "knows of the set"
            )
        target = records.root / path
        if path in ours or not target.exists():
            continue
        if not target.is_file() or sha256_of(target) != digest:
            raise FileExistsError(
                f"{target} is there, and is not the file of that name in {file.name}; "
                "move it away, or fetch into another folder"
            )
