"""Two pictures laid over each other by a transform, as sharp as the softer of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._opencv import cv2

__all__ = ["Overlap", "between_sizes", "lay_over", "refine"]

_FINENESS = 0.5  # of the coarser picture's pixels: finer detail suffers from warping
_LEAST_SIDE = 48  # of the grid, as far as the query has so many pixels
_FINER = 2  # times the grid that is warped onto, before it is averaged
_DENSE = 1.5  # pixels for one of the finer grid, of which interpolation skips none
_STEPS = 40  # of a refinement
_ENOUGH = 1e-4  # gain of correlation below which a refinement stops
_CLIMBS = (  # motion, side of the Gaussian that it is seen through, whether trimmed
    (cv2.MOTION_AFFINE, 5, False),
    (cv2.MOTION_AFFINE, 5, True),
    (cv2.MOTION_HOMOGRAPHY, 15, True),
    (cv2.MOTION_HOMOGRAPHY, 5, True),
)
_TRIMMED = 15  # pixels a side, whose mean difference tells an edit from a shift
_FAR = 3  # typical differences, beyond which a place is left out
_LEAST_FAR = 10.0  # gray levels
_GOOD_ENOUGH = 0.995  # similarity from which on nothing is refined
_KEPT = 0.9  # of the overlap, at least, or a refinement is not believed
_FEWEST = 256  # pixels of overlap that can be refined
_FARTHEST = 0.15  # of the grid's longest side, that a refinement may move a corner

Pixels = NDArray[np.uint8]
Transform = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overlap:
    """Two pictures on one grid of pixels.

    Attributes
    ----------
    reference : array of uint8, shape (h, w, 3)
        The query, or the part that is asked for.
    picture : array of uint8, shape (h, w, 3)
        The result, as the transform lays it over the query.
    mask : array of bool, shape (h, w)
        Where both are.
    transform : array of float64, shape (3, 3)
        From pixels of the query to pixels of the result.
    grid : array of float64, shape (3, 3)
        From pixels of the grid to pixels of the query.
    """

    reference: Pixels
    picture: Pixels
    mask: NDArray[np.bool_]
    transform: Transform
    grid: Transform

    @property
    def share(self) -> float:
        """Part of the query that the result covers, in [0, 1]."""
        return float(self.mask.mean())


def lay_over(
    query: Pixels,
    result: Pixels,
    transform: Transform,
    *,
    region: tuple[float, float, float, float] | None = None,
    max_side: int = 256,
) -> Overlap:
    """Lay a result over a query.

    Both are averaged over the pixels of one grid. It is at most half as fine as the
    coarser of the two, so that neither is softer than the other and little is left of
    what interpolation does to either.

    Parameters
    ----------
    query, result : array of uint8, shape (height, width, 3)
        RGB, of any sizes.
    transform : array of float64, shape (3, 3)
        From pixels of the query to pixels of the result.
    region : tuple of float, optional
        x, y, width, height of the part of the query to lay over, in pixels.
    max_side : int
        Longest side of the grid.

    Examples
    --------
    A quarter of a picture over the whole one.

    >>> image = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    >>> shift = np.array([[1.0, 0, -100], [0, 1, -100], [0, 0, 1]])
    >>> found = lay_over(image, np.ascontiguousarray(image[100:, 100:]), shift)
    >>> found.reference.shape, round(found.share, 2)
    ((100, 100, 3), 0.25)
    >>> bool((found.reference[found.mask] == found.picture[found.mask]).all())
    True
    """
    cut, x, y = _cut(query, region)
    height, width = cut.shape[:2]
    coarser = _FINENESS * min(1.0, _pixels_for_one(transform, x, y, width, height))
    scale = max(coarser, min(1.0, _LEAST_SIDE / min(width, height)))
    scale = min(scale, max_side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return _on_grid(cut, (x, y), result, transform, size)


def refine(
    query: Pixels,
    result: Pixels,
    overlap: Overlap,
    quality: Callable[[Overlap], float],
    *,
    region: tuple[float, float, float, float] | None = None,
) -> tuple[Overlap, float]:
    """Lay a result over a query by a better transform, as far as one is found.

    The enhanced correlation coefficient climbs by Gauss-Newton steps: of an affine
    transform; again without the places that differ for another reason, such as an edit;
    and then of a homography. Each is kept if the quality is higher, and nearly as much
    overlaps as before.

    Parameters
    ----------
    query, result, region
        As `lay_over` had them.
    overlap : Overlap
        What it gave.
    quality : callable
        Gives a number for an `Overlap`, higher is better; perhaps NaN.

    Returns
    -------
    Overlap, float
        The best, and its quality; those of `overlap` if nothing better was found.

    References
    ----------
    Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation
    coefficient maximization", PAMI 30(10), 2008.
    """
    cut, x, y = _cut(query, region)
    best = quality(overlap)
    for motion, blur, trimmed in _CLIMBS:
        if best >= _GOOD_ENOUGH:
            break
        step = _climb(overlap, motion, blur, trimmed)
        if step is None:
            continue
        moved = overlap.transform @ overlap.grid @ step @ np.linalg.inv(overlap.grid)
        size = _size(overlap.picture)
        found = _on_grid(cut, (x, y), result, moved / moved[2, 2], size)
        if found.share < _KEPT * overlap.share:
            continue
        value = quality(found)
        if value > best or np.isnan(best):
            overlap, best = found, value
    return overlap, best


def _cut(
    query: Pixels, region: tuple[float, float, float, float] | None
) -> tuple[Pixels, int, int]:
    """Give the pixels of a region, and where they begin."""
    if region is None:
        return query, 0, 0
    x, y, width, height = region
    left, top = int(x), int(y)
    right, bottom = int(np.ceil(x + width)), int(np.ceil(y + height))
    return query[top:bottom, left:right], left, top


def _pixels_for_one(
    transform: Transform, x: float, y: float, width: float, height: float
) -> float:
    """Pixels of the result for one of the query, at its middle, across the least."""
    middle = np.array([x + width / 2, y + height / 2, 1.0])
    w = transform[2] @ middle
    at = (transform[:2] @ middle) / w
    jacobian = (transform[:2, :2] - np.outer(at, transform[2, :2])) / w
    return float(np.linalg.svd(jacobian, compute_uv=False)[1])


def between_sizes(small: tuple[int, int], large: tuple[float, float]) -> Transform:
    """Map pixels of a picture of one (width, height) to those of the same in another.

    Centers of pixels have whole coordinates.

    Examples
    --------
    >>> (between_sizes((10, 10), (20, 20)) @ [0, 0, 1]).tolist()
    [0.5, 0.5, 1.0]
    """
    return _scaling(large[0] / small[0], large[1] / small[1])


def _scaling(across: float, down: float, x: float = 0.0, y: float = 0.0) -> Transform:
    """From pixels of a smaller picture to those of the larger; centers are whole."""
    return np.array(
        [[across, 0, x + across / 2 - 0.5], [0, down, y + down / 2 - 0.5], [0, 0, 1]]
    )


def _on_grid(
    cut: Pixels,
    corner: tuple[int, int],
    result: Pixels,
    transform: Transform,
    size: tuple[int, int],
) -> Overlap:
    """Average both pictures over the pixels of a grid of so many columns and rows."""
    height, width = cut.shape[:2]
    reference = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    grid = _scaling(width / size[0], height / size[1], *corner)
    fine_size = _FINER * size[0], _FINER * size[1]
    fine = _scaling(width / fine_size[0], height / fine_size[1], *corner)
    # The result hardly finer than what it is warped onto, so that no pixel is skipped.
    dense = _pixels_for_one(transform @ fine, 0, 0, *fine_size)
    small = _shrunk(result, dense)
    shrinking = between_sizes(_size(small), _size(result))
    onto = np.linalg.inv(shrinking) @ transform @ fine
    picture = _averaged(small, onto, fine_size, size, cv2.BORDER_REPLICATE)
    there = np.full(small.shape[:2], 255, np.uint8)
    mask = _averaged(there, onto, fine_size, size, cv2.BORDER_CONSTANT) == 255
    return Overlap(reference, picture, mask, transform, grid)


def _size(image: Pixels) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def _shrunk(result: Pixels, dense: float) -> Pixels:
    if dense <= _DENSE:
        return result
    height, width = result.shape[:2]
    size = max(1, round(width / dense)), max(1, round(height / dense))
    small: Pixels = cv2.resize(result, size, interpolation=cv2.INTER_AREA)
    return small


def _averaged(
    image: Pixels,
    onto: Transform,
    fine_size: tuple[int, int],
    size: tuple[int, int],
    border: int,
) -> Pixels:
    """Warp onto a finer grid, and average over the pixels of the grid."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(image, onto, fine_size, flags=flags, borderMode=border)
    averaged: Pixels = cv2.resize(warped, size, interpolation=cv2.INTER_AREA)
    return averaged


def _climb(overlap: Overlap, motion: int, blur: int, trimmed: bool) -> Transform | None:
    """Find how the picture moves on the grid to correlate more, or None."""
    height, width = overlap.mask.shape
    grey = [
        cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        for image in (overlap.reference, overlap.picture)
    ]
    start = np.eye(3 if motion == cv2.MOTION_HOMOGRAPHY else 2, 3, dtype=np.float32)
    until = cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, _ENOUGH
    there = _alike(grey[0], grey[1], overlap.mask) if trimmed else overlap.mask
    if there.sum() < _FEWEST:
        return None
    there = there.astype(np.uint8) * 255
    try:
        _, found = cv2.findTransformECC(*grey, start, motion, until, there, blur)
    except cv2.error:  # which says that it found no way up
        return None
    step = np.vstack([found, [0, 0, 1]])[:3].astype(np.float64)
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]])
    moved = corners @ step.T
    if not (np.isfinite(moved).all() and (moved[:, 2] > 0).all()):
        return None
    off = np.abs(moved[:, :2] / moved[:, 2:] - corners[:, :2]).max()
    return step if off <= _FARTHEST * max(width, height) else None


def _alike(reference: Pixels, picture: Pixels, mask: NDArray[np.bool_]) -> Any:
    """Where two grey pictures show the same, but for brightness and contrast."""
    x, y = reference[mask].astype(np.float64), picture[mask].astype(np.float64)
    spread = x.std() / max(float(y.std()), 1.0)
    off = reference - (spread * (picture - y.mean()) + x.mean())
    far = np.abs(cv2.blur(np.where(mask, off, 0.0), (_TRIMMED, _TRIMMED)))
    return mask & (far <= max(_LEAST_FAR, _FAR * float(np.median(far[mask]))))
