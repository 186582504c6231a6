"""Fisher vectors: local features against a mixture of Gaussians."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.encoding.learning import (
    VectorEncoder,
    check_enough,
    check_float,
    check_width,
    sample_descriptors,
    source_of,
    unit,
)
from cvret.encoding.mixtures import Mixture, shipped_mixture
from cvret.encoding.reduction import Projection, principal_components
from cvret.protocols import Extractor
from cvret.records import Learned, LocalFeatures

__all__ = ["FisherVector", "half_whitening", "improved"]

_SAMPLED_PER_COMPONENT = 256  # descriptors that the mixture is learned on


class FisherVector(VectorEncoder):
    """Local features as one vector: how a mixture of Gaussians should change for them.

    Descriptors lose dimensions by principal components; then come the gradients of
    their likelihood by the mixture's weights, means and variances, of each element
    the signed square root, and the length 1 (the "improved" Fisher vector). Mixture
    and gradients are those of scikit-image.

    Parameters
    ----------
    extractor : Extractor
        Gives float descriptors: `SIFT`, `Patches` or one of your own.
    n_components : int
        Gaussians of the mixture.
    n_dimensions : int
        Of the descriptors once reduced; all are kept where they have fewer.
    reduce_to : int, optional
        Elements that are left of the vector by principal components, learned on the
        images of `fit`, which must be more; each is divided by the square root of its
        standard deviation, half of a whitening. By default none are taken away.
    mixture : str, optional
        The name of one that comes with cvret, so that no `fit` is needed:
        "dense-sift-64", learned on ``DenseSIFT(sizes=(4, 8), contrast_threshold=0)``,
        or "local-color-64", on ``LocalColorStatistics()``; both give 512 elements.
        `fit` learns another, as the other arguments say.
    random_state : int
        Seed of `fit`.

    Attributes
    ----------
    weights_ : array of float64, shape (n_components,)
        Of the Gaussians; their sum is 1.
    means_, covariances_ : arrays of float64, shape (n_components, n_dimensions)
        Of the Gaussians, variances without covariances.
    mean_, components_ : arrays of float32, shape (d,) and (n_dimensions, d)
        Of the principal components.
    center_, directions_ : arrays of float32, shape (m,) and (reduce_to, m)
        Of those of the whole vector; empty where it is not reduced.
    source_ : dict
        What it was learned on.

    References
    ----------
    Perronnin, Sánchez and Mensink, "Improving the Fisher kernel for large-scale image
    classification", ECCV 2010. Sánchez, Perronnin, Mensink and Verbeek, "Image
    classification with the Fisher vector", International Journal of Computer Vision
    105(3), 2013.

    Examples
    --------
    Of each Gaussian its weight, and 64 means and variances.

    >>> from cvret.features.keypoints import SIFT
    >>> import skimage
    >>> fisher = FisherVector(SIFT(max_keypoints=200), n_components=4)
    >>> fisher.fit([skimage.data.chelsea()]).describe(skimage.data.coffee()).shape
    (516,)
    """

    _names = Mixture._fields

    def __init__(
        self,
        extractor: Extractor,
        n_components: int = 64,
        *,
        n_dimensions: int = 64,
        reduce_to: int | None = None,
        mixture: str | None = None,
        random_state: int = 0,
    ):
        self.extractor = extractor
        self.n_components = n_components
        self.n_dimensions = n_dimensions
        self.reduce_to = reduce_to
        self.mixture = mixture
        self.random_state = random_state

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn principal components and the mixture from extracted features.

        Raises
        ------
        ValueError
            If descriptors are bit strings, too few, or not finite; or there are too
            few images for `reduce_to`.
        """
        from skimage.feature import learn_gmm
        from sklearn.exceptions import ConvergenceWarning

        check_float(self)
        n_components = check_count("n_components", self.n_components)
        n_dimensions = check_count("n_dimensions", self.n_dimensions)
        kept = sample_descriptors(
            features, _SAMPLED_PER_COMPONENT * n_components, self.random_state
        )
        check_enough("n_components", n_components, kept)
        descriptors = np.concatenate(kept)
        most = min(n_dimensions, descriptors.shape[1])
        projection = principal_components(descriptors, most)
        reduced = projection.apply(descriptors).astype(np.float64)
        with warnings.catch_warnings():
            # A mixture that would still move a little serves as well.
            warnings.simplefilter("ignore", ConvergenceWarning)
            found = learn_gmm(
                reduced,
                n_modes=n_components,
                gm_args={"covariance_type": "diag", "random_state": self.random_state},
            )
        none = np.empty(0, np.float32), np.empty((0, 0), np.float32)
        learned = Mixture(
            found.weights_, found.means_, found.covariances_, *projection, *none
        )
        if self.reduce_to is not None:
            n_left = check_count("reduce_to", self.reduce_to)
            vectors = [improved(learned, each.descriptors) for each in features]
            last = half_whitening(np.stack(vectors), n_left)
            learned = learned._replace(center=last.mean, directions=last.components)
        for name, array in learned._asdict().items():
            setattr(self, name + "_", array)
        self.source_ = source_of(kept)
        return self

    def encode(self, features: LocalFeatures) -> NDArray[np.float32]:
        """Make one vector of the local features of an image.

        Parameters
        ----------
        features : LocalFeatures
            Of one image.

        Returns
        -------
        array of float32, shape ((2 * n_dimensions + 1) * n_components,) or (reduce_to,)
            Gradients by the weights, the means and the variances, in this order,
            perhaps reduced; of length 1, or zeros where there are no features.
        """
        mixture = self._mixture()
        check_width(self, features, mixture.components.shape[1])
        if not len(features):
            return np.zeros(self._n_elements, np.float32)
        vector = improved(mixture, features.descriptors)
        if not len(mixture.directions):
            return vector
        return unit(Projection(mixture.center, mixture.directions).apply(vector))

    def check_fitted(self) -> None:
        """Raise NotFittedError before `fit`, unless a shipped mixture is named."""
        self._mixture()

    def in_use(self) -> Learned:
        """Give what vectors are computed with: what was learned, or what ships.

        Raises
        ------
        NotFittedError
            If nothing was learned, and none is named.
        """
        own = self.learned()
        if own is not None:
            return own
        arrays, source = self._mixture()._asdict(), {}
        if self.mixture is not None:
            source = dict(shipped_mixture(self.mixture)[1])
        return Learned(arrays, source)

    @property
    def _n_elements(self) -> int:
        mixture = self._mixture()
        return len(mixture.directions) or mixture.n_gradients

    def _mixture(self) -> Mixture:
        """Give what was learned, or what ships."""
        if self.mixture is not None and not hasattr(self, "source_"):
            return shipped_mixture(self.mixture)[0]
        super().check_fitted()
        return Mixture(*(getattr(self, name + "_") for name in self._names))

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Self:
        """Take over what `learned` gave; gives self.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        if "directions" not in arrays:  # kept before vectors could be reduced
            none = {"center": np.empty(0), "directions": np.empty((0, 0))}
            arrays = {**arrays, **{k: v.astype(np.float32) for k, v in none.items()}}
        return super().restore(arrays, source)

    def _check_arrays(self) -> None:
        Mixture(*(getattr(self, name + "_") for name in self._names)).check()


def improved(mixture: Mixture, descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the signed square roots of the gradients, of length 1; zeros of none."""
    if not len(descriptors):
        return np.zeros(mixture.n_gradients, np.float32)
    found = mixture.gradients(descriptors)
    return unit(np.sign(found) * np.sqrt(np.abs(found)))


def half_whitening(vectors: NDArray[np.float32], n: int) -> Projection:
    """Learn principal components, each over the root of its standard deviation."""
    center, directions = principal_components(vectors, n)
    deviations = Projection(center, directions).apply(vectors).std(axis=0)
    scaled = directions / np.sqrt(deviations)[:, None]
    return Projection(center, scaled.astype(np.float32))
