"""pyvisim: VLAD and Fisher vectors in its image store.

Its own SIFT, in Python, takes seconds a picture, so OpenCV's is handed to it by
`Lambda`, as its documentation offers; what its own takes is noted. With the option
``own`` its own is used throughout: about an hour for each row.
"""

import time
from typing import Any

import cv2
import numpy as np
from PIL import Image
from pyvisim.classic import FisherVectorEmbedder, VLADEmbedder
from pyvisim.features import Lambda, RootSIFT
from pyvisim.retrieval.image_store import InMemoryImageEmbeddingStore
from root_sift import FEATURES, describe_pixels
from task import PLACES, Task, answer, ask, read_task, versions

VLAD_LEARNS_ON = 200  # pictures
FISHER_LEARNS_ON = 60  # expectation maximization takes minutes
ITERATIONS = 30  # of it
TIMED = 9  # pictures, for the time of its own features


def read(path: str) -> Any:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def opencv_features(image: Any) -> Any:
    return describe_pixels(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))[1]


def seconds_of_own_features(paths: list[str]) -> float:
    own, taken = RootSIFT(), []
    for path in paths:
        started = time.perf_counter()
        own(read(path))
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def main() -> None:
    task = read_task()
    own = "own" in task.options
    step = -(-len(task.queries) // TIMED)
    own_s = None if own else seconds_of_own_features(task.queries[::step])
    features = RootSIFT() if own else Lambda(opencv_features, 128)
    vlad = VLADEmbedder(features, n_clusters=256, kmeans_params={"rng": 0})
    fisher = FisherVectorEmbedder(
        features, n_components=256, gmm_params={"rng": 0, "max_iter": ITERATIONS}
    )
    name = "its own RootSIFT" if own else FEATURES
    pictures = task.learn[:VLAD_LEARNS_ON]
    measure(task, "VLAD", vlad, pictures, f"{name}; 256 clusters", own_s)
    pictures = task.learn[:FISHER_LEARNS_ON]
    settings = f"{name}; 256 components, at most {ITERATIONS} iterations"
    measure(task, "Fisher vectors", fisher, pictures, settings, own_s)


def measure(
    task: Task,
    name: str,
    embedder: Any,
    learn: list[str],
    settings: str,
    own_s: float | None,
) -> None:
    started = time.perf_counter()
    embedder.learn(read(path) for path in learn)
    learn_s = time.perf_counter() - started
    started = time.perf_counter()
    store = InMemoryImageEmbeddingStore(
        task.gallery,
        embedder,
        index_params={"num_threads": 1},
        skip_errors=True,  # a picture without features is one
        num_workers=1,
    )
    store.build_store()
    index_s = time.perf_counter() - started
    places = {path: place for place, path in enumerate(task.gallery)}
    rows = [places[path] for path in store.paths]

    def describe(path: str) -> Any:
        return np.asarray(embedder.embed([read(path)]))

    def search(vector: Any) -> list[int]:
        """What `store.retrieve_top_k_similar` does after embedding."""
        found = store.index.search(vector, PLACES)[1][0]
        return [rows[row] for row in found if row >= 0]

    found = ask(task, describe, search)
    answer(
        peer=f"pyvisim, {name}",
        settings=settings + "; cosine, every vector compared",
        vocabulary=f"{len(learn)} of Debian's photographs",
        learn_s=learn_s,
        index_s=index_s,
        bytes_an_image=store.embeddings.nbytes / len(store),
        kept="vectors in memory",
        versions=versions("pyvisim", "numpy", "scipy"),
        own_features_s=own_s,
        **found,
    )


if __name__ == "__main__":
    main()
