"""What can go wrong with a data set that is not the caller's mistake.

FetchError         a file did not come             (also OSError)
├── ChecksumError  what came is not what was meant
└── ArchiveError   what came cannot be unpacked, or must not be
"""

from collections.abc import Mapping

__all__ = ["ArchiveError", "ChecksumError", "FetchError"]


class FetchError(OSError):
    """A file could not be fetched; the message says which, whence and why.

    Attributes
    ----------
    done : tuple of str
        Files of the set that are there all the same.
    failed : mapping of str to str
        The others, and why; empty where the error is of one file alone.
    """

    def __init__(
        self, message: str, done: tuple[str, ...] = (), failed: Mapping[str, str] = {}
    ) -> None:
        super().__init__(message)
        self.done = done
        self.failed = dict(failed)


class ChecksumError(FetchError):
    """A file is another than the registry, or the first fetch, says."""


class ArchiveError(FetchError):
    """An archive is damaged, or holds what no set of pictures needs."""
