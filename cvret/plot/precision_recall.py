"""A figure of precision over recall."""

from typing import TYPE_CHECKING, Any

import numpy as np

from cvret.plot.figures import (
    BLUE,
    GREEN,
    INK,
    LABEL,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
    SKY,
    new_figure,
    plain_text,
    style_axes,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_precision_recall"]

_COLORS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, INK, QUIET)
_DASHES = ("-", "--", ":", "-.")  # with the colors, so that either tells lines apart
_LONGEST = 30  # letters of a name


def plot_precision_recall(evaluated: Any) -> "Figure":
    """Show how much of what is found is right, over how much of it was found.

    Parameters
    ----------
    evaluated : Report or Comparison
        As `cvret.evaluate` or `cvret.compare` gave it.

    Returns
    -------
    matplotlib.figure.Figure
        A line a system, the best first in the legend: interpolated precision at
        recalls 0, 0.1, ... 1, mean over the queries.

    Raises
    ------
    ValueError
        If no report keeps its curves, as one that was saved without.

    References
    ----------
    Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, 8.4.

    Examples
    --------
    >>> from cvret.evaluation.report import Costs, Report, Spread
    >>> from cvret.evaluation.statistics import Interval
    >>> curves = np.linspace(1, 0.5, 11)[np.newaxis]
    >>> report = Report("hsv", ("q",), {"mAP": np.array([0.7])},
    ...     {"mAP": Interval(0.6, 0.8)}, {}, 9, Costs(Spread(2, 2), Spread(1, 1)),
    ...     curves=curves)
    >>> plot_precision_recall(report).axes[0].lines[0].get_ydata()[[0, -1]]
    array([1. , 0.5])
    """
    if hasattr(evaluated, "reports"):
        reports = [evaluated.reports[name] for name in evaluated.order()]
        names = evaluated.order()
    else:
        reports, names = [evaluated], [evaluated.name]
    drawn = [
        (plain_text(name, _LONGEST), report.curves.mean(axis=0))
        for name, report in zip(names, reports, strict=True)
        if report.curves is not None
    ]
    if not drawn:
        raise ValueError(
            "evaluated keeps no curves, as reports that were saved without them; "
            "evaluate again"
        )
    figure = new_figure(6.4, 4.6, "plot_precision_recall")
    axes: Any = figure.add_subplot()
    style_axes(axes, "Precision over recall", xlabel="recall", ylabel="precision")
    for number, (name, curve) in enumerate(drawn):
        axes.plot(
            np.linspace(0, 1, len(curve)),
            curve,
            color=_COLORS[number % len(_COLORS)],
            linestyle=_DASHES[number % len(_DASHES)],
            linewidth=1.8,
            label=name,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.grid(axis="y", color="#ececec", linewidth=0.8)
    axes.set_axisbelow(True)
    legend = figure.legend(
        loc="outside right upper", frameon=False, fontsize=LABEL, handlelength=3
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return figure
