"""Systems named in a line of text."""

import shutil

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.errors import FormatError, UnknownNameError
from cvret.evaluation.named import named_systems
from cvret.evaluation.report import Costs, Report, Spread
from cvret.evaluation.statistics import Interval


@pytest.fixture(scope="module")
def reds(tmp_path_factory):
    """Four pictures, two red and two blue, of which one each has stripes."""
    folder = tmp_path_factory.mktemp("reds")
    for name, color in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        pixels = np.full((64, 64, 3), color, np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
        pixels[::4] = 255
        Image.fromarray(pixels).save(folder / f"{name}-striped.png")
    return folder


@pytest.fixture(scope="module")
def index(reds, tmp_path_factory):
    path = tmp_path_factory.mktemp("index") / "reds.cvret"
    fields = {"color": cvret.HSVHistogram(), "grain": cvret.LocalBinaryPatterns()}
    made = cvret.Index.create(path, fields=fields)
    made.add(reds)
    return path


def first(system, path):
    return system.search(system.encode(path), k=2).ids


def test_descriptors_and_metrics_rank_the_photos(reds):
    with named_systems(["hsv", "lbp", "ssim", "color-layout"], reds) as named:
        systems = named.systems
        assert list(systems) == ["hsv", "lbp", "ssim", "color-layout"]
        for system in systems.values():
            assert sorted(system.ids) == sorted(p.name for p in reds.iterdir())
        assert first(systems["ssim"], reds / "red.png")[0] == "red.png"
        assert first(systems["lbp"], reds / "red.png") == ("blue.png", "red.png")
        assert systems["hsv"].file_of("red.png") == reds / "red.png"
        assert named.left_out == ()


def test_they_share_one_index_and_a_recipe_has_its_own(reds):
    with named_systems(["hsv", "lbp", "scenes:color:no-rerank"], reds) as named:
        hsv, lbp, scenes = named.systems.values()
        assert hsv._index.path == lbp._index.path
        assert scenes._index.path != hsv._index.path
        assert (scenes.name, scenes.rerank) == ("color", ())
    assert not hsv._index.path.exists()


def test_combinations_are_fused_and_concatenated(reds):
    texts = ["hsv+lbp", "hsv++lbp", "hsv++lbp+rgb"]
    with named_systems(texts, reds) as named:
        kinds = [type(each).__name__ for each in named.systems.values()]
        assert kinds == ["Fused", "Concatenated", "Fused"]
        assert named.systems["hsv++lbp+rgb"].name == "hsv++lbp+rgb"


def test_each_two_of_one_source_are_combined_too(reds):
    with named_systems(["hsv", "c=lab", "lbp+hsv"], reds) as plain:
        assert list(plain.systems) == ["hsv", "c", "lbp+hsv"]
    with named_systems(["hsv", "lbp", "rgb"], reds, each_two_combined=True) as named:
        assert list(named.systems)[3:6] == ["hsv+lbp", "hsv+rgb", "lbp+rgb"]
        assert list(named.systems)[6:] == ["hsv++lbp", "hsv++rgb", "lbp++rgb"]
        kinds = [type(each).__name__ for each in named.systems.values()]
        assert kinds == ["FieldSearch"] * 3 + ["Fused"] * 3 + ["Concatenated"] * 3
    with named_systems(["hsv", "lbp", "lbp+hsv"], reds, each_two_combined=True) as two:
        assert list(two.systems) == ["hsv", "lbp", "lbp+hsv", "hsv++lbp"]


def test_what_compares_no_plain_vectors_is_fused_alone(reds):
    texts = ["hsv", "ssim", "scenes"]
    with named_systems(texts, reds, each_two_combined=True) as named:
        assert list(named.systems)[3:] == ["hsv+ssim", "hsv+scenes", "ssim+scenes"]


def test_several_folders_have_a_prefix_each(reds, tmp_path):
    blue = tmp_path / "elsewhere" / "blue.png"
    blue.parent.mkdir()
    Image.new("RGB", (64, 64), (0, 0, 100)).save(blue)
    with named_systems(["hsv"], {str(reds): "", str(blue.parent): "more"}) as named:
        hsv = named.systems["hsv"]
        assert set(hsv.ids) == {*(p.name for p in reds.iterdir()), "more/blue.png"}
        assert hsv.file_of("more/blue.png") == blue
    with (
        pytest.raises(ValueError, match=r"'blue.png' is in the index already"),
        named_systems(["hsv"], {str(reds): "", str(blue.parent): ""}),
    ):
        pass


def test_an_encoder_learns_from_the_photos_and_says_so(photos):
    with named_systems(["hsv", "kaze/vlad"], photos) as named:
        hsv, vlad = named.systems.values()
        assert vlad.learned_share() == 1
        assert hsv.learned_share() == 0
        assert set(hsv.ids) == set(vlad.ids)


def test_an_index_and_some_of_its_fields(index):
    texts = [
        str(index),
        f"{index}:color",
        f"weighted={index}:color=1,grain=0.5",
        f"{index}::no-rerank",
    ]
    with named_systems(texts) as named:
        assert list(named.systems) == [
            "reds.cvret",
            "reds.cvret:color",
            "weighted",
            "reds.cvret::no-rerank",
        ]
        assert named.systems["weighted"].weights == {"color": 1.0, "grain": 0.5}
        assert named.systems["reds.cvret:color"].name == "color"


def test_paths_may_hold_signs_that_mean_something_else(index, tmp_path):
    path = shutil.copytree(index, tmp_path / "a+b=c.cvret")
    with named_systems([f"{path}:color", f"mine={path}:grain"]) as named:
        assert list(named.systems) == ["a+b=c.cvret:color", "mine"]


def test_a_part_of_an_index_can_be_combined(index, reds):
    with named_systems([f"{index}:color+lbp"], reds) as named:
        (name,) = named.systems
        assert name == "reds.cvret:color+lbp"
        assert len(named.systems[name].ids) == 4


def test_a_report_is_read_and_named_by_its_file(tmp_path):
    path = tmp_path / "übersicht.json"
    cost = Costs(Spread(1.0, 2.0), Spread(1.0, 2.0))
    values = {"mAP": np.array([0.5, 1.0])}
    between = {"mAP": Interval(0.5, 1.0)}
    Report("hsv", ("a", "b"), values, between, {}, 2, cost).save(path)
    with named_systems([str(path), f"again={path}"]) as named:
        assert list(named.systems) == ["übersicht", "again"]
        assert named.systems["again"].metrics == {"mAP": 0.75}


def test_what_cannot_be_read_is_in_no_system_and_told(reds, tmp_path):
    folder = shutil.copytree(reds, tmp_path / "photos")
    (folder / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (3, 3)).save(folder / "tiny.png")  # too small for HOG alone
    with named_systems(["hsv", "hog", "objects"], folder) as named:
        ids = {frozenset(system.ids) for system in named.systems.values()}
        assert len(ids) == 1
        assert "broken.png" not in next(iter(ids))
        assert {name for name, _ in named.left_out} >= {"broken.png"}


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        (["beauty"], UnknownNameError, "no system is named 'beauty'; there are the"),
        (["masked"], UnknownNameError, "no system is named 'masked'"),
        (["hsv", "hsv"], ValueError, "two systems are named 'hsv'.*other=hsv"),
        (["hsv:color"], ValueError, "only an index or a recipe has fields"),
        (["hsv+"], ValueError, "a system must have a name"),
        ([""], ValueError, "a system must have a name"),
        (["scenes:color=much"], ValueError, "fields must be like words=1"),
        (["scenes:color:layout"], ValueError, "fields must be given once"),
        (["a.json+hsv"], ValueError, "a report cannot be combined"),
        (["nowhere.cvret"], FileNotFoundError, "nowhere.cvret"),
        (["nowhere.json"], FileNotFoundError, "nowhere.json"),
        (["scenes:taste"], UnknownNameError, "taste"),
    ],
)
def test_what_names_nothing_is_refused(reds, texts, error, message):
    with pytest.raises(error, match=message), named_systems(texts, reds):
        pass


def test_without_photos_there_is_nothing_to_describe():
    with pytest.raises(ValueError, match="hsv needs a folder"), named_systems(["hsv"]):
        pass


def test_a_folder_that_is_no_index_is_refused(tmp_path):
    (tmp_path / "no.cvret").mkdir()
    with (
        pytest.raises((FormatError, FileNotFoundError), match="no.cvret"),
        named_systems([str(tmp_path / "no.cvret")]),
    ):
        pass
