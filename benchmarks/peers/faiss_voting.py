"""faiss: all local descriptors in one index, whose nearest ones vote for pictures."""

import time
from typing import Any

import faiss
import numpy as np
from root_sift import FEATURES, describe
from task import answer, ask, read_task, versions

LISTS = 4096
ITERATIONS = 10
PROBED = 16
NEIGHBORS = 10


def main() -> None:
    task = read_task()
    faiss.omp_set_num_threads(1)
    started = time.perf_counter()
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatL2(128), 128, LISTS, faiss.ScalarQuantizer.QT_8bit
    )
    index.cp.niter = ITERATIONS
    index.train(np.concatenate([describe(path)[1] for path in task.learn]))
    index.nprobe = PROBED
    learn_s = time.perf_counter() - started

    started = time.perf_counter()
    owners = []
    for row, path in enumerate(task.gallery):
        descriptors = describe(path)[1]
        index.add(descriptors)
        owners.append(np.full(len(descriptors), row, np.int32))
    owner = np.concatenate(owners)
    index_s = time.perf_counter() - started

    def search(descriptors: Any) -> Any:
        """Each neighbor votes by how much nearer it is than the farthest one."""
        distances, found = index.search(descriptors, NEIGHBORS)
        found = np.where(found < 0, found[:, :1], found)
        votes = np.nan_to_num(distances[:, -1:] - distances, posinf=0.0, neginf=0.0)
        scores = np.zeros(len(task.gallery))
        np.maximum(votes, 0, out=votes)
        np.add.at(scores, owner[found], votes)
        return np.argsort(-scores, kind="stable")

    answers = ask(task, lambda path: describe(path)[1], search)
    answer(
        peer="faiss, descriptors that vote",
        settings=f"{FEATURES}; IndexIVFScalarQuantizer, 8 bits, {LISTS:,} lists, "
        f"{PROBED} probed, {NEIGHBORS} neighbors",
        vocabulary=f"lists: {len(task.learn)} of Debian's photographs",
        learn_s=learn_s,
        index_s=index_s,
        bytes_an_image=len(faiss.serialize_index(index)) / len(task.gallery)
        + owner.nbytes / len(task.gallery),
        kept="the index in memory",
        versions=versions("faiss-cpu", "opencv-contrib-python-headless", "numpy"),
        **answers,
    )


if __name__ == "__main__":
    main()
