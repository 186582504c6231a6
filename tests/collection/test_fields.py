"""Encoders of all kinds as fields of an index."""

import pytest

import cvret

COFFEE = "photos/coffee.png"
SIFT = cvret.SIFT(max_keypoints=200)


@pytest.mark.parametrize(
    "part",
    [
        cvret.VLAD(SIFT, n_words=16),
        cvret.VLAD(SIFT, n_words=4, n_vocabularies=2, n_dimensions=3),
        cvret.FisherVector(SIFT, n_components=4, n_dimensions=16),
    ],
    ids=repr,
)
def test_an_encoder_that_gives_vectors_is_a_field(tmp_path, photos, part):
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"vlad": part})
    with pytest.raises(cvret.NotFittedError, match=r"call fit\(images\) first"):
        index.add(photos)
    index.fit(photos)
    index.add(photos)
    found = index.search(photos / COFFEE)
    assert found.ids[:2] == (COFFEE, "copies/coffee-turned.png")
    assert found[0].score == pytest.approx(1)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.verify().ok
    assert again.search(photos / COFFEE).scores.tolist() == found.scores.tolist()
    assert again.similar(COFFEE).ids == found.ids[1:]
    again.remove("copies/coffee-turned.png")
    assert again.search(photos / COFFEE).ids[0] == COFFEE
    assert len(again.search(photos / COFFEE)) == 4
    with pytest.raises(cvret.NotFittedError):  # what an index learns stays its own
        part.check_fitted()
