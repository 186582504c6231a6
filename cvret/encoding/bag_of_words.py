"""Bag of visual words: local features of one kind, quantized."""

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_number
from cvret.encoding.aggregation import merge_features
from cvret.encoding.learning import VocabularyLearner
from cvret.encoding.vocabulary import SIGNATURE_BITS, Vocabulary
from cvret.images.reading import as_images
from cvret.protocols import Extractor
from cvret.records import LocalFeatures, VisualWords

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["BagOfWords"]


class BagOfWords(VocabularyLearner):
    """Quantize local features into visual words with Hamming-embedding signatures.

    Parameters
    ----------
    extractor : Extractor
        Gives the local features: `SIFT`, `ORB`, `Patches` or one of your own.
    n_words : int
        Words to learn by `fit`.
    vocabulary : str, Vocabulary or None
        The name of one that comes with cvret ("rootsift-16k"), one that is fitted, or
        None to learn one with `fit`.
    levels : int
        Of the vocabulary to learn: 1 for flat words, 2 for cells of words, more for a
        deeper tree; see `Vocabulary`.
    probes : int or sequence of int
        Cells that are searched for each descriptor: on every level above the words, or
        one number for each of these levels. They hold for this field, whatever a
        vocabulary that is given was made with.
    assignments : int
        Words for each feature of a query; the nearest alone for indexed images.
    threshold : int
        Features match if at most so many of their 64 signature bits differ; 64 for
        plain tf-idf, where sharing a word is enough.
    sigma : float
        A match of ``h`` differing bits weighs ``exp(-h**2 / sigma**2)``.
    merge_within : int, optional
        Features of an indexed image that share a word, and whose signatures differ by
        at most so many bits, are stored as one: a smaller index that knows less. 64
        stores one a word. By default all are stored, and a picture finds itself with
        exactly 1.
    skipped_energy : float
        Share of a query's weight that may be skipped in its commonest words: a faster
        search that sees less.
    random_state : int
        Seed of `fit`.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The one in use.

    References
    ----------
    Sivic and Zisserman, "Video Google", ICCV 2003. Jégou, Douze and Schmid, "Improving
    bag-of-features for large scale image search", International Journal of Computer
    Vision 87(3), 2010.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skimage
    >>> from cvret.features.keypoints import SIFT
    >>> folder = Path(skimage.__file__).parent / "data"
    >>> bag = BagOfWords(SIFT(max_keypoints=200), vocabulary="rootsift-16k")
    >>> bag.transform([folder / "chelsea.png"]).sum()
    np.float32(200.0)
    """

    def __init__(
        self,
        extractor: Extractor,
        n_words: int = 16384,
        *,
        vocabulary: str | Vocabulary | None = None,
        levels: int = 2,
        probes: int | Sequence[int] = 3,
        assignments: int = 3,
        threshold: int = 24,
        sigma: float = 16.0,
        merge_within: int | None = None,
        skipped_energy: float = 0.0,
        random_state: int = 0,
    ):
        self.extractor = extractor
        self.n_words = n_words
        self.vocabulary = vocabulary
        self.levels = levels
        self.probes = probes
        self.assignments = assignments
        self.threshold = threshold
        self.sigma = sigma
        self.merge_within = merge_within
        self.skipped_energy = skipped_energy
        self.random_state = random_state

    def encode(self, features: LocalFeatures, assignments: int = 1) -> VisualWords:
        """Quantize local features.

        Parameters
        ----------
        features : LocalFeatures
            Of one image.
        assignments : int
            Words for each feature.

        Returns
        -------
        VisualWords
            `words` and `signatures` of shape (n,) for one assignment, otherwise
            (n, assignments), nearest first.
        """
        words, signatures = self.vocabulary_.encode(
            features.descriptors, assignments, probes=self.probes
        )
        if assignments == 1:
            words, signatures = words[:, 0], signatures[:, 0]
        return VisualWords(
            words, signatures, features.keypoints, features.width, features.height
        )

    def encode_stored(self, features: LocalFeatures) -> VisualWords:
        """Quantize the features of an image to be indexed, merged as is asked for."""
        found = self.encode(features)
        if self.merge_within is None:
            return found
        return merge_features(
            found, check_count("merge_within", self.merge_within, least=0)
        )

    def encode_query(self, features: LocalFeatures) -> VisualWords:
        """Quantize the features of a query, each into `assignments` words."""
        wanted = check_count("assignments", self.assignments)
        most = min(wanted, self.vocabulary_.n_words_)
        encoded = self.encode(features, most)
        shape = (len(features), most)
        return VisualWords(
            encoded.words.reshape(shape),
            encoded.signatures.reshape(shape),
            encoded.keypoints,
            encoded.width,
            encoded.height,
        )

    def match_weights(self) -> NDArray[np.float32]:
        """Give the weight of a match by how many of the 64 bits differ, shape (65,)."""
        threshold = check_count("threshold", self.threshold, least=0)
        sigma = check_number("sigma", self.sigma, least=1e-6)
        if threshold >= SIGNATURE_BITS:
            return np.ones(SIGNATURE_BITS + 1, np.float32)
        differing = np.arange(SIGNATURE_BITS + 1)
        weights = np.exp(-(differing**2) / sigma**2)
        weights[differing > threshold] = 0
        return weights.astype(np.float32)

    def transform(
        self, images: Iterable[NDArray[np.uint8] | str | PathLike[str]]
    ) -> "csr_array":
        """Count the words of each image.

        Returns
        -------
        scipy.sparse.csr_array of float32, shape (n, n_words)
            How often each word occurs in each image.
        """
        from scipy.sparse import csr_array

        n_words = self.vocabulary_.n_words_
        columns, counts, ends = [], [], [0]
        for words in self._words_of_each(images):
            present, n = np.unique(words, return_counts=True)
            columns.append(present.astype(np.int32))
            counts.append(n.astype(np.float32))
            ends.append(ends[-1] + len(present))
        return csr_array(
            (
                np.concatenate([*counts, np.empty(0, np.float32)]),
                np.concatenate([*columns, np.empty(0, np.int32)]),
                np.array(ends),
            ),
            shape=(len(ends) - 1, n_words),
        )

    def fit_transform(
        self,
        images: Iterable[NDArray[np.uint8] | str | PathLike[str]],
        y: Any = None,
    ) -> "csr_array":
        """Fit, then count the words of each image."""
        images = list(images)
        return self.fit(images).transform(images)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``word0`` ... in the order of the columns."""
        names = [f"word{number}" for number in range(self.vocabulary_.n_words_)]
        return np.array(names, dtype=object)

    def _words_of_each(
        self, images: Iterable[NDArray[np.uint8] | str | PathLike[str]]
    ) -> Iterator[NDArray[np.uint32]]:
        for image in as_images(images):
            yield self.encode(self.extractor.extract(image)).words
