"""Query expansion: what was found asks again."""

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.records import Verification, VisualWords
from cvret.rerank.expansion import expand_words

FRAME = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], float)


def words(word_numbers, places, signatures=None, sizes=8.0, angles=0.0) -> VisualWords:
    n = len(word_numbers)
    keypoints = np.zeros((n, 4), np.float32)
    keypoints[:, :2] = places
    keypoints[:, 2], keypoints[:, 3] = sizes, angles
    signatures = np.zeros(n, np.uint64) if signatures is None else signatures
    return VisualWords(
        np.uint32(word_numbers)[:, None],
        np.uint64(signatures)[:, None],
        keypoints,
        100,
        100,
    )


def found(transform) -> Verification:
    return Verification(9, np.array(transform, float), None, np.empty((0, 4)), 0.5)


def test_features_are_moved_into_the_query():
    # The result shows the query twice as large, turned by 90 degrees and 10 to the
    # right: (x, y) of the query is at (10 - 2 y, 2 x) of the result.
    turn = [[0, -2, 10], [2, 0, 0], [0, 0, 1]]
    query = words([1], [[50, 50]])
    result = words([2], [[10 - 2 * 30, 2 * 20]], sizes=16.0, angles=100.0)
    expanded = expand_words(query, FRAME, [(result, found(turn))])
    assert expanded.words[:, 0].tolist() == [1, 2]
    assert expanded.keypoints[1].tolist() == pytest.approx([20, 30, 8, 10], abs=1e-4)


def test_what_lies_outside_of_the_frame_is_left_out():
    expanded = expand_words(
        words([1], [[50, 50]]),
        FRAME,
        [(words([2, 3], [[99, 99], [101, 50]]), found(np.eye(3)))],
    )
    assert expanded.words[:, 0].tolist() == [1, 2]


def test_what_the_query_says_already_is_not_said_twice():
    # The same word at the same place: with nearly the same signature, with another
    # one, and far away.
    query = words([7], [[50, 50]], [0b0])
    result = words([7, 7, 7], [[51, 50], [51, 51], [90, 90]], [0b1, 2**40 - 1, 0b0])
    expanded = expand_words(query, FRAME, [(result, found(np.eye(3)))])
    assert expanded.signatures[:, 0].tolist() == [0b0, 2**40 - 1, 0b0]


def test_a_query_at_most_trebles():
    rng = np.random.default_rng(0)
    query = words([1, 2], [[10, 10], [20, 20]])
    many = words(np.arange(100, 200), rng.uniform(0, 100, (100, 2)))
    assert len(expand_words(query, FRAME, [(many, found(np.eye(3)))])) == 6


def test_with_several_words_a_feature_the_added_ones_have_one():
    query = words([1], [[50, 50]])
    query = VisualWords(
        np.uint32([[1, 5, 9]]), np.zeros((1, 3), np.uint64), query.keypoints, 100, 100
    )
    result = words([2], [[10, 10]])
    expanded = expand_words(query, FRAME, [(result, found(np.eye(3)))])
    assert expanded.words.tolist()[0] == [1, 5, 9]
    assert expanded.words[1, 0] == 2
    assert (expanded.words[1, 1:] >= 2**32 - 1).all()  # no word of any vocabulary


class Plane:
    """Red and green of the first pixel."""

    metric = "cosine"

    def describe(self, image):
        return image[0, 0, :2].astype(np.float32)


@pytest.fixture
def angles(tmp_path):
    """Pictures at angles of 0, 10 ... 90 degrees in the plane of red and green."""
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"plane": Plane()})
    folder = tmp_path / "pictures"
    folder.mkdir()
    for degrees in range(0, 91, 10):
        turn = np.deg2rad(degrees)
        color = (round(255 * np.cos(turn)), round(255 * np.sin(turn)), 0)
        Image.new("RGB", (8, 8), color).save(folder / f"{degrees:02d}.png")
    index.add(folder, progress=False)
    return index


@pytest.mark.parametrize("method", ["average", "alpha", "auto"])
def test_the_query_moves_to_the_middle_of_what_was_found(angles, method):
    # 0 degrees finds 0, 10 and 20; their mean is near 10.
    query = angles.query_of("00.png")
    ranking = angles.search(
        query, 10, rerank=[cvret.QueryExpansion(top=3, method=method)]
    )
    assert ranking.ids[0] == "10.png"
    assert sorted(ranking.ids) == sorted(angles.ids)


def test_a_machine_tells_the_first_from_the_last(angles):
    query = angles.query_of("00.png")
    ranking = angles.search(
        query,
        10,
        rerank=[cvret.QueryExpansion(top=2, method="discriminative", n_negatives=3)],
    )
    assert set(ranking.ids[:3]) == {"00.png", "10.png", "20.png"}
    assert ranking.scores[-1] == 0  # on the wrong side


def test_features_of_a_verified_result_find_what_the_query_does_not_share(
    tmp_path, coffee
):
    # A wide picture; one of its left half and one of its right half, which share a
    # strip too narrow to match; the query is the left half.
    height, width = coffee.shape[:2]
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.fromarray(coffee).save(folder / "whole.png")
    Image.fromarray(coffee[:, width * 45 // 100 :]).save(folder / "right.png")
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(noise).save(folder / "noise.png")
    index = cvret.Index.create(tmp_path / "i.cvret")
    index.add(folder, progress=False)
    # The frame of the query is the whole picture, but only its left part can be seen.
    query = coffee.copy()
    query[:, width // 2 :] = 127
    alone = index.search(query, 3, rerank=[cvret.SpatialVerification()])
    helped = index.search(
        query, 3, rerank=[cvret.SpatialVerification(), cvret.QueryExpansion()]
    )
    assert alone.ids[0] == helped.ids[0] == "whole.png"
    assert helped.verifications["right.png"].inliers > 30
    assert (
        helped.verifications["right.png"].inliers
        > alone.verifications["right.png"].inliers + 20
    )
    assert helped[0].verified
    assert not helped[1].verified  # not by the query itself
    assert helped[1].id == "right.png"
    assert 0.25 < helped[1].score <= 0.5 < helped[0].score


def test_nothing_verified_changes_nothing(tmp_path, noise):
    index = cvret.Index.create(tmp_path / "i.cvret")
    for number in range(3):
        noise(tmp_path / "noise" / f"{number}.png", number)
    index.add(tmp_path / "noise", progress=False)
    query = np.random.default_rng(9).integers(0, 256, (64, 64, 3), np.uint8)
    verify = cvret.SpatialVerification()
    plain = index.search(query, 3, rerank=[verify])
    assert (
        index.search(query, 3, rerank=[verify, cvret.QueryExpansion()]).ids == plain.ids
    )


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (cvret.QueryExpansion(0), "top must be at least 1"),
        (cvret.QueryExpansion(method="best"), "method must be one of auto, average"),
        (cvret.QueryExpansion(method="hamming"), "put SpatialVerification before"),
        (cvret.QueryExpansion(method="alpha", alpha=-1), "alpha must"),
    ],
)
def test_wrong_parameters_are_refused(angles, part, message):
    with pytest.raises(ValueError, match=message):
        angles.search(angles.query_of("00.png"), 3, rerank=[part])
