"""Aggregated selective match kernels (ASMK)."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.encoding.learning import VocabularyLearner, check_float
from cvret.encoding.vocabulary import Vocabulary
from cvret.protocols import Extractor
from cvret.records import AggregatedWords, LocalFeatures

__all__ = ["ASMK"]

_WORD_BITS = 64


class ASMK(VocabularyLearner):
    """Local features as one residual a visual word, compared selectively.

    The differences of an image's features from the word that they share are summed to
    one residual, so that a repeated pattern counts once. Two images are as similar as
    the residuals of their common words, where close ones count far more than others.
    No places are kept, so geometry cannot verify it: have a `BagOfWords` beside it.
    Scores are cut at 1, which with further words, or with idf, a picture of few
    features may reach that is not the query.

    Parameters
    ----------
    extractor : Extractor
        Gives float descriptors: `SIFT`, `Patches` or one of your own.
    n_words : int
        Words to learn by `fit`.
    vocabulary : str, Vocabulary or None
        The name of one that comes with cvret ("rootsift-16k"), one that is fitted, or
        None to learn one with `fit`.
    levels, probes
        As for `BagOfWords`.
    binary : bool
        Whether the signs of the residual are kept, one bit each, and not the residual
        itself, one byte each.
    alpha : float
        A cosine ``u`` of two residuals counts ``u**alpha``.
    threshold : float
        If ``u`` is above this; from 0 to less than 1.
    assignments : int
        Words for each feature of a query; the nearest alone for indexed images. The
        further ones add words that are no feature's nearest.
    idf : bool
        Whether rare words weigh more; the paper's do not.
    random_state : int
        Seed of `fit`.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The one in use.

    References
    ----------
    Tolias, Avrithis and Jégou, "Image search with selective match kernels: aggregation
    across single and multiple images", International Journal of Computer Vision 116(3),
    2016 (`binary` is their ASMK*).

    Examples
    --------
    >>> from cvret.features.keypoints import SIFT
    >>> import skimage
    >>> features = SIFT(max_keypoints=200).extract(skimage.data.chelsea())
    >>> found = ASMK(SIFT(), vocabulary="rootsift-16k").encode(features)
    >>> len(found.words) <= 200, found.residuals.shape[1] * 64
    (True, 128)
    """

    def __init__(
        self,
        extractor: Extractor,
        n_words: int = 16384,
        *,
        vocabulary: str | Vocabulary | None = None,
        levels: int = 2,
        probes: int | Sequence[int] = 3,
        binary: bool = True,
        alpha: float = 3.0,
        threshold: float = 0.0,
        assignments: int = 5,
        idf: bool = False,
        random_state: int = 0,
    ):
        self.extractor = extractor
        self.n_words = n_words
        self.vocabulary = vocabulary
        self.levels = levels
        self.probes = probes
        self.binary = binary
        self.alpha = alpha
        self.threshold = threshold
        self.assignments = assignments
        self.idf = idf
        self.random_state = random_state

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn a vocabulary from features that are already extracted.

        Raises
        ------
        ValueError
            If descriptors are bit strings, or fewer than `n_words`.
        """
        check_float(self)
        return super().fit_features(features)

    def check_fitted(self) -> None:
        """Raise NotFittedError if there is no vocabulary yet."""
        check_float(self)
        super().check_fitted()

    def n_signs(self) -> int | None:
        """Give how many signs a residual has, where these are kept."""
        return int(self.vocabulary_.words_.shape[1]) if self.binary else None

    def encode(self, features: LocalFeatures, assignments: int = 1) -> AggregatedWords:
        """Aggregate local features word by word.

        Parameters
        ----------
        features : LocalFeatures
            Of one image.
        assignments : int
            Words for each feature.

        Returns
        -------
        AggregatedWords
            Words that are some feature's nearest have the residual of these features
            alone; others that of all features that have them among theirs.
        """
        self.check_fitted()
        descriptors = features.descriptors
        found = self.vocabulary_.nearest_words(
            descriptors, assignments, probes=self.probes
        )
        nearest = np.unique(found[:, 0])
        used = ~np.isin(found, nearest)
        used[:, 0] = True
        rows, columns = np.nonzero(used)
        words = found[rows, columns]
        order = np.argsort(words, kind="stable")
        words, rows = words[order], rows[order]
        first = np.flatnonzero(np.append(True, words[1:] != words[:-1])[: len(words)])
        sums = np.zeros((0, descriptors.shape[1]), np.float32)
        if len(words):
            residuals = self.vocabulary_.residuals(descriptors[rows], words)
            sums = np.add.reduceat(residuals, first, axis=0)  # whole numbers: exact
        words = words[first]
        if self.binary:
            return AggregatedWords(words, _signs(sums), np.isin(words, nearest))
        there = sums.any(axis=1)  # one without a direction is like no other
        words, kept = words[there], _rounded(sums[there])
        return AggregatedWords(words, kept, np.isin(words, nearest))

    def encode_query(self, features: LocalFeatures) -> AggregatedWords:
        """Aggregate the features of a query, each in `assignments` words."""
        wanted = check_count("assignments", self.assignments)
        self.check_fitted()
        return self.encode(features, min(wanted, self.vocabulary_.n_words_))


def _signs(sums: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Pack which elements are above 0, bit ``i`` for element ``i``."""
    n, d = sums.shape
    bits = np.zeros((n, d + -d % _WORD_BITS), bool)
    bits[:, :d] = sums > 0
    packed = np.packbits(bits, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64, copy=False)


def _rounded(sums: NDArray[np.float32]) -> NDArray[np.int8]:
    """Scale each row so that its largest element is 127 or -127."""
    largest = np.abs(sums).max(axis=1, keepdims=True, initial=1e-9)
    rounded: NDArray[np.int8] = np.rint(sums * (127 / largest)).astype(np.int8)
    return rounded
