"""Ground truth from two folders of classes: what is asked, and what is searched."""

from collections import defaultdict
from os import PathLike
from pathlib import Path

from cvret.evaluation.truth.folders import class_of, start_of
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.images.folders import list_images

__all__ = ["from_query_gallery"]


def from_query_gallery(
    query_folder: str | PathLike[str],
    gallery_folder: str | PathLike[str],
    *,
    distractor_class: str = "confusion_classes",
    prefix: str = "",
) -> GroundTruth:
    """Take the images of a gallery as relevant to the queries of the same class.

    Parameters
    ----------
    query_folder : str or path
        Holds a folder a class; each image is a query.
    gallery_folder : str or path
        The folder that was indexed; it holds a folder a class, too.
    distractor_class : str
        The folder of the gallery whose images are relevant to nothing.
    prefix : str
        As given to `Index.add` with the gallery, if it was.

    Returns
    -------
    GroundTruth
        Where there are distractors it also asks for ``distractors@10``, their share
        among the first ten. A query whose class the gallery lacks has nothing
        relevant; it is left out where it is evaluated, and counted.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If no query has the class of an image of the gallery.

    Notes
    -----
    Images that lie beside the folders of classes have no class: as queries they are
    left out, and in the gallery they are relevant to nothing, but no distractors.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("query/cat/1.jpg", "gallery/cat/2.jpg",
    ...                  "gallery/confusion_classes/3.jpg"):
    ...         path = Path(work) / name
    ...         path.parent.mkdir(parents=True)
    ...         path.touch()
    ...     truth = from_query_gallery(Path(work) / "query", Path(work) / "gallery")
    >>> dict(truth.relevant), set(truth.distractors)
    ({'cat/1.jpg': frozenset({'cat/2.jpg'})}, {'confusion_classes/3.jpg'})
    """
    start = start_of(prefix)
    members: dict[str, set[str]] = defaultdict(set)
    for id_ in list_images(gallery_folder).ids:
        if class_ := class_of(id_):
            members[class_].add(start + id_)
    classes = {id_: class_ for class_, ids in members.items() for id_ in ids}
    distractors = frozenset(members.pop(distractor_class, ()))
    query_classes = {
        query: class_
        for query in list_images(query_folder).ids
        if (class_ := class_of(query))
    }
    relevant = {
        query: frozenset(members.get(class_, ()))
        for query, class_ in query_classes.items()
    }
    if not any(relevant.values()):
        raise ValueError(
            f"no folder of {query_folder} has the name of one of {gallery_folder}; "
            "both must hold a folder for each class"
        )
    return GroundTruth(
        Path(query_folder),
        relevant,
        classes=classes,
        query_classes=query_classes,
        distractors=distractors,
        metrics=("distractors@10",) if distractors else (),
        name="query-gallery",
    )
