"""cvret itself, asked as its peers are: a row for each recipe."""

import tempfile
import time
from pathlib import Path

from task import PLACES, Task, answer, ask, read_task, versions

import cvret
from cvret.recipes import find_recipe


def main() -> None:
    task = read_task()
    for name in task.options:
        try:
            find_recipe(name)
        except cvret.UnknownNameError:
            continue  # not there yet
        with tempfile.TemporaryDirectory() as work:
            measure(task, name, Path(work))


def measure(task: Task, recipe: str, work: Path) -> None:
    gallery = work / "gallery"
    gallery.mkdir()
    for place, file in enumerate(task.gallery):
        (gallery / f"{place:06}{Path(file).suffix}").symlink_to(file)
    index = cvret.Index.create(work / "peers.cvret", recipe)
    index.encode(task.queries[0])  # kernels compile, or come from their cache
    started = time.perf_counter()
    index.add(gallery, n_jobs=1, progress=False)
    index_s = time.perf_counter() - started

    def search(query: cvret.Query) -> list[int]:
        return [int(Path(id_).stem) for id_ in index.search(query, PLACES).ids]

    search(index.encode(task.queries[0]))  # compiled likewise
    found = ask(task, index.encode, search)
    size = sum(f.stat().st_size for f in index.path.rglob("*") if f.is_file())
    answer(
        peer=f"cvret, {recipe}",
        settings="the recipe as it is",
        vocabulary="the one that ships: 845 of Debian's photographs",
        learn_s=None,
        index_s=index_s,
        bytes_an_image=size / len(index),
        kept="on disk, with what geometry needs",
        versions={"cvret": cvret.__version__, **versions("opencv-contrib-python")},
        **found,
    )


if __name__ == "__main__":
    main()
