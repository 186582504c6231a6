"""What simulated views find where a plane is seen from aside.

    python benchmarks/views.py

Three photographs are compressed along one direction, as a plane seen from aside is. Of
the matches that are nearest to each other both ways, those count that lie within 4
pixels of where they belong, each place once.
"""

import time
from typing import Any

import cv2
import numpy as np
import skimage
from record import record

import cvret

FEATURES = 2000
NEAR = 4  # pixels
NAMES = ("coffee", "astronaut", "chelsea")
EXTRACTORS: dict[str, Any] = {"SIFT": cvret.SIFT(FEATURES), "ORB": cvret.ORB(FEATURES)}


def compressed(image: Any, by: float) -> Any:
    """A picture as narrow as it would be seen, blurred first as the paper does."""
    soft = cv2.GaussianBlur(image, (0, 0), sigmaX=0.8 * np.sqrt(by**2 - 1), sigmaY=1e-3)
    height, width = image.shape[:2]
    return cv2.resize(soft, (round(width / by), height), interpolation=cv2.INTER_LINEAR)


def agreeing(extractor: Any, image: Any, by: float) -> int:
    seen = compressed(image, by)
    first, second = extractor.extract(image), extractor.extract(seen)
    norm = cv2.NORM_HAMMING if extractor.binary else cv2.NORM_L2
    found = cv2.BFMatcher(norm, crossCheck=True).match(
        first.descriptors, second.descriptors
    )
    pairs = np.array([(match.queryIdx, match.trainIdx) for match in found])
    source = first.keypoints[pairs[:, 0], :2].copy()
    target = second.keypoints[pairs[:, 1], :2]
    source[:, 0] *= seen.shape[1] / image.shape[1]
    near = ((source - target) ** 2).sum(axis=1) <= NEAR**2
    return len(np.unique(np.rint(target[near]), axis=0))


def main() -> None:
    cv2.setNumThreads(1)
    images = [np.ascontiguousarray(getattr(skimage.data, n)()) for n in NAMES]
    for name, alone in EXTRACTORS.items():
        views = cvret.SimulatedViews(alone, FEATURES)
        times = []
        for part in (alone, views):
            started = time.process_time()
            for image in images:
                part.extract(image)
            times.append(time.process_time() - started)
        for by in (1.5, 2.0, 3.0, 4.0):
            record("views", measured="matches that agree", extractor=name,
                   compressed_by=by,
                   alone=sum(agreeing(alone, image, by) for image in images),
                   with_views=sum(agreeing(views, image, by) for image in images),
                   times_as_long=round(times[1] / times[0], 1))  # fmt: skip


if __name__ == "__main__":
    main()
