"""Figures of pictures and of what is computed of them, and result pages.

Each function gives a Matplotlib ``Figure`` that is nowhere shown yet: save it by
``figure.savefig("figure.png")``. They need ``pip install 'cvret[plot]'``.
"""

from cvret.plot.agreement import plot_agreement
from cvret.plot.confusion import plot_confusion
from cvret.plot.histograms import (
    plot_class_means,
    plot_color_histogram,
    plot_equalization,
)
from cvret.plot.keypoints import plot_keypoints
from cvret.plot.maps import plot_edges, plot_lbp
from cvret.plot.metric_table import plot_metric_table
from cvret.plot.precision_recall import plot_precision_recall
from cvret.plot.sheet import contact_sheet
from cvret.plot.tradeoff import plot_tradeoff

__all__ = [
    "contact_sheet",
    "plot_agreement",
    "plot_class_means",
    "plot_color_histogram",
    "plot_confusion",
    "plot_edges",
    "plot_equalization",
    "plot_keypoints",
    "plot_lbp",
    "plot_metric_table",
    "plot_precision_recall",
    "plot_tradeoff",
]
