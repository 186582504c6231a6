"""Verified results alone, mirror images, and comparisons for re-rankers."""

import numpy as np
import pytest
from PIL import Image

import cvret


@pytest.fixture(scope="module")
def index(photos, tmp_path_factory):
    path = tmp_path_factory.mktemp("asking") / "photos.cvret"
    made = cvret.Index.create(path)
    made.add(photos, progress=False)
    return made


@pytest.fixture
def coffee_small(photos):
    return cvret.read_image(photos / "photos" / "coffee.png")


def test_verified_only_gives_what_geometry_is_sure_of(index, photos):
    ranking = index.search(photos / "photos" / "coffee.png", verified_only=True)
    assert set(ranking.ids) == {"photos/coffee.png", "copies/coffee-turned.png"}
    assert all(hit.verified and hit.probability > 0.999 for hit in ranking)


def test_nothing_similar_is_an_answer(index):
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    assert index.search(noise, verified_only=True).ids == ()
    assert len(index.search(noise, k=5)) == 5


def test_verified_only_verifies_without_being_told_to(photos, tmp_path, coffee_small):
    made = cvret.Index.create(
        tmp_path / "own.cvret",
        fields={
            "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
            "color": cvret.HSVHistogram(),
        },
    )
    made.add(photos / "photos", progress=False)
    assert made.search(coffee_small, verified_only=True).ids == ("coffee.png",)
    assert made.similar("coffee.png", verified_only=True).ids == ()
    (many,) = made.search_many([coffee_small], verified_only=True)
    assert many.ids == ("coffee.png",)


def test_verified_only_needs_keypoints_and_says_which_fields_have_them(
    photos, tmp_path, coffee_small
):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    made = cvret.Index.create(tmp_path / "own.cvret", fields=fields)
    made.add(photos / "photos", progress=False)
    with pytest.raises(ValueError, match="search by 'words' too"):
        made.search(coffee_small, by="color", verified_only=True)


def test_a_mirrored_picture_is_found_when_asked_for(index, coffee_small):
    flipped = np.ascontiguousarray(coffee_small[:, ::-1])
    plain = index.search(flipped)
    assert not plain[0].verified
    found = index.search(flipped, mirrored=True)
    assert found[0].id == "photos/coffee.png"
    assert found[0].score == 1.0
    assert found[0].verified


def test_the_transform_of_a_mirrored_result_is_in_pixels_of_the_query(
    index, coffee_small
):
    height, width = coffee_small.shape[:2]
    hit = index.search(np.ascontiguousarray(coffee_small[:, ::-1]), mirrored=True)[0]
    at = np.array([[30, 50, 1], [width - 20, height - 9, 1]]).T
    found = hit.transform @ at
    # x of the query is width - x of the result.
    assert found[:2] / found[2] == pytest.approx(
        np.array([[width - 30, 20], [50, height - 9]]), abs=2
    )
    assert hit.box == pytest.approx(
        np.array([[width, 0], [0, 0], [0, height], [width, height]]), abs=2
    )


def test_an_index_for_copies_asks_for_mirror_images_itself(
    photos, tmp_path, coffee_small
):
    made = cvret.Index.create(tmp_path / "copies.cvret", "copies")
    made.add(photos / "photos", progress=False)
    flipped = np.ascontiguousarray(coffee_small[:, ::-1])
    again = cvret.Index.open(made.path)
    assert again.search(flipped)[0].id == "coffee.png"
    assert not again.search(flipped, mirrored=False)[0].verified


def test_a_mirrored_result_is_explained(photos, tmp_path, coffee_small):
    made = cvret.Index.create(tmp_path / "copies.cvret", "copies")
    made.add(photos / "photos", progress=False)
    flipped = np.ascontiguousarray(coffee_small[:, ::-1])
    why = made.explain(flipped, "coffee.png")
    assert why.verification.verified
    assert why.scores["words"] == pytest.approx(1.0)
    width = coffee_small.shape[1]
    pairs = why.verification.pairs
    assert pairs[:, 0] == pytest.approx(width - pairs[:, 2], abs=2)


def test_a_region_is_mirrored_with_its_picture(index, coffee_small):
    height, width = coffee_small.shape[:2]
    flipped = np.ascontiguousarray(coffee_small[:, ::-1])
    hit = index.search(flipped, region=(0, 0, width // 2, height), mirrored=True)[0]
    assert hit.id == "photos/coffee.png"
    # The left half of the mirrored picture is the right half of the picture.
    assert hit.box[:, 0].min() == pytest.approx(width / 2, abs=4)


def test_affinities_are_what_searches_give(index):
    ids = sorted(index.ids)
    found = index.affinities(ids)
    assert np.diag(found).tolist() == [1.0] * len(ids)
    assert np.array_equal(found, found.T)
    scores = {}
    for one in ids:
        ranking = index.search(index.query_of(one), len(ids), rerank=[])
        scores[one] = dict(zip(ranking.ids, ranking.scores.tolist(), strict=True))
    for i, one in enumerate(ids):
        for j, other in enumerate(ids):
            if i != j:
                mean = (scores[one][other] + scores[other][one]) / 2
                assert found[i, j] == pytest.approx(mean)


def test_with_a_query_it_stands_first(index, coffee_small):
    query = index.encode(coffee_small)
    ids = ("photos/coffee.png", "photos/rocket.jpg")
    found = index.affinities(ids, query)
    assert found.shape == (3, 3)
    ranking = index.search(query, len(index), rerank=[])
    score = dict(zip(ranking.ids, ranking.scores.tolist(), strict=True))
    assert found[0, 1:].tolist() == [score[id_] for id_ in ids]


def test_affinities_of_vectors_are_what_searches_give(tmp_path, noise, quick_parts):
    made = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    for number in range(6):
        noise(tmp_path / "noise" / f"{number}.png", number)
    made.add(tmp_path / "noise", progress=False)
    by = {"words": 1.0, "color": 2.0}
    found = made.affinities(made.ids, by=by)
    ranking = made.search(made.query_of(made.ids[2], by=by), 6, by=by, rerank=[])
    other = made.search(made.query_of(made.ids[4], by=by), 6, by=by, rerank=[])
    there = float(ranking.scores[ranking.ids.index(made.ids[4])])
    back = float(other.scores[other.ids.index(made.ids[2])])
    assert found[2, 4] == pytest.approx((there + back) / 2)


@pytest.mark.parametrize(
    "picture",
    {
        "nothing": np.zeros((20, 20, 3), np.uint8),
        "a line": np.full((1, 5000, 3), 9, np.uint8),
        "noise": np.random.default_rng(1).integers(0, 256, (20, 20, 3), np.uint8),
    }.values(),
    ids=["nothing", "a line", "noise"],
)
@pytest.mark.parametrize("recipe", ["copies", "objects-fast", "objects-best"])
def test_odd_pictures_are_added_and_searched(recipe, picture, photos, tmp_path):
    made = cvret.Index.create(tmp_path / "i.cvret", recipe)
    Image.fromarray(picture).save(tmp_path / "odd.png")
    made.add(tmp_path / "odd.png", progress=False)
    made.add(photos / "photos" / "coffee.png", progress=False)
    assert len(made.search(picture, 5)) == 2
    assert "coffee.png" not in made.search(picture, verified_only=True).ids
    assert made.search(photos / "photos" / "coffee.png")[0].id == "coffee.png"


def test_what_is_not_asked_for_is_not_looked_at(photos, tmp_path, coffee_small):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    made = cvret.Index.create(tmp_path / "own.cvret", fields=fields)
    made.add(photos / "photos", progress=False)
    both = made.encode(coffee_small)
    expand = cvret.QueryExpansion(method="average")
    assert made.search(both, by="color", rerank=[expand])[0].id == "coffee.png"
    with pytest.raises(ValueError, match="search by 'words' too"):
        made.search(both, by="color", rerank=[cvret.SpatialVerification()])


def test_verified_only_without_a_reranker_that_verifies_is_refused(index, photos):
    with pytest.raises(ValueError, match="needs a re-ranker that verifies"):
        index.search(photos / "photos" / "coffee.png", rerank=[], verified_only=True)


def test_expansions_follow_one_another_beyond_their_depth(index, photos):
    verify = cvret.SpatialVerification(2)
    expand = cvret.QueryExpansion(2, verification=verify)
    for rerank in (
        [verify, expand, expand],
        [verify, cvret.Rocchio(["photos/rocket.jpg"]), expand],
        [verify, expand, cvret.Diffusion(3), verify],
    ):
        ranking = index.search(photos / "photos" / "coffee.png", 5, rerank=rerank)
        assert sorted(ranking.ids) == sorted(index.ids)
        assert (np.diff(ranking.scores) <= 0).all()
        assert 0 <= ranking.scores[-1] <= ranking.scores[0] <= 1


def test_an_encoded_query_is_asked_with_or_without_its_mirror(index, coffee_small):
    flipped = np.ascontiguousarray(coffee_small[:, ::-1])
    with_mirror = index.encode(flipped, mirrored=True)
    assert index.search(with_mirror)[0].verified
    assert not index.search(with_mirror, mirrored=False)[0].verified
    with pytest.raises(ValueError, match="encode the query with mirrored=True"):
        index.search(index.encode(flipped), mirrored=True)


def test_similar_leaves_the_image_out_before_it_is_expanded(index):
    found = index.similar(
        "photos/coffee.png",
        rerank=[cvret.SpatialVerification(), cvret.QueryExpansion(1)],
    )
    assert "photos/coffee.png" not in found.ids
    assert found[0].id == "copies/coffee-turned.png"
    assert len(found) == len(index) - 1


@pytest.mark.parametrize(
    ("rerank", "message"),
    [
        ([cvret.SpatialVerification], "must hold re-rankers such as Spatial"),
        (["verify"], "must hold re-rankers such as Spatial"),
        ([cvret.SpatialVerification("a")], "depth must be"),
        ([cvret.QueryExpansion(verification=5)], "must be a SpatialVerification"),
        ([cvret.QueryExpansion("5")], "top must be"),
    ],
)
def test_what_is_no_reranker_is_refused(index, coffee_small, rerank, message):
    with pytest.raises((TypeError, ValueError), match=message):
        index.search(coffee_small, rerank=rerank)
