"""The public names: sorted, all there, and nothing heavy imported for them."""

import ast
import subprocess
import sys
from pathlib import Path

import cvret

STUB = Path(cvret.__file__).with_name("__init__.pyi")


def stub_names() -> list[str]:
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError("no __all__")


def test_all_is_sorted_as_ruff_sorts_it_and_equal_to_what_the_stub_imports():
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    names = stub_names()
    kinds = [n for n in names if n.isupper()], [n for n in names if not n.isupper()]
    classes = [n for n in kinds[1] if n[0].isupper()]
    others = [n for n in kinds[1] if not n[0].isupper()]
    assert names == sorted(kinds[0]) + sorted(classes) + sorted(others)
    assert set(names) == imported


def test_every_public_name_can_be_had_and_has_a_docstring():
    for name in stub_names():
        thing = getattr(cvret, name)
        assert name == "__version__" or thing.__doc__


def test_importing_cvret_imports_nothing_heavy():
    code = (
        "import sys, cvret; "
        "print([m for m in ('cv2', 'numba', 'sklearn', 'skimage', 'matplotlib', "
        "'torch', 'joblib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_describing_a_picture_imports_neither_numba_nor_scikit_learn():
    code = (
        "import sys, cvret, numpy as np; "
        "cvret.HSVHistogram().describe(np.zeros((8, 8, 3), np.uint8)); "
        "print([m for m in ('numba', 'sklearn', 'joblib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
