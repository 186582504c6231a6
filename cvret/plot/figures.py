"""An empty figure, and what all figures share: type, colors, how a picture stands."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_image
from cvret._optional import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["new_figure", "plain_text", "show_picture", "style_axes"]

# Colors told apart by people who see red and green alike too (Okabe and Ito).
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
RED, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"
INK, QUIET, RULE = "#1a1a1a", "#595959", "#c8c8c8"

TITLE, LABEL, TICK = 11.0, 9.5, 8.5  # points

_SIDE = 1200  # pixels of a picture that a figure can show


def new_figure(width: float, height: float, needed_by: str) -> "Figure":
    """Make a figure of so many inches, white, without any state of pyplot's.

    Raises
    ------
    MissingExtraError
        If Matplotlib is not installed.
    """
    module: Any = import_extra("matplotlib.figure", extra="plot", needed_by=needed_by)
    figure: Figure = module.Figure(
        figsize=(width, height), dpi=120, layout="constrained", facecolor="white"
    )
    # Without a canvas that can draw, each text that is measured costs a drawing.
    agg: Any = import_extra(
        "matplotlib.backends.backend_agg", extra="plot", needed_by=needed_by
    )
    agg.FigureCanvasAgg(figure)
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.12, h_pad=0.1)
    return figure


def style_axes(
    axes: Any, title: str = "", *, xlabel: str = "", ylabel: str = ""
) -> None:
    """Title at the left, quiet ticks, and only the two spines that carry a scale."""
    axes.set_title(title, loc="left", fontsize=TITLE, color=INK, parse_math=False)
    axes.set_xlabel(xlabel, fontsize=LABEL, color=QUIET, parse_math=False)
    axes.set_ylabel(ylabel, fontsize=LABEL, color=QUIET, parse_math=False)
    axes.tick_params(labelsize=TICK, colors=QUIET, length=3)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(RULE)


def show_picture(axes: Any, image: NDArray[np.uint8], title: str = "") -> None:
    """Show a picture without any scale beside it; its pixels are the coordinates."""
    check_image(image)
    from cvret.images.reading import shrink

    height, width = image.shape[:2]
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    axes.imshow(shrink(image, _SIDE), extent=extent, interpolation="antialiased")
    axes.set_xlim(-0.5, width - 0.5)
    axes.set_ylim(height - 0.5, -0.5)
    axes.set_title(title, loc="left", fontsize=TITLE, color=INK, parse_math=False)
    axes.set_anchor("NW")  # so that titles side by side are level
    axes.set_axis_off()


def plain_text(name: str, most: int | None = None) -> str:
    """Give a name that can be drawn; the middle of a long one is left out.

    Examples
    --------
    >>> plain_text("holidays/2023/beach/IMG_0042.jpg", most=19)
    'holidays/…_0042.jpg'
    """
    text = name.encode("utf-8", "replace").decode("utf-8")
    text = "".join(c if c.isprintable() else "?" for c in text)
    if most is None or len(text) <= most:
        return text
    kept = most - 1
    return f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
