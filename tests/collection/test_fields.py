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


@pytest.mark.parametrize("binary", [True, False])
def test_aggregated_words_are_a_field_beside_words(tmp_path, photos, binary):
    fields = {
        "asmk": cvret.ASMK(SIFT, vocabulary="rootsift-16k", binary=binary),
        "words": cvret.BagOfWords(SIFT, vocabulary="rootsift-16k"),
    }
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(photos)
    found = index.search(photos / COFFEE, by="asmk")
    assert found.ids[:2] == (COFFEE, "copies/coffee-turned.png")
    assert found[0].score == 1
    assert found[1].score < 1
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.search(photos / COFFEE, by="asmk").scores.tolist() == (
        found.scores.tolist()
    )
    assert again.similar(COFFEE, by="asmk")[0].id == "copies/coffee-turned.png"
    verify = [cvret.SpatialVerification()]
    both = again.search(photos / COFFEE, rerank=verify)
    assert both[0].inliers > 100
    with pytest.raises(ValueError, match="needs local features, and ASMK .* 'words'"):
        again.search(photos / COFFEE, by="asmk", rerank=verify)
    again.explain(photos / COFFEE, COFFEE, by="asmk")
    known = again.info()["fields"]["asmk"]
    assert known["bytes_per_feature"] < (32 if binary else 144)
    assert known["words"] == 16384


def test_aggregated_words_of_ones_own_vocabulary(tmp_path, photos):
    part = cvret.ASMK(SIFT, n_words=50)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"asmk": part})
    with pytest.raises(cvret.NotFittedError, match="ASMK has no vocabulary yet"):
        index.add(photos)
    index.fit(photos)
    index.add(photos)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.search(photos / COFFEE)[0].score == 1
    assert (
        "5 images" in again.info()["fields"]["asmk"]["vocabulary_source"]["learned on"]
    )


def test_damage_in_aggregated_words_is_found_where_a_search_meets_it(tmp_path, photos):
    part = cvret.ASMK(SIFT, vocabulary="rootsift-16k")
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"asmk": part})
    index.add(photos)
    file = next(index.path.glob("segments/*/asmk.residuals.npy"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    again = cvret.Index.open(index.path)  # which reads no postings
    assert not again.verify().ok
    with pytest.raises(cvret.FormatError, match=r"asmk\.residuals\.npy is damaged"):
        [again.similar(id_) for id_ in again.ids]
