"""Every whole-image descriptor of the catalog on every set of pictures with classes.

    python benchmarks/descriptors.py [--only hsv,cedd] [--dry]

Each picture asks for its class among the others (leave one out), one field alone, no
re-ranking; one picture of each pair of duplicates is left out. A line has mean average
precision, precision of the first ten, ANMRR (0 is best), top-1, the elements of a
vector, the bytes that an index keeps of it, and the processor's time for one 256 x 256
picture (the median over pictures of wang1k, best of three).
"""

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from record import datasets, record

import cvret
from cvret._opencv import single_thread
from cvret.catalog import DESCRIPTORS, find
from cvret.index.dense import METRICS, DenseIndex
from cvret.index.hamming import HammingIndex, pack_codes
from cvret.metrics.ranking import average_precision, nmrr, precision_at

SETS = ("wang1k", "landuse", "animals10", "galaxies")
WRAPPING = ("masked", "prepared")
TIMED = 60  # pictures


def pictures(name: str) -> tuple[list[Path], NDArray[np.intp]]:
    """Files of a set without second copies, and the class of each."""
    folder = datasets() / name
    gone: set[str] = set()
    if (folder / "duplicates.csv").exists():
        with (folder / "duplicates.csv").open(encoding="utf-8", newline="") as file:
            gone = {list(row.values())[1] for row in csv.DictReader(file)}
    files = [f for f in cvret.list_images(folder).ids if f not in gone]
    classes = np.unique([Path(f).parent.name for f in files], return_inverse=True)[1]
    return [folder / file for file in files], classes


def parts(only: Sequence[str]) -> dict[str, Any]:
    """Descriptors with the settings that they come with."""
    names = [n for n in sorted(DESCRIPTORS) if n not in WRAPPING]
    found = {n: find(n)() for n in names if not only or n in only}
    # Metrics of pictures are compared in benchmarks of their own.
    return {n: part for n, part in found.items() if part.metric in METRICS}


def describe(path: Path, chosen: dict[str, Any]) -> dict[str, NDArray[np.float32]]:
    with single_thread():
        image = cvret.read_image(path, max_side=1024)
        return {name: part.describe(image) for name, part in chosen.items()}


def searcher_of(vectors: NDArray[np.float32], metric: str) -> tuple[Any, int]:
    """What compares, and the bytes of a vector as an index keeps it."""
    if metric == "hamming":
        packed = pack_codes(vectors)
        return HammingIndex([packed]), int(packed["bits"].shape[1])
    return DenseIndex([{"vectors": vectors}], metric), vectors.shape[1] * 4


def measure(searcher: Any, vectors: NDArray[np.float32], classes: Any) -> list[float]:
    """mAP, P@10, ANMRR and top-1 of all pictures, each asking for its class."""
    values = []
    most = int(np.bincount(classes).max()) - 1
    everyone = searcher.affinities(list(vectors), np.arange(len(vectors)))
    for row, scores in enumerate(everyone):
        order = np.argsort(-scores, kind="stable")
        hits = classes[order[order != row]] == classes[row]
        n = int(hits.sum())
        values.append([average_precision(hits, n), precision_at(hits, n, 10),
                       nmrr(hits, n, most), float(hits[0])])  # fmt: skip
    return [round(float(value), 4) for value in np.mean(values, axis=0)]


def milliseconds(chosen: dict[str, Any]) -> dict[str, float]:
    """Median over pictures of 256 x 256 of the best of three, in one thread."""
    files = pictures("wang1k")[0][:: 1000 // TIMED]
    images = [cvret.read_image(path) for path in files]
    found = {}
    with single_thread():
        for name, part in chosen.items():
            part.describe(images[0])
            times = np.full((3, len(images)), np.inf)
            for turn in range(3):
                for number, image in enumerate(images):
                    started = time.process_time()
                    part.describe(image)
                    times[turn, number] = time.process_time() - started
            found[name] = round(float(np.median(times.min(axis=0))) * 1e3, 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    chosen = parts([name for name in arguments.only.split(",") if name])
    times = milliseconds(chosen)
    for data in SETS:
        files, classes = pictures(data)
        found = joblib.Parallel(n_jobs=-1)(
            joblib.delayed(describe)(path, chosen) for path in files
        )
        for name, part in chosen.items():
            vectors = np.stack([each[name] for each in found])
            searcher, n_bytes = searcher_of(vectors, part.metric)
            scores = measure(searcher, vectors, classes)
            line = dict(zip(("mAP", "P_at_10", "ANMRR", "top_1"), scores, strict=True))
            line |= {"dimensions": vectors.shape[1], "bytes": n_bytes}
            if arguments.dry:
                print(data, name, part.metric, line, times[name], flush=True)
            else:
                record("descriptors", descriptor=name, data=data, images=len(files),
                       metric=part.metric, **line, ms=times[name])  # fmt: skip


if __name__ == "__main__":
    main()
