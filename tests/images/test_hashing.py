"""Sketches of files: what is kept, and what can be told from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvret.images.hashing import hash_of, share_in_sketch, sketch_of


def hashes(first, last):
    return [hash_of(str(number).encode()) for number in range(first, last)]


def test_the_64_smallest_are_kept_once_in_order():
    digests = [bytes([number] * 16) for number in (*range(200, 0, -1), 1, 2)]
    sketch = sketch_of(digests)
    assert len(sketch) == 64
    assert sketch[0] == "01" * 8
    assert sketch[-1] == "40" * 8


@given(st.integers(0, 63), st.integers(0, 63), st.integers(1, 63))
def test_of_few_files_the_share_is_exact(n, first, more):
    share, size = share_in_sketch(sketch_of(hashes(0, n)), hashes(first, first + more))
    assert size == more
    assert share == pytest.approx(
        len(set(range(n)) & {*range(first, first + more)}) / more
    )


def test_of_many_files_the_share_is_estimated():
    sketch = sketch_of(hashes(0, 1000))
    shares = [
        share_in_sketch(sketch, hashes(first, first + 1000))[0]
        for first in (0, 250, 500, 750, 1000)
    ]
    assert shares[0] == 1
    assert shares[-1] == 0
    assert np.allclose(shares, [1, 0.75, 0.5, 0.25, 0], atol=0.15)


def test_a_sketch_says_nothing_of_files_beyond_its_sample():
    sketch = sketch_of(bytes([0, number] + [0] * 14) for number in range(64))
    assert share_in_sketch(sketch, [b"\xff" * 16]) == (None, 0)
    assert share_in_sketch(sketch, []) == (None, 0)
