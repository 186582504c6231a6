"""Learn the vocabulary that ships with cvret, on photographs in Debian's packages.

    python benchmarks/learn_vocabulary.py --work /tmp/backgrounds

downloads the packages (``apt-get download``), unpacks them without installing, and
writes cvret/encoding/vocabularies/rootsift-16k.npz. Packages, versions and licences
stand in datasets/README.md. Neither a benchmark set nor a picture of the demonstration
or the tests is among them.
"""

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

import cvret
from cvret._opencv import opencv_version
from cvret.encoding.vocabulary import Vocabulary
from cvret.images.reading import SUFFIXES, read_image, shrink

PACKAGES = (
    "gnome-backgrounds",
    "lomiri-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "opencv-doc",
    "plasma-workspace-wallpapers",
    "ukui-wallpapers",
)
TARGET = Path(cvret.__file__).parent / "encoding" / "vocabularies" / "rootsift-16k.npz"
SIDES = (400, 800, 1400)
KEYPOINTS = 2000
LEAST_SIDE = 200
DRAWN = re.compile(r"_graph|form_|inherit|logo|doxygen|^nav|^tab|chessboard|pattern")


def unpack(work: Path) -> list[str]:
    """Download and unpack what is not there yet; give names with versions."""
    work.mkdir(parents=True, exist_ok=True)
    versions = []
    for package in PACKAGES:
        if not list(work.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=work, check=True)
        (deb,) = work.glob(f"{package}_*.deb")
        if not (work / f"x-{package}").is_dir():
            subprocess.run(["dpkg", "-x", deb, work / f"x-{package}"], check=True)
        versions.append(" ".join(deb.stem.split("_")[:2]).replace("%3a", ":"))
    return versions


def photographs(work: Path) -> Iterator[Path]:
    """Give the pictures, each once: of many sizes of one wallpaper the largest file."""
    for package in PACKAGES:
        groups: dict[str, Path] = {}
        for path in sorted((work / f"x-{package}").rglob("*")):
            if path.suffix.lower() not in SUFFIXES or path.is_symlink():
                continue
            if DRAWN.search(path.name) or path.name.startswith("screenshot"):
                continue
            wallpaper = re.fullmatch(r"\d+x\d+", path.stem)
            key = str(path.parent) if wallpaper else str(path)
            best = groups.get(key)
            if best is None or path.stat().st_size > best.stat().st_size:
                groups[key] = path
        yield from groups.values()


def descriptors_of(path: Path) -> list[NDArray[np.float32]]:
    """RootSIFT of one picture at each size."""
    try:
        image = read_image(path)
    except cvret.ImageError:
        return []
    if min(image.shape[:2]) < LEAST_SIDE:
        return []
    sift = cvret.SIFT(max_keypoints=KEYPOINTS)
    kept = []
    for side in SIDES:
        if side == SIDES[0] or max(image.shape[:2]) > SIDES[SIDES.index(side) - 1]:
            kept.append(sift.extract(shrink(image, side)))
    return [features.descriptors for features in kept]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--words", type=int, default=16384)
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    versions = unpack(arguments.work)
    found = joblib.Parallel(n_jobs=-1, prefer="threads")(
        joblib.delayed(descriptors_of)(path) for path in photographs(arguments.work)
    )
    used = [each for each in found if each]
    descriptors = np.concatenate([array for each in used for array in each])
    print(f"{len(used)} pictures, {len(descriptors):,} descriptors")
    vocabulary = Vocabulary(arguments.words, n_iterations=15).fit(descriptors)
    print(f"{vocabulary.n_words_:,} words")
    source = {
        "learned on": f"{len(descriptors):,} RootSIFT descriptors of {len(used)} "
        "freely licensed pictures in Debian's packages",
        "packages": ", ".join(versions),
        "opencv": opencv_version,
    }
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = vocabulary.to_arrays()
    np.savez_compressed(
        arguments.target,
        source_keys=np.array(list(source)),
        source_values=np.array(list(source.values())),
        **arrays,
    )
    print(f"{arguments.target} {arguments.target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
