"""A server on this machine that can do what servers do wrong."""

import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cvret.datasets import Dataset, File


@dataclass
class Page:
    """What the server gives under one path, and how."""

    content: bytes
    etag: str | None = '"first"'
    ranges: bool = True  # whether it gives parts of the file
    cuts: list[int] = field(default_factory=list)  # bytes, after which it hangs up
    failures: list[int] = field(default_factory=list)  # what it answers first
    sized: bool = True  # whether it tells the size
    location: str | None = None  # where it sends on to
    held: threading.Event | None = None  # what it waits for before it hangs up


class Server:
    """Pages by their paths, and the requests that came for them."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, str | None]] = []  # path, Range

    def put(self, path: str, content: bytes = b"", **how: object) -> str:
        self.pages[path] = Page(content, **how)
        return f"{self.address}/{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            answer(self, told)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Server(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield told
    listening.shutdown()
    thread.join()
    listening.server_close()


def answer(handler: BaseHTTPRequestHandler, server: Server) -> None:
    path = handler.path.lstrip("/")
    asked = handler.headers.get("Range")
    server.requests.append((path, asked))
    page = server.pages.get(path)
    if page is None or page.failures:
        handler.send_error(404 if page is None else page.failures.pop(0))
        return
    if page.location is not None:
        handler.send_response(302)
        handler.send_header("Location", page.location)
        handler.end_headers()
        return
    first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
    same = handler.headers.get("If-Range") in (None, page.etag)
    if first >= len(page.content) and asked and page.ranges and same:
        handler.send_error(416)
        return
    partly = asked is not None and page.ranges and same
    body = page.content[first:] if partly else page.content
    handler.send_response(206 if partly else 200)
    if partly:
        last = len(page.content)
        handler.send_header("Content-Range", f"bytes {first}-{last - 1}/{last}")
    if page.sized:
        handler.send_header("Content-Length", str(len(body)))
    if page.etag:
        handler.send_header("ETag", page.etag)
    handler.end_headers()
    if not page.cuts:
        handler.wfile.write(body)
        return
    handler.wfile.write(body[: page.cuts.pop(0)])
    if page.held is not None:
        page.held.wait(30)


def tar_of(files: dict[str, bytes]) -> bytes:
    """Pack files, by their names, into a tar.gz."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def pack() -> Callable[[dict[str, bytes]], bytes]:
    return tar_of


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


PICTURES = {"jpg/1.jpg": b"one", "jpg/2.jpg": b"two"}


@pytest.fixture
def describe(server: Server) -> Callable[..., Dataset]:
    """Describe a set of an archive and a table that lie on the server."""

    def dataset(**published: str | None) -> Dataset:
        archive, table = tar_of(PICTURES), b"truth"
        sums = {"sha256": sha256(archive), "sha256_from": "the test", **published}
        return Dataset(
            name="small",
            title="Small",
            purpose="tests",
            protocol="holidays",
            truth="jpg",
            n_images=2,
            files=(
                File(
                    "jpg.tar.gz",
                    (server.put("jpg.tar.gz", archive),),
                    into="",
                    **sums,
                ),
                File(
                    "truth.csv",
                    (server.put("truth.csv", table),),
                    bytes=5,
                    sha256=sha256(table),
                    sha256_from="the test",
                ),
            ),
            licence="none",
            paper="none",
            homepage="http://127.0.0.1",
        )

    return dataset
