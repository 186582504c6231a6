"""What a peer is asked, and how it answers.

The driver starts a peer as ``python PEER.py TASK.json`` in the peer's own environment,
on one core. The peer answers on standard output, one line of JSON for each row.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

PLACES = 100  # how much of a ranking is given
SIFT_KEYPOINTS = 1000  # of a picture, the strongest; cvret keeps as many

_answers = sys.stdout
sys.stdout = sys.stderr  # what a library prints is no answer


@dataclass(frozen=True)
class Task:
    """Files of a comparison.

    Attributes
    ----------
    gallery : list of str
        What is searched; a ranking holds places in this list.
    queries : list of str
        What is asked with.
    learn : list of str
        Pictures for vocabularies; none is in the gallery or among the queries.
    options : list of str
        What else the driver gave to this peer.
    """

    gallery: list[str]
    queries: list[str]
    learn: list[str]
    options: list[str]


def read_task() -> Task:
    with open(sys.argv[1], encoding="utf-8") as file:
        return Task(**json.load(file))


def versions(*distributions: str) -> dict[str, str]:
    return {name: version(name) for name in distributions}


def ask(
    task: Task,
    describe: Callable[[str], Any],
    search: Callable[[Any], Any],
    places: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Ask all queries, or those at `places`, and time each.

    `describe` reads a picture and computes its features; `search` gives the best
    `PLACES` of the gallery.
    """
    places = range(len(task.queries)) if places is None else places
    rankings, features_s, search_s = [], [], []
    for place in places:
        started = time.perf_counter()
        described = describe(task.queries[place])
        between = time.perf_counter()
        found = search(described)
        search_s.append(time.perf_counter() - between)
        features_s.append(between - started)
        rankings.append([int(row) for row in found[:PLACES]])
    return {
        "queries": list(places),
        "rankings": rankings,
        "features_s": features_s,
        "search_s": search_s,
    }


def answer(**row: Any) -> None:
    """Give one row to the driver."""
    print(json.dumps(row), file=_answers, flush=True)
