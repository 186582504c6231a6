"""Which segments are merged: few are left, and images are seldom written again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cvret.collection.merging import MOST_IMAGES, MOST_POSTINGS, next_merge


def settle(sizes: list[int], per_image: int = 1) -> tuple[list[int], int]:
    """Merge until nothing more is due; give the sizes and how many were written."""
    written = 0
    while (
        chosen := next_merge(sizes, sizes, [size * per_image for size in sizes])
    ) is not None:
        first, last = chosen
        together = sum(sizes[first:last])
        assert together <= MOST_IMAGES
        assert together * per_image <= MOST_POSTINGS
        sizes = [*sizes[:first], together, *sizes[last:]]
        written += together
    return sizes, written


def history(batches: list[int]) -> tuple[list[int], int]:
    sizes: list[int] = []
    written = 0
    for batch in batches:
        sizes, more = settle([*sizes, batch])
        written += batch + more
    return sizes, written


def test_ten_thousand_single_additions_leave_one_segment():
    sizes, written = history([1] * 10_000)
    assert sizes == [10_000]
    assert written == 5 * 10_000  # once for each power of ten


def test_the_worst_number_of_single_additions_leaves_few():
    sizes, _ = history([1] * 9_999)
    assert sizes == [1000] * 9 + [100] * 9 + [10] * 9 + [1] * 9


def test_one_long_addition_writes_an_image_three_times():
    sizes, written = history([2048] * 480)  # a million, nearly
    assert len(sizes) <= 24
    assert written <= 3 * sum(sizes)


def test_full_segments_are_left_alone():
    assert next_merge([60_000] * 20, [60_000] * 20, [0] * 20) is None


def test_two_segments_that_do_not_fit_stay_two():
    assert next_merge([32_000] * 3, [32_000] * 3, [1 << 31] * 3) is None


def test_images_with_very_many_features_stay_within_a_segment():
    sizes, _ = settle([2048] * 30, per_image=100_000)
    assert max(sizes) * 100_000 <= MOST_POSTINGS


def test_an_empty_segment_goes():
    assert next_merge([5, 7], [5, 0], [0, 0]) == (1, 2)


@given(st.lists(st.integers(1, 70) | st.integers(1, 20_000), max_size=120))
@settings(deadline=None)
def test_few_segments_are_left_by_any_history(batches):
    sizes, _ = history(batches)
    assert sum(sizes) == sum(batches)
    small = [size for size in sizes if size <= MOST_IMAGES // 2]
    assert len(small) <= 61 * (1 + len(sizes) - len(small))
