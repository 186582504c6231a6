"""The page of groups: self-contained, safe for any name, made piece by piece."""

import re

import numpy as np

from cvret.plot.group_page import GroupedPicture, PageGroup, groups_page

PICTURE = np.full((30, 60, 3), 99, np.uint8)


def page(name: str = "a.jpg") -> str:
    pictures = [
        GroupedPicture(name, PICTURE, ("60 x 30", "the largest"), mark="keep"),
        GroupedPicture("gone.jpg", None, ("equal <hashes>",)),
    ]
    return "".join(groups_page("Title", "Lead", [PageGroup(name, pictures, "Note.")]))


def test_nothing_is_fetched_from_anywhere():
    html = page()
    sources = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(sources) == 1
    assert sources[0].startswith("data:image/jpeg;base64,")
    assert "http" not in html


def test_names_and_facts_cannot_become_markup():
    html = page('<script>alert(1)</script>".jpg')
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "equal &lt;hashes&gt;" in html


def test_one_is_marked_and_what_is_gone_is_told():
    html = page()
    assert html.count('class="marked"') == 1
    for words in ("keep", "60 x 30<br>the largest", "cannot be shown", "Note."):
        assert words in html
    assert html.rstrip().endswith("</html>")


def test_a_group_is_made_when_the_page_has_come_to_it():
    made = []

    def groups():
        for number in range(3):
            made.append(number)
            yield PageGroup(str(number), [])

    pieces = groups_page("Title", "", groups())
    next(pieces)
    assert made == []
    next(pieces)
    assert made == [0]
