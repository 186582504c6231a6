"""What is relevant to which query, and what a protocol asks beside that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["GroundTruth"]

Region = tuple[float, float, float, float]


@dataclass(frozen=True)
class GroundTruth:
    """Queries, and what is relevant to each.

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

    def __len__(self) -> int:
        return len(self.relevant)

    def __repr__(self) -> str:
        return f"GroundTruth({len(self):,} queries in {self.root})"

    def file_of(self, query: str) -> Path:
        """Give the file of a query."""
        return self.root / self.files.get(query, query)
