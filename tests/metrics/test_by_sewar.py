import warnings
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import numpy as np
import pytest
import sewar

from cvret.metrics.by_sewar import by_sewar, sewar_version
from cvret.metrics.definitions import METRICS

rng = np.random.default_rng(0)
A, B = (rng.integers(0, 256, (48, 48, 3), np.uint8) for _ in range(2))
SEWARS = sorted(METRICS.keys() - {"cosine"})


@pytest.mark.parametrize("name", SEWARS)
def test_every_metric_of_sewar_is_one_finite_float(name):
    value = by_sewar(name, A, B, 255.0)
    assert type(value) is float
    assert np.isfinite(value)


def test_of_a_value_and_a_map_the_value_is_given():
    assert by_sewar("ssim", A, B, 255.0) == sewar.ssim(A, B, MAX=255)[0]
    assert by_sewar("rmse_sw", A, B, 255.0) == sewar.rmse_sw(A, B)[0]


def test_the_dynamic_range_is_handed_over():
    black, white = np.zeros((4, 4)), np.ones((4, 4))
    assert by_sewar("psnr", black, white, 10.0) == 20.0


def test_where_sewar_raises_there_is_no_value():
    small = np.zeros((4, 4), np.uint8)
    assert by_sewar("msssim", small, small, 255.0) is None
    assert by_sewar("q2n", small, small, 255.0) is None
    assert by_sewar("ssim", np.zeros((4, 40)), np.zeros((4, 40)), 1.0) is None


@pytest.mark.parametrize("name", ["cosine", "lpips"])
def test_a_metric_that_sewar_has_not_is_refused(name):
    with pytest.raises(ValueError, match=f"sewar has no metric '{name}'"):
        by_sewar(name, A, B, 255.0)


def test_threads_leave_the_filters_of_warnings_as_they_were():
    before = list(warnings.filters)
    small = A[:4, :4]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: by_sewar("ssim", small, small, 255.0), range(400)))
    assert warnings.filters == before


def test_its_version_is_the_one_installed():
    assert sewar_version() == version("sewar")
