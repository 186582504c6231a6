"""What is relevant to which query, and what a protocol asks beside that."""

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from cvret._checks import check_count

__all__ = ["GroundTruth", "Region"]

Region = tuple[float, float, float, float]


@dataclass(frozen=True, repr=False, eq=False)
class GroundTruth:
    """Queries, and what is relevant to each.

    Two are equal where all they hold but the notes is, and their roots are the same
    folder.

    Attributes
    ----------
    root : Path
        The folder that files of queries are relative to.
    relevant : mapping of str to frozenset of str
        For each query the ids of relevant images. A query is named by its file below
        `root`, or by a name that `files` has. A query whose own id is in the index
        never counts, neither as a hit nor as a miss, unless `counts_itself`.
    files : mapping of str to str
        Files below `root` of queries that are not named by them.
    ignored : mapping of str to frozenset of str
        For some queries the ids of images that are taken out of the ranking before it
        is measured, neither right nor wrong ("junk").
    grades : mapping of str to mapping of str to float
        For some queries how much each relevant image is worth, above 0, for the
        discounted cumulative gain; elsewhere each is worth 1.
    regions : mapping of str to (float, float, float, float)
        x, y, width, height in pixels of the part of the picture that some queries ask
        with.
    classes : mapping of str to str
        The classes of images, by id, where the ground truth has classes.
    query_classes : mapping of str to str
        The classes of queries.
    distractors : frozenset of str
        Ids of images that are relevant to nothing, of a class that is nobody's.
    counts_itself : bool
        Whether the query's own image in the index is a result as any other.
    metrics : tuple of str
        What the protocol measures beside the usual, such as "N-S"; see
        `cvret.evaluate`.
    name : str
        Of the protocol, or of the set.
    notes : tuple of str
        What a reader of an evaluation must know of where it comes from, a sentence
        each, such as that rows of a table are there twice; not saved.

    Raises
    ------
    ValueError
        If something is said of a query that `relevant` does not have, an image is both
        relevant to a query and ignored, a grade is not above 0 or of an image that is
        not relevant, or a region has no area.

    Examples
    --------
    >>> truth = GroundTruth(Path("photos"), {"a.jpg": frozenset({"b.jpg", "c.jpg"})})
    >>> truth
    GroundTruth(1 query in photos)
    >>> print(truth.file_of("a.jpg").as_posix())
    photos/a.jpg
    """

    root: Path
    relevant: Mapping[str, frozenset[str]]
    files: Mapping[str, str] = field(default_factory=dict)
    ignored: Mapping[str, frozenset[str]] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    regions: Mapping[str, Region] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    query_classes: Mapping[str, str] = field(default_factory=dict)
    distractors: frozenset[str] = frozenset()
    counts_itself: bool = False
    metrics: tuple[str, ...] = ()
    name: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("files", "ignored", "grades", "regions", "query_classes"):
            for query in getattr(self, name):
                if query not in self.relevant:
                    raise ValueError(
                        f"{name} has the query {query!r}, which relevant does not have"
                    )
        for query, ignored in self.ignored.items():
            both = self.relevant[query] & ignored
            if both:
                raise ValueError(
                    f"{min(both)!r} is both relevant to {query!r} and ignored; choose "
                    "one"
                )
        for query, grades in self.grades.items():
            for image, grade in grades.items():
                _check_grade(query, image, grade, self.relevant[query])
        for query, region in self.regions.items():
            _check_region(query, region)

    def __len__(self) -> int:
        return len(self.relevant)

    def __repr__(self) -> str:
        named = f"{self.name}: " if self.name else ""
        queries = f"{len(self):,} {'query' if len(self) == 1 else 'queries'}"
        return f"GroundTruth({named}{queries} in {self.root})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GroundTruth):
            return NotImplemented
        return _values_of(self) == _values_of(other)

    __hash__ = None  # type: ignore[assignment]

    def file_of(self, query: str) -> Path:
        """Give the file of a query."""
        return self.root / self.files.get(query, query)

    def only(self, queries: Iterable[str]) -> "GroundTruth":
        """Give the same ground truth with some of its queries.

        Parameters
        ----------
        queries : iterable of str
            Those to keep; they stay in the order of the ground truth.

        Raises
        ------
        ValueError
            If one is not there.

        Examples
        --------
        >>> relevant = {name: frozenset({"x.jpg"}) for name in ("a.jpg", "b.jpg")}
        >>> list(GroundTruth(Path("."), relevant).only(["b.jpg"]).relevant)
        ['b.jpg']
        """
        kept = dict.fromkeys(queries)
        unknown = [query for query in kept if query not in self.relevant]
        if unknown:
            raise ValueError(
                f"{len(unknown):,} of {len(kept):,} queries are not in the ground "
                f"truth; the first: {unknown[0]!r}"
            )
        of_queries = ("relevant", "files", "ignored", "grades", "regions")
        changed: dict[str, Any] = {
            name: {key: value for key, value in table.items() if key in kept}
            for name in (*of_queries, "query_classes")
            for table in [getattr(self, name)]
        }
        return replace(self, **changed)

    def sample(self, n: int, random_state: int | None = 0) -> "GroundTruth":
        """Draw some of the queries, of each class as many as its share.

        Parameters
        ----------
        n : int
            How many queries, at least 1; all of them where there are no more.
        random_state : int or None
            The same number draws the same queries.

        Returns
        -------
        GroundTruth
            With the queries in the order that they have here.

        Raises
        ------
        ValueError
            If `n` is below 1.

        Notes
        -----
        Where there are classes, each has its share of `n` by largest remainders, and at
        least one query as long as `n` is not below the number of classes. Queries
        without a class count as a class of their own.

        Examples
        --------
        Of four queries of one class and two of another, two and one.

        >>> relevant = {name: frozenset({"x.jpg"}) for name in "abcdef"}
        >>> classes = dict(zip("abcdef", "MMMMNN"))
        >>> truth = GroundTruth(Path("."), relevant, query_classes=classes)
        >>> sorted(truth.sample(3).query_classes.values())
        ['M', 'M', 'N']
        """
        if check_count("n", n) >= len(self):
            return self
        members: dict[str | None, list[str]] = defaultdict(list)
        for query in self.relevant:
            members[self.query_classes.get(query)].append(query)
        rng = np.random.default_rng(random_state)
        sizes = np.array([len(queries) for queries in members.values()])
        drawn = [
            queries[place]
            for queries, share in zip(
                members.values(), _shares(sizes, n, rng), strict=True
            )
            for place in rng.permutation(len(queries))[:share]
        ]
        kept = set(drawn)
        return self.only(query for query in self.relevant if query in kept)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write a table that `cvret.truth.from_csv` reads back to an equal one.

        Parameters
        ----------
        path : str or path
            A file that ends in ``.csv``; one that is there is replaced.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            If the name does not end in ``.csv``, or a name has no form in UTF-8.

        Notes
        -----
        Where `root` is not the folder of the file, the path from the one to the other
        is kept, so that both can be moved together.

        Examples
        --------
        >>> import tempfile
        >>> import cvret
        >>> with tempfile.TemporaryDirectory() as work:
        ...     truth = GroundTruth(Path(work), {"a.jpg": frozenset({"b.jpg"})})
        ...     path = truth.save(Path(work) / "truth.csv")
        ...     print(path.read_text().strip())
        ...     cvret.truth.from_csv(path) == truth
        query,relevant
        a.jpg,b.jpg
        True
        """
        from cvret.evaluation.truth.tables import write_csv

        return write_csv(self, Path(path))


def _shares(sizes: np.ndarray[Any, Any], n: int, rng: np.random.Generator) -> list[int]:
    """Divide `n` by sizes, by largest remainders, each at least 1 where that can be."""
    exact = n * sizes / sizes.sum()
    shares = np.floor(exact).astype(int)
    if n >= len(sizes):
        shares = np.maximum(shares, 1)
    # What is left goes to the largest remainder, and what is too much comes from the
    # smallest of those that have more than one; equal ones by chance.
    luck = rng.permutation(len(sizes)) / len(sizes) * 1e-9
    while shares.sum() < n:
        shares[np.argmax(np.where(shares < sizes, exact - shares + luck, -np.inf))] += 1
    while shares.sum() > n:
        shares[np.argmin(np.where(shares > 1, exact - shares + luck, np.inf))] -= 1
    return [int(share) for share in shares]


def _values_of(truth: GroundTruth) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in fields(truth):
        value = getattr(truth, each.name)
        values[each.name] = dict(value) if isinstance(value, Mapping) else value
    del values["notes"]
    for name in ("ignored", "grades"):  # nothing said is said of nobody
        values[name] = {query: said for query, said in values[name].items() if said}
    values["root"] = os.path.realpath(truth.root)
    return values


def _check_grade(
    query: str, image: str, grade: float, relevant: frozenset[str]
) -> None:
    if image not in relevant:
        raise ValueError(
            f"grades has {image!r} for the query {query!r}, to which it is not relevant"
        )
    if not (grade > 0 and math.isfinite(grade)):
        raise ValueError(
            f"the grade of {image!r} for the query {query!r} must be above 0, got "
            f"{grade}; leave out what is worth nothing"
        )


def _check_region(query: str, region: Region) -> None:
    if len(region) != 4 or not all(map(math.isfinite, region)):
        raise ValueError(
            f"the region of {query!r} must be x, y, width, height, got {region}"
        )
    if min(region[2:]) <= 0:
        raise ValueError(
            f"the region of {query!r} must have a width and a height above 0, got "
            f"{region[2]} x {region[3]}"
        )
