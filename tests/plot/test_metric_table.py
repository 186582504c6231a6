"""The best by each metric: a row a metric, ranks and values, and what is undefined."""

import numpy as np
import pytest
from PIL import Image

from cvret import rank_by_metric
from cvret.plot import plot_metric_table

IMAGES = {
    name: np.full((8, 8, 3), level, np.uint8)
    for name, level in (("white", 255), ("gray", 51), ("black", 0))
}


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def test_a_row_has_the_best_first_with_rank_value_and_name():
    table = rank_by_metric(IMAGES["black"], IMAGES, ["rmse", "psnr"])
    figure = plot_metric_table(table, IMAGES["black"], IMAGES)
    assert texts(figure) == [
        "The best of 3 pictures by each metric",
        "Against target, the reference. Data range 255, profile sewar, sewar 0.4.10.",
        *("rmse", "root mean squared error (gray levels); small is best", "target"),
        *("1.   0", "black", "2.   51", "gray", "3.   255", "white"),
        *("psnr", "peak signal-to-noise ratio (dB); large is best", "target"),
        *("1.   inf", "black", "2.   13.98", "gray", "3.   0", "white"),
    ]
    assert len(figure.axes) == 8


def test_no_more_than_k_are_shown():
    table = rank_by_metric(IMAGES["gray"], IMAGES, "mse")
    figure = plot_metric_table(table, IMAGES["gray"], IMAGES, k=2)
    assert len(figure.axes) == 3


def test_what_is_undefined_is_said_and_leaves_its_place_empty():
    images = {**IMAGES, "gray": np.full((8, 8, 3), 51, np.uint8)}
    table = rank_by_metric(IMAGES["gray"], images, ["sam", "q2n"])
    figure = plot_metric_table(table, IMAGES["gray"], images)
    sam, q2n = (text for text in texts(figure) if "undefined" in text)
    assert sam.startswith("1 of 3 undefined: no pixel has a")
    assert q2n.startswith("3 of 3 undefined: needs at least 16 x 16 pixels")
    assert len(figure.axes) == 1 + 2 + 1  # two rows: target and two; target alone


def test_pictures_come_from_a_folder_a_mapping_or_a_function(tmp_path):
    for name, image in IMAGES.items():
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    table = rank_by_metric(tmp_path / "gray.png", tmp_path, "mse")
    paths = {id_: tmp_path / id_ for id_ in table.ids}
    for pictures in (tmp_path, str(tmp_path), paths, paths.get):
        figure = plot_metric_table(table, tmp_path / "gray.png", pictures)
        shown = [axes.images[0].get_array()[0, 0, 0] for axes in figure.axes]
        assert shown == [51, 51, 0, 255]


@pytest.mark.parametrize(
    ("shape", "dtype", "level"),
    [((8, 8), np.uint8, 51), ((8, 8, 5), np.uint16, 13107), ((8, 8, 2), float, 0.2)],
)
def test_grey_many_bands_and_other_types_are_shown_in_their_range(shape, dtype, level):
    images = {"a": np.full(shape, level, dtype)}
    table = rank_by_metric(images["a"], images, "mse")
    figure = plot_metric_table(table, images["a"], images)
    for axes in figure.axes:
        assert (np.asarray(axes.images[0].get_array()) == 51).all()


def test_a_file_that_went_away_leaves_its_place_grey(tmp_path):
    table = rank_by_metric(IMAGES["gray"], IMAGES, "mse")
    figure = plot_metric_table(table, IMAGES["gray"], tmp_path)
    assert [len(axes.images) for axes in figure.axes] == [1, 0, 0, 0]


def test_nothing_lies_over_anything_else(drawn):
    images = {f"{'w' * 80}{n}.png": image for n, image in enumerate(IMAGES.values())}
    table = rank_by_metric(IMAGES["gray"], images)
    pixels = drawn(plot_metric_table(table, IMAGES["gray"], images))
    assert (pixels[[0, -1]] == 255).all()
    assert (pixels[:, [0, -1]] == 255).all()


def test_wrong_pictures_are_refused():
    table = rank_by_metric(IMAGES["gray"], IMAGES, "mse")
    with pytest.raises(TypeError, match="pictures_of must be a folder, a mapping or"):
        plot_metric_table(table, IMAGES["gray"], 5)


def test_the_last_tile_ends_where_the_rules_do():
    images = {f"{n}.png": IMAGES["gray"] for n in range(10)}
    figure = plot_metric_table(
        rank_by_metric(IMAGES["gray"], images, "mse"), IMAGES["gray"], images
    )
    tile = max(axes.get_position().x1 for axes in figure.axes)
    assert tile == pytest.approx(figure.artists[0].get_xdata()[1])
