"""Colors that can be read, by the contrast ratios of WCAG 2.1."""

import re

import pytest

from cvret.evaluation.page import sheets_page
from cvret.evaluation.report import Result

STYLE = sheets_page("Title", "", {"q.jpg": [Result("a.jpg", 0.5, True)]}, {}, {})


def luminance(color: str) -> float:
    """Relative luminance of #rgb or #rrggbb, as WCAG 2.1 defines it."""
    digits = color.removeprefix("#")
    digits = "".join(2 * c for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def themes() -> dict[str, dict[str, str]]:
    """The custom properties that a reader has in the light, in the dark, on paper."""
    found = {"light": {}, "dark": {}, "paper": {}}
    rule = r"(@media [^{]*\{ )?:root \{ (.*?) \}"
    for media, body in re.findall(rule, STYLE, flags=re.DOTALL):
        values = dict(re.findall(r"(--[\w-]+): (#\w+);", body))
        for name, theme in found.items():
            if not media or (name == "dark" and "dark" in media):
                theme.update(values)
            if name == "paper" and ("print" in media or "dark" in media):
                theme.update(values)
    return found


def test_black_on_white_is_the_most_there_is():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_text_stands_out(theme):
    color = themes()[theme]
    pairs = [
        (f"--{ink}", f"--{ground}")
        for ink in ("ink", "soft", "yes", "no", "accent")
        for ground in ("paper", "card")
    ]
    pairs += [("--warn-ink", "--warn"), *((f"--t{n}", f"--h{n}") for n in range(10))]
    weak = {p: contrast(*(color[n] for n in p)) for p in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "paper"])
def test_marks_and_lines_that_carry_meaning_stand_out(theme):
    color = themes()[theme]
    for mark, ground in (
        ("--rule", "--paper"),
        ("--accent", "--track"),
        ("--lose", "--paper"),
        ("--ink", "--bar"),
        ("--warn-line", "--paper"),
    ):
        assert contrast(color[mark], color[ground]) >= 3, (mark, ground)


def test_paper_is_light_also_for_who_reads_in_the_dark():
    found = themes()
    assert found["paper"] == found["light"]
    assert found["dark"] != found["light"]
