"""imagehash: three hashes, compared by its own distance, as its README does."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import imagehash
import numpy as np
from PIL import Image
from task import Task, answer, ask, read_task, versions

HASH_SIZE = 16  # 256 bits; the default of 8 found fewer


def main() -> None:
    task = read_task()
    for name in ("phash", "dhash", "whash"):
        measure(task, name, partial(getattr(imagehash, name), hash_size=HASH_SIZE))


def measure(task: Task, name: str, hash_of: Callable[[Any], Any]) -> None:
    def describe(path: str) -> Any:
        with Image.open(path) as image:
            return hash_of(image)

    started = time.perf_counter()
    hashes = [describe(path) for path in task.gallery]
    index_s = time.perf_counter() - started

    def search(query: Any) -> Any:
        return np.argsort([query - other for other in hashes], kind="stable")

    found = ask(task, describe, search)
    answer(
        peer=f"imagehash, {name}",
        settings=f"hash_size {HASH_SIZE}, every hash compared",
        vocabulary=None,
        learn_s=None,
        index_s=index_s,
        bytes_an_image=len(str(hashes[0])),
        kept="the text that imagehash writes",
        versions=versions("imagehash", "pillow", "numpy"),
        **found,
    )


if __name__ == "__main__":
    main()
