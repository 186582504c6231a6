"""Principal components."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from cvret.encoding.reduction import principal_components


@pytest.mark.parametrize("shape", [(50, 6), (8, 40)])
@pytest.mark.parametrize("whiten", [False, True])
def test_components_are_those_of_scikit_learn(shape, whiten):
    rng = np.random.default_rng(0)
    points = (rng.random(shape) * np.arange(1, shape[1] + 1)).astype(np.float32)
    found = principal_components(points, 4, whiten=whiten).apply(points)
    wanted = PCA(4, whiten=whiten, svd_solver="full").fit_transform(points)
    if whiten:  # scikit-learn's variance is that of a sample, over n - 1
        wanted *= np.sqrt(len(points) / (len(points) - 1))
    assert np.abs(found) == pytest.approx(np.abs(wanted), abs=1e-4)


def test_directions_that_are_not_there_are_not_made_up():
    line = np.float32([[0, 0, 0], [1, 1, 1], [2, 2, 2], [5, 5, 5]])
    with pytest.raises(ValueError, match="the 4 vectors given vary in 1 directions"):
        principal_components(line, 2)
