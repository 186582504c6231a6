"""Evaluating an index, with rankings known beforehand."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import cvret


@pytest.fixture
def colors(tmp_path):
    """Two classes of pictures in one color each, and an index by color."""
    for name, color in (
        ("red/1.png", (250, 0, 0)),
        ("red/2.png", (240, 0, 0)),
        ("blue/1.png", (0, 0, 250)),
        ("blue/2.png", (0, 0, 240)),
    ):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20), color).save(path)
    return tmp_path / "set"


def color_index(path, colors, prefix=""):
    index = cvret.Index.create(path, fields={"color": cvret.HSVHistogram()})
    index.add(colors, prefix)
    return index


@pytest.mark.parametrize("prefix", ["", "set"])
def test_perfect_rankings_have_perfect_values(tmp_path, colors, prefix):
    index = color_index(tmp_path / "i.cvret", colors, prefix)
    truth = cvret.truth.from_folders(colors, prefix=prefix)
    report = cvret.evaluate(index, truth)
    assert report.metrics == {
        "mAP": 1.0,
        "mAP@10": 1.0,
        "P@10": 0.1,  # one of ten places, for there is but one relevant
        "R@10": 1.0,
        "R-precision": 1.0,
        "nDCG@10": 1.0,
        "MRR": 1.0,
        "top-1": 1.0,
        "top-3": 1.0,
        "top-5": 1.0,
        "top-10": 1.0,
        "ANMRR": 0.0,
    }
    assert (report.n_queries, report.n_images, report.missing) == (4, 4, 0)
    assert report.search_ms > 0
    assert "mAP" in str(report)


def test_a_table_with_wrong_answers_has_the_value_by_hand(tmp_path, colors):
    # red/1 is said to be like blue/1, which ties with blue/2 behind red/2: place 2.
    path = colors / "truth.csv"
    path.write_text("query,relevant\nred/1.png,blue/1.png\nred/1.png,gone.png\n")
    index = color_index(tmp_path / "i.cvret", colors)
    report = cvret.evaluate(index, cvret.truth.from_csv(path))
    assert report.metrics["mAP"] == pytest.approx((1 / 2) / 2)
    assert report.missing == 1
    assert "1 relevant image is not in the collection" in str(report)
    assert "gone.png" in str(report)


def test_a_picture_of_the_same_name_elsewhere_is_not_the_query_itself(tmp_path, colors):
    # The query 1.png lies outside; red/1.png in the index stays in the ranking.
    index = color_index(tmp_path / "i.cvret", colors / "red")
    truth = cvret.GroundTruth(colors / "blue", {"1.png": frozenset({"1.png"})})
    assert cvret.evaluate(index, truth).metrics["mAP"] == 1.0


def test_queries_that_cannot_be_asked_are_named(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    relevant = {
        "red/1.png": frozenset({"red/2.png"}),
        "gone.png": frozenset({"red/2.png"}),
        "red/2.png": frozenset({"red/2.png"}),
    }
    report = cvret.evaluate(index, cvret.GroundTruth(colors, relevant))
    assert report.n_queries == 1
    assert [name for name, _ in report.left_out] == ["gone.png", "red/2.png"]
    assert report.to_dict()["left_out"][1][1] == "nothing is relevant to it"


def test_no_query_at_all_is_an_error(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    truth = cvret.GroundTruth(colors, {"gone.png": frozenset({"red/2.png"})})
    with pytest.raises(ValueError, match=r"no query .* the first: gone\.png"):
        cvret.evaluate(index, truth)


def test_times_are_medians_of_all_queries(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    costs = cvret.evaluate(index, cvret.truth.from_folders(colors)).costs
    for spread in (costs.extract_ms, costs.search_ms):
        assert 0 < spread.median <= spread.p95
    stored = (tmp_path / "i.cvret" / "segments").rglob("color.*")
    assert costs.bytes_an_image == sum(file.stat().st_size for file in stored) / 4
    assert costs.fit_seconds == 0  # nothing was learned


class Listed:
    """A system of one's own that ranks as it is told, whatever is asked."""

    def __init__(self, *ids, missing=()):
        self.ids = (*ids, *missing)
        self.ranked = ids
        self.asked = []

    def encode(self, query, *, region=None):
        self.asked.append((query.name, region))
        if not query.exists():
            raise FileNotFoundError(f"{query} does not exist")
        if region is not None and region[2] > 100:
            raise ValueError("region does not lie inside the picture")
        return query.name

    def search(self, query, k=10):
        scores = np.linspace(1, 0, len(self.ranked))
        return cvret.Ranking(self.ranked[:k], scores[:k])


@pytest.fixture
def asking(tmp_path, noise):
    """A folder of queries, and a ground truth made of what is told of them."""

    def make(relevant, **more):
        for query in relevant:
            noise(tmp_path / "queries" / more.get("files", {}).get(query, query), 1)
        sets = {query: frozenset(ids) for query, ids in relevant.items()}
        return cvret.GroundTruth(tmp_path / "queries", sets, **more)

    return make


def test_junk_is_taken_out_before_places_are_counted(asking):
    truth = asking({"q.png": "bd"}, ignored={"q.png": frozenset("ac")})
    report = cvret.evaluate(Listed("a", "b", "c", "x", "d"), truth)
    # What is left is b, x, d.
    assert report.metrics["mAP"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert [(each.id, each.right) for each in report.results["q.png"]] == [
        ("b", True),
        ("x", False),
        ("d", True),
    ]
    assert report.results["q.png"][0].score == 0.75


def test_the_query_itself_counts_where_the_protocol_says_so(asking):
    # Of an image whose file is not known, the name tells that it is the query.
    ranked = Listed("q.png", "a", "b")
    relevant = {"q.png": ["q.png", "b"]}
    assert cvret.evaluate(ranked, asking(relevant)).metrics["mAP"] == 1 / 2
    with_itself = asking(relevant, counts_itself=True, metrics=("N-S",))
    report = cvret.evaluate(ranked, with_itself)
    assert report.metrics["mAP"] == pytest.approx((1 + 2 / 3) / 2)
    assert report.metrics["N-S"] == 2.0


def test_several_queries_of_one_file_ask_for_their_regions(asking):
    files = {"left": "q.png", "right": "q.png", "none": "q.png"}
    regions = {"left": (0, 0, 8, 16), "right": (8, 0, 8, 16), "none": (0, 0, 200, 9)}
    truth = asking(dict.fromkeys(files, "a"), files=files, regions=regions)
    system = Listed("a")
    report = cvret.evaluate(system, truth)
    assert report.queries == ("left", "right")
    assert report.left_out == (("none", "region does not lie inside the picture"),)
    assert system.asked[1:3] == [
        ("q.png", (0, 0, 8, 16)),
        ("q.png", (8, 0, 8, 16)),
    ]
    assert report.query_files["right"] == str(truth.root / "q.png")


def test_a_fault_of_the_system_is_not_hidden(asking):
    class Broken(Listed):
        def search(self, query, k=10):
            raise ValueError("out of order")

    with pytest.raises(ValueError, match="out of order"):
        cvret.evaluate(Broken("a"), asking({"q.png": "a"}))


def test_graded_gains_and_distractors_are_measured(asking):
    truth = asking(
        {"q.png": "ab"},
        grades={"q.png": {"b": 3.0}},
        distractors=frozenset("d"),
        metrics=("distractors@2",),
    )
    metrics = cvret.evaluate(Listed("a", "d", "b"), truth).metrics
    expected = (1 + 3 / np.log2(4)) / (3 + 1 / np.log2(3))
    assert metrics["nDCG@10"] == pytest.approx(expected)
    assert metrics["distractors@2"] == 0.5


def test_the_window_of_anmrr_goes_by_all_queries_that_were_judged(asking):
    # One relevant image in place 3: its own window 2 does not reach it, but that of the
    # other query, with two, does: min(4 * 1, 2 * 2) = 4 places.
    system = Listed("x", "y", "a", "b")
    alone = cvret.evaluate(system, asking({"1.png": "a"}), metrics=["ANMRR"])
    assert alone.values["ANMRR"].tolist() == [1.0]
    both = cvret.evaluate(
        system, asking({"1.png": "a", "2.png": "ab"}), metrics=["ANMRR"]
    )
    assert both.values["ANMRR"][0] == pytest.approx((3 - 1) / (1.25 * 4 - 1))


def test_the_first_three_results_vote_for_the_class(asking):
    names = [f"{number}.png" for number in range(3)]
    truth = asking(
        dict.fromkeys(names, ["c1"]),
        query_classes=dict.fromkeys(names, "cat"),
        classes={"c1": "cat", "d1": "dog", "d2": "dog", "e1": "emu"},
    )

    def predicted(*ranked):
        return set(cvret.evaluate(Listed(*ranked), truth).predicted.values())

    assert predicted("c1", "d1", "d2", "e1") == {"dog"}  # most
    assert predicted("c1", "d1", "e1", "d2") == {"cat"}  # the nearest of equals
    # What has no class has no vote.
    assert predicted("none", "d1", "e1", "c1") == {"dog"}
    assert predicted("none", "no", "nothing", "c1") == set()


def test_some_queries_are_drawn_by_class(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors)
    truth = cvret.truth.from_folders(colors)
    report = cvret.evaluate(index, truth, n_queries=2, random_state=1)
    assert sorted(report.query_classes.values()) == ["blue", "red"]
    again = cvret.evaluate(index, truth, n_queries=2, random_state=1)
    assert again.queries == report.queries


def test_missing_images_are_counted_once_and_named(asking):
    truth = asking({"1.png": ["a", "lost"], "2.png": ["lost", "gone"]})
    report = cvret.evaluate(Listed("a"), truth)
    assert report.missing == 2
    assert report.metrics["R@10"] == (1 / 2 + 0) / 2
    assert (
        "2 relevant images are not in the collection, and count as not found: gone, "
        "lost" in report.warnings
    )


def test_a_ground_truth_of_other_images_is_refused_before_it_is_asked(asking):
    with pytest.raises(ValueError, match="none of the 2 relevant images, such as 'g"):
        cvret.evaluate(Listed("a"), asking({"1.png": ["lost", "gone"]}))


def test_what_a_ground_truth_notes_is_a_warning(asking):
    truth = replace(asking({"1.png": ["a"]}), notes=("1 row was odd",))
    assert "1 row was odd" in cvret.evaluate(Listed("a"), truth).warnings


def test_fields_and_rerankers_of_an_index_are_chosen(tmp_path, colors):
    fields = {"color": cvret.HSVHistogram(), "grey": cvret.HOG()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.add(colors)
    truth = cvret.truth.from_folders(colors)
    report = cvret.evaluate(index, truth, by="color", rerank=[])
    assert report.name == "color"
    assert report.about["system"].startswith("color (HSVHistogram(")
    assert cvret.evaluate(index, truth, name="mine").name == "mine"
    part = cvret.evaluate(index.by("color"), truth)
    assert part.metrics == report.metrics
    with pytest.raises(TypeError, match="by and rerank belong to an Index"):
        cvret.evaluate(index.by("color"), truth, by="grey")
    with pytest.raises(cvret.UnknownNameError, match="no field is named"):
        cvret.evaluate(index, truth, by="shape")


def test_what_was_learned_from_these_pictures_is_warned_of(tmp_path, noise):
    for class_ in "ab":
        for number in range(4):
            noise(tmp_path / "set" / class_ / f"{number}.png", number + 9 * ord(class_))
    vlad = cvret.VLAD(cvret.DenseSIFT(step=2, sizes=(2.0,)), n_words=2)
    fields = {"vlad": vlad, "color": cvret.HSVHistogram()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(tmp_path / "set" / "a")
    index.add(tmp_path / "set")
    truth = cvret.truth.from_folders(tmp_path / "set")
    report = cvret.evaluate(index, truth)
    assert report.warnings[0].startswith("field vlad has learned from 50 % of the pict")
    assert report.learned_share == 0.5
    assert 0 < report.costs.fit_seconds < 60
    color = cvret.evaluate(index, truth, by="color")
    assert (color.learned_share, color.costs.fit_seconds) == (0.0, 0.0)
    assert not any("learned" in warning for warning in color.warnings)


def test_learning_from_queries_outside_the_collection_is_warned_of(tmp_path, noise):
    for number in range(4):
        noise(tmp_path / "queries" / f"{number}.png", number)
        noise(tmp_path / "gallery" / f"{number}.png", number + 100)
    vlad = cvret.VLAD(cvret.DenseSIFT(step=2, sizes=(2.0,)), n_words=2)
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"vlad": vlad})
    index.fit(tmp_path / "queries")
    index.add(tmp_path / "gallery")
    relevant = {f"{number}.png": frozenset({"1.png"}) for number in range(4)}
    report = cvret.evaluate(index, cvret.GroundTruth(tmp_path / "queries", relevant))
    assert report.learned_share == 0.0  # of the collection
    assert report.warnings[0].startswith(
        "field vlad has learned from 100 % of the quer"
    )


def test_a_system_that_does_not_tell_what_it_learned_from_is_unknown(asking):
    report = cvret.evaluate(Listed("a"), asking({"q.png": "a"}))
    assert np.isnan([report.learned_share, report.costs.bytes_an_image]).all()
    assert report.warnings[0].startswith(
        "which pictures Listed has learned from is not"
    )


@pytest.mark.parametrize("mode", ["exact", "near"])
def test_duplicates_are_named(tmp_path, photos, mode):
    folder = tmp_path / "set"
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(photos / "photos" / "coffee.png", folder / "a" / "1.png")
    shutil.copy(photos / "photos" / "coffee.png", folder / "a" / "2.png")
    smaller = cvret.read_image(photos / "photos" / "coffee.png", max_side=200)
    Image.fromarray(smaller).save(folder / "b" / "1.png")
    shutil.copy(photos / "photos" / "chelsea.png", folder / "b" / "2.png")
    index = color_index(tmp_path / "i.cvret", folder)
    truth = cvret.truth.from_folders(folder)
    report = cvret.evaluate(index, truth, duplicates=mode)
    exact = {("a/1.png", "a/2.png"), ("a/2.png", "a/1.png")}
    near = {("a/1.png", "b/1.png"), ("a/2.png", "b/1.png")}
    near |= {(other, query) for query, other in near}
    assert set(report.duplicates) == (exact if mode == "exact" else exact | near)
    assert any("under another name: a/1.png = a/2.png" in w for w in report.warnings)
    assert cvret.evaluate(index, truth, duplicates=None).duplicates == ()


def test_pictures_to_show_are_those_of_queries_and_results(tmp_path, colors):
    index = color_index(tmp_path / "i.cvret", colors / "red")
    truth = cvret.GroundTruth(colors / "blue", {"1.png": frozenset({"1.png"})})
    report = cvret.evaluate(index, truth)
    assert report.query_files == {"1.png": str(colors / "blue" / "1.png")}
    assert report.files == {
        "1.png": str(colors / "red" / "1.png"),
        "2.png": str(colors / "red" / "2.png"),
    }


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"metrics": ["mAp"]}, cvret.UnknownNameError, "no metric is named 'mAp'"),
        ({"duplicates": "all"}, ValueError, "duplicates must be one of exact, near"),
        ({"confidence": 95}, ValueError, "confidence must lie in"),
        ({"n_queries": 0}, ValueError, "n must be at least 1"),
        ({"n_resamples": 1}, ValueError, "n_resamples must be at least 100"),
    ],
)
def test_wrong_arguments_are_refused_before_a_query_is_asked(
    asking, arguments, error, message
):
    system = Listed("a")
    with pytest.raises(error, match=message):
        cvret.evaluate(system, asking({"q.png": "a"}), **arguments)
    assert system.asked == []


def test_what_is_no_system_is_refused(asking):
    for wrong in ("i.cvret", Listed, cvret.HSVHistogram()):
        with pytest.raises(TypeError, match="system must be an Index, or have ids"):
            cvret.evaluate(wrong, asking({"q.png": "a"}))
    with pytest.raises(TypeError, match="truth must be a GroundTruth, got 'photos'"):
        cvret.evaluate(Listed("a"), "photos")
