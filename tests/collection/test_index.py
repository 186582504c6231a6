"""The main job by the API: create, add, search, explain; and what goes wrong."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

import cvret
from cvret.collection import making

COFFEE = "photos/coffee.png"


def color_index(path: Path) -> cvret.Index:
    return cvret.Index.create(path, fields={"color": cvret.HSVHistogram()})


def plain_pictures(folder: Path, n: int) -> Path:
    for number in range(n):
        path = folder / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16), (number * 7 % 256, number * 3 % 256, 90)).save(path)
    return folder


def contents(path: Path) -> dict[str, str]:
    """Hashes of an index's files, but for those that name folders or hold locks."""
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name not in ("roots.json", "writer.lock")
    }


# The way that everything goes well


def test_a_picture_finds_itself_and_its_turned_copy(photo_index, photos):
    ranking = photo_index.search(photos / COFFEE, k=3)
    assert ranking.ids[:2] == (COFFEE, "copies/coffee-turned.png")
    assert ranking[0].score == 1.0
    assert ranking[1].inliers > 50
    assert ranking[1].score > 0.5 > ranking[2].score


def test_the_box_is_where_the_query_lies_in_the_result(photo_index, photos):
    # The copy lacks 20 rows at the top and 40 columns at the left, and is turned by
    # 90 degrees counterclockwise: (x, y) becomes (y - 20, width - 1 - x).
    hit = photo_index.search(photos / COFFEE)[1]
    height, width = cvret.read_image(photos / COFFEE).shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    expected = np.stack([corners[:, 1] - 20, width - corners[:, 0]], axis=1)
    assert np.abs(hit.box - expected).max() < 6


def test_an_array_searches_as_its_file_does(photo_index, photos):
    by_file = photo_index.search(photos / COFFEE)
    by_array = photo_index.search(cvret.read_image(photos / COFFEE))
    assert by_file.ids == by_array.ids
    assert np.array_equal(by_file.scores, by_array.scores)


def test_a_query_encoded_once_serves_several_searches(photo_index, photos):
    query = photo_index.encode(photos / COFFEE)
    assert (
        photo_index.search(query, 2).ids == photo_index.search(photos / COFFEE, 2).ids
    )


def test_k_beyond_the_index_gives_every_image_once(photo_index, photos):
    for rerank in (None, [], [cvret.SpatialVerification(depth=2)]):
        ranking = photo_index.search(photos / COFFEE, k=99, rerank=rerank)
        assert sorted(ranking.ids) == sorted(photo_index.ids)
        assert (np.diff(ranking.scores) <= 0).all()


def test_the_first_k_are_the_same_for_every_k(photo_index, photos):
    whole = photo_index.search(photos / COFFEE, k=5)
    for k in range(1, 5):
        assert photo_index.search(photos / COFFEE, k=k).ids == whole.ids[:k]


def test_scores_below_min_score_are_left_out(photo_index, photos):
    ranking = photo_index.search(photos / COFFEE, min_score=0.5)
    assert ranking.ids == (COFFEE, "copies/coffee-turned.png")


def test_a_region_asks_for_a_part_alone(photo_index, photos):
    # The cup is in the middle; the box of the region lies inside of the result.
    region = (80, 40, 150, 120)
    hit = photo_index.search(photos / COFFEE, region=region)[0]
    assert hit.id == COFFEE
    expected = np.array([[80, 40], [230, 40], [230, 160], [80, 160]])
    assert np.abs(hit.box - expected).max() < 4


def test_reopened_it_answers_the_same(photo_index, photos):
    again = cvret.Index.open(photo_index.path)
    before, after = (i.search(photos / COFFEE) for i in (photo_index, again))
    assert before.ids == after.ids
    assert np.array_equal(before.scores, after.scores)
    assert len(again) == 5
    assert COFFEE in again
    assert "nothing.png" not in again


def test_explain_tells_words_matches_and_draws(photo_index, photos, tmp_path):
    why = photo_index.explain(photos / COFFEE, "copies/coffee-turned.png")
    assert sum(share for _, _, share in why.words) == pytest.approx(1)
    assert why.words[0][2] == max(share for _, _, share in why.words)
    assert why.verification.inliers == len(why.verification.pairs) > 50
    assert 0 < why.scores["words"] < 1
    why.save(tmp_path / "why.png")
    with Image.open(tmp_path / "why.png") as picture:
        assert picture.size == why.picture.shape[1::-1]
    assert "inliers" in str(why)
    assert why.to_dict()["inliers"] == why.verification.inliers


def test_info_tells_what_is_there_and_where_the_vocabulary_came_from(photo_index):
    info = photo_index.info()
    assert (info["images"], info["recipe"], info["segments"]) == (5, "objects", 1)
    words = info["fields"]["words"]
    assert words["words"] > 15_000
    assert "Debian" in words["vocabulary_source"]["learned on"]
    assert words["features"] > 1000
    files = (photo_index.path / "segments").rglob("*.npy")
    assert info["bytes"] == sum(file.stat().st_size for file in files)


# Fields


def test_several_fields_are_weighed(tmp_path, photos):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    index = cvret.Index.create(tmp_path / "two.cvret", fields=fields)
    index.add(photos)
    query = photos / "photos/rocket.jpg"
    words, color = (index.search(query, 5, by=name) for name in fields)
    both = index.search(query, 5, by={"words": 1.0, "color": 0.3})
    one = dict(zip(words.ids, words.scores, strict=True))
    two = dict(zip(color.ids, color.scores, strict=True))
    for hit in both:
        assert hit.score == pytest.approx((one[hit.id] + 0.3 * two[hit.id]) / 1.3)
    equal = index.search(query, 5)
    assert equal[4].score == pytest.approx((one[equal.ids[4]] + two[equal.ids[4]]) / 2)


def test_verifying_a_field_without_keypoints_says_which_field_has_some(
    tmp_path, photos
):
    fields = {
        "words": cvret.BagOfWords(cvret.SIFT(), vocabulary="rootsift-16k"),
        "color": cvret.HSVHistogram(),
    }
    index = cvret.Index.create(tmp_path / "two.cvret", fields=fields)
    index.add(photos)
    rerank = [cvret.SpatialVerification()]
    with pytest.raises(
        ValueError,
        match="needs local features, and HSVHistogram describes whole images; search b",
    ):
        index.search(photos / COFFEE, by="color", rerank=rerank)
    alone = color_index(tmp_path / "color.cvret")
    alone.add(photos)
    with pytest.raises(ValueError, match="use an encoder such as BagOfWords"):
        alone.search(photos / COFFEE, rerank=rerank)


def test_fit_learns_a_vocabulary_that_comes_back(tmp_path, photos):
    path = tmp_path / "own.cvret"
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=200)}
    index = cvret.Index.create(path, fields=fields)
    with pytest.raises(cvret.NotFittedError, match="call fit"):
        index.add(photos)
    index.fit(photos)
    index.add(photos)
    again = cvret.Index.open(path)
    assert again.search(photos / COFFEE).ids == index.search(photos / COFFEE).ids
    source = again.info()["fields"]["words"]["vocabulary_source"]
    assert "5 images given to fit" in source["learned on"]
    with pytest.raises(ValueError, match="fit an index before adding to it"):
        index.fit(photos)


def test_fit_replaces_the_shipped_vocabulary_of_a_recipe(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "own.cvret")
    with pytest.raises(ValueError, match="n_words=16384 needs at least that many desc"):
        index.fit(photos)
    color = color_index(tmp_path / "color.cvret")
    with pytest.raises(ValueError, match="no field .* learns a vocabulary"):
        color.fit(photos)


def test_a_fitted_vocabulary_that_was_given_is_stored(tmp_path, photos, coffee):
    descriptors = cvret.SIFT().extract(coffee).descriptors
    vocabulary = cvret.Vocabulary(n_words=100).fit(descriptors)
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), vocabulary=vocabulary)}
    cvret.Index.create(tmp_path / "i.cvret", fields=fields).add(photos)
    again = cvret.Index.open(tmp_path / "i.cvret")
    known = again.info()["fields"]["words"]["vocabulary"]
    assert known == vocabulary.fingerprint()
    assert again.search(photos / COFFEE)[0].id == COFFEE


@pytest.mark.parametrize("vocabulary", [None, "rootsift-16k"])
def test_a_bag_that_was_fitted_before_is_stored_as_fitted(
    tmp_path, photos, coffee, vocabulary
):
    bag = cvret.BagOfWords(cvret.SIFT(), n_words=90, vocabulary=vocabulary)
    bag.fit([coffee])
    index = cvret.Index.create(tmp_path / "i.cvret", fields={"words": bag})
    index.add(photos)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.search(photos / COFFEE)[0].score == 1.0
    assert again.info()["fields"]["words"]["words"] == 90


def test_what_an_index_learns_stays_its_own(tmp_path, photos):
    bag = cvret.BagOfWords(cvret.SIFT(), n_words=90)
    one, two = (
        cvret.Index.create(tmp_path / name, fields={"words": bag}) for name in "ab"
    )
    one.fit(photos)
    one.add(photos)
    before = one.search(photos / COFFEE)
    with pytest.raises(cvret.NotFittedError):
        two.add(photos)
    two.fit(photos / "photos")
    assert np.array_equal(one.search(photos / COFFEE).scores, before.scores)
    assert not hasattr(bag, "vocabulary_")


def test_rows_beyond_the_images_never_reach_memory(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret")
    index.add(photos)
    file = index.path / "segments" / "00000001" / "words.images.npy"
    data = bytearray(file.read_bytes())
    data[-2000:] = b"\xff" * 2000
    file.write_bytes(bytes(data))
    again = cvret.Index.open(index.path)
    assert set(again.search(photos / COFFEE).ids) == set(index.ids)


def test_an_add_after_the_roots_were_lost_mixes_nothing_up(tmp_path):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "a", 2), "a")
    (index.path / "roots.json").unlink()
    again = cvret.Index.open(index.path)
    again.add(plain_pictures(tmp_path / "b", 2), "b")
    assert again.file_of("b/001.png") == tmp_path / "b" / "001.png"
    with pytest.raises(FileNotFoundError, match="does not know where"):
        again.file_of("a/001.png")


class MeanColor:
    """A descriptor of one's own."""

    metric = "l2"

    def describe(self, image):
        return image.mean(axis=(0, 1)).astype(np.float32) / 255


def test_a_part_of_ones_own_is_handed_over_again_to_open(tmp_path, photos):
    path = tmp_path / "own.cvret"
    index = cvret.Index.create(path, fields={"mean": MeanColor()})
    index.add(photos)
    with pytest.raises(cvret.UnknownNameError, match=r"parts=\{'mean': part\}"):
        cvret.Index.open(path)
    again = cvret.Index.open(path, parts={"mean": MeanColor()})
    assert again.search(photos / COFFEE)[0].id == COFFEE
    with pytest.raises(cvret.UnknownNameError, match="has no field 'other'"):
        cvret.Index.open(path, parts={"mean": MeanColor(), "other": MeanColor()})


# Adding


def test_adding_twice_does_nothing_and_says_so(tmp_path):
    folder = plain_pictures(tmp_path / "p", 5)
    index = color_index(tmp_path / "i.cvret")
    assert index.add(folder).added == 5
    before = contents(index.path)
    report = index.add(folder)
    assert (report.added, report.unchanged) == (0, 5)
    assert "5 were there already" in str(report)
    assert contents(index.path) == before


def test_a_changed_file_is_told_and_left_as_it_was(tmp_path):
    folder = plain_pictures(tmp_path / "p", 3)
    index = color_index(tmp_path / "i.cvret")
    index.add(folder)
    Image.new("RGB", (16, 16), (1, 2, 3)).save(folder / "001.png")
    report = index.add(folder)
    assert report.changed == ("001.png",)
    assert not report.complete
    assert len(index) == 3


def test_bad_files_are_reported_and_never_fatal(tmp_path):
    folder = plain_pictures(tmp_path / "p", 3)
    (folder / "000.png").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    report = color_index(tmp_path / "i.cvret").add(folder)
    assert report.added == 2
    assert [id_ for id_, _ in report.unreadable] == ["000.png", "broken.jpg"]
    assert "000.png is empty" in report.unreadable[0][1]
    assert report.n_other == 1
    assert "2 could not be read" in str(report)


def test_the_same_names_from_two_folders_need_a_prefix(tmp_path):
    a, b = (plain_pictures(tmp_path / name, 2) for name in "ab")
    index = color_index(tmp_path / "i.cvret")
    index.add(a)
    with pytest.raises(ValueError, match="'000.png' is in the index already, from "):
        index.add(b)
    index.add(b, prefix="b")
    assert index.ids == ("000.png", "001.png", "b/000.png", "b/001.png")
    assert index.file_of("b/001.png") == b / "001.png"


@pytest.mark.parametrize("prefix", ["..", "a/../b", "."])
def test_a_prefix_does_not_climb(tmp_path, prefix):
    folder = plain_pictures(tmp_path / "p", 1)
    with pytest.raises(ValueError, match="prefix must not hold"):
        color_index(tmp_path / "i.cvret").add(folder, prefix)


def test_odd_names_are_kept(tmp_path):
    names = ["Ünï cödé.png", "line\nbreak.png", "a b/'quote\".png", "x" * 200 + ".png"]
    for name in names:
        path = tmp_path / "p" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9)).save(path)
    raw = os.fsencode(tmp_path / "p") + b"/latin-\xe9.png"
    shutil.copy(tmp_path / "p" / names[0], raw)
    color_index(tmp_path / "i.cvret").add(tmp_path / "p")
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert set(again.ids) == {*names, os.fsdecode(b"latin-\xe9.png")}
    assert all(again.file_of(id_).exists() for id_ in again.ids)


def test_an_interrupted_add_keeps_full_batches_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(making, "_SEGMENT", 10)
    folder = plain_pictures(tmp_path / "p", 25)
    index = color_index(tmp_path / "i.cvret")
    real, calls = index._state.commit_segment, []

    def stop_at_the_second(items, root):
        calls.append(len(items))
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(items, root)

    monkeypatch.setattr(index._state, "commit_segment", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        index.add(folder)
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert len(again) == 10
    report = again.add(folder)
    assert (report.added, report.unchanged) == (15, 10)
    assert again.ids == tuple(f"{n:03d}.png" for n in range(25))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_full_disk_leaves_what_was_there_whole(tmp_path, monkeypatch, n_jobs):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "a", 3))
    before = contents(index.path)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numpy.lib.format.write_array", full)
        with pytest.raises(OSError, match="No space left"):
            index.add(plain_pictures(tmp_path / "b", 3), "b", n_jobs=n_jobs)
    assert contents(index.path) == before
    assert index.add(tmp_path / "b", "b").added == 3


def test_the_same_pictures_give_the_same_bytes(tmp_path, photos):
    indexes = []
    for n_jobs in (1, 2):
        index = cvret.Index.create(tmp_path / f"{n_jobs}.cvret")
        index.add(photos, n_jobs=n_jobs)
        indexes.append(contents(index.path))
    assert indexes[0] == indexes[1]


@pytest.mark.long
def test_threads_of_blas_change_no_byte(tmp_path, photos):
    code = "import sys, cvret; cvret.Index.create(sys.argv[2]).add(sys.argv[1])"
    found = []
    for threads in ("1", "2"):
        path = tmp_path / threads
        subprocess.run(
            [sys.executable, "-c", code, str(photos), str(path)],
            check=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads},
        )
        found.append(contents(path))
    assert found[0] == found[1]


def test_a_second_writer_is_told_to_wait(tmp_path):
    folder = plain_pictures(tmp_path / "p", 1)
    index = color_index(tmp_path / "i.cvret")
    with (
        FileLock(index.path / "writer.lock"),
        pytest.raises(RuntimeError, match="another process is writing to"),
    ):
        index.add(folder)
    assert index.add(folder).added == 1


def test_a_writer_sees_what_another_one_added(tmp_path):
    one = color_index(tmp_path / "i.cvret")
    two = cvret.Index.open(tmp_path / "i.cvret")
    one.add(plain_pictures(tmp_path / "a", 2), "a")
    two.add(plain_pictures(tmp_path / "b", 2), "b")
    assert len(one) == 2  # a reader keeps the generation that it opened
    assert len(two) == len(cvret.Index.open(tmp_path / "i.cvret")) == 4


def test_a_refused_add_changes_no_file(tmp_path):
    a, b = (plain_pictures(tmp_path / name, 2) for name in "ab")
    index = color_index(tmp_path / "i.cvret")
    index.add(a)
    before = (index.path / "roots.json").read_bytes()
    with pytest.raises(ValueError, match="is in the index already"):
        index.add(b)
    assert (index.path / "roots.json").read_bytes() == before


def test_an_index_fitted_elsewhere_meanwhile_must_be_opened_again(tmp_path, photos):
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=50)}
    one = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    one.fit(photos)
    two = cvret.Index.open(tmp_path / "i.cvret")
    one.fit(photos / "photos")
    with pytest.raises(RuntimeError, match="fitted by another process; open it again"):
        two.add(photos)


def test_what_a_dead_writer_left_is_cleared(tmp_path):
    index = color_index(tmp_path / "i.cvret")
    left = index.path / "segments" / "00000001"
    left.mkdir(parents=True)
    (left / "image.names.npy").write_bytes(b"half")
    assert index.add(plain_pictures(tmp_path / "p", 2)).added == 2
    assert len(cvret.Index.open(index.path)) == 2


def test_an_index_moved_with_its_pictures_still_finds_them(tmp_path):
    folder = plain_pictures(tmp_path / "a" / "p", 2)
    color_index(tmp_path / "a" / "i.cvret").add(folder)
    shutil.move(tmp_path / "a", tmp_path / "b")
    moved = cvret.Index.open(tmp_path / "b" / "i.cvret")
    assert moved.file_of("001.png") == tmp_path / "b" / "p" / "001.png"
    assert moved.add(tmp_path / "b" / "p").unchanged == 2


# What goes wrong


def test_equal_scores_are_ordered_by_id(tmp_path):
    folder = tmp_path / "p"
    for name in ("c", "a", "b"):
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(folder / f"{name}.png")
        index = None
    index = color_index(tmp_path / "i.cvret")
    for name in ("c", "a", "b"):
        index.add(folder / f"{name}.png")
    query = np.zeros((8, 8, 3), np.uint8)
    for k in (1, 2, 3):
        assert index.search(query, k=k).ids == ("a.png", "b.png", "c.png")[:k]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"k": 0}, ValueError, "k must be at least 1, got 0"),
        ({"k": 2.5}, TypeError, "k must be a whole number"),
        ({"by": "shape"}, cvret.UnknownNameError, "no field is named 'shape'; there a"),
        ({"by": {"words": 0}}, ValueError, "at least one field a weight above 0"),
        ({"by": {"words": float("inf")}}, ValueError, "the weight of words must lie"),
        ({"rerank": cvret.SpatialVerification()}, TypeError, "put it in a list"),
        ({"by": {"words": -1}}, ValueError, "the weight of words must lie in"),
        ({"region": (0, 0, 5000, 10)}, ValueError, "does not lie inside the picture"),
        ({"region": "all"}, ValueError, "region must be four numbers"),
    ],
)
def test_a_wrong_argument_of_search_says_what_is_wrong(
    photo_index, photos, arguments, error, message
):
    with pytest.raises(error, match=message):
        photo_index.search(photos / COFFEE, **arguments)


def test_a_query_that_is_no_picture_is_named(photo_index, tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("hello")
    with pytest.raises(cvret.ImageError, match=r"note\.txt is not a picture"):
        photo_index.search(path)
    with pytest.raises(TypeError, match="query must be a path or an RGB array"):
        photo_index.search(7)


def test_a_query_without_keypoints_ranks_everything_at_zero(photo_index):
    flat = np.full((100, 100, 3), 200, np.uint8)
    ranking = photo_index.search(flat, k=5)
    assert ranking.ids == tuple(sorted(photo_index.ids))
    assert (ranking.scores == 0).all()


def test_an_image_that_is_not_there_cannot_be_explained(photo_index, photos):
    with pytest.raises(KeyError, match=r"no image 'x\.png' is in the index"):
        photo_index.explain(photos / COFFEE, "x.png")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda path: path / "gone", FileNotFoundError, "there is no folder"),
        (lambda path: path, ValueError, "holds no pictures"),
    ],
)
def test_adding_nothing_is_refused(tmp_path, make, error, message):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(error, match=message):
        color_index(tmp_path / "i.cvret").add(make(empty))


def test_a_folder_of_text_files_says_so(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.txt").write_text("a")
    with pytest.raises(ValueError, match="holds no pictures; its 1 files are others"):
        color_index(tmp_path / "i.cvret").add(tmp_path / "t")


def test_a_path_that_exists_is_not_overwritten(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already; open it with"):
        cvret.Index.create(tmp_path / "full")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError, match="exists already"):
        cvret.Index.create(tmp_path / "file")
    assert (tmp_path / "full" / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"recipe": "magic"}, cvret.UnknownNameError, "no recipe is named 'magic'"),
        ({"fields": {}}, ValueError, "at least one field"),
        ({"fields": {"a b": cvret.HSVHistogram()}}, ValueError, "a field's name must"),
        (
            {"fields": {"image": cvret.HSVHistogram()}},
            ValueError,
            "cannot be named",
        ),
        ({"fields": {"a": cvret.SIFT()}}, TypeError, "wrap it in BagOfWords"),
        ({"fields": {"a": 7}}, TypeError, "must be a descriptor such as"),
        ({"max_side": 0}, ValueError, "max_side must be at least 1"),
        (
            {"recipe": "objects", "fields": {"a": cvret.HSVHistogram()}},
            ValueError,
            "give a recipe or fields, not both",
        ),
    ],
)
def test_a_wrong_argument_of_create_leaves_nothing_behind(
    tmp_path, options, error, message
):
    with pytest.raises(error, match=message):
        cvret.Index.create(tmp_path / "i.cvret", **options)
    assert not (tmp_path / "i.cvret").exists()


def test_a_damaged_segment_is_named_when_it_is_read(tmp_path):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 3))
    file = index.path / "segments" / "00000001" / "color.vectors.npy"
    file.write_bytes(file.read_bytes()[:-4])
    again = cvret.Index.open(index.path)
    with pytest.raises(cvret.FormatError, match=r"color\.vectors\.npy has"):
        again.search(np.zeros((8, 8, 3), np.uint8))


def test_vectors_that_are_not_finite_are_refused(tmp_path):
    class Broken:
        metric = "l2"

        def describe(self, image):
            return np.array([np.nan], np.float32)

    index = cvret.Index.create(tmp_path / "i.cvret", fields={"broken": Broken()})
    with pytest.raises(ValueError, match="Broken must give a finite vector"):
        index.add(plain_pictures(tmp_path / "p", 1))
    assert len(cvret.Index.open(index.path, parts={"broken": Broken()})) == 0
