"""What encoders learn from the local features of many images, and how."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret._parameters import Parameters
from cvret.encoding.vocabulary import (
    BinaryVocabulary,
    Vocabulary,
    shipped_vocabulary,
)
from cvret.errors import NotFittedError
from cvret.images.reading import ImageOrPath, as_images
from cvret.protocols import Extractor
from cvret.records import Learned, LocalFeatures

__all__ = [
    "FeatureLearner",
    "VocabularyLearner",
    "sample_descriptors",
    "source_of",
]

_SAMPLED_PER_WORD = 64  # descriptors that K-means sees for each word


class FeatureLearner(Parameters):
    """An encoder that learns from local features; each says how in `fit_features`."""

    extractor: Extractor

    def fit(self, images: Iterable[ImageOrPath], y: Any = None) -> Self:
        """Learn from RGB images or paths.

        Raises
        ------
        ValueError
            If there are no images, or too few features for what is to be learned.
        ImageError
            If a path is no readable picture.
        """
        found = [self.extractor.extract(image) for image in as_images(images)]
        return self.fit_features(found)

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn from features that are already extracted."""
        raise NotImplementedError(f"{type(self).__name__} has no fit_features()")


class VocabularyLearner(FeatureLearner):
    """An encoder with a vocabulary: learned, handed over, or one that ships."""

    n_words: int
    vocabulary: str | Vocabulary | None
    random_state: int

    @property
    def vocabulary_(self) -> Vocabulary:
        """The vocabulary in use: learned, given, or the named one."""
        if hasattr(self, "_learned"):
            return self._learned
        if isinstance(self.vocabulary, str):
            return shipped_vocabulary(self.vocabulary)
        if self.vocabulary is not None:
            return self.vocabulary
        name = type(self).__name__
        raise NotFittedError(
            f"this {name} has no vocabulary yet; call fit(images) first, or take a "
            f"shipped one, {name}(SIFT(), vocabulary='rootsift-16k')"
        )

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn a vocabulary from features that are already extracted.

        Raises
        ------
        ValueError
            If there are no images, or fewer features than `n_words`.
        """
        n_words = check_count("n_words", self.n_words)
        kept = sample_descriptors(
            features, _SAMPLED_PER_WORD * n_words, self.random_state
        )
        learned = self._kind()(n_words, random_state=self.random_state)
        learned.fit(np.concatenate(kept))
        learned.source_ = source_of(kept)
        self._learned = learned
        return self

    def learned(self) -> Learned | None:
        """Give the vocabulary learned or handed over; None for a shipped one."""
        own: Vocabulary | None = getattr(self, "_learned", None)
        if own is None and isinstance(self.vocabulary, Vocabulary):
            own = self.vocabulary
        return None if own is None else Learned(own.to_arrays(), own.source_)

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Self:
        """Take over the vocabulary that `learned` gave; gives self.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        self._learned = self._kind()(self.n_words).restore(arrays, source)
        return self

    def check_fitted(self) -> None:
        """Raise NotFittedError if there is no vocabulary yet."""
        _ = self.vocabulary_

    def _kind(self) -> type[Vocabulary]:
        return BinaryVocabulary if self.extractor.binary else Vocabulary


def sample_descriptors(
    features: Sequence[LocalFeatures], n_wanted: int, random_state: int
) -> list[NDArray[Any]]:
    """Take an equal, random share of descriptors from each image.

    Parameters
    ----------
    features : sequence of LocalFeatures
        One an image.
    n_wanted : int
        Descriptors of all images together; somewhat more may come, or fewer where
        images have few.
    random_state : int
        Seed.

    Returns
    -------
    list of arrays, shape (k, d)
        One an image, in the order of `features`, rows as they stood.

    Raises
    ------
    ValueError
        If there are no images.
    """
    if not features:
        raise ValueError("fit needs at least one image, got none")
    most = -(-n_wanted // len(features))
    kept = []
    for number, image in enumerate(features):
        rng = np.random.default_rng([random_state, number])
        rows = np.sort(rng.permutation(len(image))[:most])
        kept.append(image.descriptors[rows])
    return kept


def source_of(kept: Sequence[NDArray[Any]]) -> dict[str, str]:
    """Tell what was learned on: how many descriptors of how many images."""
    return {
        "learned on": f"{sum(map(len, kept)):,} descriptors of {len(kept):,} images "
        "given to fit"
    }
