"""The loop over pairs of vectors that no product gives, compiled, with its oracle."""

import numpy as np
from numpy.typing import NDArray

from cvret._optional import compiled

__all__ = ["relative_distances", "relative_distances_numpy"]

Vectors = NDArray[np.float32]


def relative_distances_numpy(
    queries: Vectors, vectors: Vectors, same: bool, found: Vectors
) -> None:
    """Compute the distance of each query to each vector, relative to their sizes.

    Parameters
    ----------
    queries, vectors : arrays of float32, shape (m, d) and (n, d)
        At least 0.
    same : bool
        Whether the queries are the vectors, so that half of the pairs will do.
    found : array of float32, shape (m, n)
        Changed in place: the sums of ``|p - q| / (1 + p + q)``.
    """
    for row, query in enumerate(queries):
        parts = np.abs(vectors - query) / (1 + vectors + query)
        found[row] = parts.sum(axis=1)


@compiled(relative_distances_numpy, fastmath=True)
def relative_distances(
    queries: Vectors, vectors: Vectors, same: bool, found: Vectors
) -> None:
    """The same as `relative_distances_numpy`, sums in any order."""
    one = np.float32(1)
    for row in range(len(queries)):
        for column in range(row + 1 if same else len(vectors)):
            total = np.float32(0)
            for element in range(queries.shape[1]):
                p, q = vectors[column, element], queries[row, element]
                total += abs(p - q) / (one + p + q)
            found[row, column] = total
            if same:
                found[column, row] = total
