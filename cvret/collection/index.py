"""Index: a folder of pictures made searchable, by the fields it was created with."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from cvret._checks import check_count, check_image, check_number, check_region
from cvret._opencv import opencv_version
from cvret.catalog import build, spec_of
from cvret.collection.adding import (
    AddReport,
    Item,
    Source,
    compute_fields,
    compute_items,
    find_source,
)
from cvret.collection.explaining import explain_hit
from cvret.collection.fields import Field, View, WordsField, field_of
from cvret.collection.images import ImageTable, Roots, image_arrays
from cvret.collection.learned import restore_learned, write_learned
from cvret.collection.progress import progress_bar
from cvret.collection.ranking import top_rows, weights_of
from cvret.errors import CvretError, FormatError, UnknownNameError
from cvret.images.reading import MAX_PIXELS, read_image, shrink
from cvret.protocols import Reranker
from cvret.recipes import find_recipe
from cvret.records import Correspondences, Explanation, Query, Ranking
from cvret.storage.arrays import ArrayFolder, write_arrays
from cvret.storage.manifest import Manifest, read_manifest, write_manifest

__all__ = ["Index"]

_SEGMENT = 2048  # pictures in a segment; what an interruption can lose at most

Picture = str | PathLike[str] | NDArray[np.uint8]


class Index:
    """Pictures that can be searched by a picture.

    Make one with `Index.create`, or open one with `Index.open`. An index is a folder;
    an object of this class reads the generation that it opened.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import skimage
    >>> folder = Path(skimage.__file__).parent / "data"
    >>> with tempfile.TemporaryDirectory() as work:
    ...     index = Index.create(Path(work) / "photos.cvret")
    ...     _ = index.add(folder / "chelsea.png")
    ...     _ = index.add(folder / "coffee.png")
    ...     hit = index.search(folder / "coffee.png")[0]
    >>> hit.id, hit.score, hit.inliers > 100
    ('coffee.png', 1.0, True)
    """

    def __init__(
        self, path: Path, manifest: Manifest, parts: Mapping[str, Any], roots: Roots
    ):
        self._path = path
        self._roots = roots
        self._fields: dict[str, Field] = {
            name: field_of(name, part) for name, part in parts.items()
        }
        self._use(manifest)

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        recipe: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        max_side: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> Self:
        """Make an empty index.

        Parameters
        ----------
        path : str or path
            A folder that does not exist yet, or is empty.
        recipe : str, optional
            A key of `cvret.recipes.RECIPES`; "objects" if there are no `fields` either.
        fields : mapping of str to part, optional
            Fields of your own: each a descriptor or an encoder.
        max_side : int, optional
            Pictures are made smaller to this longest side before anything is computed;
            by default that of the recipe, 1024.
        max_pixels : int
            Pictures with more are refused.

        Raises
        ------
        FileExistsError
            If there is something at `path`.
        ValueError, TypeError, UnknownNameError
            If both a recipe and fields are given, or a field or name is none.
        """
        path = Path(path)
        if recipe is not None and fields is not None:
            raise ValueError("give a recipe or fields, not both")
        if fields is None:
            chosen = find_recipe(recipe or "objects")
            parts, search_ = chosen.fields, (chosen.weights, chosen.rerank)
            max_side = max_side or chosen.max_side
        else:
            if not fields:
                raise ValueError("fields must name at least one field, got none")
            parts, search_ = fields, ({}, ())
        settings = {
            "recipe": None if fields is not None else recipe or "objects",
            "fields": {name: spec_of(part) for name, part in parts.items()},
            "weights": dict(search_[0]),
            "rerank": [spec_of(part) for part in search_[1]],
            "max_side": check_count("max_side", 1024 if max_side is None else max_side),
            "max_pixels": check_count("max_pixels", max_pixels),
            "opencv": opencv_version,
            "learned": {},
        }
        for name, part in parts.items():
            field_of(name, part)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FileExistsError(
                f"{path} exists already; open it with Index.open, or choose another path"
            )
        path.mkdir(parents=True, exist_ok=True)
        for name, part in parts.items():
            if hasattr(getattr(part, "vocabulary", None), "to_arrays"):
                settings["learned"][name] = write_learned(path, name, part.vocabulary_)
        manifest = Manifest(settings, version=_version())
        write_manifest(path, manifest)
        return cls(path, manifest, parts, Roots(path))

    @classmethod
    def open(
        cls, path: str | PathLike[str], *, parts: Mapping[str, Any] | None = None
    ) -> Self:
        """Open an index.

        Parameters
        ----------
        path : str or path
            The index's folder.
        parts : mapping of str to part, optional
            For fields whose part is of your own making, the part itself.

        Raises
        ------
        FileNotFoundError
            If there is no such folder.
        FormatError
            If it is no index, is damaged, or is of a newer format.
        UnknownNameError
            If a field needs a part that is not in the catalog and not in `parts`.
        """
        path = Path(path)
        manifest = read_manifest(path)
        given = dict(parts or {})
        built = {}
        try:
            specs = manifest.settings["fields"].items()
            learned = manifest.settings["learned"]
            for name, spec in specs:
                if name in given:
                    built[name] = given.pop(name)
                    continue
                try:
                    built[name] = build(spec)
                except UnknownNameError as error:
                    raise UnknownNameError(
                        f"field {name!r} of {path} needs a part of your own ({error}); "
                        f"open it with Index.open(path, parts={{{name!r}: part}})"
                    ) from error
                if name in learned:
                    restore_learned(path, built[name], learned[name])
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"{path} has a damaged manifest: {error!r}") from error
        if given:
            raise UnknownNameError(
                f"{path} has no field {next(iter(given))!r}; there are "
                f"{', '.join(built)}"
            )
        return cls(path, manifest, built, Roots.read(path))

    @property
    def path(self) -> Path:
        """The index's folder."""
        return self._path

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(self._fields)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all images, in the order in which they were added."""
        return tuple(self._images)

    def __len__(self) -> int:
        return len(self._images)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._images

    def __repr__(self) -> str:
        return f"<Index {self._path}: {len(self):,} images, {', '.join(self._fields)}>"

    def fit(
        self,
        path: str | PathLike[str],
        *,
        max_images: int = 5000,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> AddReport:
        """Learn vocabularies of one's own, for every field that has one.

        Parameters
        ----------
        path : str or path
            A folder of pictures like those to come.
        max_images : int
            Of more, so many are chosen at random.
        n_jobs, progress
            As for `add`.

        Returns
        -------
        AddReport
            What could not be read; nothing is added.

        Raises
        ------
        ValueError
            If the index holds images already, or has nothing to learn, or the pictures
            have too few features.
        """
        if len(self):
            raise ValueError(
                f"{self._path} holds {len(self):,} images that were quantized with the "
                "vocabulary it has; fit an index before adding to it"
            )
        learners = [f for f in self._fields.values() if isinstance(f, WordsField)]
        if not learners:
            raise ValueError(f"no field of {self._path} learns a vocabulary")
        check_count("max_images", max_images)
        source = find_source(path)
        if len(source.names) > max_images:
            chosen = np.random.default_rng(0).permutation(len(source.names))
            names = [source.names[i] for i in np.sort(chosen[:max_images])]
            source = Source(source.root, tuple(names), source.unreadable)
        with self._writing():
            collected: dict[str, list[Any]] = {f.name: [] for f in learners}
            unreadable = list(source.unreadable)
            items = compute_items(
                source,
                source.names,
                {},
                lambda view: {f.name: f.features(view) for f in learners},
                max_side=self._settings["max_side"],
                max_pixels=self._settings["max_pixels"],
                n_jobs=n_jobs,
            )
            with progress_bar("Learning", len(source.names), progress) as advance:
                for item in items:
                    advance()
                    if item.state == "unreadable":
                        unreadable.append((item.id, item.reason))
                    for name, features in item.values.items():
                        collected[name].append(features)
            learned = dict(self._settings["learned"])
            for field in learners:
                field.part.fit_features(collected[field.name])
                vocabulary = field.part.vocabulary_
                learned[field.name] = write_learned(self._path, field.name, vocabulary)
            settings = {**self._settings, "learned": learned}
            self._commit(
                Manifest(settings, (), self._manifest.generation + 1, _version())
            )
        return AddReport(unreadable=tuple(unreadable))

    def add(
        self,
        path: str | PathLike[str],
        prefix: str = "",
        *,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> AddReport:
        """Add the pictures of a folder, or one picture.

        An interrupted `add` keeps each full batch of 2,048 pictures; the same call then
        goes on from there.

        Parameters
        ----------
        path : str or path
            A folder, with all below it, or a file. Ids are relative to the folder.
        prefix : str
            Put before each id, with a '/', to tell folders with equal names apart.
        n_jobs : int
            Threads; -1 takes all cores.
        progress : bool, optional
            Whether to show a bar on standard error; by default on a terminal.

        Returns
        -------
        AddReport
            How many are new, and what could not be read, with reasons.

        Raises
        ------
        FileNotFoundError, ValueError
            If there are no pictures at `path`, or an id is there from another folder.
        NotFittedError
            If a field has no vocabulary yet.
        """
        for field in self._fields.values():
            field.check_ready()
        source = find_source(path, any_name=True)
        prefix = _check_prefix(prefix)
        ids = [f"{prefix}/{name}" if prefix else name for name in source.names]
        with self._writing():
            roots, root = self._roots.number_of(source.root, prefix)
            known = self._known(ids, root)
            if roots is not self._roots:
                roots.write()
                self._roots = roots
            items = compute_items(
                source,
                ids,
                known,
                compute_fields(list(self._fields.values())),
                max_side=self._settings["max_side"],
                max_pixels=self._settings["max_pixels"],
                n_jobs=n_jobs,
            )
            return self._take(items, source, root, progress)

    def _take(
        self, items: Iterator[Item], source: Source, root: int, progress: bool | None
    ) -> AddReport:
        """Commit items in batches, and tell what became of each."""
        batch: list[Item] = []
        states = {"added": 0, "unchanged": 0}
        changed: list[str] = []
        unreadable = list(source.unreadable)
        with progress_bar("Indexing", len(source.names), progress) as advance:
            for item in items:
                advance()
                if item.state == "changed":
                    changed.append(item.id)
                elif item.state == "unreadable":
                    unreadable.append((item.id, item.reason))
                else:
                    states[item.state] += 1
                if item.state == "added":
                    batch.append(item)
                if len(batch) == _SEGMENT:
                    self._commit_segment(batch, root)
                    batch = []
            if batch:
                self._commit_segment(batch, root)
        return AddReport(
            **states,
            changed=tuple(changed),
            unreadable=tuple(unreadable),
            n_other=source.n_other,
        )

    def encode(
        self,
        query: Picture,
        *,
        by: str | Sequence[str] | Mapping[str, float] | None = None,
        region: tuple[float, float, float, float] | None = None,
    ) -> Query:
        """Compute once what a search asks with, for several searches.

        Parameters
        ----------
        query, by, region
            As for `search`.
        """
        weights = weights_of(by, self._settings["weights"], tuple(self._fields))
        max_side = self._settings["max_side"]
        if isinstance(query, np.ndarray):
            check_image(query)
            image = query
        elif isinstance(query, str | PathLike):
            image = read_image(query, max_pixels=self._settings["max_pixels"])
        else:
            raise TypeError(
                "query must be a path or an RGB array, got "
                f"{type(query).__name__}"
            )
        height, width = image.shape[:2]
        if region is None:
            view = View.of(shrink(image, max_side), width, height)
        else:
            region = check_region(region, width, height)
            view = View.of_region(image, region, max_side)
        parts = {}
        for name in weights:
            self._fields[name].check_ready()
            parts[name] = self._fields[name].compute_query(view)
        return Query(parts, width, height, region)

    def search(
        self,
        query: Picture | Query,
        k: int = 10,
        *,
        by: str | Sequence[str] | Mapping[str, float] | None = None,
        region: tuple[float, float, float, float] | None = None,
        rerank: Sequence[Reranker] | None = None,
        min_score: float = 0.0,
    ) -> Ranking:
        """Rank the images by their similarity to a picture.

        Parameters
        ----------
        query : str, path, array of uint8 of shape (height, width, 3), or Query
            A picture, or what `encode` made of it.
        k : int
            How many results; at or above the index's size all are given.
        by : str, sequence of str, or mapping of str to float, optional
            Fields to compare, perhaps with weights; by default those of the recipe, or
            all fields equally.
        region : tuple of float, optional
            x, y, width, height of the part of the picture to ask for, in pixels.
        rerank : sequence of re-rankers, optional
            Applied in the order written; by default those of the recipe, where a field
            with keypoints is searched. ``[]`` for none.
        min_score : float
            Results below are left out.

        Returns
        -------
        Ranking
            Best first; equal scores by id. Scores are weighted means of the fields'
            similarities, in [0, 1], as the re-rankers left them.

        Raises
        ------
        ImageError
            If the query is no readable picture.
        ValueError, UnknownNameError
            If an argument is wrong, or a field is not there.
        """
        k = check_count("k", k)
        min_score = check_number("min_score", min_score)
        weights = weights_of(by, self._settings["weights"], tuple(self._fields))
        if not isinstance(query, Query):
            query = self.encode(query, by=weights, region=region)
        elif region is not None:
            raise ValueError("region belongs to encode(), where the query was made")
        if rerank is None:
            rerank = self._default_rerank(weights)
        scores = self._score(query, weights)
        depth = max([k, *(int(getattr(part, "depth", 0)) for part in rerank)])
        rows = top_rows(scores, depth, self._images)
        ids = tuple(self._images.id_at(int(row)) for row in rows)
        ranking = Ranking(ids, scores[rows])
        for part in rerank:
            ranking = part.rerank(query, ranking, self)
        kept = min(k, int((ranking.scores >= min_score).sum()))
        return ranking[:kept]

    def correspondences(
        self, query: Query, ids: Sequence[str]
    ) -> Iterator[Correspondences]:
        """Give the features that a query shares with images, for re-rankers.

        Raises
        ------
        ValueError
            If no field of the query has local features.
        """
        name = self._words_field(query)
        rows = np.array([self._images.row_of(id_) for id_ in ids], np.int64)
        sizes = np.array([self._images.size_at(int(row)) for row in rows], np.int64)
        return iter(self._searchers[name].matches(query.parts[name], rows, sizes))

    def explain(
        self,
        query: Picture,
        id_: str,
        *,
        by: str | Sequence[str] | Mapping[str, float] | None = None,
        region: tuple[float, float, float, float] | None = None,
    ) -> Explanation:
        """Tell why an image is a result: shared words, matches, the box, a drawing.

        Parameters
        ----------
        query, by, region
            As for `search`.
        id_ : str
            An image of the index, whose file must be there to be drawn.

        Raises
        ------
        KeyError
            If there is no such image.
        """
        row = self._images.row_of(id_)
        encoded = self.encode(query, by=by, region=region)
        scores = {
            name: float(self._searchers[name].score(part)[row])
            for name, part in encoded.parts.items()
        }
        words = [n for n in encoded.parts if isinstance(self._fields[n], WordsField)]
        matches = next(self.correspondences(encoded, [id_])) if words else None
        limit = self._settings["max_pixels"]
        image = (
            query
            if isinstance(query, np.ndarray)
            else read_image(query, max_pixels=limit)
        )
        result = read_image(self.file_of(id_), max_pixels=limit)
        name = "the query" if isinstance(query, np.ndarray) else os.fspath(query)
        return explain_hit(name, id_, encoded, scores, matches, image, result)

    def file_of(self, id_: str) -> Path:
        """Give the file of an image; KeyError if the index has no such image."""
        row = self._images.row_of(id_)
        return self._roots.file_of(id_, self._images.root_at(row))

    def info(self) -> dict[str, Any]:
        """Tell what the index holds, in plain Python values ready for JSON."""
        sizes = [
            (name, int(stored["bytes"]))
            for segment in self._manifest.segments
            for name, stored in segment["files"].items()
        ]
        fields = {}
        for name, field in self._fields.items():
            size = sum(n for file, n in sizes if file.startswith(name + "."))
            about: dict[str, Any] = {
                "part": repr(field.part),
                "bytes": size,
                "bytes_per_image": round(size / len(self), 1) if len(self) else None,
            }
            if isinstance(field, WordsField):
                about |= self._about_words(field, size)
            fields[name] = about
        return {
            "path": str(self._path),
            "version": self._manifest.version,
            "generation": self._manifest.generation,
            "recipe": self._settings["recipe"],
            "images": len(self),
            "segments": len(self._manifest.segments),
            "bytes": sum(n for _, n in sizes),
            "max_side": self._settings["max_side"],
            "opencv": self._settings["opencv"],
            "roots": [self._roots.folder(n).as_posix()
                      for n in range(len(self._roots.entries))],
            "fields": fields,
        }

    def _about_words(self, field: WordsField, size: int) -> dict[str, Any]:
        n = self._searchers[field.name].n_postings
        about: dict[str, Any] = {
            "features": n,
            "bytes_per_feature": round(size / n, 2) if n else None,
        }
        try:
            vocabulary = field.part.vocabulary_
        except CvretError:
            return about | {"vocabulary": "none yet; call fit"}
        return about | {
            "words": vocabulary.n_words_,
            "vocabulary": vocabulary.fingerprint(),
            "vocabulary_source": dict(vocabulary.source_),
        }

    def _use(self, manifest: Manifest) -> None:
        """Read from this generation from now on."""
        self._manifest = manifest
        self._settings = manifest.settings
        segments = [
            ArrayFolder(self._path / "segments" / str(s["id"]), s["files"])
            for s in manifest.segments
        ]
        self._images = ImageTable([segment.part("image") for segment in segments])
        self._searchers: dict[str, Any] = {
            name: field.open([segment.part(name) for segment in segments])
            for name, field in self._fields.items()
        }

    def _commit(self, manifest: Manifest) -> None:
        write_manifest(self._path, manifest)
        self._use(manifest)

    def _commit_segment(self, items: Sequence[Item], root: int) -> None:
        """Write a segment and the manifest that knows it; on failure, neither."""
        arrays = {
            f"image.{key}": array
            for key, array in image_arrays(
                [item.id for item in items],
                [item.size for item in items],
                [item.hash for item in items],
                root,
            ).items()
        }
        for name, field in self._fields.items():
            stored = field.arrays([item.values[name] for item in items])
            arrays |= {f"{name}.{key}": array for key, array in stored.items()}
        id_ = self._manifest.next_id()
        folder = self._path / "segments" / id_
        shutil.rmtree(folder, ignore_errors=True)  # left by a process that died
        try:
            files = write_arrays(folder, arrays)
            segment = {"id": id_, "n_images": len(items), "files": files}
            self._commit(self._manifest.with_segment(segment))
        except BaseException:
            if segment_is_unused(self._path, id_):
                shutil.rmtree(folder, ignore_errors=True)
            raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the index's lock, and see what others wrote before."""
        lock = FileLock(self._path / "writer.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise RuntimeError(
                f"another process is writing to {self._path}; try again when it is done"
            ) from error
        try:
            manifest = read_manifest(self._path)
            if manifest.generation != self._manifest.generation:
                self._use(manifest)
                self._roots = Roots.read(self._path)
            yield
        finally:
            lock.release()

    def _known(self, ids: Sequence[str], root: int) -> dict[str, bytes]:
        """Hashes of what the index has of `ids`; refuse ids of another folder."""
        known = {}
        for id_ in ids:
            if id_ in self._images:
                row = self._images.row_of(id_)
                other = self._images.root_at(row)
                if other != root:
                    raise ValueError(
                        f"{id_!r} is in the index already, from "
                        f"{self._roots.folder(other)}; give prefix= to set this folder "
                        "apart"
                    )
                known[id_] = self._images.hash_at(row)
        return known

    def _score(
        self, query: Query, weights: Mapping[str, float]
    ) -> NDArray[np.float64]:
        total = np.zeros(len(self))
        for name, weight in weights.items():
            if name not in query.parts:
                raise UnknownNameError(
                    f"the query was not encoded for field {name!r}; it has "
                    f"{', '.join(query.parts)}"
                )
            total += weight * self._searchers[name].score(query.parts[name])
        return total / sum(weights.values())

    def _words_field(self, query: Query) -> str:
        for name in query.parts:
            if isinstance(self._fields[name], WordsField):
                return name
        described = ", ".join(type(self._fields[n].part).__name__ for n in query.parts)
        having = [n for n, f in self._fields.items() if isinstance(f, WordsField)]
        raise ValueError(
            f"SpatialVerification needs local features, and {described} describes whole "
            "images; "
            + (
                f"search by {', '.join(map(repr, having))} too"
                if having
                else "use an encoder such as BagOfWords"
            )
        )

    def _default_rerank(self, weights: Mapping[str, float]) -> list[Reranker]:
        if not any(isinstance(self._fields[name], WordsField) for name in weights):
            return []
        return [build(spec) for spec in self._settings["rerank"]]


def segment_is_unused(path: Path, id_: str) -> bool:
    """Whether no manifest on disk knows a segment, so that it may be removed."""
    try:
        return all(segment["id"] != id_ for segment in read_manifest(path).segments)
    except (OSError, FormatError):
        return False


def _check_prefix(prefix: str) -> str:
    parts = [part for part in prefix.split("/") if part]
    if any(part in (".", "..") for part in parts):
        raise ValueError(f"prefix must not hold '.' or '..', got {prefix!r}")
    return "/".join(parts)


def _version() -> str:
    from cvret._version import __version__

    return __version__
