"""How well an index does on a ground truth."""

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.errors import ImageError
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import bootstrap_interval
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.metrics.ranking import average_precision, nmrr, precision_at, top_accuracy

__all__ = ["evaluate", "ids_by_file"]

METRICS = ("mAP", "P@10", "top-1", "top-3", "top-5", "top-10", "ANMRR")


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
    asked: list[str] = []
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
        asked.append(name)
        values.append(_measure(ranking.ids, relevant, own, most))
    if not values:
        raise ValueError(
            "no query of the ground truth could be asked; "
            + (f"the first: {left_out[0][0]}: {left_out[0][1]}" if left_out else "")
        )
    table = dict(zip(METRICS, np.transpose(values), strict=True))
    spreads = np.percentile(times, [50, 95], axis=0).T * 1000
    return Report(
        "index",
        tuple(asked),
        table,
        {name: bootstrap_interval(each) for name, each in table.items()},
        {},
        len(ids),
        Costs(*(Spread(*map(float, each)) for each in spreads)),
        left_out=tuple(left_out),
        missing=missing,
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
