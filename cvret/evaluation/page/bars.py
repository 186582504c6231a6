"""Small drawings inside tables, beside the numbers, and so not read aloud."""

import math

from cvret.evaluation.page.numbers import plain

__all__ = ["axis", "diverging_bar", "forest_line", "mean_bar", "shares_bar"]

_WIDE = 130
_FOREST = 220


def mean_bar(mean: float, low: float, high: float, most: float) -> str:
    """Draw a mean as a bar from 0 to `most`, and its interval as a line."""
    if not math.isfinite(mean):
        return ""
    x = [_share(each, 0, most) * _WIDE for each in (mean, low, high)]
    whisker = (
        f'<path class="whisker" fill="none" d="M{x[1]:.1f} 3v8M{x[1]:.1f} 7H{x[2]:.1f}'
        f'M{x[2]:.1f} 3v8"/>'
        if math.isfinite(low) and math.isfinite(high)
        else ""
    )
    return _drawing(
        _WIDE,
        14,
        f'<rect class="track" y="2" width="{_WIDE}" height="10"/>'
        f'<rect class="fill" y="2" width="{x[0]:.1f}" height="10"/>{whisker}',
    )


def forest_line(
    mean: float, low: float, high: float, ends: tuple[float, float], sure: bool
) -> str:
    """Draw a difference and its interval over a line at 0, filled where it is sure."""
    kind = "sure" if sure else "unsure"
    x = [_share(each, *ends) * _FOREST for each in (0.0, mean, low, high)]
    line = (
        f'<path class="{kind}" d="M{x[2]:.1f} 10H{x[3]:.1f}"/>'
        if math.isfinite(low) and math.isfinite(high)
        else ""
    )
    return _drawing(
        _FOREST,
        20,
        f'<path class="zero" d="M{x[0]:.1f} 0V20"/>{line}'
        f'<circle class="{kind}" cx="{x[1]:.1f}" cy="10" r="4.5"/>',
    )


def axis(ends: tuple[float, float], ticks: list[float]) -> str:
    """Draw the scale of `forest_line`, for the head of its column."""
    marks = "".join(
        f'<path class="zero" d="M{x:.1f} 15v5"/>'
        f'<text x="{x:.1f}" y="11" text-anchor="middle">{plain(tick)}</text>'
        for tick in ticks
        for x in [_share(tick, *ends) * _FOREST]
    )
    return _drawing(_FOREST, 20, marks, "bar chart")


def shares_bar(wins: int, ties: int, losses: int) -> str:
    """Draw wins, ties and losses as shares of one bar."""
    n = max(wins + ties + losses, 1)
    first, second = wins / n * _WIDE, (wins + ties) / n * _WIDE
    return _drawing(
        _WIDE,
        12,
        f'<rect class="track" width="{_WIDE}" height="12"/>'
        f'<rect class="gain" width="{first:.1f}" height="12"/>'
        f'<rect class="loss" x="{second:.1f}" y="3" width="{_WIDE - second:.1f}" '
        'height="6"/>',
    )


def diverging_bar(delta: float, most: float) -> str:
    """Draw a difference to the right of the middle where it is above 0, else left."""
    half = _WIDE / 2
    long = min(abs(delta) / most, 1) * (half - 2) if most > 0 else 0.0
    start = half if delta >= 0 else half - long
    kind = "gain" if delta >= 0 else "loss"
    return _drawing(
        _WIDE,
        14,
        f'<rect class="{kind}" x="{start:.1f}" y="2" width="{long:.1f}" height="10"/>'
        f'<path class="zero" d="M{half:.1f} 0V14"/>',
    )


def _share(number: float, low: float, high: float) -> float:
    if not math.isfinite(number) or high <= low:
        return 0.0
    return min(max((number - low) / (high - low), 0.0), 1.0)


def _drawing(width: int, height: int, body: str, kind: str = "bar") -> str:
    return (
        f'<svg class="{kind}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-hidden="true">{body}</svg>'
    )
