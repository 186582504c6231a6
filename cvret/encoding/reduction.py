"""Principal components: fewer dimensions for descriptors and for whole images."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Projection", "principal_components"]

_LEAST_SHARE = 1e-9  # of the largest variance; below, a direction is rounding


class Projection(NamedTuple):
    """An affine map to fewer dimensions.

    Attributes
    ----------
    mean : array of float32, shape (d,)
        Taken off first.
    components : array of float32, shape (k, d)
        Directions, that of the largest variance first.
    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Project vectors of shape (n, d) or (d,)."""
        projected: NDArray[np.float32] = np.matmul(
            vectors - self.mean, self.components.T
        )
        return projected


def principal_components(
    vectors: NDArray[np.float32],
    n_components: int,
    *,
    whiten: bool = False,
    fewer: bool = False,
) -> Projection:
    """Learn the directions in which vectors vary most.

    Parameters
    ----------
    vectors : array of float32, shape (n, d)
        More than `n_components`.
    n_components : int
        Directions wanted.
    whiten : bool
        Whether each direction is divided by its standard deviation.
    fewer : bool
        Whether to give what there is where there are too few, which raises otherwise.

    Returns
    -------
    Projection
        The largest element of each direction is positive.

    Raises
    ------
    ValueError
        If the vectors vary in fewer directions than are wanted.

    References
    ----------
    Jégou and Chum, "Negative evidences and co-occurrences in image retrieval: the
    benefit of PCA and whitening", ECCV 2012.

    Examples
    --------
    >>> points = np.float32([[0, 0], [0, 1], [6, 0], [6, 1]])
    >>> projection = principal_components(points, 1)
    >>> projection.apply(points).ravel().tolist()
    [-3.0, -3.0, 3.0, 3.0]
    """
    wide = vectors.astype(np.float64)
    mean = wide.mean(axis=0)
    centered = wide - mean
    n, d = centered.shape
    # Of the two products the smaller one, for both have the same eigenvalues.
    few = n < d
    scatter = centered @ centered.T if few else centered.T @ centered
    values, basis = np.linalg.eigh(scatter)
    values, basis = values[::-1][:n_components], basis[:, ::-1][:, :n_components]
    n_found = int((values > _LEAST_SHARE * max(values[0], 1e-300)).sum())
    if n_found < n_components and not fewer:
        raise ValueError(
            f"n_dimensions={n_components} principal components are wanted, and the {n} "
            f"vectors given vary in {n_found} directions; give more, or ask for fewer"
        )
    values, basis = values[:n_found], basis[:, :n_found]
    directions = basis.T
    if few:
        directions = (basis.T @ centered) / np.sqrt(values)[:, None]
    largest = np.abs(directions).argmax(axis=1)
    directions = (
        directions * np.sign(directions[np.arange(len(largest)), largest])[:, None]
    )
    if whiten:
        directions = directions / np.sqrt(values / n)[:, None]
    # Row after row, as it is read back: BLAS sums in another order otherwise.
    components = np.ascontiguousarray(directions, np.float32)
    return Projection(mean.astype(np.float32), components)
