"""cvret beside its peers: the same pictures, the same run, one core each.

    python benchmarks/peers.py                     or: make bench-peers
    python benchmarks/peers.py --small             to see that it runs; not recorded

Covers of DVDs photographed by four phones are searched among their 100 clean covers and
2,440 other pictures. Each peer runs in an environment of its own below .peers, which
this makes. Vocabularies of peers are learned on photographs in Debian's packages, where
cvret's comes from, too: none is in the comparison.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from learn_vocabulary import LEAST_SIDE, photographs, unpack
from main_job import interval
from PIL import Image
from record import datasets, record
from speed import print_only

import cvret
from cvret.images.reading import shrink
from cvret.metrics.ranking import average_precision

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".peers"
FOLDERS = ("dvd-covers/reference", "wang1k", "animals10", "landuse")
LEARN = 300  # photographs, at this longest side
LEARN_SIDE = 640
SMALL = SimpleNamespace(queries=20, distractors=100, learn=50)
CV2 = "opencv-contrib-python-headless>=4.10,<6"
RECIPES = ("objects-fast", "objects")
OWN_CORE = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")
}


@dataclass(frozen=True)
class Peer:
    """A script of benchmarks/peers, and what its environment needs."""

    script: str
    environment: str | None = None  # None is the one that runs this
    packages: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


PEERS = {
    "cvret": Peer("cvret_index.py", options=RECIPES),
    "imagehash": Peer("image_hashes.py", "imagehash", ("imagehash>=4.3",)),
    "opencv-words": Peer("opencv_words.py", "opencv", (CV2,)),
    "pyvisim": Peer("pyvisim_vectors.py", "pyvisim", ("pyvisim>=1.0,<2", CV2)),
    "faiss": Peer("faiss_voting.py", "faiss", ("faiss-cpu>=1.9", CV2)),
    "pycolmap": Peer("colmap_tree.py", "pycolmap", ("pycolmap>=4,<5", CV2)),
    "opencv-pairs": Peer("sift_pairs.py", "opencv", (CV2,)),
}
SLOW = {  # hours, so only when named
    "pyvisim-own-features": Peer(
        "pyvisim_vectors.py", "pyvisim", ("pyvisim>=1.0,<2", CV2), ("own",)
    ),
}


class PeerError(Exception):
    """A peer that gave no row, and why."""


def environment(name: str, packages: Iterable[str]) -> Path:
    """Make an environment if it is not there yet, and give its Python."""
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    wanted = "\n".join(packages)
    made = folder / "packages.txt"
    if not made.exists() or made.read_text(encoding="utf-8") != wanted:
        for command in (
            [sys.executable, "-m", "venv", "--clear", folder],
            [python, "-m", "pip", "install", "-q", *packages],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise PeerError(f"does not install: {last_line(done.stderr)}")
        made.write_text(wanted, encoding="utf-8")
    return python


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]


def run(peer: Peer, task: dict[str, list[str]], core: int) -> list[dict[str, Any]]:
    """Give the rows that a peer answers, on one core."""
    python = Path(sys.executable)
    if peer.environment is not None:
        python = environment(peer.environment, peer.packages)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "task.json"
        path.write_text(json.dumps({**task, "options": peer.options}), "utf-8")
        done = subprocess.run(
            [python, HERE / "peers" / peer.script, path],
            capture_output=True,
            text=True,
            env={**os.environ, **OWN_CORE},
            preexec_fn=partial(os.sched_setaffinity, 0, {core}),
        )
    if done.returncode:
        raise PeerError(f"ended with {done.returncode}: {last_line(done.stderr)}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def learning_pictures(work: Path) -> list[str]:
    """Give `LEARN` photographs, drawn at random, made small once and kept below."""
    folder = ENVIRONMENTS / f"learn-{LEARN}-{LEARN_SIDE}"
    if not folder.exists():
        unpack(work)
        files = sorted(photographs(work))
        unfinished = folder.with_name("unfinished")
        unfinished.mkdir(parents=True, exist_ok=True)
        n = 0
        for row in np.random.default_rng(0).permutation(len(files)):
            try:
                image = cvret.read_image(files[row])
            except cvret.ImageError:
                continue
            if min(image.shape[:2]) < LEAST_SIDE:
                continue
            small = Image.fromarray(shrink(image, LEARN_SIDE))
            small.save(unfinished / f"{n:04}.jpg", quality=95)
            n += 1
            if n == LEARN:
                break
        unfinished.rename(folder)
    return sorted(map(os.fspath, folder.iterdir()))


def make_task(
    photographs: Path, small: bool
) -> tuple[dict[str, list[str]], list[set[int]]]:
    """Give what is asked, and for each query the rows of what is relevant."""
    folder = datasets().resolve()
    files = [
        os.fspath(folder / name / id_)
        for name in FOLDERS
        for id_ in cvret.list_images(folder / name).ids
    ]
    n_covers = len(cvret.list_images(folder / FOLDERS[0]).ids)
    rng = np.random.default_rng(0)
    learn = learning_pictures(photographs)
    if small:
        learn = learn[: SMALL.learn]
        others = rng.choice(files[n_covers:], SMALL.distractors, replace=False)
        files = files[:n_covers] + sorted(map(str, others))
    truth = cvret.truth.from_csv(folder / "dvd-covers" / "truth.csv")
    names = list(truth.relevant)
    if small:
        names = sorted(map(str, rng.choice(names, SMALL.queries, replace=False)))
    rows = {file: row for row, file in enumerate(files)}
    relevant = [
        {rows[os.fspath(truth.root / id_)] for id_ in truth.relevant[name]}
        for name in names
    ]
    queries = [os.fspath(truth.root / name) for name in names]
    return {"gallery": files, "queries": queries, "learn": learn}, relevant


def accuracy(
    rankings: list[list[int]], relevant: list[set[int]]
) -> dict[str, float | list[float]]:
    """Top-1 and mAP; what is not among the places given counts as not found."""
    hits = [
        np.array([row in wanted for row in ranking], bool)
        for ranking, wanted in zip(rankings, relevant, strict=True)
    ]
    first = np.array([each[:1].any() for each in hits], float)
    precisions = [
        average_precision(each, len(wanted))
        for each, wanted in zip(hits, relevant, strict=True)
    ]
    return {
        "top-1": round(float(first.mean()), 4),
        "95 %": interval(first),
        "mAP": round(float(np.mean(precisions)), 4),
    }


def judged(
    row: dict[str, Any], relevant: list[set[int]], ours: list[list[int]] | None
) -> dict[str, Any]:
    """Give the row to record; of few queries, with cvret's figures on the same."""
    places, rankings = row.pop("queries"), row.pop("rankings")
    features, search = np.array(row.pop("features_s")), np.array(row.pop("search_s"))
    wanted = [relevant[place] for place in places]
    result = {
        "peer": row.pop("peer"),
        "queries": len(places),
        **accuracy(rankings, wanted),
        "query_ms": milliseconds(features + search),
        "search_ms": milliseconds(search),
        "learn_s": rounded(row.pop("learn_s")),
        "index_s": rounded(row.pop("index_s")),
        "bytes_an_image": round(row.pop("bytes_an_image")),
    }
    own = row.pop("own_features_s", None)
    if own is not None:
        result["its_own_features_ms"] = round(own * 1e3)
    if ours and len(places) < len(relevant):
        same = accuracy([ours[place] for place in places], wanted)
        result["cvret_on_the_same_queries"] = same
    return {**result, **row}


def milliseconds(seconds: Any) -> float:
    return round(float(np.median(seconds)) * 1e3, 1)


def rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def table(rows: list[dict[str, Any]]) -> str:
    """Lay the rows out in Markdown."""
    heads = ("peer", "queries", "top-1", "95 %", "mAP", "ms a query",
             "without features", "index s", "bytes an image", "versions")  # fmt: skip
    lines = [heads, ("---",) * len(heads)]
    for row in rows:
        if "failed" in row:
            lines.append((row["peer"], row["failed"], *("",) * (len(heads) - 2)))
            continue
        low, high = row["95 %"]
        used = ", ".join(" ".join(pair) for pair in row["versions"].items())
        lines.append(
            (
                row["peer"],
                str(row["queries"]),
                f"{row['top-1']:.3f}",
                f"{low:.3f} to {high:.3f}",
                f"{row['mAP']:.3f}",
                f"{row['query_ms']:,}",
                f"{row['search_ms']:,}",
                f"{row['index_s']:,}",
                f"{row['bytes_an_image']:,}",
                used,
            )  # fmt: skip
        )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def compare(
    names: Iterable[str],
    task: dict[str, list[str]],
    relevant: list[set[int]],
    note: Callable[..., None],
) -> list[dict[str, Any]]:
    """Ask each peer in turn, and note each row as it comes."""
    core = max(os.sched_getaffinity(0))
    ours: list[list[int]] | None = None
    rows = []
    for name in names:
        try:
            answers = run({**PEERS, **SLOW}[name], task, core)
        except PeerError as error:
            answers = [{"peer": name, "failed": str(error)}]
        for row in answers:
            if "failed" not in row:
                if ours is None and name == "cvret":
                    ours = row["rankings"]
                row = judged(row, relevant, ours)
            note("peers", measured="DVD covers", images=len(task["gallery"]),
                 cores=1, **row)  # fmt: skip
            rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--photographs",
        type=Path,
        default=ENVIRONMENTS / "photographs",
        help="where Debian's packages are unpacked, or are downloaded to",
    )
    parser.add_argument("--small", action="store_true", help="little, and not recorded")
    parser.add_argument("peers", nargs="*", help=", ".join((*PEERS, *SLOW)))
    arguments = parser.parse_args()
    names = arguments.peers or list(PEERS)
    if unknown := set(names) - {*PEERS, *SLOW}:
        parser.error(f"no peer is named {', '.join(unknown)}")
    task, relevant = make_task(arguments.photographs, arguments.small)
    rows = compare(names, task, relevant, print_only if arguments.small else record)
    print("\n" + table(rows))


if __name__ == "__main__":
    main()
