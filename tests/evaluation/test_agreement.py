"""Which systems rank pictures alike, with orders known beforehand."""

import csv
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import kendalltau, spearmanr

import cvret
from cvret.metrics.definitions import METRICS


def grey(level: int, size: int = 16) -> np.ndarray:
    return np.full((size, size, 3), level, np.uint8)


@pytest.fixture(scope="module")
def noise() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (20, 30, 3), np.uint8) for _ in range(12)]


def given_scores(*values):
    """A system that gives these scores, whatever it is shown."""
    return lambda target, images: values[: len(images)]


@pytest.mark.parametrize(
    ("columns", "spearman", "kendall"),
    [
        # Orders of three: 123 and 213 have one pair of three the other way round.
        (([1, 2, 3], [2, 1, 3]), 0.5, 1 / 3),
        (([1, 2, 3], [10, 20, 40]), 1, 1),
        (([1, 2, 3], [3, 2, 1]), -1, -1),
        # Squares of the differences of ranks: 1 + 1 + 1 + 1; 1 - 6 * 4 / (4 * 15).
        (([1, 2, 3, 4], [2, 1, 4, 3]), 0.6, 1 / 3),
        # Ties have the mean of their ranks: 1.5, 1.5, 3.
        (([1, 1, 3], [1, 2, 3]), 1.5 / np.sqrt(1.5 * 2), 2 / np.sqrt(2 * 3)),
        (([1, np.inf, 3], [1, 3, 2]), 1, 1),
    ],
)
def test_correlations_by_hand(columns, spearman, kendall):
    table = dict(zip("ab", columns, strict=True))
    for method, expected in (("spearman", spearman), ("kendall", kendall)):
        found = cvret.agreement_of(table, method=method)
        assert found.matrix == pytest.approx(np.array([[1, expected], [expected, 1]]))
        assert found.spread == pytest.approx(np.zeros((2, 2)))


def test_undefined_scores_are_left_out_pairwise_and_counted():
    columns = {
        "a": [1, 2, 3, np.nan],
        "b": [3, 2, 1, 9],  # against a, where both are defined
        "c": [3, np.nan, 1, 9],
        "nothing": [np.nan] * 4,
        "flat": [5, 5, 5, 5],
    }
    found = cvret.agreement_of(columns)
    assert found.matrix[0, :3].tolist() == pytest.approx([1, -1, -1])
    assert found.matrix[1, 2] == pytest.approx(1)
    assert np.isnan(found.matrix[3:]).all()
    assert np.isnan(found.matrix[:, 3:]).all()
    assert found.undefined == {"a": 1, "b": 0, "c": 1, "nothing": 4, "flat": 0}


def test_columns_of_distances_are_turned():
    columns = {"mse": [1, 2, 3], "psnr": [30, 20, 10], "apart": [5, 6, 7]}
    assert cvret.agreement_of(columns).matrix[0].tolist() == [1, 1, -1]
    found = cvret.agreement_of(columns, distances=["mse", "apart"])
    assert found.matrix.tolist() == [[1.0] * 3] * 3
    assert cvret.agreement_of(columns, distances=[]).matrix[0].tolist() == [1, -1, 1]


@settings(max_examples=25)
@given(seed=st.integers(0, 999), levels=st.integers(2, 30))
def test_it_is_what_scipy_finds(seed, levels):
    one, other = np.random.default_rng(seed).integers(0, levels, (2, 25))
    columns = {"one": one, "other": other}
    for method, by_scipy in (("spearman", spearmanr), ("kendall", kendalltau)):
        found = cvret.agreement_of(columns, method=method).matrix[0, 1]
        assert found == pytest.approx(by_scipy(one, other).statistic)


def test_three_greys_in_a_known_order():
    # From black, by what they are told: the second is nearer to the first than the
    # third, and from each of the others too.
    levels = {"first": 0, "second": 40, "third": 200}
    images = [grey(level) for level in levels.values()]

    def brighter(target, others):
        return [float(other.mean()) for other in others]

    systems = {"mse": "mse", "psnr": "psnr", "brighter": brighter}
    found = cvret.agreement(systems, images)
    assert found.names == ("mse", "psnr", "brighter")
    assert found.matrix[0, 1] == 1
    # Of the three targets the first has the brightest farthest (-1), the second the
    # darkest nearest (-1), the third the brighter one nearer (+1).
    assert found.matrix[0, 2] == pytest.approx(-1 / 3)
    assert found.spread[0, 2] == pytest.approx(np.std([-1, -1, 1]))
    assert (found.n_targets, found.n_images) == (3, 3)


@pytest.mark.parametrize("method", ["spearman", "kendall"])
def test_metrics_that_say_the_same_agree_by_one(noise, method):
    systems = ["mse", "psnr", "rmse", cvret.Pixels((64, 64), "l2")]
    found = cvret.agreement(systems, noise, targets=4, method=method)
    assert found.names == ("mse", "psnr", "rmse", "pixels")
    assert found.matrix == pytest.approx(np.ones((4, 4)))
    assert found.spread == pytest.approx(np.zeros((4, 4)), abs=1e-9)
    assert found.n_targets == 4


def test_scores_against_one_another_agree_by_minus_one(noise):
    systems = {
        "up": given_scores(*range(11)),
        "down": given_scores(*range(0, -11, -1)),
    }
    found = cvret.agreement(systems, noise)
    assert found.matrix.tolist() == [[1.0, -1.0], [-1.0, 1.0]]


def test_every_metric_and_descriptors_of_all_kinds_can_be_compared(noise):
    systems = [
        *METRICS,
        "hsv",
        cvret.LocalBinaryPatterns(),
        cvret.PerceptualHash(),
        cvret.Pixels((24, 24), "vifp"),
    ]
    found = cvret.agreement(systems, noise[:6], targets=2)
    m = len(METRICS) + 4
    assert found.matrix.shape == found.spread.shape == (m, m)
    assert np.array_equal(found.matrix, found.matrix.T)
    assert found.names[-4:] == ("hsv", "lbp", "perceptual-hash", "pixels")
    defined = found.matrix[~np.isnan(found.matrix)]
    assert len(defined) > m * (m - 2)
    assert (np.abs(defined) <= 1).all()


def test_metrics_see_pictures_as_the_descriptor_of_pixels_gives_them(noise):
    named = cvret.agreement(
        {"name": "uqi", "part": cvret.Pixels((20, 24), "uqi"), "mse": "mse"},
        noise,
        size=(20, 24),
    )
    assert named.matrix[0, 1] == 1
    assert named.matrix[0, 2] == named.matrix[1, 2]


def test_the_targets_are_drawn_by_the_random_state(noise):
    seen = []

    def remember(target, others):
        seen.append(int(target.sum()))
        assert len(others) == 11
        return list(range(11))

    for state in (0, 0, 5):
        cvret.agreement(["mse", remember], noise, targets=3, random_state=state)
    assert seen[:3] == seen[3:6] != seen[6:]
    assert len(set(seen[:3])) == 3


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_threads_change_nothing(noise, n_jobs):
    systems = ["ssim", "sam", "hsv"]
    one = cvret.agreement(systems, noise, targets=5, n_jobs=1)
    found = cvret.agreement(systems, noise, targets=5, n_jobs=n_jobs)
    assert np.array_equal(one.matrix, found.matrix)


@pytest.fixture
def folder(tmp_path, noise):
    (tmp_path / "some").mkdir()
    for number, image in enumerate(noise[:5]):
        Image.fromarray(image).save(tmp_path / "some" / f"{number}.png")
    (tmp_path / "some" / "broken.png").write_bytes(b"nothing")
    Image.new("RGB", (2, 2)).save(tmp_path / "some" / "tiny.png")
    return tmp_path / "some"


def test_a_folder_is_read_and_what_cannot_be_is_told(folder, noise):
    systems = ["mse", cvret.Haralick()]
    found = cvret.agreement(systems, folder)
    assert found.n_images == 6
    assert [name for name, _ in found.left_out] == ["broken.png"]
    assert "1 pictures were left out" in str(found)
    paths = [folder / f"{number}.png" for number in range(5)]
    by_path = cvret.agreement(systems, paths)
    assert np.array_equal(by_path.matrix, cvret.agreement(systems, noise[:5]).matrix)


class NeedsMuch(cvret.HSVHistogram):
    """A descriptor of large pictures."""

    least_side = 3


def test_a_picture_too_small_for_a_system_is_left_out(folder):
    found = cvret.agreement(["mse", NeedsMuch()], folder)
    assert found.n_images == 5
    assert (
        "tiny.png cannot be compared: NeedsMuch needs an image of at least 3 x 3"
        in (dict(found.left_out)["tiny.png"])
    )


def test_it_is_saved_and_printed(tmp_path):
    found = cvret.agreement_of({"a": [1, 2, 3], "b": [3, 1, 2], "c": [7, 7, np.nan]})
    found.save(tmp_path / "a.json")
    found.save(tmp_path / "a.csv")
    stored = json.loads((tmp_path / "a.json").read_text())
    assert stored == found.to_dict()
    assert stored["matrix"][0][1:] == [-0.5, None]
    assert stored["undefined"] == {"a": 0, "b": 0, "c": 1}
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["system", "a", "b", "c"]
    assert rows[1] == ["a", "1.0", "-0.5", ""]
    assert str(found).splitlines() == [
        "Spearman's rho over 3 pictures",
        "          1     2     3",
        "  1 a  1.00 -0.50     -",
        "  2 b -0.50  1.00     -",
        "  3 c     -     -     -",
        "1 scores of c were undefined and left out",
    ]
    with pytest.raises(ValueError, match=r"path must end in \.json or \.csv, got 'a.t"):
        found.save("a.txt")


def test_pairs_stand_by_how_much_they_agree():
    found = cvret.agreement_of(
        {"a": [1, 2, 3], "none": [1, 1, 1], "b": [3, 1, 2], "c": [1, 2, 4]}
    )
    pairs = found.pairs()
    assert [pair[:2] for pair in pairs[:3]] == [("a", "c"), ("a", "b"), ("b", "c")]
    assert pairs[0][2] == 1
    assert all(np.isnan(pair[2]) for pair in pairs[3:])


def of_ssim(part):
    """A descriptor that gives no pictures, and yet a metric that compares them."""
    return type("Odd", (type(part),), {"metric": "ssim"})()


@pytest.mark.parametrize(
    ("systems", "error", "said"),
    [
        (["mse"], ValueError, "systems must be at least two, got 1"),
        ("mse", TypeError, "systems must be a list such as"),
        (["mse", "lpips"], cvret.UnknownNameError, "no system .* 'lpips'.* ssim.* hsv"),
        (["mse", "masked"], cvret.UnknownNameError, "no system is named 'masked'"),
        (["mse", cvret.HSVHistogram], TypeError, r"a part, such as HSVHistogram\(\)"),
        (["mse", 7], TypeError, "must be the name of a metric, a descriptor, or a cal"),
        ({"a": "mse", 3: "hsv"}, TypeError, "names of systems must be strings, got 3"),
        (["hsv", cvret.HSVHistogram()], ValueError, "two that are called 'hsv'"),
        (["mse", cvret.Pixels(metric="x")], ValueError, "one of chi2, .* ssim, .*'x'"),
        (["mse", of_ssim(cvret.HSVHistogram())], ValueError, "one of chi2.*'ssim'"),
        (["mse", cvret.VLAD(cvret.SIFT())], cvret.NotFittedError, "learned|vocabulary"),
        (["mse", given_scores(1, 2)], ValueError, "'<lambda>' must give 11 scores"),
    ],
)
def test_what_is_no_system_is_refused(noise, systems, error, said):
    with pytest.raises(error, match=said):
        cvret.agreement(systems, noise)


def test_too_few_pictures_are_refused(tmp_path, noise):
    with pytest.raises(ValueError, match="images must have at least 3 .*, got 2"):
        cvret.agreement(["mse", "hsv"], noise[:2])
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="got 0; the first left out: .*a.png is not"):
        cvret.agreement(["mse", "hsv"], tmp_path)
    with pytest.raises(TypeError, match="images must be a folder, or a list"):
        cvret.agreement(["mse", "hsv"], 7)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        cvret.agreement(["mse", "hsv"], tmp_path / "nowhere")


def test_wrong_columns_and_methods_are_refused():
    with pytest.raises(ValueError, match="columns must be a mapping with at least two"):
        cvret.agreement_of({"a": [1, 2]})
    with pytest.raises(ValueError, match=r"of one length, .* \(2,\), \(3,\)"):
        cvret.agreement_of({"a": [1, 2], "b": [1, 2, 3]})
    with pytest.raises(cvret.UnknownNameError, match="no column is named 'c'"):
        cvret.agreement_of({"a": [1, 2], "b": [1, 2]}, distances=["c"])
    with pytest.raises(ValueError, match="method must be one of spearman, kendall"):
        cvret.agreement_of({"a": [1, 2], "b": [1, 2]}, method="pearson")
