"""Ground truths of Oxford and Paris revisited: easy, medium and hard."""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from cvret._checks import check_choice
from cvret.evaluation.truth.ground_truth import GroundTruth, Region
from cvret.evaluation.truth.landmarks import Named
from cvret.evaluation.truth.plain_pickle import PlainArray, read_plain_pickle

__all__ = ["from_revisited"]

_POSITIVE = {"easy": ("easy",), "medium": ("easy", "hard"), "hard": ("hard",)}
_IGNORED = {"easy": ("junk", "hard"), "medium": ("junk",), "hard": ("junk", "easy")}


def from_revisited(
    folder: str | PathLike[str],
    difficulty: str = "medium",
    *,
    labels: str | PathLike[str] | None = None,
    prefix: str = "",
) -> GroundTruth:
    """Revisited Oxford or Paris: 70 queries, each a box in a picture.

    Parameters
    ----------
    folder : str or path
        The pictures, as they were indexed, at any depth, with or without those of the
        queries.
    difficulty : {"easy", "medium", "hard"}
        What is relevant: easy images, easy and hard ones, or hard ones. Of these, what
        is not relevant is ignored, and so is junk.
    labels : str or path, optional
        ``gnd_roxford5k.pkl`` or ``gnd_rparis6k.pkl``, or the same as ``.json``; by
        default the one in `folder`, or in the folder that holds it.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        Pictures of queries are ignored in all rankings, as they are not part of the
        collection. Queries with nothing relevant stay, to be left out and counted where
        they are evaluated. It also asks for what the set's own ``compute_map`` gives:
        ``mAP(trapezoid)``, ``P@1(revisited)``, ``P@5(revisited)``, ``P@10(revisited)``.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder, or there are no labels, or several.
    ValueError
        If the labels are damaged, or hold anything but plain values; a pickle is read
        without running what it names. If no picture of a query is there, or a name is
        that of two.

    References
    ----------
    Radenović, Iscen, Tolias, Avrithis and Chum, "Revisiting Oxford and Paris:
    large-scale image retrieval benchmarking", CVPR 2018.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in "qab":
    ...         (Path(work) / f"{name}.jpg").touch()
    ...     labels = {"imlist": ["a", "b"], "qimlist": ["q"], "gnd": [
    ...         {"bbx": [10, 20, 110, 70], "easy": [0], "hard": [1], "junk": []}]}
    ...     path = Path(work) / "gnd_roxford5k.json"
    ...     _ = path.write_text(json.dumps(labels))
    ...     truth = from_revisited(work, "hard")
    >>> truth.relevant["q"], truth.regions["q"]
    (frozenset({'b.jpg'}), (10.0, 20.0, 100.0, 50.0))
    """
    check_choice("difficulty", difficulty, tuple(_POSITIVE))
    named = Named(folder, prefix)
    path = _labels_in(Path(folder)) if labels is None else Path(labels)
    images, queries, judged = _read(path)
    named.check_some(queries, path)
    ids = [named.id(image) for image in images]
    outside = frozenset(map(named.id, queries)) - set(ids)
    relevant: dict[str, frozenset[str]] = {}
    ignored: dict[str, frozenset[str]] = {}
    regions: dict[str, Region] = {}
    for query, judgement in zip(queries, judged, strict=True):
        rows = {
            kind: _rows_in(path, query, judgement, kind, len(ids))
            for kind in ("easy", "hard", "junk")
        }
        relevant[query], left = (
            frozenset(ids[row] for kind in kinds[difficulty] for row in rows[kind])
            for kinds in (_POSITIVE, _IGNORED)
        )
        ignored[query] = (left | outside) - relevant[query]
        box = judgement.get("bbx")
        if box is not None:
            regions[query] = _region_of(path, query, box)
    return GroundTruth(
        named.root,
        relevant,
        files={query: named.file(query) for query in queries},
        ignored=ignored,
        regions=regions,
        metrics=("mAP(trapezoid)", *(f"P@{k}(revisited)" for k in (1, 5, 10))),
        name=f"{path.stem.removeprefix('gnd_')} {difficulty}",
    )


def _labels_in(folder: Path) -> Path:
    """Find the labels in a folder, or in that which holds it."""
    for place in (folder, Path(folder, "..").resolve()):
        found = sorted(
            path for path in place.glob("gnd_*") if path.suffix in (".json", ".pkl")
        )
        if len({path.stem for path in found}) > 1:
            raise FileNotFoundError(
                f"{place} holds labels of several sets, {found[0].name} and "
                f"{found[-1].name}; give the one that is meant as labels"
            )
        if found:
            return found[0]
    raise FileNotFoundError(
        f"there are no labels gnd_*.pkl or gnd_*.json in {folder} or beside it; put "
        "the file there, or give it as labels"
    )


def _read(path: Path) -> tuple[list[str], list[str], list[Mapping[str, Any]]]:
    """Give names of images, names of queries, and what is said of each query."""
    if path.suffix == ".json":
        try:
            labels = json.loads(path.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not JSON: {error}") from error
    else:
        labels = read_plain_pickle(path)
    if not isinstance(labels, dict) or not {"imlist", "qimlist", "gnd"} <= set(labels):
        raise ValueError(f"{path} must hold imlist, qimlist and gnd")
    images, queries, judged = (
        _in_a_row(path, key, labels[key]) for key in ("imlist", "qimlist", "gnd")
    )
    if not all(isinstance(name, str) for name in (*images, *queries)):
        raise ValueError(f"{path}: imlist and qimlist must hold names")
    if len(queries) != len(judged) or not all(
        isinstance(each, dict) for each in judged
    ):
        raise ValueError(
            f"{path}: gnd must hold a dict for each of {len(queries)} queries, got "
            f"{len(judged)} values"
        )
    return images, queries, judged


def _in_a_row(path: Path, name: str, value: Any) -> list[Any]:
    try:
        values = value.values() if isinstance(value, PlainArray) else value
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {name} is damaged: {error}") from error
    if not isinstance(values, list | tuple):
        raise ValueError(f"{path}: {name} must be a list or an array")
    return list(values)


def _rows_in(
    path: Path, query: str, judgement: Mapping[str, Any], kind: str, n_images: int
) -> list[int]:
    """Give the rows of imlist that are of a kind for a query."""
    name = f"{kind} of {query}"
    rows = _in_a_row(path, name, judgement.get(kind, []))
    if not all(type(row) is int and 0 <= row < n_images for row in rows):
        raise ValueError(
            f"{path}: {name} must hold rows of imlist, 0 to {n_images - 1}"
        )
    return rows


def _region_of(path: Path, query: str, box: Any) -> Region:
    try:
        x1, y1, x2, y2 = map(float, _in_a_row(path, f"bbx of {query}", box))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: bbx of {query} must be x1, y1, x2, y2") from error
    return x1, y1, x2 - x1, y2 - y1
