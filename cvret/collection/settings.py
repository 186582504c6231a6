"""What an index is created with, as its manifest keeps it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from cvret._checks import check_choice, check_count, check_number
from cvret.catalog import build
from cvret.collection.fusing import FUSIONS
from cvret.protocols import Reranker

__all__ = ["check_settings"]


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError unless a search can rely on them.

    Parameters
    ----------
    settings : mapping of str
        ``fields``, specs by name; ``weights``, of fields; ``rerank``, specs;
        ``max_side`` and ``max_pixels``; ``mirrored`` and ``fusion``, which may be
        missing; ``learned``, folders of fields; ``descriptors``, which may be missing,
        the metric and the versions of what each field was made with; ``fit``, which
        may be missing, how many seconds it took to learn, and of how many images; and,
        for people, ``recipe`` and ``opencv``.
    """
    fields, learned = settings["fields"], settings["learned"]
    for name, value in (("fields", fields), ("learned", learned)):
        if not isinstance(value, dict):
            raise TypeError(f"{name} must be an object, got {value!r}")
    if not fields:
        raise ValueError("there are no fields")
    for name, weight in dict(settings["weights"]).items():
        check_number(f"the weight of {name}", weight, least=0)
        if name not in fields:
            raise ValueError(f"a weight is of {name!r}, which is no field")
    for name in ("max_side", "max_pixels"):
        check_count(name, settings[name])
    for name in ("recipe", "opencv"):
        if not isinstance(settings[name], str | None):
            raise TypeError(f"{name} must be a text, got {settings[name]!r}")
    if not isinstance(settings.get("mirrored", False), bool):
        raise TypeError(f"mirrored must be a bool, got {settings['mirrored']!r}")
    check_choice("fusion", settings.get("fusion", "mean"), FUSIONS)
    for name, known in dict(settings.get("descriptors", {})).items():
        if name not in fields or not isinstance(known["versions"], dict):
            raise ValueError(f"{known!r} cannot be the descriptor of {name!r}")
    if "fit" in settings:
        check_number("the seconds of fit", settings["fit"]["seconds"], least=0)
        check_count("the images of fit", settings["fit"]["images"], least=0)
    if not isinstance(settings["rerank"], list):
        raise TypeError(f"rerank must be a list, got {settings['rerank']!r}")
    for spec in settings["rerank"]:
        if not isinstance(build(spec), Reranker):
            raise TypeError(f"{spec!r} is no re-ranker")
    for name, stored in learned.items():
        if name not in fields or PurePath(stored["folder"]).name != stored["folder"]:
            raise ValueError(f"what {name!r} learned cannot be in {stored['folder']!r}")
