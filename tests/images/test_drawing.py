"""Drawn matches: both pictures whole, lines and boxes where they belong."""

import numpy as np

from cvret.images.drawing import draw_difference, draw_matches, fit_into

GREEN = np.full((100, 200, 3), (0, 160, 0), np.uint8)
GREY = np.full((300, 150, 3), 128, np.uint8)


def test_a_picture_just_fits_its_frame():
    fitted, scale = fit_into(GREEN, 50, 50)
    assert fitted.shape == (25, 50, 3)
    assert scale == 0.25


def test_both_pictures_are_shown_on_white():
    canvas = draw_matches(GREEN, GREY, np.empty((0, 4), np.float32), side=200)
    assert canvas.shape == (200, 200 + 16 + 100, 3)
    assert canvas[100, 100].tolist() == [0, 160, 0]
    assert canvas[10, 100].tolist() == [255, 255, 255]
    assert canvas[100, 266].tolist() == [128, 128, 128]


def test_a_match_is_a_line_from_one_picture_to_the_other():
    plain = draw_matches(GREEN, GREY, np.empty((0, 4), np.float32), side=200)
    pairs = np.array([[100, 50, 75, 150]], np.float32)
    drawn = draw_matches(GREEN, GREY, pairs, side=200)
    changed = np.flatnonzero((plain != drawn).any(axis=(0, 2)))
    assert changed.min() <= 100
    assert changed.max() >= 200 + 16 + 50


def test_a_box_far_outside_does_not_fail():
    box = np.array([[-1e9, 0], [1e9, 0], [1e9, 1e9], [0, 1e9]])
    pairs = np.empty((0, 4), np.float32)
    assert draw_matches(GREEN, GREY, pairs, [(1, box)]).dtype == np.uint8


def test_a_difference_is_three_panels_with_the_rest_in_grey():
    mask = np.ones((50, 100), bool)
    mask[:, :20] = False
    difference = np.zeros((50, 100))
    difference[:, 60:80] = 1.0
    difference[:, :20] = np.nan
    small = GREEN[:50, :100]
    drawn = draw_difference(small, small, mask, difference, side=200)
    assert drawn.shape == (100, 3 * 200 + 2 * 16, 3)
    assert drawn[50, 100].tolist() == [0, 160, 0]
    assert drawn[50, 216 + 100].tolist() == [0, 160, 0]
    grey = [205, 205, 205]
    assert drawn[50, 216 + 10].tolist() == drawn[50, 432 + 10].tolist() == grey
    assert drawn[50, 432 + 140].tolist() == [150, 10, 20]
    # What does not differ is pale and without color.
    assert np.ptp(drawn[50, 432 + 80].astype(int)) == 0
    assert drawn[50, 207].tolist() == [255, 255, 255]


def test_where_nothing_is_known_the_difference_alone_is_grey():
    difference = np.zeros((50, 100))
    difference[:, 80:] = np.nan
    small = GREEN[:50, :100]
    drawn = draw_difference(small, small, None, difference, side=100)
    assert drawn[25, 90].tolist() == drawn[25, 116 + 90].tolist() == [0, 160, 0]
    assert drawn[25, 232 + 90].tolist() == [205, 205, 205]
    assert drawn[25, 232 + 40].tolist() != [205, 205, 205]


def test_the_edge_of_an_overlap_is_soft():
    mask = np.ones((20, 20), bool)
    mask[:, :10] = False
    white = np.full((20, 20, 3), 255, np.uint8)
    drawn = draw_difference(white, white, mask, np.zeros((20, 20)), side=80)
    row = drawn[40, 96 : 96 + 80, 0].astype(int)  # the second picture
    assert (row[0], row[-1]) == (205, 255)
    assert (np.diff(row) >= 0).all()
    assert ((row > 205) & (row < 255)).sum() >= 2
