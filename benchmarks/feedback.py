"""What marks, expansion and neighbors give where categories are looked for.

    python benchmarks/feedback.py

Each picture of a set asks for its class. Marks are simulated: the first ten results not
yet marked are marked by the truth, over one to three rounds of Rocchio's rule. What is
marked does not count any more, neither before nor after (the residual collection). The
fields are color and texture histograms with equal weights, which learn nothing.
"""

import csv
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from main_job import interval
from numpy.typing import NDArray
from record import datasets, record

import cvret
from cvret.metrics.ranking import average_precision

Floats = NDArray[np.float64]
ROUNDS = 3
MARKED = 10
SAMPLE = 200  # queries of the slower ways
FIELDS = {"color": cvret.HSVHistogram(), "texture": cvret.LocalBinaryPatterns()}


def build(name: str, path: Path, **how: Any) -> tuple[cvret.Index, cvret.GroundTruth]:
    """Index a set, one of each pair of duplicates left out; `how` is for `create`."""
    folder = datasets() / name
    index = cvret.Index.create(path, **how)
    index.add(folder)
    duplicates = folder / "duplicates.csv"
    if duplicates.exists():
        with duplicates.open(encoding="utf-8", newline="") as file:
            second = {list(row.values())[1] for row in csv.DictReader(file)}
        index.remove(sorted(second), missing_ok=True)
    truth = cvret.truth.from_folders(folder)
    there = set(index.ids)
    relevant = {q: r & there for q, r in truth.relevant.items() if q in there}
    return index, cvret.GroundTruth(folder, relevant)


def precision(
    ids: Iterable[str], relevant: frozenset[str], without: Iterable[str]
) -> float:
    """Average precision of what is left of a ranking; NaN where nothing is."""
    gone = set(without)
    hits = np.array([id_ in relevant for id_ in ids if id_ not in gone], bool)
    return average_precision(hits, int(hits.sum())) if hits.any() else float("nan")


def rounds(index: cvret.Index, query: str, relevant: frozenset[str]) -> Floats:
    """AP of the residual, of the first query and of the moved one, round by round."""
    asked, n = index.query_of(query), len(index)
    first = ranking = index.search(asked, n)
    good: list[str] = []
    bad: list[str] = []
    found = np.full((ROUNDS, 2), np.nan)
    for number in range(ROUNDS):
        seen = {query, *good, *bad}
        new = [id_ for id_ in ranking.ids if id_ not in seen][:MARKED]
        good += [id_ for id_ in new if id_ in relevant]
        bad += [id_ for id_ in new if id_ not in relevant]
        ranking = index.search(asked, n, rerank=[cvret.Rocchio(good, bad)])
        gone = [query, *good, *bad]
        found[number] = [precision(r.ids, relevant, gone) for r in (first, ranking)]
    return found


def feedback(name: str, index: cvret.Index, truth: cvret.GroundTruth) -> None:
    found = np.array(
        [rounds(index, query, right) for query, right in truth.relevant.items()]
    )
    for number in range(ROUNDS):
        pairs = found[:, number][~np.isnan(found[:, number]).any(axis=1)]
        gain = pairs[:, 1] - pairs[:, 0]
        record("feedback", measured=f"Rocchio, round {number + 1}", data=name,
               queries=len(pairs), marked=MARKED * (number + 1),
               mAP_of_the_first_query=round(float(pairs[:, 0].mean()), 4),
               mAP=round(float(pairs[:, 1].mean()), 4),
               gain=round(float(gain.mean()), 4),
               gain_interval=interval(gain))  # fmt: skip


def others(name: str, index: cvret.Index, truth: cvret.GroundTruth) -> None:
    """Re-rankers that need no marks, on the same queries as the plain ranking."""
    rng = np.random.default_rng(0)
    names = list(truth.relevant)
    names = [names[i] for i in rng.permutation(len(names))[:SAMPLE]]

    def all_of(rerank: Sequence[Any]) -> tuple[Floats, float]:
        values, started = [], time.perf_counter()
        for query in names:
            ranking = index.search(index.query_of(query), len(index), rerank=rerank)
            values.append(precision(ranking.ids, truth.relevant[query], [query]))
        return np.array(values), (time.perf_counter() - started) / len(names) * 1e3

    plain, _ = all_of([])
    depth = len(index)
    for step, part in {
        "query expansion, average of 10": cvret.QueryExpansion(10, method="average"),
        "query expansion, alpha, 10": cvret.QueryExpansion(10, method="alpha"),
        "query expansion, discriminative": cvret.QueryExpansion(
            5, method="discriminative"
        ),
        "database-side augmentation": cvret.DatabaseAugmentation(depth),
        "k-reciprocal, 200": cvret.KReciprocal(200),
        "diffusion": cvret.Diffusion(depth),
    }.items():
        values, each = all_of([part])
        record("feedback", measured=step, data=name, queries=len(names),
               mAP_before=round(float(plain.mean()), 4),
               mAP=round(float(values.mean()), 4),
               gain=round(float((values - plain).mean()), 4),
               gain_interval=interval(values - plain), ms=round(each, 1))  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        for name in ("wang1k", "animals10"):
            index, truth = build(name, Path(work) / name, fields=FIELDS)
            feedback(name, index, truth)
            others(name, index, truth)


if __name__ == "__main__":
    main()
