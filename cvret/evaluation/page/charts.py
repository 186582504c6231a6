"""Accuracy against cost as SVG, once for wide windows and once for narrow ones."""

import math
from collections.abc import Sequence

from cvret.evaluation.page.numbers import milliseconds, plain, value
from cvret.plot.figures import plain_text
from cvret.plot.labeling import Box, place_labels
from cvret.plot.page import escaped
from cvret.plot.tradeoff import Point, limits_of, linear_ticks, log_ticks

__all__ = ["tradeoff_charts"]

_LETTER = 7.4  # pixels that a letter takes at most, on average, at 13 pixels
_LINE = 17.0


def tradeoff_charts(points: Sequence[Point], metric: str, small: bool) -> str:
    """Draw systems over the milliseconds of a query, up and left is better."""
    return "\n".join(
        _Chart(points, metric, small, *size).html()
        for size in (("wide", 860.0, 440.0, 32), ("narrow", 340.0, 400.0, 18))
    )


class _Chart:
    """One size of the chart: where values lie on it, and what is drawn."""

    def __init__(
        self,
        points: Sequence[Point],
        metric: str,
        small: bool,
        kind: str,
        width: float,
        height: float,
        most: int,
    ):
        self.points, self.metric, self.small, self.kind = points, metric, small, kind
        self.size, self.most = (width, height), most
        self.inside: Box = (46.0, 34.0, width - 8, height - 46)
        self.limits = limits_of(points)

    def x(self, ms: float) -> float:
        left, right = (math.log(each) for each in self.limits[:2])
        share = (math.log(ms) - left) / (right - left)
        return self.inside[0] + share * (self.inside[2] - self.inside[0])

    def y(self, number: float) -> float:
        low, high = self.limits[2:]
        share = (number - low) / (high - low)
        share = share if self.small else 1 - share
        return self.inside[1] + share * (self.inside[3] - self.inside[1])

    def _place(self, point: Point) -> tuple[float, float]:
        return self.x(point.ms), self.y(point.mean)

    def html(self) -> str:
        width, height = self.size
        name = f"tradeoff-{self.kind}"
        said = "; ".join(
            f"{point.name}: {value(point.mean)} at {milliseconds(point.ms)} ms"
            + (", on the front" if point.on_front else "")
            for point in self.points
        )
        up = "Upwards is smaller, which is better" if self.small else "Up is better"
        return (
            f'<svg class="chart {self.kind}" role="img" width="{width:.0f}" '
            f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escaped(self.metric)} against milliseconds a '
            f'query</title><desc id="{name}-desc">{escaped(said)}</desc>\n'
            f"{self._scales()}\n{self._front()}\n{self._marks()}\n{self._names()}\n"
            f'<text x="2" y="14">{escaped(self.metric)}. {up}; left is faster.</text>'
            "</svg>"
        )

    def _scales(self) -> str:
        left, top, right, bottom = self.inside
        lines = [
            f'<path class="grid" d="M{left:.1f} {self.y(tick):.1f}H{right:.1f}"/>'
            f'<text x="{left - 7:.1f}" y="{self.y(tick) + 4:.1f}" '
            f'text-anchor="end">{plain(tick)}</text>'
            for tick in linear_ticks(*self.limits[2:])
        ]
        lines += [
            f'<path class="zero" d="M{self.x(tick):.1f} {bottom:.1f}v5"/>'
            f'<text x="{self.x(tick):.1f}" y="{bottom + 20:.1f}" '
            f'text-anchor="middle">{plain(tick)}</text>'
            for tick in log_ticks(*self.limits[:2])
        ]
        below = "ms a query, on a logarithmic scale"
        return "\n".join(
            [
                *lines,
                f'<path class="zero" d="M{left:.1f} {bottom:.1f}H{right:.1f}"/>',
                f'<text x="{right:.1f}" y="{bottom + 40:.1f}" text-anchor="end">{below}'
                "</text>",
            ]
        )

    def _front(self) -> str:
        steps = ""
        for point in self.points:
            if point.on_front:
                x, y = self._place(point)
                steps += f"H{x:.1f}V{y:.1f}" if steps else f"M{x:.1f} {y:.1f}"
        return f'<path class="front" d="{steps}"/>'

    def _marks(self) -> str:
        marks = []
        for point in self.points:
            kind = "sure" if point.on_front else "unsure"
            x, y = self._place(point)
            if _has_interval(point):
                marks.append(
                    f'<path class="{kind}" d="M{x:.1f} {self.y(point.low):.1f}'
                    f'V{self.y(point.high):.1f}"/>'
                )
            marks.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        return "".join(marks)

    def _names(self) -> str:
        names = [plain_text(point.name, self.most) for point in self.points]
        places = [self._place(point) for point in self.points]
        boxes = place_labels(
            places,
            [(_LETTER * len(name) + 4, _LINE) for name in names],
            self.inside,
            list(self._obstacles()),
        )
        written = []
        for point, name, (x, y), box in zip(
            self.points, names, places, boxes, strict=True
        ):
            left, top, right, bottom = box
            # A name stands at that end of its place that is next to the mark.
            near_x, near_y = min(max(x, left), right), min(max(y, top), bottom)
            if math.hypot(near_x - x, near_y - y) > 18:
                written.append(
                    f'<path class="leader" d="M{x:.1f} {y:.1f}L{near_x:.1f} '
                    f'{near_y:.1f}"/>'
                )
            anchor, at = "middle", (left + right) / 2
            if left >= x:
                anchor, at = "start", left + 2
            elif right <= x:
                anchor, at = "end", right - 2
            look = ' class="strong"' if point.on_front else ""
            written.append(
                f'<text{look} x="{at:.1f}" y="{bottom - 4.5:.1f}" '
                f'text-anchor="{anchor}">{escaped(name)}</text>'
            )
        return "".join(written)

    def _obstacles(self) -> list[Box]:
        found = _steps([self._place(each) for each in self.points if each.on_front])
        for point in self.points:
            x, y = self._place(point)
            found.append((x - 6, y - 6, x + 6, y + 6))
            if _has_interval(point):
                ends = sorted((self.y(point.low), self.y(point.high)))
                found.append((x - 2, ends[0], x + 2, ends[1]))
        return found


def _steps(places: Sequence[tuple[float, float]]) -> list[Box]:
    """Give what the line of the front takes, a little wider than it is."""
    found: list[Box] = []
    for (x, y), (next_x, next_y) in zip(places[:-1], places[1:], strict=True):
        low, high = sorted((y, next_y))
        found += [(x, y - 2, next_x, y + 2), (next_x - 2, low, next_x + 2, high)]
    return found


def _has_interval(point: Point) -> bool:
    return math.isfinite(point.low) and math.isfinite(point.high)
