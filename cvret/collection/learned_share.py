"""Which of an index's own pictures its parts have learned from."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from cvret.collection.state import State
from cvret.images.hashing import share_in_sketch
from cvret.protocols import Learner

__all__ = ["largest_share", "learned_share", "learned_shares"]

_UNKNOWN = float("nan")


def learned_share(
    index_or_state: Any, field_names: Sequence[str] | None = None
) -> float:
    """Give the largest of the `learned_shares` of some fields.

    Parameters
    ----------
    index_or_state : Index, FieldSearch or State
        What is asked.
    field_names : sequence of str, optional
        Its fields; by default all.

    Returns
    -------
    float
        In [0, 1]; 0 where nothing was learned from them. NaN if that of a field is not
        known, and that of no other is above 0.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cvret
    >>> with tempfile.TemporaryDirectory() as work:
    ...     fields = {"color": cvret.HSVHistogram()}
    ...     index = cvret.Index.create(Path(work) / "i.cvret", fields=fields)
    ...     learned_share(index)
    0.0
    """
    return largest_share(learned_shares(index_or_state, field_names))


def largest_share(shares: Mapping[str, float]) -> float:
    """Give the largest of some shares; NaN if one is not known, and none above 0.

    Examples
    --------
    >>> largest_share({"words": 0.25, "color": float("nan")})
    0.25
    >>> largest_share({"words": 0.0, "color": float("nan")})
    nan
    """
    known = [share for share in shares.values() if not isnan(share)]
    largest = max(known, default=0.0)
    return largest if largest or len(known) == len(shares) else _UNKNOWN


def learned_shares(
    index_or_state: Any,
    field_names: Sequence[str] | None = None,
    hashes: Sequence[bytes] | None = None,
) -> dict[str, float]:
    """Tell which share of the images each field's part has learned from.

    It is told by the sketch that a vocabulary keeps of the files it was learned on: a
    file that was changed since, or is another format of the picture, is not found.

    Parameters
    ----------
    index_or_state : Index, FieldSearch or State
        What is asked.
    field_names : sequence of str, optional
        Its fields; by default all.
    hashes : sequence of bytes, optional
        Of other files, as `cvret.images.hashing.hash_of` gave them, to be told of these
        instead.

    Returns
    -------
    dict of str to float
        By field, in [0, 1]; 0 for parts that do not learn and for what ships with
        cvret, which was learned on other pictures. NaN where it is not known.
    """
    state: State = getattr(index_or_state, "_state", index_or_state)
    if hashes is None:
        hashes = [
            bytes(hash_)
            for segment in state.segments
            for hash_ in segment.arrays.part("image")["hashes"][segment.rows()]
        ]
    names = state.fields if field_names is None else field_names
    return {name: _share(state.fields[name].part, hashes) for name in names}


def _share(part: Any, hashes: Sequence[bytes]) -> float:
    learned = part.learned() if isinstance(part, Learner) else None
    if learned is None or not hashes:
        return 0.0
    sketch = learned.source.get("sketch")
    if not sketch:
        return _UNKNOWN
    share, _ = share_in_sketch(sketch, hashes)
    return _UNKNOWN if share is None else share
