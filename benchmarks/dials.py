"""What the dials of the engine cost and give, on the DVD covers.

    python benchmarks/dials.py

400 photographs of covers among 2,540 pictures: verification of 200 candidates, common
words skipped, near features merged, words removed from memory and asked by id.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from main_job import FOLDERS, first_is_right
from record import datasets, record
from speed import best_of, use

import cvret
from cvret.collection.state import load_state


def build(path: Path, words: Any) -> cvret.Index:
    index = cvret.Index.create(path, fields={"words": words})
    folder = datasets()
    index.add(folder / "dvd-covers" / "reference", "reference")
    for name in FOLDERS[1:]:
        index.add(folder / name, name)
    return index


def words_with(**options: Any) -> cvret.BagOfWords:
    return cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k", **options)


def milliseconds(index: cvret.Index, queries: list[cvret.Query], **how: Any) -> float:
    use(1)
    times = [
        best_of(3, lambda q=query: index.search(q, 10, **how))  # type: ignore[misc]
        for query in queries[::10]
    ]
    use(2)
    return round(float(np.median(times)) * 1e3, 2)


def main() -> None:
    truth = cvret.truth.from_csv(datasets() / "dvd-covers" / "truth.csv")
    with tempfile.TemporaryDirectory() as work:
        plain = build(Path(work) / "plain", words_with())
        queries = [plain.encode(truth.root / name) for name in truth.relevant]
        verification(plain, queries)
        for share in (0.0, 0.005, 0.01, 0.02, 0.05, 0.1):
            part = words_with(skipped_energy=share)
            state = plain._state
            plain._publish(load_state(state.path, state.manifest, {"words": part}))
            prepared = [
                plain._state.searchers["words"].prepare(q.parts["words"])
                for q in queries
            ]
            kept = [len(p.weights) for p in prepared]
            all_of = [len(query.parts["words"]) for query in queries]
            report(plain, queries, truth, skipped_energy=share,
                   features_asked=round(sum(kept) / sum(all_of), 3))  # fmt: skip
        for within in (8, 16, 64):
            words = words_with(merge_within=within)
            index = build(Path(work) / f"merged-{within}", words)
            known = index.info()["fields"]["words"]
            report(index, queries, truth, merge_within=within,
                   features=known["features"], bytes=known["bytes"])  # fmt: skip


def verification(index: cvret.Index, queries: list[cvret.Query]) -> None:
    use(1)
    part = cvret.SpatialVerification(depth=200)
    times = []
    for query in queries[::8]:
        ranking = index.search(query, 200, rerank=[])
        times.append(best_of(3, lambda q=query, r=ranking: part.rerank(q, r, index)))  # type: ignore[misc]
    record("dials", measured="verification of 200 candidates, matching included",
           median_ms=round(float(np.median(times)) * 1e3, 1),
           p95_ms=round(float(np.percentile(times, 95)) * 1e3, 1))  # fmt: skip


def report(index: cvret.Index, queries: list[Any], truth: Any, **dial: Any) -> None:
    verified = first_is_right(index, queries, truth, [cvret.SpatialVerification()])
    alone = first_is_right(index, queries, truth, rerank=[])
    record("dials", **dial, top_1=round(float(verified.mean()), 4),
           top_1_without_geometry=round(float(alone.mean()), 4),
           ms_without_geometry=milliseconds(index, queries, rerank=[]))  # fmt: skip


if __name__ == "__main__":
    main()
