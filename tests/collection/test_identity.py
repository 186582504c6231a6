"""Vectors of another descriptor, version or length do not mix with a field's."""

import json

import numpy as np
import pytest

import cvret
from cvret.collection.identity import identity_of
from cvret.storage.manifest import read_manifest, write_manifest


class MeanColor:
    """A descriptor of one's own."""

    metric = "l2"

    def describe(self, image):
        return image.mean(axis=(0, 1)).astype(np.float32) / 255


class OtherColor(MeanColor):
    pass


@pytest.fixture
def color(tmp_path, photos, color_index):
    index = color_index(tmp_path / "color.cvret")
    index.add(photos)
    return index


@pytest.fixture
def mean(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "mean.cvret", fields={"mean": MeanColor()})
    index.add(photos)
    return index


def test_metric_and_versions_are_kept(color):
    assert color._state.settings["descriptors"] == {
        "color": {"metric": "hellinger", "versions": {"HSVHistogram": 1}}
    }
    nested = cvret.BinaryCodes(cvret.HSVHistogram())
    assert identity_of(nested) == {
        "metric": "hamming",
        "versions": {"BinaryCodes": 1, "HSVHistogram": 1},
    }
    assert identity_of(MeanColor()) == {"metric": "l2", "versions": {}}


def test_another_version_of_a_descriptor_is_refused(color, monkeypatch):
    monkeypatch.setattr(cvret.HSVHistogram, "version", 2)
    said = (
        r"field 'color' of .*color.cvret was made with HSVHistogram of version 1, here "
        r"is version 2, .*build the index again, or install the cvret that made it, "
    )
    with pytest.raises(cvret.FormatError, match=said + cvret.__version__):
        cvret.Index.open(color.path)


def test_another_version_within_a_part_is_refused(tmp_path, monkeypatch):
    part = cvret.BagOfWords(cvret.Patches(cvret.LocalBinaryPatterns()), n_words=9)
    cvret.Index.create(tmp_path / "i.cvret", fields={"texture": part})
    monkeypatch.setattr(cvret.LocalBinaryPatterns, "version", 7)
    with pytest.raises(cvret.FormatError, match="'texture' of .* version 1, here is v"):
        cvret.Index.open(tmp_path / "i.cvret")


def test_an_index_from_before_versions_were_kept_is_opened(color, monkeypatch):
    manifest = read_manifest(color.path)
    del manifest.settings["descriptors"]
    write_manifest(color.path, manifest)
    monkeypatch.setattr(cvret.HSVHistogram, "version", 2)
    assert cvret.Index.open(color.path).ids == color.ids


def test_a_damaged_entry_is_refused(color):
    manifest = read_manifest(color.path)
    for wrong in ({"nothing": {"metric": "l2", "versions": {}}}, {"color": {}}):
        manifest.settings["descriptors"] = json.loads(json.dumps(wrong))
        write_manifest(color.path, manifest)
        with pytest.raises(cvret.FormatError, match="damaged manifest"):
            cvret.Index.open(color.path)


def test_another_class_is_refused(color, mean):
    with pytest.raises(cvret.FormatError, match="made with HSVHistogram, and parts has "
                       "LocalBinaryPatterns for it; hand over"):  # fmt: skip
        cvret.Index.open(color.path, parts={"color": cvret.LocalBinaryPatterns()})
    with pytest.raises(
        cvret.FormatError, match="'mean' .* with MeanColor, and parts h"
    ):
        cvret.Index.open(mean.path, parts={"mean": OtherColor()})
    assert len(cvret.Index.open(mean.path, parts={"mean": MeanColor()})) == 5


def test_another_metric_is_refused(mean):
    part = MeanColor()
    part.metric = "l1"
    with pytest.raises(
        cvret.FormatError, match="'mean' .* the metric 'l2', and MeanCol"
    ):
        cvret.Index.open(mean.path, parts={"mean": part})


def test_another_length_is_refused(color):
    part = cvret.HSVHistogram(bins=(8, 2, 2))
    said = r"'color' .* 162 elements, and HSVHistogram\(bins=\(8, 2, 2\)\) gives 32"
    with pytest.raises(cvret.FormatError, match=said):
        cvret.Index.open(color.path, parts={"color": part})


def test_a_part_that_gives_another_length_later_is_refused(mean, photos, tmp_path):
    part = MeanColor()
    part.describe = lambda image: np.zeros(4, np.float32)
    again = cvret.Index.open(mean.path, parts={"mean": part})
    said = "field 'mean' holds vectors of 3 elements, and .*MeanColor.* gave 4"
    with pytest.raises(ValueError, match=said):
        again.search(photos / "photos" / "coffee.png")
    with pytest.raises(ValueError, match=said):
        again.add(photos, "more")
    assert len(cvret.Index.open(mean.path, parts={"mean": MeanColor()})) == 5


def test_vectors_of_one_addition_must_be_equally_long(tmp_path, photos):
    part = MeanColor()
    part.describe = lambda image: np.zeros(image.shape[0], np.float32)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"mean": part})
    with pytest.raises(ValueError, match="field 'mean' holds vectors of .* elements"):
        index.add(photos)
    assert len(index) == 0


def test_a_query_of_another_index_is_refused(color, tmp_path, photos):
    small = cvret.HSVHistogram(bins=(8, 2, 2))
    other = cvret.Index.create(tmp_path / "o.cvret", fields={"color": small})
    other.add(photos)
    query = other.query_of("photos/coffee.png")
    said = (
        r"field 'color' holds vectors of 162 elements, and the query has an array of "
        r"\(32,\) for it; encode the query with this index"
    )
    with pytest.raises(ValueError, match=said):
        color.search(query)
    with pytest.raises(ValueError, match=said):
        color.affinities(["photos/coffee.png"], query)


def test_words_and_vectors_are_told_apart(color, photo_index):
    words = photo_index.query_of("photos/coffee.png", by="words").parts["words"]
    vector = color.query_of("photos/coffee.png").parts["color"]
    with pytest.raises(ValueError, match="vectors of 162 .* query has VisualWords"):
        color.search(cvret.Query({"color": words}, 9, 9))
    with pytest.raises(ValueError, match="'words' holds visual words, .* has ndarray"):
        photo_index.search(cvret.Query({"words": vector}, 9, 9), by="words")
