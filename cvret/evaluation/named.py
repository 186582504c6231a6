"""Systems named in a line of text, as on the command line."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import combinations
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from cvret.catalog import DESCRIPTORS, ENCODERS, EXTRACTORS, find
from cvret.collection.index import Index
from cvret.errors import NotFittedError, UnknownNameError
from cvret.evaluation.combining import Fused
from cvret.evaluation.concatenating import Concatenated
from cvret.evaluation.report import Report
from cvret.features.pixels import Pixels
from cvret.metrics.definitions import METRICS
from cvret.protocols import Learner
from cvret.recipes import RECIPES

__all__ = ["NamedSystems", "named_systems"]

_NEEDING = {"masked", "patches", "prepared", "simulated-views"}  # another part
_PLAIN = "no-rerank"
_PLUS = re.compile(r"(?<!\+)\+(?!\+)")
_OWN_NAME = re.compile(r"([^=:/\\]+)=(.+)", re.DOTALL)


@dataclass(frozen=True)
class NamedSystems:
    """Systems by name, and what could not be read on the way.

    Attributes
    ----------
    systems : mapping of str to System or Report
        In the order they were named.
    left_out : tuple of (str, str)
        Pictures that are in no system's collection, with reasons.
    """

    systems: Mapping[str, Any]
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Source:
    """One thing that ranks: what it is, where it comes from, and how it is asked."""

    kind: str  # "index", "report", "recipe", "part"
    text: str
    by: tuple[tuple[str, float], ...] = ()
    plain: bool = False


@dataclass(frozen=True)
class _Named:
    """A system: sources concatenated, and these fused."""

    name: str
    sources: tuple[tuple[_Source, ...], ...]

    @property
    def is_report(self) -> bool:
        return self.sources[0][0].kind == "report"


@contextmanager
def named_systems(
    texts: Sequence[str],
    photos: str | PathLike[str] | Mapping[str, str] | None = None,
    *,
    each_two_combined: bool = False,
    n_jobs: int = -1,
    progress: bool | None = None,
) -> Iterator[NamedSystems]:
    """Make the systems that texts name; they are there within the block.

    Parameters
    ----------
    texts : sequence of str
        Each one of

        - ``photos.cvret``: an index, searched as its recipe has it;
        - ``photos.cvret:words`` or ``photos.cvret:words=1,color=0.3``: some fields;
        - ``report.json``: a report that was saved;
        - ``scenes``: a recipe, perhaps with fields of it, ``scenes:color``;
        - ``hsv``: a descriptor of the catalog, in its default form;
        - ``ssim``: a full-reference metric of pictures made 64 x 64;
        - ``vlad`` or ``kaze/vlad``: an encoder, of SIFT or another extractor, that
          learns from the very pictures, of which the report then warns;
        - ``hsv+lbp``: fused, see `cvret.Fused`; ``hsv++lbp``: concatenated, see
          `cvret.Concatenated`, which binds closer.

        ``:no-rerank`` behind an index or a recipe leaves its re-rankers out; ``name=``
        before any gives it a name. A path that has ``+`` or ``=`` in it is taken as one
        where it is there.
    photos : str, path, or mapping of str to str, optional
        The folder that descriptors, metrics, encoders and recipes rank; or several,
        each with the prefix of its ids, as for `Index.add`. Encoders learn from the
        first. Pictures are read once for all that need no more than the pixels, and
        once a recipe.
    each_two_combined : bool
        Whether each two systems are given fused, too, and concatenated where both
        compare plain vectors.
    n_jobs : int
        Threads; -1 takes all cores.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Yields
    ------
    NamedSystems
        A picture that one of them could not read is in none of those made of `photos`,
        so that all rank the same.

    Raises
    ------
    UnknownNameError
        If a name is none of these.
    ValueError
        If two have one name, a text cannot be read, `photos` is needed and missing, or
        two different pictures of it have one id.
    FileNotFoundError, FormatError
        If there is no such index or report, or it is damaged.

    Examples
    --------
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as work:
    ...     for name in ("red", "blue"):
    ...         Image.new("RGB", (9, 9), name).save(Path(work) / f"{name}.png")
    ...     with named_systems(["color=hsv", "hsv+lab"], work) as named:
    ...         both = named.systems["hsv+lab"]
    ...         best = both.search(both.encode(Path(work) / "red.png"), k=1)
    >>> list(named.systems), best.ids
    (['color', 'hsv+lab'], ('red.png',))
    """
    wanted = [_parse(text) for text in texts]
    _check_names(wanted)
    every = dict.fromkeys(
        source for each in wanted for group in each.sources for source in group
    )
    # Memory-mapped files cannot be deleted on every system.
    with tempfile.TemporaryDirectory("-cvret", ignore_cleanup_errors=True) as work:
        folders = photos if isinstance(photos, Mapping) else {photos: ""}
        given = {} if photos is None else {str(f): p for f, p in folders.items()}
        made = _make(list(every), Path(work), given, n_jobs, progress)
        opened = {source: _opened(source, made) for source in every}
        if each_two_combined:
            wanted += _pairs_of(wanted, opened)
            _check_names(wanted)
        systems = {each.name: _joined(each, opened) for each in wanted}
        yield NamedSystems(systems, made.left_out)


def _parse(text: str) -> _Named:
    """Read the text of one system."""
    name, body = "", text
    if not _is_path(text) and (match := _OWN_NAME.fullmatch(text)):
        name, body = match[1].strip(), match[2]
    groups = (
        [[body]]
        if _is_path(body)
        else [group.split("++") for group in _PLUS.split(body)]
    )
    sources = tuple(tuple(map(_source, group)) for group in groups)
    joined = [source for group in sources for source in group]
    if len(joined) > 1 and any(source.kind == "report" for source in joined):
        raise ValueError(f"a report cannot be combined with others, got {text!r}")
    return _Named(
        name or "+".join("++".join(map(_short, group)) for group in groups), sources
    )


def _short(text: str) -> str:
    """Give the text of a source without the folders that a file lies in."""
    head, options = _split(text)
    if head.lower().endswith(".json"):
        return Path(head).stem
    if head.lower().endswith(".cvret"):
        head = Path(head).name
    return ":".join([head, *options])


def _is_path(text: str) -> bool:
    """Tell whether a text is the path of an index or a report that is there."""
    path, options = _split(text)
    return (
        path.lower().endswith((".cvret", ".json"))
        and Path(path).exists()
        and not any("+" in option for option in options)
    )


def _split(text: str) -> tuple[str, list[str]]:
    """Split a source and what stands behind its colons."""
    match = re.fullmatch(r"(.*\.cvret/?)((?::.*)?)", text, re.DOTALL | re.IGNORECASE)
    head, rest = match.groups() if match else (text, "")
    if not match and not text.lower().endswith(".json"):
        head, colon, behind = text.partition(":")
        rest = colon + behind
    return head.rstrip("/") if match else head, rest.split(":")[1:]


def _source(text: str) -> _Source:
    """Read the text of one source."""
    head, options = _split(text)
    if not head.strip():
        raise ValueError(f"a system must have a name, got {text!r}")
    ending = Path(head).suffix.lower()
    if ending == ".json":
        return _Source("report", head)
    if ending != ".cvret" and head not in RECIPES:
        if options:
            raise ValueError(
                f"only an index or a recipe has fields and re-rankers, got {text!r}"
            )
        _part(head)  # or say what names there are
        return _Source("part", head)
    by: tuple[tuple[str, float], ...] = ()
    for option in options:
        if option in ("", _PLAIN):
            continue
        if by:
            raise ValueError(f"fields must be given once, with commas, got {text!r}")
        by = _weights(option)
    kind = "index" if ending == ".cvret" else "recipe"
    return _Source(kind, head, by, _PLAIN in options)


def _weights(text: str) -> tuple[tuple[str, float], ...]:
    """Read ``words,color`` or ``words=1,color=0.3``."""
    weights = []
    for part in text.split(","):
        name, _, weight = part.partition("=")
        try:
            weights.append((name.strip(), float(weight) if weight else 1.0))
        except ValueError as error:
            raise ValueError(
                f"fields must be like words=1,color=0.3, got {text!r}"
            ) from error
    return tuple(weights)


def _part(name: str) -> Any:
    """Make the part of that name: a metric's pixels, a descriptor, or an encoder.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if name in METRICS:
        return Pixels(metric=name)
    extractor, slash, encoder = name.rpartition("/")
    extractor = extractor if slash else "sift"
    if encoder in ENCODERS and extractor in EXTRACTORS.keys() - _NEEDING:
        return find(encoder)(find(extractor)())
    if name not in DESCRIPTORS.keys() - _NEEDING:
        _check_registered(name)
    return find(name)()


def _check_registered(name: str) -> None:
    """Raise unless another package brings a part of that name."""
    registered = {entry.name for entry in entry_points(group="cvret.parts")}
    if name in registered:
        return
    parts = sorted((DESCRIPTORS.keys() - _NEEDING) | ENCODERS.keys() | registered)
    raise UnknownNameError(
        f"no system is named {name!r}; there are the recipes "
        f"{', '.join(sorted(RECIPES))}; the parts {', '.join(parts)}; the metrics "
        f"{', '.join(METRICS)}; and paths that end in .cvret or .json"
    )


def _pairs_of(wanted: Sequence[_Named], opened: Mapping[_Source, Any]) -> list[_Named]:
    """Give each two systems of one source, fused, and those with vectors, joined."""
    single = [
        each
        for each in wanted
        if not each.is_report and len(each.sources) == len(each.sources[0]) == 1
    ]
    pairs = list(combinations(single, 2))
    fused = [_Named(f"{a.name}+{b.name}", a.sources + b.sources) for a, b in pairs]
    joined = [
        _Named(f"{a.name}++{b.name}", (a.sources[0] + b.sources[0],))
        for a, b in pairs
        if all(opened[each.sources[0][0]].metric is not None for each in (a, b))
    ]
    there = {_in_any_order(each) for each in wanted}
    return [each for each in fused + joined if _in_any_order(each) not in there]


def _in_any_order(named: _Named) -> frozenset[frozenset[_Source]]:
    return frozenset(map(frozenset, named.sources))


def _check_names(wanted: Sequence[_Named]) -> None:
    names = [each.name for each in wanted]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"two systems are named {name!r}; give one a name, such as other={name}"
            )


class _Made(NamedTuple):
    """Indexes made for the occasion: by recipe, and by part with the field's name."""

    recipes: dict[str, Index]
    parts: dict[str, tuple[Index, str]]
    left_out: tuple[tuple[str, str], ...]


def _make(
    sources: Sequence[_Source],
    work: Path,
    photos: Mapping[str, str],
    n_jobs: int,
    progress: bool | None,
) -> _Made:
    """Describe the pictures by all recipes and parts that are asked for."""
    recipes = dict.fromkeys(each.text for each in sources if each.kind == "recipe")
    parts = {each.text: _part(each.text) for each in sources if each.kind == "part"}
    if not recipes and not parts:
        return _Made({}, {}, ())
    if not photos:
        name = next(iter((*recipes, *parts)))
        raise ValueError(f"{name} needs a folder of pictures to rank, got no photos")
    learning = {name: part for name, part in parts.items() if _must_learn(part)}
    ready = {name: part for name, part in parts.items() if name not in learning}
    by_recipe = {name: Index.create(work / f"{name}.cvret", name) for name in recipes}
    by_part: dict[str, tuple[Index, str]] = {}
    for folder, several in (("ready", ready), ("learning", learning)):
        if several:
            fields = {_field(name): part for name, part in several.items()}
            index = Index.create(work / f"{folder}.cvret", fields=fields)
            by_part |= {name: (index, _field(name)) for name in several}
            if several is learning:
                index.fit(next(iter(photos)), n_jobs=n_jobs, progress=progress)
    indexes = [*by_recipe.values(), *{id(i): i for i, _ in by_part.values()}.values()]
    left_out: dict[str, str] = {}
    for index in indexes:
        for folder, prefix in photos.items():
            found = index.add(folder, prefix, n_jobs=n_jobs, progress=progress)
            left_out |= dict(found.unreadable)
    for index in indexes:  # all rank the same
        index.remove(left_out, missing_ok=True)
    return _Made(by_recipe, by_part, tuple(sorted(left_out.items())))


def _must_learn(part: Any) -> bool:
    if not isinstance(part, Learner):
        return False
    try:
        part.check_fitted()
    except NotFittedError:
        return True
    return False


def _field(name: str) -> str:
    """Give a name as fields have them."""
    return re.sub(r"\W", "_", name)


def _opened(source: _Source, made: _Made) -> Any:
    """Give the system, or the report, that a source is."""
    if source.kind == "report":
        return Report.load(source.text)
    if source.kind == "part":
        index, field = made.parts[source.text]
        return index.by(field)
    recipe = source.kind == "recipe"
    index = made.recipes[source.text] if recipe else Index.open(source.text)
    return index.by(dict(source.by) or None, rerank=[] if source.plain else None)


def _joined(wanted: _Named, opened: Mapping[_Source, Any]) -> Any:
    """Give one system of all its sources."""
    groups = [
        Concatenated([opened[source] for source in group])
        if len(group) > 1
        else opened[group[0]]
        for group in wanted.sources
    ]
    return Fused(groups) if len(groups) > 1 else groups[0]
