"""Making an index: creating and opening its folder, learning, taking pictures in."""

import time
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cvret._checks import check_choice, check_count
from cvret._opencv import opencv_major, opencv_version
from cvret._progress import progress_bar
from cvret._version import __version__
from cvret.catalog import build, spec_of
from cvret.collection.adding import AddReport, Item, Source, compute_items
from cvret.collection.fields import field_of
from cvret.collection.fusing import FUSIONS
from cvret.collection.identity import (
    check_identity,
    check_length,
    check_same_class,
    identity_of,
)
from cvret.collection.learned import restore_learned, write_learned
from cvret.collection.settings import check_settings
from cvret.collection.state import State, load_state
from cvret.collection.writing import Writer
from cvret.encoding.vocabulary import Vocabulary
from cvret.errors import CvretError, FormatError, UnknownNameError
from cvret.protocols import Learner, VectorLearner
from cvret.recipes import find_recipe
from cvret.records import LocalFeatures
from cvret.storage.manifest import Manifest, read_manifest, write_manifest

__all__ = ["create_state", "learn", "open_state", "take"]

_SEGMENT = 2048  # pictures in a segment; what an interruption can lose at most
_MAX_SIDE = 1024
_MOST_LEARNED = 2_000_000  # descriptors that are kept to learn from, in all pictures
_FEWEST_LEARNED = 300  # but so many of each


def create_state(
    path: Path,
    recipe: str | None,
    fields: Mapping[str, Any] | None,
    max_side: int | None,
    max_pixels: int,
    fusion: str | None = None,
) -> State:
    """Make the folder of an empty index; see `Index.create`."""
    if recipe is not None and fields is not None:
        raise ValueError("give a recipe or fields, not both")
    if fields is not None:
        if not fields:
            raise ValueError("fields must name at least one field, got none")
        parts, weights, rerank, side, mirrored = fields, {}, [], _MAX_SIDE, False
        own_fusion = "mean"
    else:
        recipe = recipe or "objects"
        chosen = find_recipe(recipe)
        parts, weights = chosen.fields, dict(chosen.weights)
        rerank, side = [spec_of(part) for part in chosen.rerank], chosen.max_side
        mirrored, own_fusion = chosen.mirrored, chosen.fusion
    fusion = own_fusion if fusion is None else fusion
    check_choice("fusion", fusion, FUSIONS)
    parts = {name: _own_copy(part) for name, part in parts.items()}
    for name, part in parts.items():
        field_of(name, part)
    settings: dict[str, Any] = {
        "recipe": recipe,
        "fields": {name: spec_of(part) for name, part in parts.items()},
        "descriptors": {name: identity_of(part) for name, part in parts.items()},
        "weights": weights,
        "rerank": rerank,
        "mirrored": mirrored,
        "fusion": fusion,
        "max_side": side if max_side is None else check_count("max_side", max_side),
        "max_pixels": check_count("max_pixels", max_pixels),
        "opencv": opencv_version,
        "learned": {},
    }
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(
            f"{path} exists already; open it with Index.open, or choose another path"
        )
    path.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        settings["learned"] |= write_learned(path, name, part, 0)
    manifest = Manifest(settings, version=__version__)
    write_manifest(path, manifest)
    return load_state(path, manifest, parts)


def open_state(path: Path, given: Mapping[str, Any]) -> State:
    """Open the folder of an index; see `Index.open`."""
    manifest = read_manifest(path)
    try:
        check_settings(manifest.settings)
        for name in given:
            if name not in manifest.settings["fields"]:
                known = ", ".join(manifest.settings["fields"])
                raise UnknownNameError(
                    f"{path} has no field {name!r}; there are {known}"
                )
        parts = _parts(path, manifest, given)
        for name, part in parts.items():
            _check_opencv(path, name, part, manifest.settings["opencv"])
            check_identity(path, name, part, manifest)
        state = load_state(path, manifest, parts)
        for name in given:
            check_length(state, name)
        return state
    except (CvretError, OSError, RuntimeError):
        raise
    except _CANNOT_BE as error:
        raise FormatError(f"{path} has a damaged manifest: {error!r}") from error


_CANNOT_BE = (LookupError, TypeError, AttributeError, ValueError, OverflowError)


def _parts(path: Path, manifest: Manifest, given: Mapping[str, Any]) -> dict[str, Any]:
    """Make the part of each field, with what it learned."""
    learned = manifest.settings["learned"]
    parts = {}
    for name, spec in manifest.settings["fields"].items():
        if name in given:
            check_same_class(path, name, given[name], spec)
            parts[name] = _own_copy(given[name])
        else:
            parts[name] = _build(path, name, spec)
        if name in learned:
            restore_learned(path, parts[name], learned[name])
    return parts


def _check_opencv(path: Path, name: str, part: Any, made_by: str | None) -> None:
    """Raise FormatError where a field would not compute what it has stored."""
    if made_by is None or opencv_major(made_by) == opencv_major(opencv_version):
        return
    nested = part.get_params().values() if hasattr(part, "get_params") else ()
    for inner in (part, *nested):
        if getattr(inner, "opencv_major_matters", False):
            raise FormatError(
                f"field {name!r} of {path} was made with OpenCV {made_by}, here is "
                f"{opencv_version}, and {type(inner).__name__} is not the same in "
                f"both; install OpenCV {opencv_major(made_by)} or rebuild the index"
            )


def learn(
    writer: Writer, source: Source, max_images: int, n_jobs: int, progress: bool | None
) -> AddReport:
    """Learn for each field whose part does; see `Index.fit`."""
    started = time.perf_counter()
    state = writer.state
    if len(state.images):
        raise ValueError(
            f"{state.path} holds {len(state.images):,} images that were encoded with "
            "what it has learned; fit an index before adding to it"
        )
    parts = {name: field.part for name, field in state.fields.items()}
    learners = {n: part for n, part in parts.items() if isinstance(part, Learner)}
    if not learners:
        raise ValueError(f"no field of {state.path} learns from pictures")
    if len(source.names) > check_count("max_images", max_images):
        chosen = np.random.default_rng(0).permutation(len(source.names))[:max_images]
        names = tuple(source.names[place] for place in np.sort(chosen))
        source = Source(source.root, names, source.unreadable)
    collected: dict[str, list[Any]] = {name: [] for name in learners}
    hashes: list[bytes] = []
    most = max(_FEWEST_LEARNED, _MOST_LEARNED // max(1, len(source.names)))
    unreadable = list(source.unreadable)
    items = compute_items(
        source,
        source.names,
        {},
        lambda view: {name: view.sample(part) for name, part in learners.items()},
        max_side=state.settings["max_side"],
        max_pixels=state.settings["max_pixels"],
        n_jobs=n_jobs,
    )
    with progress_bar("Learning", len(source.names), progress) as advance:
        for item in items:
            advance()
            if item.state == "unreadable":
                unreadable.append((item.id, item.reason))
            else:
                hashes.append(item.hash)
            for name, sample in item.values.items():
                collected[name].append(_some(sample, most, len(hashes)))
    learned = dict(state.settings["learned"])
    for name, part in learners.items():  # copies: until the commit nothing has changed
        parts[name] = _own_copy(part)
        _fit(name, parts[name], collected[name])
        if hasattr(parts[name], "keep_sketch"):
            parts[name].keep_sketch(hashes)
    with writer.clearing_up():
        for name in learners:
            generation = state.manifest.generation + 1
            learned |= write_learned(state.path, name, parts[name], generation)
        seconds = round(time.perf_counter() - started, 3)
        fit = {"seconds": seconds, "images": len(hashes)}
        settings = {**state.settings, "learned": learned, "fit": fit}
        emptied = state.manifest.with_segments((), 0)
        writer.commit(replace(emptied, settings=settings), parts)
    return AddReport(unreadable=tuple(unreadable))


def take(
    writer: Writer,
    items: Iterator[Item],
    source: Source,
    root: int,
    progress: bool | None,
) -> AddReport:
    """Commit items in batches, and tell what became of each."""
    batch: list[Item] = []
    counts = {"added": 0, "unchanged": 0}
    updated: list[str] = []
    unreadable = list(source.unreadable)
    with progress_bar("Indexing", len(source.names), progress) as advance:
        for item in items:
            advance()
            if item.state == "unreadable":
                unreadable.append((item.id, item.reason))
            elif item.state == "updated":
                updated.append(item.id)
            else:
                counts[item.state] += 1
            if item.state in ("added", "updated"):
                batch.append(item)
            if len(batch) == _SEGMENT:
                writer.add(batch, root)
                batch = []
        if batch:
            writer.add(batch, root)
    return AddReport(
        **counts,
        updated=tuple(updated),
        unreadable=tuple(unreadable),
        n_other=source.n_other,
        merged=writer.merged,
    )


def _fit(name: str, part: Any, samples: Sequence[Any]) -> None:
    """Have a part learn from what was collected of many images."""
    if not isinstance(part, VectorLearner):
        part.fit_features(samples)
    elif samples:
        part.fit_vectors(np.stack(samples))
    else:
        raise ValueError(f"field {name!r} needs at least one image to fit, got none")


def _some(features: Any, most: int, seed: int) -> Any:
    """Keep a random choice of the features of a picture, to bound the memory."""
    if not isinstance(features, LocalFeatures) or len(features) <= most:
        return features
    rng = np.random.default_rng(seed)
    return features.take(np.sort(rng.permutation(len(features))[:most]))


def _own_copy(part: Any) -> Any:
    """Copy a part and those within it, so that the index's stay its own."""
    if not hasattr(part, "get_params") or isinstance(part, Vocabulary):
        return part
    own = copy(part)
    for name, value in part.get_params(deep=False).items():
        if isinstance(value, list | tuple):
            own.set_params(**{name: type(value)(_own_copy(each) for each in value)})
        elif hasattr(value, "get_params"):
            own.set_params(**{name: _own_copy(value)})
    return own


def _build(path: Path, name: str, spec: Any) -> Any:
    try:
        return build(spec)
    except UnknownNameError as error:
        raise UnknownNameError(
            f"field {name!r} of {path} needs a part of your own ({error}); open it "
            f"with Index.open(path, parts={{{name!r}: part}})"
        ) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError(
            f"{path} has a damaged manifest, in field {name!r}: {error!r}"
        ) from error
