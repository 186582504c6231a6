"""One self-contained HTML page of groups of pictures, one of each marked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvret.plot.page import escaped, framed, thumbnail

__all__ = ["GroupedPicture", "PageGroup", "groups_page"]

_STYLE = """
section.group { padding: 1.25rem 0; }
section.group ol { grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
li.marked { outline: 2px solid var(--yes); }
.mark { color: var(--yes); font-weight: 600; font-size: .85rem; margin-top: .4rem; }
p.facts { margin: 0 0 .75rem; }
"""


@dataclass(frozen=True, eq=False)
class GroupedPicture:
    """One picture of a group as the page shows it.

    Attributes
    ----------
    id : str
        What it is called.
    picture : array of uint8, shape (height, width, 3), or None
        Its pixels; None where the file is gone.
    facts : sequence of str
        Lines below it; plain text.
    mark : str
        Word that marks it; empty for most.
    """

    id: str
    picture: NDArray[np.uint8] | None
    facts: Sequence[str] = ()
    mark: str = ""


@dataclass(frozen=True, eq=False)
class PageGroup:
    """Pictures that belong together, and what is said of them."""

    title: str
    pictures: Sequence[GroupedPicture]
    note: str = ""


def groups_page(title: str, lead: str, groups: Iterable[PageGroup]) -> Iterator[str]:
    """Give an HTML page that needs no other file and no network, piece by piece.

    Parameters
    ----------
    title, lead : str
        Heading, and the paragraph below it; plain text.
    groups : iterable of PageGroup
        In order; each is asked for when the page has come to it.

    Yields
    ------
    str
        HTML, in UTF-8 when it is joined.

    Examples
    --------
    >>> picture = np.zeros((8, 8, 3), np.uint8)
    >>> group = PageGroup("2 pictures", [GroupedPicture("<a>", picture, mark="keep")])
    >>> page = "".join(groups_page("Duplicates", "", [group]))
    >>> "&lt;a&gt;" in page and "<a>" not in page, page.count("<img ")
    (True, 1)
    """
    return framed(title, lead, map(_group, groups), _STYLE)


def _group(group: PageGroup) -> str:
    pictures = "\n".join(_picture(picture) for picture in group.pictures)
    note = f'<p class="facts">{escaped(group.note)}</p>\n' if group.note else ""
    return (
        f'<section class="group">\n<h2>{escaped(group.title)}</h2>\n{note}'
        f"<ol>\n{pictures}\n</ol>\n</section>"
    )


def _picture(one: GroupedPicture) -> str:
    shown = (
        '<div class="none">cannot be shown</div>'
        if one.picture is None
        else f'<img src="{thumbnail(one.picture)}" alt="{escaped(one.id)}" '
        'loading="lazy">'
    )
    mark = f'<div class="mark">{escaped(one.mark)}</div>' if one.mark else ""
    facts = "<br>".join(map(escaped, one.facts))
    kind = ' class="marked"' if one.mark else ""
    return (
        f'<li{kind}>{shown}{mark}<div class="name">{escaped(one.id)}</div>'
        f'<div class="facts">{facts}</div></li>'
    )
