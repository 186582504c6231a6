"""How numbers are written on pages."""

import math
import re

__all__ = [
    "DASH",
    "interval",
    "milliseconds",
    "plain",
    "probability",
    "signed",
    "size",
    "unbroken",
    "value",
]

DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"
_UNITS = re.compile(r"(?<=\d) (?=%|ms\b|s\b)")


def value(number: float) -> str:
    """Write a value of a metric; a dash where there is none.

    Examples
    --------
    >>> value(0.51249), value(-0.0002), value(float("nan"))
    ('0.512', '0.000', '–')
    """
    if not math.isfinite(number):
        return DASH  # not measured, or not defined
    shown = f"{number:.3f}"
    return "0.000" if shown == "-0.000" else shown.replace("-", _MINUS)


def signed(number: float) -> str:
    """Write a difference, with its sign.

    Examples
    --------
    >>> signed(0.0214), signed(-0.1), signed(0.0)
    ('+0.021', '−0.100', '0.000')
    """
    shown = value(number)
    return f"+{shown}" if number > 0 and shown != "0.000" else shown


def plain(number: float) -> str:
    """Write a round number of a scale.

    Examples
    --------
    >>> plain(0.25), plain(-0.5), plain(20000.0)
    ('0.25', '−0.5', '20,000')
    """
    return f"{number:,.6g}".replace("-", _MINUS)


def interval(low: float, high: float) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval(0.4, 0.6), interval(float("nan"), float("nan"))
    ('0.400 to 0.600', 'no interval')
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{value(low)} to {value(high)}"


def milliseconds(number: float) -> str:
    """Write a time with about three digits.

    Examples
    --------
    >>> [milliseconds(n) for n in (0.0312, 1.268, 31.27, 1268.4, float("nan"))]
    ['0.031', '1.27', '31.3', '1,268', '–']
    """
    if not math.isfinite(number):
        return DASH
    places = 0 if number >= 100 else 1 if number >= 10 else 2 if number >= 1 else 3
    return f"{number:,.{places}f}"


def size(n_bytes: float) -> str:
    """Write bytes as kilobytes, of 1,000 bytes.

    Examples
    --------
    >>> size(648), size(12345), size(float("nan"))
    ('0.65', '12.3', '–')
    """
    if not math.isfinite(n_bytes):
        return DASH
    kilobytes = n_bytes / 1000
    places = 0 if kilobytes >= 100 else 1 if kilobytes >= 10 else 2
    return f"{kilobytes:,.{places}f}"


def unbroken(text: str) -> str:
    r"""Keep numbers and their units on one line.

    Examples
    --------
    >>> unbroken("18 ms, 95 % interval")
    '18\xa0ms, 95\xa0% interval'
    """
    return _UNITS.sub("\N{NO-BREAK SPACE}", text)


def probability(number: float) -> str:
    """Write a probability; one near 0 as below a thousandth.

    Examples
    --------
    >>> probability(0.0234), probability(0.0002)
    ('0.023', '< 0.001')
    """
    return "< 0.001" if number < 0.001 else value(number)
