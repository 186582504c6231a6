"""What every descriptor and extractor keeps, and scikit-learn's manners."""

import pickle

import numpy as np
import pytest
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
from cvret.protocols import Descriptor, Extractor

descriptors = [find(name)() for name in DESCRIPTORS]
extractors = [
    cvret.Patches(cvret.HSVHistogram()) if name == "patches" else find(name)()
    for name in EXTRACTORS
    if name != "surf"
]
parts = [
    *descriptors,
    *extractors,
    *(find(name)(cvret.SIFT()) for name in ENCODERS),
    cvret.Vocabulary(),
]


def pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "noise": rng.integers(0, 256, (60, 80, 3)).astype(np.uint8),
        "black": np.zeros((30, 30, 3), np.uint8),
        "white": np.full((30, 30, 3), 255, np.uint8),
        "one pixel": np.full((1, 1, 3), 7, np.uint8),
        "grey": np.repeat(rng.integers(0, 256, (40, 40, 1)), 3, 2).astype(np.uint8),
        "a line": rng.integers(0, 256, (1, 500, 3)).astype(np.uint8),
        "large": rng.integers(0, 256, (900, 700, 3)).astype(np.uint8),
    }


@pytest.mark.parametrize("picture", pictures())
@pytest.mark.parametrize("descriptor", descriptors, ids=repr)
def test_vectors_are_finite_repeatable_and_leave_the_image_alone(descriptor, picture):
    image = pictures()[picture]
    before = image.copy()
    vector = descriptor.describe(image)
    assert vector.dtype == np.float32
    assert vector.shape == (len(descriptor.get_feature_names_out()),)
    assert np.isfinite(vector).all()
    assert np.array_equal(vector, descriptor.describe(image))
    assert np.array_equal(before, image)


@pytest.mark.parametrize("picture", pictures())
@pytest.mark.parametrize("extractor", extractors, ids=repr)
def test_features_are_finite_repeatable_and_inside(extractor, picture):
    image = pictures()[picture]
    features, again = extractor.extract(image), extractor.extract(image)
    assert features.keypoints.shape == (len(features), 4)
    assert len(features.descriptors) == len(features)
    assert np.isfinite(features.keypoints).all()
    assert np.isfinite(features.descriptors).all()
    assert np.array_equal(features.descriptors, again.descriptors)


def test_parts_fit_the_seams():
    assert all(isinstance(part, Descriptor) for part in descriptors)
    assert all(isinstance(part, Extractor) for part in extractors)


@pytest.mark.parametrize("part", parts, ids=repr)
def test_the_checks_of_scikit_learn_that_apply(part):
    name = type(part).__name__
    check_no_attributes_set_in_init(name, clone(part))
    check_get_params_invariance(name, clone(part))
    if name not in ("Patches", "BagOfWords"):
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
