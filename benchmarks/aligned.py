"""Structural similarity before and after alignment, of copies, photographs and others.

    python benchmarks/aligned.py [--pictures 100] [--dry]

Pictures of wang1k and covers of dvd-covers are indexed, half of each, with the default
recipe. Each is asked for by copies of it; covers by what four phones photographed; and
pictures that have nothing to do with each other are laid over one another whole, as if
they had been verified. Raw values are those of the whole pictures, the copy resized to
the original, both with 256 pixels a side at most.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from copying import crop, jpeg, mix, perspective, rotate, scale, text
from record import datasets, record

import cvret
from cvret.aligning import overlap_quality
from cvret.images.reading import Picture, shrink, stretch
from cvret.metrics.similarity import similarity
from cvret.records import Query, Verification
from cvret.rerank.alignment import align

COPIES: dict[str, Callable[[Any], Any]] = {
    **{f"rotation {d}": partial(rotate, degrees=d) for d in (10, 20, 45)},
    "crop, 0.6 left": partial(crop, kept=0.6),
    "scale 0.5": partial(scale, factor=0.5),
    "scale 2": partial(scale, factor=2.0),
    "perspective 0.1": partial(perspective, strength=0.1),
    "JPEG 15": partial(jpeg, quality=15),
    "text": text,
    "mix": mix,
}
"""Copies by name."""

MOVED = tuple(COPIES)[:6]
"""Those that are the same picture, once they are aligned."""

PHONES = ("canon", "droid", "e63", "palm")
RERANK: list[Any] = [cvret.SpatialVerification(), cvret.AlignedQuality("ssim")]


def raw(a: Any, b: Any) -> float:
    height, width = shrink(a, 256).shape[:2]
    return similarity("ssim", stretch(a, height, width), stretch(b, height, width))


def summary(values: Any) -> dict[str, Any]:
    if not len(values):
        return {"n": 0}
    found = np.asarray(values)
    parts = {"least": 0, "p05": 0.05, "median": 0.5, "p95": 0.95, "most": 1}
    edges = {name: round(float(np.quantile(found, q)), 3) for name, q in parts.items()}
    return {"n": len(found), **edges}


def asked(index: cvret.Index, image: Any, right: str) -> tuple[Any, list[float]]:
    """The hit that is right, if it is verified, and the quality of wrong ones."""
    good, wrong = None, []
    for hit in index.search(np.ascontiguousarray(image), 20, rerank=RERANK):
        if hit.verified and hit.id == right:
            good = hit
        elif hit.verified and hit.quality is not None:
            wrong.append(hit.quality)
    return good, wrong


def copies(index: cvret.Index, files: dict[str, Path], put: Any) -> list[float]:
    moved: list[tuple[float, float]] = []
    wrong: list[float] = []
    for name, change in COPIES.items():
        before, after, lost = [], [], 0
        for id_, file in files.items():
            image = cvret.read_image(file)
            copy = change(image)
            hit, others = asked(index, copy, id_)
            wrong += others
            if hit is None or hit.quality is None:
                lost += 1
                continue
            before.append(raw(image, copy))
            after.append(hit.quality)
        if name in MOVED:
            moved += zip(before, after, strict=True)
        put(measured="copies", change=name, not_verified=lost,
            raw=summary(before), aligned=summary(after),
            at_least_0_8=round(float(np.mean(np.array(after) >= 0.8)), 3))  # fmt: skip
    low = [after for before, after in moved if before <= 0.4]
    put(measured="turned, cropped, scaled; raw value at most 0.4", aligned=summary(low),
        at_least_0_8=round(float(np.mean(np.array(low) >= 0.8)), 3))  # fmt: skip
    return wrong


def photographs(index: cvret.Index, n: int, put: Any) -> list[float]:
    after: list[float] = []
    before: list[float] = []
    wrong: list[float] = []
    lost = 0
    for id_ in [each for each in index.ids if each.startswith("covers/")]:
        for phone in PHONES[:n]:
            name = id_.partition("/")[2]
            image = cvret.read_image(datasets() / "dvd-covers/query" / phone / name)
            hit, others = asked(index, image, id_)
            wrong += others
            if hit is None or hit.quality is None:
                lost += 1
                continue
            cover = cvret.read_image(index.file_of(id_))
            before.append(raw(image, cover))
            after.append(hit.quality)
    put(measured="photographs of covers", not_verified=lost, raw=summary(before),
        aligned=summary(after))  # fmt: skip
    return wrong


def unrelated(files: list[Path], n: int, put: Any) -> None:
    """Other pictures laid over each other whole, and the refinement let loose."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(n):
        first, second = (
            cvret.read_image(files[i]) for i in rng.choice(len(files), 2, replace=False)
        )
        (h, w), (height, width) = first.shape[:2], second.shape[:2]
        whole = np.diag([width / w, height / h, 1.0])
        forced = Verification(9, whole, None, np.empty((0, 4), np.float32), 0.1)
        pair = Picture(first, w, h), Picture(second, width, height)
        judged, _ = align(Query({}, w, h), forced, *pair, overlap_quality)
        if judged.quality is not None:
            found.append(judged.quality)
    put(measured="unrelated pictures, forced", aligned=summary(found),
        above_0_5=int((np.array(found) > 0.5).sum()))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--phones", type=int, default=4)
    parser.add_argument("--dry", action="store_true", help="print, do not record")
    arguments = parser.parse_args()
    half = arguments.pictures // 2
    photos = sorted((datasets() / "wang1k").rglob("*.jpg"))
    covers = sorted((datasets() / "dvd-covers" / "reference").glob("*.jpg"))
    photos = photos[:: len(photos) // half][:half]
    covers = covers[:: len(covers) // half][:half]

    def put(**values: Any) -> None:
        if arguments.dry:
            print(values, flush=True)
        else:
            record("aligned", metric="ssim", pictures=2 * half, **values)

    with tempfile.TemporaryDirectory() as work:
        index = cvret.Index.create(Path(work) / "index.cvret")
        for prefix, files in (("photos", photos), ("covers", covers)):
            for file in files:
                index.add(file, prefix, progress=False)
        known = {id_: index.file_of(id_) for id_ in index.ids}
        wrong = copies(index, known, put)
        wrong += photographs(index, arguments.phones, put)
        put(measured="other pictures that geometry verified", aligned=summary(wrong),
            above_0_5=int((np.array(wrong) > 0.5).sum()))  # fmt: skip
        unrelated(photos + covers, 3 * arguments.pictures, put)


if __name__ == "__main__":
    main()
