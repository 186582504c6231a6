"""Splits by class: their sizes, and that they are kept and known again."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret


def named(**sizes: int) -> dict[str, str]:
    """named(cat=2) -> {'cat/0': 'cat', 'cat/1': 'cat'}."""
    return {f"{name}/{n}": name for name, size in sizes.items() for n in range(size)}


def sizes_of(parts: cvret.Split, name: str) -> tuple[int, ...]:
    every = (parts.train, parts.validation, parts.test)
    return tuple(sum(id_.startswith(name + "/") for id_ in part) for part in every)


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, (1, 0, 0)),
        (2, (1, 0, 1)),
        (3, (1, 1, 1)),
        (4, (2, 1, 1)),
        (5, (3, 1, 1)),
        (6, (4, 1, 1)),  # 3.6, 1.2, 1.2
        (7, (4, 1, 2)),  # 4.2, 1.4, 1.4
        (100, (60, 20, 20)),
    ],
)
def test_sizes_by_hand(n, expected):
    assert sizes_of(cvret.split(named(cat=n, dog=50)), "cat") == expected


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=6),
    st.integers(0, 100),
    st.integers(0, 5),
)
def test_parts_share_nothing_hold_all_and_keep_to_their_shares(sizes, first, seed):
    classes = named(**{f"c{n}": size for n, size in enumerate(sizes)})
    rest = 100 - first
    shares = (first / 100, (rest // 2) / 100, (rest - rest // 2) / 100)
    parts = cvret.split(classes, shares, seed)
    assert list(parts.ids) == sorted(classes)
    for number, size in enumerate(sizes):
        found = sizes_of(parts, f"c{number}")
        for n, share in zip(found, shares, strict=True):
            assert share > 0 or n == 0
            assert size < 3 or n > 0 or share == 0
            assert n <= max(1, size * share + 1)


def test_a_seed_gives_the_same_split_whatever_the_order_and_another_another():
    classes = named(cat=40, dog=30)
    parts = cvret.split(classes, random_state=3)
    assert cvret.split(dict(reversed(classes.items())), random_state=3) == parts
    assert cvret.split(classes, random_state=4) != parts


def test_a_split_is_saved_and_loaded(tmp_path):
    parts = cvret.split(named(cat=10, dog=7), random_state=5)
    parts.save(tmp_path / "split.json")
    again = cvret.Split.load(tmp_path / "split.json", named(cat=10, dog=7))
    assert again == parts
    assert repr(again) == "Split(10 train, 3 validation, 4 test; random_state=5)"
    assert json.loads((tmp_path / "split.json").read_text())["random_state"] == 5


def test_a_split_of_another_set_is_refused_by_name(tmp_path):
    path = tmp_path / "split.json"
    cvret.split(named(cat=5)).save(path)
    with pytest.raises(ValueError, match="1 images of the split are not in .* cat/4"):
        cvret.Split.load(path, named(cat=4))
    with pytest.raises(ValueError, match="2 images of the coll.*split: dog/0, dog/1"):
        cvret.Split.load(path, named(cat=5, dog=2))


def test_what_is_no_split_or_was_changed_is_refused(tmp_path):
    path = tmp_path / "split.json"
    cvret.split(named(cat=5)).save(path)
    whole = json.loads(path.read_text())
    whole["train"], whole["test"] = whole["test"], whole["train"]
    path.write_text(json.dumps(whole))
    with pytest.raises(ValueError, match="was changed since it was written"):
        cvret.Split.load(path)
    for text in ("", "[]", "{}", '{"train": [1], "validation": [], "test": []}'):
        path.write_text(text)
        with pytest.raises(ValueError, match="is no split of images"):
            cvret.Split.load(path)


def test_a_ground_truth_is_split_without_its_distractors():
    truth = cvret.GroundTruth(
        Path(),
        {"a": frozenset({"b"})},
        classes={**named(cat=3), "x": "nothing"},
        distractors=frozenset({"x"}),
    )
    assert set(cvret.split(truth).ids) == set(named(cat=3))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="has no classes"):
        cvret.split(cvret.GroundTruth(Path(), {"a": frozenset({"b"})}))
    with pytest.raises(ValueError, match="shares must sum to 1, got 0.9"):
        cvret.split(named(cat=3), (0.5, 0.2, 0.2))
    with pytest.raises(ValueError, match="shares must be three"):
        cvret.split(named(cat=3), (0.5, 0.5))
    with pytest.raises(TypeError, match="classes must map ids to names"):
        cvret.split({"a": 1})
    with pytest.raises(TypeError, match="got list"):
        cvret.split(["a"])
