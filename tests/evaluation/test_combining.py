"""Late fusion, against values by hand and an index that fuses its own fields."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret.evaluation.combining import parts_by_name
from cvret.protocols import System

FIELDS = {
    "color": cvret.HSVHistogram(bins=(6, 2, 2)),
    "texture": cvret.LocalBinaryPatterns(),
}


class Said:
    """A system that says what it was told to, whatever it is asked."""

    def __init__(self, name, **scores):
        self.name = name
        self.scores = {id_: score for id_, score in scores.items() if score is not None}
        self.ids = tuple(scores)

    def encode(self, query, *, region=None):
        return query

    def search(self, query, k=10):
        order = sorted(self.scores, key=lambda id_: (-self.scores[id_], id_))[:k]
        return cvret.Ranking(
            tuple(order), np.array([self.scores[id_] for id_ in order], np.float64)
        )


def fused(*systems, k=9, **options):
    system = cvret.Fused(systems, **options)
    found = system.search(system.encode("query"), k)
    return dict(zip(found.ids, found.scores.tolist(), strict=True))


ONE = Said("one", a=0.2, b=0.4, c=1.0)
OTHER = Said("other", a=0.9, b=0.1, c=None)  # c shares nothing with the query


def test_the_mean_by_hand():
    found = fused(ONE, OTHER, how="mean")
    assert list(found) == ["a", "c", "b"]
    assert found == pytest.approx({"a": 0.55, "c": 0.5, "b": 0.25})


def test_weights_by_hand():
    found = fused(ONE, OTHER, how="mean", weights=[3, 1])
    assert found == pytest.approx({"a": 1.5 / 4, "b": 1.3 / 4, "c": 3 / 4})


def test_standard_scores_by_hand():
    # Without the highest, 0.2 and 0.4 spread by 0.1, and 0.1 and 0 by 0.05: so the
    # weights are 10 and 20.
    found = fused(ONE, OTHER)
    assert found == pytest.approx({"a": 20 / 30, "b": 6 / 30, "c": 10 / 30})


def test_reciprocal_ranks_by_hand():
    # Places: one has c, b, a; other has a, b.
    found = fused(ONE, OTHER, how="ranks")
    assert found == pytest.approx(
        {
            "a": 61 * (1 / 63 + 1 / 61) / 2,
            "b": 61 * (1 / 62 + 1 / 62) / 2,
            "c": 61 * (1 / 61) / 2,
        }
    )
    assert list(found) == ["a", "b", "c"]


def test_equal_scores_share_their_place_and_are_ordered_by_id():
    one, other = Said("one", b=0.5, c=0.1, a=0.5), Said("other", c=0, a=0.3, b=0.3)
    for how in ("mean", "ranks", "standardized"):
        found = fused(one, other, how=how)
        assert list(found) == ["a", "b", "c"]
        assert found["a"] == found["b"]
    assert list(fused(one, other, k=1)) == ["a"]


def test_what_is_first_everywhere_scores_1():
    one, other = Said("one", a=1.0, b=0.3), Said("other", a=1.0, b=0.9)
    for how in ("mean", "ranks", "standardized"):
        assert fused(one, other, how=how)["a"] == 1.0


SCORES = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@given(SCORES, SCORES, st.sampled_from(["mean", "ranks", "standardized"]))
def test_fused_scores_lie_between_0_and_1_and_the_order_of_systems_is_nothing(
    first, second, how
):
    one = Said("one", **dict(zip("abcd", first, strict=True)))
    other = Said("other", **dict(zip("dcba", second, strict=True)))
    found, turned = fused(one, other, how=how), fused(other, one, how=how)
    assert found == pytest.approx(turned)
    assert len(found) == 4
    assert all(0 <= score <= 1 for score in found.values())


@pytest.fixture
def folder(tmp_path, noise):
    for number in range(9):
        noise(tmp_path / "photos" / f"{number}.png", number)
    return tmp_path / "photos"


def index_of(tmp_path, folder, **options):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=FIELDS, **options)
    index.add(folder)
    return index


@pytest.mark.parametrize("how", ["mean", "standardized"])
def test_two_fields_fuse_as_their_index_fuses_them(tmp_path, folder, how):
    index = index_of(tmp_path, folder, fusion=how)
    weights = {"color": 1.0, "texture": 0.5}
    system = cvret.Fused([index.by(n) for n in weights], list(weights.values()), how)
    assert isinstance(system, System)
    assert (system.name, system.ids) == ("color+texture", index.ids)
    wanted = index.search(folder / "3.png", k=9, by=weights)
    for query in (system.encode(folder / "3.png"), system.query_of("3.png")):
        found = system.search(query, 9)
        assert found.ids == wanted.ids
        assert found.scores == pytest.approx(wanted.scores)
    assert system.search(folder / "3.png", 2).ids == wanted.ids[:2]
    assert system.file_of("3.png") == index.file_of("3.png")


def test_an_index_that_grows_stays_what_it_was_when_it_was_combined(
    tmp_path, folder, noise
):
    index = index_of(tmp_path, folder)
    system = cvret.Fused([index, index.by("color")])
    index.add(noise(tmp_path / "late.png", 99))
    assert len(system.search(folder / "3.png", 99)) == 9


def test_costs_add_up_and_the_largest_share_is_told(tmp_path, folder):
    index = index_of(tmp_path, folder)
    color, texture = index.by("color"), index.by("texture")
    system = cvret.Fused([color, texture])
    of_both = index.by(["color", "texture"]).costs()
    assert system.costs() == pytest.approx(of_both)
    assert system.learned_share() == 0
    assert system.describe().startswith("1 x [color (HSVHistogram(")
    assert system.describe().endswith("fused by standardized scores")


def test_what_is_not_known_of_a_system_is_not_made_up():
    system = cvret.Fused([ONE, OTHER])
    assert np.isnan(list(system.costs().values())).all()
    assert np.isnan(system.learned_share())
    knowing = Said("knowing", a=1, b=1, c=1)
    knowing.learned_share = lambda: 0.25
    assert cvret.Fused([ONE, knowing]).learned_share() == 0.25
    with pytest.raises(FileNotFoundError, match="no system of one"):
        system.file_of("a")
    with pytest.raises(KeyError):
        system.file_of("x")


def test_systems_over_different_images_are_refused_by_name():
    few = Said("few", a=1, b=1)
    with pytest.raises(ValueError, match="1 of one are not in few: c"):
        cvret.Fused([ONE, few])
    with pytest.raises(ValueError, match="1 of one are not in few: c"):
        cvret.Fused([few, ONE])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="systems must be at least two"):
        cvret.Fused([ONE])
    with pytest.raises(TypeError, match="systems must be such as index.by"):
        cvret.Fused([ONE, "color"])
    with pytest.raises(ValueError, match="weights must be 2 numbers"):
        cvret.Fused([ONE, OTHER], [1])
    with pytest.raises(ValueError, match="at least one above 0"):
        cvret.Fused([ONE, OTHER], [0, 0])
    with pytest.raises(
        ValueError, match="how must be one of standardized, mean, ranks"
    ):
        cvret.Fused([ONE, OTHER], how="sum")
    with pytest.raises(
        ValueError, match="scores must be finite .* loud gave inf for b"
    ):
        fused(ONE, Said("loud", a=1, b=np.inf, c=0))


def test_combinations_name_the_parts_that_are_compared_with_them():
    third = Said("third", a=1.0, b=0.5, c=0.2)
    two, three = cvret.Fused([ONE, OTHER]), cvret.Fused([ONE, third])
    nested = cvret.Fused([two, third])
    systems = {"x": ONE, "y": OTHER, "xy": two, "more": three, "deep": nested}
    assert parts_by_name(systems) == {"xy": ["x", "y"], "more": ["x"], "deep": ["xy"]}
    del systems["xy"]
    assert parts_by_name(systems)["deep"] == ["x", "y"]
    assert parts_by_name({"x": ONE, "y": OTHER}) == {}


def test_a_part_is_known_by_its_description_where_that_is_of_one_system(
    tmp_path, folder
):
    index = index_of(tmp_path, folder)
    color, texture = index.by("color"), index.by("texture")
    both = cvret.Fused([index.by("color"), index.by("texture")])
    systems = {"c": color, "t": texture, "both": both}
    assert parts_by_name(systems) == {"both": ["c", "t"]}
    again = {"c": color, "same": index.by("color"), "both": both}
    assert parts_by_name(again) == {}
    whole = cvret.Fused([index, index.by("color")])
    assert parts_by_name({"all": index, "+": whole}) == {"+": ["all"]}
