"""The rows of a table in a text file, whichever program saved it."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Row", "Table", "read_table"]

_DELIMITERS = (",", ";", "\t", "|")


class Row(NamedTuple):
    """One row: the cells that are not empty, by column, and the line it ends in."""

    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    comments : tuple of str
        Lines that begin with '#' before the header.
    columns : tuple of str
        Names of the header, in lower case, with '_' for blanks.
    rows : iterator of Row
        In order; those without any character are left out.
    delimiter : str
        What separates cells.
    """

    comments: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Iterator[Row]
    delimiter: str


def read_table(path: Path, wanted: Sequence[str]) -> Table:
    """Read a table with a header; cells may be separated by , ; | or tabs.

    Parameters
    ----------
    path : Path
        The file. It is UTF-8, with or without a byte order mark, or UTF-16 with one;
        bytes that are not UTF-8 are Windows' cp1252, and Latin-1 where that has no
        character for them.
    wanted : sequence of str
        Columns by which the separator is known: that with which the header has most.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not text, or, as rows are taken, one has more cells than the
        header, or a quote has no end; with the number of the line.
    """
    stream = io.StringIO(_decoded(path), newline="")
    comments: list[str] = []
    n_lines = 0
    header = ""
    for line in stream:
        n_lines += 1
        header = line.strip("\r\n")
        if header.startswith("#"):
            comments.append(header)
        elif header.strip(" ,;\t|"):
            break
        header = ""
    delimiter = max(
        _DELIMITERS, key=lambda each: len({*wanted} & {*_columns(header, each)})
    )
    columns = _columns(header, delimiter)
    repeated = {name for name in columns if name and columns.count(name) > 1}
    if repeated:
        raise ValueError(
            f"{path}, line {n_lines}: the column {min(repeated)} is there twice"
        )
    rows = _rows(path, stream, columns, delimiter, n_lines)
    return Table(tuple(comments), columns, rows, delimiter)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise ValueError(f"{path} is not a table of text; save it as CSV in UTF-8")


def _columns(header: str, delimiter: str) -> tuple[str, ...]:
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return ()
    return tuple("_".join(name.lower().split()) for name in names)


def _rows(
    path: Path,
    stream: io.StringIO,
    columns: Sequence[str],
    delimiter: str,
    n_before: int,
) -> Iterator[Row]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ValueError(
                f"{path}, line {n_before + reader.line_num}: {error}; a name with "
                'quotes must stand in quotes, with each of its own doubled: """'
            ) from error
        if cells is None:
            return
        line = n_before + reader.line_num
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise ValueError(
                f"{path}, line {line}: has {len(cells)} cells, and the header "
                f"{len(columns)}; put names that hold {delimiter!r} in quotes"
            )
        named = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
        if named:
            yield Row(line, named)
