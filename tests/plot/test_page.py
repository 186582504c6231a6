"""The result page: self-contained, and safe for any name."""

import re

import numpy as np

from cvret.plot.page import PageHit, PageSection, framed, results_page, thumbnail

PICTURE = np.full((30, 60, 3), 99, np.uint8)


def page(name: str = "a.jpg") -> str:
    hits = [
        PageHit(name, 0.91, 40, PICTURE, PICTURE, verified=True),
        PageHit("gone.jpg", 0.1, None, None),
    ]
    return results_page("Title", "Lead", [PageSection(name, PICTURE, hits, "A note.")])


def test_nothing_is_fetched_from_anywhere():
    html = page()
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(sources) == 3
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "http" not in html


def test_a_name_cannot_become_markup():
    html = page('<script>alert(1)</script>".jpg')
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_name_that_is_no_text_is_shown_all_the_same():
    assert "latin-?.jpg" in page("latin-\udce9.jpg")


def test_links_can_be_passed_over_by_keyboard():
    html = "".join(framed("Title", "", [], nav='<nav><a href="#a">A</a></nav>'))
    assert html.index('href="#content"') < html.index("<nav>")
    assert html.index("<nav>") < html.index('<main id="content">')


def test_every_picture_has_a_text_and_facts_are_there():
    html = page()
    assert html.count("<img") == len(re.findall(r'alt="[^"]+"', html)) == 3
    for fact in ("score 0.910", "40 inliers", "verified", "file not found", "A note."):
        assert fact in html


def test_a_thumbnail_is_small():
    large = np.zeros((3000, 2000, 3), np.uint8)
    assert len(thumbnail(large, 100)) < 5000
