"""Descriptors of prepared pictures and of the foreground."""

import numpy as np
import pytest
from sklearn.base import clone

import cvret


class Sizes:
    """Height and width of what it is given."""

    metric = "l1"
    version = 7
    least_side = 5

    def describe(self, image):
        return np.array(image.shape[:2], np.float32)


class LeftHalf:
    """A mask of one's own."""

    def foreground(self, image):
        found = np.zeros(image.shape[:2], bool)
        found[:, : image.shape[1] // 2] = True
        return found


def two_disks() -> np.ndarray:
    """A red and a blue disk on white: no rectangle is free of the background."""
    image = np.full((60, 90, 3), 255, np.uint8)
    y, x = np.mgrid[:60, :90]
    image[(y - 20) ** 2 + (x - 25) ** 2 < 150] = (255, 0, 0)
    image[(y - 40) ** 2 + (x - 65) ** 2 < 150] = (0, 0, 255)
    return image


def test_steps_are_taken_in_the_order_given():
    image = np.zeros((40, 80, 3), np.uint8)
    cropped = np.full((40, 80, 3), 255, np.uint8)
    cropped[10:30, 20:30] = 0
    first, then = cvret.FlatBackground(), cvret.Resize(20)
    assert cvret.Prepared(Sizes(), (then,)).describe(image).tolist() == [10, 20]
    found = cvret.Prepared(Sizes(), (first, then)).describe(cropped)
    assert found.tolist() == [20, 10]
    found = cvret.Prepared(Sizes(), (then, first)).describe(cropped)
    assert found.max() < 10


def test_without_steps_it_is_the_descriptor_within(coffee):
    descriptor = cvret.HSVHistogram()
    prepared = cvret.Prepared(descriptor, ())
    assert np.array_equal(prepared.describe(coffee), descriptor.describe(coffee))


@pytest.mark.parametrize(
    "part",
    [cvret.Prepared(Sizes(), (cvret.GreyWorld(),)), cvret.Masked(Sizes())],
    ids=["Prepared", "Masked"],
)
def test_what_is_known_of_it_comes_from_within(part):
    assert (part.metric, part.version, part.least_side) == ("l1", 7, 5)


def test_names_come_from_within():
    inner = cvret.HSVHistogram(bins=(2, 1, 1))
    for part in (cvret.Prepared(inner, ()), cvret.Masked(inner)):
        assert part.get_feature_names_out().tolist() == ["h0_s0_v0", "h1_s0_v0"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (cvret.GreyWorld(), "must be a tuple of parts, such as .* got GreyWorld"),
        ((cvret.GreyWorld,), r"such as EqualizeIntensity\(\), got <class"),
        (("grey-world",), "must be a part with apply.* got 'grey-world'"),
    ],
)
def test_steps_that_are_none_are_refused(steps, said):
    with pytest.raises(TypeError, match=said):
        cvret.Prepared(Sizes(), steps).describe(np.zeros((9, 9, 3), np.uint8))


def test_a_clone_has_steps_of_its_own():
    part = cvret.Prepared(cvret.HSVHistogram(), (cvret.Resize(9),))
    other = clone(part)
    other.steps[0].set_params(size=3)
    assert part.steps[0].size == 9


def test_only_the_pixels_of_the_foreground_count():
    image = two_disks()
    foreground = (image != 255).any(axis=2)
    histogram = cvret.HSVHistogram(bins=(3, 1, 1)).describe(image[foreground][None])
    assert histogram.tolist() == [0.5, 0, 0.5]  # red and blue, as large as each other
    assert cvret.Masked(cvret.HSVHistogram(bins=(3, 1, 1))).describe(
        image
    ).tolist() == [
        0.5,
        0,
        0.5,
    ]


def test_other_descriptors_are_given_the_rectangle_around_it():
    # The disks have radius 12: rows 8 to 52, columns 13 to 77.
    found = cvret.Masked(Sizes()).describe(two_disks())
    assert found.tolist() == [45, 65]


@pytest.mark.parametrize("place", [(0, 0), (10, 20), (28, 38), (29, 5)])
def test_the_rectangle_is_at_least_as_large_as_the_descriptor_needs(place):
    image = np.full((30, 40, 3), 255, np.uint8)
    image[place[0] : place[0] + 2, place[1] : place[1] + 2] = 0
    assert cvret.Masked(Sizes()).describe(image).tolist() == [5, 5]
    small = np.full((3, 40, 3), 255, np.uint8)
    small[1, 7] = 0
    assert cvret.Masked(Sizes()).describe(small).tolist() == [3, 5]


def test_a_mask_of_ones_own_is_taken():
    found = cvret.Masked(Sizes(), LeftHalf()).describe(two_disks())
    assert found.tolist() == [60, 45]
    red = cvret.Masked(cvret.HSVHistogram(bins=(3, 2, 1)), LeftHalf()).describe(
        two_disks()
    )
    assert red[1] > 0
    assert red[5] == 0


def test_an_empty_foreground_is_the_whole_picture():
    line = np.zeros((8, 1, 3), np.uint8)
    assert cvret.Masked(Sizes(), LeftHalf()).describe(line).tolist() == [8, 1]


def test_a_mask_of_another_shape_is_refused():
    class Wrong:
        def foreground(self, image):
            return np.ones((2, 2))

    with pytest.raises(ValueError, match=r"bool of shape \(9, 9\), got float64 of sha"):
        cvret.Masked(Sizes(), Wrong()).describe(np.zeros((9, 9, 3), np.uint8))


def test_an_index_keeps_the_steps_of_a_field(tmp_path, photos):
    steps = (cvret.Resize(64), cvret.EqualizeIntensity())
    part = cvret.Prepared(cvret.Masked(cvret.HSVHistogram(bins=(6, 2, 2))), steps)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"color": part})
    index.add(photos)
    steps[0].set_params(size=2)  # the index has its own
    for opened in (index, cvret.Index.open(tmp_path / "i.cvret")):
        ranking = opened.search(photos / "photos" / "coffee.png")
        assert ranking[0].id == "photos/coffee.png"
        assert ranking[0].score == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "descriptor",
    [
        cvret.HSVHistogram(),
        cvret.LabHistogram(),
        cvret.RGBHistogram(),
        cvret.OpponentHistogram(),
        cvret.RGHistogram(),
        cvret.ColorMoments(),
    ],
    ids=repr,
)
def test_pixels_in_any_order_are_the_same_to_what_is_pixelwise(descriptor, chelsea):
    assert descriptor.pixelwise
    image = chelsea[:40, :50]
    mixed = np.random.default_rng(0).permutation(image.reshape(1, -1, 3), axis=1)
    expected = descriptor.describe(np.ascontiguousarray(image))
    assert descriptor.describe(mixed) == pytest.approx(expected, abs=1e-5)
    assert not clone(descriptor).set_params(layout=(2, 2)).pixelwise


def test_texture_is_not_pixelwise():
    assert not cvret.LocalBinaryPatterns().pixelwise


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            cvret.Prepared("hsv", ()),
            r"descriptor must be a part with describe\(image\)",
        ),
        (cvret.Prepared(cvret.SIFT(), ()), r"such as HSVHistogram\(\), got SIFT\(\)"),
        (cvret.Masked(cvret.HSVHistogram), "descriptor must be a part .* got <class"),
        (cvret.Masked(cvret.HSVHistogram(), 3), r"mask must be a part .* got 3"),
    ],
    ids=["a name", "an extractor", "a class", "a number"],
)
def test_what_is_no_part_is_refused_by_name(part, said, coffee):
    with pytest.raises(TypeError, match=said):
        part.describe(coffee)
