"""Vectors of locally aggregated descriptors (VLAD)."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count
from cvret.encoding.clustering import (
    Codes,
    k_means,
    learn_scaling,
    nearest,
    to_codes,
)
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

__all__ = ["VLAD"]

_NORMALIZATIONS = ("intra", "power", "residual")
_SAMPLED_PER_WORD = 512  # descriptors that K-means sees for each word


class VLAD(VectorEncoder):
    """Local features as one vector: what is left of them beside few visual words.

    Each descriptor is assigned to its nearest word, and the differences from it are
    summed, word by word. Descriptors are rounded to 8-bit codes first, so the sums are
    whole numbers and the same on every machine.

    Parameters
    ----------
    extractor : Extractor
        Gives float descriptors: `SIFT`, `Patches` or one of your own.
    n_words : int
        Words of each vocabulary.
    normalization : {"intra", "power", "residual"}
        What keeps repeated patterns from ruling: "intra" gives the sum of each word
        the length 1; "power" takes the signed square root of each element; "residual"
        gives each difference the length 1 before they are summed, then does as
        "power".
    n_vocabularies : int
        Vocabularies, each from another start, whose vectors are joined.
    n_dimensions : int, optional
        Elements that are left by principal components and whitening, learned on the
        images of `fit`, which must be more; by default none are taken away.
    random_state : int
        Seed of `fit`.

    Attributes
    ----------
    words_ : array of uint8, shape (n_vocabularies, n_words, d)
        Centers, as codes.
    scaling_ : array of float64, shape (2,)
        Offset and factor from descriptors to codes.
    mean_, components_ : arrays of float32, shape (k,) and (n_dimensions, k)
        Of the whitening; empty where there is none.
    source_ : dict
        What it was learned on.

    References
    ----------
    Jégou, Perronnin, Douze, Sánchez, Pérez and Schmid, "Aggregating local image
    descriptors into compact codes", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 34(9), 2012 ("power"). Arandjelović and Zisserman, "All about VLAD",
    CVPR 2013 ("intra"). Delhumeau, Gosselin, Jégou and Pérez, "Revisiting the VLAD
    image representation", ACM Multimedia 2013 ("residual"). Jégou and Chum, "Negative
    evidences and co-occurrences in image retrieval: the benefit of PCA and whitening",
    ECCV 2012 (several vocabularies).

    Examples
    --------
    >>> from cvret.features.keypoints import SIFT
    >>> import skimage
    >>> vlad = VLAD(SIFT(max_keypoints=100), n_words=8).fit([skimage.data.chelsea()])
    >>> vlad.describe(skimage.data.coffee()).shape
    (1024,)
    """

    _names = ("words", "scaling", "mean", "components")

    def __init__(
        self,
        extractor: Extractor,
        n_words: int = 64,
        *,
        normalization: str = "intra",
        n_vocabularies: int = 1,
        n_dimensions: int | None = None,
        random_state: int = 0,
    ):
        self.extractor = extractor
        self.n_words = n_words
        self.normalization = normalization
        self.n_vocabularies = n_vocabularies
        self.n_dimensions = n_dimensions
        self.random_state = random_state

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn words, and the whitening, from features that are already extracted.

        Raises
        ------
        ValueError
            If descriptors are bit strings, too few, or not finite, or there are fewer
            images than the whitening needs.
        """
        check_float(self)
        check_choice("normalization", self.normalization, _NORMALIZATIONS)
        n_words = check_count("n_words", self.n_words)
        n_vocabularies = check_count("n_vocabularies", self.n_vocabularies)
        kept = sample_descriptors(
            features, _SAMPLED_PER_WORD * n_words, self.random_state
        )
        check_enough("n_words", n_words, kept)
        descriptors = np.concatenate(kept)
        self.scaling_ = learn_scaling(descriptors)
        codes = to_codes(descriptors, self.scaling_)
        self.words_ = np.stack(
            [
                _centers(codes, n_words, np.random.default_rng([self.random_state, n]))
                for n in range(n_vocabularies)
            ]
        )
        self.mean_ = np.empty(0, np.float32)
        self.components_ = np.empty((0, 0), np.float32)
        if self.n_dimensions is not None:
            n_dimensions = check_count("n_dimensions", self.n_dimensions)
            vectors = np.stack([self._aggregate(image) for image in features])
            learned = principal_components(vectors, n_dimensions, whiten=True)
            self.mean_, self.components_ = learned
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
        array of float32, shape (n_vocabularies * n_words * d,) or (n_dimensions,)
            Of length 1, word after word; or zeros, where nothing is left to sum.
        """
        self.check_fitted()
        vector = self._aggregate(features)
        if len(self.components_) and vector.any():
            return unit(Projection(self.mean_, self.components_).apply(vector))
        return vector[: self._n_elements]

    @property
    def _n_elements(self) -> int:
        return len(self.components_) or self.words_.size

    def _aggregate(self, features: LocalFeatures) -> NDArray[np.float32]:
        """Give the vector of all vocabularies, of length 1, before the whitening."""
        check_choice("normalization", self.normalization, _NORMALIZATIONS)
        check_width(self, features, self.words_.shape[2])
        codes = to_codes(features.descriptors, self.scaling_)
        blocks = [self._sum(codes, words.astype(np.float32)) for words in self.words_]
        return unit(np.concatenate([unit(block.ravel()) for block in blocks]))

    def _sum(self, codes: Codes, words: Codes) -> NDArray[np.float64]:
        """Sum the differences from each word and normalize them, shape (n_words, d)."""
        labels = nearest(codes, words)
        residuals = (codes - words[labels]).astype(np.float64)
        if self.normalization == "residual":
            residuals = _rows_of_length_one(residuals)
        members = labels == np.arange(len(words))[:, None]
        sums = members.astype(np.float64) @ residuals
        if self.normalization == "intra":
            return _rows_of_length_one(sums)
        rooted: NDArray[np.float64] = np.sign(sums) * np.sqrt(np.abs(sums))
        return rooted

    def _check_arrays(self) -> None:
        whitened = self.components_.size > 0
        if (
            self.words_.ndim != 3
            or self.scaling_.shape != (2,)
            or self.components_.ndim != 2
            or self.mean_.shape != (self.words_.size if whitened else 0,)
            or self.components_.shape[1] != len(self.mean_)
        ):
            raise ValueError("the arrays of VLAD do not belong together")


def _centers(codes: Codes, n_words: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Learn words; where points coincide, the last one stands for those missing."""
    centers, _ = k_means(codes, n_words, rng)
    missing = np.repeat(centers[-1:], n_words - len(centers), axis=0)
    return np.concatenate([centers, missing]).astype(np.uint8)


def _rows_of_length_one(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.sqrt((rows**2).sum(axis=1, keepdims=True))
    scaled: NDArray[np.float64] = np.divide(
        rows, lengths, out=np.zeros_like(rows), where=lengths > 0
    )
    return scaled
