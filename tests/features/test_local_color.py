"""Local color statistics."""

import cv2
import numpy as np
import pytest

import cvret


def test_cells_hold_the_mean_and_deviation_of_lab(coffee):
    image = np.ascontiguousarray(coffee[100:140, 200:250])
    features = cvret.LocalColorStatistics(step=5, cells=(3, 8)).extract(image)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB) / 255
    assert len(features) == 6 * 8 + 2 * 4
    for row in (0, 17, 47, 48, 55):
        x, y, size, _ = features.keypoints[row]
        side = int(size) // 4
        left, top = int(x - size / 2), int(y - size / 2)
        cells = [
            lab[top + i * side :, left + j * side :][:side, :side].reshape(-1, 3)
            for i in range(4)
            for j in range(4)
        ]
        expected = [np.concatenate([c.mean(axis=0), c.std(axis=0)]) for c in cells]
        found = features.descriptors[row]
        assert found == pytest.approx(np.concatenate(expected), abs=1e-6)


def test_one_color_deviates_by_nothing_at_all():
    image = np.full((40, 40, 3), (37, 111, 201), np.uint8)
    cells = cvret.LocalColorStatistics().extract(image).descriptors.reshape(-1, 6)
    assert (cells[:, 3:] == 0).all()


def test_wrong_cells_are_refused(coffee):
    with pytest.raises(ValueError, match="cells must have at least one element"):
        cvret.LocalColorStatistics(cells=()).extract(coffee)
    with pytest.raises(ValueError, match="cells must be at least 1, got 0"):
        cvret.LocalColorStatistics(cells=(0,)).extract(coffee)
