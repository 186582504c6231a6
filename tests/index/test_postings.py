"""Features as postings."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cvret.index.postings import build_postings, pack_geometry, unpack_geometry
from cvret.records import VisualWords


def image_of(words, width=100, height=50) -> VisualWords:
    n = len(words)
    keypoints = np.zeros((n, 4), np.float32)
    keypoints[:, 0] = np.arange(n)
    keypoints[:, 2] = 4
    return VisualWords(
        np.array(words, np.uint32),
        np.arange(n, dtype=np.uint64),
        keypoints,
        width,
        height,
    )


def test_postings_by_hand():
    arrays = build_postings([image_of([7, 2, 7]), image_of([]), image_of([7])])
    assert arrays["words"].tolist() == [2, 7]
    assert arrays["starts"].tolist() == [0, 1, 4]
    assert arrays["df"].tolist() == [1, 2]
    assert arrays["images"].tolist() == [0, 0, 0, 2]
    assert arrays["signatures"].tolist() == [1, 0, 2, 0]
    assert arrays["norms"].tolist() == [np.float32(np.sqrt(5)), 0, 1]


def test_no_features_at_all():
    arrays = build_postings([image_of([]), image_of([])])
    assert len(arrays["words"]) == len(arrays["images"]) == len(arrays["df"]) == 0
    assert arrays["starts"].tolist() == [0]
    assert arrays["norms"].tolist() == [0, 0]


def test_dtypes_are_those_of_the_format():
    arrays = build_postings([image_of([1, 2])])
    assert {name: array.dtype.str.lstrip("<|") for name, array in arrays.items()} == {
        "words": "u4",
        "starts": "u4",
        "df": "u4",
        "images": "u2",
        "signatures": "u8",
        "geometry": "u1",
        "norms": "f4",
    }


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
