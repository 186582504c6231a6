"""A figure of accuracy against cost, with the systems that no other one beats."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cvret.plot.figures import (
    BLUE,
    INK,
    LABEL,
    QUIET,
    TICK,
    new_figure,
    plain_text,
    style_axes,
)
from cvret.plot.labeling import place_labels, step_boxes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "Point",
    "limits_of",
    "linear_ticks",
    "log_ticks",
    "plot_tradeoff",
    "points_of",
]

_LEAST_MS = 0.001  # what is faster is drawn as this
_LONGEST = 30  # letters of a name
_GREY = "#767676"


class Point(NamedTuple):
    """A system as the chart has it.

    Attributes
    ----------
    name : str
        Of the system.
    ms : float
        Medians of extracting and searching, added; above 0.
    mean, low, high : float
        Of the metric; `low` and `high` are NaN where no interval is known.
    on_front : bool
        Whether no other system beats it in both.
    """

    name: str
    ms: float
    mean: float
    low: float
    high: float
    on_front: bool


def points_of(comparison: Any) -> list[Point]:
    """Give the systems of a comparison whose time is known, the fastest first."""
    front = comparison.front()
    found = []
    for name, report in comparison.reports.items():
        ms, mean = comparison.milliseconds(name), comparison.mean(name)
        if math.isfinite(ms) and math.isfinite(mean):
            low, high = report.intervals.get(comparison.metric, (math.nan, math.nan))
            on_front = name in front
            found.append(Point(name, max(ms, _LEAST_MS), mean, low, high, on_front))
    return sorted(found, key=lambda point: point.ms)


def plot_tradeoff(comparison: Any) -> "Figure":
    """Show how accurate systems are against how long a query takes.

    Parameters
    ----------
    comparison : Comparison
        As `cvret.compare` gave it. A system whose time is unknown is not drawn.

    Returns
    -------
    matplotlib.figure.Figure
        Each system with the interval of its mean, over the milliseconds of a query
        (medians of extracting and searching, added), on a logarithmic scale. Up and
        left is better. Systems that no other one beats in both are filled, and joined
        by a line (the Pareto front).

    Raises
    ------
    ValueError
        If no system's time is known.

    Examples
    --------
    >>> import numpy as np
    >>> import cvret
    >>> from cvret.evaluation.report import Costs, Report, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> reports = {
    ...     name: Report(name, ("q",), {"mAP": np.array([mean])},
    ...         {"mAP": Interval(mean - 0.1, mean + 0.1)}, {}, 9,
    ...         Costs(Spread(ms, ms), Spread(1, 1)))
    ...     for name, mean, ms in (("hsv", 0.4, 2), ("sift", 0.6, 40))}
    >>> figure = plot_tradeoff(cvret.compare(reports))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['hsv', 'sift']
    """
    points = points_of(comparison)
    if not points:
        raise ValueError(
            "comparison has no system whose milliseconds a query are known, and there "
            "is nothing to draw"
        )
    figure = new_figure(7.2, 4.6, "plot_tradeoff")
    axes: Any = figure.add_subplot()
    order = comparison.order()
    # Where small is good, the best mean is the smallest: it is drawn upwards.
    down = comparison.mean(order[0]) < comparison.mean(order[-1])
    percent = f"{100 * comparison.confidence:g} %"
    style_axes(
        axes,
        f"{comparison.metric} against time",
        xlabel="ms a query: medians of extracting and searching, logarithmic",
        ylabel=f"{comparison.metric}, {percent} intervals"
        + (", upwards is smaller" if down else ""),
    )
    _draw(axes, points)
    _scale(axes, points, down)
    figure.draw_without_rendering()  # the layout says where pixels lie
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0, h_pad=0)
    figure.set_layout_engine("none")
    _write_names(figure, axes, points)
    return figure


def _draw(axes: Any, points: Sequence[Point]) -> None:
    """Draw intervals, the front as steps, and a mark a system."""
    front = [point for point in points if point.on_front]
    axes.step(
        [point.ms for point in front],
        [point.mean for point in front],
        where="post",
        color=BLUE,
        linewidth=1.2,
        linestyle=(0, (4, 3)),
        zorder=1,
    )
    for point in points:
        color = BLUE if point.on_front else _GREY
        axes.plot([point.ms] * 2, [point.low, point.high], color=color, linewidth=1.6)
        axes.plot(
            point.ms,
            point.mean,
            "o",
            markersize=8,
            markeredgecolor=color,
            markeredgewidth=1.8,
            markerfacecolor=color if point.on_front else "white",
            zorder=3,
        )


def _scale(axes: Any, points: Sequence[Point], down: bool) -> None:
    """Set limits and ticks; small values upwards where these are good."""
    left, right, low, high = limits_of(points)
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    axes.set_ylim((high, low) if down else (low, high))
    ticks = log_ticks(left, right)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks(linear_ticks(low, high))
    axes.grid(axis="y", color="#ececec", linewidth=0.8)
    axes.set_axisbelow(True)


def limits_of(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Give left, right, low and high ends of the scales, with room at the edges."""
    times = [point.ms for point in points]
    left, right = min(times) / 1.6, max(times) * 1.6
    values = [
        value
        for point in points
        for value in (point.low, point.mean, point.high)
        if math.isfinite(value)
    ]
    room = max((max(values) - min(values)) * 0.12, 0.01)
    return left, right, min(values) - room, max(values) + room


def _write_names(figure: Any, axes: Any, points: Sequence[Point]) -> None:
    """Write each system's name beside its mark, and none over another."""
    names = [plain_text(point.name, _LONGEST) for point in points]
    texts = [
        axes.text(
            0, 0, name, fontsize=LABEL, color=INK if point.on_front else QUIET,
            parse_math=False, transform=None, va="bottom",
        )
        for name, point in zip(names, points, strict=True)
    ]  # fmt: skip
    sizes = [
        (box.width + 4, box.height + 2)
        for box in (text.get_window_extent() for text in texts)
    ]
    marks = [tuple(axes.transData.transform((p.ms, p.mean))) for p in points]
    front = [mark for mark, point in zip(marks, points, strict=True) if point.on_front]
    obstacles = [(x - 7, y - 7, x + 7, y + 7) for x, y in marks] + step_boxes(front)
    for point, (x, _) in zip(points, marks, strict=True):
        if math.isfinite(point.low) and math.isfinite(point.high):
            ends = axes.transData.transform([(1, point.low), (1, point.high)])[:, 1]
            obstacles.append((x - 2, float(min(ends)), x + 2, float(max(ends))))
    box = axes.bbox
    places = place_labels(marks, sizes, (box.x0, box.y0, box.x1, box.y1), obstacles)
    for text, (left, bottom, right, top), (x, y) in zip(
        texts, places, marks, strict=True
    ):
        text.set_position(
            axes.transData.inverted().transform((left + 2, bottom + 1)),
        )
        text.set_transform(axes.transData)
        near_x, near_y = min(max(x, left), right), min(max(y, bottom), top)
        if math.hypot(near_x - x, near_y - y) > 20:
            start, end = axes.transData.inverted().transform([(x, y), (near_x, near_y)])
            axes.plot(*zip(start, end, strict=True), color=_GREY, lw=0.6, zorder=0)
    axes.tick_params(labelsize=TICK)


def log_ticks(low: float, high: float) -> list[float]:
    """Give round numbers for a logarithmic scale, from two to about seven.

    Examples
    --------
    >>> log_ticks(0.8, 60)
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
    >>> log_ticks(0.5, 30000)
    [1.0, 10.0, 100.0, 1000.0, 10000.0]
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        ticks = [
            float(f"{step}e{decade}")
            for decade in decades
            for step in steps
            if low <= float(f"{step}e{decade}") <= high
        ]
        if len(ticks) >= 3:
            break
    return ticks[:: -(-len(ticks) // 7)]


def linear_ticks(low: float, high: float) -> list[float]:
    """Give round numbers for a scale, from three to seven.

    Examples
    --------
    >>> linear_ticks(0.31, 0.58)
    [0.35, 0.4, 0.45, 0.5, 0.55]
    """
    raw = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{number * step:.10g}") for number in range(first, last + 1)]
