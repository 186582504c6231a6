"""One self-contained HTML page of queries and results, with matches drawn."""

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PageHit",
    "PageSection",
    "escaped",
    "framed",
    "results_page",
    "themed",
    "thumbnail",
]

_THUMBNAIL = 220
_QUALITY = 82

_LIGHT = """--ink: #1c1e21; --soft: #5d636b; --line: #d9dce1; --paper: #fff;
  --card: #f6f7f9; --yes: #0b6e4f; --accent: #0b5cad;"""
_DARK = """--ink: #eceef1; --soft: #a4abb5; --line: #3a3f47; --paper: #15171a;
  --card: #1f2226; --yes: #5fd0a5; --accent: #7db7f0;"""

_STYLE = """
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 78rem; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
p.lead { margin: 0 0 2rem; color: var(--soft); max-width: 46rem; }
section { border-top: 1px solid var(--line); padding: 1.5rem 0; }
.row { display: grid; grid-template-columns: 13rem 1fr; gap: 1.5rem; }
@media (max-width: 44rem) { .row { grid-template-columns: 1fr; } }
.query img { width: 100%; max-width: 18rem; border-radius: .4rem;
  outline: 3px solid var(--accent); outline-offset: 2px; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
ol li { background: var(--card); border-radius: .5rem; padding: .5rem;
  display: flex; flex-direction: column; }
ol img, ol .none { width: 100%; height: 8.5rem; object-fit: contain; }
ol .none { display: grid; place-items: center; color: var(--soft); font-size: .85rem; }
.name { font-size: .85rem; overflow-wrap: anywhere; margin-top: .4rem; }
.facts { font-size: .85rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.facts b { color: var(--yes); }
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--accent); }
figure { margin: 1rem 0; }
figure img { max-width: 100%; border-radius: .4rem; }
figcaption { font-size: .9rem; color: var(--soft); overflow-wrap: anywhere; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1.25rem; top: .5rem; padding: .5rem 1rem; color: var(--accent);
  background: var(--card); border-radius: .4rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-bottom: 2rem;
  font-size: .9rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  h1, h2, h3, h4 { break-after: avoid; }
  li, figure { break-inside: avoid; }
}
"""


@dataclass(frozen=True, eq=False)
class PageHit:
    """One result as the page shows it.

    Attributes
    ----------
    id, score, inliers
        As in `cvret.Hit`.
    picture : array of uint8 or None
        Its pixels; None where the file is gone.
    matches : array of uint8 or None
        The drawing of its matches with the query.
    verified : bool
        Whether geometry confirmed it.
    """

    id: str
    score: float
    inliers: int | None
    picture: NDArray[np.uint8] | None
    matches: NDArray[np.uint8] | None = None
    verified: bool = False


@dataclass(frozen=True, eq=False)
class PageSection:
    """One query and its results."""

    query: str
    picture: NDArray[np.uint8]
    hits: Sequence[PageHit]
    note: str = ""


def results_page(title: str, lead: str, sections: Sequence[PageSection]) -> str:
    """Give an HTML page that needs no other file and no network.

    Parameters
    ----------
    title, lead : str
        Heading, and the paragraph below it; plain text.
    sections : sequence of PageSection
        Queries, in order.

    Returns
    -------
    str
        HTML, in UTF-8.

    Examples
    --------
    >>> picture = np.zeros((8, 8, 3), np.uint8)
    >>> page = results_page("Results", "", [PageSection("<q>", picture, [])])
    >>> "&lt;q&gt;" in page and "<q>" not in page
    True
    """
    return "".join(framed(title, lead, map(_section, sections)))


def themed(light: str, dark: str) -> str:
    """Give CSS that sets colors in the light, in the dark, and on paper.

    Parameters
    ----------
    light, dark : str
        CSS declarations of custom properties.
    """
    return (
        f":root {{ {light} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n"
    )


def framed(
    title: str, lead: str, bodies: Iterable[str], style: str = "", nav: str = ""
) -> Iterator[str]:
    """Give a page piece by piece: heading, paragraph, and what is put below.

    Parameters
    ----------
    title, lead : str
        Plain text.
    bodies : iterable of str
        HTML.
    style : str
        CSS beside that of every page.
    nav : str
        HTML of links to parts of a long page; a link over it comes with it.
    """
    skip = '<a class="skip" href="#content">Skip to the content</a>\n' if nav else ""
    look = (
        ":root { color-scheme: light dark; }\n@media print { :root { color-scheme: "
        f"light; }} }}\n{themed(_LIGHT, _DARK)}{_STYLE}{style}"
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>{look}</style>\n</head>\n<body>\n{skip}"
        f'{nav}<main id="content">\n<h1>{escaped(title)}</h1>\n'
        f'<p class="lead">{escaped(lead)}</p>\n'
    )
    for body in bodies:
        yield body + "\n"
    yield "</main>\n</body>\n</html>\n"


def thumbnail(
    image: NDArray[np.uint8], side: int = _THUMBNAIL, quality: int = _QUALITY
) -> str:
    """Give a picture as a ``data:`` address, its longest side at most `side` pixels."""
    from PIL import Image

    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _section(section: PageSection) -> str:
    hits = "\n".join(_hit(place, hit) for place, hit in enumerate(section.hits, 1))
    drawn = [hit for hit in section.hits if hit.matches is not None]
    figures = "\n".join(_figure(section.query, hit) for hit in drawn)
    details = (
        f"<details open><summary>Matches drawn ({len(drawn)})</summary>\n{figures}\n"
        "</details>"
        if drawn
        else ""
    )
    note = f'<p class="facts">{escaped(section.note)}</p>' if section.note else ""
    return (
        f"<section>\n<h2>{escaped(section.query)}</h2>\n{note}"
        '<div class="row">\n<div class="query">'
        f'<img src="{thumbnail(section.picture, 400)}" '
        f'alt="The query, {escaped(section.query)}"></div>\n'
        f"<ol>\n{hits}\n</ol>\n</div>\n{details}\n</section>"
    )


def _hit(place: int, hit: PageHit) -> str:
    shown = (
        '<div class="none">file not found</div>'
        if hit.picture is None
        else f'<img src="{thumbnail(hit.picture)}" alt="{escaped(hit.id)}">'
    )
    facts = f"score {hit.score:.3f}"
    if hit.inliers is not None:
        facts += f"<br>{hit.inliers} inliers"
    if hit.verified:
        facts += " <b>verified</b>"
    return (
        f'<li>{shown}<div class="name">{place}. {escaped(hit.id)}</div>'
        f'<div class="facts">{facts}</div></li>'
    )


def _figure(query: str, hit: PageHit) -> str:
    if hit.matches is None:
        return ""
    caption = f"{escaped(hit.id)}: {hit.inliers} matches agree with one transform"
    return (
        f'<figure><img src="{thumbnail(hit.matches, 1000)}" '
        f'alt="Matches of {escaped(query)} and {escaped(hit.id)}" loading="lazy">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def escaped(text: str) -> str:
    """Give text as HTML shows it, also where it is no valid Unicode."""
    return escape(text.encode("utf-8", "replace").decode("utf-8"))
