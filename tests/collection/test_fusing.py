"""Fusing fields by standard scores, against z-scores computed here."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret.collection.fusing import logistic, standardized_weights, typical

FIELDS = {
    "color": cvret.HSVHistogram(bins=(6, 2, 2)),
    "texture": cvret.LocalBinaryPatterns(),
}


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    small = rng.integers(0, 256, (12, 4, 4, 3)).astype(np.uint8)
    return [np.kron(each, np.ones((8, 8, 1), np.uint8)) for each in small]


@pytest.fixture
def folder(tmp_path, images):
    import cv2

    (tmp_path / "photos").mkdir()
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / "photos" / f"{number:02}.png"), image[..., ::-1])
    return tmp_path / "photos"


@pytest.fixture
def index(tmp_path, folder):
    index = cvret.Index.create(
        tmp_path / "i.cvret", fields=FIELDS, fusion="standardized"
    )
    index.add(folder)
    return index


def test_the_highest_hundredth_does_not_count():
    center, spread = typical(np.array([0.1, 0.3, 1.0]))
    assert (center, spread) == (pytest.approx(0.2), pytest.approx(0.1))


def test_where_nothing_else_differs_the_highest_counts():
    center, spread = typical(np.array([0.5, 0.5, 1.0]))
    assert center == pytest.approx(0.5)
    assert spread == pytest.approx(np.std([0.5, 0.5, 1.0]))


def test_equal_scores_spread_by_nothing():
    assert typical(np.full((2, 7), 0.3))[1].tolist() == [0, 0]
    assert typical(np.array([0.3]))[1] == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.randoms())
def test_the_order_of_images_does_not_matter_to_the_last_bit(scores, random):
    mixed = scores.copy()
    random.shuffle(mixed)
    first, second = typical(np.array(scores)), typical(np.array(mixed))
    assert first[0] == second[0]
    assert first[1] == second[1]


def test_a_field_that_tells_nothing_apart_has_no_say():
    scores = {"a": np.array([0.2, 0.2, 0.2]), "b": np.array([0.1, 0.3, 1.0])}
    assert standardized_weights({"a": 1.0, "b": 1.0}, scores) == {
        "a": 0.0,
        "b": pytest.approx(10),
    }
    assert standardized_weights({"a": 2.0}, {"a": np.ones(3)}) == {"a": 2.0}


def test_the_logistic_function_by_hand():
    found = logistic(np.array([0.0, np.log(3), -1e9]))
    assert found == pytest.approx([0.5, 0.75, 0])


def test_an_index_ranks_by_the_sum_of_z_scores(index, images):
    ranking = index.search(images[3], k=12)
    summed = np.zeros(12)
    for name in FIELDS:
        alone = index.search(images[3], k=12, by=name)
        scores = np.empty(12)
        for id_, score in zip(alone.ids, alone.scores, strict=True):
            scores[int(id_[:2])] = score
        others = np.sort(scores)[:-1]
        summed += (scores - others.mean()) / others.std()
    expected = [f"{row:02}.png" for row in np.argsort(-summed, kind="stable")]
    assert list(ranking.ids) == expected
    assert ranking.ids[0] == "03.png"
    assert ranking.scores[0] == 1
    assert ((ranking.scores >= 0) & (ranking.scores <= 1)).all()


def test_any_history_gives_what_a_fresh_index_gives(index, images, tmp_path, folder):
    fresh = cvret.Index.create(
        tmp_path / "other.cvret", fields=FIELDS, fusion="standardized"
    )
    for number in (7, 2, 11, 0, 5):
        fresh.add(folder / f"{number:02}.png")
    index.remove([f"{n:02}.png" for n in range(12) if n not in (7, 2, 11, 0, 5)])
    for where in (index, cvret.Index.open(index.path)):
        found, expected = (each.search(images[5], k=9) for each in (where, fresh))
        assert found.ids == expected.ids
        assert np.array_equal(found.scores, expected.scores)


def test_affinities_are_symmetric_within_0_and_1_and_typically_a_half(index, images):
    ids = index.ids
    found = index.affinities(ids, index.encode(images[0]))
    assert found.shape == (13, 13)
    assert np.allclose(found, found.T)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diag(found) == 1).all()
    assert 0.3 < np.median(found) < 0.7


@pytest.mark.parametrize("fusion", ["mean", "standardized"])
def test_a_picture_itself_scores_exactly_1_and_none_more(tmp_path, images, fusion):
    import cv2

    fields = FIELDS | {"moments": cvret.ColorMoments(), "hash": cvret.AverageHash()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields, fusion=fusion)
    (tmp_path / "p").mkdir()
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / "p" / f"{number:02}.png"), image[..., ::-1])
    index.add(tmp_path / "p")
    weights = {"color": 0.1, "texture": 0.7, "moments": 0.3, "hash": 1.3}
    for number, image in enumerate(images):
        for by in (None, weights):
            found = index.search(image, by=by, min_score=1)
            assert found.ids == (f"{number:02}.png",)
            assert found[0].score == 1


@pytest.mark.parametrize("fusion", ["mean", "standardized"])
def test_the_order_of_fields_does_not_matter_to_the_last_bit(
    tmp_path, folder, images, fusion
):
    fields = {"z": cvret.ColorMoments(), **FIELDS, "a": cvret.AverageHash()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields, fusion=fusion)
    index.add(folder)
    again = cvret.Index.open(index.path)
    for rerank in ([], [cvret.Diffusion(k=4)]):
        asked = {"k": 12, "rerank": rerank}
        expected = index.search(images[0], **asked)
        turned = dict.fromkeys(reversed(fields), 1.0)
        for found in (
            again.search(images[0], **asked),
            index.search(images[0], by=turned, **asked),
        ):
            assert found.ids == expected.ids
            assert np.array_equal(found.scores, expected.scores)


def test_segments_and_threads_change_nothing(tmp_path, folder, images, monkeypatch):
    from cvret.collection import searching

    fields = {**FIELDS, "hash": cvret.AverageHash()}
    one = cvret.Index.create(tmp_path / "1.cvret", fields=fields, fusion="standardized")
    one.add(folder)
    many = cvret.Index.create(
        tmp_path / "2.cvret", fields=fields, fusion="standardized"
    )
    for number in range(12):
        many.add(folder / f"{number:02}.png")
    monkeypatch.setattr(searching, "_IMAGES_A_THREAD", 1)
    monkeypatch.setattr(searching, "available_cores", lambda: 3)
    assert many.info()["segments"] > 1
    for image in images[:4]:
        for by in (None, "hash", {"hash": 0.3, "color": 1}):
            expected = one.search(image, k=12, by=by)
            found = many.search(image, k=12, by=by)
            assert found.ids == expected.ids
            assert np.array_equal(found.scores, expected.scores)


def test_one_field_alone_is_compared_as_it_is(index, images, folder, tmp_path):
    plain = cvret.Index.create(tmp_path / "plain.cvret", fields=FIELDS)
    plain.add(folder)
    query = images[4]
    for rerank in ([cvret.Diffusion(k=3)], [cvret.KReciprocal(k1=3)]):
        found, expected = (
            each.search(query, k=12, by="color", rerank=rerank)
            for each in (index, plain)
        )
        assert found.ids == expected.ids
        assert np.array_equal(found.scores, expected.scores)


def test_affinities_of_nothing_are_no_error(index, images):
    assert index.affinities([]).shape == (0, 0)
    assert index.affinities([], index.encode(images[0])).tolist() == [[1]]


def test_one_image_and_none_are_no_error(tmp_path, images, folder):
    index = cvret.Index.create(
        tmp_path / "one.cvret", fields=FIELDS, fusion="standardized"
    )
    assert index.search(images[0]).ids == ()
    index.add(folder / "00.png")
    assert index.search(images[0])[0].score == pytest.approx(1)


def test_a_wrong_fusion_is_refused(tmp_path):
    with pytest.raises(ValueError, match="fusion must be one of mean, standardized"):
        cvret.Index.create(tmp_path / "i", fields=FIELDS, fusion="sum")
