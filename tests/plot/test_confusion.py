"""The confusion matrix."""

import numpy as np
import pytest

import cvret
from cvret.plot import plot_confusion

# Of four cats one is taken for a dog; of two dogs one for a seal, which none is.
TABLE = cvret.class_table(
    ["cat"] * 4 + ["dog"] * 2, ["cat"] * 3 + ["dog", "dog", "seal"]
)


def labels_of(figure):
    axes = figure.axes[0]
    return [
        [label.get_text() for label in labels]
        for labels in (axes.get_yticklabels(), axes.get_xticklabels())
    ]


def cells_of(figure):
    return {
        (text.get_position()[1] - 0.5, text.get_position()[0] - 0.5): text.get_text()
        for text in figure.axes[0].texts
    }


def test_rows_are_true_columns_predicted_and_nothing_is_blank():
    figure = plot_confusion(TABLE)
    assert labels_of(figure) == [["cat", "dog", "seal"]] * 2
    assert cells_of(figure) == {(0, 0): "3", (0, 1): "1", (1, 1): "1", (1, 2): "1"}
    assert figure.texts[0].get_text() == "6 images of 3 classes, accuracy 66.7 %"


def test_the_best_classes_can_stand_first():
    table = cvret.class_table(["a", "a", "b", "b"], ["a", "b", "b", "b"])
    figure = plot_confusion(table, order="f1")
    assert labels_of(figure)[0] == ["b", "a"]
    assert cells_of(figure) == {(0, 0): "2", (1, 0): "1", (1, 1): "1"}
    with pytest.raises(ValueError, match="order must be one of name, f1"):
        plot_confusion(table, order="best")


def test_right_is_blue_wrong_is_red():
    right, wrong = figure_colors(plot_confusion(TABLE))
    assert right[2] > right[0]
    assert wrong[0] > wrong[2]


def figure_colors(figure):
    return [mesh.cmap(mesh.norm(0.8)) for mesh in figure.axes[0].collections[:2]]


def test_a_classification_is_drawn_as_its_table():
    vectors = np.float32([[0], [1], [5], [6]])
    classes = {"a1": "a", "a2": "a", "b1": "b", "b2": "b"}
    found = cvret.classify((list(classes), vectors), classes, k=1)
    assert cells_of(plot_confusion(found)) == {(0, 0): "2", (1, 1): "2"}


@pytest.mark.parametrize("n", [1, 3, 45])
def test_nothing_is_cut_off(drawn, n):
    rng = np.random.default_rng(0)
    names = [f"a rather long name of a class $m${number}" for number in range(n)]
    true = names * 3
    predicted = [names[rng.integers(n)] for _ in true]
    edge = drawn(plot_confusion(cvret.class_table(true, predicted)))
    for border in (edge[:8], edge[-8:], edge[:, :8], edge[:, -8:]):
        assert (border == 255).all()
