"""What the recipe for scenes finds of a class, beside its fields alone.

    python benchmarks/scenes.py [--sets wang1k,landuse]

Each picture of a set asks for its class among the others (leave one out); one picture
of each pair of duplicates is left out. Fields have equal weights, which were chosen on
no set. A color histogram stands beside, as what one would take without a recipe. The
recipe for textures is asked for the surface that a tile was cut from: of seven of
scikit-image's pictures, tiles of 96 pixels that do not overlap, in grey, each turned by
quarters at random.
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage
from feedback import build
from record import record

import cvret
from cvret._opencv import single_thread

SETS = ("wang1k", "landuse", "animals10", "galaxies")


def size_of(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def asked(index: cvret.Index, truth: Any, **how: Any) -> dict[str, Any]:
    """Figures of a way to search."""
    report = cvret.evaluate(index, truth, **how)
    found = {
        name.replace("@", "_at_").replace("-", "_"): round(value, 4)
        for name, value in report.metrics.items()
    }
    return {"queries": report.n_queries, **found, "ms": round(report.search_ms, 1)}


def milliseconds(index: cvret.Index, name: str) -> float:
    """Median processor time of one field, of pictures as the recipe sees them."""
    part = cvret.recipes.find_recipe("scenes").fields[name]
    files = [index.file_of(id_) for id_ in index.ids[::20]]
    images = [cvret.read_image(file, max_side=256) for file in files]
    times = np.full((3, len(images)), np.inf)
    with single_thread():
        part.describe(images[0])
        for turn in range(3):
            for number, image in enumerate(images):
                started = time.process_time()
                part.describe(image)
                times[turn, number] = time.process_time() - started
    return round(float(np.median(times.min(axis=0))) * 1e3, 2)


SURFACES = ("brick.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png",
            "moon.png", "page.png")  # fmt: skip
TILE = 96


def cut_tiles(folder: Path) -> None:
    """Write up to 16 tiles of each surface, a folder each."""
    rng = np.random.default_rng(0)
    for name in SURFACES:
        image = cvret.read_image(Path(skimage.__file__).parent / "data" / name)
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        places = [
            (y, x)
            for y in range(0, grey.shape[0] - TILE + 1, TILE)
            for x in range(0, grey.shape[1] - TILE + 1, TILE)
        ]
        (folder / Path(name).stem).mkdir(parents=True)
        for number in rng.permutation(len(places))[:16]:
            y, x = places[number]
            tile = np.rot90(grey[y : y + TILE, x : x + TILE], int(rng.integers(4)))
            cv2.imwrite(str(folder / Path(name).stem / f"{number:03}.png"), tile)


def surfaces(work: Path) -> None:
    cut_tiles(work / "surfaces")
    truth = cvret.truth.from_folders(work / "surfaces")
    for recipe in ("textures", "scenes"):
        index = cvret.Index.create(work / f"surfaces-{recipe}", recipe)
        index.add(work / "surfaces")
        for name in index.fields if recipe == "textures" else ():
            record("scenes", data="surfaces", way=f"{name} alone",
                   **asked(index, truth, by=name, rerank=[]))  # fmt: skip
        record("scenes", data="surfaces", way=recipe, **asked(index, truth))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", default=",".join(SETS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        surfaces(Path(work))
        for data in filter(None, arguments.sets.split(",")):
            color = {"color": cvret.HSVHistogram()}
            index, truth = build(data, Path(work) / f"{data}-color", fields=color)
            record("scenes", data=data, way="an HSV histogram alone",
                   **asked(index, truth))  # fmt: skip
            index, truth = build(data, Path(work) / data, recipe="scenes")
            index.compact()
            for name in index.fields:
                record("scenes", data=data, way=f"{name} alone",
                       **asked(index, truth, by=name, rerank=[]))  # fmt: skip
            record("scenes", data=data, way="all fields, no re-ranking",
                   **asked(index, truth, rerank=[]),
                   bytes_an_image=round(size_of(index.path) / len(index)))  # fmt: skip
            record("scenes", data=data, way="scenes", **asked(index, truth))
            if data == "wang1k":
                times = {name: milliseconds(index, name) for name in index.fields}
                record("scenes", measured="ms of a field, 256 x 256, one core", **times)


if __name__ == "__main__":
    main()
