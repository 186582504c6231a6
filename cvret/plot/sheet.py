"""Contact sheets: a query and its results, right ones and wrong ones marked."""

from collections.abc import Collection, Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.errors import ImageError
from cvret.images.reading import ImageOrPath, read_image
from cvret.plot.figures import LABEL, QUIET, TICK, TITLE, new_figure
from cvret.plot.tiles import PIXELS, TILE, place_picture, write_line
from cvret.records import Ranking

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["contact_sheet"]

_TEXT = 0.5  # inches below it, for two lines
_GAP = 0.22
_EDGE = 0.3


def contact_sheet(
    query: ImageOrPath,
    results: Ranking | Sequence[str | PathLike[str]],
    *,
    relevant: Collection[str] | None = None,
    root: str | PathLike[str] | None = None,
    files: Mapping[str, str | PathLike[str]] | None = None,
    k: int = 10,
    columns: int = 5,
    title: str = "",
) -> "Figure":
    """Show a query at the left, and its first results at the right, best first.

    Parameters
    ----------
    query : array of uint8, shape (height, width, 3), or path
        RGB, or a file.
    results : Ranking, or sequence of paths
        As `Index.search` gave it; scores are shown where there are some.
    relevant : collection of str, optional
        Ids (or paths, as in `results`) of what is right. Each result then has a green
        circle (o) or a red cross (x), and the title counts them.
    root : path, optional
        The folder that ids are relative to.
    files : mapping of str to path, optional
        Where the pictures lie, by id, in place of `root`; others are not there.
    k : int
        Results shown.
    columns : int
        Results in a row.
    title : str
        Above the query; by default it says so, with the name of its file.

    Returns
    -------
    matplotlib.figure.Figure
        A file that cannot be read leaves its place grey, with its name.

    Examples
    --------
    >>> image = np.zeros((40, 60, 3), np.uint8)
    >>> ranking = Ranking(("cat/1.jpg", "dog/2.jpg"), np.array([0.9, 0.2]))
    >>> figure = contact_sheet(image, ranking, relevant={"cat/1.jpg"})
    >>> [text.get_text() for text in figure.texts][:2]
    ['Query', '1 of 2 right']
    """
    k, columns = check_count("k", k), check_count("columns", columns)
    if isinstance(relevant, str):
        raise TypeError(
            f"relevant must be several ids, got one text, {relevant!r}; put it in a set"
        )
    ids = [fspath(id_) for id_ in _ids_of(results)][:k]
    columns = max(1, min(columns, len(ids)))
    n_rows = max(1, -(-len(ids) // columns))
    own = 2 * TILE if n_rows > 1 else TILE * 1.35
    width = 2 * _EDGE + own + 2 * _GAP + columns * (TILE + _GAP)
    height = 2 * _EDGE + 0.25 + max(n_rows * (TILE + _TEXT), own)
    figure = new_figure(width, height, "contact_sheet")
    figure.set_layout_engine("none")
    top = height - _EDGE - 0.25
    place_picture(figure, _read(query, None), (_EDGE, top - own), own)
    write_line(
        figure, title or _name_of(query), (_EDGE, top + 0.08), size=TITLE, width=own
    )
    left = _EDGE + own + 2 * _GAP
    write_line(figure, _lead(ids, relevant), (left, top + 0.08), size=TITLE)
    for place, id_ in enumerate(ids):
        x = left + place % columns * (TILE + _GAP)
        y = top - place // columns * (TILE + _TEXT) - TILE
        right = None if relevant is None else id_ in relevant
        picture = _read(id_, root) if files is None else _read_of(files, id_)
        place_picture(figure, picture, (x, y), TILE, right)
        score = float(results.scores[place]) if isinstance(results, Ranking) else None
        name = id_ if isinstance(results, Ranking) else Path(id_).name
        _describe(figure, (x, y), place + 1, name, score)
    return figure


def _ids_of(results: Any) -> Sequence[str]:
    if isinstance(results, str | PathLike):
        raise TypeError(
            f"results must be a Ranking or a list of paths, got one path, "
            f"{fspath(results)!r}; put it in a list"
        )
    return results.ids if isinstance(results, Ranking) else results


def _lead(ids: Sequence[str], relevant: Collection[str] | None) -> str:
    if not ids:
        return "No results"
    if relevant is None:
        return "Results, best first"
    return f"{sum(id_ in relevant for id_ in ids)} of {len(ids)} right"


def _name_of(query: ImageOrPath) -> str:
    if not isinstance(query, str | PathLike):
        return "Query"
    return f"Query: {Path(query).name}"


def _read(
    source: ImageOrPath, root: str | PathLike[str] | None
) -> NDArray[np.uint8] | None:
    """Read a picture at the size of its tile; None where there is none."""
    if isinstance(source, str | PathLike):
        try:
            path = Path(source) if root is None else Path(root, source)
            return read_image(path, max_side=2 * PIXELS)
        except ImageError:
            return None
    return source


def _read_of(
    files: Mapping[str, str | PathLike[str]], id_: str
) -> NDArray[np.uint8] | None:
    return _read(files[id_], None) if id_ in files else None


def _describe(
    figure: Any, corner: tuple[float, float], rank: int, name: str, score: float | None
) -> None:
    """Write rank and score below a tile, and the name below them."""
    x, y = corner
    first = f"{rank}." if score is None else f"{rank}.   score {score:.3f}"
    write_line(figure, first, (x, y - 0.18), size=LABEL)
    write_line(figure, name, (x, y - 0.35), size=TICK, color=QUIET, width=TILE)
