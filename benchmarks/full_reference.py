"""Full-reference metrics of one picture against many, beside sewar called pair by pair.

    python benchmarks/full_reference.py [--dry]

The pictures are those of the data set wang1k, scaled: 2,000 of 64 x 64 (all, and their
mirror images) and 100 of 256 x 256. cvret measures all of them on all cores; sewar a
sample, one pair after another, in turns with it. Told are microseconds a pair, how many
times sooner cvret is, and the largest relative difference over the sample.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from record import datasets, record

from cvret.metrics.by_sewar import by_sewar, sewar_version
from cvret.metrics.definitions import METRICS
from cvret.metrics.many import Reference

NAMES = [name for name in METRICS if name != "cosine"]


def load(folder: Path, side: int, n: int) -> NDArray[np.uint8]:
    files = sorted(folder.rglob("*.jpg"))[: n + 1]
    pictures = [cv2.imread(str(file)) for file in files]
    found = [
        cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA)[:, :, ::-1]
        for p in pictures
        if p is not None
    ]
    while len(found) < n + 1:
        found += [picture[:, ::-1] for picture in found]
    return np.ascontiguousarray(found[: n + 1], np.uint8)


def compare(
    name: str, pictures: NDArray[np.uint8], n_sample: int, turns: int
) -> dict[str, Any]:
    target, others = pictures[0], pictures[1:]
    Reference(target, [name], data_range=255).measure(others[:8], 1)  # compiles
    own, its = [], []
    places = np.linspace(0, len(others) - 1, n_sample).astype(int)
    values = np.empty((len(others), 1))
    theirs: list[Any] = []
    for _ in range(turns):
        started = time.perf_counter()
        values = Reference(target, [name], data_range=255).measure(others)
        own.append((time.perf_counter() - started) / len(others))
        started = time.perf_counter()
        theirs = [by_sewar(name, target, others[i], 255.0) for i in places]
        its.append((time.perf_counter() - started) / n_sample)
    expected = np.array(theirs, float)
    finite = np.isfinite(expected)
    apart = np.abs(values[places, 0] - expected)[finite]
    scale = np.maximum(np.abs(expected[finite]), np.finfo(float).tiny)
    return {
        "us": round(min(own) * 1e6, 2),
        "sewar_us": round(min(its) * 1e6, 1),
        "ratio": round(min(its) / min(own), 1),
        "largest_relative_difference": float(f"{(apart / scale).max(initial=0):.1e}"),
        "sewar_pairs": n_sample,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="few pictures, not recorded")
    parser.add_argument("--print", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    folder = datasets() / "wang1k"
    for side, n, n_sample in ((64, 2000, 20), (256, 100, 4)):
        n, n_sample, turns = (20, 2, 1) if arguments.dry else (n, n_sample, 4)
        pictures = load(folder, side, n)
        for name in NAMES:
            line = {"metric": name, "side": side, "pictures": n}
            line |= compare(name, pictures, n_sample, turns)
            if arguments.dry or arguments.print:
                print(line)
            else:
                record(
                    "full_reference",
                    sewar=sewar_version(),
                    threads=os.cpu_count(),
                    **line,
                )


if __name__ == "__main__":
    main()
