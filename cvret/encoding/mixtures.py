"""Mixtures of Gaussians for Fisher vectors, and those that come with cvret."""

from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvret.encoding.reduction import Projection
from cvret.errors import UnknownNameError

__all__ = ["SHIPPED_MIXTURES", "Mixture", "shipped_mixture"]

SHIPPED_MIXTURES: dict[str, str] = {
    "dense-sift-64": "64 Gaussians for DenseSIFT at two sizes, of free pictures",
    "local-color-64": "64 Gaussians for LocalColorStatistics, on the same pictures",
}
"""Mixtures that come with cvret, and are kept for ever: name -> what it is."""

Doubles = NDArray[np.float64]

_shipped: dict[str, tuple["Mixture", dict[str, str]]] = {}


class Mixture(NamedTuple):
    """What a Fisher vector is computed with.

    Attributes
    ----------
    weights : array of float64, shape (n,)
        Of the Gaussians; their sum is 1.
    means, covariances : arrays of float64, shape (n, k)
        Of the Gaussians, variances without covariances.
    mean, components : arrays of float32, shape (d,) and (k, d)
        Principal components of the descriptors, which come first.
    center, directions : arrays of float32, shape (m,) and (e, m)
        Principal components of the vectors, which come last; e is 0 for none.
    """

    weights: Doubles
    means: Doubles
    covariances: Doubles
    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    center: NDArray[np.float32]
    directions: NDArray[np.float32]

    @property
    def n_gradients(self) -> int:
        """Elements of a vector before they are reduced."""
        return len(self.weights) + 2 * int(self.means.size)

    def check(self) -> None:
        """Raise ValueError unless the arrays belong together."""
        n, k = len(self.weights), len(self.components)
        if (
            self.components.ndim != 2
            or self.mean.shape != self.components.shape[1:]
            or self.means.shape != (n, k)
            or self.covariances.shape != (n, k)
            or self.directions.ndim != 2
            or self.center.shape != self.directions.shape[1:]
            or (len(self.directions) and len(self.center) != self.n_gradients)
        ):
            raise ValueError("the arrays of FisherVector do not belong together")

    def gradients(self, descriptors: NDArray[np.float32]) -> Doubles:
        """Give the gradients of the likelihood of descriptors, shape (n, d).

        Returns
        -------
        array of float64, shape (n_gradients,)
            By the weights, the means and the variances, each divided by the root of
            its Fisher information, with the signs that scikit-image gives them.
        """
        few = Projection(self.mean, self.components).apply(descriptors)
        squares = few**2
        weights = self.weights.astype(np.float32)
        means, variances = self.means.astype(np.float32), self.covariances
        precisions = (1 / variances).astype(np.float32)
        constant = np.log(weights) - 0.5 * (
            np.log(variances).sum(axis=1) + (self.means**2 / variances).sum(axis=1)
        )
        logs = few @ (means * precisions).T - 0.5 * (squares @ precisions.T)
        logs += constant.astype(np.float32)
        logs -= logs.max(axis=1, keepdims=True)
        shares = np.exp(logs, out=logs)
        shares /= shares.sum(axis=1, keepdims=True)
        n = len(few)
        counts = (shares.sum(axis=0, dtype=np.float64) / n)[:, None]
        first = (shares.T @ few).astype(np.float64) / n
        second = (shares.T @ squares).astype(np.float64) / n
        roots = np.sqrt(self.weights)
        by_weight = (counts[:, 0] - self.weights) / roots
        by_mean = (first - counts * self.means) / (roots[:, None] * np.sqrt(variances))
        by_variance = counts * (variances - self.means**2) + 2 * first * self.means
        by_variance = (by_variance - second) / (np.sqrt(2) * roots[:, None] * variances)
        return np.concatenate([by_weight, by_mean.ravel(), by_variance.ravel()])


def shipped_mixture(name: str) -> tuple[Mixture, dict[str, str]]:
    """Give a mixture that comes with cvret, and what it was learned on.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> mixture, source = shipped_mixture("dense-sift-64")
    >>> mixture.means.shape
    (64, 48)
    """
    if name not in SHIPPED_MIXTURES:
        known = ", ".join(sorted(SHIPPED_MIXTURES))
        raise UnknownNameError(f"no mixture is named {name!r}; there are {known}")
    if name not in _shipped:
        path = files("cvret.encoding") / "vocabularies" / f"{name}.npz"
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays: dict[str, Any] = {key: stored[key] for key in stored.files}
        keys, values = arrays.pop("source_keys"), arrays.pop("source_values")
        source = {str(k): str(v) for k, v in zip(keys, values, strict=True)}
        # One byte an element, and the length of a unit for each direction.
        scales = arrays.pop("scales")
        arrays["directions"] = arrays["directions"] * scales[:, None]
        found = Mixture(**arrays)
        found.check()
        _shipped[name] = found, source
    return _shipped[name]
