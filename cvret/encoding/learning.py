"""What encoders learn from the local features of many images, and how."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
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
from cvret.images.hashing import hash_of, sketch_of
from cvret.images.reading import ImageOrPath, as_images, read_bytes
from cvret.protocols import Extractor
from cvret.records import Learned, LocalFeatures

__all__ = [
    "FeatureLearner",
    "ImageLearner",
    "LearnedDescriptor",
    "VectorEncoder",
    "VocabularyLearner",
    "check_enough",
    "check_float",
    "check_width",
    "sample_descriptors",
    "source_of",
    "unit",
]

_SAMPLED_PER_WORD = 64  # descriptors that K-means sees for each word


class ImageLearner(Parameters):
    """A part that learns from images, and knows again on which ones it did."""

    def fit(self, images: Iterable[ImageOrPath], y: Any = None) -> Self:
        """Learn from RGB images or paths.

        Where all are paths a sketch of the files is kept, by which one can tell later
        whether this was learned on a collection; see `Index.doctor`.

        Raises
        ------
        ValueError
            If there are no images, or too few for what is to be learned.
        ImageError
            If a path is no readable picture.
        """
        hashes: list[bytes] = []
        if not isinstance(images, str | PathLike):  # which is refused below
            images = _hashed(images, hashes)
        n = self._learn_from(as_images(images))
        if len(hashes) == n:
            self.keep_sketch(hashes)
        return self

    def keep_sketch(self, hashes: Sequence[bytes]) -> None:
        """Keep some hashes of the files that this was learned on."""
        learned = self.learned()
        if learned is not None:
            learned.source["sketch"] = sketch_of(hashes)

    def learned(self) -> Learned | None:
        """Give what was learned, or None; each encoder has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no learned()")

    def _learn_from(self, images: Iterator[NDArray[np.uint8]]) -> int:
        """Learn from RGB images, and tell how many there were."""
        raise NotImplementedError(f"{type(self).__name__} learns from no images")


class FeatureLearner(ImageLearner):
    """An encoder that learns from local features; each says how in `fit_features`."""

    extractor: Extractor

    def _learn_from(self, images: Iterator[NDArray[np.uint8]]) -> int:
        found = [self.extractor.extract(image) for image in images]
        self.fit_features(found)
        return len(found)

    def fit_features(self, features: Sequence[LocalFeatures]) -> Self:
        """Learn from features that are already extracted."""
        raise NotImplementedError(f"{type(self).__name__} has no fit_features()")


class VocabularyLearner(FeatureLearner):
    """An encoder with a vocabulary: learned, handed over, or one that ships."""

    n_words: int
    vocabulary: str | Vocabulary | None
    random_state: int
    levels: int = 2
    probes: int | Sequence[int] = 3

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
        learned = self._kind()(
            n_words,
            levels=self.levels,
            probes=self.probes,
            random_state=self.random_state,
        )
        learned.fit(np.concatenate(kept))
        learned.source_ |= source_of(kept)
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


class LearnedDescriptor(ImageLearner):
    """A descriptor that gives a vector by what it learned, which is arrays alone."""

    _names: tuple[str, ...]  # of the arrays learned; each stands in `name_`

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the (d,) vector of an RGB image; each descriptor has its own."""
        raise NotImplementedError(f"{type(self).__name__} has no describe()")

    def transform(self, images: Iterable[ImageOrPath]) -> NDArray[np.float32]:
        """Describe each of a list of RGB images or paths; gives shape (n, d)."""
        self.check_fitted()
        rows = [self.describe(image) for image in as_images(images)]
        empty = np.empty((0, len(self.get_feature_names_out())), np.float32)
        return np.stack(rows) if rows else empty

    def fit_transform(
        self, images: Iterable[ImageOrPath], y: Any = None
    ) -> NDArray[np.float32]:
        """Fit, then describe each image."""
        images = list(images)
        return self.fit(images).transform(images)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``vlad0`` ... (by the name of the class) in the order of elements."""
        self.check_fitted()
        name = type(self).__name__.lower()
        names = [f"{name}{number}" for number in range(self._n_elements)]
        return np.array(names, dtype=object)

    def learned(self) -> Learned | None:
        """Give what was learned, or None before `fit`."""
        if not hasattr(self, "source_"):
            return None
        arrays = {name: getattr(self, name + "_") for name in self._names}
        return Learned(arrays, self.source_)

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Self:
        """Take over what `learned` gave; gives self.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        for name in self._names:
            if name not in arrays:
                raise ValueError(f"{type(self).__name__} lacks its array {name!r}")
            setattr(self, name + "_", np.ascontiguousarray(arrays[name]))
        self._check_arrays()
        self.source_ = dict(source)
        return self

    def check_fitted(self) -> None:
        """Raise NotFittedError before `fit`."""
        if not hasattr(self, "source_"):
            raise NotFittedError(
                f"this {type(self).__name__} has learned nothing yet; call fit(images) "
                "first"
            )

    @property
    def _n_elements(self) -> int:
        """Elements of a vector, once fitted."""
        raise NotImplementedError(f"{type(self).__name__} counts no elements")

    def _check_arrays(self) -> None:
        """Raise ValueError if what was restored does not belong together."""
        raise NotImplementedError(f"{type(self).__name__} checks no arrays")


class VectorEncoder(LearnedDescriptor, FeatureLearner):
    """An encoder that makes one vector of all local features of an image.

    It is a `Descriptor`: vectors are of length 1 and compared by the cosine. An image
    without keypoints gives zeros, and is like no other.
    """

    metric = "cosine"

    def encode(self, features: LocalFeatures) -> NDArray[np.float32]:
        """Make one (d,) vector of local features; each encoder has its own way."""
        raise NotImplementedError(f"{type(self).__name__} has no encode()")

    def describe(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Give the vector of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (d,)
            Of length 1, or zeros where no keypoint is found.
        """
        self.check_fitted()
        return self.encode(self.extractor.extract(image))


def _hashed(
    images: Iterable[ImageOrPath], hashes: list[bytes]
) -> Iterator[ImageOrPath]:
    """Give images as they are, and append the hash of each that is a file."""
    for image in images:
        if isinstance(image, str | PathLike):
            hashes.append(hash_of(read_bytes(image)))
        yield image


def unit(vector: NDArray[Any]) -> NDArray[np.float32]:
    """Give a vector the length 1; zeros stay."""
    length = np.sqrt((vector.astype(np.float64) ** 2).sum())
    scaled: NDArray[np.float32] = (vector / (length if length > 0 else 1)).astype(
        np.float32
    )
    return scaled


def check_float(encoder: FeatureLearner) -> None:
    """Raise ValueError if the extractor gives bit strings, which have no residuals."""
    if encoder.extractor.binary:
        raise ValueError(
            f"{type(encoder).__name__} needs float descriptors, and those of "
            f"{type(encoder.extractor).__name__} are bit strings; take SIFT, or use "
            "BagOfWords"
        )


def check_width(encoder: FeatureLearner, features: LocalFeatures, d: int) -> None:
    """Raise ValueError unless descriptors have the `d` columns that were learned."""
    shape = features.descriptors.shape
    if len(shape) != 2 or shape[1] != d:
        raise ValueError(
            f"descriptors must have shape (n, {d}) as those that this "
            f"{type(encoder).__name__} learned, got {shape}"
        )
    if not np.isfinite(features.descriptors).all():
        raise ValueError("descriptors must be finite, got NaN or infinity")


def check_enough(name: str, n: int, kept: Sequence[NDArray[Any]]) -> None:
    """Raise ValueError unless there are `n` descriptors, all finite."""
    found = sum(map(len, kept))
    if found < n:
        raise ValueError(
            f"{name}={n} needs at least that many descriptors, got {found}; give more "
            "images or ask for fewer"
        )
    if not all(np.isfinite(part).all() for part in kept):
        raise ValueError("descriptors must be finite, got NaN or infinity")


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
