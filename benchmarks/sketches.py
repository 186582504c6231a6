"""What a drawing finds among photographs by its lines.

    python benchmarks/sketches.py

Every tenth photograph of a set is drawn by detectors of edges that no descriptor of
cvret uses, and the drawing is searched among all photographs of the set. Reported are
the share of the drawings whose own photograph comes first, and among the first ten, the
mean of 1 / its place, and the mAP of its class, its own photograph left out.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from record import datasets, record

import cvret
from cvret.index.dense import METRICS

SETS = ("wang1k", "animals10")
EVERY = 10
DESCRIPTORS: dict[str, Any] = {
    "Sketch": cvret.Sketch(),
    "HOG": cvret.HOG(),
    "PHOG": cvret.PHOG(),
    "PHOG of 8 orientations": cvret.PHOG(bins=8),
    "GIST": cvret.GIST(),
}


def shades(image: Any) -> Any:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.GaussianBlur(grey, (0, 0), 0.5).astype(np.float32) / 255


def xdog(image: Any) -> Any:
    """Winnemoeller, Kyprianidis and Olsen, "XDoG", Computers & Graphics 36(6), 2012."""
    grey = shades(image)
    fine, wide = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (1.2, 1.2 * 1.6))
    sharpened = grey + 20 * (fine - wide)
    return np.where(sharpened >= 0.35, 1, 1 + np.tanh(8 * (sharpened - 0.35)))


def differences(image: Any) -> Any:
    """Dark lines of a difference of Gaussians, without filled areas."""
    grey = shades(image)
    fine, wide = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (1.5, 1.5 * 1.6))
    return (fine - wide >= -0.015).astype(np.float32)


def zero_crossings(image: Any) -> Any:
    """Marr and Hildreth's edges where the slope is steep, one pixel wide, on black."""
    soft = cv2.GaussianBlur(shades(image), (0, 0), 2)
    sign = cv2.Laplacian(soft, cv2.CV_32F) > 0
    crossing = np.zeros(sign.shape, bool)
    crossing[1:] |= sign[1:] != sign[:-1]
    crossing[:, 1:] |= sign[:, 1:] != sign[:, :-1]
    slope = cv2.magnitude(
        cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    )
    return (crossing & (slope > np.quantile(slope, 0.85))).astype(np.float32)


def by_hand(image: Any) -> Any:
    """Lines of differences as an unsteady hand draws them.

    They bend by about 3 % of the picture's side, and the whole is shifted by about 5 %,
    turned by about 5 degrees and scaled by about 10 %.
    """
    lines = differences(image)
    height, width = lines.shape
    side = max(height, width)
    rng = np.random.default_rng(int(image.astype(np.int64).sum()))
    bends = rng.normal(0, 0.03 * side, (2, 4, 4)).astype(np.float32)
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), rng.normal(0, 5), float(np.exp(rng.normal(0, 0.1)))
    )
    turn[:, 2] += rng.normal(0, 0.05 * side, 2)
    points = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1)
    moved = cv2.transform(points.astype(np.float32), turn).astype(np.float32)
    for axis, bend in enumerate(bends):
        moved[..., axis] += cv2.resize(
            bend, (width, height), interpolation=cv2.INTER_CUBIC
        )
    return cv2.remap(lines, moved, None, cv2.INTER_LINEAR, borderValue=1)


DRAWINGS: dict[str, Callable[[Any], Any]] = {
    "XDoG": xdog,
    "lines of DoG": differences,
    "zero crossings of LoG": zero_crossings,
    "lines of DoG, by an unsteady hand": by_hand,
}


def drawn(image: Any, detector: Callable[[Any], Any]) -> Any:
    grey = np.clip(255 * detector(image), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def independent(folder: Path) -> list[Path]:
    """The photographs of a set, but for those listed as copies of another."""
    listed = folder / "duplicates.csv"
    copies = set()
    if listed.exists():
        lines = listed.read_text(encoding="utf-8").splitlines()[1:]
        copies = {line.split(",")[1] for line in lines}
    return [
        path
        for path in sorted(folder.glob("*/*"))
        if path.relative_to(folder).as_posix() not in copies
    ]


def places(
    descriptor: Any, sketches: list[Any], vectors: Any, own: Any, classes: Any
) -> dict[str, float]:
    similarity = METRICS[descriptor.metric]
    first, precision = [], []
    for sketch, row in zip(sketches, own, strict=True):
        scores = similarity(descriptor.describe(sketch).astype(float), vectors)
        order = np.argsort(-scores, kind="stable")
        first.append(int(np.flatnonzero(order == row)[0]) + 1)
        hits = classes[order[order != row]] == classes[row]
        found = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        precision.append(found[hits].mean())
    place = np.array(first)
    return {
        "top_1": round(float((place == 1).mean()), 3),
        "top_10": round(float((place <= 10).mean()), 3),
        "map_own": round(float((1 / place).mean()), 3),
        "map_class": round(float(np.mean(precision)), 3),
    }


def main() -> None:
    cv2.setNumThreads(1)
    for name in SETS:
        paths = independent(datasets() / name)
        images = [cvret.read_image(path) for path in paths]
        classes = np.array([path.parent.name for path in paths])
        own = np.arange(0, len(images), EVERY)
        for label, descriptor in DESCRIPTORS.items():
            vectors = descriptor.transform(images).astype(float)
            for drawing, detector in DRAWINGS.items():
                sketches = [drawn(images[row], detector) for row in own]
                found = places(descriptor, sketches, vectors, own, classes)
                record("sketches", set=name, images=len(images), queries=len(own),
                       drawing=drawing, descriptor=label, **found)  # fmt: skip


if __name__ == "__main__":
    main()
