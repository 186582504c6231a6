"""Names of parts, and parts as JSON."""

import inspect
import json

import numpy as np
import pytest

import cvret
from cvret.catalog import (
    DESCRIPTORS,
    ENCODERS,
    EXTRACTORS,
    PREPARATIONS,
    build,
    find,
    spec_of,
)

PARTS = [
    cvret.HSVHistogram(bins=(8, 2, 2)),
    cvret.LabHistogram(layout=(2, 3)),
    cvret.ColorMoments(space="hsv", layout="center-surround"),
    cvret.ColorAutoCorrelogram(distances=(1, 2)),
    cvret.LocalBinaryPatterns(radii=(1, 2.5), points=4),
    cvret.LocalBinaryPatterns(method="ror", layout=(2, 3), color="lab"),
    cvret.Haralick(distances=(1, 2), features=("contrast", "energy")),
    cvret.EdgeHistogram(extended=False),
    cvret.AverageHash(side=16),
    cvret.BlockMeanHash(mode=1),
    cvret.CENTRIST(levels=2),
    cvret.ColorCoherenceVector(bins=(2, 2, 2), coherent=0.05, space="hsv"),
    cvret.ColorLayout(n_luminance=10, n_chroma=6),
    cvret.ColorStructure(n_bins=64),
    cvret.CompletedLBP(radii=(1, 2.5), points=6),
    cvret.DifferenceHash(side=16),
    cvret.DominantColors(n_colors=4, merge=5.0),
    cvret.EdgeDirectionHistogram(bins=36),
    cvret.FourierDescriptors(harmonics=8),
    cvret.GIST(orientations=(8, 4), color=True),
    cvret.GaborBank(scales=3, side=64),
    cvret.HOG(bins=6, cell=8, side=64),
    cvret.HomogeneousTexture(scaled=False),
    cvret.HuMoments(region="grey"),
    cvret.LocalPhaseQuantization(window=5, decorrelated=False),
    cvret.OpponentHistogram(bins=(5, 5, 3)),
    cvret.PHOG(bins=40, levels=2, span=360),
    cvret.PerceptualHash(side=16),
    cvret.RGBHistogram(bins=(2, 3, 4), layout="center-surround"),
    cvret.RGHistogram(bins=(4, 5)),
    cvret.ScalableColor(n_coefficients=128),
    cvret.Sketch(grid=4, side=64),
    cvret.Tamura(side=128),
    cvret.WaveletEnergies(wavelet="db2", levels=3, side=64),
    cvret.WaveletHash(side=16),
    cvret.ZernikeMoments(degree=5, region="grey"),
    cvret.Masked(cvret.LabHistogram(), cvret.FlatBackground(9)),
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
    cvret.Pixels(size=(48, 64), metric="vifp"),
    cvret.SpatialVerification(depth=7, model="homography"),
    cvret.AlignedQuality("vifp", least_overlap=0.2),
    cvret.AlignedQuality(verification=cvret.SpatialVerification(model="similarity")),
    cvret.MetricReranking("uqi", side=32),
    cvret.Resize((64, 48), keep_aspect=False),
    cvret.Augment(n_copies=3, flip=False),
    cvret.Prepared(
        cvret.Masked(cvret.HSVHistogram(bins=(4, 1, 1)), cvret.FlatBackground(9)),
        (cvret.Resize(64), cvret.EqualizeIntensity("clahe"), cvret.GreyWorld()),
    ),
    cvret.BagOfWords(
        cvret.Patches(cvret.Prepared(cvret.HSVHistogram(), (cvret.GreyWorld(),)))
    ),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_a_part_comes_back_from_json(part):
    again = build(json.loads(json.dumps(spec_of(part))))
    assert repr(again) == repr(part)


def test_every_descriptor_with_parameters_comes_back_from_json():
    tried = {type(part) for part in PARTS}
    known = {find(name) for name in DESCRIPTORS}
    assert {part for part in known if inspect.signature(part).parameters} <= tried


def test_every_name_stands_for_a_class_with_a_docstring():
    for name in {**PREPARATIONS, **DESCRIPTORS, **EXTRACTORS, **ENCODERS}:
        assert find(name).__doc__


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(
        cvret.UnknownNameError,
        match="no part is named 'no-such-part'; there are akaze, aligned-quality",
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


def test_a_part_of_ones_own_in_a_list_has_no_spec_to_build_from_either():
    spec = spec_of(cvret.Prepared(cvret.HSVHistogram(), (cvret.Resize(9), Mine())))
    assert [sorted(step) for step in spec["params"]["steps"]] == [
        ["params", "part"],
        ["class"],
    ]
    with pytest.raises(cvret.UnknownNameError, match="Mine is not in cvret's catalog"):
        build(spec)


def test_numbers_of_numpy_are_plain_in_a_spec():
    part = cvret.Resize((np.int64(64), np.int32(48)))
    assert json.dumps(spec_of(part)["params"]["size"]) == "[64, 48]"
    part = cvret.EqualizeIntensity(clip_limit=np.float32(1.5), tiles=np.uint8(4))
    assert json.dumps(spec_of(part)["params"]) == (
        '{"method": "global", "clip_limit": 1.5, "tiles": 4}'
    )


def test_an_array_of_numbers_is_a_list_in_a_spec():
    part = cvret.Haralick(angles=np.arange(0, 180, 90))
    spec = json.loads(json.dumps(spec_of(part)))
    assert spec["params"]["angles"] == [0, 90]
    assert build(spec).angles == (0, 90)


def test_a_fitted_vocabulary_is_not_in_the_spec():
    bag = cvret.BagOfWords(cvret.SIFT(), vocabulary=cvret.Vocabulary())
    assert spec_of(bag)["params"]["vocabulary"] is None
