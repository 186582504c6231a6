"""The picture of an alignment that the README shows.

    python benchmarks/difference.py

A photograph that comes with scikit-image is painted into, turned, enlarged and cropped;
the copy is laid over it again, and where they differ goes to results/difference.jpg.
"""

from pathlib import Path

import cv2
import numpy as np
import skimage
from record import RESULTS

import cvret


def main() -> None:
    photo = cvret.read_image(Path(skimage.__file__).parent / "data" / "coffee.png")
    height, width = photo.shape[:2]
    copy = photo.copy()
    cv2.ellipse(copy, (400, 120), (34, 22), 20, 0, 360, (188, 60, 40), -1)
    at, font = (70, 340), cv2.FONT_HERSHEY_DUPLEX
    cv2.putText(copy, "sale", at, font, 1.6, (250, 250, 245), 3, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 14, 1.15)
    copy = cv2.warpAffine(copy, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    copy = np.ascontiguousarray(copy[20:-20, 40:-10], np.uint8)
    found = cvret.compare_aligned(photo, copy, ["ssim", "vifp"], max_side=420)
    print(found)
    found.save(RESULTS / "difference.jpg")


if __name__ == "__main__":
    main()
