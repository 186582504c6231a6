"""The vocabulary doctor: whether words learned somewhere suit a collection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count
from cvret._progress import progress_bar
from cvret.collection.adding import Item, Source, compute_items, find_source
from cvret.collection.diagnosis import VocabularyReport
from cvret.collection.fields import Field, PostingsField, WordsField
from cvret.collection.images import living_rows
from cvret.collection.state import State
from cvret.collection.views import View
from cvret.errors import NotFittedError, UnknownNameError
from cvret.images.hashing import share_in_sketch
from cvret.index.postings import PackedWords, build_postings, pack_words
from cvret.index.statistics import WordCounts, count_words, imbalance_factor
from cvret.protocols import Learner

__all__ = ["DoctorReport", "examine"]

_DESCRIPTORS = 200  # of a picture, at most: 500 pictures are then 50 MB of SIFT
_COMMON = 0.1  # of the images: a word in more of them is a stop word
_FEW = 20  # features


@dataclass(frozen=True)
class DoctorReport:
    """What the doctor found, for each field.

    Attributes
    ----------
    vocabularies : tuple of VocabularyReport
        One for each field with a vocabulary.
    others : mapping of str to str
        Fields without one, each with the reason.
    unreadable : tuple of (str, str)
        Pictures of the sample that could not be read, each with the reason.
    """

    vocabularies: tuple[VocabularyReport, ...]
    others: Mapping[str, str]
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def suits(self) -> bool | None:
        """Whether every vocabulary suits; None if that of some cannot be told."""
        found = [each.suits for each in self.vocabularies]
        if False in found:
            return False
        return None if None in found or not found else True

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return {
            "suits": self.suits,
            "vocabularies": [each.to_dict() for each in self.vocabularies],
            "others": dict(self.others),
            "unreadable": [list(each) for each in self.unreadable],
        }

    def __str__(self) -> str:
        texts = [str(each) for each in self.vocabularies]
        texts += [f"field {name}: {reason}" for name, reason in self.others.items()]
        if self.unreadable:
            reasons = [f"  {reason}" for _, reason in self.unreadable]
            n = len(self.unreadable)
            texts.append("\n".join([f"{n:,} could not be read:", *reasons]))
        return "\n".join(texts)


@dataclass(frozen=True, eq=False)
class _Sampled:
    """What is looked at of one picture, in one field."""

    n_features: int
    descriptors: NDArray[Any]
    packed: PackedWords | None


def examine(
    state: State,
    path: str | PathLike[str] | None,
    by: str | Sequence[str] | None,
    max_images: int,
    n_jobs: int,
    progress: bool | None,
) -> DoctorReport:
    """Examine the vocabularies of an index; see `Index.doctor`."""
    check_count("max_images", max_images)
    fields, others = _fields_with_words(state, by)
    source, ids = _sample(state, path, max_images)
    sampled: dict[str, list[_Sampled]] = {field.name: [] for field in fields}
    unreadable, hashes = list(source.unreadable), []
    if fields:
        items = _look(state, source, ids, fields, n_jobs)
        with progress_bar("Examining", len(ids), progress) as advance:
            for item in items:
                advance()
                if item.state == "unreadable":
                    unreadable.append((item.id, item.reason))
                    continue
                hashes.append(item.hash)
                for name, seen in item.values.items():
                    sampled[name].append(seen)
    if len(state.images):
        hashes = list(_hashes(state))
    reports = [_report(state, f, sampled[f.name], hashes) for f in fields]
    return DoctorReport(tuple(reports), others, tuple(unreadable))


def _fields_with_words(
    state: State, by: str | Sequence[str] | None
) -> tuple[list[WordsField], dict[str, str]]:
    """Give the fields to examine, and why others are not."""
    names = list(state.fields) if by is None else [by] if isinstance(by, str) else by
    fields, others = [], {}
    for name in names:
        if name not in state.fields:
            raise UnknownNameError(
                f"no field is named {name!r}; there are {', '.join(state.fields)}"
            )
        field = state.fields[name]
        if not isinstance(field, WordsField):
            others[name] = _unexamined(field)
            continue
        try:
            field.check_ready()
        except NotFittedError:
            others[name] = (
                "no vocabulary yet; learn one with fit on pictures like those to come"
            )
        else:
            fields.append(field)
    return fields, others


def _sample(
    state: State, path: str | PathLike[str] | None, max_images: int
) -> tuple[Source, tuple[str, ...]]:
    """Choose pictures at random: of a folder, or of the index's own files."""
    rng = np.random.default_rng(0)
    if path is not None:
        source = find_source(path)
        chosen = np.sort(rng.permutation(len(source.names))[:max_images])
        names = tuple(source.names[place] for place in chosen)
        return Source(source.root, names, source.unreadable), names
    ids = list(state.images)
    files = {}
    for place in np.sort(rng.permutation(len(ids))[:max_images]).tolist():
        root = state.images.root_at(state.images.row_of(ids[place]))
        try:
            file = state.roots.file_of(ids[place], root)
        except FileNotFoundError:
            continue
        if file.is_file():
            files[ids[place]] = str(file.absolute())
    return Source(Path(), tuple(files.values())), tuple(files)


def _look(
    state: State,
    source: Source,
    ids: Sequence[str],
    fields: Sequence[WordsField],
    n_jobs: int,
) -> Iterator[Item]:
    """Extract the features of the sample; words only where the index has no images."""
    quantized = not len(state.images)

    def look(view: View) -> dict[str, _Sampled]:
        return {field.name: _seen(field, view, quantized) for field in fields}

    return compute_items(
        source,
        ids,
        {},
        look,
        max_side=state.settings["max_side"],
        max_pixels=state.settings["max_pixels"],
        n_jobs=n_jobs,
    )


def _unexamined(field: Field) -> str:
    """Say why a field without words of single features is left out."""
    if isinstance(field, PostingsField):
        return "words without features of their own, which are not examined"
    if isinstance(field.part, Learner):
        return "one vector an image, of what was learned; it is not examined"
    return "one vector an image; it needs no vocabulary"


def _seen(field: WordsField, view: View, quantized: bool) -> _Sampled:
    features = view.features(field.part)
    n = len(features)
    rows = np.linspace(0, max(n - 1, 0), min(n, _DESCRIPTORS)).astype(np.intp)
    encode = getattr(field.part, "encode_stored", field.part.encode)
    packed = pack_words(encode(features)) if quantized else None
    return _Sampled(n, features.descriptors[rows], packed)


def _report(
    state: State, field: WordsField, sampled: Sequence[_Sampled], hashes: list[bytes]
) -> VocabularyReport:
    vocabulary = field.part.vocabulary_
    counts = _counts(state, field, sampled)
    n_images, total = len(counts.features), int(counts.postings.sum())
    common = counts.images > _COMMON * n_images
    unexplained = None
    if descriptors := [seen.descriptors for seen in sampled if len(seen.descriptors)]:
        probes = getattr(field.part, "probes", None)
        unexplained = vocabulary.unexplained(np.concatenate(descriptors), probes=probes)
    imbalance = imbalance_factor(counts.postings)
    sketch = vocabulary.source_.get("sketch")
    seen_share, seen_among = (
        (None, 0) if sketch is None else share_in_sketch(sketch, hashes)
    )
    learned = vocabulary.source_.get("unexplained")
    return VocabularyReport(
        field=field.name,
        binary=vocabulary.binary,
        n_words=vocabulary.n_words_,
        n_images=n_images,
        n_features=total,
        in_index=len(state.images) > 0,
        empty_words=int((counts.postings == 0).sum()),
        imbalance=imbalance,
        stop_words=int(common.sum()),
        stop_share=float(counts.postings[common].sum() / total) if total else None,
        median_features=float(np.median(counts.features)) if n_images else None,
        few_features=float((counts.features < _FEW).mean()) if n_images else None,
        n_sampled=len(sampled),
        unexplained=unexplained,
        unexplained_of_learned=None if learned is None else float(learned),
        seen=seen_share,
        seen_among=seen_among,
    )


def _counts(state: State, field: WordsField, sampled: Sequence[_Sampled]) -> WordCounts:
    """Count the words of the index, or of the sample where there is no image."""
    n_words = field.part.vocabulary_.n_words_
    if len(state.images):
        segments = [segment.arrays.part(field.name) for segment in state.segments]
        return count_words(segments, state.images.alive, n_words)
    items = [seen.packed for seen in sampled if seen.packed is not None]
    if not items:
        return count_words([], [], n_words)
    made = build_postings(items)
    arrays = {n: a for n, a in made.items() if isinstance(a, np.ndarray)}
    return count_words([arrays], [None], n_words)


def _hashes(state: State) -> Iterator[bytes]:
    """Give the hashes of the files of all images."""
    for segment in state.segments:
        stored = segment.arrays.part("image")["hashes"]
        for row in living_rows(segment.alive, len(stored)):
            yield stored[row].tobytes()
