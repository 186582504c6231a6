"""Scoring against other libraries: the same postings or vectors, one core, one run.

    python benchmarks/rivals.py

Plain tf-idf against scipy.sparse and bm25s, 100,000 simulated images; dense vectors
against comparing all in NumPy, and against approximate libraries where installed.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from record import record
from scipy import sparse
from simulated import FEATURES, RealWords, add
from speed import best_of, print_only, use

import cvret
from cvret._optional import import_extra
from cvret.collection.writing import writing
from cvret.index.dense import DenseIndex
from cvret.index.quantizing import quantize

Found = Callable[[Any], Any]


def tf_idf(real: RealWords, n_images: int, note: Callable[..., None]) -> None:
    words = cvret.BagOfWords(
        cvret.SIFT(), vocabulary="rootsift-16k", assignments=1, threshold=64
    )
    with tempfile.TemporaryDirectory() as work:
        index = cvret.Index.create(Path(work) / "i", fields={"words": words})
        matrix = fill_both(index, real, n_images)
        searcher = index._state.searchers["words"]
        segments = range(len(index._state.segments))
        queries = [searcher.prepare(real.query().parts["words"]) for _ in range(9)]
        by_image = matrix.T.tocsr()  # (n_images, n_words), for the dense query
        rivals: dict[str, Found] = {
            "cvret": lambda q: [
                searcher._raw_scores(q, number).copy() for number in segments
            ],
            "scipy rows": lambda q: matrix[q.words[:, 0]].T @ q.weights,
            "scipy rows, weights first": lambda q: q.weights @ matrix[q.words[:, 0]],
            "scipy csr @ dense": lambda q: by_image @ dense(q, matrix.shape[0]),
        }
        bm25s = import_extra("bm25s", extra="dev", needed_by="this benchmark")
        for backend in ("numpy", "numba"):
            rival = bm25s.BM25(backend=backend)
            rival.index(corpus(by_image), show_progress=False)
            rivals[f"bm25s {backend}"] = partial(scores_of, rival)
        check_same(rivals, queries[0], n_images)
        note("rivals", measured="tf-idf, 540 words", images=n_images,
             **compared(rivals, queries))  # fmt: skip


def scores_of(rival: Any, query: Any) -> Any:
    return rival.get_scores(query.words[:, 0].tolist())


def fill_both(index: cvret.Index, real: RealWords, n_images: int) -> Any:
    """Fill an index, and give the same postings as a matrix (words, images)."""
    rows, columns = [], []
    with writing(index._state, index._publish) as writer:
        for first in range(0, n_images, 20_000):
            items = real.items(first, min(20_000, n_images - first))
            add(writer, items)
            columns += [
                np.full(FEATURES, first + n, np.int32) for n in range(len(items))
            ]
            rows += [item.values["words"].words for item in items]
        writer.compact()
    joined = np.concatenate(rows).astype(np.int32), np.concatenate(columns)
    ones = np.ones(len(joined[0]), np.float32)
    matrix = sparse.csr_array((ones, joined), shape=(16384, n_images))
    matrix.sum_duplicates()
    matrix.data[:] = 1  # a word counts once an image, as in the index
    return matrix


def corpus(by_image: Any) -> Any:
    """What bm25s indexes: ids of tokens."""
    ids = [part.tolist() for part in np.split(by_image.indices, by_image.indptr[1:-1])]
    vocabulary = {str(n): n for n in range(by_image.shape[1])}
    return ids, vocabulary


def dense(query: Any, n_words: int) -> Any:
    vector = np.zeros(n_words, np.float32)
    vector[query.words[:, 0]] = query.weights
    return vector


def check_same(rivals: dict[str, Found], query: Any, n_images: int) -> None:
    ours = np.concatenate([scores for scores in rivals["cvret"](query)])
    theirs = rivals["scipy rows"](query)
    sizes = np.sort(ours[ours > 0]), np.sort(theirs[theirs > 0])
    assert np.allclose(*sizes, rtol=1e-4), "the same scores are compared"


def compared(rivals: dict[str, Found], queries: list[Any]) -> dict[str, Any]:
    """Median milliseconds of each, in turn, and how much slower than cvret."""
    use(1)
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for query in queries:
        for name, find in rivals.items():
            find(query)
            times[name].append(best_of(5, partial(find, query)))
    medians = {name: float(np.median(each)) for name, each in times.items()}
    return {
        "ms": {name: round(t * 1e3, 2) for name, t in medians.items()},
        "times_ours": {
            name: round(t / medians["cvret"], 2) for name, t in medians.items()
        },
    }


def vectors(n: int, d: int, note: Callable[..., None]) -> None:
    """The ten nearest of histograms, all compared and by approximation."""
    rng = np.random.default_rng(0)
    centers = rng.dirichlet(np.full(d, 0.1), 2000)
    stored = np.empty((n, d), np.float32)
    for start in range(0, n, 50_000):
        m = min(50_000, n - start)
        noise = rng.dirichlet(np.full(d, 0.1), m)
        stored[start : start + m] = (
            0.7 * centers[rng.integers(0, 2000, m)] + 0.3 * noise
        )
    queries = [stored[k] * 0.9 + 0.1 * rng.dirichlet(np.full(d, 0.1)) for k in range(9)]
    queries = [query.astype(np.float32) for query in queries]
    segments = [
        {"vectors": part, **quantize(part, "hellinger")}
        for part in (stored[s : s + 65536] for s in range(0, n, 65536))
    ]
    index = DenseIndex(segments, "hellinger")
    roots = np.sqrt(stored)

    def ours(query: Any) -> Any:
        prepared, floor, found = index.prepare(query), 0.0, []
        for number in range(len(segments)):
            rows, scores = index.score_segment(prepared, number, 10, floor)
            found += list(zip(-scores, 65536 * number + rows, strict=True))
            found = sorted(found)[:10]
            floor = -found[-1][0] if len(found) == 10 else 0.0
        return {int(row) for _, row in found}

    def blas(query: Any) -> Any:
        products = roots @ np.sqrt(query)
        return set(np.argpartition(-products, 10)[:10].tolist())

    rivals: dict[str, Found] = {"cvret": ours, "float32 @ query": blas}
    built: dict[str, float] = {}
    for name, make in (("faiss", hnsw_faiss), ("hnswlib", hnsw), ("usearch", usearch)):
        started = time.perf_counter()
        try:
            rivals[name] = make(roots)
        except ImportError:
            continue
        built[name] = round(time.perf_counter() - started, 1)
    exact = [blas(query) for query in queries]
    recall = {
        name: round(
            float(
                np.mean(
                    [len(find(q) & e) / 10 for q, e in zip(queries, exact, strict=True)]
                )
            ),
            3,
        )
        for name, find in rivals.items()
    }
    note("rivals", measured="ten nearest histograms", images=n, elements=d,
         **compared(rivals, queries), recall=recall, built_s=built)  # fmt: skip


def hnsw_faiss(roots: Any) -> Found:
    import faiss

    index = faiss.IndexHNSWFlat(roots.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 64
    index.add(roots)
    return lambda q: set(index.search(np.sqrt(q)[None], 10)[1][0].tolist())


def hnsw(roots: Any) -> Found:
    import hnswlib

    index = hnswlib.Index("ip", roots.shape[1])
    index.init_index(len(roots), M=16, ef_construction=100)
    index.add_items(roots)
    index.set_ef(64)
    return lambda q: set(index.knn_query(np.sqrt(q)[None], 10)[0][0].tolist())


def usearch(roots: Any) -> Found:
    from usearch.index import Index

    index = Index(ndim=roots.shape[1], metric="ip", dtype="f32", expansion_search=64)
    index.add(np.arange(len(roots)), roots)
    return lambda q: set(index.search(np.sqrt(q), 10).keys.tolist())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    note = print_only if arguments.dry else record
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    tf_idf(RealWords(), arguments.images, note)
    vectors(arguments.images, 162, note)


if __name__ == "__main__":
    main()
