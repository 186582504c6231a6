"""Ground truth from a table of pairs, and back."""

import contextlib
import csv
import io
import json
import math
import os
from collections import defaultdict
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from cvret.evaluation.truth.ground_truth import GroundTruth, Region
from cvret.evaluation.truth.rows import Row, Table, read_table

__all__ = ["from_csv", "write_csv"]

_BOX = ("x", "y", "width", "height")
_COLUMNS = (
    *("query", "relevant", "image", "judgement", "grade", "class", "query_class"),
    *("file", *_BOX),
)
_ABOUT = ("class", "query_class", "file")
_JUDGEMENTS = ("relevant", "ignored", "distractor", "none")
_SETTINGS = "#cvret "  # before what a table has no place for, as JSON


def from_csv(
    path: str | PathLike[str], *, root: str | PathLike[str] | None = None
) -> GroundTruth:
    """Read a table with the columns ``query`` and ``relevant``, one pair a row.

    Parameters
    ----------
    path : str or path
        A text file with a header. A query with several relevant images has several
        rows.
    root : str or path, optional
        The folder that queries are relative to; by default that of the file.

    Returns
    -------
    GroundTruth
        Queries in the order in which they come first.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a column is missing, there are no rows, or a row is wrong or contradicts
        another one; with the number of the line.

    Notes
    -----
    Further columns may be there, in any order, and each of their cells may be empty:

    ``judgement``
        What the image is: ``relevant``, also where the cell is empty; ``ignored``,
        neither right nor wrong; ``distractor``, relevant to nothing, where the query
        is empty; or ``none``, for a row that only says something of a query or an
        image. The column ``relevant`` may then be called ``image``.
    ``grade``
        How much a relevant image is worth, above 0.
    ``class``, ``query_class``
        Of the image and of the query.
    ``file``
        The file of a query that is not named by it.
    ``x``, ``y``, ``width``, ``height``
        The part of the picture that the query asks with, in pixels.

    Other columns are left alone. Cells are separated by commas, semicolons, tabs or
    ``|``, whichever the header has; without commas there, numbers may have a decimal
    comma. The file is UTF-8, or UTF-16 with a byte order mark; what is not UTF-8 is
    read as Windows' cp1252, and as Latin-1 where that fails. Blanks around names are
    dropped, and a backslash in a name is taken for a slash. A pair that is there twice
    counts once, and is told in `notes`; blank lines, and lines with '#' before the
    header, count not at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as work:
    ...     path = Path(work) / "truth.csv"
    ...     _ = path.write_text("query,relevant\\nphoto.jpg,cover.jpg\\n")
    ...     dict(from_csv(path).relevant)
    {'photo.jpg': frozenset({'cover.jpg'})}
    """
    path = Path(path)
    table = read_table(path, _COLUMNS)
    settings = _settings_of(path, table.comments)
    gathered = _Gathered(
        path, _check_columns(path, table), settings.pop("exact", False)
    )
    decimal_comma = table.delimiter != ","
    for row in table.rows:
        gathered.take(row, decimal_comma)
    if not gathered.relevant:
        raise ValueError(f"{path} has no rows with a query")
    beside = path.parent
    if "root" in settings:
        beside = Path(os.path.realpath(beside), settings.pop("root"))
    return GroundTruth(
        Path(root) if root is not None else Path(os.path.normpath(beside)),
        {query: frozenset(images) for query, images in gathered.relevant.items()},
        files=gathered.files,
        ignored={
            query: frozenset(ids) for query, ids in gathered.ignored.items() if ids
        },
        grades={query: each for query, each in gathered.grades.items() if each},
        regions=gathered.regions,
        classes=gathered.classes,
        query_classes=gathered.query_classes,
        distractors=frozenset(gathered.distractors),
        notes=gathered.notes(),
        **settings,
    )


def _check_columns(path: Path, table: Table) -> str:
    """Give the column of images, or raise unless the table has one, and queries."""
    image = "image" if "image" in table.columns else "relevant"
    if {"image", "relevant"} <= set(table.columns):
        raise ValueError(f"{path} must have the column relevant or image, it has both")
    missing = {"query", image} - set(table.columns)
    if missing:
        raise ValueError(
            f"{path} must have the columns query and relevant, it lacks "
            f"{' and '.join(sorted(missing))}"
        )
    return image


def _settings_of(path: Path, comments: tuple[str, ...]) -> dict[str, Any]:
    """Give what `write_csv` has put before the header."""
    for comment in comments:
        if comment.startswith(_SETTINGS):
            try:
                settings = dict(json.loads(comment.removeprefix(_SETTINGS)))
                known = {
                    "exact": bool(settings.get("exact", False)),
                    "root": str(settings.get("root", ".")),
                    "counts_itself": bool(settings.get("counts_itself", False)),
                    "metrics": tuple(map(str, settings.get("metrics", ()))),
                    "name": str(settings.get("name", "")),
                }
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"{path}: the line that begins with {_SETTINGS.strip()} is "
                    "damaged; delete it, or save the ground truth again"
                ) from error
            return {key: value for key, value in known.items() if key in settings}
    return {}


class _Gathered:
    """What the rows have said so far."""

    def __init__(self, path: Path, image_column: str, exact: bool):
        self.relevant: dict[str, set[str]] = {}
        self.ignored: dict[str, set[str]] = defaultdict(set)
        self.grades: dict[str, dict[str, float]] = defaultdict(dict)
        self.regions: dict[str, Region] = {}
        self.classes: dict[str, str] = {}
        self.query_classes: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.distractors: set[str] = set()
        self._repeated: list[str] = []
        self._path, self._image_column, self._exact = path, image_column, exact

    def take(self, row: Row, decimal_comma: bool) -> None:
        """Add a row, or raise if it is wrong or contradicts another one."""
        cells = self._clean(row.cells)
        if not cells:
            return
        try:
            self._take(row.line, cells, decimal_comma)
        except ValueError as error:
            raise ValueError(f"{self._path}, line {row.line}: {error}") from error

    def _clean(self, cells: dict[str, str]) -> dict[str, str]:
        if not self._exact:
            cells = {column: cell.strip() for column, cell in cells.items()}
            for column in ("query", "file", self._image_column):
                if column in cells:
                    cells[column] = cells[column].replace("\\", "/")
        return {column: cell for column, cell in cells.items() if cell}

    def notes(self) -> tuple[str, ...]:
        """Count and name the pairs that are there twice."""
        n = len(self._repeated)
        if not n:
            return ()
        named = ", ".join(self._repeated[:3]) + f" and {n - 3:,} more" * (n > 3)
        rows = "1 row has a pair" if n == 1 else f"{n:,} rows have pairs"
        count = "counts" if n == 1 else "count"
        return (f"{rows} that {self._path.name} had before, and {count} once: {named}",)

    def _take(self, line: int, cells: dict[str, str], decimal_comma: bool) -> None:
        query, image = cells.get("query"), cells.get(self._image_column)
        judgement = _judgement_of(cells, query, image, self._image_column)
        if query is not None:
            self.relevant.setdefault(query, set())
            _note(self.query_classes, query, cells.get("query_class"), "the class")
            _note(self.files, query, cells.get("file"), "the file")
            region = _region_of(cells, decimal_comma)
            _note(self.regions, query, region, "the region")
        if image is not None:
            _note(self.classes, image, cells.get("class"), "the class")
        if judgement == "distractor" and image is not None:
            self.distractors.add(image)
        if query is not None and image is not None:
            if image in self.relevant[query] or image in self.ignored[query]:
                self._repeated.append(f"line {line} ({query}, {image})")
            self._judge(query, image, judgement)
            if "grade" in cells:
                if judgement != "relevant":
                    raise ValueError("only an image that is relevant has a grade")
                grade = _number("grade", cells["grade"], decimal_comma)
                if grade <= 0:
                    raise ValueError(f"grade must be above 0, got {cells['grade']}")
                _note(self.grades[query], image, grade, "the grade")

    def _judge(self, query: str, image: str, judgement: str) -> None:
        both = {"relevant": self.relevant[query], "ignored": self.ignored[query]}
        for name, images in both.items():
            if name == judgement:
                images.add(image)
            elif image in images:
                raise ValueError(
                    f"{image!r} is {judgement} to {query!r} here, and {name} before"
                )


def _judgement_of(
    cells: dict[str, str], query: str | None, image: str | None, column: str
) -> str:
    judgement = cells.get("judgement", "relevant").lower()
    if judgement not in _JUDGEMENTS:
        raise ValueError(
            f"judgement must be {', '.join(_JUDGEMENTS[:-1])} or {_JUDGEMENTS[-1]}, "
            f"got {judgement!r}"
        )
    if judgement in ("relevant", "ignored") and (query is None or image is None):
        raise ValueError(f"query and {column} must both be given")
    if judgement == "distractor" and (query is not None or image is None):
        raise ValueError(
            f"a distractor has no query: it needs {column}, and an empty query"
        )
    if judgement == "none" and query is not None and image is not None:
        raise ValueError(
            "with the judgement none there is a query or an image, not both"
        )
    return judgement


def _note(table: dict[str, Any], key: str, value: Any, what: str) -> None:
    """Keep a value, or raise if another one is there."""
    if value is not None and table.setdefault(key, value) != value:
        raise ValueError(f"{what} of {key!r} is {value} here, and {table[key]} before")


def _region_of(cells: dict[str, str], decimal_comma: bool) -> Region | None:
    given = [name for name in _BOX if name in cells]
    if not given:
        return None
    if len(given) < len(_BOX):
        raise ValueError(f"{', '.join(_BOX)} must all be given, or none")
    x, y, width, height = (_number(name, cells[name], decimal_comma) for name in _BOX)
    if width <= 0 or height <= 0:
        raise ValueError(f"width and height must be above 0, got {width} x {height}")
    return x, y, width, height


def _number(name: str, cell: str, decimal_comma: bool) -> float:
    try:
        number = float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a number, got {cell!r}")
    return number


def write_csv(truth: GroundTruth, path: Path) -> Path:
    """Write what `from_csv` reads back to an equal ground truth."""
    if path.suffix.lower() != ".csv":
        raise ValueError(f"path must end in .csv, got {path.name!r}")
    if not truth.relevant:
        raise ValueError("a ground truth without queries cannot be saved")
    rows = list(_rows_of(truth))
    for row in rows:
        empty = [name for name, cell in row.items() if cell == "" and name in _ABOUT]
        if empty:
            raise ValueError(f"{empty[0]} must not be empty to be saved, in {row}")
    used = {column for row in rows for column in row}
    if "judgement" in used:
        for row in rows:
            row["image"] = row.pop("relevant", "")
        used = used - {"relevant"} | {"image"}
    text = io.StringIO(newline="")
    settings = _settings_to_write(truth, path, rows)
    if settings:
        text.write(_SETTINGS + json.dumps(settings) + "\r\n")
    columns = [column for column in _COLUMNS if column in used]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        content = text.getvalue().encode("utf-8")
    except UnicodeEncodeError as error:
        name = ascii(error.object[max(0, error.start - 20) : error.end])
        raise ValueError(
            f"a name has no form in UTF-8, near {name}; rename that file"
        ) from error
    path.write_bytes(content)
    return path


def _settings_to_write(
    truth: GroundTruth, path: Path, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Give what the rows cannot say."""
    settings: dict[str, Any] = {}
    root, beside = os.path.realpath(truth.root), os.path.realpath(path.parent)
    if root != beside:
        with contextlib.suppress(ValueError):  # on another drive
            root = os.path.relpath(root, beside)
        settings["root"] = Path(root).as_posix()
    if truth.counts_itself:
        settings["counts_itself"] = True
    if truth.metrics:
        settings["metrics"] = list(truth.metrics)
    if truth.name:
        settings["name"] = truth.name
    names = (cell for row in rows for cell in row.values() if isinstance(cell, str))
    if any(name != name.strip() or "\\" in name for name in names):
        settings["exact"] = True
    return settings


def _rows_of(truth: GroundTruth) -> Iterator[dict[str, Any]]:
    """Give a row a pair, then what is said of images that are in none."""
    seen: set[str] = set()
    for query, relevant in truth.relevant.items():
        about = _about_query(truth, query)
        ignored = truth.ignored.get(query, frozenset())
        grades = truth.grades.get(query, {})
        for image in sorted(relevant):
            row = about | {"relevant": image} | _class_of(truth, image)
            yield row | ({"grade": grades[image]} if image in grades else {})
        for image in sorted(ignored):
            row = about | {"relevant": image} | _class_of(truth, image)
            yield row | {"judgement": "ignored"}
        if not relevant and not ignored:
            yield about | {"relevant": "", "judgement": "none"}
        seen |= relevant | ignored
    for image in sorted(truth.distractors):
        row = {"query": "", "relevant": image} | _class_of(truth, image)
        yield row | {"judgement": "distractor"}
    for image in sorted(set(truth.classes) - seen - truth.distractors):
        row = {"query": "", "relevant": image} | _class_of(truth, image)
        yield row | {"judgement": "none"}


def _about_query(truth: GroundTruth, query: str) -> dict[str, Any]:
    row: dict[str, Any] = {"query": query}
    if query in truth.query_classes:
        row["query_class"] = truth.query_classes[query]
    if query in truth.files:
        row["file"] = truth.files[query]
    if query in truth.regions:
        row |= dict(zip(_BOX, truth.regions[query], strict=True))
    return row


def _class_of(truth: GroundTruth, image: str) -> dict[str, str]:
    return {"class": truth.classes[image]} if image in truth.classes else {}
