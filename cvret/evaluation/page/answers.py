"""A query and its first results, right ones and wrong ones marked."""

from collections.abc import Mapping, Sequence

from cvret.evaluation.page.numbers import value
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.report import Result
from cvret.plot.page import escaped

__all__ = ["asked"]

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


def asked(
    pictures: Pictures,
    query: str,
    note: str,
    answers: Mapping[str, tuple[str, Sequence[Result]]],
    *,
    marked: bool = True,
) -> str:
    """Show a query at the left, and what each system answered at the right.

    Parameters
    ----------
    pictures : Pictures
        Of the page.
    query : str
        Its name.
    note : str
        Below it; plain text.
    answers : mapping of str to (str, sequence of Result)
        By the name of the system: what is said of the answer, and its first results.
    marked : bool
        Whether right and wrong are shown.
    """
    rows = "\n".join(
        f'<p class="answer">{escaped(name)}<span> {escaped(said)}</span></p>\n'
        f'<ol class="tiles">{_tiles(pictures, name, results, marked)}</ol>'
        if results
        else f'<p class="answer">{escaped(name)}<span> {escaped(said)}</span></p>'
        for name, (said, results) in answers.items()
    )
    below = f'<div class="facts">{escaped(note)}</div>' if note else ""
    return (
        f'<div class="asked"><div class="query">'
        f"{pictures.show(query, f'Query {query}')}"
        f'<div><div class="name">{breakable(query)}</div>{below}</div></div>\n'
        f"<div>{rows}</div></div>"
    )


def breakable(name: str) -> str:
    """Give a name as HTML that breaks first where a folder ends."""
    return escaped(name).replace("/", "/<wbr>")


def _tiles(
    pictures: Pictures, name: str, results: Sequence[Result], marked: bool
) -> str:
    tiles = []
    for place, result in enumerate(results, 1):
        word, drawing = _MARKS[bool(result.right)] if marked else ("", "")
        said = f"{word}: {result.id}" if word else result.id
        of = f" of {name}" if name else ""
        mark = (
            f'<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">'
            f"{drawing}</svg>{word}"
            if word
            else "score"
        )
        tiles.append(
            f"<li>{pictures.show(result.id, f'Result {place}{of}, {said}')}"
            f'<div class="verdict {word or "plain"}">{mark}'
            f"<span>{value(result.score)}</span></div>"
            f'<div class="name">{place}.&nbsp;{breakable(result.id)}</div></li>'
        )
    return "".join(tiles)
