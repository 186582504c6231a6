"""What travels between the parts: frozen records of arrays."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AggregatedWords",
    "Correspondences",
    "Explanation",
    "Hit",
    "Learned",
    "LocalFeatures",
    "Query",
    "Ranking",
    "Verification",
    "VisualWords",
]


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """The keypoints of one image and their descriptors.

    Attributes
    ----------
    keypoints : array of float32, shape (n, 4)
        x and y of the center, in pixels; size, the diameter in pixels; angle, in
        degrees, clockwise from the x axis.
    descriptors : array of uint8 or float32, shape (n, d)
        uint8 rows are strings of ``8 * d`` bits where the extractor is binary.
    width, height : int
        Of the image, in pixels.
    """

    keypoints: NDArray[np.float32]
    descriptors: NDArray[Any]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.keypoints)

    def take(self, rows: NDArray[Any]) -> "LocalFeatures":
        """Keep the features at `rows` (indices or a mask)."""
        return LocalFeatures(
            self.keypoints[rows], self.descriptors[rows], self.width, self.height
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """What a part learned, as an index keeps it.

    Attributes
    ----------
    arrays : mapping of str to array
        Numbers alone, by names that can be those of files.
    source : dict
        Where it came from, for people.

    Examples
    --------
    >>> Learned({"mean": np.float32([1, 2])}, {"learned on": "two"}).fingerprint()
    'ed609252ca07b074'
    """

    arrays: Mapping[str, NDArray[Any]]
    source: dict[str, Any]

    def fingerprint(self) -> str:
        """Give 16 hexadecimal digits that tell these arrays from any other."""
        digest = hashlib.blake2b(digest_size=8)
        for name, array in self.arrays.items():
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            digest.update(name.encode() + little.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class VisualWords:
    """Local features after quantization: words, signatures and where they are.

    Attributes
    ----------
    words : array of uint32, shape (n,) or (n, m)
        The nearest word of each feature; or its `m` nearest ones, best first.
    signatures : array of uint64, of the shape of `words`
        Which side of the word's median the feature is on, in 64 projections.
    keypoints : array of float32, shape (n, 4)
        x, y and size in pixels, angle in degrees.
    width, height : int
        Of the image, in pixels.
    """

    words: NDArray[np.uint32]
    signatures: NDArray[np.uint64]
    keypoints: NDArray[np.float32]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, eq=False)
class AggregatedWords:
    """Local features aggregated word by word.

    Attributes
    ----------
    words : array of uint32, shape (n,)
        Each once, ascending.
    residuals : array of uint64, shape (n, w), or of int8, shape (n, d)
        What the features of a word differ from it by, all together: the sign of each
        element as a bit, or the elements, up to a factor.
    nearest : array of bool, shape (n,)
        Which words are the nearest of some feature.
    """

    words: NDArray[np.uint32]
    residuals: NDArray[np.uint64] | NDArray[np.int8]
    nearest: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, eq=False)
class Query:
    """A picture as the fields of an index see it.

    Attributes
    ----------
    parts : mapping of str to VisualWords, AggregatedWords or (d,) array of float32
        What was computed for each field that the search asks.
    width, height : int
        Of the picture, in pixels.
    region : tuple of float, or None
        x, y, width, height of the part that is asked for, in pixels.
    weights : mapping of str to float
        Of the fields, as the search that asks has them.
    terms : tuple of (float, mapping of str to part)
        Pictures that are asked with instead of this one, as a weighted sum of their
        similarities; see `mixed`. Empty for this one alone.
    mirror : Query or None
        The mirrored picture, where it is asked for too.
    source : str, path, array of uint8 of shape (height, width, 3), or None
        The picture that it was made of, to look at its pixels again: its file, or the
        caller's own array, not a copy.
    flipped : bool
        Whether this is the mirror image of the source.
    """

    parts: Mapping[str, Any]
    width: int
    height: int
    region: tuple[float, float, float, float] | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    terms: tuple[tuple[float, Mapping[str, Any]], ...] = ()
    mirror: "Query | None" = None
    source: "str | PathLike[str] | NDArray[np.uint8] | None" = None
    flipped: bool = False

    def mixed(self, own: float, others: Sequence[tuple[float, "Query"]]) -> "Query":
        """Give the query that asks with a weighted sum of pictures.

        A picture then scores the weighted sum of its similarities to each, over the
        sum of the weights above 0. For the metrics "cosine" and "hellinger" that is to
        ask with the weighted sum of the vectors, each of length 1. The mirror image is
        not asked for any more.

        Parameters
        ----------
        own : float
            Weight of this picture.
        others : sequence of (float, Query)
            Weights, also below 0, and pictures.
        """
        terms = [(own, self.parts), *((weight, q.parts) for weight, q in others)]
        terms = [term for term in terms if term[0] != 0]
        return replace(self, terms=tuple(terms), mirror=None)

    def corners(self) -> NDArray[np.float64]:
        """Corners of what is asked for, in pixels, shape (4, 2), clockwise."""
        x, y, w, h = self.region or (0.0, 0.0, float(self.width), float(self.height))
        return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


@dataclass(frozen=True, eq=False)
class Correspondences:
    """Features of a query and of one indexed image that share a word.

    Attributes
    ----------
    features : array of int32, shape (m,)
        Which feature of the query, ascending.
    words : array of uint32, shape (m,)
        The word that both fell into.
    source, target : array of float32, shape (m, 4)
        Keypoints (x, y, size, angle) in the query and in the indexed image.
    targets : array of int64, shape (m,)
        Number of the feature in the indexed image: equal ones are the same feature.
    similarities : array of float32, shape (m,)
        Of the two signatures, in [0, 1].
    weights : array of float64, shape (m,)
        The share of the query's whole weight that the query feature has, in [0, 1].
    width, height : int
        Of the indexed image, in pixels.
    """

    features: NDArray[np.int32]
    words: NDArray[np.uint32]
    source: NDArray[np.float32]
    target: NDArray[np.float32]
    targets: NDArray[np.int64]
    similarities: NDArray[np.float32]
    weights: NDArray[np.float64]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.features)


@dataclass(frozen=True, eq=False)
class Verification:
    """What geometry says of one result.

    Attributes
    ----------
    inliers : int
        Correspondences, one to one, that agree with one transform.
    transform : array of float64, shape (3, 3), or None
        From pixels of the query to pixels of the result, homogeneous.
    box : array of float64, shape (4, 2), or None
        Corners of the query (or its region) as found in the result, in pixels.
    pairs : array of float32, shape (inliers, 4)
        x, y in the query and x, y in the result, of each inlier.
    share : float
        The inliers' part of all features of the query, in [0, 1]; those that crowd in
        one spot of it count less.
    log_false_alarms : float
        Log10 of how many results as good as this one a search would find where there
        is nothing to be found.
    verified : bool
        Whether the two show the same thing, as far as geometry can tell.
    quality : float or None
        Value of a metric for what overlaps of the two after alignment, as a similarity
        in [0, 1]; None where it was not measured. See `AlignedQuality`.
    overlap : float or None
        Part of the query, or its region, that the aligned result covers, in [0, 1].
    """

    inliers: int
    transform: NDArray[np.float64] | None
    box: NDArray[np.float64] | None
    pairs: NDArray[np.float32]
    share: float
    log_false_alarms: float = np.inf
    verified: bool = False
    quality: float | None = None
    overlap: float | None = None

    @property
    def probability(self) -> float:
        """That both pictures show the same thing, if one such result is expected.

        One true result against so many false ones: ``1 / (1 + false alarms)``.
        """
        if self.log_false_alarms > 300:  # beyond what a float can hold
            return 0.0
        return float(1 / (1 + 10**self.log_false_alarms))


@dataclass(frozen=True, eq=False)
class Hit:
    """One image of a ranking, with the reason why.

    Attributes
    ----------
    id : str
        The path of the image relative to the folder added.
    score : float
        Its similarity, higher is better; in [0, 1].
    inliers : int or None
        Matches that agree in geometry; None where geometry was not looked at.
    transform : array of float64, shape (3, 3), or None
        From pixels of the query to pixels of this image.
    box : array of float64, shape (4, 2), or None
        Corners of the query as found in this image, in pixels.
    probability : float or None
        That this shows the same thing, by geometry; see `Verification`.
    verified : bool
        Whether geometry is sure of it.
    quality : float or None
        Value of a metric for what overlaps of the two after alignment, as a similarity
        in [0, 1]: high for a copy, lower for another photograph of the same thing.
        None where it was not measured; see `AlignedQuality`.
    overlap : float or None
        Part of the query that this image covers after alignment, in [0, 1].
    """

    id: str
    score: float
    inliers: int | None = None
    transform: NDArray[np.float64] | None = None
    box: NDArray[np.float64] | None = None
    probability: float | None = None
    verified: bool = False
    quality: float | None = None
    overlap: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "id": self.id,
            "score": self.score,
            "inliers": self.inliers,
            "transform": None if self.transform is None else self.transform.tolist(),
            "box": None if self.box is None else self.box.tolist(),
            "probability": self.probability,
            "verified": self.verified,
            "quality": self.quality,
            "overlap": self.overlap,
        }


@dataclass(frozen=True, eq=False)
class Ranking(Sequence[Hit]):
    """Images in order, best first; a sequence of `Hit`.

    Attributes
    ----------
    ids : tuple of str
        Equal scores are ordered by id.
    scores : array of float64, shape (n,)
        Similarities, never ascending.
    verifications : mapping of str to Verification
        By id, of the images that geometry looked at.
    query : Query or None
        What later re-rankers ask with, where one has moved the query; see
        `Query.mixed`.

    Examples
    --------
    >>> ranking = Ranking(("a.jpg", "b.jpg"), np.array([0.9, 0.2]))
    >>> ranking[0].id, len(ranking), ranking[:1].ids
    ('a.jpg', 2, ('a.jpg',))
    """

    ids: tuple[str, ...]
    scores: NDArray[np.float64]
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    query: Query | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Hit: ...

    @overload
    def __getitem__(self, place: slice) -> "Ranking": ...

    def __getitem__(self, place: int | slice) -> "Hit | Ranking":
        """Give the hit in a place (0 is the best), or a part of the ranking."""
        if isinstance(place, slice):
            return Ranking(self.ids[place], self.scores[place], self.verifications)
        id_ = self.ids[place]
        found = self.verifications.get(id_)
        score = float(self.scores[place])
        if found is None:
            return Hit(id_, score)
        return Hit(
            id_,
            score,
            found.inliers,
            found.transform,
            found.box,
            found.probability,
            found.verified,
            found.quality,
            found.overlap,
        )

    def take(self, places: Sequence[int]) -> "Ranking":
        """Keep the hits in some places, given in order."""
        ids = tuple(self.ids[place] for place in places)
        scores = self.scores[np.array(places, np.intp)]
        return Ranking(ids, scores, self.verifications)

    def __iter__(self) -> Iterator[Hit]:
        return (self[place] for place in range(len(self)))

    def __repr__(self) -> str:
        best = "".join(f"\n  {h.score:7.4f}  {h.id}" for h in self[:5])
        more = f"\n  ... {len(self) - 5} more" if len(self) > 5 else ""
        return f"Ranking of {len(self)}{best}{more}"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why one image is a result: its words, its matches, and both pictures.

    Attributes
    ----------
    query, result : str
        Name of the query and id of the result.
    scores : mapping of str to float
        The similarity in each field that was asked, in [0, 1].
    words : tuple of (int, int, float)
        Shared visual words: the word, how many features of the query matched in it,
        and its share of the words score; the shares sum to 1. Largest first.
    verification : Verification or None
        What geometry found; None for fields without keypoints.
    picture : array of uint8, shape (height, width, 3)
        The query and the result side by side, inliers joined by lines and the
        query's outline drawn in the result.
    shares : mapping of str to float
        How much each field counts for this query, as a search without re-rankers adds
        them; the shares sum to 1.
    lay_over : callable or None
        Gives `aligned` and `difference`, which take as long as all else and are
        therefore computed when they are first asked for; None where nothing is
        verified.
    """

    query: str
    result: str
    scores: Mapping[str, float]
    words: tuple[tuple[int, int, float], ...]
    verification: Verification | None
    picture: NDArray[np.uint8]
    shares: Mapping[str, float] = field(default_factory=dict)
    lay_over: Callable[[], tuple[Verification, NDArray[np.uint8] | None]] | None = (
        field(default=None, repr=False)
    )

    @cached_property
    def _laid_over(self) -> tuple[Verification | None, NDArray[np.uint8] | None]:
        return (None, None) if self.lay_over is None else self.lay_over()

    @property
    def aligned(self) -> Verification | None:
        """The verification after alignment, or None where nothing is verified.

        Its transform and box are refined, and it has the `quality` of what overlaps,
        by structural similarity.
        """
        return self._laid_over[0]

    @property
    def difference(self) -> NDArray[np.uint8] | None:
        """Where the two differ, uint8, shape (height, width, 3); None if not verified.

        The query, the result laid over it, and where they differ, side by side; grey
        where they do not overlap, or nothing can be told.
        """
        return self._laid_over[1]

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to `path`; its ending says the format."""
        from PIL import Image

        Image.fromarray(self.picture).save(path)

    def save_difference(self, path: str | PathLike[str]) -> None:
        """Write the difference to `path`; its ending says the format.

        Raises
        ------
        ValueError
            If geometry verified nothing, so that there is nothing to lay over another.
        """
        from PIL import Image

        if self.difference is None:
            raise ValueError(
                f"{self.result} is not verified for {self.query}, so where they differ "
                "cannot be told; it needs a field with keypoints, and the same thing "
                "in both pictures"
            )
        Image.fromarray(self.difference).save(path)

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON; pictures are left out."""
        found = self.aligned or self.verification
        return {
            "query": self.query,
            "result": self.result,
            "scores": dict(self.scores),
            "shares": dict(self.shares),
            "words": [
                {"word": word, "matches": matches, "share": share}
                for word, matches, share in self.words
            ],
            "inliers": None if found is None else found.inliers,
            "probability": None if found is None else found.probability,
            "verified": found is not None and found.verified,
            "quality": None if found is None else found.quality,
            "overlap": None if found is None else found.overlap,
            "transform": None
            if found is None or found.transform is None
            else found.transform.tolist(),
            "box": None if found is None or found.box is None else found.box.tolist(),
            "matches": [] if found is None else found.pairs.tolist(),
        }

    def __str__(self) -> str:
        lines = [f"{self.result} for {self.query}"]
        for name, score in self.scores.items():
            counts = f", counts {self.shares[name]:.1%}" if len(self.shares) > 1 else ""
            lines.append(f"  {name}: {score:.4f}{counts}")
        found = self.aligned or self.verification
        if found is not None:
            sure = "verified" if found.verified else "not verified"
            lines.append(
                f"  {found.inliers} inliers, {sure}: the same thing with probability "
                f"{found.probability:.4f}"
            )
            if found.quality is not None:
                lines.append(
                    f"  aligned: ssim {found.quality:.4f} over {found.overlap:.0%} of "
                    "the query"
                )
        if self.words:
            lines.append("  shared words (share of the words score):")
        for word, matches, share in self.words[:10]:
            lines.append(f"    word {word:>6}  {matches:>3} matches  {share:6.1%}")
        if len(self.words) > 10:
            lines.append(f"    and {len(self.words) - 10} more words")
        return "\n".join(lines)
