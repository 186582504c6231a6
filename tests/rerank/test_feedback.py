"""Rocchio's rule: marks move the query."""

import numpy as np
import pytest
from PIL import Image

import cvret


class Plane:
    """A descriptor that anyone can follow: red and green of the first pixel."""

    metric = "cosine"

    def describe(self, image):
        return image[0, 0, :2].astype(np.float32)


@pytest.fixture
def index(tmp_path):
    """Pictures at angles of 0, 10 ... 90 degrees in the plane of red and green."""
    found = cvret.Index.create(tmp_path / "i.cvret", fields={"plane": Plane()})
    folder = tmp_path / "pictures"
    folder.mkdir()
    for degrees in range(0, 91, 10):
        turn = np.deg2rad(degrees)
        color = (round(255 * np.cos(turn)), round(255 * np.sin(turn)), 0)
        Image.new("RGB", (8, 8), color).save(folder / f"{degrees:02d}.png")
    found.add(folder, progress=False)
    return found


def angle_of(vector):
    return np.rad2deg(np.arctan2(vector[1], vector[0]))


def stored(index, id_):
    vector = index.query_of(id_).parts["plane"].astype(float)
    return vector / np.linalg.norm(vector)


def test_a_relevant_picture_draws_the_query_to_itself(index):
    first = index.search(index.query_of("00.png"), 10)
    moved = index.search(
        index.query_of("00.png"), 10, rerank=[cvret.Rocchio(["90.png"], beta=1.0)]
    )
    assert first.ids[0] == "00.png"
    # One times 0 degrees and one times 90 degrees: 45 degrees, between 40 and 50.
    assert set(moved.ids[:2]) == {"40.png", "50.png"}


def test_it_is_the_ranking_of_the_moved_vector(index):
    good, bad = ["50.png", "70.png"], ["20.png"]
    found = index.search(
        index.query_of("30.png"), 10, rerank=[cvret.Rocchio(good, bad, 1, 0.75, 0.6)]
    )
    moved = stored(index, "30.png") - 0.6 * stored(index, "20.png")
    moved += 0.75 / 2 * (stored(index, "50.png") + stored(index, "70.png"))
    product = {id_: float(stored(index, id_) @ moved) for id_ in index.ids}
    assert list(found.ids) == sorted(product, key=lambda id_: -product[id_])
    for hit in found:
        assert hit.score == pytest.approx(product[hit.id] / 1.75)


def test_a_wrong_result_pushes_the_query_away(index):
    query = index.query_of("40.png")
    before = index.search(query, 10).ids.index("50.png")
    after = index.search(
        query, 10, rerank=[cvret.Rocchio(nonrelevant=["60.png"], gamma=0.8)]
    )
    assert after.ids.index("50.png") > before


def test_another_round_starts_where_the_first_began(index):
    # 0 degrees, and the mean of 40 and 80, which is 60: with equal weights 30 degrees.
    query = index.query_of("00.png")
    part = cvret.Rocchio(["40.png", "80.png"], beta=1 / np.cos(np.deg2rad(20)))
    assert index.search(query, 1, rerank=[part]).ids == ("30.png",)


def test_a_mark_given_twice_counts_once(index):
    query = index.query_of("00.png")
    file = index.file_of("80.png")
    once = index.search(query, 10, rerank=[cvret.Rocchio(["80.png", "40.png"])])
    twice = index.search(query, 10, rerank=[cvret.Rocchio(["80.png", file, "40.png"])])
    assert np.array_equal(once.scores, twice.scores)
    with pytest.raises(ValueError, match="marked both"):
        index.search(query, 3, rerank=[cvret.Rocchio(["80.png"], [file])])


def test_later_rerankers_ask_with_the_moved_query(index):
    query = index.query_of("00.png")
    moved = [cvret.Rocchio(["90.png"], alpha=0.1, beta=1.0)]
    plain = index.search(query, 10, rerank=[cvret.Diffusion(10)])
    found = index.search(query, 10, rerank=[*moved, cvret.Diffusion(10)])
    assert found.ids[0] in ("70.png", "80.png", "90.png")
    assert plain.ids[0] in ("00.png", "10.png", "20.png")


def test_vectors_with_signs_move_as_vectors(tmp_path):
    class Turn:
        """A direction all around the circle, by the red of the first pixel."""

        metric = "cosine"

        def describe(self, image):
            turn = np.deg2rad(2 * float(image[0, 0, 0]))
            return np.float32([np.cos(turn), np.sin(turn)])

    index = cvret.Index.create(tmp_path / "t.cvret", fields={"turn": Turn()})
    folder = tmp_path / "turns"
    folder.mkdir()
    for degrees in range(0, 360, 20):
        color = (degrees // 2, 0, 0)
        Image.new("RGB", (8, 8), color).save(folder / f"{degrees:03d}.png")
    index.add(folder, progress=False)
    # 0 and 120 degrees minus 200: their sum lies at 40 degrees.
    found = index.search(
        index.query_of("000.png"),
        3,
        rerank=[cvret.Rocchio(["120.png"], ["200.png"], 1, 1, 1)],
    )
    assert found.ids[0] == "040.png"


def test_marks_move_a_mirrored_query_too(index):
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[..., 0] = 255
    far = cvret.Rocchio(nonrelevant=["00.png"], gamma=5)
    found = index.search(picture, 10, rerank=[far], mirrored=True)
    assert found.scores[found.ids.index("00.png")] == 0


def test_without_marks_nothing_changes(index):
    query = index.query_of("20.png")
    assert (
        index.search(query, 10, rerank=[cvret.Rocchio()]).ids
        == index.search(query, 10).ids
    )


def test_a_picture_from_elsewhere_can_be_marked(index, tmp_path):
    Image.new("RGB", (8, 8), (0, 255, 0)).save(tmp_path / "green.png")
    query = index.query_of("00.png")
    by_path = index.search(
        query, 10, rerank=[cvret.Rocchio([tmp_path / "green.png"], beta=3)]
    )
    by_pixels = index.search(
        query,
        10,
        rerank=[cvret.Rocchio([cvret.read_image(tmp_path / "green.png")], beta=3)],
    )
    assert by_path.ids == by_pixels.ids
    assert by_path.ids[0] in ("70.png", "80.png")


def test_words_move_as_vectors_do(tmp_path, noise, quick_parts):
    index = cvret.Index.create(tmp_path / "w.cvret", fields=quick_parts)
    for number in range(12):
        noise(tmp_path / "noise" / f"{number:02d}.png", number)
    index.add(tmp_path / "noise", progress=False)
    ids = sorted(index.ids)
    query = index.query_of(ids[0], by="words")
    scores = {
        id_: dict(
            zip(*_lists(index.search(index.query_of(id_, by="words"), 12, by="words")),
                strict=True)
        )
        for id_ in ids[:3]
    }  # fmt: skip
    found = index.search(
        query, 12, by="words", rerank=[cvret.Rocchio([ids[1]], [ids[2]], 1, 0.75, 0.15)]
    )
    for hit in found:
        expected = scores[ids[0]][hit.id] + 0.75 * scores[ids[1]][hit.id]
        expected -= 0.15 * scores[ids[2]][hit.id]
        assert hit.score == pytest.approx(max(0, expected) / 1.75)


def _lists(ranking):
    return ranking.ids, ranking.scores.tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"relevant": "00.png"}, TypeError, "relevant must be a list of ids"),
        (
            {"relevant": ["00.png"], "nonrelevant": ["00.png"]},
            ValueError,
            "'00.png' is marked both relevant and nonrelevant",
        ),
        ({"relevant": ["00.png"], "beta": -1}, ValueError, "beta must"),
        (
            {"nonrelevant": ["00.png"], "alpha": 0},
            ValueError,
            "nothing is left to search for",
        ),
        (
            {"relevant": ["none.png"]},
            ValueError,
            "'none.png' is marked, and is neither an image of the index nor",
        ),
        ({"relevant": [3]}, TypeError, "relevant must hold ids, paths or RGB arrays"),
    ],
)
def test_wrong_marks_are_refused(index, arguments, error, message):
    with pytest.raises(error, match=message):
        index.search(index.query_of("10.png"), 3, rerank=[cvret.Rocchio(**arguments)])
