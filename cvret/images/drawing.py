"""Two pictures side by side, with what matches drawn on them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2

__all__ = ["draw_difference", "draw_matches", "fit_into"]

_BACKGROUND = 255
_GAP = 16
_LINES = 80  # more are a tangle
_BOX = (235, 80, 20)
_OUTLINE = (255, 255, 255)
_NOT_THERE = 205  # grey where pictures do not overlap
_HEAT = np.array([(255, 214, 90), (255, 170, 40), (230, 80, 10), (150, 10, 20)])
_NO_HEAT, _FULL_HEAT = 0.1, 0.5  # differences that show no color, and that hide all
# Colors told apart on light and dark, for people who see red and green alike too.
_COLORS = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233))


def fit_into(
    image: NDArray[np.uint8], width: int, height: int
) -> tuple[NDArray[np.uint8], float]:
    """Scale a picture to just fit a frame; gives it and the scale."""
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (
        max(1, round(image.shape[1] * scale)),
        max(1, round(image.shape[0] * scale)),
    )
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, size, interpolation=way), scale


def draw_matches(
    query: NDArray[np.uint8],
    result: NDArray[np.uint8],
    pairs: NDArray[np.float32],
    boxes: Sequence[tuple[int, NDArray[np.float64]]] = (),
    side: int = 560,
) -> NDArray[np.uint8]:
    """Draw the query at the left, the result at the right, and join what matches.

    Parameters
    ----------
    query, result : array of uint8, shape (h, w, 3)
        RGB, of any sizes.
    pairs : array of float32, shape (n, 4)
        x, y in the query and x, y in the result, in their pixels. Of many, 80 evenly
        chosen are joined by lines, and all are dotted.
    boxes : sequence of (int, array of shape (4, 2))
        Outlines to draw: 0 for the query's pixels or 1 for the result's, and corners.
    side : int
        Side of the square that each picture is fitted into, in pixels.

    Returns
    -------
    array of uint8, shape (height, width, 3)
        RGB on white.
    """
    left, left_scale = fit_into(query, side, side)
    right, right_scale = fit_into(result, side, side)
    height = max(left.shape[0], right.shape[0])
    offset = left.shape[1] + _GAP
    canvas = np.full((height, offset + right.shape[1], 3), _BACKGROUND, np.uint8)
    left_top = (height - left.shape[0]) // 2
    right_top = (height - right.shape[0]) // 2
    canvas[left_top : left_top + left.shape[0], : left.shape[1]] = left
    canvas[right_top : right_top + right.shape[0], offset:] = right

    shifts = np.array([[0.0, left_top], [float(offset), right_top]])
    scales = (left_scale, right_scale)
    starts = pairs[:, :2] * scales[0] + shifts[0]
    ends = pairs[:, 2:] * scales[1] + shifts[1]
    chosen = np.unique(np.linspace(0, len(pairs) - 1, min(len(pairs), _LINES)).round())
    overlay = canvas.copy()
    for number, row in enumerate(chosen.astype(int)):
        color = _COLORS[number % len(_COLORS)]
        cv2.line(overlay, _point(starts[row]), _point(ends[row]), color, 1, cv2.LINE_AA)
    canvas = cv2.addWeighted(overlay, 0.65, canvas, 0.35, 0)
    for point in (*starts, *ends):
        cv2.circle(canvas, _point(point), 2, _OUTLINE, -1, cv2.LINE_AA)
        cv2.circle(canvas, _point(point), 1, _COLORS[0], -1, cv2.LINE_AA)
    canvas = np.ascontiguousarray(canvas)
    for which, corners in boxes:
        _draw_outline(
            canvas[:, offset:] if which else canvas[:, : left.shape[1]],
            corners * scales[which] + [0, right_top if which else left_top],
        )
    return canvas


def draw_difference(
    reference: NDArray[np.uint8],
    picture: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None,
    difference: NDArray[np.float64],
    side: int = 420,
) -> NDArray[np.uint8]:
    """Draw two aligned pictures and where they differ, side by side.

    Parameters
    ----------
    reference, picture : array of uint8, shape (h, w, 3)
        RGB.
    mask : array of bool, shape (h, w), or None
        Where they overlap; elsewhere all is grey.
    difference : array of float64, shape (h, w)
        In [0, 1], from a pale picture at 0 to full color at 1: yellow, orange, dark
        red; or NaN where nothing is known, which is grey.
    side : int
        Longest side of each of the three, in pixels.

    Returns
    -------
    array of uint8, shape (height, width, 3)
        RGB on white.
    """
    there = np.ones(difference.shape, bool) if mask is None else mask
    height, width = difference.shape
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    known = there & ~np.isnan(difference)
    differ = cv2.resize(np.nan_to_num(difference), size, interpolation=cv2.INTER_LINEAR)
    panels = [cv2.resize(p, size, interpolation=how) for p in (reference, picture)]
    panels.append(_heat(panels[0], np.clip(differ, 0, 1)))
    grey = np.full_like(panels[0], _NOT_THERE)
    faint = cv2.addWeighted(panels[0], 0.25, grey, 0.75, 0)
    panels = [
        _blended(panel, beyond, shown)
        for panel, beyond, shown in zip(
            panels, (faint, grey, grey), (there, there, known), strict=True
        )
    ]
    gap = np.full((size[1], _GAP, 3), _BACKGROUND, np.uint8)
    return np.hstack([panels[0], gap, panels[1], gap, panels[2]])


def _blended(
    panel: NDArray[np.uint8], beyond: NDArray[np.uint8], shown: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Show a panel where a mask is True, else what is beyond; edges are soft."""
    size = panel.shape[1], panel.shape[0]
    share = cv2.resize(shown.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    share = share[..., None]
    mixed: NDArray[np.uint8] = np.rint(panel * share + beyond * (1 - share)).astype(
        np.uint8
    )
    return mixed


def _heat(image: NDArray[np.uint8], values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Color a pale grey form of a picture by values in [0, 1]."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None] * 0.3 + 170.0
    stops = np.linspace(0, 1, len(_HEAT))
    color = np.stack([np.interp(values, stops, band) for band in _HEAT.T], axis=-1)
    strength = np.clip((values - _NO_HEAT) / (_FULL_HEAT - _NO_HEAT), 0, 1)[..., None]
    mixed: NDArray[np.uint8] = (grey * (1 - strength) + color * strength).astype(
        np.uint8
    )
    return mixed


def _draw_outline(frame: NDArray[np.uint8], corners: NDArray[np.float64]) -> None:
    """Draw a polygon on one picture, in place; what lies outside of it is cut off."""
    # A corner far outside must not overflow OpenCV's integers.
    polygon = np.clip(corners, -20_000, 20_000).round().astype(np.int32)
    drawn = frame.copy()
    cv2.polylines(drawn, [polygon], True, _OUTLINE, 5, cv2.LINE_AA)
    cv2.polylines(drawn, [polygon], True, _BOX, 2, cv2.LINE_AA)
    frame[:] = drawn


def _point(xy: NDArray[np.floating]) -> tuple[int, int]:
    return round(float(xy[0])), round(float(xy[1]))
