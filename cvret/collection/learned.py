"""What an index learned for its fields, kept in its folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cvret.errors import FormatError
from cvret.protocols import Learner
from cvret.storage.arrays import ArrayFolder
from cvret.storage.writing import write_arrays

__all__ = ["restore_learned", "write_learned"]


def write_learned(
    path: Path, field: str, part: Any, generation: int
) -> dict[str, dict[str, Any]]:
    """Write what a part learned, first used in a generation.

    Gives what the manifest keeps, by the name of the field; nothing where the part
    does not learn, or has nothing of its own.
    """
    learned = part.learned() if isinstance(part, Learner) else None
    if learned is None:
        return {}
    name = f"{field}-{learned.fingerprint()}-{generation}"
    stored = {
        "folder": name,
        "binary": _is_binary(part),
        "source": dict(learned.source),
        "files": write_arrays(path / "learned" / name, learned.arrays),
    }
    return {field: stored}


def restore_learned(path: Path, part: Any, stored: Mapping[str, Any]) -> None:
    """Give a part what the index learned for it."""
    arrays = ArrayFolder(path / "learned" / stored["folder"], stored["files"])
    if not isinstance(part, Learner):
        raise FormatError(f"{path} learned for {type(part).__name__}, which cannot")
    if stored["binary"] is not _is_binary(part):
        raise FormatError(
            f"what {path} learned is damaged: binary is {stored['binary']!r}"
        )
    try:
        part.restore(arrays, stored["source"])
    except ValueError as error:
        raise FormatError(f"what {path} learned is damaged: {error}") from error


def _is_binary(part: Any) -> bool:
    """Whether a part learned from bit strings."""
    return bool(getattr(getattr(part, "extractor", None), "binary", False))
