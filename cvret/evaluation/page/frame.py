"""What every page of an evaluation has: a sentence, warnings, and sections."""

from collections.abc import Mapping, Sequence

from cvret.evaluation.page.methods import warnings_box
from cvret.evaluation.page.numbers import unbroken
from cvret.evaluation.page.pictures import Pictures
from cvret.evaluation.page.style import STYLE
from cvret.evaluation.page.tables import section
from cvret.plot.page import escaped, framed

__all__ = ["evaluation_page"]


def evaluation_page(
    title: str,
    lead: str,
    sentence: str,
    warnings: Sequence[str],
    parts: Mapping[str, tuple[str, str]],
    pictures: Pictures | None,
) -> str:
    """Give a page: what may be claimed stands first, and what one must know.

    Parameters
    ----------
    title, lead, sentence : str
        Plain text.
    warnings : sequence of str
        Plain text.
    parts : mapping of str to (str, str)
        Title and HTML of each section, by the name that links have; one without HTML
        is left out.
    pictures : Pictures or None
        Those that the sections show.
    """
    shown = {name: part for name, part in parts.items() if part[1]}
    links = "".join(
        f'<a href="#{name}">{escaped(each)}</a>' for name, (each, _) in shown.items()
    )
    bodies = [
        f'<p class="sentence">{escaped(unbroken(sentence))}</p>',
        warnings_box(warnings),
        *(section(name, each, body) for name, (each, body) in shown.items()),
        "" if pictures is None else pictures.definitions(),
    ]
    nav = f'<nav aria-label="On this page">{links}</nav>\n'
    return "".join(framed(title, lead, bodies, STYLE, nav))
