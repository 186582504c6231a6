"""Creating, fitting and opening an index, and the parts of its fields."""

import os
import subprocess
import sys
from hashlib import blake2b

import numpy as np
import pytest

import cvret
from cvret.records import Learned

COFFEE = "photos/coffee.png"


def test_fit_learns_a_vocabulary_that_comes_back(tmp_path, photos):
    path = tmp_path / "own.cvret"
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=200)}
    index = cvret.Index.create(path, fields=fields)
    with pytest.raises(cvret.NotFittedError, match="call fit"):
        index.add(photos)
    index.fit(photos)
    index.add(photos)
    again = cvret.Index.open(path)
    assert again.search(photos / COFFEE).ids == index.search(photos / COFFEE).ids
    source = again.info()["fields"]["words"]["vocabulary_source"]
    assert "5 images given to fit" in source["learned on"]
    with pytest.raises(ValueError, match="fit an index before adding to it"):
        index.fit(photos)


def test_fit_replaces_the_shipped_vocabulary_of_a_recipe(tmp_path, photos, color_index):
    index = cvret.Index.create(tmp_path / "own.cvret")
    with pytest.raises(ValueError, match="n_words=16384 needs at least that many desc"):
        index.fit(photos)
    color = color_index(tmp_path / "color.cvret")
    with pytest.raises(ValueError, match="no field .* learns from pictures"):
        color.fit(photos)


def test_a_fitted_vocabulary_that_was_given_is_stored(tmp_path, photos, coffee):
    descriptors = cvret.SIFT().extract(coffee).descriptors
    vocabulary = cvret.Vocabulary(n_words=100).fit(descriptors)
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), vocabulary=vocabulary)}
    cvret.Index.create(tmp_path / "i.cvret", fields=fields).add(photos)
    again = cvret.Index.open(tmp_path / "i.cvret")
    known = again.info()["fields"]["words"]["vocabulary"]
    assert known == vocabulary.fingerprint()
    assert again.search(photos / COFFEE)[0].id == COFFEE


@pytest.mark.parametrize("vocabulary", [None, "rootsift-16k"])
def test_a_bag_that_was_fitted_before_is_stored_as_fitted(
    tmp_path, photos, coffee, vocabulary
):
    bag = cvret.BagOfWords(cvret.SIFT(), n_words=90, vocabulary=vocabulary)
    bag.fit([coffee])
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"words": bag})
    index.add(photos)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.search(photos / COFFEE)[0].score == 1.0
    assert again.info()["fields"]["words"]["words"] == 90


def test_what_an_index_learns_stays_its_own(tmp_path, photos):
    bag = cvret.BagOfWords(cvret.SIFT(), n_words=90)
    one, two = (
        cvret.Index.create(tmp_path / name, fields={"words": bag}) for name in "ab"
    )
    one.fit(photos)
    one.add(photos)
    before = one.search(photos / COFFEE)
    with pytest.raises(cvret.NotFittedError):
        two.add(photos)
    two.fit(photos / "photos")
    assert np.array_equal(one.search(photos / COFFEE).scores, before.scores)
    assert not hasattr(bag, "vocabulary_")


def test_fit_keeps_a_sketch_of_the_files(tmp_path, photos):
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=50)}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(photos)
    source = cvret.Index.open(index.path).info()["fields"]["words"]["vocabulary_source"]
    files = [path for path in photos.rglob("*") if path.is_file()]
    assert source["sketch"] == sorted(
        blake2b(path.read_bytes(), digest_size=16).hexdigest()[:16] for path in files
    )
    assert 0 < source["unexplained"] < 1


@pytest.mark.parametrize("levels", [1, 3])
def test_an_index_keeps_levels_and_probes(tmp_path, photos, coffee, levels):
    probes = (1, 2)[: levels - 1]
    bag = cvret.BagOfWords(cvret.SIFT(), n_words=80, levels=levels, probes=probes)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"words": bag})
    index.fit(photos)
    index.add(photos)
    query = index.encode(coffee).parts["words"]
    again = cvret.Index.open(index.path)
    assert again.verify().ok
    assert (
        f"levels={levels}, probes={probes}" in again.info()["fields"]["words"]["part"]
    )
    assert np.array_equal(again.encode(coffee).parts["words"].words, query.words)
    assert again.search(photos / COFFEE)[0].id == COFFEE


class MeanColor:
    """A descriptor of one's own."""

    metric = "l2"

    def describe(self, image):
        return image.mean(axis=(0, 1)).astype(np.float32) / 255


def test_a_part_of_ones_own_is_handed_over_again_to_open(tmp_path, photos):
    path = tmp_path / "own.cvret"
    index = cvret.Index.create(path, fields={"mean": MeanColor()})
    index.add(photos)
    with pytest.raises(cvret.UnknownNameError, match=r"parts=\{'mean': part\}"):
        cvret.Index.open(path)
    again = cvret.Index.open(path, parts={"mean": MeanColor()})
    assert again.search(photos / COFFEE)[0].id == COFFEE
    with pytest.raises(cvret.UnknownNameError, match="has no field 'other'"):
        cvret.Index.open(path, parts={"mean": MeanColor(), "other": MeanColor()})


class Centered:
    """A learner of one's own: the mean descriptor less that of all pictures."""

    metric = "l2"
    extractor = cvret.SIFT(max_keypoints=50)

    def describe(self, image):
        return self.extractor.extract(image).descriptors.mean(axis=0) - self.mean_

    def fit_features(self, features):
        self.mean_ = np.mean([f.descriptors.mean(axis=0) for f in features], axis=0)

    def learned(self):
        return Learned({"mean": self.mean_}, {}) if hasattr(self, "mean_") else None

    def restore(self, arrays, source):
        if arrays["mean"].shape != (128,):
            raise ValueError("the mean must have 128 elements")
        self.mean_ = arrays["mean"]

    def check_fitted(self):
        if not hasattr(self, "mean_"):
            raise cvret.NotFittedError("this Centered has learned nothing yet")


def test_any_part_that_learns_is_a_field(tmp_path, photos):
    path = tmp_path / "own.cvret"
    index = cvret.Index.create(path, fields={"mean": Centered()})
    with pytest.raises(cvret.NotFittedError, match="has learned nothing yet"):
        index.add(photos)
    assert index.info()["fields"]["mean"]["learned"] == "nothing yet; call fit"
    index.fit(photos)
    index.add(photos)
    again = cvret.Index.open(path, parts={"mean": Centered()})
    query = photos / COFFEE
    assert again.search(query).scores.tolist() == index.search(query).scores.tolist()
    assert again.search(query)[0].id == COFFEE
    assert (
        again.info()["fields"]["mean"]["learned"]
        in next((path / "learned").iterdir()).name
    )
    namesake = type("Centered", (MeanColor,), {})()
    with pytest.raises(cvret.FormatError, match="learned for Centered, which cannot"):
        cvret.Index.open(path, parts={"mean": namesake})


def test_the_same_pictures_give_the_same_bytes(tmp_path, photos, contents):
    indexes = []
    for n_jobs in (1, 2):
        index = cvret.Index.create(tmp_path / f"{n_jobs}.cvret")
        index.add(photos, n_jobs=n_jobs)
        indexes.append(contents(index.path))
    assert indexes[0] == indexes[1]


@pytest.mark.long
def test_threads_of_blas_change_no_byte(tmp_path, photos, contents):
    code = "import sys, cvret; cvret.Index.create(sys.argv[2]).add(sys.argv[1])"
    found = []
    for threads in ("1", "2"):
        path = tmp_path / threads
        subprocess.run(
            [sys.executable, "-c", code, str(photos), str(path)],
            check=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
        )
        found.append(contents(path))
    assert found[0] == found[1]


def test_an_index_fitted_elsewhere_meanwhile_must_be_opened_again(tmp_path, photos):
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=50)}
    one = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    one.fit(photos)
    two = cvret.Index.open(tmp_path / "i.cvret")
    one.fit(photos / "photos")
    with pytest.raises(RuntimeError, match="fitted by another process; open it again"):
        two.add(photos)


def test_a_path_that_exists_is_not_overwritten(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already; open it with"):
        cvret.Index.create(tmp_path / "full")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already"):
        cvret.Index.create(tmp_path / "file")
    assert (tmp_path / "full" / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"recipe": "magic"}, cvret.UnknownNameError, "no recipe is named 'magic'"),
        ({"fields": {}}, ValueError, "at least one field"),
        ({"fields": {"a b": cvret.HSVHistogram()}}, ValueError, "a field's name must"),
        (
            {"fields": {"image": cvret.HSVHistogram()}},
            ValueError,
            "cannot be named",
        ),
        ({"fields": {"a": cvret.SIFT()}}, TypeError, "wrap it in BagOfWords"),
        ({"fields": {"a": 7}}, TypeError, "must be a descriptor such as"),
        ({"max_side": 0}, ValueError, "max_side must be at least 1"),
        (
            {"recipe": "objects", "fields": {"a": cvret.HSVHistogram()}},
            ValueError,
            "give a recipe or fields, not both",
        ),
    ],
)
def test_a_wrong_argument_of_create_leaves_nothing_behind(
    tmp_path, options, error, message
):
    with pytest.raises(error, match=message):
        cvret.Index.create(tmp_path / "i.cvret", **options)
    assert not (tmp_path / "i.cvret").exists()


def test_vectors_that_are_not_finite_are_refused(tmp_path, plain_pictures):
    class Broken:
        metric = "l2"

        def describe(self, image):
            return np.array([np.nan], np.float32)

    index = cvret.Index.create(tmp_path / "i.cvret", fields={"broken": Broken()})
    with pytest.raises(ValueError, match="Broken must give a finite vector"):
        index.add(plain_pictures(tmp_path / "p", 1))
    assert len(cvret.Index.open(index.path, parts={"broken": Broken()})) == 0


def test_a_fit_that_fails_leaves_the_vocabulary_as_it_was(
    tmp_path, photos, monkeypatch
):
    fields = {
        "first": cvret.BagOfWords(cvret.SIFT(max_keypoints=100), n_words=20),
        "second": cvret.BagOfWords(cvret.ORB(max_keypoints=10), n_words=40),
    }
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(photos)
    before = index.info()["fields"]["first"]["vocabulary"]
    with pytest.raises(ValueError, match="descriptors"):
        index.fit(photos / "copies")  # too few for the second field
    assert index.info()["fields"]["first"]["vocabulary"] == before

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            index.fit(photos)  # learns the same again
    index.add(photos)
    assert index.verify().ok
    for opened in (index, cvret.Index.open(index.path)):
        assert opened.info()["fields"]["first"]["vocabulary"] == before
        assert opened.search(photos / COFFEE, rerank=[])[0].id == COFFEE
    assert len(list((index.path / "learned").iterdir())) == 2


@pytest.mark.parametrize("wrapped", [False, True])
def test_akaze_words_of_another_major_version_of_opencv_are_refused(
    tmp_path, coffee, monkeypatch, wrapped
):
    extractor = cvret.AKAZE(max_keypoints=100)
    if wrapped:
        extractor = cvret.SimulatedViews(extractor, 100, tilts=(2.0,))
    bag = cvret.BagOfWords(extractor, n_words=4).fit([coffee])
    monkeypatch.setattr("cvret.collection.making.opencv_version", "3.4.1")
    cvret.Index.create(tmp_path / "akaze.cvret", fields={"words": bag})
    sift = cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k")
    cvret.Index.create(tmp_path / "sift.cvret", fields={"words": sift})
    cvret.Index.open(tmp_path / "akaze.cvret")
    monkeypatch.undo()
    with pytest.raises(
        cvret.FormatError,
        match=r"made with OpenCV 3\.4\.1, here is .* AKAZE is not the",
    ):
        cvret.Index.open(tmp_path / "akaze.cvret")
    cvret.Index.open(tmp_path / "sift.cvret")
