"""What it costs to grow: memory, and very many small additions.

python benchmarks/growing.py
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from record import record
from simulated import RealWords, add, create
from speed import best_of, print_only

import cvret
from cvret.collection.writing import writing

BATCH = 2048  # images of a segment, as `Index.add` writes them


def own_memory() -> float:
    """MiB of this process that are no mapped files."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    lines = [line for line in text.splitlines() if line.startswith("RssAnon")]
    return int(lines[0].split()[1]) / 1024


def memory(real: RealWords, note: Callable[..., None], n_images: int) -> None:
    """Own memory after each batch of one long addition, merges included."""
    peaks: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as work:
        index = create(Path(work) / "i")
        started, spent, merged = own_memory(), 0.0, 0
        with writing(index._state, index._publish) as writer:
            for first in range(0, n_images, BATCH):
                items = real.items(first, BATCH)
                clock = time.perf_counter()
                with Watched(peaks, first + BATCH):
                    add(writer, items)
                spent += time.perf_counter() - clock
            merged = writer.merged
        n = len(index)
    found = list(peaks.values())
    quarter, half = max(1, len(found) // 4), max(2, len(found) // 2)
    parts = found[:quarter], found[quarter:half], found[half:]
    note("growing", measured="own memory of one long addition", images=n,
         mebibytes_before=round(started),
         peak_mebibytes_first_quarter_second_quarter_rest=[
             round(max(part)) for part in parts],
         times_each_image_was_written=round(1 + merged / n, 2),
         seconds_writing_and_merging=round(spent, 1))  # fmt: skip


class Watched:
    """Note the highest own memory while something runs."""

    def __init__(self, peaks: dict[int, float], at: int):
        self._peaks, self._at = peaks, at

    def __enter__(self) -> None:
        import threading

        self._stop = threading.Event()
        self._peak = own_memory()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self._peak = max(self._peak, own_memory())

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._peaks[self._at] = self._peak


def singles(real: RealWords, note: Callable[..., None], n_images: int) -> None:
    """Images added one by one, against the same ones in one go."""
    times = []
    queries = [real.query() for _ in range(9)]
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as work:
        index = create(Path(work) / "i")
        with writing(index._state, index._publish) as writer:
            for number in range(n_images):
                item = real.items(number, 1)
                clock = time.perf_counter()
                add(writer, item)
                times.append(time.perf_counter() - clock)
            merged = writer.merged
        segments = [s.n_images for s in index._state.manifest.segments]
        grown = searched(index, queries)
        index.compact()
        whole = searched(index, queries)
    chunks = np.array_split(np.array(times) * 1000, 10)
    note("growing", measured="single additions", images=n_images,
         ms_an_addition_of_each_tenth=[round(float(c.mean()), 1) for c in chunks],
         median_ms=round(float(np.median(times)) * 1e3, 1),
         slowest_ms=round(max(times) * 1e3, 1),
         times_each_image_was_written=round(1 + merged / n_images, 2),
         segments_left=len(segments),
         search_ms=round(grown * 1e3, 2),
         search_ms_compacted=round(whole * 1e3, 2))  # fmt: skip


def searched(index: cvret.Index, queries: list[Any]) -> float:
    def ask() -> None:
        for query in queries:
            index.search(query, 10, rerank=[])

    ask()
    return best_of(5, ask) / len(queries)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=160_000)
    parser.add_argument("--singles", type=int, default=9_999)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    note = print_only if arguments.dry else record
    real = RealWords()
    memory(real, note, arguments.images)
    singles(real, note, arguments.singles)


if __name__ == "__main__":
    main()
