"""Ground truths: which images are relevant to which query."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from cvret.images.folders import list_images

__all__ = ["GroundTruth", "from_csv", "from_folders"]


@dataclass(frozen=True)
class GroundTruth:
    """Queries, and what is relevant to each.

    Attributes
    ----------
    root : Path
        The folder that queries are relative to.
    relevant : mapping of str to frozenset of str
        For each query, a file below `root`, the ids of relevant images. A query whose
        own id is in the index never counts, neither as a hit nor as a miss.
    """

    root: Path
    relevant: Mapping[str, frozenset[str]]

    def __len__(self) -> int:
        return len(self.relevant)

    def __repr__(self) -> str:
        return f"GroundTruth({len(self):,} queries in {self.root})"


def from_folders(folder: str | PathLike[str], *, prefix: str = "") -> GroundTruth:
    """Take each subfolder as a class: its images are relevant to one another.

    Parameters
    ----------
    folder : str or path
        Holds a folder a class; each image is a query, and never its own answer.
    prefix : str
        As given to `Index.add`, if it was.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If there are no classes with two images.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg"):
    ...         path = Path(work) / name
    ...         path.parent.mkdir(exist_ok=True)
    ...         path.touch()
    ...     truth = from_folders(work)
    >>> sorted(truth.relevant["cat/1.jpg"])
    ['cat/2.jpg']
    """
    classes = defaultdict(set)
    for id_ in list_images(folder).ids:
        class_, slash, _ = id_.partition("/")
        if slash:
            classes[class_].add(id_)
    start = prefix.strip("/") + "/" if prefix else ""
    relevant = {
        query: frozenset(start + other for other in members if other != query)
        for members in classes.values()
        if len(members) > 1
        for query in sorted(members)
    }
    if not relevant:
        raise ValueError(
            f"{folder} holds no folder with two or more pictures; a ground truth from "
            "folders needs a folder for each class"
        )
    return GroundTruth(Path(folder), dict(sorted(relevant.items())))


def from_csv(
    path: str | PathLike[str], *, root: str | PathLike[str] | None = None
) -> GroundTruth:
    """Read a table with the columns ``query`` and ``relevant``, one pair a row.

    Parameters
    ----------
    path : str or path
        A CSV file in UTF-8 with a header. A query with several relevant images has
        several rows.
    root : str or path, optional
        The folder that queries are relative to; by default that of the file.

    Raises
    ------
    ValueError
        If a column is missing, or there are no rows.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     path = Path(work) / "truth.csv"
    ...     _ = path.write_text("query,relevant\\nphoto.jpg,cover.jpg\\n")
    ...     dict(from_csv(path).relevant)
    {'photo.jpg': frozenset({'cover.jpg'})}
    """
    path = Path(path)
    relevant: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = {"query", "relevant"} - set(rows.fieldnames or ())
        if missing:
            raise ValueError(
                f"{path} must have the columns query and relevant, it lacks "
                f"{' and '.join(sorted(missing))}"
            )
        for row in rows:
            query, image = (row["query"] or "").strip(), (row["relevant"] or "").strip()
            if not query or not image:
                raise ValueError(
                    f"{path}, line {rows.line_num}: query and relevant must both be "
                    "given"
                )
            relevant[query.replace("\\", "/")].add(image.replace("\\", "/"))
    if not relevant:
        raise ValueError(f"{path} has no rows")
    return GroundTruth(
        Path(root) if root is not None else path.parent,
        {query: frozenset(images) for query, images in relevant.items()},
    )
