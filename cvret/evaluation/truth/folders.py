"""Ground truth from folders: each subfolder is a class."""

from collections import defaultdict
from os import PathLike
from pathlib import Path

from cvret.collection.roots import check_prefix
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.images.folders import list_images

__all__ = ["class_of", "from_folders", "start_of"]


def from_folders(folder: str | PathLike[str], *, prefix: str = "") -> GroundTruth:
    """Take each subfolder as a class: its images are relevant to one another.

    Parameters
    ----------
    folder : str or path
        Holds a folder a class; each image in one is a query, and never its own answer.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        An image that is alone in its class has nothing relevant; it is left out where
        it is evaluated, and counted. One beside the folders has no class, and does not
        ask.

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
    classes_of = defaultdict(set)
    for id_ in list_images(folder).ids:
        if class_ := class_of(id_):
            classes_of[class_].add(id_)
    start = start_of(prefix)
    relevant = {
        query: frozenset(start + other for other in members if other != query)
        for members in classes_of.values()
        for query in members
    }
    if not any(relevant.values()):
        raise ValueError(
            f"{folder} holds no folder with two or more pictures; a ground truth from "
            "folders needs a folder for each class"
        )
    classes = {id_: name for name, ids in classes_of.items() for id_ in ids}
    return GroundTruth(
        Path(folder),
        dict(sorted(relevant.items())),
        classes={start + id_: class_ for id_, class_ in classes.items()},
        query_classes={query: classes[query] for query in sorted(relevant)},
        name="folders",
    )


def class_of(id_: str) -> str:
    """Give the first folder of an id, and nothing for a file beside the folders."""
    class_, slash, _ = id_.partition("/")
    return class_ if slash else ""


def start_of(prefix: str) -> str:
    """Give what `Index.add` puts before ids for a prefix."""
    checked = check_prefix(prefix)
    return f"{checked}/" if checked else ""
