"""Imports run down only, and the rooms of one floor do not know each other."""

import ast
from pathlib import Path

import pytest

import cvret

ROOT = Path(cvret.__file__).parent

FLOORS = {
    "_version": 0,
    "errors": 0,
    "_checks": 1,
    "_opencv": 1,
    "_optional": 1,
    "_parameters": 1,
    "_progress": 1,
    "records": 1,
    "protocols": 2,
    "images": 2,
    "storage": 2,
    "features": 3,
    "encoding": 3,
    "index": 3,
    "rerank": 3,
    "metrics": 3,
    "catalog": 4,
    "recipes": 4,
    "aligning": 4,  # of two pictures: joins features, metrics and rerank
    "collection": 5,
    "plot": 5,
    "datasets": 5,  # public ones: fetched and checked, nothing of pictures
    "duplicates": 6,  # of folders, by way of an index: above collection
    "evaluation": 7,  # of what stands below it, shown on pages
    "cli": 8,
    "__main__": 9,
}


def room_of(module: str) -> str:
    return module.split(".")[1]


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.startswith("cvret.")}


MODULES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_from_lower_floors_and_its_own_room_only(path):
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for module in imports_of(path):
        other = room_of(module)
        assert other == room or FLOORS[other] < FLOORS[room], (
            f"{room} (floor {FLOORS[room]}) imports {module} (floor {FLOORS[other]})"
        )


def test_every_room_has_a_floor():
    rooms = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in MODULES}
    assert rooms <= set(FLOORS)


def test_there_is_no_drawer():
    drawers = {"utils.py", "helpers.py", "common.py", "core.py", "misc.py"}
    assert not drawers & {path.name for path in MODULES}
