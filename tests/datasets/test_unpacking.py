"""Archives: what comes out, and what must not."""

import hashlib
import io
import random
import tarfile
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.datasets.errors import ArchiveError
from cvret.datasets.unpacking import unpack

# SHA-256 of "abc", of FIPS 180-2.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def tar_of(path, *members, mode="w:gz"):
    with tarfile.open(path, mode) as tar:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, "/etc/passwd", len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def zip_of(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


def names_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_file_is_unpacked_with_a_checksum_a_file(tmp_path, mode):
    packed = tar_of(
        tmp_path / "a.tar",
        ("./cat", b"", tarfile.DIRTYPE),
        ("./cat/1.jpg", b"abc", tarfile.REGTYPE),
        mode=mode,
    )
    assert unpack(packed, tmp_path / "out") == {"cat/1.jpg": ABC}
    assert (tmp_path / "out" / "cat" / "1.jpg").read_bytes() == b"abc"


def test_a_zip_file_is_unpacked_without_what_macos_adds(tmp_path):
    packed = zip_of(
        tmp_path / "a.zip",
        ("cat/", b""),
        ("cat/1.jpg", b"abc"),
        ("__MACOSX/cat/._1.jpg", b"fork"),
        ("cat/._2.jpg", b"fork"),
    )
    assert unpack(packed, tmp_path / "out") == {"cat/1.jpg": ABC}


def test_archives_in_the_archive_are_unpacked_where_they_lie(tmp_path):
    inner = tar_of(tmp_path / "inner.tar.gz", ("cat/1.jpg", b"abc", tarfile.REGTYPE))
    packed = zip_of(tmp_path / "a.zip", ("set/inner.tar.gz", inner.read_bytes()))
    digests = unpack(packed, tmp_path / "out", inner=["set/inner.tar.gz"])
    assert digests == {"set/cat/1.jpg": ABC}
    assert names_in(tmp_path / "out") == ["set/cat/1.jpg"]
    with pytest.raises(ArchiveError, match=r"does not hold other\.tar"):
        unpack(packed, tmp_path / "again", inner=["other.tar"])


@pytest.mark.parametrize(
    "name",
    ["../out.jpg", "a/../../out.jpg", "/out.jpg", "C:/out.jpg", "..\\out.jpg", "a\n"],
)
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    for packed in (
        tar_of(tmp_path / "a.tar", (name, b"abc", tarfile.REGTYPE)),
        tar_of(tmp_path / "b.tar", (name, b"", tarfile.DIRTYPE)),
        zip_of(tmp_path / "a.zip", (name, b"abc")),
        zip_of(tmp_path / "b.zip", (f"{name}/", b"")),
    ):
        with pytest.raises(ArchiveError, match="could lead out of the folder"):
            unpack(packed, tmp_path / "folder" / "out")
    assert names_in(tmp_path) == ["a.tar", "a.zip", "b.tar", "b.zip"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.FIFOTYPE, "a device"),
        (tarfile.CHRTYPE, "a device"),
    ],
)
def test_links_and_devices_are_refused(tmp_path, kind, told):
    packed = tar_of(tmp_path / "a.tar", ("1.jpg", b"", kind))
    with pytest.raises(ArchiveError, match=rf"a\.tar holds {told}, '1\.jpg'"):
        unpack(packed, tmp_path / "out")


def test_a_link_in_a_zip_file_is_refused(tmp_path):
    link = zipfile.ZipInfo("1.jpg")
    link.external_attr = 0o120777 << 16
    packed = zip_of(tmp_path / "a.zip", (link, "/etc/passwd"))
    with pytest.raises(ArchiveError, match="holds a link or a device"):
        unpack(packed, tmp_path / "out")


def test_a_bomb_stops_before_the_disk_is_full(tmp_path):
    zeros = bytes(1 << 20)
    for packed in (
        zip_of(tmp_path / "a.zip", *((f"{n}.jpg", zeros) for n in range(4))),
        tar_of(
            tmp_path / "a.tar.gz",
            *((f"{n}.jpg", zeros, tarfile.REGTYPE) for n in range(4)),
        ),
    ):
        out = tmp_path / f"out of {packed.name}"
        with pytest.raises(ArchiveError, match=r"unpacks to more than it may, at 2"):
            unpack(packed, out, max_bytes=5 << 19)
        assert sum(path.stat().st_size for path in out.iterdir()) <= 5 << 19


def test_by_default_a_bomb_is_20_times_its_size_and_64_mib(tmp_path):
    packed = zip_of(tmp_path / "a.zip", ("1.jpg", bytes((64 << 20) + (4 << 20))))
    assert 20 * packed.stat().st_size < 4 << 20
    with pytest.raises(ArchiveError, match="unpacks to more than it may"):
        unpack(packed, tmp_path / "out")


def test_a_file_that_is_there_twice_is_refused(tmp_path):
    twice = [("1.jpg", b"abc", tarfile.REGTYPE), ("./1.jpg", b"x", tarfile.REGTYPE)]
    with pytest.raises(ArchiveError, match=r"holds 1\.jpg twice"):
        unpack(tar_of(tmp_path / "a.tar", *twice), tmp_path / "out")


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize("ending", [".tar.gz", ".zip"])
def test_a_truncated_archive_is_told(tmp_path, ending, cut):
    content = bytes(range(256)) * 400
    path = tmp_path / f"a{ending}"
    if ending == ".zip":
        zip_of(path, ("1.jpg", content))
    else:
        tar_of(path, ("1.jpg", content, tarfile.REGTYPE))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * cut)])
    with pytest.raises(ArchiveError, match="is damaged, or no archive at all"):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_damaged_only_that_is_told(tmp_path, seed):
    """What zipfile, tarfile, and bz2 raise of it is of many kinds."""
    rng = random.Random(seed)
    content = bytes(range(256)) * 8
    seeds = [zip_of(tmp_path / "a.zip", ("a/\u00e9.jpg", content))] + [
        tar_of(tmp_path / f"a.{mode}", ("1.jpg", content, tarfile.REGTYPE), mode=mode)
        for mode in ("w", "w:gz", "w:bz2")
    ]
    beside = {path.name for path in tmp_path.iterdir()}
    for number, packed in enumerate(seeds):
        damaged = bytearray(packed.read_bytes())
        for _ in range(4):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        packed.write_bytes(damaged)
        folder = tmp_path / f"out {number}"
        try:
            unpacked = unpack(packed, folder)
        except ArchiveError:
            unpacked = {}
        for name, digest in unpacked.items():
            found = (folder / name).read_bytes()
            assert hashlib.sha256(found).hexdigest() == digest
        outside = {path.name for path in tmp_path.iterdir()} - beside
        assert all(name.startswith("out ") for name in outside)


def test_a_name_that_is_not_in_the_encoding_that_it_tells_is_damage(tmp_path):
    packed = zip_of(tmp_path / "a.zip", ("\u00e9.jpg", b"abc"))
    packed.write_bytes(packed.read_bytes().replace("\u00e9".encode(), b"\xff\xff"))
    with pytest.raises(ArchiveError, match="is damaged, or no archive at all"):
        unpack(packed, tmp_path / "out")


def test_what_hinders_writing_is_not_called_damage(tmp_path):
    packed = zip_of(tmp_path / "a.zip", (f"{'a' * 300}.jpg", b"abc"))
    with pytest.raises(OSError, match="too long") as told:
        unpack(packed, tmp_path / "out")
    assert not isinstance(told.value, ArchiveError)


def test_a_page_in_place_of_an_archive_is_told(tmp_path):
    path = tmp_path / "a.zip.part"
    path.write_text("<html>Please log in</html>")
    with pytest.raises(ArchiveError, match=r"^a\.zip is damaged, or no archive"):
        unpack(path, tmp_path / "out")


@given(st.lists(st.text("./\\a:\n", min_size=1, max_size=8), min_size=1, max_size=4))
def test_whatever_the_names_are_nothing_gets_out(names):
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "deep" / "down"
        packed = tar_of(
            Path(work) / "a.tar", *((name, b"abc", tarfile.REGTYPE) for name in names)
        )
        with suppress(ArchiveError):
            assert set(unpack(packed, folder)) == set(names_in(folder))
        outside = [path for path in names_in(Path(work)) if path != "a.tar"]
        assert all(path.startswith("deep/down/") for path in outside)
