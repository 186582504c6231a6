"""Small reports and comparisons by hand, and what a page is made of."""

from html.parser import HTMLParser
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest

from cvret.evaluation.comparison import Comparison
from cvret.evaluation.gains import Difference
from cvret.evaluation.report import Costs, Report, Result, Spread
from cvret.evaluation.statistics import Interval


def make_report(name="hsv", values=(0.5, 0.25), metric="mAP", ms=2.0, **others):
    """A report of queries q0, q1 ... with these values."""
    queries = others.pop("queries", tuple(f"q{n}.jpg" for n in range(len(values))))
    mean = float(np.mean(values))
    wanted = {
        "intervals": {metric: Interval(mean - 0.05, mean + 0.05)},
        "results": {
            query: (Result("a.jpg", 0.9, True), Result("b.jpg", 0.25, False))
            for query in queries
        },
        "n_images": 1000,
        "costs": Costs(Spread(ms, 2 * ms), Spread(1.0, 3.0), 648.0, 0.0),
    }
    table = {metric: np.array(values, np.float64)}
    return Report(name, tuple(queries), table, **{**wanted, **others})


def make_comparison(reports, metric="mAP", **others):
    """A comparison of reports, its differences by hand."""
    by_name = {report.name: report for report in reports}
    pairs = tuple(
        make_difference(a, b, metric=metric) for a, b in combinations(by_name, 2)
    )
    wanted = {"differences": pairs, "sentence": "hsv finds more than lbp."}
    return Comparison(by_name, metric, **{**wanted, **others})


def make_difference(better="hsv", other="lbp", mean=0.125, corrected=0.0125, **others):
    wanted = {
        "metric": "mAP",
        "interval": Interval(mean - 0.1, mean + 0.1),
        "probability": corrected,
        "wins": 5,
        "ties": 2,
        "losses": 1,
    }
    return Difference(better, other, mean=mean, corrected=corrected, **wanted | others)


class Element(NamedTuple):
    tag: str
    attributes: dict
    path: tuple


class Page(HTMLParser):
    """The elements of a page; raises where tags do not match."""

    VOID = frozenset({"meta", "img", "br", "wbr", "link"})

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self._open = [], "", []
        self.feed(html)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), tuple(self._open)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, *tags):
        return [each for each in self.elements if each.tag in tags]


def check_page(html):
    """What holds for every page."""
    page = Page(html)
    (root,) = page.all("html")
    assert root.attributes["lang"] == "en"
    assert not page.all("script", "link", "iframe", "object")
    for each in page.elements:
        for name in ("src", "href", "xlink:href"):
            address = each.attributes.get(name, "#")
            assert address.startswith(("#", "data:image/jpeg;base64,")), address
    assert "url(" not in html
    assert "@import" not in html
    names = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(names) == len(set(names))
    for each in page.elements:
        address = each.attributes.get("href", "")
        if address.startswith("#"):
            assert address[1:] in names
        for labelled in each.attributes.get("aria-labelledby", "").split():
            assert labelled in names
    for each in page.all("img"):
        assert each.attributes["alt"]
    for each in page.all("svg"):
        told = "aria-label" in each.attributes or "aria-labelledby" in each.attributes
        hidden = each.attributes.get("aria-hidden") == "true"
        assert hidden != (each.attributes.get("role") == "img" and told)
    assert len(page.all("caption")) == len(page.all("table"))
    for each in page.all("th"):
        assert each.attributes["scope"] == ("col" if "thead" in each.path else "row")
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False))
    return page


@pytest.fixture
def check():
    return check_page


@pytest.fixture
def report_of():
    return make_report


@pytest.fixture
def comparison_of():
    return make_comparison


@pytest.fixture
def difference_of():
    return make_difference
