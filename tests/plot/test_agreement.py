"""The matrix of agreement."""

import numpy as np
import pytest

import cvret
from cvret.plot import plot_agreement


def agreement(**columns) -> cvret.Agreement:
    return cvret.agreement_of(columns)


def names_of(figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def cells_of(figure) -> np.ndarray:
    m = len(names_of(figure))
    texts = [text.get_text() for text in figure.axes[0].texts]
    return np.array(texts).reshape(m, m)


TWO_KINDS = {
    "a": [1, 2, 3, 4, 5],
    "x": [4, 1, 5, 2, 3],
    "b": [1, 2, 3, 5, 4],
    "y": [4, 1, 5, 3, 2],
}


def test_what_agrees_stands_side_by_side():
    found = names_of(plot_agreement(agreement(**TWO_KINDS)))
    assert sorted(found[:2]) in (["a", "b"], ["x", "y"])
    assert sorted(found) == ["a", "b", "x", "y"]
    assert names_of(plot_agreement(agreement(**TWO_KINDS), order="given")) == [*"axby"]


def test_cells_have_their_values_in_hundredths_and_the_diagonal_none():
    columns = {"a": [1, 2, 3], "b": [2, 1, 3], "c": [3, 2, 1]}
    cells = cells_of(plot_agreement(agreement(**columns), order="given"))
    assert cells.tolist() == [
        ["", "50", "−100"],
        ["50", "", "−50"],
        ["−100", "−50", ""],
    ]


def test_what_was_never_defined_is_grey_and_stands_last():
    figure = plot_agreement(agreement(flat=[1] * 5, **TWO_KINDS))
    assert names_of(figure)[-1] == "flat"
    assert set(cells_of(figure)[-1]) == {"\N{EN DASH}"}
    for two in ({"a": [1, 2], "flat": [1, 1]}, {"flat": [1, 1], "none": [2, 2]}):
        assert len(names_of(plot_agreement(agreement(**two)))) == 2


def test_blue_is_agreement_red_is_contradiction_and_0_is_between():
    figure = plot_agreement(agreement(a=[1, 2, 3], b=[3, 2, 1], c=[1, 2, 3]))
    colors = figure.axes[0].collections[0]
    agree, between, against = (colors.cmap(colors.norm(v)) for v in (1, 0, -1))
    assert agree[2] > agree[0]
    assert against[0] > against[2]
    assert min(between[:3]) > 0.95


@pytest.mark.parametrize("long", [False, True])
def test_nothing_is_cut_off(drawn, long):
    names = [f"{'a very long name of a system ' * long}$m${n}" for n in range(5)]
    rng = np.random.default_rng(0)
    figure = plot_agreement(cvret.agreement_of({n: rng.random(9) for n in names}))
    edge = drawn(figure)
    for border in (edge[:8], edge[-8:], edge[:, :8], edge[:, -8:]):
        assert (border == 255).all()


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="order must be one of clusters, given, got 1"):
        plot_agreement(agreement(a=[1, 2], b=[1, 2]), order=1)


def test_a_little_below_zero_is_written_as_zero():
    matrix = np.array([[1, -0.003], [-0.003, 1]])
    found = cvret.Agreement(("a", "b"), "kendall", matrix, matrix * 0, 2, 9, {})
    assert cells_of(plot_agreement(found)).tolist() == [["", "0"], ["0", ""]]
    assert "-" not in str(found)
