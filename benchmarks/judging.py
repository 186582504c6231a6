"""The judge measured: how long scoring and evaluating take beside the searches.

    python benchmarks/judging.py
    python benchmarks/judging.py --queries 500 --images 200 --dry

Rankings of 10,000 ids for 10,000 queries are scored on one core with all default
metrics, 100 images being relevant to each. And 1,000 queries are evaluated on a dense
field of 1,000 pictures of noise; what encoding and searching them takes is measured
beside it, and taken off.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from record import record

import cvret
from cvret.evaluation.scoring import DEFAULT_METRICS, places_of, score
from cvret.evaluation.statistics import bootstrap_intervals, paired_tests

RELEVANT = 100
CLASS = 10  # pictures of a class


def scoring(n_queries: int, n_images: int) -> dict[str, Any]:
    """Score rankings as they come: tuples of ids, each text an object of its own."""
    rng = np.random.default_rng(0)
    names = [
        f"class{number % 100:03}/image{number:06}.jpg" for number in range(n_images)
    ]
    n_relevant = min(RELEVANT, n_images)
    seconds, judged = 0.0, []
    for _ in range(n_queries):
        # As bytes and back, for an index decodes the ids of each ranking anew.
        order = rng.permutation(n_images)
        ranking = tuple(names[place].encode().decode() for place in order)
        drawn = rng.choice(n_images, n_relevant, replace=False)
        relevant = frozenset(names[place] for place in drawn)
        started = time.perf_counter()
        judged.append(places_of(ranking, relevant, without={names[0]} - relevant))
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    found = score(judged, DEFAULT_METRICS)
    scored = time.perf_counter() - started
    return {
        "queries": n_queries,
        "ranked": n_images,
        "metrics": len(found),
        "seconds": round(seconds + scored, 2),
        "of which finding places": round(seconds, 2),
    }


def evaluating(n_images: int) -> dict[str, Any]:
    """Evaluate every picture of an index, and take off the searches alone."""
    with tempfile.TemporaryDirectory() as work:
        for number in range(n_images):
            path = Path(work) / "set" / f"{number // CLASS:04}" / f"{number:06}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            rng = np.random.default_rng(number)
            cells = rng.integers(0, 256, (4, 4, 3), np.uint8)
            Image.fromarray(cells).resize((48, 48)).save(path)
        fields = {"color": cvret.HSVHistogram()}
        index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
        index.add(Path(work) / "set", progress=False)
        system = Timed(index.by())
        truth = cvret.truth.from_folders(Path(work) / "set")
        started = time.perf_counter()
        report = cvret.evaluate(system, truth, progress=False)
        whole = time.perf_counter() - started
    return {
        "queries": report.n_queries,
        "images": n_images,
        "seconds": round(whole, 2),
        "encode and search alone": round(system.seconds, 2),
        "beyond": round(whole - system.seconds, 2),
    }


class Timed:
    """A system that counts the seconds that it is busy with what it is asked."""

    def __init__(self, system: Any):
        self.system = system
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.system, name)

    @property
    def ids(self) -> tuple[str, ...]:
        found: tuple[str, ...] = self.system.ids
        return found

    def encode(self, query: Any, *, region: Any = None) -> Any:
        started = time.perf_counter()
        try:
            return self.system.encode(query, region=region)
        finally:
            self.seconds += time.perf_counter() - started

    def search(self, query: Any, k: int = 10) -> cvret.Ranking:
        started = time.perf_counter()
        try:
            found: cvret.Ranking = self.system.search(query, k)
            return found
        finally:
            self.seconds += time.perf_counter() - started


def resampling(n_queries: int) -> dict[str, Any]:
    """Give intervals and tests of 50 columns, 10,000 resamples."""
    table = np.random.default_rng(0).random((n_queries, 50))
    bootstrap_intervals(table[:5])
    started = time.perf_counter()
    bootstrap_intervals(table)
    intervals = time.perf_counter() - started
    started = time.perf_counter()
    paired_tests(table - 0.5)
    return {
        "queries": n_queries,
        "columns": table.shape[1],
        "intervals, seconds": round(intervals, 2),
        "paired tests, seconds": round(time.perf_counter() - started, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--queries", type=int, default=10_000, help="rankings to score")
    parser.add_argument("--ranked", type=int, default=10_000, help="ids in each")
    parser.add_argument("--images", type=int, default=1000, help="pictures to evaluate")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    options = parser.parse_args()
    cores = os.sched_getaffinity(0)

    def tell(**values: Any) -> None:
        if options.dry:
            print(json.dumps(values))
        else:
            record("judging", **values)

    os.sched_setaffinity(0, {min(cores)})
    tell(measured="scoring, one core", **scoring(options.queries, options.ranked))
    tell(measured="intervals and tests, one core", **resampling(options.images))
    os.sched_setaffinity(0, cores)
    tell(measured="evaluating a dense field", **evaluating(options.images))


if __name__ == "__main__":
    main()
