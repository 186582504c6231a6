"""Small indexes that tests make, and what is in them."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import cvret


@pytest.fixture
def color_index() -> Callable[[Path], cvret.Index]:
    """Make an index whose pictures need no keypoints."""
    return lambda path: cvret.Index.create(path, fields={"color": cvret.HSVHistogram()})


@pytest.fixture
def plain_pictures() -> Callable[[Path, int], Path]:
    """Make a folder with pictures of one color each."""

    def make(folder: Path, n: int) -> Path:
        for number in range(n):
            path = folder / f"{number:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            color = (number * 7 % 256, number * 3 % 256, 90)
            Image.new("RGB", (16, 16), color).save(path)
        return folder

    return make


@pytest.fixture
def contents() -> Callable[[Path], dict[str, str]]:
    """Hash an index's files, but for those that name folders or hold locks."""

    def hashes(path: Path) -> dict[str, str]:
        return {
            str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(path.rglob("*"))
            if file.is_file() and file.name not in ("roots.json", "writer.lock")
        }

    return hashes
