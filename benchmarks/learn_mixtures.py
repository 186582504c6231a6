"""Learn the mixtures that ship with cvret, on the pictures of the vocabulary.

    python benchmarks/learn_mixtures.py --work /tmp/backgrounds

writes cvret/encoding/vocabularies/dense-sift-64.npz and local-color-64.npz. Packages
and licences stand in datasets/README.md; neither a benchmark set nor a picture of the
demonstration or the tests is among them. Of each picture come the whole and two random
squares of half its shorter side, each made 256 pixels long, as the recipe sees
pictures.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from learn_vocabulary import LEAST_SIDE, TARGET, photographs, unpack
from numpy.typing import NDArray

import cvret
from cvret._opencv import opencv_version, single_thread
from cvret.encoding.fisher import FisherVector, half_whitening, improved
from cvret.encoding.mixtures import Mixture
from cvret.images.reading import read_image, shrink
from cvret.recipes import SCENE_SIDE, scene_extractors
from cvret.records import LocalFeatures

GAUSSIANS = 64
DIMENSIONS = 48
LEFT = 512
SAMPLED = 120  # descriptors of a view
CROPS = 2


def views(path: Path, seed: int) -> Iterator[NDArray[np.uint8]]:
    """The picture and squares of it, at the size of the recipe."""
    try:
        image = read_image(path)
    except cvret.ImageError:
        return
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return
    yield shrink(image, SCENE_SIDE)
    rng = np.random.default_rng(seed)
    side = min(height, width) // 2
    for _ in range(CROPS if side >= SCENE_SIDE // 2 else 0):
        y, x = rng.integers(height - side + 1), rng.integers(width - side + 1)
        yield shrink(
            np.ascontiguousarray(image[y : y + side, x : x + side]), SCENE_SIDE
        )


def features_of(path: Path, seed: int, extractor: Any) -> list[LocalFeatures]:
    with single_thread():
        return [extractor.extract(view) for view in views(path, seed)]


def learn(name: str, extractor: Any, paths: list[Path]) -> tuple[Mixture, str]:
    """Learn the mixture from a sample of features, then the reduction from vectors."""
    found = joblib.Parallel(n_jobs=-1, prefer="threads")(
        joblib.delayed(features_of)(path, seed, extractor)
        for seed, path in enumerate(paths)
    )
    every = [each for of_one in found for each in of_one if len(each)]
    rng = np.random.default_rng(0)
    some = [each.take(rng.permutation(len(each))[:SAMPLED]) for each in every]
    fisher = FisherVector(extractor, GAUSSIANS, n_dimensions=DIMENSIONS)
    fisher.fit_features(some)
    mixture = Mixture(**fisher.learned().arrays)  # type: ignore[union-attr]
    vectors = np.stack([improved(mixture, each.descriptors) for each in every])
    last = half_whitening(vectors, LEFT)
    print(name, len(every), "views", vectors.shape)
    told = (
        f"{len(every):,} views of {sum(map(bool, found)):,} freely licensed pictures "
        f"in Debian's packages, for {extractor!r}"
    )
    return mixture._replace(center=last.mean, directions=last.components), told


def save(path: Path, mixture: Mixture, source: dict[str, str]) -> None:
    """Write the arrays, the directions in one byte an element."""
    scales = np.abs(mixture.directions).max(axis=1) / 127
    arrays: dict[str, Any] = {
        **mixture._asdict(),
        "directions": np.rint(mixture.directions / scales[:, None]).astype(np.int8),
        "scales": scales.astype(np.float32),
    }
    np.savez_compressed(
        path,
        source_keys=np.array(list(source)),
        source_values=np.array(list(source.values())),
        **arrays,
    )
    print(path, f"{path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--target", type=Path, default=TARGET.parent)
    arguments = parser.parse_args()
    versions = unpack(arguments.work)
    paths = list(photographs(arguments.work))
    for name, extractor in scene_extractors().items():
        mixture, told = learn(name, extractor, paths)
        source = {
            "learned on": told,
            "packages": ", ".join(versions),
            "opencv": opencv_version,
        }
        save(arguments.target / f"{name}.npz", mixture, source)


if __name__ == "__main__":
    main()
