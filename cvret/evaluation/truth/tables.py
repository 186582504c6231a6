"""Ground truth from a table of pairs."""

import csv
from collections import defaultdict
from os import PathLike
from pathlib import Path

from cvret.evaluation.truth.ground_truth import GroundTruth

__all__ = ["from_csv"]


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
