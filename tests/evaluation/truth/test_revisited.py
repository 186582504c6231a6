"""Oxford and Paris revisited: what is relevant at each difficulty."""

import json
import os
import pickle

import numpy as np
import pytest

import cvret

LABELS = {
    "imlist": ["a", "b", "c", "d"],
    "qimlist": ["p", "q"],
    "gnd": [
        {"bbx": [10.0, 20.0, 110.0, 70.0], "easy": [0], "hard": [1], "junk": [2]},
        {"bbx": None, "easy": [0, 3], "hard": [], "junk": []},
    ],
}


@pytest.fixture
def folder(tmp_path):
    for name in "abcdpq":
        (tmp_path / "jpg").mkdir(exist_ok=True)
        (tmp_path / "jpg" / f"{name}.jpg").touch()
    (tmp_path / "gnd_roxford5k.json").write_text(json.dumps(LABELS))
    return tmp_path


def ids(names):
    return {f"{name}.jpg" for name in names}


@pytest.mark.parametrize(
    ("difficulty", "relevant", "ignored"),
    [
        ("easy", ("a", "ad"), ("bcpq", "pq")),
        ("medium", ("ab", "ad"), ("cpq", "pq")),
        ("hard", ("b", ""), ("acpq", "adpq")),
    ],
)
def test_each_difficulty_has_its_relevant_and_ignored(
    folder, difficulty, relevant, ignored
):
    truth = cvret.truth.from_revisited(folder / "jpg", difficulty)
    assert dict(truth.relevant) == {"p": ids(relevant[0]), "q": ids(relevant[1])}
    assert dict(truth.ignored) == {"p": ids(ignored[0]), "q": ids(ignored[1])}
    assert truth.name == f"roxford5k {difficulty}"


def test_queries_ask_with_their_box_and_are_not_in_the_collection(folder):
    truth = cvret.truth.from_revisited(folder / "jpg", prefix="r")
    assert truth.regions == {"p": (10.0, 20.0, 100.0, 50.0)}
    assert truth.file_of("p") == folder / "jpg" / "p.jpg"
    assert truth.relevant["p"] == {"r/a.jpg", "r/b.jpg"}
    assert {"r/p.jpg", "r/q.jpg"} <= truth.ignored["q"]
    assert not truth.counts_itself
    assert truth.metrics[::3] == ("mAP(trapezoid)", "P@10(revisited)")


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_says_the_same_as_json(folder, protocol):
    gnd = [
        {key: np.array(value) if key != "bbx" else value for key, value in each.items()}
        for each in LABELS["gnd"]
    ]
    gnd[1]["hard"] = np.array([], np.int64)
    gnd[1]["junk"] = np.array([])  # NumPy's empty list is one of floats
    path = folder / "gnd_roxford5k.pkl"
    path.write_bytes(pickle.dumps({**LABELS, "gnd": gnd}, protocol))
    json_path = folder / "gnd_roxford5k.json"
    assert cvret.truth.from_revisited(
        folder / "jpg", "easy", labels=path
    ) == cvret.truth.from_revisited(folder / "jpg", "easy", labels=json_path)


def test_a_pickle_that_runs_something_is_refused(folder):
    class Payload:
        def __reduce__(self):
            return os.system, (f"touch {folder / 'mark'}",)

    path = folder / "gnd_bad.pkl"
    path.write_bytes(pickle.dumps({**LABELS, "gnd": [Payload(), Payload()]}))
    with pytest.raises(ValueError, match="names (posix|nt).system, which is refused"):
        cvret.truth.from_revisited(folder / "jpg", labels=path)
    assert not (folder / "mark").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"imlist": None}, "imlist must be a list or an array"),
        ({"imlist": [1, 2]}, "imlist and qimlist must hold names"),
        ({"qimlist": ["p"]}, "gnd must hold a dict for each of 1 queries, got 2"),
        ({"gnd": ["p", "q"]}, "gnd must hold a dict for each"),
        ({"imlist": ["a"]}, "hard of p must hold rows of imlist, 0 to 0"),
        ({"gnd": [{"easy": [0.5]}, {}]}, "easy of p must hold rows of imlist"),
        ({"gnd": [{"easy": [-1]}, {}]}, "easy of p must hold rows of imlist"),
        ({"gnd": [{"bbx": [1, 2]}, {}]}, "bbx of p must be x1, y1, x2, y2"),
        ({"gnd": [{"bbx": [9, 9, 1, 1]}, {}]}, "the region of 'p' must have a width"),
        ({"qimlist": ["x", "y"]}, "holds no picture that .* asks with"),
    ],
)
def test_wrong_labels_say_what_is_wrong(folder, changed, message):
    path = folder / "gnd_roxford5k.json"
    path.write_text(json.dumps(LABELS | changed))
    with pytest.raises(ValueError, match=message):
        cvret.truth.from_revisited(folder / "jpg")


def test_labels_that_are_no_json_or_hold_something_else_are_refused(folder):
    path = folder / "gnd_roxford5k.json"
    for text, message in (("{", "is not JSON"), ("[]", "must hold imlist, qimlist")):
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            cvret.truth.from_revisited(folder / "jpg")


def test_labels_are_looked_for_and_never_guessed(folder):
    (folder / "gnd_rparis6k.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match="labels of several sets"):
        cvret.truth.from_revisited(folder / "jpg")
    for path in folder.glob("gnd_*"):
        path.unlink()
    with pytest.raises(FileNotFoundError, match="there are no labels gnd_"):
        cvret.truth.from_revisited(folder / "jpg")


def test_an_unknown_difficulty_is_refused(folder):
    with pytest.raises(ValueError, match="difficulty must be"):
        cvret.truth.from_revisited(folder / "jpg", "simple")
