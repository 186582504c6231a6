"""How it was measured: what a reader needs to do it again, and what words mean."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cvret.evaluation.page.numbers import DASH
from cvret.evaluation.page.tables import Cell, Row, table
from cvret.evaluation.report import Report
from cvret.plot.page import escaped

__all__ = ["definition_of", "how_measured", "warnings_box"]

_NAMED = 20  # of queries that were left out, or are there twice

_DEFINITIONS = {
    "mAP": "mean of average precision: the mean of the precision at the place of each "
    "relevant image, where one that was not found counts as 0",
    "mAP(trapezoid)": "mean of average precision by the trapezoid rule of the Oxford "
    "Buildings, which is never above the sum",
    "R-precision": "share of relevant images among as many first places as there are "
    "relevant images",
    "MRR": "mean of one over the place of the first relevant image",
    "ANMRR": "averaged normalized modified retrieval rank of MPEG-7: 0 where all "
    "relevant images stand first, 1 where none is in the window looked at",
    "top-1": "share of queries whose first place is relevant",
    "N-S": "right images among the first four, the query itself included: from 0 to 4",
    "error rate": "share of queries whose first place is not relevant",
}
_AT = {
    "mAP@": "mean of average precision over the first {k} places, divided by the "
    "relevant images that could stand there, {k} at most",
    "P@": "share of the first {k} places that hold a relevant image",
    "R@": "share of the relevant images that the first {k} places hold",
    "nDCG@": "discounted cumulative gain of the first {k} places, over the most that "
    "could be had",
    "top-": "share of queries with a relevant image among the first {k} places",
    "distractors@": "share of the first {k} places that hold an image of no class that "
    "is asked for",
}
_DIVIDED = {
    "(found)": "mean of average precision over the first {k} places, divided by the "
    "relevant images found there",
    "(relevant)": "mean of average precision over the first {k} places, divided by all "
    "relevant images",
}
_AT_FORM = re.compile(r"(.+[@-])(\d+)(\(\w+\))?")


def definition_of(metric: str) -> str:
    """Say in a sentence what a metric is; nothing where its name is not known.

    Examples
    --------
    >>> definition_of("P@5")
    'share of the first 5 places that hold a relevant image'
    """
    if metric in _DEFINITIONS:
        return _DEFINITIONS[metric]
    found = _AT_FORM.fullmatch(metric)
    if not found:
        return ""
    form, k, divided = found.groups()
    words = _DIVIDED.get(divided, "") if divided else _AT.get(form, "")
    return words.format(k=k)


def warnings_box(warnings: Sequence[str]) -> str:
    """Give what a reader must know first; nothing where all is well."""
    if not warnings:
        return ""
    items = "".join(f"<li>{escaped(warning)}</li>" for warning in warnings)
    title = "Warning" if len(warnings) == 1 else f"{len(warnings)} warnings"
    return (
        f'<aside class="warnings" aria-labelledby="warnings">'
        f'<h2 id="warnings">{title}</h2><ul>{items}</ul></aside>'
    )


def how_measured(
    reports: Mapping[str, Report], confidence: float, about: Mapping[str, Any]
) -> str:
    """Give facts, systems, definitions of metrics, and what was left out.

    Parameters
    ----------
    reports : mapping of str to Report
        Of the systems.
    confidence : float
        Of the intervals.
    about : mapping of str to value
        What is known of all of them.
    """
    first = next(iter(reports.values()))
    known = {**first.about, **about}
    resamples = known.get("n_resamples")
    often = f" of {resamples:,} resamples" if isinstance(resamples, int) else ""
    left_out = dict.fromkeys(pair for r in reports.values() for pair in r.left_out)
    twice = dict.fromkeys(pair for r in reports.values() for pair in r.duplicates)
    facts = {
        "Ground truth": _plain(known.get("truth")),
        "Queries": f"{first.n_queries:,} asked and judged; {len(left_out):,} left out",
        "Images": f"{first.n_images:,} in the collection",
        "Missing": f"{first.missing:,} relevant images are not in the collection, and "
        "count as not found",
        "Duplicates": f"{len(twice):,} queries that the collection holds under another "
        "name",
        "Intervals": f"{100 * confidence:g} %, by the bootstrap over queries "
        f"(bias-corrected, accelerated){often}, seed {first.random_state}",
        "Tests": "paired, by random signs of the differences; corrected for all pairs "
        "by Holm's rule"
        if len(reports) > 1
        else "",
        "Times": "median and 95th percentile over the queries, in milliseconds, one "
        "query after the other; reading the file belongs to extracting",
        "Machine": _plain(known.get("machine")),
        "Versions": _plain(known.get("versions")),
        "Date": _plain(known.get("date")),
    }
    return "\n".join(
        [
            _terms({name: text for name, text in facts.items() if text}),
            _systems(reports),
            "<h3>What the metrics mean</h3>",
            _terms(_meanings(reports)),
            _named("Queries left out", [f"{q}: {why}" for q, why in left_out]),
            _named("Duplicates", [f"{q} is {other}" for q, other in twice]),
        ]
    )


def _meanings(reports: Mapping[str, Report]) -> dict[str, str]:
    metrics = dict.fromkeys(m for report in reports.values() for m in report.values)
    found = {metric: definition_of(metric) for metric in metrics}
    if any(report.query_classes for report in reports.values()):
        found["Macro F1"] = (
            "mean over classes of F1, the harmonic mean of precision and recall, where "
            "a query is taken for the class of most of its first three results"
        )
    return {metric: words for metric, words in found.items() if words}


def _systems(reports: Mapping[str, Report]) -> str:
    rows: list[Row] = [
        [
            escaped(name),
            Cell(escaped(_plain(report.about.get("system")) or DASH), "text"),
            f"{100 * report.learned_share:.0f} %"
            if math.isfinite(report.learned_share)
            else "unknown",
        ]
        for name, report in reports.items()
    ]
    return table(
        "What was asked, and which share of the collection it has learned from.",
        ["System", "What it is", "Learned from"],
        rows,
        "stack",
    )


def _terms(terms: Mapping[str, str]) -> str:
    inside = "".join(
        f"<dt>{escaped(name)}</dt><dd>{escaped(text)}</dd>"
        for name, text in terms.items()
    )
    return f"<dl>{inside}</dl>" if terms else ""


def _named(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines[:_NAMED])
    more = len(lines) - _NAMED
    rest = f'<p class="note">and {more:,} more</p>' if more > 0 else ""
    return (
        f"<details><summary>{title} ({len(lines):,})</summary>"
        f"<ul>{items}</ul>{rest}</details>"
    )


def _plain(value: Any) -> str:
    """Give what a report keeps about itself as a line of text."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    return str(value)
