"""Preparing: sizes, brightness, color casts, backgrounds and copies."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import (
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

import cvret
from cvret.catalog import PREPARATIONS, find

STEPS = [find(name)() for name in PREPARATIONS]
STEPS += [
    cvret.EqualizeIntensity("clahe"),
    cvret.Resize((8, 5), keep_aspect=False),
    cvret.Augment(random_state=3),
]
GREYS = np.repeat(np.arange(100, 116, dtype=np.uint8).reshape(4, 4, 1), 3, axis=2)


def still() -> cvret.Augment:
    """Copies that change nothing, for one change to be asked for."""
    return cvret.Augment(1, rotation=0, shift=0, shear=0, zoom=0, flip=False)


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("step", STEPS, ids=repr)
@settings(max_examples=30)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 99))
def test_every_part_gives_rgb_again_and_leaves_the_picture_alone(
    step, height, width, seed
):
    image = noise(height, width, seed)
    before = image.copy()
    prepared = step.apply(image)
    assert prepared.dtype == np.uint8
    assert prepared.ndim == 3
    assert prepared.shape[2] == 3
    assert prepared.size > 0
    assert np.array_equal(prepared, step.apply(image))
    assert np.array_equal(image, before)


@pytest.mark.parametrize("step", STEPS, ids=repr)
@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (34, 20000)], ids=str)
def test_a_very_long_picture_is_no_error(step, shape):
    assert step.apply(noise(*shape)).size > 0


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_the_checks_of_scikit_learn_that_apply(step):
    name = type(step).__name__
    check_no_attributes_set_in_init(name, clone(step))
    check_get_params_invariance(name, clone(step))
    check_set_params(name, clone(step))
    check_parameters_default_constructible(name, clone(step))


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_what_is_no_picture_is_refused(step):
    with pytest.raises(ValueError, match="image must have shape"):
        step.apply(np.zeros((4, 4), np.uint8))


def test_a_pipeline_takes_parts_before_a_descriptor(tmp_path):
    red, blue = np.zeros((2, 8, 8, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    path = tmp_path / "blue.png"
    cv2.imwrite(str(path), cv2.cvtColor(blue, cv2.COLOR_RGB2BGR))
    steps = (cvret.Resize(4), cvret.EqualizeIntensity())
    model = make_pipeline(*steps, cvret.HSVHistogram(), KNeighborsClassifier(1))
    model.fit([red, blue], ["red", "blue"])
    assert model.predict([path, red]).tolist() == ["blue", "red"]


@pytest.mark.parametrize(
    ("step", "shape"),
    [
        (cvret.Resize(50), (25, 50)),
        (cvret.Resize((10, 80)), (10, 20)),
        (cvret.Resize((80, 60), keep_aspect=False), (80, 60)),
        (cvret.Resize(400), (200, 400)),
        (cvret.Resize(1), (1, 1)),
    ],
    ids=repr,
)
def test_sizes_by_hand_of_a_picture_100_high_and_200_wide(step, shape):
    assert step.apply(noise(100, 200)).shape == (*shape, 3)


def test_shrinking_is_by_area_also_where_the_other_side_grows():
    stripes = np.zeros((4, 8, 3), np.uint8)
    stripes[:, ::2] = 200
    shrunk = cvret.Resize((8, 4), keep_aspect=False).apply(stripes)
    assert np.unique(shrunk).tolist() == [100]


def test_a_size_of_three_numbers_is_refused():
    with pytest.raises(ValueError, match=r"one side or \(height, width\), got \(1, 2"):
        cvret.Resize((1, 2, 3)).apply(GREYS)


def test_global_equalization_spreads_16_levels_evenly():
    # Each level is 1 of 16: the first becomes 0, and each next is 255 / 15 = 17 more.
    found = cvret.EqualizeIntensity().apply(GREYS)
    assert found[..., 0].ravel().tolist() == list(range(0, 256, 17))
    assert np.array_equal(found[..., 0], found[..., 2])


@pytest.mark.parametrize("method", ["global", "clahe"])
def test_equalization_keeps_the_color_of_the_luminance(method, coffee):
    dark = coffee // 2 + 40
    found = cvret.EqualizeIntensity(method).apply(dark)
    before = cv2.cvtColor(dark, cv2.COLOR_RGB2YCrCb).astype(int)
    after = cv2.cvtColor(found, cv2.COLOR_RGB2YCrCb).astype(int)
    inside = ((found > 0) & (found < 255)).all(axis=2)
    assert inside.mean() > 0.5
    assert np.abs(before - after)[inside][:, 1:].max() <= 2
    assert after[..., 0].std() > before[..., 0].std()


def test_clahe_brings_out_more_in_a_dark_corner_than_one_histogram_does():
    image = noise(128, 128) // 2 + 100
    image[:32, :32] = noise(32, 32) // 16
    corner = [
        cvret.EqualizeIntensity(method).apply(image)[:32, :32].std()
        for method in ("global", "clahe")
    ]
    assert corner[1] > 1.5 * corner[0]


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="method must be one of global, clahe, got 'x"):
        cvret.EqualizeIntensity("x").apply(GREYS)


def test_a_grey_world_has_equal_means_and_takes_a_cast_away(coffee):
    grey = np.repeat(coffee[..., 1:2] // 2, 3, axis=2)
    cast = np.rint(grey * [1.2, 1.0, 0.6]).astype(np.uint8)
    found = cvret.GreyWorld().apply(cast)
    means = found.mean(axis=(0, 1))
    assert np.ptp(means) < 0.5
    assert np.ptp(cast.mean(axis=(0, 1))) > 20
    assert np.ptp(found.astype(int), axis=2).max() <= 3


def test_a_channel_of_zeros_stays_so():
    image = np.full((2, 2, 3), (90, 0, 30), np.uint8)
    assert cvret.GreyWorld().apply(image)[0, 0].tolist() == [40, 0, 40]


def framed() -> np.ndarray:
    """A red ring on near-white, with a white hole and a speck of dust."""
    image = np.full((60, 80, 3), 245, np.uint8)
    image[::2] = 250
    image[20:40, 30:60] = (200, 20, 20)
    image[25:35, 40:50] = 250
    image[5, 5] = 0
    return image


def test_the_foreground_is_the_object_with_its_hole_and_without_dust():
    expected = np.zeros((60, 80), bool)
    expected[20:40, 30:60] = True
    assert np.array_equal(cvret.FlatBackground().foreground(framed()), expected)
    assert cvret.FlatBackground().apply(framed()).shape == (20, 30, 3)


def test_dust_counts_where_asked_for():
    found = cvret.FlatBackground(least_part=0).foreground(framed())
    assert found[5, 5]


def test_an_object_may_be_cut_off_by_the_border():
    image = np.full((40, 40, 3), 250, np.uint8)
    image[20:, 10:30] = (0, 90, 0)
    found = cvret.FlatBackground().foreground(image)
    assert found.sum() == 20 * 20
    assert cvret.FlatBackground(least_border=0.95).foreground(image).all()


@pytest.mark.parametrize(
    "image", [noise(30, 40), np.full((9, 9, 3), 7, np.uint8)], ids=["busy", "blank"]
)
def test_without_a_flat_background_or_an_object_all_is_foreground(image):
    assert cvret.FlatBackground().foreground(image).all()
    assert np.array_equal(cvret.FlatBackground().apply(image), image)


def test_a_copy_without_ranges_is_the_picture():
    image = noise(17, 30)
    assert np.array_equal(still().apply(image), image)


def test_a_flip_is_a_mirror():
    image = noise(17, 30)
    flipping = still().set_params(flip=True, n_copies=20)
    copies = flipping.copies(image)
    mirrored = [np.array_equal(copy, image[:, ::-1]) for copy in copies]
    same = [np.array_equal(copy, image) for copy in copies]
    assert sum(mirrored) + sum(same) == 20
    assert 4 <= sum(mirrored) <= 16


@pytest.mark.parametrize(
    ("changed", "largest"),
    [
        ({"rotation": 40.0}, np.deg2rad(40)),
        ({"shear": 0.2}, 0.2),
        ({"zoom": 0.2}, 0.2),
        ({"shift": 0.2}, 0.2),
    ],
    ids=str,
)
def test_amounts_stay_in_their_ranges_and_reach_their_ends(changed, largest):
    rng = np.random.default_rng(0)
    part = still().set_params(**changed)
    drawn = np.array([part._transform_of(rng, 101, 201) for _ in range(500)])
    amounts = {
        "rotation": np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]),
        "shear": drawn[:, 0, 1],
        "zoom": drawn[:, 0, 0] - 1,
        "shift": drawn[:, 0, 2] / 101,
    }
    (name,) = changed
    for other, amount in amounts.items():
        if other == name:
            assert -largest <= amount.min() < -0.98 * largest
            assert 0.98 * largest < amount.max() <= largest
        elif (name, other) == ("shear", "shift"):
            assert np.abs(amount).max() > 0  # rows move around the center
        elif name != "rotation" and not (name == "zoom" and other == "shift"):
            assert np.abs(amount).max() == pytest.approx(0, abs=1e-12)


def test_the_center_stays_where_it_is_but_for_shifts():
    part = cvret.Augment(shift=0)
    matrix = part._transform_of(np.random.default_rng(1), 101, 51)
    assert matrix @ [50, 25, 1] == pytest.approx([50, 25])


def test_what_comes_in_is_the_picture_mirrored_at_its_border():
    image = np.full((40, 40, 3), 90, np.uint8)
    copies = cvret.Augment(n_copies=10).copies(image)
    assert all(np.unique(copy).tolist() == [90] for copy in copies)


def test_copies_come_again_by_the_same_state_and_differ_otherwise():
    image = noise(30, 30)
    first, again = (cvret.Augment(3, random_state=5).copies(image) for _ in range(2))
    other = cvret.Augment(3, random_state=6).copies(image)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])


def test_two_equal_pictures_of_a_list_get_copies_of_their_own():
    image = noise(30, 30)
    copies = cvret.Augment(2).transform([image, image])
    assert len(copies) == 4
    assert not np.array_equal(copies[0], copies[2])


def test_a_picture_too_long_to_warp_is_told_what_to_do():
    with pytest.raises(ValueError, match="33000 x 2; make it smaller with Resize"):
        cvret.Augment().apply(np.zeros((2, 33000, 3), np.uint8))
