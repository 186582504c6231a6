"""The verdict on a vocabulary, figure by figure."""

from dataclasses import replace

import pytest

import cvret

GOOD = cvret.VocabularyReport(
    field="words",
    binary=False,
    n_words=16384,
    n_images=1000,
    n_features=500_000,
    in_index=True,
    empty_words=1000,
    imbalance=2.0,
    stop_words=20,
    stop_share=0.04,
    median_features=500.0,
    few_features=0.01,
    n_sampled=100,
    unexplained=0.42,
    unexplained_of_learned=0.4,
    seen=0.0,
    seen_among=1000,
)


def test_good_figures_suit():
    assert GOOD.suits is True
    assert GOOD.faults == ()
    assert GOOD.verdict == "suits: nothing to do"


@pytest.mark.parametrize(
    ("figures", "fault"),
    [
        ({"few_features": 0.26}, "26% of the images have fewer than 20 features.*HSV"),
        ({"unexplained": 0.51}, "leave 0.51 .* against 0.40 where .*fit a new index"),
        (
            {"unexplained": 0.51, "unexplained_of_learned": None},
            "leave 0.51 .*, more than 0.5: they were learned on other kinds",
        ),
        ({"unexplained": 0.6, "seen": 0.3}, "learn again on more of these images"),
        ({"imbalance": 8.1}, "imbalance factor is 8.1, for a few words get most"),
        (
            {"imbalance": 9, "empty_words": 12288},
            "is 9.0, for 75% of the words are empty and a few",
        ),
        # 16,384 words four times over are 65,536.
        ({"stop_share": 0.51}, "51% of the features .* n_words=65536, or skip"),
        # 2 * (5e9)**2 / (1e7 * 16384) = 305 million; 3.05 times the words, rounded up.
        (
            {"n_images": 10**7, "n_features": 5 * 10**9},
            "reads 305 million postings, .* learn n_words=65536",
        ),
    ],
)
def test_each_bad_figure_is_a_fault_with_a_way_out(figures, fault):
    report = replace(GOOD, **figures)
    assert report.suits is False
    (found,) = report.faults
    assert report.verdict == f"does not suit: {found}"
    with pytest.raises(ValueError, match=fault):
        raise ValueError(found)


@pytest.mark.parametrize(
    "figures",
    [
        {"few_features": 0.25, "imbalance": 8.0, "stop_share": 0.5, "unexplained": 0.5},
        {"unexplained": 0.5, "unexplained_of_learned": None},
        # Bit strings have no absolute bound.
        {"unexplained": 0.8, "unexplained_of_learned": None, "binary": True},
        {"unexplained": None},
        {"unexplained_of_learned": None, "seen": None},
    ],
)
def test_figures_at_the_bounds_or_unknown_are_no_fault(figures):
    assert replace(GOOD, **figures).suits is True


def test_few_images_tell_nothing_of_words():
    few = replace(GOOD, n_images=49, imbalance=50.0, stop_share=1.0)
    assert few.suits is True
    assert "as far as descriptors tell" in few.verdict
    unknown = replace(few, unexplained=None)
    assert unknown.suits is None
    assert "cannot be told from 49 images; add at least 50" in unknown.verdict


def test_no_images_tell_nothing():
    empty = replace(
        GOOD, n_images=0, n_features=0, imbalance=None, stop_share=None,
        median_features=None, few_features=None, unexplained=None, seen=None,
    )  # fmt: skip
    assert empty.suits is None
    assert empty.postings_read is None
    assert "not known (median)" in str(empty)
