"""Downloads that go on where they were cut off.

By the standard library: pooch, which does this task elsewhere, writes each file anew
from its first byte, and these files are of gigabytes. A download is written to a part
file; beside it lies what is known of it: the address, what tells one version of the
file from another (its ETag, or when it was last modified), and the size.
"""

import json
import logging
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from socket import EAI_NONAME, gaierror
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from cvret._progress import progress_bar
from cvret._version import __version__
from cvret.datasets.errors import FetchError

__all__ = ["download", "forget"]

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

_CHUNK = 1 << 16
_LONGEST_WAIT = 30.0
_TRY_AGAIN = {408, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class _Known:
    """What is known of a part file."""

    address: str
    validator: str | None
    total: int | None


class _CutOffError(Exception):
    """The connection broke, or the server is busy: another try may do."""


def download(
    addresses: Sequence[str],
    part: Path,
    *,
    size: int | None = None,
    checked: bool = False,
    timeout: float = 60.0,
    n_retries: int = 5,
    wait: float = 1.0,
    progress: bool | None = None,
) -> str:
    """Download a file to `part`, going on with what is there.

    Parameters
    ----------
    addresses : sequence of str
        Where the file lies, by http, https or ftp; tried in turn.
    part : path
        Where it goes. What a broken download left there is kept and completed.
    size : int, optional
        The size that the file must have.
    checked : bool
        Whether the whole will be compared with a checksum. Only then is a part
        completed that the server gave no ETag for, or another server.
    timeout : float
        Seconds without a byte after which a connection counts as broken.
    n_retries : int
        How often a connection may break in a row without a new byte.
    wait : float
        Seconds before the first such retry; each next one waits twice as long, and
        none more than 30.
    progress : bool, optional
        Whether to show a bar; by default where standard error is a terminal.

    Returns
    -------
    str
        The address that it came from.

    Raises
    ------
    FetchError
        If it comes from none of the addresses; it says why, for each.
    """
    failures = []
    for address in addresses:
        # While there is another server, one that does not answer is not waited for.
        most = n_retries if address == addresses[-1] else min(n_retries, 1)
        try:
            _check_scheme(address, ("http", "https", "ftp"))
            n_tries = 0
            while True:
                before = _size_of(part)
                try:
                    _transfer(address, part, size, checked, timeout, progress)
                    return address
                except _CutOffError as error:
                    n_tries = 1 if _size_of(part) > before else n_tries + 1
                    if n_tries > most:
                        raise FetchError(
                            f"{address}: {error}{_ended(most, part)}"
                        ) from error
                    logger.warning("%s: %s; trying again", address, error)
                    time.sleep(min(wait * 2 ** (n_tries - 1), _LONGEST_WAIT))
        except FetchError as error:
            failures.append(str(error))
    raise FetchError("; ".join(failures))


def _ended(n_retries: int, part: Path) -> str:
    tried = f"; gave up after {n_retries} retries" if n_retries > 1 else ""
    kept = "; what has come is kept for the next time" if _size_of(part) else ""
    return tried + kept


def forget(part: Path) -> None:
    """Delete a part file, and what is known of it."""
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


def _transfer(
    address: str,
    part: Path,
    size: int | None,
    checked: bool,
    timeout: float,
    progress: bool | None,
) -> None:
    known = _read_known(part)
    offset = _offset(part, known, address, checked)
    if offset and known is not None and known.total == offset:
        return  # all came; what follows was cut off
    asked = _request(address, offset, known)
    with _open(asked, part, offset, timeout) as answer:
        start = _start(answer, part, offset, known)
        length = _whole_number(answer.headers.get("Content-Length"))
        total = None if length is None else start + length
        _check_offer(address, part, total, start, size)
        now = _Known(address, _validator(answer.headers), total)
        if start == 0:
            part.write_bytes(b"")
        _beside(part).write_text(json.dumps(asdict(now)), encoding="utf-8")
        come = _copy(answer, part, start, total, size, progress)
    if total is not None and come < total:
        raise _CutOffError(f"cut off after {come:,} of {total:,} bytes")
    if size is not None and come != size:
        raise FetchError(
            f"{address} gave {come:,} bytes, the registry says {size:,}; the file "
            "there is another one now"
        )


def _request(address: str, offset: int, known: _Known | None) -> request.Request:
    headers = {"User-Agent": f"cvret/{__version__}", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if known is not None and known.validator and known.address == address:
            headers["If-Range"] = known.validator
    return request.Request(address, headers=headers)


def _open(asked: request.Request, part: Path, offset: int, timeout: float) -> Any:
    try:
        return _opener().open(asked, timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code == 416 and offset:
            forget(part)  # the file there is shorter than what we have of it
            raise _CutOffError("it is another file than before") from error
        if error.code in _TRY_AGAIN:
            raise _CutOffError(f"answers {error.code} {error.reason}") from error
        raise FetchError(
            f"{asked.full_url} answers {error.code} {error.reason}"
        ) from error
    except FetchError:
        raise
    except URLError as error:
        if isinstance(error.reason, gaierror) and error.reason.errno == EAI_NONAME:
            host = urlsplit(asked.full_url).hostname
            raise FetchError(
                f"{asked.full_url}: no server {host} is known here; is there a network?"
            ) from error
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise _CutOffError(f"cannot be reached ({reason})") from error
    except (OSError, HTTPException) as error:
        raise _CutOffError(_words(error)) from error


def _start(answer: Any, part: Path, offset: int, known: _Known | None) -> int:
    """Give the place of the first byte that the answer holds."""
    if getattr(answer, "status", None) != 206:
        return 0
    span = answer.headers.get("Content-Range", "")
    first = _whole_number(span.removeprefix("bytes ").partition("-")[0])
    validator = _validator(answer.headers)
    changed = known and known.validator and validator and validator != known.validator
    if first == offset and not changed:
        return offset
    forget(part)
    raise _CutOffError("it is another file than before")


def _copy(
    answer: IO[bytes],
    part: Path,
    start: int,
    total: int | None,
    size: int | None,
    progress: bool | None,
) -> int:
    """Append what comes to the part file, and give its size then."""
    come, shown = start, 0
    most = size if size is not None else total
    text = f"{part.name.removesuffix('.part')}, MB"
    with (
        part.open("ab") as file,
        progress_bar(text, (most or 0) // 10**6, progress) as advance,
    ):
        while chunk := _read(answer):
            file.write(chunk)
            come += len(chunk)
            if come // 10**6 > shown:
                advance(come // 10**6 - shown)
                shown = come // 10**6
            if most is not None and come > most:
                break
        file.flush()
        os.fsync(file.fileno())
    return come


def _read(answer: IO[bytes]) -> bytes:
    try:
        return answer.read(_CHUNK)
    except (OSError, HTTPException) as error:
        raise _CutOffError(_words(error)) from error


def _check_offer(
    address: str, part: Path, total: int | None, start: int, size: int | None
) -> None:
    if total is None:
        return
    if size is not None and total != size:
        raise FetchError(
            f"{address} offers {total:,} bytes, the registry says {size:,}; the file "
            "there is another one now"
        )
    free = shutil.disk_usage(part.parent).free
    if total - start > free:
        raise FetchError(
            f"{address} has {total - start:,} bytes to come, and {part.parent} has "
            f"room for {free:,}"
        )


def _offset(part: Path, known: _Known | None, address: str, checked: bool) -> int:
    if known is None or urlsplit(address).scheme == "ftp":
        return 0
    same = known.address == address and known.validator is not None
    finished = known.address == address and known.total == _size_of(part)
    return _size_of(part) if same or finished or checked else 0


def _validator(headers: Message) -> str | None:
    tag = headers.get("ETag")
    if tag and not tag.startswith("W/"):  # a weak one does not hold byte for byte
        return str(tag)
    return headers.get("Last-Modified")


def _read_known(part: Path) -> _Known | None:
    try:
        return _Known(**json.loads(_beside(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _beside(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size_of(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _check_scheme(address: str, allowed: tuple[str, ...]) -> None:
    if urlsplit(address).scheme not in allowed:
        raise FetchError(
            f"{address} is not by {', '.join(allowed)}; nothing is fetched"
        )


class _Redirects(request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> request.Request | None:
        # From https to http what is fetched could be changed on its way.
        secure = urlsplit(req.full_url).scheme == "https"
        allowed = ("https",) if secure else ("http", "https")
        if urlsplit(newurl).scheme not in allowed:
            raise FetchError(
                f"{req.full_url} sends on to {newurl}, which is not by "
                f"{' or '.join(allowed)}; nothing is fetched"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> request.OpenerDirector:
    """Give an opener that knows http, https and ftp, and no files of this machine."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.FTPHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener
