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
from record import datasets, record

import cvret
from cvret._opencv import single_thread
from cvret.recipes import find_recipe

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


def times() -> None:
    """Record the processor time of each field, for pictures as the recipe sees them."""
    files = sorted((datasets() / "wang1k").rglob("*.jpg"))[::20]
    images = [cvret.read_image(file, max_side=256) for file in files]
    found = {}
    with single_thread():
        for name, part in find_recipe("scenes").fields.items():
            part.describe(images[0])
            taken = np.full((3, len(images)), np.inf)
            for turn in range(3):
                for number, image in enumerate(images):
                    started = time.process_time()
                    part.describe(image)
                    taken[turn, number] = time.process_time() - started
            found[name] = round(float(np.median(taken.min(axis=0))) * 1e3, 2)
    record("scenes", measured="ms of a field, 256 x 256, one core", **found)


def search_times(work: Path) -> None:
    """Record the time of a search of wang1k, with and without diffusion."""
    index, truth = build("wang1k", work / "timed", recipe="scenes")
    index.compact()
    queries = [index.query_of(name) for name in list(truth.relevant)[::40]]
    index.search(queries[0])  # compiles
    found = {}
    for way, rerank in (("without diffusion", []), ("with diffusion", None)):
        times = []
        for query in queries:
            started = time.perf_counter()
            index.search(query, rerank=rerank)
            times.append(time.perf_counter() - started)
        found[way] = round(float(np.median(times)) * 1e3, 1)
    record("scenes", measured="ms of a search of 1,000 images, ten results", **found)


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
        times()
        surfaces(Path(work))
        search_times(Path(work))
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


if __name__ == "__main__":
    main()
