"""Asking an index: search, explain, info; and what goes wrong."""

import shutil

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.collection import making, searching

COFFEE = "photos/coffee.png"


def test_a_picture_finds_itself_and_its_turned_copy(photo_index, photos):
    ranking = photo_index.search(photos / COFFEE, k=3)
    assert ranking.ids[:2] == (COFFEE, "copies/coffee-turned.png")
    assert ranking[0].score == 1.0
    assert ranking[1].inliers > 50
    assert ranking[1].score > 0.5 > ranking[2].score


def test_the_box_is_where_the_query_lies_in_the_result(photo_index, photos):
    # The copy lacks 20 rows at the top and 40 columns at the left, and is turned by
    # 90 degrees counterclockwise: (x, y) becomes (y - 20, width - 1 - x).
    hit = photo_index.search(photos / COFFEE)[1]
    height, width = cvret.read_image(photos / COFFEE).shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    expected = np.stack([corners[:, 1] - 20, width - corners[:, 0]], axis=1)
    assert np.abs(hit.box - expected).max() < 6


def test_an_array_searches_as_its_file_does(photo_index, photos):
    by_file = photo_index.search(photos / COFFEE)
    by_array = photo_index.search(cvret.read_image(photos / COFFEE))
    assert by_file.ids == by_array.ids
    assert np.array_equal(by_file.scores, by_array.scores)


def test_a_query_encoded_once_serves_several_searches(photo_index, photos):
    query = photo_index.encode(photos / COFFEE)
    assert (
        photo_index.search(query, 2).ids == photo_index.search(photos / COFFEE, 2).ids
    )


def test_k_beyond_the_index_gives_every_image_once(photo_index, photos):
    for rerank in (None, [], [cvret.SpatialVerification(depth=2)]):
        ranking = photo_index.search(photos / COFFEE, k=99, rerank=rerank)
        assert sorted(ranking.ids) == sorted(photo_index.ids)
        assert (np.diff(ranking.scores) <= 0).all()


def test_the_first_k_are_the_same_for_every_k(photo_index, photos):
    whole = photo_index.search(photos / COFFEE, k=5)
    for k in range(1, 5):
        assert photo_index.search(photos / COFFEE, k=k).ids == whole.ids[:k]


def test_scores_below_min_score_are_left_out(photo_index, photos):
    ranking = photo_index.search(photos / COFFEE, min_score=0.5)
    assert ranking.ids == (COFFEE, "copies/coffee-turned.png")


def test_a_region_asks_for_a_part_alone(photo_index, photos):
    # The cup is in the middle; the box of the region lies inside of the result.
    region = (80, 40, 150, 120)
    hit = photo_index.search(photos / COFFEE, region=region)[0]
    assert hit.id == COFFEE
    expected = np.array([[80, 40], [230, 40], [230, 160], [80, 160]])
    assert np.abs(hit.box - expected).max() < 4


def test_reopened_it_answers_the_same(photo_index, photos):
    again = cvret.Index.open(photo_index.path)
    before, after = (i.search(photos / COFFEE) for i in (photo_index, again))
    assert before.ids == after.ids
    assert np.array_equal(before.scores, after.scores)
    assert len(again) == 5
    assert COFFEE in again
    assert "nothing.png" not in again


def test_explain_tells_words_matches_and_draws(photo_index, photos, tmp_path):
    why = photo_index.explain(photos / COFFEE, "copies/coffee-turned.png")
    assert sum(share for _, _, share in why.words) == pytest.approx(1)
    assert why.words[0][2] == max(share for _, _, share in why.words)
    assert why.verification.inliers == len(why.verification.pairs) > 50
    assert 0 < why.scores["words"] < 1
    why.save(tmp_path / "why.png")
    with Image.open(tmp_path / "why.png") as picture:
        assert picture.size == why.picture.shape[1::-1]
    assert "inliers" in str(why)
    assert why.to_dict()["inliers"] == why.verification.inliers


def test_info_tells_what_is_there_and_where_the_vocabulary_came_from(photo_index):
    info = photo_index.info()
    assert (info["images"], info["recipe"], info["segments"]) == (5, "objects", 1)
    words = info["fields"]["words"]
    assert words["words"] > 15_000
    assert "Debian" in words["vocabulary_source"]["learned on"]
    assert words["features"] > 1000
    files = (photo_index.path / "segments").rglob("*.npy")
    assert info["bytes"] == sum(file.stat().st_size for file in files)


def test_several_fields_are_weighed(tmp_path, photos):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    index = cvret.Index.create(tmp_path / "two.cvret", fields=fields)
    index.add(photos)
    query = photos / "photos/rocket.jpg"
    words, color = (index.search(query, 5, by=name) for name in fields)
    both = index.search(query, 5, by={"words": 1.0, "color": 0.3})
    one = dict(zip(words.ids, words.scores, strict=True))
    two = dict(zip(color.ids, color.scores, strict=True))
    for hit in both:
        assert hit.score == pytest.approx((one[hit.id] + 0.3 * two[hit.id]) / 1.3)
    equal = index.search(query, 5)
    assert equal[4].score == pytest.approx((one[equal.ids[4]] + two[equal.ids[4]]) / 2)


def test_verifying_a_field_without_keypoints_says_which_field_has_some(
    tmp_path, photos, color_index
):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    index = cvret.Index.create(tmp_path / "two.cvret", fields=fields)
    index.add(photos)
    rerank = [cvret.SpatialVerification()]
    with pytest.raises(
        ValueError,
        match="needs local features, and HSVHistogram describes whole images; search b",
    ):
        index.search(photos / COFFEE, by="color", rerank=rerank)
    alone = color_index(tmp_path / "color.cvret")
    alone.add(photos)
    with pytest.raises(ValueError, match="use an encoder such as BagOfWords"):
        alone.search(photos / COFFEE, rerank=rerank)


def test_equal_scores_are_ordered_by_id(tmp_path, color_index):
    folder = tmp_path / "p"
    for name in ("c", "a", "b"):
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(folder / f"{name}.png")
        index = None
    index = color_index(tmp_path / "i.cvret")
    for name in ("c", "a", "b"):
        index.add(folder / f"{name}.png")
    query = np.zeros((8, 8, 3), np.uint8)
    for k in (1, 2, 3):
        assert index.search(query, k=k).ids == ("a.png", "b.png", "c.png")[:k]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"k": 0}, ValueError, "k must be at least 1, got 0"),
        ({"k": 2.5}, TypeError, "k must be a whole number"),
        ({"by": "shape"}, cvret.UnknownNameError, "no field is named 'shape'; there a"),
        ({"by": {"words": 0}}, ValueError, "at least one field a weight above 0"),
        ({"by": {"words": float("inf")}}, ValueError, "the weight of words must lie"),
        ({"rerank": cvret.SpatialVerification()}, TypeError, "put it in a list"),
        ({"by": {"words": -1}}, ValueError, "the weight of words must lie in"),
        ({"region": (0, 0, 5000, 10)}, ValueError, "does not lie inside the picture"),
        ({"region": "all"}, ValueError, "region must be four numbers"),
    ],
)
def test_a_wrong_argument_of_search_says_what_is_wrong(
    photo_index, photos, arguments, error, message
):
    with pytest.raises(error, match=message):
        photo_index.search(photos / COFFEE, **arguments)


def test_a_query_that_is_no_picture_is_named(photo_index, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("hello")
    with pytest.raises(cvret.ImageError, match=r"note\.txt is not a picture"):
        photo_index.search(path)
    with pytest.raises(TypeError, match="query must be a path or an RGB array"):
        photo_index.search(7)


def test_a_query_without_keypoints_ranks_everything_at_zero(photo_index):
    flat = np.full((100, 100, 3), 200, np.uint8)
    ranking = photo_index.search(flat, k=5)
    assert ranking.ids == tuple(sorted(photo_index.ids))
    assert (ranking.scores == 0).all()


def test_an_image_that_is_not_there_cannot_be_explained(photo_index, photos):
    with pytest.raises(KeyError, match=r"no image 'x\.png' is in the index"):
        photo_index.explain(photos / COFFEE, "x.png")


def test_a_truncated_file_is_named_when_the_index_is_opened(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 3))
    file = index.path / "segments" / "00000001" / "color.vectors.npy"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(cvret.FormatError, match=r"color\.vectors\.npy has"):
        cvret.Index.open(index.path)


def test_a_flipped_byte_is_named_when_a_search_touches_it(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret")
    index.add(photos)
    file = index.path / "segments" / "00000001" / "words.images.npy"
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(bytes(data))
    again = cvret.Index.open(index.path)
    with pytest.raises(cvret.FormatError, match=r"words\.images\.npy is damaged near"):
        again.search(photos / COFFEE)


# By an image that is inside, and for many at once


def test_similar_asks_without_the_file(tmp_path, photos):
    shutil.copytree(photos, tmp_path / "p")
    index = cvret.Index.create(tmp_path / "i.cvret")
    index.add(tmp_path / "p")
    shutil.rmtree(tmp_path / "p")
    ranking = index.similar(COFFEE, k=10)
    assert ranking[0].id == "copies/coffee-turned.png"
    assert ranking[0].inliers > 50
    assert sorted([*ranking.ids, COFFEE]) == sorted(index.ids)
    assert index.similar(COFFEE, k=1).ids == ("copies/coffee-turned.png",)


def test_similar_scores_are_those_of_a_search_with_one_word_a_feature(tmp_path, photos):
    words = cvret.BagOfWords(
        cvret.SIFT(max_keypoints=300), vocabulary="rootsift-16k", assignments=1
    )
    fields = {"words": words, "color": cvret.HSVHistogram()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(photos)
    by = {"words": 1.0, "color": 0.5}
    asked = index.search(photos / COFFEE, by=by, rerank=[])
    stored = index.similar(COFFEE, by=by, rerank=[])
    assert stored.ids == asked.ids[1:]
    assert stored.scores == pytest.approx(asked.scores[1:], abs=1e-6)


def test_many_searches_are_those_one_by_one(photo_index, photos, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    files = sorted((photos / "photos").iterdir())
    queries = [*files, tmp_path / "bad.jpg", photo_index.encode(files[0])]
    for n_jobs in (1, 2):
        found = photo_index.search_many(queries, k=3, n_jobs=n_jobs)
        assert len(found) == len(queries)
        assert isinstance(found[-2], cvret.ImageError)
        assert "bad.jpg" in str(found[-2])
        for query, ranking in zip(queries, found, strict=True):
            if ranking is not found[-2]:
                alone = photo_index.search(query, k=3)
                assert ranking.ids == alone.ids
                assert ranking.scores.tolist() == alone.scores.tolist()


def test_many_searches_refuse_one_path(photo_index, photos):
    with pytest.raises(TypeError, match="queries must be several"):
        photo_index.search_many(photos / COFFEE)
    with pytest.raises(TypeError, match="got one Query; use search"):
        photo_index.search_many(photo_index.encode(photos / COFFEE))
    assert photo_index.search_many([]) == []


def test_an_id_is_found_by_its_file(photo_index, photos, monkeypatch):
    assert photo_index.id_of(photos / COFFEE) == COFFEE
    assert photo_index.id_of(COFFEE) == COFFEE
    monkeypatch.chdir(photos / "copies")
    assert photo_index.id_of("../photos/coffee.png") == COFFEE
    assert photo_index.id_of("gone.png") == "gone.png"


@pytest.mark.parametrize("n_jobs", [1, 2, 3])
def test_threads_change_no_answer(tmp_path, quick_parts, noise, monkeypatch, n_jobs):
    monkeypatch.setattr(searching, "_IMAGES_A_THREAD", 1)
    monkeypatch.setattr(making, "_SEGMENT", 4)
    for n in range(18):
        noise(tmp_path / "p" / f"{n:02d}.png", n % 15)
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    index.add(tmp_path / "p", n_jobs=1)
    query = index.encode(tmp_path / "p" / "03.png")
    for weights in ({"words": 1.0}, {"words": 1.0, "color": 2.0}):
        for n in (1, 2, 5, 99):
            one = searching.rank(index._state, query, weights, n, n_jobs)
            whole = sum(
                weight * searching.score_fields(index._state, query, name)
                for name, weight in weights.items()
            ) / sum(weights.values())
            order = sorted(range(18), key=lambda row: (-whole[row], index.ids[row]))
            assert one.ids == tuple(index.ids[row] for row in order[:n])
            assert one.scores.tolist() == pytest.approx(whole[order[:n]])


def test_an_id_is_that_of_the_file_and_of_no_namesake(tmp_path, color_index):
    for name in ("a/x.png", "b/x.png", "b/y.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    index = color_index(tmp_path / "i.cvret")
    index.add(tmp_path / "a")
    index.add(tmp_path / "b" / "y.png")
    assert index.id_of(tmp_path / "a" / "x.png") == "x.png"
    other = str(tmp_path / "b" / "x.png")  # was never added
    assert index.id_of(other) == other
    (tmp_path / "a" / "x.png").unlink()
    assert index.id_of(tmp_path / "a" / "x.png") == "x.png"


def test_many_searches_read_their_queries_as_they_go(photo_index, photos):
    query = photo_index.encode(photos / COFFEE)
    pulled = []

    def queries():
        for number in range(40):
            pulled.append(number)
            yield query

    found = []
    real = photo_index._state.searchers["words"].prepare

    def prepare(part):
        found.append(len(pulled))
        return real(part)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(photo_index._state.searchers["words"], "prepare", prepare)
        assert len(photo_index.search_many(queries(), k=1, rerank=[], n_jobs=1)) == 40
    assert found[0] <= 5
    assert found[20] <= 25


@pytest.mark.parametrize("one", [np.zeros((9, 9, 3), np.uint8), "a.png"])
def test_many_searches_refuse_one_picture(photo_index, one):
    with pytest.raises(TypeError, match="queries must be several, got one"):
        photo_index.search_many(one)
