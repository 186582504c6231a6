"""Binary codes: the vectors of any descriptor in a few bits, learned without labels."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count
from cvret.encoding.learning import LearnedDescriptor
from cvret.encoding.reduction import principal_components
from cvret.protocols import Descriptor, Learner
from cvret.records import Learned

__all__ = ["METHODS", "BinaryCodes"]

METHODS = ("itq", "lsh", "spectral")

_ITERATIONS = 50  # of ITQ, as in the paper
_INNER = "descriptor."  # before the names of arrays that the descriptor learned

Vectors = NDArray[np.float32]
Doubles = NDArray[np.float64]


def _plain(vectors: Doubles) -> Doubles:
    return vectors


def _root(vectors: Doubles) -> Doubles:
    return np.sqrt(np.maximum(vectors, 0))


def _unit(vectors: Doubles) -> Doubles:
    lengths = np.sqrt((vectors**2).sum(axis=1, keepdims=True))
    units: Doubles = np.divide(
        vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0
    )
    return units


# What makes the inner product, or the Euclidean distance, follow the metric: exactly
# for cosine, correlation, hellinger, hamming and l2; within a factor of 2 for chi2,
# whose distance lies between once and twice that of the roots; in order only for the
# others, which are sums of absolute differences: relative-l1 divides them by the size,
# which small steps of a logarithm do, too. The colors of a palette stand in any order,
# so that no vector of numbers follows it.
_EMBEDDINGS: dict[str, Callable[[Doubles], Doubles]] = {
    "chi2": _root,
    "correlation": lambda v: _unit(v - v.mean(axis=1, keepdims=True)),
    "cosine": _unit,
    "emd": lambda v: np.cumsum(v, axis=1),
    "hamming": _plain,
    "hellinger": lambda v: _unit(_root(v)),
    "intersection": _plain,
    "l1": _plain,
    "l2": _plain,
    "relative-l1": lambda v: np.log1p(2 * np.maximum(v, 0)),
    "tanimoto": _plain,
}


class BinaryCodes(LearnedDescriptor):
    """A descriptor's vectors as short codes of bits.

    `fit` learns from pictures, without labels, in which directions vectors differ; each
    bit is the side of one cut. Codes are compared by the share of equal bits, and an
    index keeps eight in a byte; what a search finds is near what the whole vectors
    would find. A field in itself: ``Index.create(..., fields={"color":
    BinaryCodes(HSVHistogram())})``, then ``index.fit``.

    Parameters
    ----------
    descriptor : Descriptor
        Of whole images, and of any metric but "palette". If it learns itself, fit it
        before.
    n_bits : int
        Of a code.
    method : {"itq", "lsh", "spectral"}
        "itq": principal components, turned so that their signs lose least (iterative
        quantization); the best choice for fewer bits than the vectors have elements.
        "lsh": random directions through the mean, of whose equal bits the angle follows
        (locality-sensitive hashing); it learns only the mean, and with more bits than
        elements it finds the neighbors of the whole vectors better. "spectral": waves
        along the principal components (spectral hashing); the more bits, the faster the
        waves, and beyond some 64 bits the less they tell.
    random_state : int
        Seed.

    Attributes
    ----------
    mean_ : array of float32, shape (d,)
        Of the vectors, as mapped.
    projection_ : array of float32, shape (n_bits, d)
        A direction for each bit.
    frequencies_, offsets_ : arrays of float32, shape (n_bits,)
        The bit of a projection ``x`` is ``cos(frequency * (x - offset)) > 0``, or
        ``x > 0`` where the frequency is 0.
    source_ : dict
        What it was learned on.

    Notes
    -----
    Vectors are first mapped so that Euclidean geometry says what the descriptor's
    metric says: to roots of length 1 for "hellinger", to length 1 for "cosine", without
    their mean for "correlation" too, to roots for "chi2", to cumulative sums for "emd",
    to logarithms for "relative-l1"; others stay as they are.

    Vectors vary in no more than d directions, and in fewer than there are pictures. The
    paper's ITQ ends there; where more bits are wanted, further turns are learned, each
    from another random start, and give the next bits.

    References
    ----------
    Gong and Lazebnik, "Iterative quantization: a Procrustean approach to learning
    binary codes", CVPR 2011. Charikar, "Similarity estimation techniques from rounding
    algorithms", STOC 2002. Weiss, Torralba and Fergus, "Spectral hashing", NIPS 2008.

    Examples
    --------
    Two groups of points, told apart by one bit.

    >>> class Place:
    ...     metric = "l2"
    ...     def describe(self, image):
    ...         return image[0, 0, :2].astype(np.float32)
    >>> codes = BinaryCodes(Place(), n_bits=1)
    >>> points = np.float32([[0, 0], [1, 0], [8, 9], [9, 9]])
    >>> bits = codes.fit_vectors(points).encode_vectors(points)[:, 0] > 0
    >>> bool(bits[0] == bits[1] != bits[2] == bits[3])
    True
    """

    metric = "hamming"
    version = 1

    mean_: Vectors
    projection_: Vectors
    frequencies_: Vectors
    offsets_: Vectors
    source_: dict[str, Any]
    _names = ("mean", "projection", "frequencies", "offsets")

    def __init__(
        self,
        descriptor: Descriptor,
        n_bits: int = 64,
        method: str = "itq",
        random_state: int = 0,
    ):
        self.descriptor = descriptor
        self.n_bits = n_bits
        self.method = method
        self.random_state = random_state

    @property
    def least_side(self) -> int:
        """Pixels that both sides of an image must have, as the descriptor says."""
        return int(getattr(self.descriptor, "least_side", 1))

    def describe(self, image: NDArray[np.uint8]) -> Vectors:
        """Give the code of an RGB image.

        Parameters
        ----------
        image : array of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        array of float32, shape (n_bits,)
            0 or 1.
        """
        self.check_fitted()
        code: Vectors = self._bits(self.sample(image)[None])[0].astype(np.float32)
        return code

    def encode_vectors(self, vectors: Vectors) -> NDArray[np.uint8]:
        """Give the codes of the descriptor's vectors, packed.

        Parameters
        ----------
        vectors : array of float32, shape (n, d)
            As the descriptor gives them.

        Returns
        -------
        array of uint8, shape (n, ceil(n_bits / 8))
            The first bit of a byte is the highest, zeros stand behind the last.
        """
        self.check_fitted()
        return np.packbits(self._bits(vectors), axis=1)

    def sample(self, image: NDArray[np.uint8]) -> Vectors:
        """Give the descriptor's own vector of an RGB image, shape (d,)."""
        self._check_descriptor()
        return self.descriptor.describe(image)

    def fit_vectors(self, vectors: Vectors) -> Self:
        """Learn from the descriptor's vectors of many images.

        Parameters
        ----------
        vectors : array of float32, shape (n, d)
            One an image.

        Raises
        ------
        ValueError
            If they are all equal, and the method needs the directions in which they
            differ; or if they are not finite.
        """
        check_choice("method", self.method, METHODS)
        n_bits = check_count("n_bits", self.n_bits)
        mapped = self._mapped(vectors)
        if not len(mapped):
            raise ValueError("fit needs at least one image, got none")
        mean = mapped.mean(axis=0)
        frequencies = offsets = np.zeros(n_bits)
        if self.method == "lsh":
            rng = np.random.default_rng(self.random_state)
            projection = rng.standard_normal((n_bits, mapped.shape[1]))
        else:
            directions = _directions(mapped, n_bits)
            projected = (mapped - mean) @ directions.T
            if self.method == "itq":
                turns = _turns(projected, n_bits, self.random_state)
                projection = turns @ directions
            else:
                axes, frequencies, offsets = _waves(projected, n_bits)
                projection = directions[axes]
        self._take(mean, projection, frequencies, offsets)
        self.source_ = {"learned on": f"vectors of {len(mapped):,} images given to fit"}
        return self

    def learned(self) -> Learned | None:
        """Give what was learned, the descriptor's own too; None before `fit`."""
        own = super().learned()
        inner = self._learner.learned() if self._learner else None
        if own is None or inner is None:
            return own
        theirs = {_INNER + name: array for name, array in inner.arrays.items()}
        return Learned({**own.arrays, **theirs}, own.source)

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Self:
        """Take over what `learned` gave; gives self.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        super().restore(arrays, source)
        inner = {n.removeprefix(_INNER): n for n in arrays if n.startswith(_INNER)}
        if inner and not self._learner:
            raise ValueError("the descriptor of BinaryCodes learns nothing")
        if inner and self._learner:
            restored = {name: arrays[stored] for name, stored in inner.items()}
            self._learner.restore(restored, {})
        return self

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Give ``bit0`` ... in the order of the code."""
        n_bits = check_count("n_bits", self.n_bits)
        return np.array([f"bit{n}" for n in range(n_bits)], dtype=object)

    def _learn_from(self, images: Iterator[NDArray[np.uint8]]) -> int:
        vectors = [self.sample(image) for image in images]
        self.fit_vectors(np.stack(vectors) if vectors else np.empty((0, 1), np.float32))
        return len(vectors)

    @property
    def _learner(self) -> Learner | None:
        """The descriptor, where it learns itself."""
        return self.descriptor if isinstance(self.descriptor, Learner) else None

    def _check_arrays(self) -> None:
        shape = (check_count("n_bits", self.n_bits), *self.mean_.shape)
        if (
            len(shape) != 2
            or self.projection_.shape != shape
            or self.frequencies_.shape != shape[:1]
            or self.offsets_.shape != shape[:1]
        ):
            raise ValueError("the arrays of BinaryCodes do not belong together")

    def _take(self, *arrays: NDArray[Any]) -> None:
        for name, array in zip(self._names, arrays, strict=True):
            setattr(self, name + "_", np.ascontiguousarray(array, np.float32))

    def _mapped(self, vectors: Vectors) -> Doubles:
        """Map vectors to where Euclidean geometry says what the metric says."""
        self._check_descriptor()
        wide = np.asarray(vectors, np.float64)
        if wide.ndim != 2 or not np.isfinite(wide).all():
            raise ValueError(
                f"vectors must be finite, of shape (n, d), got shape {wide.shape}"
                + (" with NaN or infinity" if wide.ndim == 2 else "")
            )
        return _EMBEDDINGS[self.descriptor.metric](wide)

    def _check_descriptor(self) -> None:
        """Raise TypeError or ValueError unless bits can follow the descriptor."""
        if not isinstance(self.descriptor, Descriptor):
            raise TypeError(
                "descriptor must describe whole images, such as HSVHistogram(), got "
                f"{self.descriptor!r}"
            )
        if self.descriptor.metric not in _EMBEDDINGS:
            raise ValueError(
                f"descriptor must have a metric that bits can follow, and "
                f"{self.descriptor!r} has {self.descriptor.metric!r}; take one of "
                f"{', '.join(_EMBEDDINGS)}"
            )

    def _bits(self, vectors: Vectors) -> NDArray[np.bool_]:
        mapped = self._mapped(vectors)
        if mapped.shape[1:] != self.mean_.shape:
            raise ValueError(
                f"vectors must have {len(self.mean_)} elements as those that this "
                f"BinaryCodes learned, got {mapped.shape[1]}"
            )
        x = (mapped - self.mean_) @ self.projection_.T.astype(np.float64)
        waves = np.cos(self.frequencies_ * (x - self.offsets_))
        bits: NDArray[np.bool_] = np.where(self.frequencies_ > 0, waves, x) > 0
        return bits


def _directions(vectors: Doubles, most: int) -> Doubles:
    """Give the directions in which vectors vary most, shape (k, d), at most `most`."""
    narrow = vectors.astype(np.float32)
    found = principal_components(narrow, min(most, *vectors.shape), fewer=True)
    if not len(found.components):
        raise ValueError(
            f"codes need vectors that differ, got {len(vectors)} equal ones; give more "
            "images"
        )
    return found.components.astype(np.float64)


def _turns(projected: Doubles, n_bits: int, random_state: int) -> Doubles:
    """Learn a turn by iterative quantization, or several; gives shape (n_bits, k)."""
    k = projected.shape[1]
    turns = []
    for number in range(-(-n_bits // k)):
        rng = np.random.default_rng([random_state, number])
        turn, _ = np.linalg.qr(rng.standard_normal((k, k)))
        for _ in range(_ITERATIONS):
            signs = np.where(projected @ turn > 0, 1.0, -1.0)
            left, _, right = np.linalg.svd(signs.T @ projected)
            turn = (left @ right).T
        turns.append(turn.T)
    return np.concatenate(turns)[:n_bits]


def _waves(
    projected: Doubles, n_bits: int
) -> tuple[NDArray[np.intp], Doubles, Doubles]:
    """Choose the slowest waves along the axes, as for a uniform distribution.

    Returns
    -------
    axes : array of int, shape (n_bits,)
        Along which axis each runs.
    frequencies, offsets : arrays of float64, shape (n_bits,)
        In radians for a unit, and where it begins.
    """
    low, high = projected.min(axis=0), projected.max(axis=0)
    slowest = np.pi / np.maximum(high - low, 1e-12)
    frequencies = np.arange(1, n_bits + 1)[:, None] * slowest
    order = np.argsort(frequencies, axis=None, kind="stable")[:n_bits]
    axes = order % projected.shape[1]
    return axes, frequencies.ravel()[order], low[axes]
