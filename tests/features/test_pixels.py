"""Pictures made small as they are."""

import numpy as np
import pytest

import cvret


def test_each_pixel_is_the_mean_of_its_area():
    image = np.zeros((4, 6, 3), np.uint8)
    image[:2, :3] = (10, 20, 30)
    image[0, 0] = (70, 20, 30)  # one of six: the mean is 20, 20, 30
    vector = cvret.Pixels(size=(2, 2)).describe(image)
    assert vector.reshape(2, 2, 3)[0, 0].tolist() == [20, 20, 30]
    assert not vector.reshape(2, 2, 3)[1].any()


def test_values_are_whole_numbers_of_one_byte(coffee):
    vector = cvret.Pixels().describe(coffee)
    assert vector.shape == (64 * 64 * 3,)
    assert np.array_equal(vector, vector.astype(np.uint8))
    assert vector.max() > 200


def test_a_picture_of_the_size_is_itself(coffee):
    part = np.ascontiguousarray(coffee[:30, :50])
    vector = cvret.Pixels(size=(30, 50)).describe(part)
    assert np.array_equal(vector.reshape(30, 50, 3), part)


@pytest.mark.parametrize("size", [64, (64,), (64, 64, 3), (0, 5), (5, 1025), (2.5, 2)])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises((TypeError, ValueError), match="^size must be "):
        cvret.Pixels(size=size).describe(np.zeros((9, 9, 3), np.uint8))


def test_the_names_are_in_the_order_of_the_vector():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    part = cvret.Pixels(size=(2, 2))
    named = dict(zip(part.get_feature_names_out(), part.describe(image), strict=True))
    assert named["row0_column1_green"] == 4
    assert named["row1_column0_blue"] == 8


def test_a_prepared_picture_keeps_its_shape(coffee):
    part = cvret.Prepared(cvret.Pixels(size=(5, 7)), (cvret.GreyWorld(),))
    assert part.picture_shape == (5, 7, 3)
    assert part.describe(coffee).shape == (105,)
    assert not hasattr(cvret.Prepared(cvret.HSVHistogram(), ()), "picture_shape")
