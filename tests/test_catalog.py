"""Names of parts, and parts as JSON."""

import json

import pytest

import cvret
from cvret.catalog import DESCRIPTORS, ENCODERS, EXTRACTORS, build, find, spec_of

PARTS = [
    cvret.HSVHistogram(bins=(8, 2, 2)),
    cvret.LocalBinaryPatterns(radii=(1, 2.5), points=4),
    cvret.SIFT(max_keypoints=5, root=False),
    cvret.ORB(n_levels=3),
    cvret.AKAZE(upright=True),
    cvret.TEBLID(n_bits=512, detector="sift"),
    cvret.DenseSIFT(sizes=(3.0, 5.0)),
    cvret.SimulatedViews(cvret.BRISK(n_octaves=2), tilts=(2.0,)),
    cvret.Patches(cvret.HSVHistogram(bins=(4, 1, 1)), size=32, step=8),
    cvret.BagOfWords(cvret.Patches(cvret.LocalBinaryPatterns()), n_words=9),
    cvret.VLAD(cvret.SIFT(), n_words=9, n_dimensions=2),
    cvret.ASMK(cvret.SIFT(), vocabulary="rootsift-16k", binary=False),
    cvret.FisherVector(cvret.SIFT(), n_components=9),
    cvret.BinaryCodes(cvret.HSVHistogram(bins=(8, 2, 2)), n_bits=32, method="lsh"),
    cvret.SpatialVerification(depth=7, model="homography"),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_a_part_comes_back_from_json(part):
    again = build(json.loads(json.dumps(spec_of(part))))
    assert repr(again) == repr(part)


def test_every_name_stands_for_a_class_with_a_docstring():
    for name in {**DESCRIPTORS, **EXTRACTORS, **ENCODERS}:
        assert find(name).__doc__


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(
        cvret.UnknownNameError,
        match="no part is named 'no-such-part'; there are akaze, asmk",
    ):
        find("no-such-part")


class Mine:
    def get_params(self, deep=True):
        return {}


def test_a_part_of_ones_own_has_no_spec_to_build_from():
    spec = spec_of(Mine())
    assert spec["class"].endswith("Mine")
    with pytest.raises(cvret.UnknownNameError, match="is not in cvret's catalog"):
        build(spec)


def test_a_fitted_vocabulary_is_not_in_the_spec():
    bag = cvret.BagOfWords(cvret.SIFT(), vocabulary=cvret.Vocabulary())
    assert spec_of(bag)["params"]["vocabulary"] is None
