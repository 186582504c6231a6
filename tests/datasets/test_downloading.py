"""Downloads: broken, resumed, moved, changed in between."""

import random
import shutil
import socket
import socketserver
import threading
from functools import partial
from types import SimpleNamespace

import pytest

from cvret.datasets.downloading import download, forget
from cvret.datasets.errors import FetchError

CONTENT = random.Random(0).randbytes(300_000)
fetch = partial(download, wait=0, timeout=5, progress=False)


@pytest.fixture
def part(tmp_path):
    return tmp_path / "file.part"


def ranges(server):
    return [asked for _, asked in server.requests]


@pytest.mark.parametrize("sized", [True, False])
def test_a_file_comes_whole_whether_its_size_is_told_or_not(server, part, sized):
    address = server.put("file", CONTENT, sized=sized)
    assert fetch([address], part) == address
    assert part.read_bytes() == CONTENT


def test_a_broken_download_goes_on_where_it_stopped(server, part):
    address = server.put("file", CONTENT, cuts=[100_000, 50_000])
    fetch([address], part)
    assert part.read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=100000-", "bytes=150000-"]


def test_the_next_call_goes_on_where_the_last_one_gave_up(server, part):
    address = server.put("file", CONTENT, cuts=[100_000])
    with pytest.raises(FetchError, match="cut off after 100,000 of 300,000 bytes"):
        fetch([address], part, n_retries=0)
    fetch([address], part)
    assert part.read_bytes() == CONTENT
    assert ranges(server) == [None, "bytes=100000-"]


def test_a_finished_part_asks_the_server_nothing(server, part):
    address = server.put("file", CONTENT)
    fetch([address], part)
    fetch([address], part)
    assert len(server.requests) == 1


def test_a_server_without_ranges_gives_the_file_again(server, part):
    address = server.put("file", CONTENT, cuts=[100_000], ranges=False)
    fetch([address], part)
    assert part.read_bytes() == CONTENT


def test_a_file_that_changed_in_between_comes_anew(server, part):
    address = server.put("file", CONTENT, cuts=[100_000])
    with pytest.raises(FetchError):
        fetch([address], part, n_retries=0)
    server.put("file", CONTENT[::-1], etag='"second"')
    fetch([address], part)
    assert part.read_bytes() == CONTENT[::-1]


def test_a_file_that_got_shorter_in_between_comes_anew(server, part):
    address = server.put("file", CONTENT, cuts=[100_000], etag=None)
    with pytest.raises(FetchError):
        fetch([address], part, n_retries=0, checked=True)
    server.put("file", b"short", etag=None)
    fetch([address], part, checked=True)
    assert part.read_bytes() == b"short"


@pytest.mark.parametrize(("checked", "second"), [(False, None), (True, "bytes=9-")])
def test_without_an_etag_a_part_is_completed_only_if_a_checksum_follows(
    server, part, checked, second
):
    address = server.put("file", CONTENT, cuts=[9], etag=None)
    fetch([address], part, checked=checked)
    assert part.read_bytes() == CONTENT
    assert ranges(server) == [None, second]


def test_a_weak_etag_does_not_hold_byte_for_byte(server, part):
    address = server.put("file", CONTENT, cuts=[9], etag='W/"weak"')
    fetch([address], part)
    assert ranges(server) == [None, None]


def test_a_part_without_its_notes_is_not_trusted(server, part):
    part.write_bytes(b"of something else")
    fetch([server.put("file", CONTENT)], part)
    assert part.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again_and_a_lost_file_is_not(server, part):
    fetch([server.put("busy", CONTENT, failures=[503, 429])], part)
    assert len(server.requests) == 3
    forget(part)
    with pytest.raises(FetchError, match="/lost answers 404 Not Found"):
        fetch([f"{server.address}/lost"], part)
    assert len(server.requests) == 4


def test_retries_end(server, part):
    address = server.put("file", CONTENT, failures=[500] * 4)
    with pytest.raises(FetchError, match="answers 500 .* gave up after 3 retries"):
        fetch([address], part, n_retries=3)


def test_the_second_address_is_taken_where_the_first_fails(server, part):
    good = server.put("good", CONTENT)
    assert fetch([f"{server.address}/lost", good], part) == good


def test_a_dead_host_is_told(part, server):
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(["http://127.0.0.1:1/file"], part, n_retries=0)


def test_without_a_network_no_time_is_spent_on_retries(part, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchError, match="no server no.where is known here; is there"):
        download(["http://no.where/file"], part, wait=1000, progress=False)


def test_what_has_come_is_spoken_of_only_where_some_has(server, part):
    with pytest.raises(FetchError) as nothing:
        fetch([server.put("none", CONTENT, failures=[500])], part, n_retries=0)
    assert str(nothing.value).endswith("answers 500 Internal Server Error")
    with pytest.raises(FetchError, match="what has come is kept for the next time"):
        fetch([server.put("some", CONTENT, cuts=[10])], part, n_retries=0)


def test_a_redirect_is_followed(server, part):
    server.put("file", CONTENT)
    fetch([server.put("old", location="/file")], part)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "elsewhere", ["file:///etc/hostname", "ftp://127.0.0.1/file", "data:,text"]
)
def test_a_redirect_to_another_scheme_is_refused(server, part, elsewhere):
    address = server.put("old", location=elsewhere)
    with pytest.raises(FetchError, match="is not by http or https|is not allowed"):
        fetch([address], part)
    assert not part.exists()


def test_an_address_of_another_scheme_is_refused(tmp_path, part):
    (tmp_path / "file").write_bytes(CONTENT)
    with pytest.raises(FetchError, match="is not by http, https, ftp"):
        fetch([(tmp_path / "file").as_uri()], part)


def test_redirects_in_a_circle_end(server, part):
    with pytest.raises(FetchError, match="answers 302"):
        fetch([server.put("round", location="/round")], part)


@pytest.mark.parametrize("sized", [True, False])
def test_another_size_than_the_registry_has_is_refused(server, part, sized):
    address = server.put("file", CONTENT, sized=sized)
    with pytest.raises(FetchError, match="the registry says 299,999"):
        fetch([address], part, size=299_999)


def test_a_file_that_does_not_fit_on_the_disk_is_not_begun(server, part, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=299_999))
    address = server.put("file", CONTENT)
    with pytest.raises(FetchError, match="300,000 bytes to come, and .* room for 299"):
        fetch([address], part)
    assert not part.exists()


def test_a_bar_is_shown_where_it_is_asked_for(server, part, capsys):
    fetch([server.put("file", bytes(3_000_000))], part, progress=True)
    assert "file, MB" in capsys.readouterr().err


@pytest.fixture
def ftp_server(monkeypatch):
    """Serve CONTENT by FTP, as far as urllib asks, cut off the first time."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    lengths = [100_000, len(CONTENT)]

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.tell("220 ready")
            with socket.create_server(("127.0.0.1", 0)) as listening:
                port = listening.getsockname()[1]
                for line in self.rfile:
                    verb = line.split()[0].decode()
                    if verb == "PASV":
                        self.tell(f"227 (127,0,0,1,{port // 256},{port % 256})")
                    elif verb == "RETR":
                        self.tell(f"150 file ({len(CONTENT)} bytes)")
                        with listening.accept()[0] as data:
                            data.sendall(CONTENT[: lengths.pop(0)])
                        self.tell("226 done")
                    else:
                        self.tell({"USER": "331 ok", "PASS": "230 ok"}.get(verb, "200"))

        def tell(self, text):
            self.wfile.write(text.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        yield f"ftp://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def test_an_ftp_server_gives_a_broken_file_again_from_its_first_byte(ftp_server, part):
    fetch([f"{ftp_server}/folder/file"], part)
    assert part.read_bytes() == CONTENT
