"""Vocabularies that an index learned, kept in its folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cvret.encoding.vocabulary import BinaryVocabulary, Vocabulary
from cvret.errors import FormatError
from cvret.storage.arrays import ArrayFolder
from cvret.storage.writing import write_arrays

__all__ = ["restore_learned", "write_learned"]


def write_learned(
    path: Path, field: str, vocabulary: Vocabulary, generation: int
) -> dict[str, Any]:
    """Write a vocabulary, first used in a generation; gives what the manifest keeps."""
    name = f"{field}-{vocabulary.fingerprint()}-{generation}"
    folder = path / "learned" / name
    return {
        "folder": name,
        "binary": vocabulary.binary,
        "source": vocabulary.source_,
        "files": write_arrays(folder, vocabulary.to_arrays()),
    }


def restore_learned(path: Path, part: Any, stored: Mapping[str, Any]) -> None:
    """Give a part the vocabulary that the index learned for it."""
    arrays = ArrayFolder(path / "learned" / stored["folder"], stored["files"])
    if stored["binary"] is not part.extractor.binary:
        raise FormatError(
            f"{path} has a damaged vocabulary: binary is {stored['binary']!r}"
        )
    kind = BinaryVocabulary if stored["binary"] else Vocabulary
    try:
        part.adopt(kind(part.n_words).restore(arrays, stored["source"]))
    except ValueError as error:
        raise FormatError(f"{path} has a damaged vocabulary: {error}") from error
