"""One writer at a time: a lock that dies with its process, and says who holds it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["locked"]

_LOCK = "writer.lock"
_OWNER = "writer.json"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of an index.

    Raises
    ------
    RuntimeError
        If another process, or another thread, writes to the index; it says which.
    """
    lock = FileLock(path / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise RuntimeError(
            f"{_owner(path)} is writing to {path}; try again when it is done"
        ) from error
    try:
        owner = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        # Only a message depends on this file; a full disk must not stop a removal.
        with suppress(OSError):
            (path / _OWNER).write_text(json.dumps(owner) + "\n", encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (path / _OWNER).unlink()
        lock.release()


def _owner(path: Path) -> str:
    try:
        known = json.loads((path / _OWNER).read_text(encoding="utf-8"))
        return f"process {known['process']} on {known['host']}, since {known['since']},"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
