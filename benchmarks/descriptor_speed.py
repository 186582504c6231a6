"""Descriptors beside the public implementations at hand, in one run, on one core.

    python benchmarks/descriptor_speed.py [--dry]

Each pair describes the same 256 x 256 pictures (of scikit-image) at the same settings,
each as a user would call it: an RGB picture in, a vector out. The processor's time of a
picture is the best of five; told are the median over the pictures, and the ratio.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import cv2
import mahotas
import numpy as np
import pywt
import skimage
from numpy.typing import NDArray
from record import record
from skimage.feature import graycomatrix, graycoprops, hog, local_binary_pattern

import cvret
from cvret._opencv import single_thread

Image = NDArray[np.uint8]
ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "ASM", "correlation",
              "entropy")  # fmt: skip


def grey(image: Image) -> Any:
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def histogram(code: int, bins: list[int], ranges: list[int]) -> Callable[[Image], Any]:
    def count(image: Image) -> Any:
        return cv2.calcHist([cv2.cvtColor(image, code)], [0, 1, 2], None, bins, ranges)

    return count


def patterns(image: Image) -> Any:
    return [
        np.histogram(local_binary_pattern(grey(image), 8, r, "uniform"), 10)[0]
        for r in (1, 2, 3)
    ]


def cooccurrence(image: Image) -> Any:
    matrices = graycomatrix(grey(image) // 8, [1], ANGLES, 32, symmetric=True)
    return [graycoprops(matrices, name) for name in PROPERTIES]


def haralick(image: Image) -> Any:
    return mahotas.features.haralick(grey(image) // 8, return_mean_ptp=True)


def gradients(image: Image) -> Any:
    small = cv2.resize(grey(image), (128, 128), interpolation=cv2.INTER_AREA)
    return hog(small, 9, (16, 16), (2, 2))


def zernike(image: Image) -> Any:
    small = cv2.resize(grey(image), (128, 128), interpolation=cv2.INTER_AREA)
    return mahotas.features.zernike_moments(small, 64)


def hu(image: Image) -> Any:
    _, mask = cv2.threshold(grey(image), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return cv2.HuMoments(cv2.moments(mask, True))


def wavelets(image: Image) -> Any:
    levels = pywt.wavedec2(grey(image).astype(np.float32), "db2", level=4)
    bands = [band for level in levels[1:] for band in level]
    return [(np.abs(band).mean(), band.std()) for band in bands]


def gabor(image: Image) -> Any:
    small = cv2.resize(grey(image), (128, 128)).astype(np.float32)
    found = [cv2.filter2D(small, cv2.CV_32F, kernel) for kernel in KERNELS]
    return [np.hypot(a, b).mean() for a, b in zip(found[::2], found[1::2], strict=True)]


KERNELS = [
    cv2.getGaborKernel((s, s), s / 6, t, 1 / f, 0.5, phase, cv2.CV_32F)
    for f, s in ((0.4, 9), (0.2, 17), (0.1, 33), (0.05, 63))
    for t in np.pi * np.arange(6) / 6
    for phase in (0, np.pi / 2)
]


def directions(image: Image) -> Any:
    pixels = grey(image)
    across, down = cv2.spatialGradient(pixels)
    upper = float(np.quantile(np.hypot(across, down), 0.7))
    edges = cv2.Canny(across, down, 0.4 * upper, upper, L2gradient=True) > 0
    return np.histogram(np.arctan2(down[edges], across[edges]), 72)[0]


def img_hash(name: str) -> Callable[[Image], Any]:
    maker = getattr(cv2.img_hash, f"{name}_create")()
    return lambda image: maker.compute(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))


PAIRS: dict[str, tuple[Any, str, Callable[[Image], Any]]] = {
    "hsv": (cvret.HSVHistogram(), "OpenCV's cvtColor and calcHist",
            histogram(cv2.COLOR_RGB2HSV, [18, 3, 3], [0, 180, 0, 256, 0, 256])),
    "lab": (cvret.LabHistogram(), "OpenCV's cvtColor and calcHist",
            histogram(cv2.COLOR_RGB2LAB, [4, 8, 8], [0, 256, 0, 256, 0, 256])),
    "rgb": (cvret.RGBHistogram(), "OpenCV's cvtColor and calcHist",
            histogram(cv2.COLOR_RGB2BGR, [8, 8, 8], [0, 256, 0, 256, 0, 256])),
    "lbp": (cvret.LocalBinaryPatterns(), "scikit-image's local_binary_pattern",
            patterns),
    "haralick": (cvret.Haralick(), "mahotas' haralick, 32 levels", haralick),
    "GLCM": (cvret.Haralick(), "scikit-image's graycomatrix and six properties",
             cooccurrence),
    "hog": (cvret.HOG(), "scikit-image's hog, 128 x 128", gradients),
    "zernike": (cvret.ZernikeMoments(), "mahotas' zernike_moments, 128 x 128", zernike),
    "hu": (cvret.HuMoments(), "OpenCV's threshold, moments and HuMoments", hu),
    "wavelets": (cvret.WaveletEnergies(), "PyWavelets' wavedec2", wavelets),
    "gabor": (cvret.GaborBank(), "OpenCV's filter2D, 48 kernels at 128 x 128", gabor),
    "edge-directions": (cvret.EdgeDirectionHistogram(),
                        "OpenCV's Canny, NumPy's quantile and histogram", directions),
    "average-hash": (cvret.AverageHash(), "OpenCV's", img_hash("AverageHash")),
    "perceptual-hash": (cvret.PerceptualHash(), "OpenCV's", img_hash("PHash")),
    "block-mean-hash": (cvret.BlockMeanHash(), "OpenCV's", img_hash("BlockMeanHash")),
    "marr-hildreth-hash": (cvret.MarrHildrethHash(), "OpenCV's",
                           img_hash("MarrHildrethHash")),
    "radial-variance-hash": (cvret.RadialVarianceHash(), "OpenCV's",
                             img_hash("RadialVarianceHash")),
    "color-moment-hash": (cvret.ColorMomentHash(), "OpenCV's",
                          img_hash("ColorMomentHash")),
}  # fmt: skip


def best_ms(describe: Callable[[Image], Any], images: list[Image]) -> float:
    describe(images[0])
    times = np.full((5, len(images)), np.inf)
    for turn in range(len(times)):
        for number, image in enumerate(images):
            started = time.process_time()
            describe(image)
            times[turn, number] = time.process_time() - started
    return float(np.median(times.min(axis=0))) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    arguments = parser.parse_args()
    names = ("astronaut", "chelsea", "coffee", "rocket", "cat", "hubble_deep_field")
    pictures = [getattr(skimage.data, name)() for name in names]
    images = [cv2.resize(p, (256, 256), interpolation=cv2.INTER_AREA) for p in pictures]
    for name, (part, beside, reference) in PAIRS.items():
        with single_thread():
            own, other = best_ms(part.describe, images), best_ms(reference, images)
        line = {"ms": round(own, 3), "beside": beside, "its_ms": round(other, 3),
                "ratio": round(own / other, 2)}  # fmt: skip
        if arguments.dry:
            print(name, line)
        else:
            record("descriptor_speed", descriptor=name, **line)


if __name__ == "__main__":
    main()
