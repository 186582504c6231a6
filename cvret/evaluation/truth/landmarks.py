"""Ground truths of the Oxford and Paris buildings: good, ok and junk images."""

from collections.abc import Collection, Iterable
from os import PathLike
from pathlib import Path, PurePosixPath

from cvret.evaluation.truth.folders import start_of
from cvret.evaluation.truth.ground_truth import GroundTruth, Region
from cvret.images.folders import list_images

__all__ = ["Named", "from_oxford", "from_paris", "label_folder"]

PARIS_CORRUPT = frozenset(
    f"paris_{name}"
    for name in (
        *("louvre_000136", "louvre_000146", "moulinrouge_000422"),
        *("museedorsay_001059", "notredame_000188", "pantheon_000284"),
        *("pantheon_000960", "pantheon_000974", "pompidou_000195"),
        *("pompidou_000196", "pompidou_000201", "pompidou_000467"),
        *("pompidou_000640", "sacrecoeur_000299", "sacrecoeur_000330"),
        *("sacrecoeur_000353", "triomphe_000662", "triomphe_000833"),
        *("triomphe_000863", "triomphe_000867"),
    )
)
"""Files of Paris that are damaged as published, and belong to no evaluation."""


def from_oxford(
    folder: str | PathLike[str],
    *,
    labels: str | PathLike[str] | None = None,
    prefix: str = "",
) -> GroundTruth:
    """Oxford 5k: 55 queries, each a box in a picture, of 11 landmarks.

    Parameters
    ----------
    folder : str or path
        The pictures, as they were indexed, at any depth.
    labels : str or path, optional
        The folder of ``all_souls_1_query.txt``, ``..._good.txt``, ``..._ok.txt`` and
        ``..._junk.txt``; by default they are looked for in `folder` and below, and
        then beside it.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        Queries have the names of their label files, as ``all_souls_1``. Good and ok
        images are relevant, junk is ignored. The query's own image is a result as any
        other: it is among the good ones. It also asks for ``mAP(trapezoid)``, which
        the set's own ``compute_ap`` computes.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder, or there are no labels.
    ValueError
        If a label file is wrong, a name is that of two pictures, or no picture of a
        query is there.

    See Also
    --------
    from_revisited : newer labels of the same pictures, without the queries.

    Notes
    -----
    A labelled image that is not in `folder` stays relevant: it counts as not found.

    References
    ----------
    Philbin, Chum, Isard, Sivic and Zisserman, "Object retrieval with large vocabularies
    and fast spatial matching", CVPR 2007.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("all_souls_000013.jpg", "all_souls_000026.jpg"):
    ...         (Path(work) / name).touch()
    ...     query = "oxc1_all_souls_000013 136.5 34.1 648.5 955.7"
    ...     for kind, text in (("query", query), ("good", "all_souls_000013"),
    ...                        ("ok", "all_souls_000026"), ("junk", "")):
    ...         _ = (Path(work) / f"all_souls_1_{kind}.txt").write_text(text)
    ...     truth = from_oxford(work)
    >>> sorted(truth.relevant["all_souls_1"])
    ['all_souls_000013.jpg', 'all_souls_000026.jpg']
    """
    named = Named(folder, prefix)
    return _from_labels(named, label_folder(folder, labels, "*_query.txt"), "oxford5k")


def from_paris(
    folder: str | PathLike[str],
    *,
    labels: str | PathLike[str] | None = None,
    prefix: str = "",
) -> GroundTruth:
    """Paris 6k: 55 queries, each a box in a picture, of 11 landmarks.

    The pictures may lie in one folder, or in folders of landmarks as published. The 20
    that are published damaged are left out, wherever labels have them.

    Parameters
    ----------
    folder : str or path
        The pictures, as they were indexed, at any depth.
    labels : str or path, optional
        The folder of ``defense_1_query.txt``, ``..._good.txt``, ``..._ok.txt`` and
        ``..._junk.txt``; by default they are looked for in `folder` and below, and
        then beside it.
    prefix : str
        As given to `Index.add`, if it was.

    Returns
    -------
    GroundTruth
        As from `from_oxford`.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder, or there are no labels.
    ValueError
        If a label file is wrong, a name is that of two pictures, or no picture of a
        query is there.

    References
    ----------
    Philbin, Chum, Isard, Sivic and Zisserman, "Lost in quantization: improving
    particular object retrieval in large scale image databases", CVPR 2008.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     path = Path(work) / "defense" / "paris_defense_000605.jpg"
    ...     path.parent.mkdir()
    ...     path.touch()
    ...     query = "paris_defense_000605 216 393 561 769"
    ...     for kind, text in (("query", query), ("good", "paris_defense_000605"),
    ...                        ("ok", ""), ("junk", "")):
    ...         _ = (Path(work) / f"defense_1_{kind}.txt").write_text(text)
    ...     truth = from_paris(work)
    >>> dict(truth.files), dict(truth.regions)
    ({'defense_1': 'defense/paris_defense_000605.jpg'},
     {'defense_1': (216.0, 393.0, 345.0, 376.0)})
    """
    named = Named(folder, prefix)
    labels = label_folder(folder, labels, "*_query.txt")
    return _from_labels(named, labels, "paris6k", PARIS_CORRUPT)


class Named:
    """The pictures of a folder, by names that labels give without folder and ending.

    Parameters
    ----------
    folder : str or path
        The pictures, at any depth.
    prefix : str
        As given to `Index.add`.
    """

    def __init__(self, folder: str | PathLike[str], prefix: str):
        self.root = Path(folder)
        self._start = start_of(prefix)
        self._files: dict[str, str] = {}
        self._twice: dict[str, str] = {}
        for file in list_images(folder).ids:
            name = PurePosixPath(file).stem
            if name in self._files:
                self._twice[name] = file
            else:
                self._files[name] = file

    def file(self, name: str) -> str:
        """Give the file of a picture below the folder; of one that is not there, too.

        Raises
        ------
        ValueError
            If two files have the name.
        """
        if name in self._twice:
            raise ValueError(
                f"{self.root} holds two pictures named {name}, {self._files[name]} and "
                f"{self._twice[name]}; index and give a folder that holds the set once"
            )
        return self._files.get(name, f"{name}.jpg")

    def check_some(self, names: Iterable[str], labels: Path) -> None:
        """Raise ValueError unless one of the names is that of a picture."""
        if not any(name in self._files for name in names):
            raise ValueError(
                f"{self.root} holds no picture that {labels} asks with; give the "
                "folder of the pictures, and the labels of that set"
            )

    def id(self, name: str) -> str:
        """Give the id of a picture in the index."""
        return self._start + self.file(name)


def label_folder(
    folder: str | PathLike[str], labels: str | PathLike[str] | None, pattern: str
) -> Path:
    """Give the folder of labels: as named, or in that of the pictures, or beside it.

    Raises
    ------
    FileNotFoundError
        If no file matches the pattern there, or files of several folders do.
    """
    if labels is not None:
        stages = [{Path(labels)}]
    else:
        root = Path(folder)
        above = Path(root, "..").resolve()
        beside = {path for path in above.iterdir() if path.is_dir()}
        stages = [{path.parent for path in root.rglob(pattern)}, {above}, beside]
    for stage in stages:
        found = sorted(place for place in stage if any(place.glob(pattern)))
        if len(found) > 1:
            raise FileNotFoundError(
                f"there are several folders of labels {pattern}, {found[0]} and "
                f"{found[1]}; give the one that is meant as labels"
            )
        if found:
            return found[0]
    if labels is not None:
        raise FileNotFoundError(f"there are no labels {pattern} in {labels}")
    raise FileNotFoundError(
        f"there are no labels {pattern} in {folder} or beside it; put their folder "
        "there, or give it as labels"
    )


def _from_labels(
    named: Named, labels: Path, set_name: str, left_out: Collection[str] = ()
) -> GroundTruth:
    asked = {path: _query_in(path) for path in sorted(labels.glob("*_query.txt"))}
    named.check_some((image for image, _ in asked.values()), labels)
    relevant: dict[str, frozenset[str]] = {}
    ignored: dict[str, frozenset[str]] = {}
    files: dict[str, str] = {}
    regions: dict[str, Region] = {}
    for path, (image, region) in asked.items():
        query = path.name.removesuffix("_query.txt")
        kinds = {
            kind: {
                named.id(name)
                for name in _names_in(labels / f"{query}_{kind}.txt")
                if name not in left_out
            }
            for kind in ("good", "ok", "junk")
        }
        regions[query], files[query] = region, named.file(image)
        relevant[query] = frozenset(kinds["good"] | kinds["ok"])
        ignored[query] = frozenset(kinds["junk"] - relevant[query])
    return GroundTruth(
        named.root,
        relevant,
        files=files,
        ignored=ignored,
        regions=regions,
        counts_itself=True,
        metrics=("mAP(trapezoid)",),
        name=set_name,
    )


def _names_in(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split()


def _query_in(path: Path) -> tuple[str, Region]:
    """Read the picture of a query and its box: a name, x1, y1, x2, y2."""
    name, *corners = path.read_text(encoding="utf-8").split() or [""]
    try:
        x1, y1, x2, y2 = map(float, corners)
    except ValueError as error:
        raise ValueError(
            f"{path} must hold a name and x1 y1 x2 y2, got {' '.join([name, *corners])}"
        ) from error
    return name.removeprefix("oxc1_"), (x1, y1, x2 - x1, y2 - y1)
