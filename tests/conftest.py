"""Pictures that the tests share, which come with scikit-image."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage
from hypothesis import settings
from PIL import Image

import cvret

# The first call of a kernel compiles it, which no deadline should count.
settings.register_profile("cvret", deadline=None)
settings.load_profile("cvret")

PHOTOS = Path(skimage.__file__).parent / "data"


@pytest.fixture(scope="session")
def chelsea() -> np.ndarray:
    return cvret.read_image(PHOTOS / "chelsea.png")


@pytest.fixture(scope="session")
def coffee() -> np.ndarray:
    return cvret.read_image(PHOTOS / "coffee.png")


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six photographs and a cropped, turned copy of one, in two folders."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"):
        image = cvret.read_image(PHOTOS / name, max_side=320)
        save(folder / "photos" / name, image)
    turned = np.rot90(cvret.read_image(PHOTOS / "coffee.png", max_side=320)[20:, 40:])
    save(folder / "copies" / "coffee-turned.png", np.ascontiguousarray(turned))
    return folder


@pytest.fixture(scope="session")
def photo_index(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> cvret.Index:
    """An index of `photos` with the default recipe; not to be changed."""
    index = cvret.Index.create(tmp_path_factory.mktemp("index") / "photos.cvret")
    index.add(photos)
    return index


def save(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


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
