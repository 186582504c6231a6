"""Concatenated vectors, by hand and against scikit-learn."""

import numpy as np
import pytest

import cvret
from cvret.evaluation.scaling import Scaling
from cvret.protocols import System

FIELDS = {
    "color": cvret.HSVHistogram(bins=(6, 2, 2)),
    "texture": cvret.LocalBinaryPatterns(),
}


class Held:
    """A system of vectors, asked with vectors."""

    def __init__(self, name, **vectors):
        self.name, self.held = name, vectors
        self.ids = tuple(vectors)

    def encode(self, query, *, region=None):
        return np.float32(query)

    def search(self, query, k=10):
        raise AssertionError("only its vectors are asked for")

    def vectors(self):
        return self.ids, np.float32(list(self.held.values()))

    def vector_of(self, query):
        return query


# In another order of ids each; the last element of `one` is the same for all.
ONE = Held("one", c=[0, 7], a=[10, 7], b=[5, 7])
OTHER = Held("other", a=[3], b=[1], c=[2])


def test_elements_run_from_0_to_1_and_constant_ones_are_0():
    system = cvret.Concatenated([ONE, OTHER])
    assert isinstance(system, System)
    assert system.name == "one++other"
    ids, vectors = system.vectors()
    assert ids == ("a", "b", "c")
    assert vectors.tolist() == [[1, 0, 1], [0.5, 0, 0], [0, 0, 0.5]]


def test_a_search_by_hand():
    found = cvret.Concatenated([ONE, OTHER]).search(np.float32([1, 0, 1]), 3)
    assert found.ids == ("a", "b", "c")  # b and c are as far, so by id
    far = [0, np.sqrt(0.25 + 1), np.sqrt(1 + 0.25)]
    assert found.scores == pytest.approx([1 / (1 + d) for d in far])


def test_queries_beyond_the_range_count_as_its_ends():
    scaling = Scaling.learned_of(np.float32([[0, 7], [10, 7]]), "range")
    found = scaling.apply(np.float32([[-5, 7], [20, 9], [2.5, 0]]))
    assert found.tolist() == [[0, 0], [1, 0], [0.25, 0]]


def test_lengths_and_standard_deviations_by_hand():
    vectors = np.float32([[3, 4], [0, 0], [6, 8]])
    found = Scaling.learned_of(vectors, "l2").apply(vectors)
    assert found == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0.6, 0.8]]))
    vectors = np.float32([[1, 0.1], [3, 0.1]])
    found = Scaling.learned_of(vectors, "standard").apply(vectors)
    assert found.tolist() == [[-1, 0], [1, 0]]


@pytest.mark.parametrize("nested", [False, True])
def test_combinations_can_be_combined(nested):
    system = cvret.Concatenated([ONE, OTHER])
    again = cvret.Concatenated([system, ONE] if nested else [ONE, system])
    assert again.vectors()[1].shape == (3, 5)


@pytest.fixture
def index(tmp_path, noise):
    for number in range(30):
        noise(tmp_path / "photos" / f"{number:02}.png", number)
    index = cvret.Index.create(tmp_path / "i.cvret", fields=FIELDS)
    index.add(tmp_path / "photos")
    return index


@pytest.mark.parametrize(
    ("normalize", "metric", "theirs"),
    [
        ("range", "l2", "euclidean"),
        ("range", "l1", "manhattan"),
        ("l2", "cosine", "cosine"),
        ("standard", "l2", "euclidean"),
    ],
)
def test_neighbors_are_those_of_scikit_learn(
    index, tmp_path, normalize, metric, theirs
):
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    from sklearn.preprocessing import normalize as to_unit

    scale = {
        "range": MinMaxScaler().fit_transform,
        "standard": StandardScaler().fit_transform,
        "l2": to_unit,
    }[normalize]
    parts = [scale(index.vectors(name)[1].astype(np.float64)) for name in FIELDS]
    vectors = np.concatenate(parts, axis=1)
    system = cvret.Concatenated(
        [index.by(name) for name in FIELDS], normalize=normalize, metric=metric
    )
    assert system.vectors()[1] == pytest.approx(vectors, abs=1e-5)
    wanted = NearestNeighbors(n_neighbors=5, metric=theirs).fit(vectors)
    for row in (0, 7, 29):
        nearest = wanted.kneighbors(vectors[[row]], return_distance=False)[0]
        ids = tuple(index.ids[place] for place in nearest)
        picture = tmp_path / "photos" / f"{row:02}.png"
        assert system.search(picture, 5).ids == ids
        assert system.search(system.encode(picture), 5).ids == ids
        assert system.search(system.query_of(index.ids[row]), 5).ids == ids


def test_costs_add_up(index):
    system = cvret.Concatenated([index.by(name) for name in FIELDS])
    assert system.costs() == pytest.approx(index.by(list(FIELDS)).costs())
    assert system.describe().endswith("each normalized by range, compared by l2")


def test_bad_input_is_refused(tmp_path, index, quick_parts):
    words = cvret.Index.create(tmp_path / "w.cvret", fields=quick_parts)
    words.add(tmp_path / "photos")
    with pytest.raises(ValueError, match="'words' holds visual words"):
        cvret.Concatenated([index.by("color"), words.by("words")])
    fused = cvret.Fused([index.by("color"), index.by("texture")])
    with pytest.raises(TypeError, match=r"color\+texture has no vectors to conc"):
        cvret.Concatenated([index.by("color"), fused])
    with pytest.raises(ValueError, match="'chi2' compares elements of at least 0"):
        cvret.Concatenated([ONE, OTHER], "standard", "chi2")
    with pytest.raises(
        ValueError, match="normalize must be one of range, l2, standard"
    ):
        cvret.Concatenated([ONE, OTHER], "max")
    with pytest.raises(ValueError, match="metric must be one of chi2"):
        cvret.Concatenated([ONE, OTHER], metric="emd")
    with pytest.raises(ValueError, match="1 of one are not in two: c"):
        cvret.Concatenated([ONE, Held("two", a=[1], b=[2])])
