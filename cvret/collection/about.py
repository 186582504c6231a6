"""What an index holds, for people and for JSON."""

from typing import Any

from cvret.collection.fields import PostingsField
from cvret.collection.state import State
from cvret.errors import CvretError, NotFittedError
from cvret.protocols import Learner

__all__ = ["about", "bytes_of_fields"]


def about(state: State) -> dict[str, Any]:
    """Tell what an index holds, in plain Python values."""
    sizes = _sizes(state)
    of_fields = bytes_of_fields(state)
    fields = {}
    for name, field in state.fields.items():
        size = of_fields[name]
        known: dict[str, Any] = {
            "part": repr(field.part),
            "bytes": size,
            "bytes_per_image": round(size / len(state.images), 1)
            if len(state.images)
            else None,
        }
        if isinstance(field, PostingsField):
            known |= _about_words(state, field, size)
        elif isinstance(field.part, Learner):
            known |= _about_learned(field.part)
        fields[name] = known
    return {
        "path": str(state.path),
        "version": state.manifest.version,
        "generation": state.manifest.generation,
        "recipe": state.settings["recipe"],
        "fusion": state.settings.get("fusion", "mean"),
        "images": len(state.images),
        "segments": len(state.manifest.segments),
        "removed": sum(s.n_images - s.n_alive for s in state.manifest.segments),
        "bytes": sum(n for _, n in sizes),
        "max_side": state.settings["max_side"],
        "opencv": state.settings["opencv"],
        **{f"fit_{key}": n for key, n in state.settings.get("fit", {}).items()},
        "roots": [state.roots.name(n) for n in range(len(state.roots.entries))],
        "fields": fields,
    }


def bytes_of_fields(state: State) -> dict[str, int]:
    """Give how many bytes each field has on disk, those of removed images too."""
    sizes = _sizes(state)
    return {
        name: sum(n for file, n in sizes if file.startswith(name + "."))
        for name in state.fields
    }


def _sizes(state: State) -> list[tuple[str, int]]:
    return [
        (name, int(stored["bytes"]))
        for segment in state.manifest.segments
        for known in (segment, segment.removed, segment.graphs)
        if known is not None
        for name, stored in known.files.items()
    ]


def _about_learned(part: Learner) -> dict[str, Any]:
    """Tell what a part that gives vectors learned, or came with."""
    try:
        part.check_fitted()
    except NotFittedError:
        return {"learned": "nothing yet; call fit"}
    learned = part.in_use() if hasattr(part, "in_use") else part.learned()
    if learned is None:
        return {"learned": "nothing, and it needs nothing"}
    return {
        "learned": learned.fingerprint(),
        "learned_source": dict(learned.source),
    }


def _about_words(state: State, field: PostingsField, size: int) -> dict[str, Any]:
    """Tell of a field with visual words, and where its vocabulary came from."""
    n = state.searchers[field.name].n_postings
    known: dict[str, Any] = {
        "features": n,
        "bytes_per_feature": round(size / n, 2) if n else None,
    }
    try:
        vocabulary = field.part.vocabulary_
    except CvretError:
        return known | {"vocabulary": "none yet; call fit"}
    return known | {
        "words": vocabulary.n_words_,
        "vocabulary": vocabulary.fingerprint(),
        "vocabulary_source": dict(vocabulary.source_),
    }
