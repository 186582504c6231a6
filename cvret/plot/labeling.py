"""Where the names of points stand in a chart, so that none lies over another."""

from collections.abc import Iterator, Sequence

__all__ = ["Box", "place_labels"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; or left, bottom, right, top: any unit, either way up."""

_DISTANCES = (8.0, 14.0, 22.0, 34.0, 50.0, 70.0)
_SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    inside: Box,
    obstacles: Sequence[Box] = (),
) -> list[Box]:
    """Give each point's label a place beside it.

    Parameters
    ----------
    points : sequence of (float, float)
        In the units of a page.
    sizes : sequence of (float, float)
        Width and height of each label.
    inside : (float, float, float, float)
        What labels must not leave.
    obstacles : sequence of (float, float, float, float)
        What they should not lie over: marks and lines.

    Returns
    -------
    list of (float, float, float, float)
        No two overlap while there is room for all. Near the point where that is free,
        else wherever there is room.

    Examples
    --------
    The second finds the place at the right taken.

    >>> place_labels([(50, 50), (60, 50)], [(30, 10)] * 2, (0, 0, 200, 100))
    [(58.0, 45.0, 88.0, 55.0), (22.0, 45.0, 52.0, 55.0)]
    """
    placed: list[Box] = []
    for point, size in zip(points, sizes, strict=True):
        choices = [
            box
            for box in _choices(point, size, inside)
            if _holds(inside, box) and not any(_meet(box, other) for other in placed)
        ]
        free = (
            box for box in choices if not any(_meet(box, other) for other in obstacles)
        )
        beside = next(_choices(point, size, inside))
        placed.append(next(free, choices[0] if choices else beside))
    return placed


def _choices(
    point: tuple[float, float], size: tuple[float, float], inside: Box
) -> Iterator[Box]:
    """Give places near a point, then all others, the nearest first."""
    (x, y), (width, height) = point, size
    for distance in _DISTANCES:
        for right, down in _SIDES:
            left = x + right * (distance + width / 2) - width / 2
            top = y + down * (distance + height / 2) - height / 2
            yield left, top, left + width, top + height
    columns = int((inside[2] - inside[0] - width) // (width / 2)) + 1
    rows = int((inside[3] - inside[1]) // height)
    corners = [
        (inside[0] + column * width / 2, inside[1] + row * height)
        for row in range(rows)
        for column in range(columns)
    ]
    corners.sort(key=lambda c: abs(c[0] + width / 2 - x) + abs(c[1] + height / 2 - y))
    for left, top in corners:
        yield left, top, left + width, top + height


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2]
        and other[0] < one[2]
        and one[1] < other[3]
        and other[1] < one[3]
    )
