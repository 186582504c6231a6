"""A page of queries, each with its first results, right ones and wrong ones marked."""

from collections.abc import Mapping, Sequence

from cvret.evaluation.page.answers import Answer, asked
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.style import STYLE
from cvret.evaluation.report import Result
from cvret.plot.page import escaped, framed

__all__ = ["sheets_page"]


def sheets_page(
    title: str,
    lead: str,
    answers: Mapping[str, Sequence[Result]],
    files: Mapping[str, str],
    query_files: Mapping[str, str],
    *,
    marked: bool = True,
) -> str:
    """Give an HTML page of contact sheets, that needs no other file and no network.

    Parameters
    ----------
    title, lead : str
        Heading, and the paragraph below it; plain text.
    answers : mapping of str to sequence of Result
        The results of each query, by its name.
    files, query_files : mapping of str to str
        Where the pictures of results lie, by id, and those of queries, by name.
    marked : bool
        Whether right and wrong are shown; not where nothing is known of them.

    Examples
    --------
    >>> answers = {"q.jpg": [Result("a.jpg", 0.9, True), Result("b.jpg", 0.2, False)]}
    >>> "1 of 2 right" in sheets_page("Sheets", "", answers, {}, {})
    True
    """
    pictures = Pictures()
    bodies = []
    for query, results in answers.items():
        n_right = sum(result.right for result in results)
        said = f"{n_right} of {len(results)} right" if results and marked else ""
        answer = Answer(said or _unmarked(results), results, files)
        sheet = asked(
            pictures, query, query_files.get(query), {"": answer}, marked=marked
        )
        bodies.append(f"<section><h2>{escaped(query)}</h2>{sheet}</section>")
    return "".join(framed(title, lead, [*bodies, pictures.definitions()], STYLE))


def _unmarked(results: Sequence[Result]) -> str:
    return "Results, best first" if results else "No results"
