"""Whether a part is the one that a field was made with: vectors of two do not mix."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cvret.catalog import find
from cvret.collection.state import State
from cvret.collection.vector_fields import VectorField
from cvret.errors import FormatError, NotFittedError
from cvret.storage.manifest import Manifest

__all__ = ["check_identity", "check_length", "check_same_class", "identity_of"]


def identity_of(part: Any) -> dict[str, Any]:
    """Give what a field's vectors depend on beside parameters, for the manifest.

    Returns
    -------
    dict
        ``metric``, or None; ``versions`` of the part and those within it, by class,
        where they have one; and where vectors are pictures, their ``shape``.
    """
    metric = getattr(part, "metric", None)
    found = {"metric": metric, "versions": dict(sorted(_versions(part).items()))}
    if hasattr(part, "picture_shape"):
        found["shape"] = list(part.picture_shape)
    return found


def check_identity(path: Path, name: str, part: Any, manifest: Manifest) -> None:
    """Raise FormatError if a field would mix what it has with vectors of another kind.

    An index made before versions were kept passes.
    """
    stored = manifest.settings.get("descriptors", {}).get(name)
    if stored is None:
        return
    here = identity_of(part)
    for kind, version in stored["versions"].items():
        if here["versions"].get(kind, version) != version:
            raise FormatError(
                f"field {name!r} of {path} was made with {kind} of version {version}, "
                f"here is version {here['versions'][kind]}, which describes pictures "
                "otherwise; build the index again, or install the cvret that made it, "
                f"{manifest.version}"
            )
    if here["metric"] != stored["metric"]:
        raise FormatError(
            f"field {name!r} of {path} was made for the metric {stored['metric']!r}, "
            f"and {type(part).__name__} has {here['metric']!r}; hand over the part "
            "that it was made with, or build the index again"
        )
    if here.get("shape") != stored.get("shape"):
        raise FormatError(
            f"field {name!r} of {path} holds pictures of shape {stored.get('shape')}, "
            f"and {part!r} gives {here.get('shape')}; hand over the part that it was "
            "made with, or build the index again"
        )


def check_same_class(path: Path, name: str, part: Any, spec: Mapping[str, Any]) -> None:
    """Raise FormatError if a part handed over is no such as the field was made with.

    Classes are told apart by their names alone, for modules are moved.
    """
    made_with = str(spec.get("class", "")).rpartition(".")[2]
    if "part" in spec:
        made_with = find(spec["part"]).__name__
    if type(part).__name__ != made_with:
        raise FormatError(
            f"field {name!r} of {path} was made with {made_with}, and parts has "
            f"{type(part).__name__} for it; hand over the part that it was made with, "
            "or build the index again"
        )


def check_length(state: State, name: str) -> None:
    """Raise FormatError if a part says that its vectors are not as long as stored."""
    field = state.fields[name]
    if not isinstance(field, VectorField) or field.length is None:
        return
    if not hasattr(field.part, "get_feature_names_out"):
        return
    try:
        length = len(field.part.get_feature_names_out())
    except NotFittedError:
        return
    if length != field.length:
        raise FormatError(
            f"field {name!r} of {state.path} holds vectors of {field.length} elements, "
            f"and {field.part!r} gives {length}; hand over the part that it was made "
            "with, or build the index again"
        )


def _versions(part: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    if hasattr(part, "get_params"):
        for inner in part.get_params(deep=False).values():
            found |= _versions(inner)
    if isinstance(version := getattr(part, "version", None), int):
        found[type(part).__name__] = version
    return found
