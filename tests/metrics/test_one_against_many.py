"""One picture against many: sources, what cannot be measured, and why."""

from math import inf, isnan

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret import rank_by_metric
from cvret.metrics import one_against_many
from cvret.metrics.definitions import METRICS, SEWAR
from cvret.metrics.full_reference import full_reference

BLACK = np.zeros((8, 8, 3), np.uint8)
GRAY = np.full((8, 8, 3), 51, np.uint8)
WHITE = np.full((8, 8, 3), 255, np.uint8)
DISTANCES = [0.0, 51.0, 255.0]  # rmse of each from black


def textures(n, height=24, width=20, seed=0):
    """Pictures of noise, of different contrast, with zero pixels in some."""
    rng = np.random.default_rng(seed)
    images = rng.integers(1, 256, (n, height, width, 3), np.uint8)
    images[::3, :2] = 0
    for number, image in enumerate(images):
        image[4 : 14 + number % 5, 4:16] = 0  # flat, and without spectra
    images[n // 2] = images[0]
    return images


def write(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "white.png", WHITE)
    write(tmp_path / "dark" / "black.png", BLACK)
    write(tmp_path / "dark" / "gray.png", GRAY)
    return tmp_path


def rmse(table):
    return dict(zip(table.ids, table.column("rmse").tolist(), strict=True))


def test_a_folder_has_relative_ids_with_slashes(folder):
    found = rank_by_metric(BLACK, folder, "rmse")
    assert rmse(found) == {"dark/black.png": 0, "dark/gray.png": 51, "white.png": 255}
    assert found.reference == "target"
    assert found.complete


def test_a_list_of_paths_has_the_paths_as_ids(folder):
    paths = [folder / "white.png", str(folder / "dark/black.png")]
    found = rank_by_metric(folder / "white.png", paths, "rmse")
    assert rmse(found) == {str(paths[0]): 0, paths[1]: 255}
    assert found.reference == str(folder / "white.png")


@pytest.mark.parametrize(
    "images",
    [[BLACK, GRAY, WHITE], (BLACK, GRAY, WHITE), np.stack([BLACK, GRAY, WHITE])],
    ids=["list", "tuple", "array"],
)
def test_arrays_have_numbers_as_ids(images):
    found = rank_by_metric(BLACK, images, ["rmse", "mse"])
    assert found.ids == ("0", "1", "2")
    assert found.values.tolist() == [[d, d * d] for d in DISTANCES]


def test_an_array_of_grey_pictures_has_three_axes():
    images = np.stack([BLACK, GRAY, WHITE])[..., 0]
    found = rank_by_metric(images[0], images, "rmse")
    assert found.column("rmse").tolist() == DISTANCES


def test_a_mapping_has_its_own_ids(folder):
    found = rank_by_metric(BLACK, {"w": folder / "white.png", "g": GRAY}, "rmse")
    assert rmse(found) == {"w": 255, "g": 51}


def test_all_metrics_are_the_default_and_the_facts_stand_in_the_table():
    found = rank_by_metric(GRAY, [WHITE])
    assert found.metrics == tuple(METRICS)
    assert (found.data_range, found.profile, found.sewar) == (255.0, "sewar", SEWAR)
    assert found.sewar_installed >= "0.4"


@pytest.mark.parametrize("profile", ["sewar", "textbook"])
def test_values_and_notes_are_those_of_each_pair_alone(profile):
    images = textures(7)
    found = rank_by_metric(images[3], images, profile=profile)
    for place, image in enumerate(images):
        pair = full_reference(images[3], image, profile=profile, details=True)
        expected = [one.value for one in pair.values()]
        np.testing.assert_allclose(found.values[place], expected, rtol=1e-6, atol=1e-7)
        for name, one in pair.items():
            told = "" if name == "scc" else one.note  # its flat windows are not counted
            assert found.notes.get((str(place), name), "") == told, (place, name)


def test_every_undefined_value_has_a_reason():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (6, 6, 3), np.uint8), np.zeros((6, 6, 3), np.uint8)]
    for target in images:
        found = rank_by_metric(target, images)
        for row, column in np.argwhere(np.isnan(found.values)):
            key = found.ids[row], found.metrics[column]
            assert found.notes[key], key


def test_equal_pictures_have_infinite_psnr_and_come_first():
    found = rank_by_metric(BLACK, {"gray": GRAY, "same": BLACK}, "psnr")
    assert found.best("psnr") == [("same", inf), ("gray", pytest.approx(13.9794))]
    assert found.summary()["psnr"].n_infinite == 1


def test_values_do_not_depend_on_threads(monkeypatch):
    monkeypatch.setattr(one_against_many, "_BLOCK", 4)
    images = textures(18)
    plain = rank_by_metric(images[0], images, n_jobs=1)
    for n_jobs in (2, 3):
        found = rank_by_metric(images[0], images, n_jobs=n_jobs)
        assert found.ids == plain.ids
        np.testing.assert_array_equal(found.values, plain.values)
        assert found.notes == plain.notes


def test_values_do_not_depend_on_blocks(monkeypatch):
    images = textures(10)
    plain = rank_by_metric(images[0], images)
    for size in (1, 3, 64):
        monkeypatch.setattr(one_against_many, "_BLOCK", size)
        found = rank_by_metric(images[0], images)
        np.testing.assert_allclose(found.values, plain.values, rtol=1e-14, atol=0)
        assert found.notes == plain.notes


def test_pictures_that_cannot_be_measured_are_listed_with_reasons(folder):
    (folder / "broken.jpg").write_bytes(b"no picture")
    write(folder / "large.png", np.zeros((9, 8, 3), np.uint8))
    (folder / "notes.txt").write_text("not a picture")
    found = rank_by_metric(BLACK, folder, "rmse")
    assert found.ids == ("dark/black.png", "dark/gray.png", "white.png")
    assert not found.complete
    assert found.n_other == 1
    (broken, why_broken), (large, why_large) = found.unreadable
    assert (broken, large) == ("broken.jpg", "large.png")
    assert "broken.jpg" in why_broken
    assert "8 x 8 pixels, got 8 x 9" in why_large
    assert 'resize="reference"' in why_large


def test_arrays_that_cannot_be_measured_are_listed_by_number():
    bad = BLACK.astype(float)
    bad[0, 0] = np.nan
    images = [GRAY, bad, GRAY[..., 0], GRAY.astype(np.uint16), [[1, 2]], None]
    found = rank_by_metric(BLACK, images, "rmse")
    assert found.ids == ("0",)
    assert [id_ for id_, _ in found.unreadable] == ["1", "2", "3", "4", "5"]
    for id_, reason in found.unreadable:
        assert reason.startswith(f"images['{id_}'] must")


def test_floats_outside_of_the_range_of_the_target_are_listed():
    images = [np.full((8, 8), 0.25), np.full((8, 8), 100.0)]
    found = rank_by_metric(np.zeros((8, 8)), images, "mse")
    assert found.column("mse").tolist() == [0.0625]
    assert "data_range must be given" in found.unreadable[0][1]
    both = rank_by_metric(np.zeros((8, 8)), images, "mse", data_range=255)
    assert both.column("mse").tolist() == [0.0625, 10000.0]


def test_other_sizes_are_measured_on_request():
    images = [np.full((16, 4, 3), 51, np.uint8), WHITE]
    found = rank_by_metric(BLACK, images, "rmse", resize="reference")
    assert found.column("rmse").tolist() == [51.0, 255.0]


def test_four_bands_must_be_confirmed():
    images = np.zeros((2, 8, 8, 4), np.uint8)
    with pytest.raises(ValueError, match="4 bands, as RGBA pictures have"):
        rank_by_metric(images[0], images, "rmse")
    found = rank_by_metric(images[0], images, "rmse", bands=4)
    assert found.column("rmse").tolist() == [0.0, 0.0]


def test_nothing_measurable_is_an_error_with_the_first_reasons(tmp_path):
    write(tmp_path / "a.png", np.zeros((9, 9, 3), np.uint8))
    for name in "bcde":
        (tmp_path / f"{name}.png").write_bytes(b"")
    with pytest.raises(ValueError, match="none of 5 pictures could be meas") as caught:
        rank_by_metric(BLACK, tmp_path)
    text = str(caught.value)
    assert "a.png must have the reference's size" in text
    assert 'resize="reference"' in text
    assert text.endswith("; and 2 more")


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        ([], ValueError, "images must hold at least one picture, got none"),
        ({}, ValueError, "images must hold at least one picture, got none"),
        (np.zeros((0, 8, 8, 3), np.uint8), ValueError, "at least one picture"),
        (np.zeros((8, 8), np.uint8), ValueError, r"n, height, width.*got \(8, 8\)"),
        ({1: BLACK}, TypeError, "images must have texts as ids, got 1"),
        (["a.png", "a.png"], ValueError, "each be named once, got 'a.png' twice"),
        (5, TypeError, "images must be a folder, a list .* got int"),
        ("/no/such/folder", FileNotFoundError, "there is no folder"),
    ],
)
def test_images_that_are_none_are_refused(images, error, words):
    with pytest.raises(error, match=words):
        rank_by_metric(BLACK, images)


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("not a picture")
    with pytest.raises(ValueError, match="holds no pictures; its 1 files are others"):
        rank_by_metric(BLACK, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"metrics": "ssym"}, cvret.UnknownNameError, "'ssym'; there are cosine, erg"),
        ({"profile": "paper"}, ValueError, "profile must be one of sewar, textbook"),
        ({"resize": "target"}, ValueError, 'resize must be "reference" or'),
        ({"data_range": -1}, ValueError, "data_range must be above 0"),
        ({"n_jobs": 0}, ValueError, "n_jobs must not be 0"),
        ({"target": "/no/such.png"}, cvret.ImageError, "such.png does not exist"),
        ({"target": BLACK > 0}, TypeError, "target must hold whole or floating"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        rank_by_metric(**{"target": BLACK, "images": [BLACK], **arguments})


def test_a_window_larger_than_the_pictures_is_told():
    found = rank_by_metric(BLACK, [GRAY], "q2n")
    assert isnan(found.column("q2n")[0])
    assert found.notes["0", "q2n"]


def test_the_progress_bar_counts_what_could_not_be_read_too(capsys):
    rank_by_metric(BLACK, [GRAY, None], "rmse", progress=True)
    assert "2/2" in capsys.readouterr().err
