"""Ground truths named in one line of text, as on the command line."""

from collections.abc import Callable
from pathlib import Path

from cvret.evaluation.truth.folders import from_folders
from cvret.evaluation.truth.ground_truth import GroundTruth
from cvret.evaluation.truth.landmarks import from_oxford, from_paris
from cvret.evaluation.truth.published import (
    from_copydays,
    from_holidays,
    from_ukbench,
    from_wang,
)
from cvret.evaluation.truth.query_gallery import from_query_gallery
from cvret.evaluation.truth.revisited import from_revisited
from cvret.evaluation.truth.tables import from_csv

__all__ = ["KINDS", "from_text"]


def from_text(text: str, *, prefix: str = "") -> GroundTruth:
    """Make the ground truth that a text names, ``"kind:path"``.

    Parameters
    ----------
    text : str
        One of `KINDS`, a colon, and a path: of the folder of pictures as it was
        indexed, of a table for ``csv``, or for ``query-gallery`` of a folder that
        holds ``query`` and ``gallery``, of which the latter was indexed.
    prefix : str
        As given to `Index.add`, if it was; tables hold ids as they are, and have none.

    Raises
    ------
    ValueError
        If there is no such kind, or what is there does not fit it.
    FileNotFoundError, NotADirectoryError
        If there is no such path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     path = Path(work) / "truth.csv"
    ...     _ = path.write_text("query,relevant\\nphoto.jpg,cover.jpg\\n")
    ...     len(from_text(f"csv:{path}"))
    1
    """
    kind, colon, path = text.partition(":")
    if kind not in KINDS or not path:
        example = f"did you mean {_likely(text)}?" if not colon else ""
        raise ValueError(
            f"a ground truth must be named as KIND:PATH, got {text!r}; there are the "
            f"kinds {', '.join(KINDS)}" + (f"; {example}" if example else "")
        )
    return KINDS[kind](path, prefix)


def _likely(text: str) -> str:
    return (
        f"csv:{text}" if text.lower().endswith((".csv", ".tsv")) else f"folders:{text}"
    )


def _from_table(path: str, prefix: str) -> GroundTruth:
    if prefix:
        raise ValueError(
            f"a table holds ids as they are, got prefix {prefix!r}; write it into the "
            "table"
        )
    return from_csv(path)


def _from_query_gallery(path: str, prefix: str) -> GroundTruth:
    return from_query_gallery(
        Path(path) / "query", Path(path) / "gallery", prefix=prefix
    )


def _taking(
    read: Callable[..., GroundTruth], **settings: str
) -> Callable[[str, str], GroundTruth]:
    return lambda path, prefix: read(path, prefix=prefix, **settings)


KINDS: dict[str, Callable[[str, str], GroundTruth]] = {
    "folders": _taking(from_folders),
    "csv": _from_table,
    "query-gallery": _from_query_gallery,
    "holidays": _taking(from_holidays),
    "ukbench": _taking(from_ukbench),
    "copydays": _taking(from_copydays),
    "copydays-jpeg": _taking(from_copydays, subset="jpeg"),
    "copydays-crops": _taking(from_copydays, subset="crops"),
    "copydays-strong": _taking(from_copydays, subset="strong"),
    "wang": _taking(from_wang),
    "oxford": _taking(from_oxford),
    "paris": _taking(from_paris),
    "revisited-easy": _taking(from_revisited, difficulty="easy"),
    "revisited-medium": _taking(from_revisited, difficulty="medium"),
    "revisited-hard": _taking(from_revisited, difficulty="hard"),
}
"""How each kind is made from a path and a prefix."""
