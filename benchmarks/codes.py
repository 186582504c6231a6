"""What binary codes keep of the vectors that they stand for, and what they save.

    python benchmarks/codes.py

Every picture of a set asks for those of its class, itself left out: mAP with the whole
vectors and with codes of 32 to 512 bits, learned on the set without its classes. Recall
at k is the share of the k nearest by the whole vectors that are among the k nearest by
the codes. Bytes are those of the field's files, of the vectors alone, and of two whole
folders, one with vectors and one with codes of 64 bits.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from record import datasets, record

import cvret
from cvret.index.dense import DenseIndex
from cvret.index.hamming import HammingIndex
from cvret.metrics.ranking import average_precision

SETS = ("wang1k", "landuse")
PARTS = {"HSVHistogram": cvret.HSVHistogram(), "LBP": cvret.LocalBinaryPatterns()}
METHODS = ("itq", "lsh", "spectral")
BITS = (32, 64, 128, 256, 512)


class Once:
    """A descriptor that describes each picture once, for it stands in many fields."""

    def __init__(self, part: Any):
        self.metric, self._part = part.metric, part
        self._known: dict[int, Any] = {}

    def describe(self, image: Any) -> Any:
        key = hash(image.tobytes())
        if key not in self._known:
            self._known[key] = self._part.describe(image)
        return self._known[key]


def build(path: Path, folder: Path, fields: dict[str, Any]) -> cvret.Index:
    index = cvret.Index.create(path, fields=fields)
    if any(isinstance(part, cvret.BinaryCodes) for part in fields.values()):
        index.fit(folder)
    index.add(folder)
    return index


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def orders(searcher: Any, queries: Any) -> Any:
    """Rows of all others for each query, best first, equal ones by row."""
    found = []
    for row, query in enumerate(queries):
        order = np.argsort(-searcher.score(query), kind="stable")
        found.append(order[order != row])
    return np.array(found)


def mean_precision(ranked: Any, classes: Any) -> float:
    hits = classes[ranked] == classes[:, None]
    return float(np.mean([average_precision(row, int(row.sum())) for row in hits]))


def recall(ranked: Any, true: Any, k: int) -> float:
    shared = [len(np.intersect1d(a[:k], b[:k])) for a, b in
              zip(ranked, true, strict=True)]  # fmt: skip
    return round(float(np.mean(shared)) / k, 4)


def milliseconds(index: cvret.Index, name: str) -> float:
    """Median of a search for ten results, the query's code at hand."""
    times = []
    for id_ in index.ids[::10]:
        query = index.query_of(id_, by=name)
        started = time.perf_counter()
        index.search(query, 10, by=name, rerank=[])
        times.append(time.perf_counter() - started)
    return round(float(np.median(times)) * 1e3, 3)


def measure(name: str, kind: str, work: Path) -> None:
    folder = datasets() / name
    once = Once(PARTS[kind])
    codes = {f"{method}{n}": cvret.BinaryCodes(once, n, method)
             for method in METHODS for n in BITS}  # fmt: skip
    index = build(work / "all", folder, {"vectors": once, **codes})
    known = index.info()["fields"]

    def all_of(field: str) -> Any:
        stored = [index.query_of(id_, by=field).parts[field] for id_ in index.ids]
        return np.stack(stored)

    classes = np.array([id_.split("/")[0] for id_ in index.ids])
    vectors = all_of("vectors")
    true = orders(DenseIndex([{"vectors": vectors}], once.metric), vectors)
    folders = {}
    for field in ("vectors", "itq64"):
        part = {"vectors": once, "itq64": cvret.BinaryCodes(once, 64)}[field]
        folders[field] = size(build(work / field, folder, {field: part}).path)
    about: dict[str, Any] = {"set": name, "descriptor": kind, "images": len(index)}
    record("codes", **about, method="vectors", dimensions=vectors.shape[1],
           bytes_vectors=vectors.nbytes, bytes_field=known["vectors"]["bytes"],
           bytes_folder=folders["vectors"], bytes_folder_itq64=folders["itq64"],
           mAP=round(mean_precision(true, classes), 4),
           ms=milliseconds(index, "vectors"))  # fmt: skip
    for method in METHODS:
        for n_bits in BITS:
            field = f"{method}{n_bits}"
            bits = all_of(field)
            packed: dict[str, Any] = {"bits": np.packbits(bits > 0, axis=1),
                      "n_bits": np.array([n_bits], np.uint32)}  # fmt: skip
            ranked = orders(HammingIndex([packed]), bits)
            learned = sum(map(size, (index.path / "learned").glob(f"{field}-*")))
            record("codes", **about, method=method, bits=n_bits,
                   bytes_codes=packed["bits"].nbytes,
                   bytes_field=known[field]["bytes"], bytes_learned=learned,
                   mAP=round(mean_precision(ranked, classes), 4),
                   recall_at_10=recall(ranked, true, 10),
                   recall_at_100=recall(ranked, true, 100),
                   ms=milliseconds(index, field))  # fmt: skip


def main() -> None:
    for name in SETS:
        for kind in PARTS:
            with tempfile.TemporaryDirectory() as work:
                measure(name, kind, Path(work))


if __name__ == "__main__":
    main()
