"""What is known of a fetched data set: a lock file, and a list of files an archive.

They lie in the folder ``.cvret`` beside the files. ``lock.json`` holds the SHA-256 of
each file that came; where none is published, it is what later fetches and checks
compare with (trust on first use). ``NAME.sha256`` lists what came out of the archive
NAME, as ``sha256sum`` writes it: ``sha256sum --check`` reads it, too.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cvret.errors import FormatError

__all__ = ["FOLDER", "Record", "Records", "sha256_of"]

FOLDER = ".cvret"
_FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Record:
    """A file that came.

    Attributes
    ----------
    sha256 : str
        Of the file as it came.
    bytes : int
        Its size.
    address : str
        Whence it came.
    verified : str
        "registry" where the SHA-256 is published, "first use" where it is what came
        first.
    """

    sha256: str
    bytes: int
    address: str
    verified: str


class Records:
    """The records of the data set in a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / FOLDER

    def read(self) -> dict[str, Record]:
        """Give the records by the names of files; none where nothing was fetched.

        Raises
        ------
        FormatError
            If the lock file is damaged, or of a later format.
        """
        path = self.folder / "lock.json"
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
            if table["format"] != _FORMAT:
                raise FormatError(
                    f"{path} has format {table['format']}, this cvret reads "
                    f"{_FORMAT}; upgrade cvret"
                )
            return {name: Record(**known) for name, known in table["files"].items()}
        except FileNotFoundError:
            return {}
        except FormatError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FormatError(
                f"{path} is damaged ({error}); delete it and fetch the set again"
            ) from error

    def write(self, records: dict[str, Record]) -> None:
        """Replace the records at once."""
        table = {
            "format": _FORMAT,
            "files": {name: asdict(known) for name, known in sorted(records.items())},
        }
        _replace(self.folder / "lock.json", json.dumps(table, indent=2) + "\n")

    def read_listing(self, name: str) -> dict[str, str] | None:
        """Give the SHA-256 of each file that came out of an archive, if it did."""
        try:
            text = self._listing(name).read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return None
        # Not splitlines: names may hold what that takes for the end of a line.
        rows = (line.partition("  ") for line in text.split("\n") if line)
        return {path: digest for digest, _, path in rows}

    def write_listing(self, name: str, digests: dict[str, str]) -> None:
        """Keep what came out of an archive: files below the folder of the set."""
        lines = [f"{digest}  {path}\n" for path, digest in sorted(digests.items())]
        _replace(self._listing(name), "".join(lines))

    def part(self, name: str) -> Path:
        """Give the part file of a download."""
        return self.folder / f"{name}.part"

    def _listing(self, name: str) -> Path:
        return self.folder / f"{name}.sha256"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
