"""Vocabularies: the nearest visual words of a descriptor, and its signature."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret._parameters import Parameters
from cvret.encoding.clustering import Codes, learn_scaling, to_codes, tree_k_means
from cvret.encoding.kernels import signatures
from cvret.encoding.tree import Tree, check_probes, fit_together, n_levels, tree_names
from cvret.errors import NotFittedError, UnknownNameError
from cvret.records import Learned

__all__ = ["SHIPPED", "BinaryVocabulary", "Vocabulary", "shipped_vocabulary"]

SIGNATURE_BITS = 64

SHIPPED: dict[str, str] = {
    "rootsift-16k": "16,384 words for RootSIFT, learned on free photographs",
}
"""Vocabularies that come with cvret, and are kept for ever: name -> what it is."""

_OF_SIGNATURES = ("projection", "medians", "scaling")
_FEWEST_FOR_MEDIAN = 8
_BLOCK = 8192  # descriptors at a time, which bounds the memory
_MEDIAN_UNIT = 64  # medians are kept in this unit, so that float16 can hold them
_shipped: dict[str, "Vocabulary"] = {}


class Vocabulary(Parameters):
    """Visual words for float descriptors, by K-means on one or more levels.

    Words are the leaves of a tree of cells, which is searched from the top: on each
    level the few cells whose centers are nearest go on.

    Descriptors are rounded to 8-bit codes, which makes every distance a whole number
    and the result the same on every machine. With each word come the medians of 64
    projections, so that a feature is described by the word and a 64-bit signature
    (Hamming embedding).

    Parameters
    ----------
    n_words : int
        Words wanted; fewer are learned where descriptors coincide.
    levels : int
        1 for flat words, of which the nearest is always found; 2 for cells of words;
        more for a deeper tree, which is learned and searched sooner, and misses the
        nearest word more often.
    probes : int or sequence of int
        Cells that go on, for each descriptor: on every level above the words, or one
        number for each of these levels, the top one first.
    n_iterations : int
        Of K-means, on each level.
    random_state : int
        Seed of the starts and of the projections.

    Attributes
    ----------
    words_ : array of uint8, shape (n_words_, d)
        Centers, as codes.
    cells_ : tuple of arrays of uint8, shape (n_cells, d)
        Centers of each level above the words, the top one first.
    starts_ : tuple of arrays of int32, shape (n_cells + 1,)
        For each of these levels, where the children of each cell begin on the next.
    n_words_ : int
        Words learned.
    source_ : dict
        Where the vocabulary came from: ``learned on``, in words; ``unexplained``, the
        `unexplained` share of what it was learned on; ``sketch``, hashes of some of
        the files, where they are known (see `cvret.images.hashing`).

    References
    ----------
    Nistér and Stewénius, "Scalable recognition with a vocabulary tree", CVPR 2006.
    Jégou, Douze and Schmid, "Hamming embedding and weak geometric consistency for
    large scale image search", ECCV 2008.

    Examples
    --------
    >>> points = np.repeat(np.float32([[0, 0], [0, 9], [9, 0], [9, 9]]), 20, axis=0)
    >>> vocabulary = Vocabulary(n_words=4).fit(points)
    >>> vocabulary.nearest_words(points[[0, 1, 20]]).ravel().tolist()
    [0, 0, 1]
    """

    binary = False

    def __init__(
        self,
        n_words: int = 16384,
        *,
        levels: int = 2,
        probes: int | Sequence[int] = 3,
        n_iterations: int = 10,
        random_state: int = 0,
    ):
        self.n_words = n_words
        self.levels = levels
        self.probes = probes
        self.n_iterations = n_iterations
        self.random_state = random_state

    def fit(self, descriptors: NDArray[Any], y: Any = None) -> Self:
        """Learn words, projections and medians.

        Parameters
        ----------
        descriptors : array, shape (n, d)
            At least `n_words` of them, all finite.

        Raises
        ------
        ValueError
            If there are too few, or some are not finite; or if `probes` has not one
            number for each level above the words.
        """
        n_words = check_count("n_words", self.n_words)
        levels = check_count("levels", self.levels)
        check_probes(self.probes, levels - 1)
        check_count("n_iterations", self.n_iterations)
        self._check_descriptors(descriptors, known=False)
        if len(descriptors) < n_words:
            raise ValueError(
                f"n_words={n_words} needs at least that many descriptors, got "
                f"{len(descriptors)}; sample more images or ask for fewer words"
            )
        rng = np.random.default_rng(self.random_state)
        self.scaling_ = self._learn_scaling(descriptors)
        codes = self._codes(descriptors)
        centers, starts = tree_k_means(codes, n_words, levels, rng, self.n_iterations)
        *cells, words = (level.astype(np.uint8) for level in centers)
        self.cells_, self.words_, self.starts_ = tuple(cells), words, tuple(starts[1:])
        self.projection_ = self._learn_projection(codes.shape[1], rng)
        self.medians_ = np.zeros((len(words), SIGNATURE_BITS), np.float16)
        self._prepare()
        nearest = self._nearest(codes, 1, self.probes)[:, 0]
        self.medians_ = self._learn_medians(codes, nearest)
        self._prepare()
        self.source_: dict[str, Any] = {
            "learned on": f"{len(descriptors):,} descriptors given to fit"
        }
        unexplained = self._unexplained(codes, nearest)
        if unexplained is not None:
            self.source_["unexplained"] = round(unexplained, 4)
        return self

    def __sklearn_clone__(self) -> Self:
        """Be kept by scikit-learn's ``clone`` once fitted: it is then a parameter."""
        if hasattr(self, "words_"):
            return self
        return type(self)(**self.get_params())

    @property
    def n_words_(self) -> int:
        """Words learned."""
        self._check_fitted()
        return len(self.words_)

    @property
    def n_levels_(self) -> int:
        """Levels learned, the words among them."""
        self._check_fitted()
        return len(self.cells_) + 1

    def nearest_words(
        self,
        descriptors: NDArray[Any],
        n_nearest: int = 1,
        *,
        probes: int | Sequence[int] | None = None,
    ) -> NDArray[np.uint32]:
        """Give the nearest words of each descriptor, best first.

        Parameters
        ----------
        descriptors : array, shape (n, d)
            As given to `fit`.
        n_nearest : int
            How many words for each.
        probes : int or sequence of int, optional
            In place of the constructor's.

        Returns
        -------
        array of uint32, shape (n, n_nearest)
            By Euclidean (Hamming) distance. The search looks into the most promising
            cells only, and misses the true nearest word of some descriptors, unless
            the words are flat. Where such cells could hold fewer words than wanted,
            more are searched.

        Raises
        ------
        ValueError
            If descriptors are not like those learned, there are fewer words than
            `n_nearest`, or `probes` has not one number for each level above the words.
        """
        self._check_fitted()
        self._check_descriptors(descriptors)
        check_count("n_nearest", n_nearest)
        if probes is None:
            probes = self.probes
        return self._nearest(self._codes(descriptors), n_nearest, probes)

    def encode(
        self,
        descriptors: NDArray[Any],
        n_nearest: int = 1,
        *,
        probes: int | Sequence[int] | None = None,
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """Give words and signatures, each of shape (n, n_nearest).

        Bit ``i`` of a signature says that projection ``i`` of the descriptor is above
        the median of its word. The arguments are those of `nearest_words`.
        """
        self._check_fitted()
        self._check_descriptors(descriptors)
        codes = self._codes(descriptors)
        if probes is None:
            probes = self.probes
        words = self._nearest(codes, n_nearest, probes)
        return words, signatures(
            codes.astype(np.int16), words, self._short_projection, self._thresholds
        )

    def unexplained(
        self,
        descriptors: NDArray[Any],
        *,
        probes: int | Sequence[int] | None = None,
    ) -> float | None:
        """Give the share of the descriptors' variance that their words do not explain.

        It is the mean squared distance of a descriptor to its word, over that to the
        descriptors' mean; distances are those of the codes.

        Parameters
        ----------
        descriptors : array, shape (n, d)
            As given to `fit`.
        probes : int or sequence of int, optional
            In place of the constructor's.

        Returns
        -------
        float or None
            0 where each descriptor is a word; 1 where the words tell no more than the
            mean alone would, and more where they suit other descriptors. None where
            the descriptors do not vary, or there are none.
        """
        nearest = self.nearest_words(descriptors, probes=probes)[:, 0]
        return self._unexplained(self._codes(descriptors), nearest)

    def residuals(
        self, descriptors: NDArray[Any], words: NDArray[np.uint32]
    ) -> NDArray[np.float32]:
        """Give what each descriptor differs from a word by, as codes: whole numbers.

        Parameters
        ----------
        descriptors : array, shape (n, d)
            As given to `fit`.
        words : array of uint32, shape (n,)
            One for each.
        """
        self._check_fitted()
        self._check_descriptors(descriptors)
        residuals: NDArray[np.float32] = self._codes(descriptors) - self.words_[words]
        return residuals

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Give what was learned as plain arrays, by name.

        Cells and where their children begin are ``cells`` and ``starts`` on two levels,
        ``cells1``, ``starts1``, ``cells2`` ... on more, and absent on one.
        """
        self._check_fitted()
        cells, starts = tree_names(self.n_levels_)
        return {
            **dict(zip(cells, self.cells_, strict=True)),
            "words": self.words_,
            **dict(zip(starts, self.starts_, strict=True)),
            **{name: getattr(self, name + "_") for name in _OF_SIGNATURES},
        }

    def restore(
        self, arrays: Mapping[str, NDArray[Any]], source: Mapping[str, Any]
    ) -> Self:
        """Take over what `to_arrays` gave; gives self.

        How many levels there are is told by the arrays.

        Raises
        ------
        ValueError
            If the arrays do not belong together.
        """
        cells, starts = tree_names(n_levels(arrays))
        taken = {}
        for name in (*cells, "words", *starts, *_OF_SIGNATURES):
            if name not in arrays:
                raise ValueError(f"the vocabulary lacks its array {name!r}")
            taken[name] = np.ascontiguousarray(arrays[name])
        self.words_ = taken["words"]
        self.cells_ = tuple(taken[name] for name in cells)
        self.starts_ = tuple(taken[name] for name in starts)
        for name in _OF_SIGNATURES:
            setattr(self, name + "_", taken[name])
        d = self.words_.shape[1]
        below = (*self.cells_[1:], self.words_)
        if (
            self.projection_.shape != (SIGNATURE_BITS, d)
            or self.medians_.shape != (len(self.words_), SIGNATURE_BITS)
            or any(level.shape[1] != d for level in self.cells_)
            or not all(map(fit_together, self.cells_, self.starts_, below))
        ):
            raise ValueError("the arrays of the vocabulary do not belong together")
        self.source_ = dict(source)
        self._prepare()
        return self

    def fingerprint(self) -> str:
        """Give 16 hexadecimal digits that tell this vocabulary from any other."""
        return Learned(self.to_arrays(), self.source_).fingerprint()

    def _check_fitted(self) -> None:
        if not hasattr(self, "words_"):
            raise NotFittedError(
                f"this {type(self).__name__} has learned no words yet; call "
                "fit(descriptors) first"
            )

    def _check_descriptors(self, descriptors: NDArray[Any], known: bool = True) -> None:
        if descriptors.ndim != 2:
            raise ValueError(
                f"descriptors must have shape (n, d), got {descriptors.shape}"
            )
        if known and descriptors.shape[1] != self._d():
            raise ValueError(
                f"descriptors must have {self._d()} columns as those that this "
                f"{type(self).__name__} learned, got {descriptors.shape[1]}"
            )
        if not np.isfinite(descriptors).all():
            raise ValueError("descriptors must be finite, got NaN or infinity")

    def _d(self) -> int:
        return int(self.words_.shape[1])

    def _learn_scaling(self, descriptors: NDArray[Any]) -> NDArray[np.float64]:
        """Offset and factor that spread the descriptors over the codes."""
        return learn_scaling(descriptors)

    def _learn_projection(self, d: int, rng: np.random.Generator) -> NDArray[np.int8]:
        """Random directions, orthogonal where there is room, as whole numbers."""
        basis, _ = np.linalg.qr(rng.standard_normal((max(d, SIGNATURE_BITS),) * 2))
        rows = basis[:SIGNATURE_BITS, :d]
        scaled: NDArray[np.float64] = np.rint(rows * (127 / np.abs(rows).max()))
        return scaled.astype(np.int8)

    def _learn_medians(
        self, codes: Codes, words: NDArray[np.uint32]
    ) -> NDArray[np.float16]:
        """Median of each projection within each word, in units of its scale."""
        projection = self.projection_.T.astype(np.float32)
        projected = codes @ projection
        medians = self.words_.astype(np.float32) @ projection
        order = np.argsort(words, kind="stable")
        starts = np.searchsorted(words[order], np.arange(len(self.words_) + 1))
        for word, (start, end) in enumerate(zip(starts[:-1], starts[1:], strict=True)):
            if end - start >= _FEWEST_FOR_MEDIAN:
                medians[word] = np.median(projected[order[start:end]], axis=0)
        return (medians / _MEDIAN_UNIT).astype(np.float16)

    def _codes(self, descriptors: NDArray[Any]) -> Codes:
        return to_codes(descriptors, self.scaling_)

    def _unexplained(self, codes: Codes, words: NDArray[np.uint32]) -> float | None:
        """Mean squared distance to the words over the variance; all sums are exact."""
        near = whole = 0.0
        total = np.zeros(codes.shape[1])
        for start in range(0, len(codes), _BLOCK):
            part = codes[start : start + _BLOCK].astype(np.float64)
            away = part - self.words_[words[start : start + _BLOCK]]
            near += float(np.einsum("ij,ij->", away, away))
            whole += float(np.einsum("ij,ij->", part, part))
            total += part.sum(axis=0)
        whole -= float((total**2).sum()) / max(1, len(codes))
        return near / whole if whole > 0 else None

    def _prepare(self) -> None:
        """Lay out what was learned as the kernels want it."""
        self._tree = Tree(self.cells_, self.words_, self.starts_)
        self._short_projection = self.projection_.astype(np.int16)
        # A whole number is above a median where it is above the median's floor.
        scaled = self.medians_.astype(np.float32) * _MEDIAN_UNIT
        self._thresholds = np.floor(scaled).astype(np.int32)

    def _nearest(
        self, codes: Codes, n_nearest: int, probes: int | Sequence[int]
    ) -> NDArray[np.uint32]:
        """Search the nearest words in the cells whose centers are nearest."""
        return self._tree.nearest(codes.astype(np.int16), n_nearest, probes)


class BinaryVocabulary(Vocabulary):
    """Visual words for bit strings such as ORB's, by K-majority on some levels.

    The interface is that of `Vocabulary`. Distances are Hamming distances, the center
    of a word is the majority of each bit, and the signature is 64 of the bits
    themselves, chosen at random.

    Parameters
    ----------
    n_words : int
        Words wanted; fewer are learned where descriptors coincide.
    levels, probes
        As for `Vocabulary`.
    n_iterations : int
        Of K-majority, on each level.
    random_state : int
        Seed of the starts and of the choice of bits.

    References
    ----------
    Grana et al., "A fast approach for integrating ORB descriptors in the bag of words
    model", SPIE 8667, 2013. Gálvez-López and Tardós, "Bags of binary words for fast
    place recognition in image sequences", IEEE Transactions on Robotics 28(5), 2012.

    Examples
    --------
    >>> strings = np.repeat(np.uint8([[0b00000000], [0b11110000]]), 10, axis=0)
    >>> vocabulary = BinaryVocabulary(n_words=2).fit(strings)
    >>> near = np.uint8([[0b00000001], [0b11100000]])
    >>> vocabulary.nearest_words(near).ravel().tolist()
    [0, 1]
    """

    binary = True

    def _check_descriptors(self, descriptors: NDArray[Any], known: bool = True) -> None:
        if descriptors.dtype != np.uint8:
            raise ValueError(
                "descriptors must be bit strings of dtype uint8, got dtype "
                f"{descriptors.dtype}; use Vocabulary for floats"
            )
        super()._check_descriptors(descriptors, known)

    def _d(self) -> int:
        return int(self.words_.shape[1]) // 8

    def _learn_scaling(self, descriptors: NDArray[Any]) -> NDArray[np.float64]:
        return np.array([0.0, 1.0])

    def _learn_projection(self, d: int, rng: np.random.Generator) -> NDArray[np.int8]:
        bits = np.resize(rng.permutation(d), SIGNATURE_BITS)
        return np.eye(d, dtype=np.int8)[bits]

    def _learn_medians(
        self, codes: Codes, words: NDArray[np.uint32]
    ) -> NDArray[np.float16]:
        half = np.float16(0.5 / _MEDIAN_UNIT)  # between a bit of 0 and one of 1
        return np.full((len(self.words_), SIGNATURE_BITS), half)

    def _codes(self, descriptors: NDArray[Any]) -> Codes:
        return np.unpackbits(descriptors, axis=1).astype(np.float32)


def shipped_vocabulary(name: str) -> Vocabulary:
    """Give a vocabulary that comes with cvret.

    Parameters
    ----------
    name : str
        A key of `SHIPPED`.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> shipped_vocabulary("rootsift-16k").words_.shape[1]
    128
    """
    if name not in SHIPPED:
        raise UnknownNameError(
            f"no vocabulary is named {name!r}; there are {', '.join(sorted(SHIPPED))}"
        )
    if name not in _shipped:
        path = files("cvret.encoding") / "vocabularies" / f"{name}.npz"
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        source = dict(
            zip(arrays.pop("source_keys"), arrays.pop("source_values"), strict=True)
        )
        n_words = len(arrays["words"])
        _shipped[name] = Vocabulary(n_words).restore(
            arrays, {str(k): str(v) for k, v in source.items()}
        )
    return _shipped[name]
