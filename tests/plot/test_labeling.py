"""Names beside points, and none over another."""

from hypothesis import given
from hypothesis import strategies as st

from cvret.plot.labeling import place_labels

PAGE = (0.0, 0.0, 300.0, 300.0)
places = st.tuples(st.floats(0, 300), st.floats(0, 300))
sizes = st.tuples(st.floats(10, 120), st.floats(8, 15))


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(
        one[3], other[3]
    ) > max(one[1], other[1])


def test_a_lone_label_stands_at_the_right_of_its_point():
    assert place_labels([(50, 50)], [(30, 10)], PAGE) == [(58, 45, 88, 55)]


def test_at_the_right_edge_it_stands_at_the_left():
    assert place_labels([(290, 50)], [(30, 10)], PAGE) == [(252, 45, 282, 55)]


def test_it_keeps_clear_of_what_is_in_its_way():
    line = (60.0, 0.0, 62.0, 300.0)
    assert place_labels([(50, 50)], [(30, 10)], PAGE, [line]) == [(12, 45, 42, 55)]


@given(st.lists(st.tuples(places, sizes), min_size=1, max_size=10))
def test_ten_names_never_overlap_and_stay_inside(labels):
    points, wanted = zip(*labels, strict=True)
    boxes = place_labels(points, wanted, PAGE)
    for number, box in enumerate(boxes):
        assert min(box) >= 0
        assert max(box) <= 300
        assert not any(overlap(box, other) for other in boxes[:number])


def test_all_points_in_one_place_have_names_in_ten():
    boxes = place_labels([(150, 150)] * 10, [(100, 14)] * 10, PAGE)
    assert len(set(boxes)) == 10


def test_without_any_room_every_label_still_has_a_place():
    assert len(place_labels([(5, 5)] * 3, [(50, 50)] * 3, (0, 0, 10, 10))) == 3
