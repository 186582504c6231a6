"""How the frozen index of a format version was made; run once for each version.

    python tests/data/formats/make.py tests/data/formats/v1

It holds all kinds of files: two segments, a removal, a learned vocabulary, words and
vectors. What it answers is written beside it, for every later release to answer too.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import cvret


def picture(number: int) -> Image.Image:
    """Colored squares, the same on every system."""
    rng = np.random.default_rng(number)
    squares = rng.integers(0, 256, (10, 10, 3)).astype(np.uint8)
    return Image.fromarray(squares.repeat(20, 0).repeat(20, 1))


def main(target: Path) -> None:
    fields = {
        "words": cvret.BagOfWords(cvret.ORB(max_keypoints=60), n_words=12),
        "color": cvret.HSVHistogram(bins=(6, 2, 2)),
    }
    with tempfile.TemporaryDirectory() as work:
        for number in range(6):
            folder = Path(work) / ("first" if number < 4 else "second")
            folder.mkdir(exist_ok=True)
            picture(number).save(folder / f"{number}-é.png")
        index = cvret.Index.create(target / "index.cvret", fields=fields)
        index.fit(Path(work) / "first")
        for name in ("first", "second"):
            index.add(Path(work) / name, name)
    index.remove("first/1-é.png")
    for leftover in ("roots.json", "writer.lock"):
        (index.path / leftover).unlink()
    answers = {
        by: {id_: answer(index, id_, by) for id_ in index.ids}
        for by in ("words", "color")
    }
    keypoints = {
        id_: index.query_of(id_, by="words").parts["words"].keypoints.tolist()
        for id_ in index.ids
    }
    expected = {"ids": index.ids, "similar": answers, "keypoints": keypoints}
    text = json.dumps(expected, indent=1)
    (target / "expected.json").write_text(text + "\n", encoding="utf-8")


def answer(index: cvret.Index, id_: str, by: str) -> list[list[object]]:
    ranking = index.similar(id_, by=by, rerank=[])
    return [[hit.id, hit.score] for hit in ranking]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
