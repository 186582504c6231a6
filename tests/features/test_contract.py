"""What every descriptor and extractor keeps, and scikit-learn's manners."""

import inspect
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import (
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

import cvret
from cvret.catalog import DESCRIPTORS, ENCODERS, EXTRACTORS, find
from cvret.index.dense import METRICS
from cvret.metrics import definitions
from cvret.metrics.by_sewar import by_sewar
from cvret.protocols import Descriptor, Extractor

WRAPPING = {
    "masked": lambda: cvret.Masked(cvret.HSVHistogram()),
    "patches": lambda: cvret.Patches(cvret.HSVHistogram()),
    "prepared": lambda: cvret.Prepared(
        cvret.HSVHistogram(), (cvret.EqualizeIntensity(),)
    ),
    "simulated-views": lambda: cvret.SimulatedViews(cvret.ORB(), tilts=(2.0,)),
}
descriptors = [WRAPPING.get(name, find(name))() for name in DESCRIPTORS]
extractors = [WRAPPING.get(name, find(name))() for name in EXTRACTORS if name != "surf"]
wrapping = [find(name).__name__ for name in (*WRAPPING, *ENCODERS)]
turning = [e for e in extractors if hasattr(e, "upright")]
straight = [clone(e).set_params(upright=True) for e in turning]
parts = [
    *descriptors,
    *extractors,
    *(find(name)(cvret.SIFT()) for name in ENCODERS),
    cvret.Vocabulary(),
]


# What is a whole number, or a share, to say so much.
ACCEPTED = [
    ("ColorAutoCorrelogram", "max_side", 10**9),
    ("ColorCoherenceVector", "max_side", 10**9),
    ("DominantColors", "max_side", 10**9),
    ("DominantColors", "merge", 1.5),
    ("DominantColors", "merge", 10**9),
    ("Tamura", "side", 10**9),
]


def save(path, image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "noise": rng.integers(0, 256, (60, 80, 3)).astype(np.uint8),
        "black": np.zeros((30, 30, 3), np.uint8),
        "white": np.full((30, 30, 3), 255, np.uint8),
        "one pixel": np.full((1, 1, 3), 7, np.uint8),
        "grey": np.repeat(rng.integers(0, 256, (40, 40, 1)), 3, 2).astype(np.uint8),
        "a line": rng.integers(0, 256, (1, 500, 3)).astype(np.uint8),
        "large": rng.integers(0, 256, (500, 400, 3)).astype(np.uint8),
    }


def odd_pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes = {
        "dot": (20, 20),
        "row": (1, 5000),
        "column": (5000, 1),
        "huge": (34, 33000),
    }
    noise = {
        name: rng.integers(0, 256, (*shape, 3), np.uint8)
        for name, shape in shapes.items()
    }
    noise["huge"][:, 300:] = 90
    spot = np.zeros((120, 120, 3), np.uint8)
    spot[55:65, 50:70] = 255
    return {
        **noise,
        "one spot": spot,
        "one color": np.full((99, 99, 3), (9, 99, 200), np.uint8),
    }


@pytest.mark.parametrize("picture", [*pictures(), *odd_pictures()])
@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_vectors_are_finite_repeatable_and_leave_the_image_alone(descriptor, picture):
    image = {**pictures(), **odd_pictures()}[picture]
    least = descriptor.least_side
    if min(image.shape[:2]) < least:
        name = type(descriptor).__name__
        said = f"{name} needs an image of at least {least} x {least} pixels, got"
        with pytest.raises(ValueError, match=said):
            descriptor.describe(image)
        return
    before = image.copy()
    vector = descriptor.describe(image)
    assert vector.dtype == np.float32
    assert vector.shape == (len(descriptor.get_feature_names_out()),)
    assert np.isfinite(vector).all()
    assert np.array_equal(vector, descriptor.describe(image))
    assert np.array_equal(before, image)


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_a_picture_of_the_least_size_is_enough(descriptor):
    side = descriptor.least_side
    image = np.random.default_rng(2).integers(0, 256, (side, side, 3), np.uint8)
    assert np.isfinite(descriptor.describe(image)).all()


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_a_vector_is_like_itself(descriptor, coffee):
    vector = descriptor.describe(coffee)
    if hasattr(descriptor, "picture_shape"):
        picture = vector.reshape(descriptor.picture_shape).astype(np.uint8)
        value = by_sewar(descriptor.metric, picture, picture, 255.0)
        metric = definitions.METRICS[descriptor.metric]
        assert metric.similarity(value, 255.0) == pytest.approx(1, abs=1e-6)
        return
    assert descriptor.metric in METRICS
    similarity = METRICS[descriptor.metric]
    found = similarity(vector.astype(float), vector[None].astype(float))
    assert found == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("descriptor", "side"),
    [
        (cvret.HOG(), 128),
        (cvret.HomogeneousTexture(), 128),
        (cvret.Sketch(), 128),
        (cvret.WaveletEnergies(), 256),
        (cvret.ZernikeMoments(region="grey"), 128),
    ],
    ids=repr,
)
def test_no_pixel_of_a_flat_and_long_picture_is_skipped(descriptor, side):
    # Each 16 columns, which become one, have the same mean, but not the same middle.
    columns = np.array([0] * 4 + [254] * 8 + [0] * 4, np.uint8)
    columns = np.tile(np.concatenate([columns, 254 - columns]), side // 2)
    fine = np.broadcast_to(columns[None, :, None], (64, 16 * side, 3)).copy()
    grey = np.full_like(fine, 127)
    assert descriptor.describe(fine) == pytest.approx(descriptor.describe(grey))


# As the docstrings say, of default parameters.
RANGES = {
    "CEDD": (0, 1),
    "CENTRIST": (0, 1),
    "ColorAutoCorrelogram": (0, 1),
    "ColorCoherenceVector": (0, 1),
    "ColorLayout": (0, 2),
    "ColorMoments": (-0.5, 1),
    "ColorStructure": (0, 1),
    "CompletedLBP": (0, 1),
    "DominantColors": (-128, 100),
    "EdgeDirectionHistogram": (0, 1),
    "EdgeHistogram": (0.004, 2.83),
    "FCTH": (0, 1),
    "GIST": (0, 1),
    "GaborBank": (0, 32),
    "HOG": (0, 1),
    "HSVHistogram": (0, 1),
    "HomogeneousTexture": (0, 1.31),
    "HuMoments": (-17, 17),
    "JCD": (0, 1),
    "LabHistogram": (0, 1),
    "LocalBinaryPatterns": (0, 1),
    "LocalPhaseQuantization": (0, 1),
    "OpponentHistogram": (0, 1),
    "PHOG": (0, 1),
    "Pixels": (0, 255),
    "RGBHistogram": (0, 1),
    "RGHistogram": (0, 1),
    "RadialVarianceHash": (0, 255),
    "ScalableColor": (-1, 1),
    "Sketch": (0, 1),
    "Tamura": (0, 1),
    "WaveletEnergies": (0, 26),
    "ZernikeMoments": (0, 9 / np.pi),
}


def stark_pictures() -> list[np.ndarray]:
    """Stripes, boards and lines of black and white, of the highest contrast."""
    down, right = np.indices((128, 128))
    grey = [
        (places // wide % 2 * 255).astype(np.uint8)
        for wide in (1, 2, 8)
        for places in (down, right, down + right)
    ]
    corner = np.zeros((100, 512), np.uint8)
    corner[20], corner[20:90, 2] = 255, 255
    return [np.repeat(one[..., None], 3, axis=2) for one in [*grey, corner]]


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_vectors_stay_in_the_range_of_the_docstring(descriptor, coffee):
    name = type(descriptor).__name__
    bits = descriptor.metric == "hamming"
    low, high = (0, 1) if bits else RANGES.get(name, (-np.inf, np.inf))
    for image in [coffee, *pictures().values(), *stark_pictures()]:
        vector = descriptor.describe(image)
        assert low - 1e-6 <= vector.min()
        assert vector.max() <= high + 1e-6
        assert not bits or np.isin(vector, (0, 1)).all()


@pytest.mark.parametrize(
    "descriptor", [d for d in descriptors if type(d).__name__ not in wrapping], ids=repr
)
def test_a_docstring_says_how_to_compare_what_changes_it_and_who_found_it(descriptor):
    text = " ".join(str(type(descriptor).__doc__).split())
    assert re.search("[Cc]ompared by", text)
    assert re.search("nvariant|[Ss]urvives|[Cc]hanged by|forgiven", text)
    assert "References ----------" in text
    assert "Examples --------" in text
    assert "shape (" in str(type(descriptor).describe.__doc__)


NOT_NEGATIVE = ("chi2", "emd", "hellinger", "intersection", "relative-l1")


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_what_is_compared_as_a_histogram_is_not_negative(descriptor, coffee):
    least = min(
        descriptor.describe(image).min() for image in [coffee, *pictures().values()]
    )
    assert least >= 0 or descriptor.metric not in NOT_NEGATIVE


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_each_element_has_a_name_of_its_own(descriptor):
    names = descriptor.get_feature_names_out()
    assert names.dtype == object
    assert all(type(name) is str for name in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_threads_describe_as_one_does(descriptor, coffee):
    images = [np.ascontiguousarray(coffee[n : n + 90, n : n + 120]) for n in range(8)]
    expected = [descriptor.describe(image) for image in images]
    fresh = clone(descriptor)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(fresh.describe, images * 2))
    assert np.array_equal(found, expected * 2)


@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_a_view_of_a_picture_is_as_good_as_a_copy(descriptor, coffee):
    image = np.ascontiguousarray(coffee[:90, :120])
    expected = descriptor.describe(image)
    framed = np.pad(image, ((3, 3), (3, 3), (0, 0)))[3:-3, 3:-3]
    mirrored = np.ascontiguousarray(image[:, ::-1, ::-1])[:, ::-1, ::-1]
    read_only = image.copy()
    read_only.flags.writeable = False
    for view in (framed, mirrored, np.asfortranarray(image), read_only):
        assert np.array_equal(descriptor.describe(view), expected)


@pytest.mark.parametrize(
    ("descriptor", "name"),
    [
        pytest.param(type(part), name, id=f"{type(part).__name__}-{name}")
        for part in descriptors
        if type(part).__name__ not in wrapping
        for name in inspect.signature(type(part)).parameters
    ],
)
@pytest.mark.parametrize("wrong", [None, 1.5, "?", {}, -1, 10**9], ids=repr)
def test_a_wrong_parameter_is_refused_by_its_name(descriptor, name, wrong, coffee):
    if (descriptor.__name__, name, wrong) in ACCEPTED:
        return
    part = descriptor(**{name: wrong})
    with pytest.raises((TypeError, ValueError), match=rf"^{name}\b.*\bgot "):
        part.describe(coffee[:60, :60])


def check_features(extractor, image) -> cvret.LocalFeatures:
    """Extract, and hold the features against what every extractor promises."""
    before = image.copy()
    features = extractor.extract(image)
    height, width = image.shape[:2]
    assert np.array_equal(before, image)
    assert (features.width, features.height) == (width, height)
    assert features.keypoints.dtype == np.float32
    assert features.keypoints.shape == (len(features), 4)
    assert features.descriptors.dtype == (np.uint8 if extractor.binary else np.float32)
    assert features.descriptors.ndim == 2
    assert len(features.descriptors) == len(features)
    assert len(features) <= getattr(extractor, "max_keypoints", np.inf)
    assert np.isfinite(features.keypoints).all()
    assert np.isfinite(features.descriptors).all()
    x, y, size, angle = features.keypoints.T
    assert ((x >= 0) & (x < width) & (y >= 0) & (y < height)).all()
    assert (size > 0).all()
    assert ((angle >= 0) & (angle < 360)).all()
    return features


@pytest.mark.parametrize("picture", [*pictures(), *odd_pictures()])
@pytest.mark.parametrize("extractor", extractors, ids=repr)
def test_features_are_finite_repeatable_and_inside(extractor, picture):
    image = {**pictures(), **odd_pictures()}[picture]
    features = check_features(extractor, image)
    if image.size < 10**5:
        again = extractor.extract(image)
        assert np.array_equal(features.keypoints, again.keypoints)
        assert np.array_equal(features.descriptors, again.descriptors)


@pytest.mark.parametrize("extractor", [*extractors, *straight], ids=repr)
@settings(max_examples=12)
@given(width=st.integers(1, 80), height=st.integers(1, 80), seed=st.integers(0, 99))
def test_no_size_is_an_error(extractor, width, height, seed):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    check_features(extractor, image)


@pytest.mark.parametrize("extractor", extractors, ids=repr)
def test_descriptors_are_as_long_where_there_are_none(extractor, coffee):
    some = extractor.extract(np.ascontiguousarray(coffee[:128, :128]))
    none = extractor.extract(np.full((9, 9, 3), 7, np.uint8))
    assert none.descriptors.shape[1] == some.descriptors.shape[1]
    assert none.descriptors.dtype == some.descriptors.dtype


@pytest.mark.parametrize(
    "extractor", [e for e in extractors if hasattr(e, "max_keypoints")], ids=repr
)
def test_one_keypoint_can_be_asked_for(extractor, coffee):
    one = clone(extractor).set_params(max_keypoints=1)
    assert len(one.extract(np.ascontiguousarray(coffee[:200, :200]))) == 1


@pytest.mark.parametrize("extractor", turning, ids=repr)
def test_keypoints_turn_with_the_picture(extractor, coffee):
    image = np.ascontiguousarray(coffee[40:300, 120:420])
    whole = clone(extractor).set_params(max_keypoints=10**5)
    before = whole.extract(image).keypoints
    after = whole.extract(np.ascontiguousarray(np.rot90(image))).keypoints
    x, y, size, angle = before.T
    expected = np.column_stack([y, image.shape[1] - 1 - x, size, (angle - 90) % 360])
    apart = np.linalg.norm(expected[:, None, :2] - after[:, :2], axis=2)
    turned = np.abs((expected[:, None, 3] - after[:, 3] + 180) % 360 - 180)
    grown = np.abs(np.log(expected[:, None, 2] / after[:, 2]))
    found = ((apart < 2) & (turned < 20) & (grown < 0.3)).any(axis=1)
    assert found.mean() > 0.7


@pytest.mark.parametrize("extractor", straight, ids=repr)
def test_upright_keypoints_have_the_angle_0(extractor, coffee):
    features = extractor.extract(np.ascontiguousarray(coffee[:250, 100:400]))
    assert len(features) > 10
    assert (features.keypoints[:, 3] == 0).all()


@pytest.mark.parametrize("extractor", extractors, ids=repr)
def test_every_extractor_makes_words_that_an_index_finds_again(extractor, tmp_path):
    rng = np.random.default_rng(3)
    for number in range(4):
        noise = cv2.resize(rng.integers(0, 256, (48, 48, 3), np.uint8), (144, 144))
        save(tmp_path / "pictures" / f"{number}.png", noise)
    bag = cvret.BagOfWords(extractor, n_words=8)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"words": bag})
    index.fit(tmp_path / "pictures")
    index.add(tmp_path / "pictures")
    ranking = cvret.Index.open(tmp_path / "i.cvret").search(
        tmp_path / "pictures" / "2.png"
    )
    assert ranking[0].id == "2.png"
    assert ranking[0].score == pytest.approx(1, abs=1e-6)


def test_parts_fit_the_seams():
    assert all(isinstance(part, Descriptor) for part in descriptors)
    assert all(isinstance(part, Extractor) for part in extractors)


@pytest.mark.parametrize("part", parts, ids=repr)
def test_the_checks_of_scikit_learn_that_apply(part):
    name = type(part).__name__
    check_no_attributes_set_in_init(name, clone(part))
    check_get_params_invariance(name, clone(part))
    if name not in wrapping:
        check_set_params(name, clone(part))
        check_parameters_default_constructible(name, clone(part))


@pytest.mark.parametrize("part", parts, ids=repr)
def test_a_part_can_be_cloned_printed_and_pickled(part):
    other = clone(part)
    assert type(other) is type(part)
    assert repr(other) == repr(part)
    assert repr(pickle.loads(pickle.dumps(part))) == repr(part)


def test_nested_parameters_are_reached_by_two_underscores():
    bag = cvret.BagOfWords(cvret.SIFT())
    bag.set_params(extractor__max_keypoints=7)
    assert bag.extractor.max_keypoints == 7
    assert bag.get_params()["extractor__max_keypoints"] == 7
    with pytest.raises(ValueError, match="BagOfWords has no parameter 'words'"):
        bag.set_params(words=3)


def test_transform_takes_arrays_and_paths_and_gives_a_row_each(photos, chelsea):
    path = photos / "photos" / "chelsea.png"
    rows = cvret.HSVHistogram().transform([path, str(path), chelsea])
    assert rows.shape == (3, 162)
    assert np.array_equal(rows[0], rows[1])
    assert cvret.HSVHistogram().transform([]).shape == (0, 162)


def test_one_path_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="put it in a list"):
        cvret.HSVHistogram().transform("a.jpg")


def test_a_pipeline_with_a_classifier_takes_a_descriptor():
    red, blue = np.zeros((2, 8, 8, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    model = make_pipeline(cvret.HSVHistogram(), KNeighborsClassifier(1))
    model.fit([red, blue], ["red", "blue"])
    assert model.predict([blue, red]).tolist() == ["blue", "red"]
