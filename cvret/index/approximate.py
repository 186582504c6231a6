"""Nearest vectors by a graph: nearly all of the best, in a fraction of the time.

Hierarchical navigable small worlds (Malkov and Yashunin, IEEE Transactions on Pattern
Analysis and Machine Intelligence 42(4), 2020), as faiss has them. A graph proposes;
what it proposes is compared exactly.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._optional import import_extra
from cvret.errors import MissingExtraError
from cvret.index.quantizing import QUANTIZED, transformed
from cvret.storage.arrays import Arrays

__all__ = ["LEAST", "Graph", "build_graph"]

LEAST = 16384  # images of a segment from which a graph is worth its memory
_LINKS = 16
_CANDIDATES = 64  # looked at for each query, at least
_MORE = 4  # candidates for each result that is wanted
_MOST_GONE = 1000  # removed images of a segment, which are asked for in addition


def build_graph(vectors: NDArray[np.float32], metric: str) -> NDArray[np.uint8]:
    """Build the graph of a segment's vectors.

    Parameters
    ----------
    vectors : array of float32, shape (n, d)
        As they are stored.
    metric : str
        One of `QUANTIZED`.

    Returns
    -------
    array of uint8
        As faiss writes it.

    Raises
    ------
    MissingExtraError
        If faiss is not installed.
    """
    if metric not in QUANTIZED:
        raise ValueError(f"no graph is made for the metric {metric!r}")
    faiss = _faiss()
    kind = faiss.METRIC_L2 if metric == "l2" else faiss.METRIC_INNER_PRODUCT
    index = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, kind)
    index.add(transformed(vectors.astype(np.float64), metric).astype(np.float32))
    graph: NDArray[np.uint8] = faiss.serialize_index(index)
    return graph


class Graph:
    """The graph of one segment, read when it is first asked.

    Parameters
    ----------
    arrays : mapping of str to array
        Where what `build_graph` gave is stored; it is read with the first query.
    name : str
        Which of them.
    metric : str
        The one that it was built for.
    """

    def __init__(self, arrays: Arrays, name: str, metric: str):
        self._arrays, self._name = arrays, name
        self._metric = metric
        self._index: Any = None

    @property
    def usable(self) -> bool:
        """Whether faiss is there to read it; without, all vectors are compared."""
        try:
            _faiss()
        except MissingExtraError:
            return False
        return True

    def propose(
        self, query: NDArray[np.float64], n: int, there: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        """Give rows that are likely to be among the `n` nearest, ascending.

        Only of those that are `there`; where very many are not, it gives none.
        """
        faiss = _faiss()
        if self._index is None:
            self._index = faiss.deserialize_index(np.array(self._arrays[self._name]))
        n_gone = 0 if there is None else len(there) - int(there.sum())
        if n_gone > _MOST_GONE:
            return np.empty(0, np.int64)
        wanted = max(_MORE * n, _CANDIDATES) + n_gone
        asked = transformed(query[None], self._metric).astype(np.float32)
        how = faiss.SearchParametersHNSW(efSearch=wanted)
        _, rows = self._index.search(asked, wanted, params=how)
        found: NDArray[np.int64] = np.unique(rows[rows >= 0])
        return found if there is None else found[there[found]]


def _faiss() -> Any:
    return import_extra("faiss", extra="approximate", needed_by="Index.accelerate")
