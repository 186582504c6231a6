"""A query and its first results, right ones and wrong ones marked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cvret.evaluation.page.numbers import value
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.tables import breakable
from cvret.evaluation.report import Result
from cvret.plot.page import escaped

__all__ = ["Answer", "asked"]

_MARKS = {
    True: (
        "right",
        '<circle cx="7" cy="7" r="4.8" fill="none" stroke="currentColor" '
        'stroke-width="2.4"/>',
    ),
    False: (
        "wrong",
        '<path d="M2.5 2.5l9 9m0-9l-9 9" stroke="currentColor" stroke-width="2.6"/>',
    ),
}


class Answer(NamedTuple):
    """What a system answered.

    Attributes
    ----------
    said : str
        What is said of it; plain text.
    results : sequence of Result
        The first of them.
    files : mapping of str to str
        Where their pictures lie, by id.
    """

    said: str
    results: Sequence[Result]
    files: Mapping[str, str]


def asked(
    pictures: Pictures,
    query: str,
    file: str | None,
    answers: Mapping[str, Answer],
    *,
    note: str = "",
    marked: bool = True,
) -> str:
    """Show a query at the left, and what each system answered at the right.

    Parameters
    ----------
    pictures : Pictures
        Of the page.
    query : str
        Its name.
    file : str or None
        Where its picture lies.
    answers : mapping of str to Answer
        By the name of the system.
    note : str
        Below the query; plain text.
    marked : bool
        Whether right and wrong are shown.
    """
    each = "\n".join(
        f'<div><p class="answer">{escaped(name)}<span> {escaped(answer.said)}</span>'
        f"</p>{_tiles(pictures, name, answer, marked)}</div>"
        for name, answer in answers.items()
    )
    below = f'<div class="facts">{escaped(note)}</div>' if note else ""
    return (
        f'<div class="asked"><div class="query">'
        f"{pictures.show(file, f'Query {query}')}"
        f'<div><div class="name">{breakable(query)}</div>{below}</div></div>\n'
        f'<div class="answers">{each}</div></div>'
    )


def _tiles(pictures: Pictures, name: str, answer: Answer, marked: bool) -> str:
    tiles = []
    for place, result in enumerate(answer.results, 1):
        word, drawing = _MARKS[bool(result.right)] if marked else ("", "")
        said = f"{word}: {result.id}" if word else result.id
        of = f" of {name}" if name else ""
        file = answer.files.get(result.id)
        mark = (
            f'<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">'
            f"{drawing}</svg>{word}"
            if word
            else "score"
        )
        tiles.append(
            f"<li>{pictures.show(file, f'Result {place}{of}, {said}')}"
            f'<div class="verdict {word or "plain"}">{mark}'
            f"<span>{value(result.score)}</span></div>"
            f'<div class="name">{place}.&nbsp;{breakable(result.id)}</div></li>'
        )
    return f'<ol class="tiles">{"".join(tiles)}</ol>' if tiles else ""
