"""Mapped files: read as they are, for as long as somebody looks."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cvret.storage.mapping import map_file


def mapped(path):
    with path.open("rb") as file:
        return map_file(file, path.stat().st_size)


def test_a_mapping_outlives_its_file(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(bytes(range(200)))
    view = mapped(path)
    path.unlink()
    part = view[100:].view(np.int8)
    del view
    gc.collect()
    gc.collect()
    assert part[:3].tolist() == [100, 101, 102]
    with pytest.raises(ValueError, match="read-only"):
        part[0] = 1


def maps_of(path: Path) -> int:
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return sum(line.endswith(str(path)) for line in lines)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_a_mapping_goes_with_the_last_view_and_holds_no_file_open(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100_000)
    before = len(os.listdir("/proc/self/fd"))
    views = [mapped(path) for _ in range(5)]
    arrays = [np.asarray(memoryview(view)[10:]) for view in views]
    assert len(os.listdir("/proc/self/fd")) == before
    assert maps_of(path) >= 1
    del views
    gc.collect()
    assert arrays[4][-1] == ord("x")
    arrays.clear()
    gc.collect()
    assert maps_of(path) == 0


@pytest.mark.skipif(os.name != "posix", reason="a limit of Unix systems")
def test_more_files_are_open_than_the_system_lets_be_open(tmp_path):
    code = (
        "import resource, sys, cvret\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "work = Path(sys.argv[1])\n"
        "fields = {'color': cvret.HSVHistogram()}\n"
        "index = cvret.Index.create(work / 'i', fields=fields)\n"
        "for n in range(9):\n"
        "    Image.new('RGB', (8, 8), (n * 20, 9, 9)).save(work / f'{n}.png')\n"
        "    index.add(work / f'{n}.png', n_jobs=1)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
        "many = [cvret.Index.open(work / 'i') for _ in range(10)]\n"
        "print(sum(len(index.search(work / '3.png')) for index in many))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "90\n", done.stderr
