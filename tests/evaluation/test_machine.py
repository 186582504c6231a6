"""What is told of the machine, where it can be told."""

import os
import subprocess
import sys

import numpy as np

import cvret
from cvret.evaluation import machine as told


def test_versions_are_those_of_the_packages():
    found = told.versions()
    assert found["cvret"] == cvret.__version__
    assert found["numpy"] == np.__version__
    assert {"python", "opencv", "scikit-learn", "sewar"} <= found.keys()
    assert {"scipy", "scikit-image", "pillow"} <= found.keys()


def test_torch_is_told_only_where_it_is_imported():
    code = (
        "import sys, types; from cvret.evaluation.machine import versions; "
        "before = 'torch' in versions(); "
        "sys.modules['torch'] = types.SimpleNamespace(__version__='9.9'); "
        "print(before, versions()['torch'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "9.9"], done.stderr


def test_the_processor_is_named_by_the_system(tmp_path):
    (tmp_path / "cpuinfo").write_text(
        "processor\t: 0\nmodel name\t: Abacus 3000 @ 1 Hz\nmodel name\t: other\n"
    )
    assert told._processor(tmp_path / "cpuinfo") == "Abacus 3000 @ 1 Hz"
    assert told._processor(tmp_path / "none")  # what Python knows, or "not known"


def test_a_machine_has_cores_and_memory():
    found = told.machine()
    assert 1 <= found["cores"] <= os.cpu_count()
    assert found["memory_gib"] is None or found["memory_gib"] > 0
