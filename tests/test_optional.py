"""Optional packages, and compiled code with its stand-in."""

import subprocess
import sys

import pytest

from cvret._opencv import explain_import_failure
from cvret._optional import import_extra
from cvret.errors import MissingExtraError


def test_a_missing_package_is_told_with_the_line_that_installs_it():
    with pytest.raises(
        MissingExtraError,
        match=r"TorchEmbedding needs no_such; install it with pip install 'cvret",
    ):
        import_extra("no_such", extra="torch", needed_by="TorchEmbedding")


def test_a_package_that_is_broken_inside_shows_its_own_error(tmp_path, monkeypatch):
    (tmp_path / "broken_inside.py").write_text("import nothing_like_this")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nothing_like_this") as caught:
        import_extra("broken_inside", extra="x", needed_by="X")
    assert not isinstance(caught.value, MissingExtraError)


def test_opencv_without_its_system_libraries_names_two_ways_out():
    message = explain_import_failure("libGL.so.1: cannot open shared object file")
    assert "apt-get install libgl1 libglib2.0-0" in message
    assert "pip install opencv-contrib-python-headless" in message


def test_without_numba_the_same_results_come_by_numpy(photos, tmp_path):
    """The whole way, in a process where numba cannot be imported, against this one."""
    code = (
        "import sys\n"
        "if sys.argv[3] == 'without': sys.modules['numba'] = None\n"
        "import cvret\n"
        "index = cvret.Index.create(sys.argv[2])\n"
        "index.add(sys.argv[1], n_jobs=1)\n"
        "r = index.search(sys.argv[1] + '/photos/coffee.png')\n"
        "print([(h.id, round(h.score, 6), h.inliers) for h in r])\n"
    )
    outputs, manifests = [], []
    for way in ("with", "without"):
        path = tmp_path / way
        done = subprocess.run(
            [sys.executable, "-c", code, str(photos), str(path), way],
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.append(done.stdout)
        manifests.append((path / "manifest.json").read_bytes())
    assert "coffee-turned" in outputs[0]
    assert outputs[0] == outputs[1]
    assert manifests[0] == manifests[1]  # the checksums of all arrays stand in it


def test_the_first_compilation_is_announced_once(photos, tmp_path):
    code = (
        "import logging, sys, cvret\n"
        "logging.basicConfig()\n"
        "index = cvret.Index.create(sys.argv[2])\n"
        "index.add(sys.argv[1], n_jobs=1)\n"
    )
    said = []
    for run in ("first", "second"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(photos / "copies"), str(tmp_path / run)],
            capture_output=True,
            text=True,
            check=True,
            env={"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"},
        )
        said.append(done.stderr.count("compiling the search kernels"))
    assert said == [1, 0]
