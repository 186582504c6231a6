"""Whatever comes in: a clear error or the right answer, and nothing lost."""

import copy
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import cvret
from cvret.storage import manifest as manifests
from cvret.storage.writing import replace_text

# Manifests


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small index with words, vectors, a learned vocabulary and a removal."""
    work = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(0)
    (work / "p").mkdir()
    for n in range(5):
        squares = rng.integers(0, 256, (12, 12, 3)).astype(np.uint8)
        Image.fromarray(squares.repeat(10, 0).repeat(10, 1)).save(
            work / "p" / f"{n}.png"
        )
    fields = {
        "words": cvret.BagOfWords(cvret.ORB(max_keypoints=40), n_words=10),
        "color": cvret.HSVHistogram(bins=(4, 2, 2)),
    }
    index = cvret.Index.create(work / "i.cvret", fields=fields)
    index.fit(work / "p")
    index.add(work / "p")
    index.remove("3.png")
    return index.path, work / "p" / "0.png"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**12) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=4,
)


def places_in(value, path=()):
    """Every place in nested JSON."""
    yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, part in inner:
        yield from places_in(part, (*path, key))


def changed(content, path, value):
    content = copy.deepcopy(content)
    if not path:
        return value
    part = content
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return content


@given(data=st.data(), value=JSON)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_manifest_with_anything_in_it_is_read_or_refused(made, data, value, tmp_path):
    path, query = made
    stored = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    del stored["checksum"]
    # The parameters of a part are judged by the part, when it is used.
    places = [place for place in places_in(stored) if "params" not in place]
    where = data.draw(st.sampled_from(places))
    bad = changed(stored, where, value)
    target = tmp_path / "bad.cvret"
    if not target.exists():
        shutil.copytree(path, target)
    if isinstance(bad, dict):  # as if the writer itself had meant it
        bad["checksum"] = manifests._checksum(bad)
    replace_text(target / "manifest.json", json.dumps(bad))
    try:
        index = cvret.Index.open(target)
        index.search(query)
        index.similar("0.png", by="color")
    except (cvret.CvretError, KeyError):
        return
    assert isinstance(index.info(), dict)


@pytest.mark.parametrize("n_images", [2_000_000_000_000_000, 2e15, -1])
def test_more_images_than_memory_are_refused_before_they_are_asked_for(
    made, tmp_path, n_images
):
    path, _ = made
    target = tmp_path / "bad.cvret"
    shutil.copytree(path, target)
    stored = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    del stored["checksum"]
    stored["segments"][0]["n_images"] = n_images
    stored["checksum"] = manifests._checksum(stored)
    replace_text(target / "manifest.json", json.dumps(stored))
    with pytest.raises(cvret.CvretError):
        cvret.Index.open(target).info()


@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_no_manifest_are_refused(tmp_path, data):
    (tmp_path / "manifest.json").write_bytes(data)
    with pytest.raises(cvret.FormatError):
        cvret.Index.open(tmp_path)


# Names

NAMES = (
    "Ünï çødé 😀.png",
    "new\nline.png",
    "tab\tand 'quotes\".png",
    "a..b.png",
    "c....png",
    " leading and trailing .png",
    "%2e%2e%2f.png",
    "-o.png",
    "a" * 250 + ".png",
)


def test_names_of_any_kind_are_added_found_and_removed(tmp_path, color_index):
    folder = tmp_path / "p"
    for number, name in enumerate(NAMES):
        deep = folder / "/".join(["d" * 200] * (number % 3))
        deep.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (number * 20, 90, 255 - number)).save(
            deep / name, "PNG"
        )
    index = color_index(tmp_path / "i.cvret")
    assert index.add(folder).added == len(NAMES)
    again = cvret.Index.open(index.path)
    assert {Path(id_).name for id_ in again.ids} == set(NAMES)
    for id_ in again.ids:
        assert again.file_of(id_).exists()
        assert again.search(again.file_of(id_), k=99).ids.count(id_) == 1
        assert again.id_of(again.file_of(id_)) == id_
    assert again.remove(again.ids) == len(NAMES)
    assert index.verify().ok


@pytest.mark.parametrize(
    "id_", ["", "..", "../0.png", "/etc/passwd", "x" * 10_000, "\x00", "a\\b", "\udcff"]
)
def test_ids_that_are_not_there_are_named(made, id_):
    index = cvret.Index.open(made[0])
    assert id_ not in index
    for ask in (index.file_of, index.similar):
        with pytest.raises(KeyError, match="is in the index"):
            ask(id_)


# Features


class Many:
    """As many features as it is told to give."""

    binary = False

    def __init__(self, n):
        self.n = n

    def extract(self, image: np.ndarray) -> cvret.LocalFeatures:
        rng = np.random.default_rng(int(image[0, 0, 0]))
        descriptors = rng.random((self.n, 128)).astype(np.float32)
        descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
        keypoints = rng.random((self.n, 4)).astype(np.float32) * [640, 480, 9, 359]
        return cvret.LocalFeatures(keypoints.astype(np.float32), descriptors, 640, 480)


@pytest.mark.parametrize("n", [0, 1, 2, pytest.param(100_000, marks=pytest.mark.long)])
def test_any_number_of_keypoints_is_indexed_and_searched(tmp_path, plain_pictures, n):
    words = cvret.BagOfWords(Many(n), vocabulary="rootsift-16k", assignments=1)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"words": words})
    folder = plain_pictures(tmp_path / "p", 3)
    assert index.add(folder).added == 3
    verify = [cvret.SpatialVerification()]
    ranking = index.search(folder / "001.png", k=3, rerank=verify)
    assert len(ranking) == 3
    if n:
        assert (
            ranking[0].id,
            index.similar("001.png", rerank=verify)[0].score < 1,
        ) == (
            "001.png",
            True,
        )
    else:
        assert ranking.scores.tolist() == [0, 0, 0]
    index.remove("001.png")
    index.compact()
    assert index.search(folder / "001.png", k=3).ids.count("001.png") == 0
    assert index.verify().ok
