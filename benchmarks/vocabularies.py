"""Flat vocabularies and trees: how near their words are, and how fast they are found.

    python benchmarks/vocabularies.py

RootSIFT of wang1k: every other picture of each class to learn on, the rest to measure
on. One core, and its own time, so that other programs matter little; words a second
are the best of some rounds in which the settings take turns. Flat words take minutes to
learn. ``mean_squared_error`` is that of the codes (0 to 255) to the word found,
``unexplained`` its share of the codes' variance, and ``true_nearest`` the share of
descriptors whose word is the nearest of all.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import datasets, record
from speed import use

import cvret
from cvret.encoding.clustering import nearest
from cvret.encoding.vocabulary import Vocabulary, shipped_vocabulary

PROBES: dict[int, tuple[int | tuple[int, ...], ...]] = {
    1: (1,),
    2: (1, 3, 8),
    3: (1, 3, 8, (3, 8)),
    4: (1, 3, 8, (3, 6, 12)),
}
TESTED = 100_000
ROUNDS = 5


def descriptors_of(pictures: list[Path], n: int) -> NDArray[np.float32]:
    """RootSIFT of some pictures, `n` of them by chance."""
    sift = cvret.SIFT()
    found = [sift.extract(cvret.read_image(path)).descriptors for path in pictures]
    joined = np.concatenate(found)
    chosen = np.random.default_rng(0).permutation(len(joined))[:n]
    return joined[np.sort(chosen)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=4096)
    parser.add_argument("--learned", type=int, default=262_144)
    parser.add_argument("--levels", type=int, nargs="+", default=[1, 2, 3, 4])
    arguments = parser.parse_args()
    use(1)
    pictures = sorted((datasets() / "wang1k").rglob("*.jpg"))
    learned = descriptors_of(pictures[::2], arguments.learned)
    test = descriptors_of(pictures[1::2], TESTED)
    known: list[tuple[Vocabulary, dict[str, Any]]] = []
    for levels in arguments.levels:
        vocabulary = Vocabulary(arguments.words, levels=levels)
        started = time.process_time()
        vocabulary.fit(learned)
        known.append(
            (
                vocabulary,
                {
                    "learned_on": f"{len(learned):,} RootSIFT descriptors of "
                    f"{len(pictures[::2])} pictures of wang1k",
                    "learned_in_cpu_s": round(time.process_time() - started, 1),
                    "unexplained_of_learned": vocabulary.source_["unexplained"],
                },
            )
        )
        print(known[-1], flush=True)
    shipped = shipped_vocabulary("rootsift-16k")
    known.append((shipped, {"learned_on": shipped.source_["learned on"]}))

    rows: list[tuple[Vocabulary, Any, dict[str, Any]]] = []
    for vocabulary, about in known:
        codes = vocabulary._codes(test)
        true = nearest(codes, vocabulary.words_.astype(np.float32))
        for probes in PROBES[vocabulary.n_levels_]:
            found = vocabulary.nearest_words(test, probes=probes)[:, 0]
            unexplained = vocabulary.unexplained(test, probes=probes)
            error = ((codes - vocabulary.words_[found]) ** 2).sum(axis=1).mean()
            row = {
                **about,
                "words": vocabulary.n_words_,
                "levels": vocabulary.n_levels_,
                "probes": probes,
                "tested_on": f"{len(test):,} descriptors of the other "
                f"{len(pictures[1::2])} pictures",
                "mean_squared_error": round(float(error), 1),
                "unexplained": round(unexplained or 0.0, 4),
                "true_nearest": round(float((found == true).mean()), 4),
            }
            rows.append((vocabulary, probes, row))

    times = np.full((ROUNDS, len(rows)), np.inf)
    for number in range(ROUNDS):
        for place, (vocabulary, probes, _) in enumerate(rows):
            part = test if vocabulary.n_levels_ > 1 else test[: TESTED // 10]
            started = time.process_time()
            vocabulary.nearest_words(part, probes=probes)
            times[number, place] = (time.process_time() - started) / len(part)
    for seconds, (_, _, row) in zip(times.min(axis=0), rows, strict=True):
        record("vocabularies", **row, words_a_second=round(1 / seconds))


if __name__ == "__main__":
    main()
