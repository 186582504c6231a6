"""pycolmap: COLMAP's vocabulary tree with Hamming embedding and vote-and-verify.

`VisualIndex.query` fills a list that its Python binding throws away (4.2), so queries
go through a database and `VocabTreePairGenerator`, as in COLMAP's own matching. There
the queries are indexed, too; they are taken out of the rankings. Its own SIFT takes
half a second a picture on a CPU, so OpenCV's is written into the database.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from root_sift import FEATURES, describe
from task import PLACES, Task, answer, read_task, versions

WORDS = 4096  # of 16,384 one core is not done in ten minutes
DESCRIPTORS = 160_000  # that the tree is learned on: 39 a word, as faiss asks for
ITERATIONS = 10
VERIFIED = 100
SIZED = 200  # pictures, for the bytes of an image
SIFT = pycolmap.FeatureExtractorType.SIFT


def features(path: str) -> tuple[Any, Any]:
    """Give keypoints (x, y, scale, angle) and descriptors, as COLMAP keeps them."""
    keypoints, descriptors = describe(path)
    rows = [(*k.pt, k.size / 2, np.deg2rad(k.angle)) for k in keypoints]
    as_bytes = np.clip(np.round(512 * descriptors), 0, 255).astype(np.uint8)
    return np.array(rows, np.float32).reshape(-1, 4), as_bytes


def learn(paths: list[str], target: Path) -> None:
    """Build the tree, and write it with no picture in it."""
    found = np.concatenate([features(path)[1] for path in paths])
    found = np.random.default_rng(0).permutation(found)[:DESCRIPTORS]
    index = pycolmap.VisualIndex.create(128, 64)
    options = index.BuildOptions()
    options.num_visual_words = WORDS
    options.num_iterations = ITERATIONS
    options.num_rounds = 1
    options.num_threads = 1
    index.build(options, pycolmap.FeatureDescriptors(SIFT, found).to_float())
    index.write(target)


def store(database: Any, camera: int, name: int, path: str) -> int:
    image = pycolmap.Image(name=f"{name:06}", camera_id=camera)
    id_ = database.write_image(image)
    keypoints, descriptors = features(path)
    database.write_keypoints(id_, keypoints)
    database.write_descriptors(id_, pycolmap.FeatureDescriptors(SIFT, descriptors))
    return int(id_)


def main() -> None:
    task = read_task()
    with tempfile.TemporaryDirectory() as work:
        measure(task, Path(work))


def measure(task: Task, work: Path) -> None:
    started = time.perf_counter()
    learn(task.learn, work / "tree")
    learn_s = time.perf_counter() - started

    database = pycolmap.Database.open(work / "database")
    camera = database.write_camera(
        pycolmap.Camera.create_from_model_id(1, "SIMPLE_PINHOLE", 600, 640, 480)
    )
    started = time.perf_counter()
    with pycolmap.DatabaseTransaction(database):
        rows = {
            store(database, camera, row, path): row
            for row, path in enumerate(task.gallery)
        }
    index_s = time.perf_counter() - started
    features_s, queries = [], []
    for number, path in enumerate(task.queries):
        started = time.perf_counter()
        queries.append(store(database, camera, len(rows) + number, path))
        features_s.append(time.perf_counter() - started)

    options = pycolmap.VocabTreePairingOptions()
    options.vocab_tree_path = work / "tree"
    options.num_images = len(task.queries) + PLACES
    options.num_images_after_verification = VERIFIED
    options.num_threads = 1
    started = time.perf_counter()
    generator = pycolmap.VocabTreePairGenerator(options, database, queries)
    rankings = [ranking(generator, rows)]
    index_s += time.perf_counter() - started
    started = time.perf_counter()
    rankings += [ranking(generator, rows) for _ in queries[1:]]
    search_s = (time.perf_counter() - started) / max(1, len(queries) - 1)
    answer(
        peer="pycolmap, vocabulary tree",
        settings=f"{FEATURES}; {WORDS:,} words, {VERIFIED} results verified; time "
        "without features is a mean, and reads them from the database",
        vocabulary=f"{len(task.learn)} of Debian's photographs",
        learn_s=learn_s,
        index_s=index_s,
        bytes_an_image=bytes_an_image(work / "tree", task.gallery[:SIZED]),
        kept=f"the index as written to disk, of {SIZED} pictures, without the database",
        versions=versions("pycolmap", "opencv-contrib-python-headless", "numpy"),
        queries=list(range(len(queries))),
        rankings=rankings,
        features_s=features_s,
        search_s=[search_s] * len(queries),
    )


def ranking(generator: Any, rows: dict[int, int]) -> list[int]:
    """Give the next query's places in the gallery, best first."""
    found = [rows[other] for _, other in generator.next() if other in rows]
    return found[:PLACES]


def bytes_an_image(tree: Path, paths: list[str]) -> float:
    """Give by how much the index on disk grows with each picture."""
    index, grown = pycolmap.VisualIndex.read(tree), tree.with_name("grown")
    options = index.IndexOptions()
    options.num_threads = 1
    for id_, path in enumerate(paths):
        keypoints, descriptors = features(path)
        points = pycolmap.FeatureKeypoints()
        for x, y, scale, angle in keypoints:
            c, s = scale * np.cos(angle), scale * np.sin(angle)
            points.append(
                pycolmap.FeatureKeypoint(x=x, y=y, a11=c, a12=-s, a21=s, a22=c)
            )
        as_floats = pycolmap.FeatureDescriptors(SIFT, descriptors).to_float()
        index.add(options, id_ + 1, points, as_floats)
    index.prepare()
    index.write(grown)
    return (grown.stat().st_size - tree.stat().st_size) / len(paths)


if __name__ == "__main__":
    main()
