"""Fisher vectors: local features against a mixture of Gaussians."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

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
from cvret.encoding.reduction import Projection, principal_components
from cvret.protocols import Extractor
from cvret.records import LocalFeatures

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

__all__ = ["FisherVector"]

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

    _names = ("weights", "means", "covariances", "mean", "components")

    def __init__(
        self,
        extractor: Extractor,
        n_components: int = 64,
        *,
        n_dimensions: int = 64,
        random_state: int = 0,
    ):
        self.extractor = extractor
        self.n_components = n_components
        self.n_dimensions = n_dimensions
        self.random_state = random_state

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn principal components and the mixture from extracted features.

        Raises
        ------
        ValueError
            If descriptors are bit strings, too few, or not finite.
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
            mixture = learn_gmm(
                reduced,
                n_modes=n_components,
                gm_args={"covariance_type": "diag", "random_state": self.random_state},
            )
        self.mean_, self.components_ = projection
        self.weights_, self.means_ = mixture.weights_, mixture.means_
        self.covariances_ = mixture.covariances_
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
        array of float32, shape ((2 * n_dimensions + 1) * n_components,)
            Gradients by the weights, the means and the variances, in this order; of
            length 1, or zeros where there are no features.
        """
        from skimage.feature import fisher_vector

        self.check_fitted()
        check_width(self, features, self.components_.shape[1])
        if not len(features):
            return np.zeros(self._n_elements, np.float32)
        projection = Projection(self.mean_, self.components_)
        reduced = projection.apply(features.descriptors).astype(np.float64)
        # Normalized here, for scikit-image divides by a norm that may be 0.
        vector: NDArray[np.float64] = fisher_vector(reduced, self._mixture())
        return unit(np.sign(vector) * np.sqrt(np.abs(vector)))

    @property
    def _n_elements(self) -> int:
        return len(self.weights_) + 2 * int(self.means_.size)

    def _mixture(self) -> "GaussianMixture":
        """Give what was learned as scikit-learn's object."""
        from sklearn.mixture import GaussianMixture

        mixture: Any = GaussianMixture(len(self.weights_), covariance_type="diag")
        mixture.weights_, mixture.means_ = self.weights_, self.means_
        mixture.covariances_ = self.covariances_
        mixture.precisions_cholesky_ = 1 / np.sqrt(self.covariances_)
        return mixture

    def _check_arrays(self) -> None:
        k = len(self.components_)
        n = len(self.weights_)
        if (
            self.components_.ndim != 2
            or self.mean_.shape != self.components_.shape[1:]
            or self.means_.shape != (n, k)
            or self.covariances_.shape != (n, k)
        ):
            raise ValueError("the arrays of FisherVector do not belong together")
