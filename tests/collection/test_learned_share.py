"""What share of its own pictures an index learned from, and how long that took."""

import json
import shutil

import numpy as np
import pytest
from numpy import isnan

import cvret
from cvret.collection.learned_share import learned_share, learned_shares
from cvret.storage.manifest import read_manifest, write_manifest


@pytest.fixture
def fitted(tmp_path, noise):
    """An index that learned from three of its four pictures, by two fields."""
    for number in range(3):
        noise(tmp_path / "set" / f"{number}.png", number)
    vlad = cvret.VLAD(cvret.DenseSIFT(step=2, sizes=(2.0,)), n_words=2)
    fields = {"vlad": vlad, "color": cvret.HSVHistogram()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(tmp_path / "set")
    noise(tmp_path / "set" / "3.png", 3)
    index.add(tmp_path / "set")
    return index


def test_the_share_is_that_of_files_that_were_learned_from(fitted):
    assert learned_shares(fitted) == {"vlad": 3 / 4, "color": 0.0}
    assert learned_share(fitted) == 3 / 4
    assert learned_share(cvret.Index.open(fitted.path)._state, ["color"]) == 0.0


def test_removed_images_do_not_count(fitted):
    fitted.remove("3.png")
    assert learned_share(fitted) == 1.0


def test_what_ships_learned_from_none(tmp_path, quick_parts, noise):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    assert learned_shares(index) == {"words": 0.0, "color": 0.0}  # without an image
    index.add(noise(tmp_path / "a.png", 1))
    assert learned_shares(index) == {"words": 0.0, "color": 0.0}
    assert "fit_seconds" not in index.info()


def test_it_is_unknown_for_a_vocabulary_without_a_sketch(tmp_path, coffee, noise):
    descriptors = cvret.SIFT().extract(coffee).descriptors
    vocabulary = cvret.Vocabulary(n_words=10).fit(descriptors)
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary=vocabulary),
        "color": cvret.HSVHistogram(),
    }
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(noise(tmp_path / "a.png", 1))
    assert isnan(learned_share(index))
    assert learned_share(index, ["color"]) == 0.0


def test_fit_writes_down_how_long_it_took(fitted):
    known = cvret.Index.open(fitted.path).info()
    assert 0 < known["fit_seconds"] == fitted.info()["fit_seconds"] < 60
    assert known["fit_images"] == 3
    assert "fit_seconds" not in cvret.Index.create(fitted.path / "new").info()


def test_an_index_without_the_seconds_opens_as_ever(fitted, tmp_path):
    manifest = read_manifest(fitted.path)
    del manifest.settings["fit"]
    write_manifest(fitted.path, manifest)
    again = cvret.Index.open(fitted.path)
    assert len(again) == 4
    assert "fit_seconds" not in again.info()


@pytest.mark.parametrize(
    "wrong", [{}, {"seconds": -1, "images": 2}, {"seconds": 1, "images": "many"}, 3]
)
def test_seconds_that_cannot_be_are_a_damaged_manifest(fitted, tmp_path, wrong):
    copy = shutil.copytree(fitted.path, tmp_path / "copy")
    manifest = read_manifest(copy)
    manifest.settings["fit"] = wrong
    write_manifest(copy, manifest)
    with pytest.raises(cvret.FormatError, match="damaged manifest"):
        cvret.Index.open(copy)


def test_the_segments_hold_no_time(fitted, tmp_path):
    again = cvret.Index.create(tmp_path / "again", fields=_parts(fitted))
    shutil.move(tmp_path / "set" / "3.png", tmp_path / "3.png")
    again.fit(tmp_path / "set")
    shutil.move(tmp_path / "3.png", tmp_path / "set" / "3.png")
    again.add(tmp_path / "set")
    one, two = (
        {
            str(file.relative_to(index.path)): file.read_bytes()
            for file in index.path.rglob("*.npy")
        }
        for index in (fitted, again)
    )
    assert one == two
    settings = [
        {k: v for k, v in read_manifest(i.path).settings.items() if k != "fit"}
        for i in (fitted, again)
    ]
    assert json.dumps(settings[0]) == json.dumps(settings[1])
    assert np.all(fitted.ids == again.ids)


def _parts(index):
    vlad = cvret.VLAD(cvret.DenseSIFT(step=2, sizes=(2.0,)), n_words=2)
    return {"vlad": vlad, "color": cvret.HSVHistogram()}
