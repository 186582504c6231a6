"""BEBLID and TEBLID: OpenCV's bits on the keypoints of a detector."""

import cv2
import numpy as np
import pytest

import cvret

pytestmark = pytest.mark.skipif(
    not hasattr(cv2.xfeatures2d, "TEBLID_create"), reason="not in this OpenCV"
)


@pytest.mark.parametrize("name", ["BEBLID", "TEBLID"])
@pytest.mark.parametrize("n_bits", [256, 512])
@pytest.mark.parametrize(("detector", "scale"), [("orb", 1.0), ("sift", 6.75)])
def test_bits_are_opencvs_at_the_scale_of_the_detector(
    name, n_bits, detector, scale, coffee
):
    grey = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    number = getattr(cv2.xfeatures2d, f"{name}_SIZE_{n_bits}_BITS")
    describer = getattr(cv2.xfeatures2d, f"{name}_create")(scale, number)
    opencv = {"orb": cv2.ORB_create, "sift": cv2.SIFT_create}[detector]
    found = opencv(nfeatures=3000).detect(grey)
    _, expected = describer.compute(grey, found)
    part = getattr(cvret, name)(2000, n_bits=n_bits, detector=detector)
    features = part.extract(coffee)
    rows = {tuple(row) for row in np.column_stack([[k.pt for k in found], expected])}
    given = np.column_stack([features.keypoints[:, :2], features.descriptors])
    assert features.descriptors.shape == (len(features), n_bits // 8)
    assert {tuple(row) for row in given.astype(float)} <= rows
    assert len(features) == min(2000, len(found))


@pytest.mark.parametrize("detector", ["brisk", "kaze"])
def test_other_detectors_have_descriptors_too(detector, coffee):
    features = cvret.TEBLID(50, detector=detector).extract(coffee[:200, :200])
    assert 0 < len(features) <= 50


def test_a_build_without_it_is_said_to_lack_it(monkeypatch, coffee):
    monkeypatch.delattr(cv2.xfeatures2d, "TEBLID_create")
    with pytest.raises(cvret.MissingExtraError, match="TEBLID is not in this OpenCV"):
        cvret.TEBLID().extract(coffee)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (cvret.BEBLID(n_bits=128), "n_bits must be 256 or 512, got 128"),
        (cvret.BEBLID(detector="surf"), "detector must be one of orb, brisk, kaze"),
    ],
)
def test_wrong_arguments_are_refused_by_name(part, message, coffee):
    with pytest.raises(ValueError, match=message):
        part.extract(coffee)
