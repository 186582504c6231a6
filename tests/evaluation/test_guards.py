"""What is warned of, and duplicates between queries and a collection."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.evaluation import guards
from cvret.evaluation.guards import Asked, duplicates_among


@pytest.mark.parametrize(
    ("n", "confidence", "start"),
    [
        (1, 0.95, "1 query can support no claim"),
        (5, 0.95, "5 queries can support no claim"),  # 2 / 32 is more than 5 %
        (6, 0.95, "6 queries are few"),
        (6, 0.99, "6 queries can support no claim"),
        (29, 0.95, "29 queries are few"),
    ],
)
def test_too_few_queries_are_said_to_be(n, confidence, start):
    (warning,) = guards.of_numbers(n, confidence)
    assert warning.startswith(start)


def test_the_chance_named_is_that_of_the_paired_test():
    from cvret.evaluation.statistics import paired_test

    (warning,) = guards.of_numbers(5, 0.95)
    assert warning.endswith(f"with probability {paired_test(np.ones(5)):g}")


def test_a_ground_truth_of_other_images_is_refused():
    truth = cvret.GroundTruth(Path("."), {"q.jpg": frozenset({"p/b.jpg", "p/a.jpg"})})
    message = (
        "none of the 2 relevant images, such as 'p/a.jpg': it has names such as 'a"
    )
    with pytest.raises(ValueError, match=message):
        guards.check_known(truth, ["a.jpg", "b.jpg"])
    with pytest.raises(ValueError, match="it is empty; make the ground truth of what"):
        guards.check_known(truth, [])
    guards.check_known(truth, ["p/a.jpg"])
    guards.check_known(cvret.GroundTruth(Path("."), {"q.jpg": frozenset()}), ["a.jpg"])


def test_enough_queries_are_not_warned_of():
    assert guards.of_numbers(30, 0.95) == []


def test_learning_is_named_by_field_and_share():
    unknown = float("nan")
    shares = {"a": 0.001, "b": 0.0, "c": unknown, "d": 1.0}
    found = guards.of_learning(shares, {"a": unknown, "b": 0.25})
    assert [text.partition(", ")[0] for text in found] == [
        "which pictures c has learned from is not known; if these are among them",
        "a has learned from 1 % of the pictures of the collection",
        "d has learned from 100 % of the pictures of the collection",
        "b has learned from 25 % of the queries",
    ]


def test_only_the_first_few_are_named():
    (text,) = guards.of_missing({"d", "a", "c", "b", "e"})
    assert text.endswith("not found: a, b, c and 2 more")
    pairs = [("q", "a"), ("q", "b"), ("r", "c"), ("s", "d")]
    (text,) = guards.of_duplicates(pairs, "near", 10)
    assert text == (
        "3 of 10 queries have nearly the same picture in the collection under another "
        "name: q = a, q = b, r = c and 1 more"
    )
    assert guards.of_duplicates([], "near", 10) == guards.of_missing([]) == []


def asked(folder, **queries):
    return {
        name: Asked(folder / file, frozenset(own))
        for name, (file, *own) in queries.items()
    }


def test_equal_bytes_are_duplicates_but_not_the_query_itself(tmp_path):
    for name, content in (("1", b"ab"), ("2", b"ab"), ("3", b"ba"), ("4", b"abc")):
        (tmp_path / name).write_bytes(content)
    images = {f"id{name}": tmp_path / name for name in "21345"}
    queries = asked(tmp_path, q=("1", "id1"), r=("4", "id4"), lost=("9",))
    assert duplicates_among(queries, images, "exact") == (("q", "id2"),)


def test_files_of_a_size_of_their_own_are_not_read(tmp_path, monkeypatch):
    (tmp_path / "1").write_bytes(b"ab")
    (tmp_path / "2").write_bytes(b"abc")
    read = []
    monkeypatch.setattr(guards, "read_bytes", lambda file: read.append(file) or b"")
    images = {"id1": tmp_path / "1", "id2": tmp_path / "2"}
    duplicates_among(asked(tmp_path, q=("1", "id1")), images, "exact")
    assert read == []


def test_near_duplicates_are_told_by_the_hash(tmp_path, coffee, chelsea):
    Image.fromarray(coffee).save(tmp_path / "coffee.png")
    Image.fromarray(coffee[::2, ::2]).save(tmp_path / "half.jpg", quality=80)
    Image.fromarray(chelsea).save(tmp_path / "chelsea.png")
    for name, grey in (("grey.png", 90), ("other.png", 91)):
        Image.new("L", (9, 9), grey).save(tmp_path / name)
    (tmp_path / "text.png").write_text("no picture")
    names = ("half.jpg", "coffee.png", "chelsea.png", "grey.png", "text.png")
    images = {name: tmp_path / name for name in names}
    queries = asked(
        tmp_path,
        coffee=("coffee.png", "coffee.png"),
        flat=("other.png",),  # a picture of one color has no hash to speak of
        same=("text.png",),  # equal bytes, though no picture
    )
    assert duplicates_among(queries, images, "near", False) == (
        ("coffee", "half.jpg"),
        ("same", "text.png"),
    )
