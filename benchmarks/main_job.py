"""The main job measured: accuracy, time of a search, bytes, and sameness.

    python benchmarks/main_job.py

Covers of DVDs photographed by four phones (400 queries) are searched among their 100
clean covers and 2,440 other pictures, with the default recipe and the vocabulary that
ships, which saw none of these pictures.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import datasets, record

import cvret
from cvret.collection.state import load_state

Floats = NDArray[np.float64]

FOLDERS = ("reference", "wang1k", "animals10", "landuse")


def build(folder: Path, path: Path, n_jobs: int = -1) -> cvret.Index:
    index = cvret.Index.create(path)
    index.add(folder / "dvd-covers" / "reference", "reference", n_jobs=n_jobs)
    for name in FOLDERS[1:]:
        index.add(folder / name, name, n_jobs=n_jobs)
    return index


def fingerprint(path: Path) -> str:
    """Hash an index's files, but for the one that names folders."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.name not in ("roots.json", "writer.lock"):
            digest.update(str(file.relative_to(path)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def interval(values: Floats) -> list[float]:
    """95 % bootstrap interval of a mean."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (10_000, len(values))).mean(axis=1)
    return [round(float(edge), 4) for edge in np.percentile(means, [2.5, 97.5])]


def first_is_right(
    index: cvret.Index,
    queries: list[cvret.Query],
    truth: cvret.GroundTruth,
    rerank: list[Any] | None = None,
) -> Floats:
    return np.array(
        [
            index.search(query, 1, rerank=rerank).ids[0] in relevant
            for query, relevant in zip(queries, truth.relevant.values(), strict=True)
        ],
        float,
    )


def ladder(path: Path, truth: cvret.GroundTruth) -> dict[str, object]:
    """Top-1 of each step; tf-idf is the same index with signatures not looked at."""
    index = cvret.Index.open(path)
    queries = [index.encode(truth.root / name) for name in truth.relevant]
    verified = first_is_right(index, queries, truth)
    plain = first_is_right(index, queries, truth, rerank=[])
    bag = index._state.fields["words"].part
    bag.set_params(threshold=64)
    state = index._state
    index._publish(load_state(path, state.manifest, {"words": bag}))
    tf_idf = first_is_right(index, queries, truth, rerank=[])
    steps = {"tf-idf": tf_idf, "Hamming embedding": plain, "verified": verified}
    return {
        name: {"top-1": round(float(right.mean()), 4), "95 %": interval(right)}
        for name, right in steps.items()
    }


def search_times(path: Path, truth: cvret.GroundTruth) -> dict[str, float]:
    """Milliseconds of a search on one core, features of the query at hand."""
    index = cvret.Index.open(path)
    queries = [index.encode(truth.root / name) for name in list(truth.relevant)[::4]]
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    rerank = [cvret.SpatialVerification(depth=100)]
    taken = []
    for query in queries[:3] + queries:
        started = time.perf_counter()
        index.search(query, 10, rerank=rerank)
        taken.append((time.perf_counter() - started) * 1000)
    os.sched_setaffinity(0, cores)
    found = np.array(taken[3:])
    return {
        "median_ms": round(float(np.median(found)), 1),
        "p95_ms": round(float(np.percentile(found, 95)), 1),
    }


def cold_start(path: Path, query: Path) -> dict[str, float]:
    """Seconds of whole commands, the best of five, and the very first search."""
    command = [str(Path(sys.executable).with_name("cvret"))]

    def seconds(*arguments: object, **environment: str) -> float:
        started = time.perf_counter()
        subprocess.run(
            [*command, *map(str, arguments)],
            check=True,
            capture_output=True,
            env={**os.environ, **environment},
        )
        return time.perf_counter() - started

    with tempfile.TemporaryDirectory() as cache:
        first = seconds("search", path, query, NUMBA_CACHE_DIR=cache)
    return {
        "help_s": round(min(seconds("--help") for _ in range(5)), 3),
        "search_s": round(min(seconds("search", path, query) for _ in range(5)), 2),
        "first_search_s": round(first, 2),
    }


def main() -> None:
    folder = datasets()
    truth = cvret.truth.from_csv(folder / "dvd-covers" / "truth.csv")
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "covers.cvret"
        index = build(folder, path)
        record("main_job", measured="accuracy", images=len(index), queries=len(truth),
               **ladder(path, truth))  # fmt: skip
        report = cvret.evaluate(cvret.Index.open(path), truth)
        record("main_job", measured="report", **report.summary())
        record("main_job", measured="search on one core, verification depth 100",
               **search_times(path, truth))  # fmt: skip
        words = index.info()["fields"]["words"]
        whole = sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
        record("main_job", measured="bytes a feature", features=words["features"],
               words_signature_geometry=words["bytes_per_feature"],
               whole_index=round(whole / words["features"], 2))  # fmt: skip
        query = folder / "dvd-covers" / next(iter(truth.relevant))
        small = cvret.Index.create(Path(work) / "small.cvret")
        small.add(folder / "dvd-covers" / "reference")
        record("main_job", measured="cold start, seconds",
               **cold_start(small.path, query))  # fmt: skip
        other = build(folder, Path(work) / "other.cvret", n_jobs=1)
        record("main_job", measured="the same bytes with 1 and 2 threads",
               same=fingerprint(path) == fingerprint(other.path))  # fmt: skip


if __name__ == "__main__":
    main()
