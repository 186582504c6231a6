"""Dominant colors of pictures whose colors are known."""

import numpy as np
import pytest
from skimage.color import rgb2lab
from sklearn.cluster import KMeans

import cvret

COLORS = np.uint8([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]])


def test_flat_colors_are_found_with_their_shares():
    # Of ten pixels: four red, three green, two blue, one white.
    image = COLORS[np.repeat(np.arange(4), [4, 3, 2, 1])].reshape(2, 5, 3)
    rows = cvret.DominantColors(n_colors=6).describe(image).reshape(6, 4)
    assert np.allclose(rows[:4, 3], [0.4, 0.3, 0.2, 0.1])
    assert np.abs(rows[:4, :3] - rgb2lab(COLORS[None])[0]).max() < 0.5
    assert not rows[4:].any()


def test_close_colors_are_one_of_their_mean():
    # L* of greys 100 and 110 is 42.4 and 46.2.
    image = np.repeat(np.uint8([[100, 110]]), 3).reshape(1, 2, 3)
    rows = cvret.DominantColors(n_colors=2).describe(image).reshape(2, 4)
    assert rows[:, 3].tolist() == [1, 0]
    assert rows[0, 0] == pytest.approx((42.37 + 46.25) / 2, abs=0.1)
    apart = cvret.DominantColors(n_colors=2, merge=1).describe(image).reshape(2, 4)
    assert apart[:, 3].tolist() == [0.5, 0.5]


def test_about_as_good_as_k_means(coffee):
    image = np.ascontiguousarray(coffee[::4, ::4])
    lab = rgb2lab(image).reshape(-1, 3)
    rows = cvret.DominantColors(merge=0).describe(image).reshape(8, 4)
    apart = np.linalg.norm(lab[:, None] - rows[:, :3], axis=2).min(axis=1)
    best = KMeans(8, n_init=3, random_state=0).fit(lab).inertia_
    assert (apart**2).sum() < 1.25 * best
    assert rows[:, 3].sum() == pytest.approx(1)


def test_colors_across_the_deviation_are_split_too():
    # L* rises as b* falls: no split along both rising could tell them apart.
    image = np.uint8([[[128, 128, 40], [90, 90, 160]]])
    rows = cvret.DominantColors(n_colors=2).describe(image).reshape(2, 4)
    assert rows[:, 3].tolist() == [0.5, 0.5]


def test_mirroring_changes_nothing(chelsea):
    descriptor = cvret.DominantColors(max_side=10**4)
    mirrored = np.ascontiguousarray(chelsea[:, ::-1])
    assert np.allclose(descriptor.describe(chelsea), descriptor.describe(mirrored))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_colors": 0}, "n_colors must be at least 1, got 0"),
        ({"merge": -1}, r"merge must lie in \[0, inf\], got -1"),
    ],
)
def test_wrong_parameters_are_refused(chelsea, parameters, message):
    with pytest.raises(ValueError, match=message):
        cvret.DominantColors(**parameters).describe(chelsea)
