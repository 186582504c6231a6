"""Classification by neighbors: by hand, against loops, and against scikit-learn."""

import csv
import json

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

import cvret
from cvret.evaluation.neighbors import METRICS, ByVectors

N = 60


@pytest.fixture(scope="module")
def some():
    """Ids, vectors of four classes that overlap, and the classes; no two as far."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 4, N)
    vectors = np.abs(rng.normal(size=(N, 6)) + 0.8 * np.eye(4, 6)[labels])
    ids = [f"{n:02}" for n in range(N)]
    classes = {id_: "wxyz"[n] for id_, n in zip(ids, labels, strict=True)}
    return ids, vectors.astype(np.float32), classes


def distances(metric, vectors):
    """Every two vectors compared, by formulas of their own."""
    a, b = vectors.astype(np.float64)[:, None], vectors.astype(np.float64)[None]
    if metric == "l1":
        return np.abs(a - b).sum(axis=2)
    if metric == "chebyshev":
        return np.abs(a - b).max(axis=2)
    if metric == "chi2":
        return ((a - b) ** 2 / (a + b)).sum(axis=2)
    if metric == "hellinger":
        a, b = np.sqrt(a), np.sqrt(b)
    if metric == "correlation":
        a, b = a - a.mean(axis=2)[..., None], b - b.mean(axis=2)[..., None]
    if metric != "l2":
        a = a / np.linalg.norm(a, axis=2, keepdims=True)
        b = b / np.linalg.norm(b, axis=2, keepdims=True)
    return np.linalg.norm(a - b, axis=2)


def by_loop(far, ids, classes, k):
    """Leave one out, in plain Python."""
    found = {}
    for row, id_ in enumerate(ids):
        others = sorted((far[row, n], n) for n in range(len(ids)) if n != row)[:k]
        votes = [classes[ids[n]] for _, n in others]
        found[id_] = min(sorted(set(votes)), key=lambda name: -votes.count(name))
    return found


@pytest.mark.parametrize("algorithm", ["kd_tree", "brute"])
@pytest.mark.parametrize(
    "metric", ["l1", "l2", "chebyshev", "cosine", "hellinger", "correlation"]
)
@pytest.mark.parametrize("k", [1, 3, 4])
def test_leaving_one_out_is_what_a_loop_finds(some, metric, algorithm, k):
    ids, vectors, classes = some
    found = cvret.classify(
        (ids, vectors), classes, k=k, metric=metric, algorithm=algorithm
    )
    assert found.predicted == by_loop(distances(metric, vectors), ids, classes, k)
    assert (found.algorithm, found.metric) == (algorithm, metric)
    assert found.protocol == "leave one out"


def test_metrics_without_a_tree_are_compared_by_their_own_distances(some):
    ids, vectors, classes = some
    found = cvret.classify((ids, vectors), classes, metric="chi2")
    assert found.predicted == by_loop(distances("chi2", vectors), ids, classes, 3)
    assert found.algorithm == "brute"


@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("algorithm", ["kd_tree", "brute"])
def test_a_split_is_what_scikit_learn_predicts(some, weights, algorithm):
    ids, vectors, classes = some
    parts = cvret.split(classes, random_state=1)
    train, test = ([ids.index(i) for i in part] for part in (parts.train, parts.test))
    model = KNeighborsClassifier(5, weights=weights)
    model.fit(vectors[train], [classes[id_] for id_ in parts.train])
    wanted = dict(zip(parts.test, model.predict(vectors[test]), strict=True))
    found = cvret.classify(
        (ids, vectors),
        classes,
        k=5,
        split=parts,
        weights=weights,
        algorithm=algorithm,
    )
    assert found.predicted == wanted
    assert (found.protocol, found.n_candidates) == ("training to test", 36)
    right = np.mean([wanted[id_] == classes[id_] for id_ in parts.test])
    assert found.accuracy == pytest.approx(right)


@pytest.mark.parametrize("metric", ["l1", "l2", "chi2", "cosine", "hellinger"])
def test_votes_by_distance_are_the_same_whatever_the_algorithm(some, metric):
    ids, vectors, classes = some
    far = distances(metric, vectors)
    ranker = ByVectors(tuple(ids), vectors, metric, "x")
    rows = np.arange(N)
    found = ranker.distances(ranker.scores(rows, rows))
    scale = 0.5 if metric == "chi2" else 1
    assert found == pytest.approx(scale * far, abs=1e-6)


@pytest.mark.parametrize("algorithm", ["kd_tree", "brute"])
def test_an_image_is_never_its_own_neighbor_also_among_copies(algorithm):
    # Each picture has a copy of the other class: so every answer must be wrong.
    ids = [f"{n}{c}" for n in range(20) for c in "ab"]
    vectors = np.repeat(np.random.default_rng(0).random((20, 3)), 2, axis=0)
    classes = {id_: id_[-1] for id_ in ids}
    found = cvret.classify((ids, vectors), classes, k=1, algorithm=algorithm)
    assert found.accuracy == 0
    # Of five copies four others are left, whichever the tree gives first.
    vectors = np.repeat(np.random.default_rng(0).random((8, 3)), 5, axis=0)
    classes = {id_: "own" if n % 5 == 0 else "not" for n, id_ in enumerate(ids)}
    found = cvret.classify((ids, vectors), classes, k=4, algorithm=algorithm)
    assert set(found.predicted.values()) == {"not"}


def test_equally_near_ones_are_taken_by_id():
    ids, vectors = ["d", "c", "b", "a"], np.float32([[0], [1], [1], [1]])
    classes = {"a": "x", "b": "y", "c": "z", "d": "x"}
    found = cvret.classify((ids, vectors), classes, k=1, algorithm="brute")
    assert found.predicted == {"a": "y", "b": "x", "c": "x", "d": "x"}


# Three cats at 0, 1 and 2, a dog at 2.4, two at 9 and 10.
LINE = (["c0", "c1", "c2", "d2", "d9", "e10"], np.float32([[0, 1, 2, 2.4, 9, 10]]).T)
KINDS = {"c0": "cat", "c1": "cat", "c2": "cat", "d2": "dog", "d9": "dog", "e10": "elk"}


def test_values_by_hand():
    found = cvret.classify(LINE, KINDS, k=1)
    assert found.predicted == {
        "c0": "cat",
        "c1": "cat",
        "c2": "dog",
        "d2": "cat",
        "d9": "elk",
        "e10": "dog",
    }
    assert found.accuracy == pytest.approx(2 / 6)
    assert found.wrong[0] == ("c2", "cat", "dog")
    assert found.confusion.tolist() == [[2, 1, 0], [1, 0, 1], [0, 1, 0]]
    # Two are relevant to a cat, and at most two to any: a window of four places. c0
    # finds them in 1 and 2, c1 too (as far, both cats); c2 in 2 and 3.
    third = ((2 + 3) / 2 - 1.5) / (5 - 1.5)
    assert [found.nmrr[id_] for id_ in ("c0", "c1")] == [0, 0]
    assert found.nmrr["c2"] == pytest.approx(third)
    assert found.class_anmrr["cat"] == pytest.approx(third / 3)
    # One is relevant to a dog, so the window is 4: d9 is behind the cats, d2 second.
    assert found.nmrr["d2"] == pytest.approx((4 - 1) / (5 - 1))
    assert found.nmrr["d9"] == pytest.approx((2 - 1) / (5 - 1))
    assert "e10" not in found.nmrr  # nothing is relevant to it
    assert np.isnan(found.class_anmrr["elk"])
    assert found.anmrr == pytest.approx((third + 3 / 4 + 1 / 4) / 5)


def test_one_class_looked_at_alone():
    found = cvret.classify(LINE, KINDS, k=1)
    cat = found.of_class("cat")
    assert cat.f1 == pytest.approx(2 / 3)
    assert cat.confused_with == cat.mistaken_for_it == (("dog", 1),)
    assert cat.wrong == (("c2", "dog"),)
    assert str(cat).splitlines()[1] == "  taken for: dog (1)"
    assert found.worst(1)[0].label == "elk"
    assert found.best(1)[0].label == "cat"
    assert found.of_class("elk").to_dict()["anmrr"] is None
    with pytest.raises(cvret.UnknownNameError, match="no class is named 'cow'"):
        found.of_class("cow")


def test_the_interval_is_around_the_accuracy(some):
    ids, vectors, classes = some
    found = cvret.classify((ids, vectors), classes)
    low, high = found.interval
    assert low < found.accuracy < high
    narrow = cvret.classify((ids, vectors), classes, confidence=0.5)
    assert low < narrow.interval.low < narrow.interval.high < high


def test_what_has_no_class_and_what_is_not_there_is_left_out_and_named():
    kinds = {**KINDS, "gone": "cat"}
    del kinds["d2"]
    found = cvret.classify(LINE, kinds, k=1)
    assert found.predicted["c2"] == "cat"  # d2 is no neighbor any more
    assert (found.without_class, found.missing) == (("d2",), ("gone",))
    assert "1 images have no class and were left out, such as d2" in str(found)
    assert "with a class are not in the collection, such as gone" in str(found)


FIELDS = {
    "color": cvret.HSVHistogram(bins=(6, 2, 2)),
    "bits": cvret.DifferenceHash(),
    "small": cvret.Pixels(size=(8, 8), metric="rmse"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Pictures of noise around four colors."""
    from PIL import Image

    work, rng = tmp_path_factory.mktemp("classes"), np.random.default_rng(1)
    for n in range(24):
        middle = np.array([(200, 60, 60), (60, 200, 60), (60, 60, 200)])[n % 3]
        pixels = np.clip(rng.normal(middle, 70, (16, 16, 3)), 0, 255).astype(np.uint8)
        path = work / "photos" / f"class{n % 3}" / f"{n:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    index = cvret.Index.create(work / "i.cvret", fields=FIELDS)
    index.add(work / "photos")
    return index


@pytest.fixture(scope="module")
def truth(index):
    return cvret.truth.from_folders(index.path.parent / "photos")


@pytest.mark.parametrize("by", ["color", "bits", "small", ["color", "bits"]])
def test_any_field_classifies_as_its_rankings_say(index, truth, by):
    found = cvret.classify(index, truth, by=by)
    system = index.by(by, rerank=[])
    for id_ in index.ids:
        ranking = index.similar(id_, 3, by=by, rerank=[])
        votes = [truth.classes[other] for other in ranking.ids]
        wanted = min(sorted(set(votes)), key=lambda name: -votes.count(name))
        assert found.predicted[id_] == wanted
    again = cvret.classify(system, truth)
    assert again.predicted == found.predicted
    assert found.algorithm == (
        "search" if by in ("small", ["color", "bits"]) else "brute"
    )
    assert found.name == "+".join([by] if isinstance(by, str) else by)


def test_words_ask_with_their_files(tmp_path, photos, photo_index):
    classes = {id_: id_.partition("/")[0] for id_ in photo_index.ids}
    found = cvret.classify(photo_index, classes, k=1)
    nearest = photo_index.search(photos / "copies/coffee-turned.png", rerank=[]).ids[1]
    assert nearest == "photos/coffee.png"
    assert found.predicted["copies/coffee-turned.png"] == "photos"
    assert found.algorithm == "search"


def test_combinations_classify_too(index, truth):
    parts = [index.by("color"), index.by("bits")]
    joined = cvret.Concatenated(parts, metric="l1")
    found = cvret.classify(joined, truth)
    assert (found.algorithm, found.metric) == ("brute", "l1")
    ids, vectors = joined.vectors()
    arrays = cvret.classify((ids, vectors), truth, metric="l1")
    assert found.predicted == arrays.predicted
    fused = cvret.classify(cvret.Fused(parts, how="mean"), truth)
    assert (
        fused.predicted == cvret.classify(index, truth, by=["color", "bits"]).predicted
    )


def test_a_split_of_an_index(index, truth):
    parts = cvret.split(truth)
    found = cvret.classify(index, truth, by="color", split=parts)
    assert set(found.predicted) == set(parts.test)
    with pytest.raises(
        ValueError, match="another set: 3 images of the split .* a, b, c"
    ):
        cvret.classify(index, truth, split=cvret.split({"a": "x", "b": "x", "c": "x"}))


def test_few_elements_are_put_into_a_tree_many_are_not():
    kinds = {f"{n}": "ab"[n % 2] for n in range(8)}
    for d, wanted in ((15, "kd_tree"), (16, "brute")):
        vectors = np.random.default_rng(0).random((8, d))
        assert cvret.classify((list(kinds), vectors), kinds).algorithm == wanted


def test_vectors_of_zeros_have_no_direction_for_a_tree():
    ids, vectors = ["a", "b", "c"], np.float32([[0, 0], [1, 0], [1, 0.1]])
    kinds = {"a": "x", "b": "y", "c": "y"}
    found = cvret.classify((ids, vectors), kinds, k=1, metric="cosine")
    assert (found.algorithm, found.accuracy) == ("brute", pytest.approx(2 / 3))
    with pytest.raises(
        ValueError, match="compares directions, and the vector of a has"
    ):
        cvret.classify((ids, vectors), kinds, metric="cosine", algorithm="kd_tree", k=1)


def test_what_was_found_is_saved_and_shown(tmp_path):
    found = cvret.classify(LINE, KINDS, k=1)
    found.save(tmp_path / "c.json")
    told = json.loads((tmp_path / "c.json").read_text())
    assert told == found.to_dict()
    assert (told["accuracy"], told["wrong"][0]) == (
        pytest.approx(1 / 3),
        ["c2", "cat", "dog"],
    )
    found.save(tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["class", "precision", "recall", "f1", "support", "anmrr"]
    assert rows[3] == ["elk", "0.0", "0.0", "0.0", "1", ""]
    lines = str(found).splitlines()
    assert lines[0] == (
        "vectors: k = 1, k-d tree, l2, leave one out: 6 images of 3 classes"
    )
    assert lines[1].startswith("accuracy 0.333 [0.000, 0.")
    assert lines[2].split() == ["class", "precision", "recall", "F1", "ANMRR", "images"]


def test_any_name_is_shown_as_one_line():
    ids = ["a\udcff", "b\n", "c", "d"]
    vectors = np.float32([[0], [1], [5], [6]])
    classes = {"a\udcff": "x\ny", "b\n": "z", "c": "z", "gone\udcff": "z"}
    found = cvret.classify((ids, vectors), classes, k=1)
    told = f"{found}\n{found.of_class('z')}"
    assert told.encode("utf-8")
    assert r"such as gone\udcff" in told
    assert r"taken for: x\ny (1)" in told


def test_bad_input_is_refused(index, truth):
    with pytest.raises(ValueError, match="k=6 needs at least that many other images"):
        cvret.classify(LINE, KINDS, k=6)
    with pytest.raises(
        ValueError, match="none of the 1 images with a class, such as q"
    ):
        cvret.classify(LINE, {"q": "cat"})
    with pytest.raises(
        ValueError, match="algorithm must be one of auto, kd_tree, brute"
    ):
        cvret.classify(LINE, KINDS, algorithm="ball_tree")
    with pytest.raises(ValueError, match="weights must be one of uniform, distance"):
        cvret.classify(LINE, KINDS, weights="votes")
    with pytest.raises(ValueError, match=r"X must be numbers of shape \(n, d\)"):
        cvret.classify((LINE[0], LINE[1][:2]), KINDS)
    with pytest.raises(ValueError, match="X must be finite"):
        cvret.classify((LINE[0], LINE[1] * np.nan), KINDS)
    with pytest.raises(ValueError, match="ids must be strings, each given once"):
        cvret.classify((["a"] * 6, LINE[1]), KINDS)
    with pytest.raises(ValueError, match="by belongs to an Index"):
        cvret.classify(index.by("color"), truth, by="color")
    with pytest.raises(ValueError, match=r"metric belongs to \(ids, X\)"):
        cvret.classify(index, truth, by="color", metric="l2")
    with pytest.raises(TypeError, match="what classifies must be an Index"):
        cvret.classify(3, KINDS)
    with pytest.raises(ValueError, match="cannot compare by 'chi2', only by chebyshev"):
        cvret.classify(LINE, KINDS, metric="chi2", algorithm="kd_tree")
    with pytest.raises(ValueError, match="'kd_tree' needs one vector an image"):
        cvret.classify(index, truth, algorithm="kd_tree")
    with pytest.raises(ValueError, match="metric must be one of"):
        cvret.classify(LINE, KINDS, metric="best")
    assert "chebyshev" in METRICS
