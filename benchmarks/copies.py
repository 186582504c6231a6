"""Hard copies found among thousands of other pictures: each transformation's figure.

    python benchmarks/copies.py

The photographs that come with scikit-image and scikit-learn are indexed with 2,440
other pictures; each is asked for by every hard copy of it. One picture is right, so the
average precision is one over its place. The shipped vocabulary saw none of these.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from copying import COPIES
from main_job import FOLDERS, interval
from record import datasets, record

import cvret
from cvret.cli.hard_copies import packaged_photos

RECIPES = ("copies", "objects", "objects-best", "objects-fast")


def build(recipe: str, path: Path) -> cvret.Index:
    index = cvret.Index.create(path, recipe)
    for photo in packaged_photos():
        index.add(photo, "originals")
    for name in FOLDERS[1:]:
        index.add(datasets() / name, name)
    return index


def measure(recipe: str, index: cvret.Index) -> None:
    photos = packaged_photos()
    precision = np.zeros((len(COPIES), len(photos)))
    verified = np.zeros(len(COPIES))
    wrong = 0
    for column, photo in enumerate(photos):
        image = cvret.read_image(photo)
        for row, change in enumerate(COPIES.values()):
            copy = np.ascontiguousarray(change(image))
            ranking = index.search(copy, len(index))
            place = ranking.ids.index(f"originals/{photo.name}")
            precision[row, column] = 1 / (1 + place)
            sure = {hit.id for hit in ranking if hit.verified}
            verified[row] += f"originals/{photo.name}" in sure
            wrong += len(sure - {f"originals/{photo.name}"})
    record(
        "copies",
        measured="hard copies",
        recipe=recipe,
        images=len(index),
        queries=precision.size,
        vocabulary="shipped, saw none of these",
        mAP=round(float(precision.mean()), 4),
        interval=interval(precision.ravel()),
        verified=round(float(verified.sum() / precision.size), 4),
        other_pictures_verified=wrong,
        each={
            name: round(float(values.mean()), 4)
            for name, values in zip(COPIES, precision, strict=True)
        },
        missed=sorted(
            f"{photos[column].stem}: {list(COPIES)[row]}"
            for row, column in np.argwhere(precision < 1)
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipes", nargs="+", default=RECIPES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for recipe in arguments.recipes:
            measure(recipe, build(recipe, Path(work) / recipe))


if __name__ == "__main__":
    main()
