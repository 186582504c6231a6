"""Duplicates: covers with transformed copies grouped again; and all pairs of hashes.

    python benchmarks/duplicates.py

The 100 clean covers of dvd-covers, each with 12 transformed copies, are grouped by
words and geometry, and by each hash at several radii. Recall and precision are over
pairs of one group: 100 x 78 are right, and joining two whole groups makes 169 wrong.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from copying import COPIES, RGB
from numpy.typing import NDArray
from PIL import Image
from record import datasets, record

import cvret
from cvret.index.hamming import pairs_within

HASHES = {
    "average": cvret.AverageHash(),
    "block mean": cvret.BlockMeanHash(),
    "difference": cvret.DifferenceHash(),
    "Marr-Hildreth": cvret.MarrHildrethHash(),
    "perceptual": cvret.PerceptualHash(),
    "wavelet": cvret.WaveletHash(),
}
RADII = (0, 1, 2, 3, 4, 5, 6, 8, 10)  # of 64 bits
CODES = 100_000
RADIUS = 10


def noisy(image: RGB) -> RGB:
    """Noise of 20 grey levels, another one for each picture."""
    rng = np.random.default_rng(int(image.sum(dtype=np.int64)))
    return np.clip(image + rng.normal(0, 20, image.shape), 0, 255).astype(np.uint8)


def framed(image: RGB) -> RGB:
    """A dark border, a twelfth of the longest side."""
    edge = round(max(image.shape) / 12)
    color = (20, 20, 20)
    found: RGB = cv2.copyMakeBorder(
        image, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=color
    )
    return found


def unchanged(image: RGB) -> RGB:
    return image


TRANSFORMED: dict[str, Callable[[RGB], RGB]] = {
    name: COPIES[name]
    for name in (
        "crop, half left",
        "rotation 45",
        "rotation 90",
        "flip",
        "scale 0.5",
        "JPEG 15",
        "blur, sigma 2",
        "gamma 0.5",
        "text",
        "mix",
    )
} | {"noise": noisy, "border": framed}


def write_copies(folder: Path) -> None:
    """Write each cover and its copies as JPEG 92, a folder a cover."""
    for path in sorted((datasets() / "dvd-covers" / "reference").iterdir()):
        image = cvret.read_image(path)
        below = folder / path.stem
        below.mkdir(parents=True)
        for name, change in {"original": unchanged, **TRANSFORMED}.items():
            copy = np.ascontiguousarray(change(image))
            Image.fromarray(copy).save(below / f"{name}.jpg", quality=92)


def score(groups: cvret.DuplicateReport, n_right: int) -> dict[str, float | int]:
    """Give recall and precision over the pairs of groups."""
    right = wrong = 0
    for group in groups:
        for first, second in combinations(group.ids, 2):
            same = first.split("/")[0] == second.split("/")[0]
            right, wrong = right + same, wrong + (not same)
    return {
        "recall": round(right / n_right, 4),
        "precision": round(right / max(right + wrong, 1), 4),
        "wrong_pairs": wrong,
    }


def measure_words(folder: Path, n_right: int) -> None:
    started = time.perf_counter()
    found = cvret.find_duplicates(folder, "transformed")
    seconds = time.perf_counter() - started
    whole = [group for group in found if len(group) == len(TRANSFORMED) + 1]
    grouped = {id_ for group in found for id_ in group.ids}
    names = (f"{p.parent.name}/{p.name}" for p in sorted(folder.rglob("*.jpg")))
    record(
        "duplicates",
        measured="words and geometry",
        pictures=found.n_images,
        **score(found, n_right),
        groups=len(found),
        whole_groups=len(whole),
        alone=[name for name in names if name not in grouped],
        original_kept=sum("original" in group.kept for group in found),
        seconds=round(seconds, 1),
    )


def measure_hashes(folder: Path, work: Path, n_right: int) -> None:
    names = {name: name.replace(" ", "_").replace("-", "_") for name in HASHES}
    fields = {names[name]: part for name, part in HASHES.items()}
    index = cvret.Index.create(work / "hashes.cvret", fields=fields, max_side=256)
    index.add(folder)
    for name, part in HASHES.items():
        found = {}
        for radius in RADII:
            bits = radius * part.n_bits // 64
            report = index.duplicates("near", by=names[name], radius=bits)
            found[bits] = score(report, n_right)
        precise = {b: f for b, f in found.items() if f["precision"] >= 0.99}
        best = max(precise, key=lambda bits: precise[bits]["recall"])
        record(
            "duplicates",
            measured="hash",
            hash=name,
            bits=part.n_bits,
            pictures=len(index),
            best_radius_at_precision_099=best,
            **found[best],
            at_radius_10_of_64=found[10 * part.n_bits // 64],
            default=found[part.n_bits // 16],
        )


def by_numpy(codes: NDArray[np.uint64], radius: int) -> int:
    """Count near pairs, each code with those behind it."""
    return sum(
        int((np.bitwise_count(codes[row + 1 :] ^ code) <= radius).sum())
        for row, code in enumerate(codes)
    )


def measure_pairs() -> None:
    """Random codes, a tenth of them near copies of others."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2**63, CODES, np.uint64) * 2 + rng.integers(
        0, 2, CODES, np.uint64
    )
    for row in range(CODES * 9 // 10, CODES):
        flips = rng.choice(64, rng.integers(0, 11), replace=False)
        codes[row] = codes[row - CODES // 2]
        for bit in flips.tolist():
            codes[row] ^= np.uint64(1 << bit)
    columns = codes[:, None]
    count = partial(pairs_within, columns, RADIUS, 2)
    n_pairs = sum(len(pairs.firsts) for pairs in count())  # compiles
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        sum(len(pairs.firsts) for pairs in count())
        seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
    n_plain = by_numpy(codes, RADIUS)
    plain = time.perf_counter() - started
    if n_pairs != n_plain:
        raise SystemExit(f"{n_pairs} pairs, and {n_plain} by NumPy")
    record(
        "duplicates",
        measured="all pairs of hashes",
        codes=CODES,
        bits=64,
        radius=RADIUS,
        threads=2,
        pairs=n_pairs,
        seconds=round(min(seconds), 2),
        seconds_plain_numpy=round(plain, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=("hashes", "pairs", "words"), default=None
    )
    only = parser.parse_args().only or ("pairs", "hashes", "words")
    if "pairs" in only:
        measure_pairs()
    if not {"hashes", "words"} & set(only):
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "covers"
        write_copies(folder)
        size = len(TRANSFORMED) + 1
        n_right = len(list(folder.iterdir())) * size * (size - 1) // 2
        if "hashes" in only:
            measure_hashes(folder, Path(work), n_right)
        if "words" in only:
            measure_words(folder, n_right)


if __name__ == "__main__":
    main()
