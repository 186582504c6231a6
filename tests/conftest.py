"""Pictures that the tests share, which come with scikit-image."""

from pathlib import Path

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
