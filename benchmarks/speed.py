"""The engine measured, at any size, against bare loops and other libraries.

    python benchmarks/speed.py --images 1000000
    python benchmarks/speed.py --images 20000 --dry   (prints, records nothing)

One core is the first of those allowed; two are two. All ratios are of one run.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numba
import numpy as np
import record
from simulated import FEATURES, RealWords, add, create, fill

import cvret
from cvret._optional import bit_count
from cvret.collection.state import load_state
from cvret.collection.writing import writing
from cvret.index.kernels import score_postings
from cvret.index.postings import build_postings, pack_words
from cvret.storage.manifest import read_manifest
from cvret.storage.writing import Pieces

CORES = sorted(os.sched_getaffinity(0))


@numba.njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def bare(
    starts: Any, ends: Any, signatures: Any, weights: Any, table: Any,
    images: Any, stored: Any, scores: Any,
) -> None:  # fmt: skip
    """Hamming embedding without anything else: no branch, no burst, no threshold."""
    for feature in range(len(starts)):
        signature, weight = signatures[feature], weights[feature]
        for posting in range(starts[feature], ends[feature]):
            bits = bit_count(stored[posting] ^ signature)
            scores[images[posting]] += weight * table[bits]


@numba.njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def sum_of(values: Any) -> Any:
    """Read memory once."""
    total = np.uint64(0)
    for value in values:
        total += value
    return total


def use(n_cores: int) -> None:
    os.sched_setaffinity(0, set(CORES[:n_cores]))


def best_of(n: int, action: Callable[[], object]) -> float:
    """The least of `n` times, in seconds."""
    times = []
    for _ in range(n):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def median_of(actions: list[Callable[[], object]]) -> float:
    for action in actions:  # what they touch is checked once
        action()
    return float(np.median([best_of(3, action) for action in actions]))


def bandwidth() -> float:
    """Bytes a second that one core reads from memory."""
    values = np.ones(1 << 27, np.uint64)  # a gigabyte, beyond any cache
    sum_of(values[:10])
    return values.nbytes / best_of(5, lambda: sum_of(values))


def scoring(index: cvret.Index, real: RealWords, assignments: int) -> dict[str, Any]:
    """Hamming embedding: the bare loop, the kernel, and a whole search, in turn."""
    state = index._state
    segments = [segment.arrays.part("words") for segment in state.segments]
    table = state.fields["words"].part.match_weights()
    searcher = state.searchers["words"]
    queries = [real.query(540, assignments) for _ in range(7)]
    rows = []
    for query in queries:
        prepared = searcher.prepare(query.parts["words"])
        ranges = [prepared.found.ranges(number) for number in range(len(segments))]
        mapped = [
            (s.checked("images", [], []), s.checked("signatures", [], []))
            for s in segments
        ]
        postings = sum(int((ends - starts).sum()) for starts, ends in ranges)

        def bare_loop(prepared: Any = prepared, ranges: Any = ranges,
                      mapped: Any = mapped) -> None:  # fmt: skip
            for (starts, ends), (images, stored) in zip(ranges, mapped, strict=True):
                for a in range(assignments):
                    bare(
                        starts[:, a], ends[:, a], prepared.signatures[:, a],
                        prepared.weights, table, images, stored,
                        np.zeros(65536, np.float32),
                    )  # fmt: skip

        def kernel(prepared: Any = prepared, ranges: Any = ranges,
                   mapped: Any = mapped) -> None:  # fmt: skip
            for (starts, ends), (images, stored) in zip(ranges, mapped, strict=True):
                score_postings(
                    starts, ends, prepared.signatures, prepared.weights, table, 24,
                    images, stored, np.zeros(65536, np.float32),
                )  # fmt: skip

        def search(query: Any = query) -> None:
            index.search(query, 100, rerank=[])

        use(1)
        search()  # every block that it touches is checked once
        times = [best_of(3, action) for action in (bare_loop, kernel, search)]
        use(2)
        rows.append([postings, *times, best_of(3, search)])
        use(1)
    n, loop, ours, whole, two = np.median(np.array(rows), axis=0)
    return {
        "postings": int(n),
        "bare_ms": round(loop * 1e3, 1),
        "kernel_ms": round(ours * 1e3, 1),
        "search_ms": round(whole * 1e3, 1),
        "search_two_cores_ms": round(two * 1e3, 1),
        "bare_million_postings_a_second": round(n / loop / 1e6),
        "kernel_million_postings_a_second": round(n / ours / 1e6),
        "search_over_bare": round(whole / loop, 2),
        "two_cores_over_one": round(whole / two, 2),
    }


def skipping(path: Path, real: RealWords) -> dict[str, Any]:
    """A search whose query skips its commonest words, by the share of weight lost."""
    queries = [real.query() for _ in range(7)]
    found = {}
    for share in (0.0, 0.01, 0.02, 0.05, 0.1):
        words = cvret.BagOfWords(
            cvret.SIFT(), vocabulary="rootsift-16k", skipped_energy=share
        )
        index = cvret.Index(load_state(path, read_manifest(path), {"words": words}))
        use(1)
        taken = median_of([partial(index.search, q, 100, rerank=[]) for q in queries])
        found[str(share)] = round(taken * 1e3, 1)
    return {"ms_by_share_of_weight_skipped": found}


def building(real: RealWords, n: int = 2048) -> dict[str, object]:
    """Counting sort and write, features at hand."""
    items = [pack_words(real.image()) for _ in range(n)]
    n_postings = n * FEATURES
    sort = best_of(5, lambda: [made(a) for a in build_postings(items).values()])
    with tempfile.TemporaryDirectory() as work:
        index = create(Path(work) / "i.cvret")
        # The ids, hashes and checksums of a segment, and waiting for the disk, too.
        whole = float("inf")
        for number in range(5):
            taken = real.items(number * n, n)
            with writing(index._state, index._publish) as writer:
                started = time.perf_counter()
                add(writer, taken)
                whole = min(whole, time.perf_counter() - started)
        size = index.info()["fields"]["words"]["bytes"] / 5
        files = index._state.manifest.segments[0].files
    each = {
        name.partition(".")[2]: round(stored["bytes"] / n_postings, 2)
        for name, stored in files.items()
        if name.startswith("words.")
    }
    return {
        "million_postings_a_second_sorted": round(n_postings / sort / 1e6, 1),
        "million_postings_a_second_committed": round(n_postings / whole / 1e6, 1),
        "bytes_a_posting": round(size / n_postings, 2),
        "words_and_signatures_bytes_a_posting": round(
            size / n_postings - each["geometry"] - each["norms"], 2
        ),
        "geometry_bytes_a_feature": each["geometry"],
    }


def made(array: Any) -> Any:
    return list(array.pieces) if isinstance(array, Pieces) else array


def opening(path: Path) -> dict[str, object]:
    """A fresh process opens the index, and asks once."""
    code = (
        "import sys, time, cvret, numpy as np\n"
        "from cvret.collection import state\n"
        "def rss():\n"
        "    lines = open('/proc/self/status').read().split('\\n')\n"
        "    return {l.split(':')[0]: int(l.split()[1]) // 1024 for l in lines"
        " if l.startswith(('RssAnon', 'RssFile'))}\n"
        "cvret.Index.create\n"
        "before = rss(); t = time.perf_counter()\n"
        "index = cvret.Index.open(sys.argv[1])\n"
        "t = time.perf_counter() - t; after = rss()\n"
        "print(t, sum(after.values()) - sum(before.values()), len(index))\n"
    )
    times, mebibytes = [], "0"
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        taken, mebibytes, _ = done.stdout.split()
        times.append(float(taken))
    return {"open_ms": round(min(times) * 1e3, 1), "mebibytes": int(mebibytes)}


def adding(index: cvret.Index, real: RealWords) -> dict[str, object]:
    """A thousand images into a large index, and into an empty one, in turn."""
    large, empty, merged = [], [], 0
    for number in range(4):
        items = real.items(10**8 + number * 1000, 1000)
        with writing(index._state, index._publish) as writer:
            started = time.perf_counter()
            writer.state.known([item.id for item in items], 0)
            writer.add(items, 0)
            large.append(time.perf_counter() - started)
            merged += writer.merged
        with tempfile.TemporaryDirectory() as work:
            small = create(Path(work) / "i.cvret")
            with writing(small._state, small._publish) as writer:
                started = time.perf_counter()
                writer.state.known([item.id for item in items], 0)
                writer.add(items, 0)
                empty.append(time.perf_counter() - started)
    return {
        "into_large_ms": round(min(large) * 1e3, 1),
        "into_empty_ms": round(min(empty) * 1e3, 1),
        "large_over_empty": round(min(large) / min(empty), 2),
        "images_merged": merged,
    }


def removing(index: cvret.Index) -> dict[str, object]:
    ids = list(islice(index._state.images, 1000))
    started = time.perf_counter()
    index.remove(ids)
    return {"remove_1000_ms": round((time.perf_counter() - started) * 1e3, 1)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="where the index is kept, or is")
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    if arguments.dry:
        record.RESULTS = Path(os.devnull) / "x"
    note = record.record if not arguments.dry else print_only
    numba.set_num_threads(1)
    real = RealWords()
    with tempfile.TemporaryDirectory() as work:
        path = arguments.keep or Path(work) / "speed.cvret"
        if not path.exists():
            index = create(path)
            started = time.perf_counter()
            for _ in fill(index, real, arguments.images):
                pass
            print(f"built in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        index = cvret.Index.open(path)
        n = len(index)
        read = bandwidth()
        one = scoring(index, real, 1)
        share = 10e6 * float(one["kernel_million_postings_a_second"]) / read
        note("speed", measured="Hamming embedding, 540 words", images=n, **one,
             gigabytes_a_second_of_one_core=round(read / 1e9, 1),
             share_of_bandwidth=round(share, 2))  # fmt: skip
        wide = create(Path(work) / "wide.cvret", assignments=3)
        parts = {"words": wide._state.fields["words"].part}
        wide._publish(load_state(path, read_manifest(path), parts))
        note("speed", measured="Hamming embedding, 540 features of 3 words", images=n,
             **scoring(wide, real, 3))  # fmt: skip
        note("speed", measured="common words skipped", images=n,
             **skipping(path, real))  # fmt: skip
        note("speed", measured="opening", images=n, **opening(path))
        note("speed", measured="building", images=2048, **building(real))
        note("speed", measured="1,000 images more", images=n, **adding(index, real))
        note("speed", measured="1,000 images less", images=n, **removing(index))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak resident memory {peak} MiB", file=sys.stderr)


def print_only(benchmark: str, **values: object) -> None:
    print(benchmark, values)


if __name__ == "__main__":
    main()
