"""The best pictures by each metric, a row a metric, side by side with the target."""

from collections.abc import Callable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret.errors import ImageError
from cvret.images.reading import read_image
from cvret.metrics.definitions import METRICS
from cvret.metrics.table import MetricTable
from cvret.plot.figures import BLUE, LABEL, QUIET, RED, RULE, TICK, TITLE, new_figure
from cvret.plot.tiles import PIXELS, TILE, place_picture, share_of, write_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_metric_table"]

_SIDE = 1.3  # inches of a tile
_HEAD = 0.34  # above a row's tiles, for the metric
_LINE = 0.2  # more where values are undefined
_LONG = 150  # letters of a line above a row
_TEXT = 0.38  # below them, for two lines
_ROW = _HEAD + _SIDE + _TEXT + 0.12
_GAP = 0.16
_EDGE = 0.35
_TOP = 0.62  # for the title, and a line below it


def plot_metric_table(
    table: MetricTable,
    target: Any,
    pictures_of: str | PathLike[str] | Mapping[str, Any] | Callable[[str], Any],
    k: int = 10,
) -> "Figure":
    """Show the best `k` pictures by each metric, a row a metric, beside the target.

    Parameters
    ----------
    table : MetricTable
        As `rank_by_metric` gave it.
    target : array or path
        What the pictures were compared with.
    pictures_of : path, mapping or callable
        Where the pictures are: the folder that ids are relative to, or what gives an
        array or a path for an id. Arrays may be grey or have many bands (the first
        three are shown), of any dtype, with the dynamic range of the table.
    k : int
        Pictures in a row.

    Returns
    -------
    matplotlib.figure.Figure
        Below each picture its rank and value; above each row how many are undefined. A
        file that cannot be read leaves its place grey.

    Examples
    --------
    >>> from cvret import rank_by_metric
    >>> images = {"black": np.zeros((8, 8), np.uint8)}
    >>> images["gray"] = images["black"] + np.uint8(51)
    >>> table = rank_by_metric(images["black"], images, "rmse")
    >>> figure = plot_metric_table(table, images["black"], images)
    >>> [text.get_text() for text in figure.texts][-4:]
    ['1.   0', 'black', '2.   51', 'gray']
    """
    k = check_count("k", k)
    find = _finder(pictures_of)
    columns = min(k, len(table))
    width = max(2 * _EDGE + (columns + 1) * (_SIDE + _GAP), 7.5)
    reasons = {metric: _undefined(table, metric) for metric in table.metrics}
    n_reasons = sum(map(bool, reasons.values()))
    height = 2 * _EDGE + _TOP + len(table.metrics) * _ROW + n_reasons * _LINE
    figure = new_figure(width, height, "plot_metric_table")
    figure.set_layout_engine("none")
    top = height - _EDGE
    _write_title(figure, table, top, width - 2 * _EDGE)
    own = _thumbnail(target, table.data_range)
    seen: dict[str, NDArray[np.uint8] | None] = {}
    top -= _TOP
    for metric in table.metrics:
        best = table.best(metric, k)
        for id_, _ in best:
            if id_ not in seen:
                seen[id_] = _thumbnail(find(id_), table.data_range)
        shown = [(id_, value, seen[id_]) for id_, value in best]
        _draw_row(figure, metric, reasons[metric], top, own, shown)
        top -= _ROW + _LINE * bool(reasons[metric])
    return figure


def _draw_row(
    figure: Any,
    metric: str,
    reason: str,
    top: float,
    target: NDArray[np.uint8] | None,
    shown: list[tuple[str, float, NDArray[np.uint8] | None]],
) -> None:
    """Draw the target and the best by one metric, below a rule with its name."""
    width = figure.get_size_inches()[0]
    left = _EDGE + _SIDE + 2 * _GAP
    room = width - _EDGE - left
    x, y = share_of(figure, (_EDGE, top))
    figure.add_artist(_rule(x, share_of(figure, (width - _EDGE, top))[0], y))
    write_line(figure, metric, (_EDGE, top - 0.22), size=TITLE, width=_SIDE)
    lines = [(_about(metric), QUIET)] + [(reason, RED)] * bool(reason)
    for text, color in lines:
        place = (left, top - 0.22)
        write_line(figure, text, place, size=LABEL, color=color, width=room, most=_LONG)
        top -= _LINE
    bottom = top + _LINE - _HEAD - _SIDE
    place_picture(figure, target, (_EDGE, bottom), _SIDE)
    for spine in figure.axes[-1].spines.values():
        spine.set(color=BLUE, linewidth=2)
    write_line(figure, "target", (_EDGE, bottom - 0.17), size=LABEL, color=BLUE)
    for rank, (id_, value, picture) in enumerate(shown):
        x = left + rank * (_SIDE + _GAP)
        place_picture(figure, picture, (x, bottom), _SIDE)
        number = f"{rank + 1}.   {value:.4g}"
        write_line(figure, number, (x, bottom - 0.17), size=LABEL, width=_SIDE)
        write_line(figure, id_, (x, bottom - 0.33), size=TICK, color=QUIET, width=_SIDE)


def _write_title(figure: Any, table: MetricTable, top: float, width: float) -> None:
    n = len(table)
    title = f"The best of {n:,} pictures by each metric"
    write_line(figure, title, (_EDGE, top - 0.15), size=TITLE + 2, width=width, most=80)
    facts = (
        f"Against {Path(table.reference).name}, the reference. Data range "
        f"{table.data_range:g}, profile {table.profile}, sewar {table.sewar}."
    )
    write_line(
        figure, facts, (_EDGE, top - 0.4), size=LABEL, color=QUIET, width=width,
        most=_LONG,
    )  # fmt: skip


def _about(metric: str) -> str:
    """Say what a metric is, its unit, and which values are good."""
    known = METRICS[metric]
    good = "large" if known.is_similarity else "small"
    unit = f" ({known.unit})" if known.unit else ""
    return f"{known.title}{unit}; {good} is best"


def _undefined(table: MetricTable, metric: str) -> str:
    """Say how many values are undefined, and why the first of them is."""
    undefined = np.isnan(table.column(metric))
    if not undefined.any():
        return ""
    note = table.notes.get((table.ids[int(np.argmax(undefined))], metric), "")
    many = f"{undefined.sum():,} of {len(table):,} undefined"
    return f"{many}: {note}" if note else many


def _rule(left: float, right: float, y: float) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([left, right], [y, y], color=RULE, linewidth=0.8)


def _finder(
    pictures_of: str | PathLike[str] | Mapping[str, Any] | Callable[[str], Any],
) -> Callable[[str], Any]:
    if isinstance(pictures_of, str | PathLike):
        return Path(fspath(pictures_of)).joinpath
    if isinstance(pictures_of, Mapping):
        return pictures_of.__getitem__
    if callable(pictures_of):
        return pictures_of
    raise TypeError(
        "pictures_of must be a folder, a mapping or a function from an id to an array "
        f"or a path, got {type(pictures_of).__name__}"
    )


def _thumbnail(source: Any, data_range: float) -> NDArray[np.uint8] | None:
    """Give a picture as RGB of 8 bits, at twice the size of its tile; None for none."""
    if isinstance(source, str | PathLike):
        try:
            return read_image(source, max_side=int(2 * PIXELS * _SIDE / TILE))
        except ImageError:
            return None
    pixels = np.asarray(source)
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    # Of one band or two the first is shown in grey, of more than three the first three.
    bands = [0, 0, 0] if pixels.shape[2] < 3 else [0, 1, 2]
    scaled = pixels[:, :, bands].astype(np.float64) * (255 / data_range)
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
