"""The fuzzy systems of CEDD and FCTH: ten colors, 24 shades, and memberships."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHADES", "fuzzy_colors", "fuzzy_shades", "high_of", "hsv_of"]

SHADES = ["white", "grey", "black"] + [
    f"{shade}_{color}"
    for color in ("red", "orange", "yellow", "green", "cyan", "blue", "magenta")
    for shade in ("light", "plain", "dark")
]
"""The 24 shades of `fuzzy_shades`, in order."""

Doubles = NDArray[np.float64]

# Where each of eight hues begins to rise, in degrees, and where it is reached; the one
# before falls as it rises. The last is red again.
_RISES = ((5, 10), (35, 50), (70, 85), (150, 165), (195, 205), (265, 280), (315, 330))


def hsv_of(rgb: NDArray[Any]) -> NDArray[np.int64]:
    """Give hue (0 to 359), saturation and value (0 to 255) of (n, 3) whole RGB.

    Fractions are cut off, as by the descriptors' authors.
    """
    values = rgb.astype(np.float64)
    red, green, blue = values.T
    highest, lowest = values.max(axis=1), values.min(axis=1)
    ratio = np.divide(lowest, highest, out=np.ones(len(values)), where=highest > 0)
    saturation = 255 - 255 * ratio

    span = np.where(highest > lowest, highest - lowest, 1)
    starts = [
        np.where(green >= blue, 0, 359) + 60 * (green - blue) / span,
        119 + 60 * (blue - red) / span,
        239 + 60 * (red - green) / span,
    ]
    hue = np.select([red == highest, green == highest], starts[:2], starts[2])
    hue = np.where(highest > lowest, hue, 0)
    return np.stack([hue, saturation, highest], axis=1).astype(np.int64)


def high_of(values: NDArray[Any], start: float, stop: float) -> Doubles:
    """Give the membership in "high": 0 up to `start`, 1 from `stop`."""
    rising: Doubles = np.clip((values - start) / (stop - start), 0, 1)
    return rising


def fuzzy_colors(hsv: NDArray[np.int64]) -> Doubles:
    """Give how much each of (n, 3) HSV is of each of ten colors, shape (n, 10).

    White, grey and black, then red, orange, yellow, green, cyan, blue and magenta. The
    activation of a rule is the least of its three memberships.
    """
    hue = np.ones((len(hsv), 8))
    for place, (start, stop) in enumerate(_RISES):
        rising = high_of(hsv[:, 0], start, stop)
        hue[:, place] -= rising
        hue[:, place + 1] *= rising
    vivid = high_of(hsv[:, 1], 10, 75)
    lit, bright = high_of(hsv[:, 2], 10, 75), high_of(hsv[:, 2], 180, 220)
    saturation = np.stack([1 - vivid, vivid], axis=1)
    value = np.stack([1 - lit, lit - bright, bright], axis=1)
    rules = np.minimum(saturation[:, :, None], value[:, None, :])
    active = np.minimum(hue[:, :, None, None], rules[:, None])  # (n, hue, s, v)

    colors = np.empty((len(hsv), 10))
    colors[:, 0] = active[:, :, 0, 2].sum(axis=1)
    colors[:, 1] = active[:, :, 0, 1].sum(axis=1)
    colors[:, 2] = active[:, :, :, 0].sum(axis=(1, 2))
    vivid_hues = active[:, :, 1, 1:].sum(axis=2)
    colors[:, 3:] = vivid_hues[:, :7]
    colors[:, 3] += vivid_hues[:, 7]
    return colors


def fuzzy_shades(hsv: NDArray[np.int64]) -> Doubles:
    """Give how much each of (n, 3) HSV is of each of 24 shades, shape (n, 24).

    White, grey and black as they are; each other color light, plain and dark.
    """
    colors = fuzzy_colors(hsv)
    vivid, lit = high_of(hsv[:, 1], 68, 188), high_of(hsv[:, 2], 68, 188)
    light = np.minimum(1 - vivid, lit)
    plain = np.minimum(vivid, lit)
    dark = np.minimum(1 - vivid, 1 - lit) + np.minimum(vivid, 1 - lit)
    shades = colors[:, 3:, None] * np.stack([light, plain, dark], axis=1)[:, None]
    return np.concatenate([colors[:, :3], shades.reshape(len(hsv), 21)], axis=1)
