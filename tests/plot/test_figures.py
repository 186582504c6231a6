"""What all figures share."""

import subprocess
import sys

import numpy as np
import pytest

import cvret
from cvret.plot.figures import plain_text


@pytest.mark.parametrize(
    ("name", "most", "shown"),
    [
        ("a.jpg", None, "a.jpg"),
        ("a.jpg", 5, "a.jpg"),
        ("abcdefghi.jpg", 7, "abc…jpg"),
        ("latin-\udce9.jpg", None, "latin-?.jpg"),
        ("two\nlines\t.jpg", None, "two?lines?.jpg"),
    ],
)
def test_a_name_becomes_one_short_line_that_can_be_drawn(name, most, shown):
    assert plain_text(name, most) == shown


def test_no_figure_is_known_to_pyplot_and_none_is_needed_to_import():
    code = (
        "import sys, numpy as np, cvret; cvret.plot.contact_sheet; "
        "print('matplotlib' in sys.modules); "
        "cvret.plot.plot_color_histogram(np.zeros((8, 8, 3), np.uint8)); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_without_matplotlib_the_error_says_what_to_install():
    code = (
        "import sys, numpy as np, cvret\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'matplotlib': raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "try: cvret.plot.plot_lbp(np.zeros((8, 8, 3), np.uint8))\n"
        "except cvret.MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "plot_lbp needs matplotlib" in done.stdout, done.stderr
    assert "install it with pip install 'cvret[plot]'" in done.stdout


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (1300, 40)], ids=str)
@pytest.mark.parametrize(
    "plot",
    [
        cvret.plot.plot_color_histogram,
        cvret.plot.plot_equalization,
        cvret.plot.plot_edges,
        cvret.plot.plot_lbp,
        lambda image: cvret.plot.plot_keypoints(image, cvret.SIFT().extract(image)),
        lambda image: cvret.plot.contact_sheet(image, []),
    ],
    ids=["color", "equalization", "edges", "lbp", "keypoints", "sheet"],
)
def test_a_picture_of_any_shape_makes_a_figure_of_a_bounded_size(plot, shape, drawn):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    pixels = drawn(plot(image))
    assert min(pixels.shape[:2]) > 100
    assert max(pixels.shape[:2]) < 1800
    assert np.ptp(pixels) >= 229  # there is text on white
