"""Every pair compared: OpenCV's matching with ratio test and homography by RANSAC.

As in OpenCV's tutorial "Feature Matching + Homography to find Objects". It takes
seconds a query even among few pictures, so a few queries are asked, drawn at random.
"""

import time
from typing import Any

import cv2
import numpy as np
from root_sift import FEATURES, describe
from task import answer, ask, read_task, versions

N_QUERIES = 6
RATIO = 0.75
LEAST_MATCHES = 10  # the tutorial's; below, no homography is sought
TOLERANCE = 5.0  # pixels

matcher = cv2.BFMatcher(cv2.NORM_L2)


def score(query: Any, stored: Any) -> float:
    """Inliers of the homography; below `LEAST_MATCHES` matches, less than one."""
    (here, descriptors), (there, others) = query, stored
    if len(descriptors) < 2 or len(others) < 2:
        return 0.0
    pairs = matcher.knnMatch(descriptors, others, k=2)
    good = [best for best, next_ in pairs if best.distance < RATIO * next_.distance]
    if len(good) < LEAST_MATCHES:
        return len(good) / 1000
    source = here[[match.queryIdx for match in good]]
    target = there[[match.trainIdx for match in good]]
    _, inliers = cv2.findHomography(source, target, cv2.RANSAC, TOLERANCE)
    return float(inliers.sum()) if inliers is not None else len(good) / 1000


def points_and_descriptors(path: str) -> Any:
    keypoints, descriptors = describe(path)
    points = np.array([point.pt for point in keypoints], np.float32)
    return points.reshape(-1, 2), descriptors


def main() -> None:
    task = read_task()
    started = time.perf_counter()
    stored = [points_and_descriptors(path) for path in task.gallery]
    index_s = time.perf_counter() - started
    rng = np.random.default_rng(0)
    n_queries = min(N_QUERIES, len(task.queries))
    places = sorted(rng.choice(len(task.queries), n_queries, replace=False).tolist())

    def search(query: Any) -> Any:
        return np.argsort([-score(query, other) for other in stored], kind="stable")

    found = ask(task, points_and_descriptors, search, places)
    size = sum(points.nbytes + descriptors.nbytes for points, descriptors in stored)
    answer(
        peer="OpenCV, every pair matched",
        settings=f"{FEATURES}; brute-force matching, ratio {RATIO}; homography by "
        f"RANSAC within {TOLERANCE:g} pixels; {n_queries} queries drawn at random",
        vocabulary=None,
        learn_s=None,
        index_s=index_s,
        bytes_an_image=size / len(stored),
        kept="points and float32 descriptors in memory",
        versions=versions("opencv-contrib-python-headless", "numpy"),
        **found,
    )


if __name__ == "__main__":
    main()
