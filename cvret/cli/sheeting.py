"""cvret sheet: contact sheets, a query and its results with right and wrong marked."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import click

from cvret.cli.asking import by_option, plain_option
from cvret.cli.options import PARTLY_DONE, check_file, parse_weights, say

__all__ = ["sheet"]

_ONE = (".png", ".svg")  # what holds one sheet
_MANY = (".pdf", ".html")


class _Query(NamedTuple):
    """What is asked, and what is known of the right answer."""

    name: str
    file: Path
    relevant: Collection[str] | None = None
    ignored: frozenset[str] = frozenset()
    region: tuple[float, float, float, float] | None = None
    counts_itself: bool = False


class _Sheet(NamedTuple):
    query: _Query
    ranking: Any


@click.command()
@click.argument("index", type=click.Path())
@click.argument("queries", nargs=-1, metavar="[QUERY]...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(),
    help="One sheet: .png or .svg. One or more: .pdf, .html, or a folder for a .png "
    "each.",
)
@click.option(
    "--truth",
    metavar="KIND:PATH",
    help="What is right, such as folders:photos/; without QUERY its queries are asked.",
)
@click.option(
    "--relevant",
    multiple=True,
    metavar="IMAGE",
    help="A right result, by id or file, of the one query. May be repeated.",
)
@click.option("-k", default=10, show_default=True, help="How many results.")
@click.option(
    "-n",
    "--sheets",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Of a truth without QUERY: how many of its queries, evenly spread.",
)
@by_option
@plain_option
def sheet(
    index: str,
    queries: tuple[str, ...],
    output: str,
    truth: str | None,
    relevant: tuple[str, ...],
    k: int,
    sheets: int,
    by: str | None,
    no_rerank: bool,
) -> int:
    """Lay out a query and its first results, right ones with o, wrong ones with x.

    The picture itself is no result, where it is in the index. Without --truth and
    --relevant there are no marks.

    \b
    Examples:
      cvret sheet photos.cvret query.jpg -o sheet.png --relevant a.jpg --relevant b.jpg
      cvret sheet photos.cvret --truth folders:photos/ -o sheets.pdf
    """
    from cvret.collection.index import Index

    opened = Index.open(index)
    if truth:
        if relevant:
            raise click.BadParameter("--truth and --relevant exclude one another")
        asked = _asked_of(truth, queries, sheets)
    else:
        asked = _asked(opened, queries, relevant)
    _check_output(output, len(asked))
    rerank: list[Any] | None = [] if no_rerank else None
    wanted = {"by": parse_weights(by), "rerank": rerank}
    found = list(_searched(opened, asked, k, wanted))
    if not found:
        raise ValueError("none of the queries could be read")
    _write(output, opened, found)
    return PARTLY_DONE if len(found) < len(asked) else 0


def _asked(index: Any, queries: Sequence[str], relevant: Sequence[str]) -> list[_Query]:
    """Give queries by their files, and what is relevant to the only one."""
    if not queries:
        raise click.UsageError("name a QUERY, or give --truth")
    if relevant and len(queries) > 1:
        raise click.BadParameter(
            "--relevant is for one query; for several give --truth"
        )
    right = frozenset(map(index.id_of, relevant)) if relevant else None
    return [_Query(query, Path(query), right) for query in queries]


def _asked_of(text: str, queries: Sequence[str], n: int) -> list[_Query]:
    """Give queries of a ground truth: those named, or `n` evenly spread."""
    from cvret.errors import UnknownNameError
    from cvret.evaluation.truth import from_text

    truth = from_text(text)
    names = list(truth.relevant)
    if not queries:
        step = max(len(names) / n, 1)
        chosen = [names[int(place * step)] for place in range(min(n, len(names)))]
    else:
        by_file = {truth.file_of(name).absolute(): name for name in names}
        chosen = []
        for query in queries:
            name = (
                query
                if query in truth.relevant
                else by_file.get(Path(query).absolute())
            )
            if name is None:
                raise UnknownNameError(
                    f"{text} has no query {query!r}; its first is {names[0]!r}"
                )
            chosen.append(name)
    return [
        _Query(
            name,
            truth.file_of(name),
            truth.relevant[name],
            truth.ignored.get(name, frozenset()),
            truth.regions.get(name),
            truth.counts_itself,
        )
        for name in chosen
    ]


def _check_output(output: str, n: int) -> None:
    """Raise before anything is searched unless so many sheets can be written there."""
    from cvret._optional import import_extra

    ending = Path(output).suffix.lower()
    if ending and not Path(output).is_dir():
        check_file("-o", output, (*_ONE, *_MANY))
        if n > 1 and ending in _ONE:
            raise click.BadParameter(
                f"-o {output} holds one sheet, and there are {n:,}; name a .pdf, an "
                ".html, or a folder"
            )
    if ending != ".html":
        import_extra("matplotlib", extra="plot", needed_by="a contact sheet")


def _searched(
    index: Any, asked: Sequence[_Query], k: int, wanted: dict[str, Any]
) -> Iterator[_Sheet]:
    """Ask each query; one of several that cannot be read is told, and left out."""
    from cvret.errors import ImageError
    from cvret.records import Ranking

    for query in asked:
        out = set(query.ignored)
        if not query.counts_itself:
            out.add(index.id_of(query.file))
        try:
            ranking = index.search(
                query.file, k + len(out), region=query.region, **wanted
            )
        except ImageError as error:
            if len(asked) == 1:
                raise
            say(f"cvret: {error}")
            continue
        kept = [place for place, id_ in enumerate(ranking.ids) if id_ not in out][:k]
        ids = tuple(ranking.ids[place] for place in kept)
        yield _Sheet(query, Ranking(ids, ranking.scores[kept]))


def _write(output: str, index: Any, found: Sequence[_Sheet]) -> None:
    """Write sheets into a file, or a folder of files."""
    path = Path(output)
    ending = "" if path.is_dir() else path.suffix.lower()
    if ending == ".html":
        path.write_text(_page(index, found), encoding="utf-8")
    elif ending == ".pdf":
        from matplotlib.backends.backend_pdf import PdfPages

        with PdfPages(path) as pages:
            for each in found:
                pages.savefig(_figure(index, each))
    elif ending:
        _figure(index, found[0]).savefig(path)
    else:
        path.mkdir(exist_ok=True)
        for number, each in enumerate(found, 1):
            stem = _file_stem(each.query.name)
            _figure(index, each).savefig(path / f"{number:04d}-{stem}.png")
    say(f"{output} written")


def _file_stem(name: str) -> str:
    """Give the end of a name as letters that every system has in files."""
    stem = Path(name).stem[:60]
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in stem)


def _figure(index: Any, each: _Sheet) -> Any:
    from cvret.plot import contact_sheet

    files = _files_of(index, each)
    return contact_sheet(
        each.query.file, each.ranking, relevant=each.query.relevant, files=files
    )


def _files_of(index: Any, each: _Sheet) -> dict[str, str]:
    """Give where the results lie; nothing where the index came without its roots."""
    files = {}
    for id_ in each.ranking.ids:
        with suppress(FileNotFoundError):
            files[id_] = str(index.file_of(id_))
    return files


def _page(index: Any, found: Sequence[_Sheet]) -> str:
    from cvret.evaluation.page import sheets_page
    from cvret.evaluation.report import Result

    answers: dict[str, list[Result]] = {}
    files: dict[str, str] = {}
    for each in found:
        query, ranking = each
        files |= _files_of(index, each)
        answers[query.name] = [
            Result(id_, float(score), id_ in (query.relevant or ()))
            for id_, score in zip(ranking.ids, ranking.scores, strict=True)
        ]
    lead = f"{len(found):,} queries among {len(index):,} images."
    marked = found[0].query.relevant is not None
    query_files = {each.query.name: str(each.query.file) for each in found}
    return sheets_page(
        "Contact sheets", lead, answers, files, query_files, marked=marked
    )
