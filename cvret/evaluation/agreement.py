"""Which systems say the same thing: rank correlation of what they score."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret._checks import check_choice, check_count, check_image, check_jobs
from cvret._opencv import single_thread
from cvret._progress import progress_bar
from cvret.errors import ImageError, UnknownNameError
from cvret.evaluation.systems import (
    Comparing,
    comparing_of,
    is_distance,
    systems_by_name,
)
from cvret.images.folders import list_images
from cvret.images.reading import read_image, shrink
from cvret.metrics.definitions import METRICS

__all__ = ["METHODS", "Agreement", "agreement", "agreement_of"]

METHODS = ("spearman", "kendall")
"""Rank correlations: Spearman's rho, and Kendall's tau-b."""

Image = NDArray[np.uint8]
Scores = NDArray[np.float64]

_MAX_SIDE = 1024  # pixels; larger pictures are made smaller, as an index does
_LEAST = 3  # pictures: a target, and two that it can be nearer to
_FORMATS = (".json", ".csv")


@dataclass(frozen=True, eq=False)
class Agreement:
    """How much systems agree on which pictures are more alike.

    Attributes
    ----------
    names : tuple of str
        Of the systems.
    method : {"spearman", "kendall"}
        Which rank correlation.
    matrix : array of float64, shape (m, m)
        Mean correlation of each two over the targets, in [-1, 1]: 1 where they always
        rank alike, -1 where the other way round. NaN where it was never defined.
    spread : array of float64, shape (m, m)
        Standard deviation of the correlation over the targets.
    n_targets, n_images : int
        Pictures that the others were compared with, and all pictures.
    undefined : mapping of str to int
        How many scores of each system were NaN; each two were compared without them.
    left_out : tuple of (str, str)
        Pictures that could not be read, or are too small for a system, with reasons.
    """

    names: tuple[str, ...]
    method: str
    matrix: Scores
    spread: Scores
    n_targets: int
    n_images: int
    undefined: Mapping[str, int]
    left_out: tuple[tuple[str, str], ...] = field(default=())

    def pairs(self) -> tuple[tuple[str, str, float, float], ...]:
        """Give each two systems, their mean and their spread, best agreement first.

        Those that were never defined stand last.
        """
        rows, columns = np.triu_indices(len(self.names), 1)
        values = self.matrix[rows, columns]
        order = np.argsort(-values, kind="stable")
        return tuple(
            (
                self.names[rows[i]],
                self.names[columns[i]],
                float(values[i]),
                float(self.spread[rows[i], columns[i]]),
            )
            for i in order.tolist()
        )

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON; None where undefined."""
        return {
            "method": self.method,
            "names": list(self.names),
            "matrix": [list(map(_plain, row)) for row in self.matrix.tolist()],
            "spread": [list(map(_plain, row)) for row in self.spread.tolist()],
            "n_targets": self.n_targets,
            "n_images": self.n_images,
            "undefined": dict(self.undefined),
            "left_out": [list(pair) for pair in self.left_out],
        }

    def save(self, path: str | PathLike[str]) -> None:
        """Write all as .json, or the matrix as .csv, with a row and column a system.

        Raises
        ------
        ValueError
            If `path` ends otherwise.
        """
        ending = Path(path).suffix.lower()
        if ending not in _FORMATS:
            raise ValueError(
                f"path must end in {' or '.join(_FORMATS)}, got {fspath(path)!r}"
            )
        if ending == ".json":
            text = json.dumps(self.to_dict(), indent=1) + "\n"
            Path(path).write_text(text, encoding="utf-8")
            return
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["system", *self.names])
            for name, row in zip(self.names, self.matrix.tolist(), strict=True):
                values = ["" if np.isnan(value) else repr(value) for value in row]
                writer.writerow([name, *values])

    def __str__(self) -> str:
        of = "Spearman's rho" if self.method == "spearman" else "Kendall's tau"
        lines = [
            f"{of}, mean over {self.n_targets:,} of {self.n_images:,} pictures"
            if self.n_targets > 1
            else f"{of} over {self.n_images:,} pictures"
        ]
        wide = max(map(len, self.names))
        numbers = "".join(f"{n:6}" for n in range(1, len(self.names) + 1))
        lines.append(f"{'':{wide + 4}}{numbers}")
        for number, (name, row) in enumerate(
            zip(self.names, self.matrix.tolist(), strict=True), 1
        ):
            values = "".join(f"{_short(value):>6}" for value in row)
            lines.append(f"{number:3} {name:{wide}}{values}")
        lines += [
            f"{n:,} scores of {name} were undefined and left out"
            for name, n in self.undefined.items()
            if n
        ]
        if self.left_out:
            lines.append(f"{len(self.left_out):,} pictures were left out:")
            lines += [f"  {reason}" for _, reason in self.left_out]
        return "\n".join(lines)


def agreement(
    systems: Mapping[str, Any] | Sequence[Any],
    images: str | PathLike[str] | Sequence[Any],
    *,
    targets: int = 20,
    method: str = "spearman",
    size: tuple[int, int] = (64, 64),
    random_state: int | None = 0,
    n_jobs: int = -1,
    progress: bool | None = None,
) -> Agreement:
    """Tell which systems rank pictures alike, and which see something else.

    Of the pictures some are drawn as targets. For each, every system scores all other
    pictures, and each two systems are compared by the correlation of their ranks.

    Parameters
    ----------
    systems : sequence, or mapping of str to system
        At least two. A system is the name of a full-reference metric ("ssim") or else
        of a descriptor of the catalog ("hsv"); a descriptor, also a learned one, which
        is compared by its own metric; or a callable that is given a target, RGB, shape
        (height, width, 3), and a list of other pictures, and gives a score each, higher
        for what is more alike.
    images : str, path, or sequence of paths or arrays
        A folder, with all below it, files, or RGB arrays of uint8. At least three.
    targets : int
        How many pictures are drawn; all, where there are fewer.
    method : {"spearman", "kendall"}
        Which rank correlation; ties get the mean of their ranks.
    size : (int, int)
        Height and width to which pictures are resized, their shape aside, for
        full-reference metrics, which need pictures of one size.
    random_state : int or None
        What the draw of the targets begins with; None for another one each time.
    n_jobs : int
        Threads; -1 takes all cores.
    progress : bool, optional
        Whether to show a bar on standard error; by default on a terminal.

    Returns
    -------
    Agreement
        The mean correlations, and how much they spread over the targets.

    Raises
    ------
    ValueError, TypeError
        If there are fewer than two systems or three readable pictures, or a system is
        none.
    UnknownNameError
        If a name is neither that of a metric nor that of a descriptor.
    NotFittedError
        If a system has learned nothing yet.

    See Also
    --------
    agreement_of : compares scores that are there already.

    Notes
    -----
    Distances are turned, so that two systems that rank alike agree by 1 whichever way
    their values run: "mse" and "psnr" do. The target is the reference of a metric that
    has one. Where a score is undefined, the picture is left out for that target and
    each two systems that this one is part of; a system that scores all alike has no
    correlation for that target. Pictures are made smaller to a longest side of 1,024
    pixels, and held in memory where a system is a callable.

    References
    ----------
    Kendall, "A new measure of rank correlation", Biometrika 30, 1938. Spearman, "The
    proof and measurement of association between two things", American Journal of
    Psychology 15, 1904.

    Examples
    --------
    Four greys; the mean squared error ranks them as the peak signal-to-noise ratio
    does, and a descriptor of hue and saturation sees no difference:

    >>> from cvret.features.color import HSVHistogram
    >>> greys = [np.full((9, 9, 3), level, np.uint8) for level in (0, 10, 40, 90)]
    >>> systems = ["mse", "psnr", HSVHistogram(bins=(4, 2, 1))]
    >>> agreement(systems, greys).matrix.round(6).tolist()
    [[1.0, 1.0, nan], [1.0, 1.0, nan], [nan, nan, nan]]
    """
    check_choice("method", method, METHODS)
    n_targets = check_count("targets", targets)
    check_jobs(n_jobs)
    named = systems_by_name(systems)
    comparing = comparing_of(named, size)
    names, sources, left_out = _sources(images)
    kept, reasons = _take(comparing, names, sources, n_jobs, progress)
    left_out = (*left_out, *reasons)
    n = len(kept[0])
    if n < _LEAST:
        raise ValueError(
            f"images must have at least {_LEAST} pictures that can be compared, got {n}"
            + (f"; the first left out: {left_out[0][1]}" if left_out else "")
        )
    chosen = np.random.default_rng(random_state).permutation(n)[:n_targets]
    found, undefined = [], np.zeros(len(named), np.int64)
    with progress_bar("Comparing", len(chosen), progress) as advance:
        for target in np.sort(chosen).tolist():
            scores: dict[str, Scores] = {}
            for each, of_all in zip(comparing, kept, strict=True):
                scores |= each.score(of_all, target, n_jobs)
            table = np.stack([scores[name] for name in named], axis=1)
            undefined += np.isnan(table).sum(axis=0)
            found.append(_correlations(table, method))
            advance()
    mean, spread = _mean_and_spread(np.array(found))
    counts = dict(zip(named, undefined.tolist(), strict=True))
    return Agreement(
        tuple(named), method, mean, spread, len(chosen), n, counts, left_out
    )


def agreement_of(
    columns: Mapping[str, Any],
    *,
    method: str = "spearman",
    distances: Sequence[str] | None = None,
) -> Agreement:
    """Compare the columns of a table of scores: one target, many systems.

    Parameters
    ----------
    columns : mapping of str to array, shape (n_images,)
        What each system scores the same pictures, in the same order. NaN is undefined.
    method : {"spearman", "kendall"}
        Which rank correlation.
    distances : sequence of str, optional
        Columns in which small is good; by default those named as a full-reference
        metric that is a distance ("mse").

    Returns
    -------
    Agreement
        Of one target; the spread is 0.

    Raises
    ------
    ValueError
        If columns are not at least two, of one length, of at least two scores.
    UnknownNameError
        If `distances` names no column.

    Notes
    -----
    The columns of a `MetricTable`: ``dict(zip(table.metrics, table.values.T))``.

    Examples
    --------
    >>> scores = {"mse": [1.0, 4.0, 9.0], "mine": [0.9, 0.1, 0.5]}
    >>> agreement_of(scores).matrix.tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    check_choice("method", method, METHODS)
    if not isinstance(columns, Mapping) or len(columns) < 2:
        raise ValueError("columns must be a mapping with at least two columns")
    if distances is None:
        distances = [n for n in columns if n in METRICS and is_distance(n)]
    for name in distances:
        if name not in columns:
            raise UnknownNameError(
                f"no column is named {name!r}; there are {', '.join(columns)}"
            )
    arrays = {name: np.asarray(values, np.float64) for name, values in columns.items()}
    shapes = {array.shape for array in arrays.values()}
    shape = next(iter(shapes))
    if len(shapes) > 1 or len(shape) != 1 or shape[0] < 2:
        raise ValueError(
            "columns must be arrays of one length, of at least 2 scores, got shapes "
            f"{', '.join(map(str, sorted(shapes)))}"
        )
    turned = [-a if name in distances else a for name, a in arrays.items()]
    table = np.stack(turned, axis=1)
    mean, spread = _mean_and_spread(_correlations(table, method)[None])
    undefined = np.isnan(table).sum(axis=0).tolist()
    counts = dict(zip(columns, undefined, strict=True))
    return Agreement(tuple(columns), method, mean, spread, 1, len(table), counts)


def _sources(
    images: Any,
) -> tuple[list[str], list[Any], tuple[tuple[str, str], ...]]:
    """Give names and paths or arrays of pictures, and folders that were not read."""
    if isinstance(images, str | PathLike):
        listing = list_images(Path(images))
        return (
            list(listing.ids),
            [Path(images) / i for i in listing.ids],
            (listing.unreadable),
        )
    if not isinstance(images, Sequence | np.ndarray):
        raise TypeError(
            "images must be a folder, or a list of paths or RGB arrays, got "
            f"{type(images).__name__}"
        )
    names = [
        fspath(each) if isinstance(each, str | PathLike) else f"images[{place}]"
        for place, each in enumerate(images)
    ]
    return names, list(images), ()


def _take(
    comparing: Sequence[Comparing],
    names: Sequence[str],
    sources: Sequence[Any],
    n_jobs: int,
    progress: bool | None,
) -> tuple[list[list[NDArray[Any]]], list[tuple[str, str]]]:
    """Read pictures, and give what each system keeps of those that all can compare."""
    kept: list[list[NDArray[Any]]] = [[] for _ in comparing]
    left_out: list[tuple[str, str]] = []
    with progress_bar("Describing", len(sources), progress) as advance:
        work = partial(_taken, comparing)
        pictures = list(zip(names, sources, strict=True))
        found_of = _in_threads(work, pictures, n_jobs)
        for name, taken in zip(names, found_of, strict=True):
            if isinstance(taken, str):
                left_out.append((name, taken))
            else:
                for each, found in zip(kept, taken, strict=True):
                    each.append(found)
            advance()
    return kept, left_out


def _taken(
    comparing: Sequence[Comparing], picture: tuple[str, Any]
) -> list[NDArray[Any]] | str:
    """Give what is kept of a named picture, or why there is nothing."""
    name, source = picture
    with single_thread():
        if isinstance(source, str | PathLike):
            try:
                source = read_image(source, max_side=_MAX_SIDE)
            except ImageError as error:
                return str(error)
        check_image(source)
        image = shrink(source, _MAX_SIDE)
        try:
            return [each.take(image) for each in comparing]
        except ImageError as error:
            return f"{name} cannot be compared: {error}"


def _in_threads(
    work: Callable[[Any], Any], pictures: Sequence[Any], n_jobs: int
) -> Iterator[Any]:
    import joblib  # here, for it is seldom needed

    if n_jobs == 1 or len(pictures) < 2:
        return map(work, pictures)
    parallel = joblib.Parallel(
        n_jobs, prefer="threads", return_as="generator", pre_dispatch="2*n_jobs"
    )
    found: Iterator[Any] = parallel(joblib.delayed(work)(each) for each in pictures)
    return found


def _correlations(table: Scores, method: str) -> Scores:
    """Correlate the ranks of each two columns; NaN are left out for the two."""
    from scipy.stats import rankdata

    known = ~np.isnan(table)
    ranks = rankdata(table, axis=0)
    m = table.shape[1]
    found = np.full((m, m), np.nan)
    for i in range(m):
        for j in range(i + 1):
            both = known[:, i] & known[:, j]
            if both.all():
                one, other = ranks[:, i], ranks[:, j]
            else:
                one, other = (rankdata(table[both, k]) for k in (i, j))
            found[i, j] = found[j, i] = _correlation(one, other, method)
    return found


def _correlation(one: Scores, other: Scores, method: str) -> float:
    """Correlate ranks; NaN where all of one are equal, or there are fewer than two."""
    if len(one) < 2 or one.min() == one.max() or other.min() == other.max():
        return float("nan")
    if method == "kendall":
        from scipy.stats import kendalltau

        return float(kendalltau(one, other).statistic)
    one, other = one - one.mean(), other - other.mean()
    rho = (one @ other) / np.sqrt((one @ one) * (other @ other))
    return float(np.clip(rho, -1, 1))


def _mean_and_spread(found: Scores) -> tuple[Scores, Scores]:
    """Give mean and standard deviation over targets, of those that are defined."""
    known = ~np.isnan(found)
    counts = known.sum(axis=0)
    n = np.where(counts > 0, counts, 1)
    mean = np.where(known, found, 0).sum(axis=0) / n
    squares = np.where(known, (found - mean) ** 2, 0).sum(axis=0) / n
    nothing = counts == 0
    mean[nothing], squares[nothing] = np.nan, np.nan
    return mean, np.sqrt(squares)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value


def _short(value: float) -> str:
    return "-" if np.isnan(value) else f"{round(value, 2) + 0.0:.2f}"  # and no -0.00
