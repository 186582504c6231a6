"""The places of features, packed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cvret.index.geometry import pack_geometry, unpack_geometry


@given(
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    size=st.floats(1, 5000),
    angle=st.floats(0, 360, exclude_max=True),
    width=st.integers(1, 20000),
    height=st.integers(1, 20000),
)
def test_geometry_comes_back_nearly(x, y, size, angle, width, height):
    keypoint = np.array([[x * width, y * height, size, angle]], np.float32)
    back = unpack_geometry(pack_geometry(keypoint, width, height), width, height)[0]
    assert abs(back[0] - keypoint[0, 0]) <= 0.51 * width / 4095
    assert abs(back[1] - keypoint[0, 1]) <= 0.51 * height / 4095
    assert abs(np.log2(back[2] / keypoint[0, 2])) <= 0.51 / 16
    turn = abs(back[3] - keypoint[0, 3])
    assert min(turn, 360 - turn) <= 0.51 * 360 / 256
