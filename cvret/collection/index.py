"""Index: a folder of pictures made searchable, by the fields it was created with."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_count, check_jobs, check_number
from cvret._opencv import single_thread
from cvret.collection.about import about
from cvret.collection.adding import (
    AddReport,
    compute_fields,
    compute_items,
    find_source,
)
from cvret.collection.asking import Asking, check_rerankers
from cvret.collection.checking import VerifyReport, check_files
from cvret.collection.doctoring import DoctorReport, examine
from cvret.collection.duplicating import choose_finding, duplicates_in
from cvret.collection.explaining import explain_hit, judge
from cvret.collection.field_search import FieldSearch, stored_vectors
from cvret.collection.fields import WordsField, fields_for_graphs
from cvret.collection.grouping import DuplicateReport
from cvret.collection.images import check_ids, check_present
from cvret.collection.looking import picture_of
from cvret.collection.making import create_state, learn, open_state, take
from cvret.collection.mirroring import mirror_image, with_mirror
from cvret.collection.ranking import weights_of
from cvret.collection.roots import check_prefix
from cvret.collection.searching import (
    PictureOrPath,
    available_cores,
    compare_all,
    default_rerankers,
    encode_query,
    field_shares,
    name_of_query,
    pixels_of,
    score_fields,
    shared_features,
    stored_query,
)
from cvret.collection.state import State
from cvret.collection.writing import CompactReport, Writer, writing
from cvret.errors import ImageError
from cvret.images.reading import MAX_PIXELS, Picture, read_image
from cvret.metrics.similarity import similarity
from cvret.protocols import Reranker
from cvret.records import Correspondences, Explanation, Query, Ranking
from cvret.rerank.verification import turned_back

__all__ = ["Index"]

Fields = str | Sequence[str] | Mapping[str, float]


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

    def __init__(self, state: State, without: str | None = None):
        self._state = state
        self._without = without  # an image that is no result, for re-rankers

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        recipe: str | None = None,
        *,
        fields: Mapping[str, Any] | None = None,
        max_side: int | None = None,
        max_pixels: int = MAX_PIXELS,
        fusion: str | None = None,
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
        fusion : {"mean", "standardized"}, optional
            How fields that are searched together become one score: the weighted mean
            of their similarities, or the same with each weight divided by how much the
            similarities of the query to all images spread in that field, so that equal
            weights mean equal say; by default that of the recipe, or "mean".

        Raises
        ------
        FileExistsError
            If there is something at `path`.
        ValueError, TypeError, UnknownNameError
            If both a recipe and fields are given, or a field or name is none.
        """
        return cls(
            create_state(Path(path), recipe, fields, max_side, max_pixels, fusion)
        )

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
            If it is no index, is damaged, or is of a newer format; or if a part is of
            another class, metric, version or length than what a field was made with.
        UnknownNameError
            If a field needs a part that is not in the catalog and not in `parts`.
        """
        return cls(open_state(Path(path), parts or {}))

    @property
    def path(self) -> Path:
        """The index's folder."""
        return self._state.path

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(self._state.fields)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all images, in the order in which they were added."""
        return tuple(self._state.images)

    def __len__(self) -> int:
        return len(self._state.images)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._state.images

    def __repr__(self) -> str:
        return f"<Index {self.path}: {len(self):,} images, {', '.join(self.fields)}>"

    def fit(
        self,
        path: str | PathLike[str],
        *,
        max_images: int = 5000,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> AddReport:
        """Learn from one's own pictures, for every field whose part learns.

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
        check_jobs(n_jobs)
        with self._writing() as writer:
            source = find_source(path)
            return learn(writer, source, max_images, n_jobs, progress)

    def add(
        self,
        path: str | PathLike[str],
        prefix: str = "",
        *,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> AddReport:
        """Add the pictures of a folder, or one picture.

        A picture that is in the index with the same content is left alone; one that
        has changed is replaced. An interrupted `add` keeps each full batch of 2,048
        pictures; the same call then goes on from there.

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
            How many are new, which were replaced, and what could not be read, with
            reasons.

        Raises
        ------
        FileNotFoundError, ValueError
            If there are no pictures at `path`, or an id is there from another folder.
        NotFittedError
            If a field's part has learned nothing yet.
        """
        for field in self._state.fields.values():
            field.check_ready()
        check_jobs(n_jobs)
        source = find_source(path)
        prefix = check_prefix(prefix)
        ids = [f"{prefix}/{name}" if prefix else name for name in source.names]
        with self._writing() as writer:
            state = writer.state
            n_roots = state.images.n_roots()
            roots, root = state.roots.number_of(source.root, prefix, n_roots)
            known = state.known(ids, root)
            writer.use_roots(roots)
            items = compute_items(
                source,
                ids,
                known,
                compute_fields(list(state.fields.values())),
                max_side=state.settings["max_side"],
                max_pixels=state.settings["max_pixels"],
                n_jobs=n_jobs,
            )
            return take(writer, items, source, root, progress)

    def remove(self, ids: str | Iterable[str], *, missing_ok: bool = False) -> int:
        """Remove images; their files stay where they are.

        Rankings, and the weights of words, are at once those of an index of the images
        that are left. A later `add` of a folder that still has the file puts the image
        back. The space is given back by `compact`, or as segments are merged.

        Parameters
        ----------
        ids : str or iterable of str
            One id or several, each once.
        missing_ok : bool
            Whether ids that are not in the index are passed over.

        Returns
        -------
        int
            How many images were removed.

        Raises
        ------
        KeyError
            If an id is not in the index; then nothing is removed.
        ValueError
            If an id is given twice; then nothing is removed.
        TypeError
            If an id is no string.
        """
        wanted = check_ids(ids)
        with self._writing() as writer:
            rows = writer.state.images.rows_of(wanted)
            if not missing_ok:
                check_present(wanted, rows)
            rows = rows[rows >= 0]
            if len(rows):
                writer.remove(rows)
            return len(rows)

    def compact(self) -> CompactReport:
        """Merge segments as far as they go, and give back the space of the removed.

        Answers stay what they are. It is never needed: segments merge by themselves as
        images come, and each is written again when over half of it is removed. Graphs
        of segments that are merged go; see `accelerate`.

        Returns
        -------
        CompactReport
            Segments and bytes, before and after.
        """
        with self._writing() as writer:
            return writer.compact()

    def accelerate(self, by: str | Sequence[str] | None = None) -> int:
        """Build graphs, so that the best of a very large dense field are found sooner.

        From then on a search for one such field asks the graph of each large segment
        what to compare: nearly all of the best are found, most often all, in a small
        part of the time; ``search(..., exact=True)`` compares every image. Segments
        with fewer than 16,384 images get none, for all their vectors are compared as
        fast. Segments that come later, by `add` or by merging, have none until this is
        called again.

        Parameters
        ----------
        by : str or sequence of str, optional
            Fields with a vector an image and the metric "cosine", "hellinger" or "l2";
            by default all that are.

        Returns
        -------
        int
            How many graphs were built.

        Raises
        ------
        MissingExtraError
            If faiss is not installed: ``pip install 'cvret[approximate]'``.
        ValueError, UnknownNameError
            If a field cannot have a graph, or is not there.
        """
        names = fields_for_graphs(self._state.fields, by)
        with self._writing() as writer:
            return writer.accelerate(names)

    def verify(self) -> VerifyReport:
        """Read every file of the index, and compare it with its checksum.

        Nothing is changed, and others may read and write meanwhile.

        Returns
        -------
        VerifyReport
            ``ok``, and each damaged file by name.
        """
        return check_files(self.path)

    def doctor(
        self,
        path: str | PathLike[str] | None = None,
        *,
        by: str | Sequence[str] | None = None,
        max_images: int = 500,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> DoctorReport:
        """Tell whether the vocabularies of the index suit its images, or a folder's.

        Words are counted as the index has them (in the folder's pictures, where it has
        no images yet), and descriptors of some pictures are compared with their words.
        Nothing is changed.

        Parameters
        ----------
        path : str or path, optional
            A folder of pictures, perhaps new ones; by default the index's own files,
            as far as they are where they were.
        by : str or sequence of str, optional
            Fields to examine; by default all.
        max_images : int
            Of more pictures, so many are chosen at random.
        n_jobs, progress
            As for `add`.

        Returns
        -------
        DoctorReport
            For each field with a vocabulary the figures, whether it suits, and what to
            do; of the other fields, why there is nothing to examine.

        Raises
        ------
        FileNotFoundError, ValueError
            If there are no pictures at `path`.
        UnknownNameError
            If a field is not there.
        """
        check_jobs(n_jobs)
        return examine(self._state, path, by, max_images, n_jobs, progress)

    def encode(
        self,
        query: PictureOrPath,
        *,
        by: Fields | None = None,
        region: tuple[float, float, float, float] | None = None,
        mirrored: bool | None = None,
    ) -> Query:
        """Compute once what a search asks with, for several searches.

        Parameters
        ----------
        query, by, region, mirrored
            As for `search`.
        """
        state = self._state
        weights = self._weights(by)
        image = pixels_of(state, query)
        encoded = encode_query(state, image, tuple(weights), region)
        if state.settings.get("mirrored", False) if mirrored is None else mirrored:
            flipped, there = mirror_image(image, region)
            mirror = encode_query(state, flipped, tuple(weights), there)
            mirror = replace(mirror, source=query, flipped=True)
            encoded = replace(encoded, mirror=mirror)
        return replace(encoded, weights=weights, source=query)

    def query_of(self, id_: str, *, by: Fields | None = None) -> Query:
        """Give what is stored of an image, to ask with; see `similar`.

        Raises
        ------
        KeyError
            If there is no such image.
        """
        weights = self._weights(by)
        found = stored_query(self._state, id_, tuple(weights))
        return replace(found, weights=weights)

    def affinities(
        self,
        ids: Sequence[str],
        query: Query | None = None,
        *,
        by: Fields | None = None,
    ) -> NDArray[np.float64]:
        """Compare images of the index with one another, for re-rankers.

        Parameters
        ----------
        ids : sequence of str
            Images of the index.
        query : Query, optional
            If given it stands first, before the images.
        by
            As for `search`; by default the fields of the query.

        Returns
        -------
        array of float64, shape (n, n)
            The similarities that a search without re-rankers gives, in [0, 1], the
            mean of both directions; 1 on the diagonal. Where the index fuses several
            fields by standard scores, these, mapped to (0, 1) by the logistic function.
        """
        weights = dict(query.weights) if query is not None and by is None else {}
        weights = weights or self._weights(by)
        return compare_all(self._state, ids, query, weights)

    def search(
        self,
        query: PictureOrPath | Query,
        k: int = 10,
        *,
        by: Fields | None = None,
        region: tuple[float, float, float, float] | None = None,
        rerank: Sequence[Reranker] | None = None,
        min_score: float = 0.0,
        exact: bool = False,
        verified_only: bool = False,
        mirrored: bool | None = None,
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
            Applied in the order written; by default those of the recipe, those of
            geometry where a field with keypoints is searched. ``[]`` for none.
        min_score : float
            Results below are left out.
        exact : bool
            Whether every image is compared, also in fields that were accelerated.
        verified_only : bool
            Whether only results are given that geometry is sure of, perhaps none.
            Without a re-ranker of yours `SpatialVerification` is applied.
        mirrored : bool, optional
            Whether the picture's mirror image is searched too, and each result scored
            by the better of both, each a search of its own for what counts as verified;
            by default as the recipe has it, or as the Query was encoded.

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
        if isinstance(query, Query) and region is not None:
            raise ValueError("region belongs to encode(), where the query was made")
        asking = self._asking(k, by, rerank, min_score, exact, verified_only, mirrored)
        if isinstance(query, Query):
            return asking.answer(with_mirror(query, mirrored), -1)
        encoded = asking.index.encode(
            query, by=asking.weights, region=region, mirrored=asking.mirrored
        )
        return asking.answer(encoded, -1)

    def search_many(
        self,
        queries: Iterable[PictureOrPath | Query],
        k: int = 10,
        *,
        by: Fields | None = None,
        rerank: Sequence[Reranker] | None = None,
        min_score: float = 0.0,
        exact: bool = False,
        verified_only: bool = False,
        mirrored: bool | None = None,
        n_jobs: int = -1,
    ) -> list[Ranking | ImageError]:
        """Search for many pictures, several at a time.

        Parameters
        ----------
        queries : iterable of str, path, array or Query
            Pictures, or what `encode` made of them.
        k, by, rerank, min_score, exact, verified_only, mirrored
            As for `search`; `rerank` is used by several threads at once.
        n_jobs : int
            Threads; -1 takes all cores.

        Returns
        -------
        list of Ranking or ImageError
            In the order of `queries`, each what `search` gives; where a picture could
            not be read, the error that tells why.
        """
        check_jobs(n_jobs)
        one_array = isinstance(queries, np.ndarray) and queries.ndim == 3
        if one_array or isinstance(queries, str | PathLike | Query):
            kind = type(queries).__name__
            raise TypeError(f"queries must be several, got one {kind}; use search")
        asking = self._asking(k, by, rerank, min_score, exact, verified_only, mirrored)

        def answer(query: PictureOrPath | Query) -> Ranking | ImageError:
            if isinstance(query, Query):
                return asking.answer(with_mirror(query, mirrored), 1)
            try:
                with single_thread():
                    encoded = asking.index.encode(
                        query, by=asking.weights, mirrored=asking.mirrored
                    )
            except ImageError as error:
                return error
            return asking.answer(encoded, 1)

        n_threads = available_cores() if n_jobs < 0 else n_jobs
        answers: list[Ranking | ImageError] = []
        with ThreadPoolExecutor(n_threads) as pool:
            waiting: deque[Future[Ranking | ImageError]] = deque()
            for query in queries:  # a few ahead, for they may come from a generator
                waiting.append(pool.submit(answer, query))
                if len(waiting) > 2 * n_threads:
                    answers.append(waiting.popleft().result())
            return answers + [done.result() for done in waiting]

    def similar(
        self,
        id_: str,
        k: int = 10,
        *,
        by: Fields | None = None,
        rerank: Sequence[Reranker] | None = None,
        min_score: float = 0.0,
        exact: bool = False,
        verified_only: bool = False,
    ) -> Ranking:
        """Rank the other images by their similarity to one that is in the index.

        What is stored of it asks; its file is not needed. Of local features one word
        is stored, so each asks with one, where a picture from outside asks with the
        several nearest.

        Parameters
        ----------
        id_ : str
            An image of the index; it is not among the results.
        k, by, rerank, min_score, exact, verified_only
            As for `search`. Its mirror image is not asked for: what is stored cannot
            be turned.

        Raises
        ------
        KeyError
            If there is no such image.
        """
        asking = self._asking(k, by, rerank, min_score, exact, verified_only, False)
        query = stored_query(asking.state, id_, tuple(asking.weights))
        others = type(self)(asking.state, without=id_)
        return replace(asking, index=others, without=id_).answer(query, -1)

    def by(
        self,
        by: Fields | None = None,
        *,
        rerank: Sequence[Reranker] | None = None,
        mirrored: bool | None = None,
    ) -> FieldSearch:
        """Give some fields as a system of their own, to be compared with others.

        Parameters
        ----------
        by, rerank, mirrored
            As for `search`.

        Returns
        -------
        FieldSearch
            Searches the images that are there now, whatever comes later.

        Raises
        ------
        ValueError, TypeError, UnknownNameError
            If an argument is wrong, or a field is not there.
        """
        state = self._state
        weights = weights_of(by, state.settings["weights"], tuple(state.fields))
        return FieldSearch(type(self)(state), state, weights, rerank, mirrored)

    def vectors(self, field: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Give the vectors of a field, as stored; for scikit-learn and others.

        Parameters
        ----------
        field : str
            One with a vector an image.

        Returns
        -------
        ids : tuple of str
            As `ids`.
        vectors : array of float32, shape (n_images, d)
            In their order. Bits are given as 0 and 1, pixels as 0 to 255.

        Raises
        ------
        ValueError
            If the field holds visual words.
        UnknownNameError
            If there is no such field.
        """
        return stored_vectors(self._state, field)

    def duplicates(
        self,
        mode: str | None = None,
        *,
        of: str | PathLike[str] | None = None,
        by: str | None = None,
        radius: int | None = None,
        mirrored: bool = True,
        n_jobs: int = -1,
        progress: bool | None = None,
    ) -> DuplicateReport:
        """Group the images that show the same picture; nothing is removed.

        Parameters
        ----------
        mode : {"exact", "near", "transformed"}, optional
            By the bytes of the files; by a hash that differs in few bits; or by words
            and geometry, which finds what was cropped, turned or mirrored too. By
            default the last of these that the fields can. Equal files are a pair in
            each.
        of : str or path, optional
            An image of the index, by id or file: only its own duplicates, in one group
            or none. By default all are compared with all, and groups are the connected
            components of the pairs.
        by : str, optional
            The field to compare by; by default the first that suits the mode.
        radius : int, optional
            Bits that may differ, for "near"; by default a sixteenth of all.
        mirrored : bool
            Whether "transformed" finds mirror images, for which it reads the files
            again; False asks with what is stored, and needs no files.
        n_jobs, progress
            As for `add`.

        Returns
        -------
        DuplicateReport
            A sequence of `DuplicateGroup`, with the image of each to keep; and what
            could not be read.

        Raises
        ------
        KeyError
            If `of` is not in the index.
        ValueError, UnknownNameError
            If the index has no field for that mode, or an argument is wrong.

        See Also
        --------
        cvret.find_duplicates : does it for a folder, and explains each mode.
        """
        check_jobs(n_jobs)
        held = type(self)(self._state)  # a writer may commit meanwhile
        finding = choose_finding(held._state, mode, by, radius, mirrored)
        of_id = None if of is None else held.id_of(of)
        return duplicates_in(held, held._state, finding, of_id, n_jobs, progress)

    def correspondences(
        self, query: Query, ids: Sequence[str]
    ) -> Iterator[Correspondences]:
        """Give the features that a query shares with images, for re-rankers.

        Raises
        ------
        ValueError
            If no field of the query has local features.
        """
        return shared_features(self._state, query, ids)

    def picture_of(
        self, picture: Query | str, *, max_side: int | None = None
    ) -> Picture:
        """Look at the pixels of a query again, or at those of an image.

        Parameters
        ----------
        picture : Query or str
            A query with a `source`, or the id of an image.
        max_side : int, optional
            The longest side of the pixels; a larger picture is made smaller.

        Returns
        -------
        Picture
            `pixels`, and the `width` and `height` of the whole picture.

        Raises
        ------
        ValueError
            If the query does not know what it was made of.
        ImageError
            If the file is gone, unreadable, or now of another size.
        KeyError
            If there is no such image.
        """
        return picture_of(self._state, picture, max_side)

    def measure(
        self,
        metric: str,
        reference: NDArray[np.uint8],
        picture: NDArray[np.uint8],
        mask: NDArray[np.bool_] | None = None,
        profile: str = "sewar",
    ) -> float:
        """Compare two pictures by a full-reference metric, for re-rankers.

        See `cvret.metrics.similarity.similarity`, which it calls.
        """
        return similarity(metric, reference, picture, mask, profile)

    def explain(
        self,
        query: PictureOrPath,
        id_: str,
        *,
        by: Fields | None = None,
        region: tuple[float, float, float, float] | None = None,
    ) -> Explanation:
        """Tell why an image is a result: fields, shared words, matches, a drawing.

        Each field has its similarity, and how much it counts. Of pictures that a
        re-ranker compares with one another, nothing is told.

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
        state = self._state
        row = state.images.row_of(id_)
        image = pixels_of(state, query)
        held = type(self)(state)  # a writer may commit meanwhile
        encoded = held.encode(image, by=by, region=region)
        matches = found = None
        if any(isinstance(state.fields[name], WordsField) for name in encoded.parts):
            matches = next(shared_features(state, encoded, [id_]))
            found = judge(encoded, matches)
        if encoded.mirror is not None and found is not None:
            others = next(shared_features(state, encoded.mirror, [id_]))
            other = judge(encoded.mirror, others)
            if other.log_false_alarms < found.log_false_alarms:
                matches, found = others, turned_back(other, encoded)
                encoded = replace(encoded, parts=encoded.mirror.parts)
        scores = {
            name: float(score_fields(state, encoded, name)[row])
            for name in encoded.parts
        }
        shares = field_shares(state, encoded, encoded.weights)
        file = held.file_of(id_)
        result = read_image(file, max_pixels=state.settings["max_pixels"])
        name = name_of_query(query)
        return explain_hit(
            name, id_, encoded, scores, shares, matches, found, image, result
        )

    def file_of(self, id_: str) -> Path:
        """Give the file of an image; KeyError if the index has no such image."""
        state = self._state  # once: a writer may commit meanwhile
        return state.roots.file_of(id_, state.images.root_at(state.images.row_of(id_)))

    def id_of(self, name: str | PathLike[str]) -> str:
        """Give the id of an image by its file, which may be gone by now.

        An id is given back as it is, and so is what is neither: whatever is asked of it
        then tells that it is not there.
        """
        name, images = os.fspath(name), self._state.images
        if name not in images:
            for id_, root in self._state.roots.ids_of(Path(name)):
                if id_ in images and images.root_at(images.row_of(id_)) == root:
                    return id_
        return name

    def info(self) -> dict[str, Any]:
        """Tell what the index holds, in plain Python values ready for JSON."""
        return about(self._state)

    def _writing(self) -> AbstractContextManager[Writer]:
        return writing(self._state, self._publish)

    def _publish(self, state: State) -> None:
        """Read from this generation from now on."""
        self._state = state

    def _asking(
        self,
        k: int,
        by: Fields | None,
        rerank: Sequence[Reranker] | None,
        min_score: float,
        exact: bool,
        verified_only: bool,
        mirrored: bool | None,
    ) -> Asking:
        """Check how a search is asked for, and hold on to one generation."""
        if rerank is not None:
            rerank = check_rerankers(rerank)
        state = self._state
        weights = weights_of(by, state.settings["weights"], tuple(state.fields))
        if rerank is None:
            rerank = default_rerankers(state, tuple(weights), verified_only)
        if mirrored is None:
            mirrored = bool(state.settings.get("mirrored", False))
        return Asking(
            type(self)(state),
            state,
            check_count("k", k),
            weights,
            tuple(rerank),
            check_number("min_score", min_score),
            exact,
            verified_only,
            mirrored,
            self._without,
        )

    def _weights(self, by: Fields | None) -> dict[str, float]:
        return weights_of(by, self._state.settings["weights"], self.fields)
