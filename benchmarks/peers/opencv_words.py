"""OpenCV's own bag of visual words: BOWKMeansTrainer and BOWImgDescriptorExtractor."""

import time
from typing import Any

import cv2
import numpy as np
from task import SIFT_KEYPOINTS, answer, ask, read_task, versions

WORDS = 1000
DESCRIPTORS = 100_000  # that the vocabulary is learned on
ITERATIONS = 10

cv2.setNumThreads(1)
bow = cv2 if hasattr(cv2, "BOWKMeansTrainer") else cv2.xfeatures2d  # since OpenCV 5
sift = cv2.SIFT.create(SIFT_KEYPOINTS)


def learn(paths: list[str]) -> Any:
    """Give the words, as float32 of shape (WORDS, 128)."""
    stop = (cv2.TERM_CRITERIA_MAX_ITER, ITERATIONS, 0.0)
    trainer = bow.BOWKMeansTrainer(WORDS, stop, 1, cv2.KMEANS_RANDOM_CENTERS)
    found = [sift.detectAndCompute(cv2.imread(p, 0), None)[1] for p in paths]
    descriptors = np.concatenate([each for each in found if each is not None])
    rows = np.random.default_rng(0).permutation(len(descriptors))[:DESCRIPTORS]
    trainer.add(descriptors[rows])
    cv2.setRNGSeed(0)
    return trainer.cluster()


def main() -> None:
    task = read_task()
    started = time.perf_counter()
    extractor = bow.BOWImgDescriptorExtractor(sift, cv2.BFMatcher(cv2.NORM_L2))
    extractor.setVocabulary(learn(task.learn))
    learn_s = time.perf_counter() - started

    def describe(path: str) -> Any:
        """Give the square root of the histogram of words: its dot is Hellinger's."""
        gray = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        histogram = extractor.compute(gray, sift.detect(gray, None))
        return np.zeros(WORDS, np.float32) if histogram is None else histogram[0] ** 0.5

    started = time.perf_counter()
    stored = np.stack([describe(path) for path in task.gallery])
    index_s = time.perf_counter() - started
    found = ask(task, describe, lambda query: np.argsort(-(stored @ query)))
    answer(
        peer="OpenCV, bag of words",
        settings=f"SIFT, the strongest {SIFT_KEYPOINTS:,}; {WORDS:,} words; histograms "
        "compared by Hellinger's distance",
        vocabulary=f"{len(task.learn)} of Debian's photographs",
        learn_s=learn_s,
        index_s=index_s,
        bytes_an_image=stored[0].nbytes,
        kept="histograms in memory",
        versions=versions("opencv-contrib-python-headless", "numpy"),
        **found,
    )


if __name__ == "__main__":
    main()
