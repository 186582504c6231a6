"""Hashes of files, and a sketch of many: enough to know them again."""

import hashlib
from collections.abc import Iterable

__all__ = ["hash_of", "share_in_sketch", "sketch_of"]

_KEPT = 64  # hashes of a sketch
_DIGITS = 16  # hexadecimal, of each: chance alone makes no two equal


def hash_of(data: bytes) -> bytes:
    """Give 16 bytes that tell a file's content from any other."""
    return hashlib.blake2b(data, digest_size=16).digest()


def sketch_of(hashes: Iterable[bytes]) -> list[str]:
    """Keep the 64 smallest of the hashes of some files: a bottom-k sketch.

    Parameters
    ----------
    hashes : iterable of bytes
        As `hash_of` gave them; equal ones count once.

    Returns
    -------
    list of str
        Ascending, the first 16 hexadecimal digits of each.

    References
    ----------
    Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC 2007.

    Examples
    --------
    >>> sketch_of([bytes([9] * 16), bytes([1] * 16), bytes([9] * 16)])
    ['0101010101010101', '0909090909090909']
    """
    return sorted({_short(each) for each in hashes})[:_KEPT]


def share_in_sketch(
    sketch: list[str], hashes: Iterable[bytes]
) -> tuple[float | None, int]:
    """Tell which share of some files is among those that a sketch was made of.

    Hashes are as good as random: the files whose hash is no larger than the largest
    of the sketch are a random sample, and of each of these the sketch knows whether
    it was there. A sketch of fewer than 64 files knows all.

    Parameters
    ----------
    sketch : list of str
        As `sketch_of` gave it.
    hashes : iterable of bytes
        As `hash_of` gave them.

    Returns
    -------
    share : float or None
        In [0, 1]; None if no file is in the sample.
    n : int
        Files in the sample.

    Examples
    --------
    >>> sketch = sketch_of([bytes([1] * 16), bytes([2] * 16)])
    >>> share_in_sketch(sketch, [bytes([n] * 16) for n in (1, 3, 4, 5)])
    (0.25, 4)
    """
    complete, known = len(sketch) < _KEPT, set(sketch)
    sample = [short for short in map(_short, hashes) if complete or short <= sketch[-1]]
    if not sample:
        return None, 0
    return sum(short in known for short in sample) / len(sample), len(sample)


def _short(digest: bytes) -> str:
    return digest.hex()[:_DIGITS]
