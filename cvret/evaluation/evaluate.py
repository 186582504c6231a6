"""How well an index does on a ground truth."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import ImageError
from cvret.evaluation.truth import GroundTruth
from cvret.metrics.ranking import average_precision, nmrr, precision_at, top_accuracy

__all__ = ["Report", "evaluate"]

METRICS = ("mAP", "P@10", "top-1", "top-3", "top-5", "top-10", "ANMRR")


@dataclass(frozen=True)
class Report:
    """What an evaluation found.

    Attributes
    ----------
    metrics : mapping of str to float
        Means over the queries: ``mAP``, ``P@10``, ``top-1`` to ``top-10`` in [0, 1],
        higher is better; ``ANMRR`` in [0, 1], lower is better.
    n_queries : int
        Queries that were asked.
    n_images : int
        Images in the index.
    left_out : tuple of (str, str)
        Queries that were not asked or could not be judged, with reasons.
    missing : int
        Relevant images that are not in the index; they count as not found.
    encode_ms, search_ms : float
        Medians of the time for one query: reading it and computing its features, and
        searching with re-ranking, in milliseconds.
    """

    metrics: Mapping[str, float]
    n_queries: int
    n_images: int
    left_out: tuple[tuple[str, str], ...]
    missing: int
    encode_ms: float
    search_ms: float

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "metrics": dict(self.metrics),
            "n_queries": self.n_queries,
            "n_images": self.n_images,
            "left_out": [list(pair) for pair in self.left_out],
            "missing": self.missing,
            "encode_ms": self.encode_ms,
            "search_ms": self.search_ms,
        }

    def __str__(self) -> str:
        lines = [f"{self.n_queries:,} queries, {self.n_images:,} images"]
        lines += [f"  {name:<7}{value:7.4f}" for name, value in self.metrics.items()]
        lines.append(
            f"  {self.encode_ms:.1f} ms a query to read and describe, "
            f"{self.search_ms:.1f} ms to search (medians)"
        )
        if self.missing:
            lines.append(
                f"  {self.missing:,} relevant images are not in the index; they count "
                "as not found"
            )
        if self.left_out:
            lines.append(f"  {len(self.left_out):,} queries left out:")
            lines += [f"    {query}: {reason}" for query, reason in self.left_out]
        return "\n".join(lines)


def evaluate(
    index: Any,
    truth: GroundTruth,
    *,
    by: str | Sequence[str] | Mapping[str, float] | None = None,
    rerank: Sequence[Any] | None = None,
) -> Report:
    """Ask every query of a ground truth, and measure the rankings.

    Parameters
    ----------
    index : Index
        What is searched.
    truth : GroundTruth
        Queries and what is relevant to them; see `cvret.truth`.
    by, rerank
        As for `Index.search`.

    Returns
    -------
    Report
        Means of the metrics, and the time a query takes.

    Raises
    ------
    ValueError
        If no query could be asked.

    Notes
    -----
    The whole collection is ranked. The query itself, if it is in the index, is taken
    out of the ranking. A query with nothing relevant, or that cannot be read, is left
    out and named.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from PIL import Image
    >>> import cvret
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name, color in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
    ...         (Path(work) / "photos" / name).mkdir(parents=True)
    ...         for number in (1, 2):
    ...             path = Path(work) / "photos" / name / f"{number}.png"
    ...             Image.new("RGB", (9, 9), color).save(path)
    ...     fields = {"color": cvret.HSVHistogram()}
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     _ = index.add(Path(work) / "photos")
    ...     truth = cvret.truth.from_folders(Path(work) / "photos")
    ...     cvret.evaluate(index, truth).metrics["mAP"]
    1.0
    """
    ids = set(index.ids)
    own_ids = ids_by_file(index)
    most = max(map(len, truth.relevant.values()), default=1)
    values: list[list[float]] = []
    times: list[tuple[float, float]] = []
    left_out: list[tuple[str, str]] = []
    missing = 0
    for name, relevant in truth.relevant.items():
        path = truth.root / name
        own = own_ids.get(os.path.join(os.path.realpath(path.parent), path.name))
        relevant = relevant - {own}
        if not relevant:
            left_out.append((name, "nothing is relevant to it"))
            continue
        missing += len(relevant - ids)
        started = time.perf_counter()
        try:
            query = index.encode(path, by=by)
        except ImageError as error:
            left_out.append((name, str(error)))
            continue
        encoded = time.perf_counter()
        ranking = index.search(query, max(1, len(index)), by=by, rerank=rerank)
        times.append((encoded - started, time.perf_counter() - encoded))
        values.append(_measure(ranking.ids, relevant, own, most))
    if not values:
        raise ValueError(
            "no query of the ground truth could be asked; "
            + (f"the first: {left_out[0][0]}: {left_out[0][1]}" if left_out else "")
        )
    means = np.mean(values, axis=0)
    encode_ms, search_ms = np.median(times, axis=0) * 1000
    return Report(
        dict(zip(METRICS, map(float, means), strict=True)),
        len(values),
        len(ids),
        tuple(left_out),
        missing,
        float(encode_ms),
        float(search_ms),
    )


def ids_by_file(index: Any) -> dict[str, str]:
    """Give the id of each file in the index, links followed."""
    folders: dict[str, str] = {}
    found = {}
    for id_ in index.ids:
        try:
            folder, name = os.path.split(index.file_of(id_))
        except FileNotFoundError:  # the index came without its roots
            continue
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        found[os.path.join(folders[folder], name)] = id_
    return found


def _measure(
    ids: Sequence[str], relevant: frozenset[str], own: str | None, most: int
) -> list[float]:
    hits: NDArray[np.bool_] = np.array(
        [id_ in relevant for id_ in ids if id_ != own], bool
    )
    n = len(relevant)
    return [
        average_precision(hits, n),
        precision_at(hits, n, 10),
        *(top_accuracy(hits, n, k) for k in (1, 3, 5, 10)),
        nmrr(hits, n, most),
    ]
