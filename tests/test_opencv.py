"""The shim that knows where OpenCV 4 and 5 keep their features."""

import types

import pytest

import cvret
from cvret import _opencv
from cvret._opencv import create_feature, opencv_major


def test_the_first_number_of_a_version():
    assert opencv_major("4.10.0") == "4"
    assert opencv_major("5.0.0-pre") == "5"


@pytest.mark.parametrize("inside", [True, False])
def test_a_feature_is_found_in_either_place(monkeypatch, inside):
    def make(threshold):
        return "made", threshold

    features = types.SimpleNamespace(KAZE_create=make)
    four = types.SimpleNamespace(KAZE_create=make)
    five = types.SimpleNamespace(xfeatures2d=features)
    monkeypatch.setattr(_opencv, "cv2", five if inside else four)
    assert create_feature("KAZE", 3) == ("made", 3)


def test_a_feature_that_is_in_neither_place_says_what_to_install(monkeypatch):
    monkeypatch.setattr(_opencv, "cv2", types.SimpleNamespace())
    with pytest.raises(cvret.MissingExtraError, match="AKAZE is not in this OpenCV"):
        create_feature("AKAZE")
