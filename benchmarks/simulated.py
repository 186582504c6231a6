"""Indexes of any size whose features have the statistics of real ones.

Words and signatures are drawn from those of 1,000 real photographs, each bit of a
signature flipped with a small chance; so the lengths of lists, and how many signatures
match by accident, are those of real collections.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import skimage
from numpy.typing import NDArray
from record import datasets

import cvret
from cvret.collection.adding import Item
from cvret.collection.writing import Writer, writing
from cvret.index.postings import pack_words
from cvret.records import Query, VisualWords

FEATURES = 539  # an image
SEGMENT = 65536


def photographs() -> Path:
    """The folder of 1,000 photographs, or, without data sets, some that are at hand."""
    if os.environ.get("CVRET_DATASETS"):
        return datasets() / "wang1k"
    return Path(skimage.__file__).parent / "data"


class RealWords:
    """Words and signatures of real photographs, to draw from."""

    def __init__(self, seed: int = 0):
        self._rng = np.random.default_rng(seed)
        with tempfile.TemporaryDirectory() as work:
            index = cvret.Index.create(Path(work) / "real.cvret")
            index.add(photographs())
            arrays = index._state.segments[0].arrays.part("words")
            starts = arrays["starts"].astype(np.int64)
            counts = starts[1:] - starts[:-1]
            self._words = np.repeat(arrays["words"], counts)
            self._signatures = arrays["signatures"].copy()

    def draw(self, n: int) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """Give words and signatures of `n` features."""
        chosen = self._rng.integers(0, len(self._words), n)
        # Each bit of a three-fold AND is set with a chance of one in eight.
        flips = self._rng.integers(0, 2**64, (3, n), np.uint64)
        noise = flips[0] & flips[1] & flips[2]
        return self._words[chosen], self._signatures[chosen] ^ noise

    def keypoints(self, n: int) -> NDArray[np.float32]:
        """Give places, sizes and angles."""
        places = self._rng.random((n, 4)) * [640, 480, 20, 360] + [0, 0, 2, 0]
        return places.astype(np.float32)

    def image(self, n: int = FEATURES) -> VisualWords:
        """Give an image as an index stores it."""
        words, signatures = self.draw(n)
        return VisualWords(words, signatures, self.keypoints(n), 640, 480)

    def query(self, n: int = 540, assignments: int = 1) -> Query:
        """Give a picture as it asks, its words without repetition for each place."""
        words, signatures = self.draw(n * assignments)
        shape = (n, assignments)
        part = VisualWords(
            words.reshape(shape),
            signatures.reshape(shape),
            self.keypoints(n),
            640,
            480,
        )
        return Query({"words": part}, 640, 480)

    def items(self, first: int, n: int) -> list[Item]:
        """Give images as an index takes them in."""
        return [
            Item(
                f"{number:09d}.jpg",
                bytes(16),
                (640, 480),
                {"words": pack_words(self.image())},
            )
            for number in range(first, first + n)
        ]


def create(path: Path, assignments: int = 1) -> cvret.Index:
    """Make an empty index of one field with words."""
    words = cvret.BagOfWords(
        cvret.SIFT(), vocabulary="rootsift-16k", assignments=assignments
    )
    return cvret.Index.create(path, fields={"words": words})


def fill(index: cvret.Index, real: RealWords, n_images: int) -> Iterator[None]:
    """Add images, a full segment at a time."""
    with writing(index._state, index._publish) as writer:
        for first in range(0, n_images, SEGMENT):
            add(writer, real.items(first, min(SEGMENT, n_images - first)))
            yield


def add(writer: Writer, items: list[Item]) -> None:
    """Commit a segment, as `Index.add` does once features are computed."""
    writer.add(items, 0)
