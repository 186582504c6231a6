"""Small indexes that tests make, and what is in them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
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


class Speckles:
    """An extractor whose features are chance, but the same for the same pixels.

    They come from a small pool, so that pictures share words.
    """

    binary = False

    def extract(self, image: np.ndarray) -> cvret.LocalFeatures:
        rng = np.random.default_rng(image.reshape(-1)[:48].astype(np.uint8))
        n = int(rng.integers(0, 12))
        pool = np.random.default_rng(7).random((30, 128)).astype(np.float32) ** 4
        descriptors = pool[rng.integers(0, 30, n)]
        descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
        keypoints = np.column_stack(
            [rng.random((n, 2)) * 16, 1 + rng.random(n) * 5, rng.random(n) * 360]
        ).astype(np.float32)
        return cvret.LocalFeatures(keypoints, descriptors, 16, 16)


@pytest.fixture
def quick_parts() -> dict[str, Any]:
    """Fields with words and with vectors that take no time."""
    words = cvret.BagOfWords(Speckles(), vocabulary="rootsift-16k")
    return {"words": words, "color": cvret.HSVHistogram(bins=(6, 2, 2))}


@pytest.fixture
def aggregated_parts() -> dict[str, Any]:
    """Fields with aggregated words, of both kinds."""
    shipped = {"vocabulary": "rootsift-16k"}
    return {
        "signs": cvret.ASMK(Speckles(), **shipped, idf=True),
        "residuals": cvret.ASMK(Speckles(), **shipped, binary=False, assignments=1),
    }


@pytest.fixture
def noise() -> Callable[[Path, int], Path]:
    """Write a picture of noise, another one for each number."""

    def make(path: Path, number: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(path)
        return path

    return make
