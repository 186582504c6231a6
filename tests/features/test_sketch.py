"""Sketches: lines find what they were drawn after."""

import cv2
import numpy as np
import pytest
import skimage

import cvret


def figure(draw, ground, ink, thickness) -> np.ndarray:
    image = np.full((256, 256, 3), ground, np.uint8)
    return draw(image, ink, thickness)


def disk(image, ink, thickness):
    return cv2.circle(image, (100, 150), 60, ink, thickness)


def box(image, ink, thickness):
    return cv2.rectangle(image, (40, 90), (160, 210), ink, thickness)


def alike(one, other) -> float:
    return np.corrcoef(*cvret.Sketch().transform([one, other]))[0, 1]


STROKES = {
    "pen on paper": (255, (0, 0, 0), 1),
    "brush on paper": (255, (40, 40, 40), 5),
    "chalk on slate": (20, (230, 230, 230), 2),
}


@pytest.mark.parametrize("stroke", STROKES)
def test_a_drawing_is_like_what_it_shows_rather_than_another_shape(stroke):
    for shape, other in ((disk, box), (box, disk)):
        drawing = figure(shape, *STROKES[stroke])
        shown = figure(shape, 90, (180, 160, 40), -1)
        not_shown = figure(other, 90, (180, 160, 40), -1)
        assert alike(drawing, shown) > 0.85
        assert alike(drawing, shown) > alike(drawing, not_shown) + 0.1


def test_dark_and_bright_can_be_exchanged(coffee):
    assert alike(coffee, 255 - coffee) > 0.99


def test_an_upright_line_votes_for_orientation_0_in_its_own_cells():
    image = np.full((128, 128, 3), 255, np.uint8)
    image[:, 39:41] = 0  # in the third column of cells, which span 16 pixels
    votes = cvret.Sketch().describe(image).reshape(8, 8, 8)
    assert (votes[0].argmax(axis=1) == 2).all()
    assert not votes[2:7].any()


def test_drawings_after_photographs_find_them_by_lines_of_laplacians():
    names = ("astronaut", "chelsea", "coffee", "rocket", "camera", "coins", "clock")
    photographs = []
    for name in names:
        image = getattr(skimage.data, name)()
        image = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
        photographs.append(cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA))
    drawings = []
    for image in photographs:
        soft = cv2.GaussianBlur(image, (0, 0), 1.5).astype(np.float32).mean(axis=2)
        lines = cv2.Laplacian(soft, cv2.CV_32F) > 4
        drawings.append(np.repeat(np.where(lines, 0, 255)[..., None], 3, 2))
    seen = cvret.Sketch().transform(photographs)
    drawn = cvret.Sketch().transform([d.astype(np.uint8) for d in drawings])
    both = np.corrcoef(drawn, seen)[: len(names), len(names) :]
    assert both.argmax(axis=1).tolist() == list(range(len(names)))


def test_a_blank_page_is_all_zeros():
    assert not cvret.Sketch().describe(np.full((50, 60, 3), 255, np.uint8)).any()


def test_wrong_grids_are_refused(coffee):
    with pytest.raises(ValueError, match="side must be a multiple of grid=6"):
        cvret.Sketch(grid=6).describe(coffee)
