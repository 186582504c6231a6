"""Graphs: what they propose is nearly what comparing all finds."""

import numpy as np
import pytest

from cvret.index.approximate import Graph, build_graph
from cvret.index.dense import DenseIndex
from cvret.index.quantizing import QUANTIZED, quantize

pytest.importorskip("faiss")


def histograms(n, d=40, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.dirichlet(np.full(d, 0.2), 60)
    noise = rng.dirichlet(np.full(d, 0.2), n)
    mixed = 0.6 * centers[rng.integers(0, 60, n)] + 0.4 * noise
    return mixed.astype(np.float32)


@pytest.mark.parametrize("metric", QUANTIZED)
def test_nearly_all_of_the_best_are_found(metric, monkeypatch):
    monkeypatch.setattr("cvret.index.dense._FEW", 0)
    vectors = histograms(3000)
    segment = {"vectors": vectors, **quantize(vectors, metric)}
    graph = Graph({"g": build_graph(vectors, metric)}, "g", metric)
    there = np.random.default_rng(1).random(3000) < 0.9
    exact = DenseIndex([segment], metric, [there])
    near = DenseIndex([segment], metric, [there], [graph])
    found = 0
    for query in histograms(20, seed=9):
        rows, scores = near.score_segment(near.prepare(query), 0, 10)
        assert there[rows].all()
        best = np.argsort(-exact.score(query))[:10]
        found += len(set(rows[np.argsort(-scores)[:10]]) & set(best))
        assert scores == pytest.approx(exact.score(query)[rows])
        whole, _ = near.score_segment(near.prepare(query), 0, 0)
        assert len(whole) == there.sum()
    assert found >= 0.97 * 200


def test_where_the_nearest_are_removed_the_next_are_found(monkeypatch):
    monkeypatch.setattr("cvret.index.dense._FEW", 0)
    vectors = histograms(3000)
    segment = {"vectors": vectors, **quantize(vectors, "hellinger")}
    graph = Graph({"g": build_graph(vectors, "hellinger")}, "g", "hellinger")
    query = vectors[7]
    whole = DenseIndex([segment], "hellinger")
    order = np.argsort(-whole.score(query))
    for n_gone in (300, 2996):
        there = np.ones(3000, bool)
        there[order[:n_gone]] = False
        near = DenseIndex([segment], "hellinger", [there], [graph])
        rows, scores = near.score_segment(near.prepare(query), 0, 5)
        best = rows[np.argsort(-scores)][:5]
        expected = order[n_gone : n_gone + 5]
        assert len(set(best) & set(expected)) >= min(4, len(expected))


def test_a_metric_without_dot_products_has_no_graph():
    with pytest.raises(ValueError, match="no graph is made for the metric 'chi2'"):
        build_graph(histograms(5), "chi2")
