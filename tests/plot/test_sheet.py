"""Contact sheets: order, names, scores and marks."""

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.plot import contact_sheet

QUERY = np.full((40, 60, 3), 99, np.uint8)


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(QUERY).save(tmp_path / name)
    return tmp_path


def ranking(*ids: str) -> cvret.Ranking:
    return cvret.Ranking(ids, np.linspace(0.9, 0.5, len(ids)))


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def test_results_have_rank_score_and_name_in_order(folder):
    figure = contact_sheet(folder / "c.png", ranking("b.png", "a.png"), root=folder)
    assert texts(figure) == [
        "Query: c.png",
        "Results, best first",
        "1.   score 0.900",
        "b.png",
        "2.   score 0.500",
        "a.png",
    ]


def marks(figure) -> list[str]:
    """The mark of each result, after the query."""
    return ["".join(line.get_marker() for line in a.lines) for a in figure.axes[1:]]


def test_right_ones_have_an_o_and_wrong_ones_an_x(folder):
    figure = contact_sheet(
        QUERY, ranking("b.png", "a.png", "c.png"), root=folder, relevant={"b.png"}
    )
    assert "1 of 3 right" in texts(figure)
    assert marks(figure) == ["so", "sx", "sx"]  # each on a square


def test_without_a_truth_there_are_no_marks(folder):
    assert marks(contact_sheet(QUERY, ranking("b.png"), root=folder)) == [""]


def test_paths_alone_have_no_scores_and_short_names(folder):
    figure = contact_sheet(QUERY, [folder / "a.png", folder / "b.png"])
    assert texts(figure)[2:] == ["1.", "a.png", "2.", "b.png"]
    assert all(axes.images for axes in figure.axes)


def test_relevant_paths_are_known_by_their_names(folder):
    path = folder / "a.png"
    assert marks(contact_sheet(QUERY, [path], relevant=[str(path)])) == ["so"]


def test_only_k_results_are_shown_and_rows_are_filled(folder):
    many = ranking(*["a.png"] * 9)
    figure = contact_sheet(QUERY, many, root=folder, k=7, columns=3)
    boxes = [axes.get_position() for axes in figure.axes[1:]]
    assert len(boxes) == 7
    assert len({round(box.x0, 6) for box in boxes}) == 3
    assert len({round(box.y0, 6) for box in boxes}) == 3


def test_nothing_lies_over_anything_else(folder, drawn):
    long = ranking(*(f"{'w' * 80}{n}.png" for n in range(10)))
    figure = contact_sheet(QUERY, long, root=folder, relevant=set())
    drawn(figure)
    boxes = [text.get_window_extent() for text in figure.texts]
    boxes += [axes.get_window_extent() for axes in figure.axes]
    for place, box in enumerate(boxes):
        assert figure.bbox.contains(box.x0, box.y0)
        assert figure.bbox.contains(box.x1, box.y1)
        assert not any(box.overlaps(other) for other in boxes[:place])


def test_results_can_lie_anywhere(folder):
    files = {"one": folder / "a.png"}
    figure = contact_sheet(QUERY, ranking("one", "two"), root="nowhere", files=files)
    assert [bool(axes.images) for axes in figure.axes[1:]] == [True, False]


def test_a_missing_file_leaves_its_place_grey(folder, drawn):
    figure = contact_sheet(QUERY, ranking("gone.png"), root=folder)
    assert figure.axes[1].texts[0].get_text() == "no such\npicture"
    drawn(figure)


def test_a_name_is_never_read_as_mathematics(folder, drawn):
    figure = contact_sheet(QUERY, ranking("$\\frac{$.png"), root=folder)
    drawn(figure)
    assert any("$\\frac{$.png" in text for text in texts(figure))


def test_no_results_are_said(drawn):
    figure = contact_sheet(QUERY, [])
    assert texts(figure) == ["Query", "No results"]
    drawn(figure)


def test_one_path_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="put it in a list"):
        contact_sheet(QUERY, "a.png")


def test_one_text_as_what_is_relevant_is_refused():
    with pytest.raises(TypeError, match="relevant must be several ids, got one text"):
        contact_sheet(QUERY, ranking("a.png"), relevant="a.png")
