"""Encoders of all kinds as fields of an index."""

import numpy as np
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


HASHES = {"hash": cvret.PerceptualHash(), "blocks": cvret.BlockMeanHash(mode=1)}


def test_hashes_are_kept_in_bits_and_searched(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=HASHES)
    index.add(photos)
    segment = next((index.path / "segments").iterdir())
    stored = np.load(segment / "hash.bits.npy")
    assert stored.dtype == np.uint8
    assert stored.shape == (5, 8)  # bytes
    assert np.load(segment / "blocks.bits.npy").shape == (5, 121)
    found = index.search(photos / COFFEE, by="hash")
    assert found[0].id == COFFEE
    assert found[0].score == 1
    bits = {
        path: cvret.PerceptualHash().describe(cvret.read_image(photos / path))
        for path in index.ids
    }
    for hit in found:
        assert hit.score == (bits[hit.id] == bits[COFFEE]).mean()
    both = index.search(photos / COFFEE)  # their mean
    assert both[0].score == 1
    assert index.similar(COFFEE, by="hash").ids == found.ids[1:]


def test_hashes_are_removed_merged_and_opened_again(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=HASHES)
    index.add(photos / "photos", "photos")
    index.add(photos / "copies", "copies")
    before = index.search(photos / COFFEE, k=5)
    index.remove("photos/chelsea.png")
    index.compact()
    again = cvret.Index.open(index.path)
    assert again.verify().ok
    assert again.info()["segments"] == 1
    left = [hit for hit in before if hit.id != "photos/chelsea.png"]
    found = again.search(photos / COFFEE, k=5)
    assert [(hit.id, hit.score) for hit in found] == [(h.id, h.score) for h in left]
    with pytest.raises(ValueError, match="only fields with .* can be accelerated"):
        again.accelerate("hash")
    index.add(photos / "photos", "photos")
    assert index.search(photos / COFFEE, k=5).ids == before.ids


def test_rerankers_by_neighbors_take_hashes(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=HASHES)
    index.add(photos)
    liked = cvret.Rocchio(relevant=["copies/coffee-turned.png"])
    for part in (cvret.Diffusion(), cvret.DatabaseAugmentation(), liked):
        found = index.search(photos / COFFEE, rerank=[part])
        assert sorted(found.ids) == sorted(index.ids)


def test_damage_in_codes_is_found(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=HASHES)
    index.add(photos)
    file = next(index.path.glob("segments/*/hash.bits.npy"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    again = cvret.Index.open(index.path)
    assert not again.verify().ok
    with pytest.raises(cvret.FormatError, match=r"hash\.bits\.npy is damaged"):
        again.search(photos / COFFEE)


@pytest.mark.parametrize("method", ["itq", "lsh", "spectral"])
def test_codes_learned_from_vectors_are_a_field(tmp_path, photos, method):
    part = cvret.BinaryCodes(cvret.HSVHistogram(), n_bits=20, method=method)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"codes": part})
    with pytest.raises(cvret.NotFittedError, match="BinaryCodes has learned nothing"):
        index.add(photos)
    index.fit(photos)
    index.add(photos)
    again = cvret.Index.open(index.path)
    found = again.search(photos / COFFEE)
    assert found.scores.tolist() == index.search(photos / COFFEE).scores.tolist()
    assert found[0].score == 1
    known = again.info()["fields"]["codes"]
    assert known["learned_source"]["learned on"].startswith("vectors of 5 images")
    assert len(known["learned_source"]["sketch"]) == 5
    stored = np.load(next(index.path.glob("segments/*/codes.bits.npy")))
    assert stored.shape == (5, 3)
    with pytest.raises(cvret.NotFittedError):  # what an index learns stays its own
        part.check_fitted()


def test_codes_of_a_descriptor_that_learned_are_a_field(tmp_path, photos):
    vlad = cvret.VLAD(SIFT, n_words=4).fit(sorted(photos.rglob("*.*g")))
    part = cvret.BinaryCodes(vlad, n_bits=16)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"codes": part})
    index.fit(photos)
    index.add(photos)
    found = cvret.Index.open(index.path).search(photos / COFFEE)
    assert found[0].score == 1


def test_codes_without_a_readable_picture_are_not_learned(tmp_path):
    part = cvret.BinaryCodes(cvret.HSVHistogram())
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"codes": part})
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="'codes' needs at least one image to fit"):
        index.fit(tmp_path / "p")
