"""One voice for wrong arguments."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def check_image(image: Any) -> None:
    """Raise unless `image` is RGB, 8 bits a channel, and not empty."""
    if not isinstance(image, np.ndarray):
        raise TypeError(
            "image must be an array of shape (height, width, 3) and dtype uint8, "
            f"got {type(image).__name__}; read files with cvret.read_image"
        )
    if (
        image.ndim != 3
        or image.shape[2] != 3
        or image.dtype != np.uint8
        or image.size == 0
    ):
        raise ValueError(
            "image must have shape (height, width, 3) and dtype uint8, "
            f"got shape {image.shape} and dtype {image.dtype}; "
            "read files with cvret.read_image"
        )


def check_least_side(image: Image, least: int, needed_by: str) -> None:
    """Raise unless both sides of `image` have at least `least` pixels."""
    height, width = image.shape[:2]
    if min(height, width) < least:
        raise ValueError(
            f"{needed_by} needs an image of at least {least} x {least} pixels, got "
            f"{width} x {height}; enlarge it, or use a smaller window"
        )


def check_count(
    name: str, value: Any, *, least: int = 1, most: int | None = None
) -> int:
    """Give `value` as an int, or raise unless it is whole and in [least, most]."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(
            f"{name} must be a whole number, got {value!r} of type "
            f"{type(value).__name__}"
        )
    count = int(value)
    if count < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if most is not None and count > most:
        raise ValueError(f"{name} must be at most {most}, got {value}")
    return count


def check_jobs(n_jobs: Any) -> None:
    """Raise unless `n_jobs` is a whole number but 0, as joblib takes it."""
    if check_count("n_jobs", n_jobs, least=-(10**6)) == 0:
        raise ValueError("n_jobs must not be 0; -1 takes all cores")


def check_number(
    name: str, value: Any, *, least: float = -np.inf, most: float = np.inf
) -> float:
    """Give `value` as a float, or raise unless it is within [least, most]."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(
            f"{name} must be a number, got {value!r} of type {type(value).__name__}"
        )
    number = float(value)
    if not (np.isfinite(number) and least <= number <= most):
        raise ValueError(f"{name} must lie in [{least:g}, {most:g}], got {value}")
    return number


def check_sequence(name: str, value: Any) -> tuple[Any, ...]:
    """Give the elements of a tuple, list or array, or raise unless there are any."""
    if not isinstance(value, tuple | list | np.ndarray):
        raise TypeError(f"{name} must be a tuple, got {value!r}")
    if len(value) == 0:
        raise ValueError(f"{name} must have at least one element, got none")
    return tuple(value)


def check_flag(name: str, value: Any) -> bool:
    """Give `value` as a bool, or raise unless it is one."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_part(name: str, value: Any, method: str, example: str) -> None:
    """Raise unless `value` is a part that has `method`, and not its class."""
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        raise TypeError(
            f"{name} must be a part with {method}(image), such as {example}, got "
            f"{value!r}"
        )


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def check_region(
    region: Any, width: int, height: int
) -> tuple[float, float, float, float]:
    """Give a region (x, y, width, height) in pixels that lies inside a picture."""
    try:
        x, y, w, h = (float(value) for value in region)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "region must be four numbers, x, y, width, height in pixels, "
            f"got {region!r}"
        ) from error
    if not (w > 0 and h > 0 and np.isfinite([x, y, w, h]).all()):
        raise ValueError(f"region must have a width and a height, got {w:g} x {h:g}")
    if x < 0 or y < 0 or x + w > width or y + h > height:
        raise ValueError(
            f"region x={x:g} y={y:g} width={w:g} height={h:g} does not lie inside "
            f"the picture of {width} x {height} pixels"
        )
    return x, y, w, h
