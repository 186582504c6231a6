"""Search results as a page: collects pictures and explanations, and writes it."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from cvret.collection.index import Index
from cvret.errors import ImageError
from cvret.images.reading import read_image
from cvret.plot.page import PageHit, PageSection, results_page
from cvret.records import Ranking

__all__ = ["section_of", "write_results_page"]

_DRAWN = 3  # results whose matches are drawn, a query
_SIDE = 1024


def write_results_page(
    path: str | PathLike[str],
    index: Index,
    found: Sequence[tuple[str, Ranking]],
    *,
    by: Mapping[str, float] | None = None,
    region: tuple[float, float, float, float] | None = None,
) -> None:
    """Write one page with the rankings of some queries."""
    sections = [
        section_of(index, query, ranking, by=by, region=region)
        for query, ranking in found
    ]
    lead = f"{len(index):,} images in {index.path}, searched by picture."
    page = results_page("Pictures like these", lead, sections)
    Path(path).write_text(page, encoding="utf-8")


def section_of(
    index: Index,
    query: str,
    ranking: Ranking,
    *,
    title: str | None = None,
    note: str = "",
    by: Mapping[str, float] | None = None,
    region: tuple[float, float, float, float] | None = None,
) -> PageSection:
    """Collect what the page shows of one query."""
    hits = []
    drawn = 0
    for hit in ranking:
        try:
            picture = read_image(index.file_of(hit.id), max_side=_SIDE)
        except (ImageError, FileNotFoundError):
            hits.append(PageHit(hit.id, hit.score, hit.inliers, None))
            continue
        matches = None
        if hit.verified and hit.score < 1 and drawn < _DRAWN:  # 1 is the query itself
            drawn += 1
            matches = index.explain(query, hit.id, by=by, region=region).picture
        hits.append(
            PageHit(hit.id, hit.score, hit.inliers, picture, matches, hit.verified)
        )
    picture = read_image(query, max_side=_SIDE)
    return PageSection(title or query, picture, hits, note)
