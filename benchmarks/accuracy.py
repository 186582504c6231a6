"""The ladder: what each step of a search adds, on photographed covers.

    python benchmarks/accuracy.py

400 photographs of DVD covers are searched among their 100 clean covers and 2,440 other
pictures. Each row is one way to search: top-1 and mAP with 95 % bootstrap intervals,
the time of a search on one core with the query's features at hand, bytes an image.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from main_job import FOLDERS, interval
from record import datasets, record
from speed import use

import cvret
from cvret.collection.state import load_state
from cvret.images.hashing import hash_of, share_in_sketch

SHIPPED = "rootsift-16k"


def build(path: Path, recipe: str | None = None, **fields: Any) -> cvret.Index:
    index = cvret.Index.create(path, recipe, fields=fields or None)
    if any(part.learned() is None and not getattr(part, "vocabulary", None)
           for part in fields.values()):  # fmt: skip
        index.fit(datasets() / "galaxies")  # pictures of another kind
    index.add(datasets() / "dvd-covers" / "reference", "reference")
    for name in FOLDERS[1:]:
        index.add(datasets() / name, name)
    return index


def independent(index: cvret.Index, field: str, queries: Sequence[Path]) -> str:
    """Tell where a vocabulary came from; refuse one that saw these pictures.

    A vocabulary learned by cvret keeps hashes of what it was learned on; those that
    ship say from which packages their pictures came, and these sets are in none.
    """
    part = index._state.fields[field].part
    learned = part.learned()
    sketch = None if learned is None else learned.source.get("sketch")
    if sketch is None:
        return f"{part.vocabulary}, shipped"
    images = index._state.images
    hashes = [images.hash_at(images.row_of(id_)) for id_ in index.ids]
    hashes += [hash_of(path.read_bytes()) for path in queries]
    share, _ = share_in_sketch(sketch, hashes)
    if share:
        raise SystemExit(
            f"{field} was learned on {share:.0%} of these pictures; its figures would "
            "not be independent"
        )
    return "learned on galaxies, of which none is here"


class Ladder:
    """Asks every query in many ways."""

    def __init__(self, truth: cvret.GroundTruth):
        self.truth = truth
        self.paths = [truth.root / name for name in truth.relevant]

    def encode(self, index: cvret.Index, by: Any = None) -> list[cvret.Query]:
        return [index.encode(path, by=by) for path in self.paths]

    def row(
        self,
        step: str,
        index: cvret.Index,
        queries: Sequence[cvret.Query],
        field: str = "words",
        **how: Any,
    ) -> None:
        precision = np.zeros(len(queries))
        right, wrong, first_wrong = 0, 0, 0
        for number, (query, relevant) in enumerate(
            zip(queries, self.truth.relevant.values(), strict=True)
        ):
            ranking = index.search(query, len(index), **how)
            (cover,) = relevant
            precision[number] = 1 / (1 + ranking.ids.index(cover))
            sure = [hit.id for hit in ranking if hit.verified]
            right += cover in sure
            wrong += len(sure) - (cover in sure)
            first_wrong += bool(sure) and sure[0] != cover
        top = (precision == 1).astype(float)
        known = index.info()["fields"]
        used = how.get("by") or list(known)
        verified: Mapping[str, Any] = {}
        if right:
            verified = {
                "verified_recall": round(right / len(queries), 4),
                "verified_precision": round(right / (right + wrong), 4),
                "verified_wrong": wrong,
                "verified_first_wrong": first_wrong,
            }
        record(
            "accuracy",
            step=step,
            images=len(index),
            queries=len(queries),
            vocabulary=independent(index, field, self.paths),
            top1=round(float(top.mean()), 4),
            top1_interval=interval(top),
            mAP=round(float(precision.mean()), 4),
            mAP_interval=interval(precision),
            ms=self.milliseconds(index, queries, how),
            bytes_an_image=round(
                sum(known[name]["bytes"] for name in used) / len(index)
            ),
            **verified,
        )

    def milliseconds(
        self, index: cvret.Index, queries: Sequence[cvret.Query], how: Any
    ) -> float:
        """Median of a search for ten results on one core."""
        use(1)
        times = []
        for query in [*queries[:3], *queries[::8]]:
            started = time.perf_counter()
            index.search(query, 10, **how)
            times.append(time.perf_counter() - started)
        use(2)
        return round(float(np.median(times[3:])) * 1e3, 1)


def words_ladder(
    ladder: Ladder, index: cvret.Index, queries: Sequence[cvret.Query]
) -> None:
    """Steps of the words field of `objects`, each added to the one before."""
    part = index._state.fields["words"].part

    def search_with(**options: Any) -> None:
        words = cvret.BagOfWords(part.extractor, vocabulary=SHIPPED, **options)
        state = index._state
        index._publish(load_state(state.path, state.manifest, {"words": words}))

    def one_word(query: cvret.Query) -> cvret.Query:
        found = query.parts["words"]
        one = cvret.VisualWords(found.words[:, :1], found.signatures[:, :1],
                                found.keypoints, found.width, found.height)  # fmt: skip
        return cvret.Query({"words": one}, query.width, query.height)

    single = [one_word(query) for query in queries]
    search_with(threshold=64)
    ladder.row("words: tf-idf", index, single, rerank=[])
    search_with()
    ladder.row("+ Hamming embedding", index, single, rerank=[])
    ladder.row("+ 3 words a feature", index, queries, rerank=[])
    for depth in (100, 200):
        verify = cvret.SpatialVerification(depth)
        ladder.row(f"+ verification of {depth}", index, queries, rerank=[verify])
    for model in ("similarity", "homography"):
        verify = cvret.SpatialVerification(100, model=model)
        ladder.row(f"the same of 100, {model}", index, queries, rerank=[verify])
    verify = cvret.SpatialVerification(100)
    ladder.row("+ query expansion by features", index, queries,
               rerank=[verify, cvret.QueryExpansion(5)])  # fmt: skip
    ladder.row("+ query expansion, average", index, queries,
               rerank=[verify, cvret.QueryExpansion(5, method="average")])  # fmt: skip


def encoders(ladder: Ladder, work: Path) -> None:
    """Other ways to aggregate the same features, each alone."""
    sift = cvret.SIFT(1000)
    for step, part in {
        "ASMK, signs": cvret.ASMK(sift, vocabulary=SHIPPED),
        "ASMK, residuals": cvret.ASMK(sift, vocabulary=SHIPPED, binary=False, alpha=5),
    }.items():
        index = build(work / step.replace(" ", ""), found=part)
        ladder.row(step, index, ladder.encode(index), field="found")


def recipe(ladder: Ladder, name: str, work: Path) -> None:
    index = build(work / name, name)
    queries = ladder.encode(index)
    ladder.row(f"recipe {name}", index, queries)
    if name == "objects":
        words_ladder(ladder, index, queries)
        strangers(index)


def strangers(index: cvret.Index) -> None:
    """What other pictures, asking, get verified where nothing can be true."""
    others = [id_ for id_ in index.ids if not id_.startswith("reference/")][::4]
    on_a_cover, elsewhere = [], []
    for id_ in others:
        ranking = index.search(index.file_of(id_), 100, verified_only=True)
        found = {hit.split("/")[0] for hit in ranking.ids}
        if "reference" in found:
            on_a_cover.append(id_)
        if found - {"reference", id_.split("/")[0]}:
            elsewhere.append(id_)
    record("accuracy", step="other pictures as queries", queries=len(others),
           allowed_a_search=cvret.SpatialVerification().false_alarms,
           verified_on_a_cover=on_a_cover, verified_in_another_set=elsewhere,
           share_on_a_cover=round(len(on_a_cover) / len(others), 5),
           share_in_another_set=round(len(elsewhere) / len(others), 5))  # fmt: skip


PARTS = ("objects", "objects-fast", "objects-best", "encoders")


def table() -> None:
    """Print the last row of each step."""
    path = Path(__file__).parent / "results" / "accuracy.jsonl"
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["step"]] = row
    for row in rows.values():
        if "top1" in row:
            low, high = row["top1_interval"]
            print(f"{row['step']:<34} top-1 {row['top1']:.4f} ({low:.3f} to {high:.3f})"
                  f"  mAP {row['mAP']:.4f}  {row['ms']:6.1f} ms"
                  f"  {row['bytes_an_image']:>7,} bytes")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), metavar="PART")
    truth = cvret.truth.from_csv(datasets() / "dvd-covers" / "truth.csv")
    ladder = Ladder(truth)
    for part in parser.parse_args().parts:
        with tempfile.TemporaryDirectory() as work:
            if part == "encoders":
                encoders(ladder, Path(work))
            else:
                recipe(ladder, part, Path(work))
    table()


if __name__ == "__main__":
    main()
