"""Fields of an index as systems: what they search, hold, and cost."""

import math

import numpy as np
import pytest

import cvret
from cvret.protocols import System


class MeanColor:
    """The mean color, as three numbers or as bits."""

    def __init__(self, metric="l2"):
        self.metric = metric

    def describe(self, image):
        mean = image.reshape(-1, 3).mean(axis=0)
        return np.float32(mean > 128) if self.metric == "hamming" else np.float32(mean)


COLORS = {"red": (255, 0, 0), "green": (0, 255, 0), "dark": (9, 9, 9)}


@pytest.fixture
def folder(tmp_path):
    from PIL import Image

    (tmp_path / "photos").mkdir()
    for name, color in COLORS.items():
        Image.new("RGB", (16, 16), color).save(tmp_path / "photos" / f"{name}.png")
    return tmp_path / "photos"


@pytest.fixture
def index(tmp_path, folder, quick_parts):
    fields = {
        "color": MeanColor(),
        "bits": MeanColor("hamming"),
        "small": cvret.Pixels(size=(8, 8), metric="rmse"),
        "words": quick_parts["words"],
    }
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(folder)
    return index


def test_an_index_and_its_fields_are_systems(index):
    assert isinstance(index, System)
    assert isinstance(index.by("color"), System)
    assert isinstance(index.by(["color", "words"]), System)


@pytest.mark.parametrize("by", ["color", "words", {"color": 1, "bits": 0.3}, None])
def test_a_field_ranks_as_the_index_does_by_it(index, folder, by):
    system = index.by(by)
    wanted = index.search(folder / "red.png", k=3, by=by)
    found = system.search(system.encode(folder / "red.png"), 3)
    assert (found.ids, found.scores.tolist()) == (wanted.ids, wanted.scores.tolist())
    again = system.search(system.query_of("red.png"), 3)
    assert again.ids == wanted.ids
    assert system.ids == index.ids


def test_rerankers_and_mirror_images_are_those_that_were_asked_for(index, folder):
    moved = cvret.Rocchio(relevant=["green.png"])
    system = index.by("color", rerank=[moved], mirrored=True)
    query = system.encode(folder / "red.png")
    assert query.mirror is not None
    wanted = index.search(folder / "red.png", by="color", rerank=[moved], mirrored=True)
    assert system.search(query).scores.tolist() == wanted.scores.tolist()
    assert "Rocchio" in system.describe()
    assert system.describe().endswith("with mirror images")
    with pytest.raises(TypeError, match="rerank must be a list"):
        index.by("color", rerank=moved)
    with pytest.raises(cvret.UnknownNameError, match="no field is named 'colour'"):
        index.by("colour")


def test_what_a_writer_commits_meanwhile_is_not_seen(index, folder):
    system = index.by("color")
    index.remove("dark.png")
    assert len(index) == 2
    assert system.ids == ("dark.png", "green.png", "red.png")
    assert len(system.search(folder / "dark.png", 9)) == 3
    assert system.vectors()[0] == system.ids


def test_vectors_are_those_of_the_images_that_are_there_in_order_of_ids(index):
    ids, vectors = index.vectors("color")
    assert ids == index.ids == ("dark.png", "green.png", "red.png")
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[9, 9, 9], [0, 255, 0], [255, 0, 0]]
    index.remove("green.png")
    ids, vectors = index.vectors("color")
    assert (ids, vectors.tolist()) == (
        ("dark.png", "red.png"),
        [[9, 9, 9], [255, 0, 0]],
    )


def test_bits_are_given_as_0_and_1_and_pixels_as_they_are(index):
    assert index.vectors("bits")[1].tolist() == [[0, 0, 0], [0, 1, 0], [1, 0, 0]]
    pixels = index.vectors("small")[1].reshape(3, 8, 8, 3)
    assert (pixels[2] == [255, 0, 0]).all()


def test_vectors_come_from_all_segments(index, tmp_path):
    from PIL import Image

    Image.new("RGB", (16, 16), (1, 2, 3)).save(tmp_path / "late.png")
    index.add(tmp_path / "late.png")
    ids, vectors = index.vectors("color")
    assert ids[3] == "late.png"
    assert vectors[3].tolist() == [1, 2, 3]


def test_words_have_no_vectors(index):
    with pytest.raises(ValueError, match="'words' holds visual words, and no vector"):
        index.vectors("words")
    with pytest.raises(ValueError, match="vectors: color, bits, small"):
        index.by("words").vectors()
    with pytest.raises(ValueError, match=r"one field, and this searches color\+bits"):
        index.by(["color", "bits"]).vectors()
    with pytest.raises(cvret.UnknownNameError, match="no field is named 'x'"):
        index.vectors("x")


def test_an_empty_index_has_no_vectors_and_unknown_bytes(tmp_path, quick_parts):
    index = cvret.Index.create(tmp_path / "empty.cvret", fields=quick_parts)
    ids, vectors = index.vectors("color")
    assert (ids, len(vectors)) == ((), 0)
    assert math.isnan(index.by("color").costs()["bytes_an_image"])


def test_the_vector_of_a_query_is_what_its_picture_gives(index, folder):
    system = index.by("color")
    query = system.encode(folder / "green.png")
    assert system.vector_of(query).tolist() == [0, 255, 0]
    with pytest.raises(ValueError, match="holds visual words"):
        index.by("words").vector_of(index.by("words").encode(folder / "red.png"))


def test_the_metric_is_that_of_vectors_alone(index):
    assert index.by("color").metric == "l2"
    assert index.by("bits").metric == "hamming"
    for by in ("words", "small", ["color", "bits"]):
        assert index.by(by).metric is None
    assert index.by("color", mirrored=True).metric is None
    assert index.by("color", rerank=[cvret.Rocchio()]).metric is None


def test_costs_are_those_of_these_fields_only(index):
    fields = index.info()["fields"]
    for by in (["color"], ["words", "bits"]):
        costs = index.by(by).costs()
        wanted = sum(fields[name]["bytes"] for name in by) / 3
        assert costs == {"bytes_an_image": wanted, "fit_seconds": 0.0}


def test_learning_takes_time_and_is_told(tmp_path, photos):
    sift = cvret.SIFT(max_keypoints=60)
    fields = {"vlad": cvret.VLAD(sift, n_words=8), "color": MeanColor()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(photos)
    index.add(photos)
    assert index.by("vlad").costs()["fit_seconds"] > 0
    assert index.by("color").costs()["fit_seconds"] == 0
    assert index.by("vlad").learned_share() == 1
    assert index.by("color").learned_share() == 0


def test_names_and_descriptions_are_one_line(index):
    both = index.by({"color": 1, "words": 0.3})
    assert both.name == "color+words"
    assert "color=1 (" in both.describe()
    assert "words=0.3 (BagOfWords" in both.describe()
    assert "fused by mean scores" in both.describe()
    assert "\n" not in both.describe()
    assert index.by("color").file_of("red.png").name == "red.png"
    with pytest.raises(KeyError):
        index.by("color").file_of("x.png")
