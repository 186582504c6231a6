"""Ground truths of published sets that say by names of files what is relevant."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path, PurePosixPath

from cvret.evaluation.truth.folders import from_folders, start_of
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.images.folders import list_images

__all__ = ["from_copydays", "from_holidays", "from_ukbench", "from_wang"]

WANG_CLASSES = (
    *("africa", "beach", "buildings", "buses", "dinosaurs"),
    *("elephants", "flowers", "horses", "mountains", "food"),
)
"""Classes of the WANG set, a hundred pictures each, in the order of their numbers."""

_ATTACKS = {
    "jpeg": ("jpeg", "jpegqual"),
    "crops": ("crops", "crop"),
    "strong": ("strong", "copydays_strong"),
}
_NUMBER = re.compile(r"\d{6}", re.ASCII)
_ORIGINALS = ("original", "copydays_original")


def from_holidays(folder: str | PathLike[str], *, prefix: str = "") -> GroundTruth:
    """INRIA Holidays: 500 scenes, of each the first picture is the query.

    Parameters
    ----------
    folder : str or path
        Holds ``100000.jpg``, ``100001.jpg`` ..., at any depth: the first four digits
        are the scene, the last two are 00 for the query. Pictures of other names are no
        part of it, and may be distractors.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        The query itself does not count. It also asks for ``mAP(trapezoid)``, which the
        set's own ``holidays_map.py`` computes.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If no picture is named so, or two have the same number.

    References
    ----------
    Jégou, Douze and Schmid, "Hamming embedding and weak geometric consistency for large
    scale image search", ECCV 2008.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("100000.jpg", "100001.jpg", "100100.jpg", "100101.jpg"):
    ...         (Path(work) / name).touch()
    ...     dict(from_holidays(work).relevant)
    {'100000.jpg': frozenset({'100001.jpg'}), '100100.jpg': frozenset({'100101.jpg'})}
    """
    numbers = _numbered(folder, r"(\d{6})", "100000.jpg, 100001.jpg ... of Holidays")
    scenes: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        scenes[number // 100].append(number)
    start = start_of(prefix)
    relevant = {
        numbers[100 * scene]: frozenset(
            start + numbers[each] for each in members if each % 100
        )
        for scene, members in sorted(scenes.items())
        if 100 * scene in numbers
    }
    if not relevant:
        raise ValueError(f"{folder} holds no query of Holidays, a number ending in 00")
    return GroundTruth(
        Path(folder), relevant, metrics=("mAP(trapezoid)",), name="holidays"
    )


def from_ukbench(folder: str | PathLike[str], *, prefix: str = "") -> GroundTruth:
    """UKBench: four pictures of each object, and each picture is a query.

    Parameters
    ----------
    folder : str or path
        Holds ``ukbench00000.jpg``, ``ukbench00001.jpg`` ..., at any depth; each four
        numbers, from one that 4 divides, are an object.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        The query itself counts: it is one of four relevant pictures. It also asks for
        ``N-S``, how many of them are among the first four.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If no picture is named so, or two have the same number.

    References
    ----------
    Nistér and Stewénius, "Scalable recognition with a vocabulary tree", CVPR 2006.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for number in range(8):
    ...         (Path(work) / f"ukbench{number:05}.jpg").touch()
    ...     truth = from_ukbench(work)
    >>> sorted(truth.relevant["ukbench00005.jpg"])[::3]
    ['ukbench00004.jpg', 'ukbench00007.jpg']
    """
    numbers = _numbered(
        folder, r"ukbench(\d{5})", "ukbench00000.jpg, ukbench00001.jpg ..."
    )
    start = start_of(prefix)
    relevant = {
        query: frozenset(
            start + numbers[each]
            for each in range(number - number % 4, number - number % 4 + 4)
            if each in numbers
        )
        for number, query in sorted(numbers.items())
    }
    return GroundTruth(
        Path(folder), relevant, counts_itself=True, metrics=("N-S",), name="ukbench"
    )


def from_copydays(
    folder: str | PathLike[str], *, subset: str | None = None, prefix: str = ""
) -> GroundTruth:
    """INRIA Copydays: each attacked copy asks for the picture it was made from.

    Parameters
    ----------
    folder : str or path
        Holds ``original`` and some of ``jpeg`` (or ``jpegqual``), ``crops`` and
        ``strong``, these with or without folders of strengths, as ``crops/50``. Names
        are as ``200000.jpg``; the first four digits are the picture.
    subset : str, optional
        Only ``"jpeg"``, ``"crops"`` or ``"strong"``, or one strength of it, as
        ``"crops/50"``; by default all that is there.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        Relevant ids are relative to ``original``, which alone is to be indexed, with
        distractors or without. It also asks for ``mAP(trapezoid)``.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If there are no originals, two are of one picture, there is no such subset, or
        a copy has no original.

    Notes
    -----
    Copies ask and originals are found, as where a picture of the web is looked for
    among pictures to be protected; so each query has one relevant image. Some papers
    ask the other way round, with other values.

    References
    ----------
    Douze, Jégou, Sandhawalia, Amsaleg and Schmid, "Evaluation of GIST descriptors for
    web-scale image search", CIVR 2009.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("original/200000.jpg", "crops/50/200000.jpg"):
    ...         path = Path(work) / name
    ...         path.parent.mkdir(parents=True)
    ...         path.touch()
    ...     dict(from_copydays(work).relevant)
    {'crops/50/200000.jpg': frozenset({'200000.jpg'})}
    """
    ids = [id_ for id_ in list_images(folder).ids if _NUMBER.fullmatch(_stem(id_))]
    originals: dict[str, str] = {}
    for id_ in ids:
        place, _, name = id_.partition("/")
        if place in _ORIGINALS and originals.setdefault(_stem(id_)[:4], name) != name:
            raise ValueError(
                f"{folder} has two originals of {_stem(id_)[:4]}, "
                f"{originals[_stem(id_)[:4]]} and {name}"
            )
    queries = _copies(ids, subset)
    if not originals or not queries:
        lacking = f"copies of {subset or 'any kind'}" if originals else "originals"
        raise ValueError(
            f"{folder} has no {lacking}; Copydays holds original/200000.jpg, "
            "crops/50/200000.jpg, jpeg/75/200000.jpg, strong/200001.jpg ..."
        )
    lost = [id_ for id_ in queries if _stem(id_)[:4] not in originals]
    if lost:
        raise ValueError(
            f"{folder} has no original of {lost[0]}, which begins with the same four "
            "digits"
        )
    start = start_of(prefix)
    return GroundTruth(
        Path(folder),
        {id_: frozenset({start + originals[_stem(id_)[:4]]}) for id_ in queries},
        metrics=("mAP(trapezoid)",),
        name=f"copydays {subset}" if subset else "copydays",
    )


def from_wang(folder: str | PathLike[str], *, prefix: str = "") -> GroundTruth:
    """WANG, or Corel-1k: ten classes of a hundred pictures, each of them a query.

    Parameters
    ----------
    folder : str or path
        Holds ``0.jpg`` to ``999.jpg`` in one folder, at any depth, where each hundred
        is a class; or folders of classes, with names of files that do not matter.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        The query itself does not count.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If there are neither such numbers nor folders of classes.

    References
    ----------
    Wang, Li and Wiederhold, "SIMPLIcity: semantics-sensitive integrated matching for
    picture libraries", IEEE Trans. Pattern Analysis and Machine Intelligence 23(9),
    2001.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("0.jpg", "99.jpg", "900.jpg"):
    ...         (Path(work) / name).touch()
    ...     truth = from_wang(work)
    >>> dict(truth.query_classes)
    {'0.jpg': 'africa', '99.jpg': 'africa', '900.jpg': 'food'}
    """
    ids = list_images(folder).ids
    if len({id_.rpartition("/")[0] for id_ in ids}) > 1:
        return replace(from_folders(folder, prefix=prefix), name="wang")
    numbers = _numbered(folder, r"(\d{1,3})", "0.jpg ... 999.jpg of WANG")
    members: dict[int, list[str]] = defaultdict(list)
    for number, id_ in sorted(numbers.items()):
        members[number // 100].append(id_)
    start = start_of(prefix)
    relevant = {
        query: frozenset(start + other for other in ids if other != query)
        for ids in members.values()
        for query in ids
    }
    query_classes = {
        id_: WANG_CLASSES[class_] for class_, ids in members.items() for id_ in ids
    }
    return GroundTruth(
        Path(folder),
        relevant,
        classes={start + id_: class_ for id_, class_ in query_classes.items()},
        query_classes=query_classes,
        name="wang",
    )


def _stem(id_: str) -> str:
    return PurePosixPath(id_).stem


def _numbered(folder: str | PathLike[str], pattern: str, wanted: str) -> dict[int, str]:
    """Give the ids whose names match, by the number in the pattern's brackets."""
    numbers: dict[int, str] = {}
    for id_ in list_images(folder).ids:
        if match := re.fullmatch(pattern, _stem(id_), re.ASCII):
            number = int(match[1])
            if numbers.setdefault(number, id_) != id_:
                raise ValueError(
                    f"{folder} holds two pictures of one number, {numbers[number]} and "
                    f"{id_}; index and give a folder that holds the set once"
                )
    if not numbers:
        raise ValueError(f"{folder} holds no pictures named {wanted}")
    return numbers


def _copies(ids: Sequence[str], subset: str | None) -> list[str]:
    """Give the ids of attacked copies, of all kinds or of one."""
    if subset is None:
        places = [place for places in _ATTACKS.values() for place in places]
    else:
        kind, slash, strength = subset.partition("/")
        if kind not in _ATTACKS:
            raise ValueError(
                f"subset must be {', '.join(_ATTACKS)}, or one strength as crops/50, "
                f"got {subset!r}"
            )
        places = [place + slash + strength for place in _ATTACKS[kind]]
    starts = tuple(f"{place.rstrip('/')}/" for place in places)
    return [id_ for id_ in ids if id_.startswith(starts)]
