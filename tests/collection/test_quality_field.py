"""Full-reference metrics as fields of an index."""

import numpy as np
import pytest
from PIL import Image

import cvret
from cvret.collection.quality_field import QualityIndex
from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import METRICS

SIZE = (48, 48)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, chelsea, coffee):
    """Eight cut-outs of two photographs, and a noisy copy of the first."""
    folder = tmp_path_factory.mktemp("cuts")
    cuts = [
        photo[top : top + 96, left : left + 96]
        for photo in (chelsea, coffee)
        for top, left in ((0, 0), (60, 100), (150, 40), (120, 300))
    ]
    noise = np.random.default_rng(0).integers(-20, 21, cuts[0].shape)
    cuts.append(np.clip(cuts[0].astype(int) + noise, 0, 255).astype(np.uint8))
    for number, cut in enumerate(cuts):
        Image.fromarray(np.ascontiguousarray(cut)).save(folder / f"{number}.png")
    return folder


def small(folder, number) -> np.ndarray:
    image = cvret.read_image(folder / f"{number}.png")
    return cvret.Pixels(SIZE).describe(image).reshape(*SIZE, 3).astype(np.uint8)


def by_loop(folder, metric, query, numbers=range(9)) -> dict[str, float]:
    """Similarities, computed by sewar, one after the other; best first."""
    reference = small(folder, query)
    found = {}
    for number in numbers:
        value = by_sewar(metric, reference, small(folder, number), 255.0)
        known = np.nan if value is None else value
        found[f"{number}.png"] = float(METRICS[metric].similarity(known, 255.0))
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def make(path, folder, metric="ssim", **others) -> cvret.Index:
    fields = {"pixels": cvret.Pixels(SIZE, metric), **others}
    index = cvret.Index.create(path, fields=fields)
    index.add(folder)
    return index


@pytest.mark.parametrize(
    "metric", ["ergas", "mse", "msssim", "psnr", "psnrb", "ssim", "uqi", "vifp"]
)
def test_the_ranking_is_that_of_a_loop(tmp_path, folder, metric):
    found = make(tmp_path / "i.cvret", folder, metric).search(folder / "0.png", 9)
    expected = by_loop(folder, metric, 0)
    assert found.ids == tuple(expected)
    assert found.scores.tolist() == pytest.approx(list(expected.values()), abs=1e-6)


@pytest.mark.parametrize("metric", [name for name in METRICS if name != "cosine"])
def test_a_picture_finds_itself_and_its_noisy_copy(tmp_path, folder, metric):
    index = make(tmp_path / "i.cvret", folder, metric)
    found = index.search(folder / "0.png", 9)
    assert set(found.ids[:2]) == {"0.png", "8.png"}
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    least = 0.9 if metric == "psnrb" else 1  # the steps between its blocks count
    assert dict(zip(found.ids, found.scores, strict=True))["0.png"] >= least - 1e-7


def test_the_query_is_the_reference(tmp_path, folder):
    index = make(tmp_path / "i.cvret", folder, "vifp")
    one_way = by_sewar("vifp", small(folder, 0), small(folder, 8), 255.0)
    other_way = by_sewar("vifp", small(folder, 8), small(folder, 0), 255.0)
    assert abs(one_way - other_way) > 0.01
    hits = {hit.id: hit.score for hit in index.similar("0.png", 9)}
    assert hits["8.png"] == pytest.approx(min(one_way, 1), abs=1e-6)


def test_it_is_kept_and_opened_again(tmp_path, folder):
    index = make(tmp_path / "i.cvret", folder)
    found = index.search(folder / "3.png", 9)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.verify().ok
    assert again.search(folder / "3.png", 9).scores.tolist() == found.scores.tolist()
    assert again.similar("3.png", 8).ids == found.ids[1:]
    arrays = again._state.segments[0].arrays.part("pixels")
    assert arrays["pixels"].shape == (9, *SIZE, 3)
    assert arrays["pixels"].dtype == np.uint8
    assert again.duplicates().mode == "exact"
    assert "it needs no vocabulary" in str(again.doctor())
    again.explain(folder / "3.png", "4.png")


def test_the_removed_never_show_and_the_rest_stays(tmp_path, folder):
    index = make(tmp_path / "i.cvret", folder)
    index.remove(["8.png", "2.png"])
    left = by_loop(folder, "ssim", 0, (0, 1, 3, 4, 5, 6, 7))
    for searched in (index, cvret.Index.open(tmp_path / "i.cvret")):
        found = searched.search(folder / "0.png", 9)
        assert found.ids == tuple(left)
    index.compact()
    assert index.search(folder / "0.png", 9).ids == tuple(left)
    assert index.verify().ok


def test_segments_and_threads_change_nothing(tmp_path, folder):
    whole = make(tmp_path / "whole.cvret", folder)
    pieces = cvret.Index.create(
        tmp_path / "pieces.cvret", fields={"pixels": cvret.Pixels(SIZE)}
    )
    for number in (5, 0, 8, 3, 1, 2, 4, 7, 6):
        pieces.add(folder / f"{number}.png")
    queries = [folder / "0.png", folder / "5.png"]
    expected = [whole.search(query, 9) for query in queries]
    for n_jobs in (1, 2):
        several = pieces.search_many(queries, 9, n_jobs=n_jobs)
        for found, wanted in zip(several, expected, strict=True):
            assert found.ids == wanted.ids
            assert found.scores.tolist() == wanted.scores.tolist()


def test_equal_scores_are_by_id(tmp_path):
    for name in ("b", "a", "c"):
        Image.new("RGB", (20, 20), (9, 90, 200)).save(tmp_path / f"{name}.png")
    index = cvret.Index.create(
        tmp_path / "i.cvret", fields={"pixels": cvret.Pixels(SIZE, "mse")}
    )
    for name in ("c", "b", "a"):
        index.add(tmp_path / f"{name}.png")
    found = index.search(tmp_path / "c.png", 2)
    assert found.ids == ("a.png", "b.png")
    assert found.scores.tolist() == [1, 1]


@pytest.mark.parametrize("fusion", ["mean", "standardized"])
def test_it_is_fused_with_another_field(tmp_path, folder, fusion):
    fields = {"pixels": cvret.Pixels(SIZE), "color": cvret.HSVHistogram()}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields, fusion=fusion)
    index.add(folder)
    found = index.search(folder / "0.png", 9)
    assert found.ids[:2] == ("0.png", "8.png")
    if fusion == "mean":
        alone = {
            name: {hit.id: hit.score for hit in index.search(folder / "0.png", by=name)}
            for name in fields
        }
        mean = (alone["pixels"]["8.png"] + alone["color"]["8.png"]) / 2
        assert found[1].score == pytest.approx(mean)
    ids = ["0.png", "8.png", "5.png"]
    like = index.affinities(ids)
    assert like.shape == (3, 3)
    assert np.array_equal(like, like.T)
    assert like[0, 1] > like[0, 2]


@pytest.mark.parametrize(
    "rerank", [cvret.QueryExpansion(2), cvret.KReciprocal(), cvret.Diffusion()]
)
def test_re_rankers_of_neighbors_work(tmp_path, folder, rerank):
    index = make(tmp_path / "i.cvret", folder, "rmse")
    found = index.search(folder / "0.png", 9, rerank=[rerank])
    assert {"0.png", "8.png"} <= set(found.ids[:3])


def test_a_small_picture_is_stretched(tmp_path, folder):
    Image.new("RGB", (1, 3), (200, 0, 0)).save(tmp_path / "tiny.png")
    index = make(tmp_path / "i.cvret", folder)
    assert index.add(tmp_path / "tiny.png").added == 1
    assert index.search(tmp_path / "tiny.png", 1).ids == ("tiny.png",)


def test_an_unknown_metric_is_refused_with_those_that_there_are(tmp_path):
    fields = {"pixels": cvret.Pixels(metric="lpips")}
    said = "field 'pixels' has the metric 'lpips', which is none; .*chi2,.*vifp too"
    with pytest.raises(cvret.UnknownNameError, match=said):
        cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    assert not (tmp_path / "i.cvret").exists()


def test_a_metric_of_pictures_needs_pictures(tmp_path):
    class Mean:
        metric = "ssim"

        def describe(self, image):
            return image.mean(axis=(0, 1))

    with pytest.raises(ValueError, match=r"gives none; use Pixels\(metric='ssim'\)"):
        cvret.Index.create(tmp_path / "i.cvret", fields={"mean": Mean()})


@pytest.mark.parametrize("metric", ["l2", "cosine", "correlation"])
def test_metrics_of_vectors_are_those_of_dense_fields(tmp_path, folder, metric):
    index = make(tmp_path / "i.cvret", folder, metric)
    found = index.search(folder / "0.png", 9)
    assert found.ids[:2] == ("0.png", "8.png")
    arrays = index._state.segments[0].arrays.part("pixels")
    assert arrays["vectors"].shape == (9, 48 * 48 * 3)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (cvret.Pixels(SIZE, "uqi"), "made for the metric 'ssim', and Pixels has 'uqi'"),
        (cvret.Pixels((32, 72)), r"shape \[48, 48, 3\], and Pixels.* \[32, 72, 3\]"),
        (cvret.HSVHistogram(), "made with Pixels, and parts has HSVHistogram"),
    ],
)
def test_another_part_is_refused_by_the_name_of_the_field(tmp_path, folder, part, said):
    make(tmp_path / "i.cvret", folder)
    with pytest.raises(cvret.FormatError, match=f"field 'pixels' of .*{said}"):
        cvret.Index.open(tmp_path / "i.cvret", parts={"pixels": part})


def test_a_query_of_another_field_is_refused(tmp_path, folder):
    index = make(tmp_path / "i.cvret", folder)
    query = cvret.Query({"pixels": np.zeros(5, np.float32)}, 9, 9)
    with pytest.raises(ValueError, match="holds vectors of 6912 elements"):
        index.search(query)


def test_a_prepared_picture_is_compared_too(tmp_path, folder):
    part = cvret.Prepared(cvret.Pixels(SIZE, "rmse"), (cvret.EqualizeIntensity(),))
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"pixels": part})
    index.add(folder)
    dark = tmp_path / "dark.png"
    Image.fromarray(cvret.read_image(folder / "4.png") // 2).save(dark)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.search(dark, 1).ids == ("4.png",)


def test_what_is_not_whole_is_rounded_to_a_byte():
    pixels = np.zeros((1, 1, 1, 3), np.uint8)
    index = QualityIndex([{"pixels": pixels}], "rmse", (1, 1, 3))
    assert index.score(np.array([0.4, 0.4, -3.0])).tolist() == [1.0]
    assert index.n_images == 1
    assert index.affinities([np.zeros(3)], np.array([0])).tolist() == [[1.0]]
    with pytest.raises(IndexError):
        index.stored(1)
