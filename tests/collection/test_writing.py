"""Removing, replacing, merging: whatever happened, it is as if built afresh."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cvret
from cvret.collection import making, merging

COFFEE = "photos/coffee.png"


def assert_same_answers(index, fresh, queries):
    """Equal to the last bit: ids, scores, and what geometry says."""
    assert sorted(index.ids) == sorted(fresh.ids)
    first, second = index.fields
    for query in queries:
        for by in (first, second, {first: 1.0, second: 0.5}):
            one = index.search(query, k=50, by=by)
            two = fresh.search(query, k=50, by=by)
            assert one.ids == two.ids
            assert one.scores.tolist() == two.scores.tolist()
            assert [hit.inliers for hit in one] == [hit.inliers for hit in two]
            best = index.search(query, k=2, by=by)
            assert best.ids == one.ids[:2] or best.verifications


# Removing


def test_a_removed_picture_is_gone_and_its_file_is_not(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret")
    index.add(photos)
    assert index.remove([COFFEE, "photos/rocket.jpg"]) == 2
    assert COFFEE not in index
    assert len(index) == len(index.ids) == 3
    assert index.search(photos / COFFEE)[0].id == "copies/coffee-turned.png"
    assert (photos / COFFEE).exists()
    assert cvret.Index.open(index.path).ids == index.ids
    for ask in (index.file_of, index.similar):
        with pytest.raises(KeyError, match=r"coffee\.png' is in the index"):
            ask(COFFEE)


def test_after_a_removal_answers_are_those_of_an_index_without_it(tmp_path, photos):
    index, fresh = (cvret.Index.create(tmp_path / name) for name in "ab")
    index.add(photos)
    index.remove("photos/astronaut.png")
    for name in ("copies", "photos"):
        fresh.add(photos / name, name)
    fresh.remove("photos/astronaut.png")
    fresh.compact()
    query = photos / COFFEE
    one, two = index.search(query), fresh.search(query)
    assert one.ids == two.ids
    assert one.scores.tolist() == two.scores.tolist()


def test_a_removed_id_may_come_again(tmp_path, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 3)
    index = color_index(tmp_path / "i.cvret")
    index.add(folder)
    index.remove("001.png")
    assert index.add(folder).added == 1
    assert sorted(index.ids) == ["000.png", "001.png", "002.png"]


def test_everything_may_be_removed(tmp_path, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 3)
    index = color_index(tmp_path / "i.cvret")
    index.add(folder)
    assert index.remove(index.ids) == 3
    assert len(index) == 0
    assert index.search(folder / "000.png").ids == ()
    assert index.info()["bytes"] == 0
    assert index.add(folder).added == 3


@pytest.mark.parametrize(
    ("ids", "error", "message"),
    [
        (["000.png", "x.png"], KeyError, r"1 of 2 ids are not in the index: 'x\.png'"),
        (["000.png", "000.png"], ValueError, r"given once, got '000\.png' twice"),
        ([b"000.png"], TypeError, r"must be strings, got b'000\.png' of type bytes"),
        ("../000.png", KeyError, "not in the index"),
        ("\ud800", KeyError, "not in the index"),
        ("", KeyError, "not in the index"),
    ],
)
def test_a_wrong_removal_removes_nothing(
    tmp_path, color_index, plain_pictures, contents, ids, error, message
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 2))
    before = contents(index.path)
    with pytest.raises(error, match=message):
        index.remove(ids)
    assert contents(index.path) == before
    assert len(index) == 2


def test_ids_that_are_missing_may_be_passed_over(tmp_path, color_index, plain_pictures):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 2))
    assert index.remove(["x.png", "001.png"], missing_ok=True) == 1
    assert index.remove([]) == 0
    assert index.ids == ("000.png",)


# Histories

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(st.integers(0, 14), min_size=1, max_size=7)),
        st.tuples(st.just("change"), st.integers(0, 14)),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 14), max_size=5)),
        st.tuples(st.just("compact"), st.none()),
        st.tuples(st.just("open"), st.none()),
    ),
    max_size=9,
)


@given(steps=STEPS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_history_equals_an_index_built_afresh(
    steps, quick_parts, noise, monkeypatch
):
    monkeypatch.setattr(making, "_SEGMENT", 3)
    monkeypatch.setattr(merging, "_FEW", 3)
    with tempfile.TemporaryDirectory() as work:
        run_history(Path(work), steps, quick_parts, noise)


@given(steps=STEPS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_history_of_aggregated_words_equals_an_index_built_afresh(
    steps, aggregated_parts, noise, monkeypatch
):
    monkeypatch.setattr(making, "_SEGMENT", 3)
    monkeypatch.setattr(merging, "_FEW", 3)
    with tempfile.TemporaryDirectory() as work:
        run_history(Path(work), steps, aggregated_parts, noise)


def run_history(work, steps, parts, noise):
    folder, path = work / "p", work / "i.cvret"
    index = cvret.Index.create(path, fields=parts)
    versions: dict[int, int] = {}
    for verb, what in steps:
        if verb == "add":
            for n in what:
                noise(folder / f"{n}.png", versions.setdefault(n, n))
            index.add(folder, n_jobs=1)
        elif verb == "change" and what in versions:
            versions[what] += 100
            noise(folder / f"{what}.png", versions[what])
            index.add(folder / f"{what}.png", n_jobs=1)
        elif verb == "remove":
            gone = {n for n in what if n in versions}
            index.remove([f"{n}.png" for n in gone])
            for n in gone:
                del versions[n]
                (folder / f"{n}.png").unlink()
        elif verb == "compact":
            index.compact()
        elif verb == "open":
            index = cvret.Index.open(path, parts=parts)
    assert index.verify().ok
    assert len(index) == len(versions)
    fresh = cvret.Index.create(work / "fresh.cvret", fields=parts)
    if versions:
        fresh.add(folder, n_jobs=1)
    queries = [noise(work / "q" / f"{n}.png", n) for n in (0, 3, 105)]
    assert_same_answers(index, fresh, queries)
    used = {segment.id for segment in index._state.manifest.segments}
    segments = path / "segments"
    left = {entry.name for entry in segments.iterdir()} if segments.is_dir() else set()
    assert left == used


# Merging


def test_single_additions_are_merged_in_tiers(tmp_path, color_index, plain_pictures):
    folder = plain_pictures(tmp_path / "p", 111)
    index = color_index(tmp_path / "i.cvret")
    written = 0
    for file in sorted(folder.iterdir()):
        report = index.add(file)
        written += report.added + report.merged
    sizes = [segment.n_images for segment in index._state.manifest.segments]
    assert sizes == [100, 10, 1]
    # Each once when added, once in a segment of 10, and 100 in one of 100.
    assert written == 111 + 110 + 100
    assert index.ids == tuple(f"{n:03d}.png" for n in range(111))


def test_a_segment_that_is_half_removed_is_written_again(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 9))
    index.remove([f"{n:03d}.png" for n in range(4)])
    assert index.info()["removed"] == 4
    index.remove(["004.png"])
    assert index.info()["removed"] == 0
    assert len(index) == 4


def test_compact_gives_back_the_space(tmp_path, photos, contents):
    index = cvret.Index.create(tmp_path / "i.cvret")
    for name in ("copies", "photos"):
        index.add(photos / name, name)
    index.remove(COFFEE)
    before = index.search(photos / COFFEE)
    report = index.compact()
    assert (report.segments_before, report.segments_after) == (2, 1)
    assert report.bytes_after < report.bytes_before
    assert index.info()["removed"] == 0
    after = index.search(photos / COFFEE)
    assert after.ids == before.ids
    assert after.scores.tolist() == before.scores.tolist()
    assert not any((index.path / "removed").iterdir())
    kept = contents(index.path)
    assert index.compact().segments_after == 1  # nothing more to do
    assert contents(index.path) == kept


def test_a_reader_keeps_what_it_opened_while_a_writer_compacts(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "i.cvret")
    for name in ("copies", "photos"):
        index.add(photos / name, name)
    reader = cvret.Index.open(index.path)
    index.remove(COFFEE)
    index.compact()
    assert reader.search(photos / COFFEE)[0].id == COFFEE
    assert len(reader) == 5
    assert len(index) == 4


def test_a_reader_that_comes_between_two_generations_gets_the_newer(
    tmp_path, color_index, plain_pictures, monkeypatch
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 3))
    read, calls = making.read_manifest, []

    def read_then_be_overtaken(path):
        manifest = read(path)
        if not calls:
            calls.append(path)
            index.remove("001.png")
            index.compact()
        return manifest

    monkeypatch.setattr(making, "read_manifest", read_then_be_overtaken)
    assert cvret.Index.open(index.path).ids == ("000.png", "002.png")


def test_a_damaged_segment_is_not_merged_into_a_good_one(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "a", 2), "a")
    index.add(plain_pictures(tmp_path / "b", 2), "b")
    file = index.path / "segments" / "00000001" / "color.vectors.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    again = cvret.Index.open(index.path)
    with pytest.raises(cvret.FormatError, match=r"color\.vectors\.npy is damaged"):
        again.compact()
    assert len(cvret.Index.open(index.path)) == 4


def test_leftovers_are_cleared_by_the_next_writer(
    tmp_path, color_index, plain_pictures, contents
):
    index = color_index(tmp_path / "i.cvret")
    index.add(plain_pictures(tmp_path / "p", 2))
    before = contents(index.path)
    shutil.copytree(index.path / "segments/00000001", index.path / "segments/00000009")
    (index.path / "removed" / "00000001-7").mkdir(parents=True)
    (index.path / "manifest.json.new").write_text("half")
    assert index.remove([]) == 0
    assert contents(index.path) == before


def test_scores_of_equal_pictures_are_equal_in_every_segment(
    tmp_path, quick_parts, noise
):
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    for n in range(12):
        index.add(noise(tmp_path / "p" / f"{n:02d}.png", 5), n_jobs=1)
    ranking = index.search(tmp_path / "p" / "00.png", k=12)
    assert ranking.ids == tuple(f"{n:02d}.png" for n in range(12))
    assert np.unique(ranking.scores).tolist() == [1.0]


# What an object knows may be old


def test_an_object_that_is_older_than_its_folder_writes_to_what_is_there(
    tmp_path, color_index, plain_pictures
):
    a, b = (plain_pictures(tmp_path / name, 3) for name in "ab")
    old = color_index(tmp_path / "i.cvret")
    old.add(a, "a")
    shutil.rmtree(tmp_path / "i.cvret")
    new = color_index(tmp_path / "i.cvret")
    new.add(b, "b")  # of the same generation as the old one
    assert old.remove("b/001.png") == 1
    again = cvret.Index.open(tmp_path / "i.cvret")
    assert again.ids == old.ids == ("b/000.png", "b/002.png")
    assert again.verify().ok


def test_writing_to_an_index_that_is_gone_makes_no_folder(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    shutil.rmtree(tmp_path / "i.cvret")
    with pytest.raises(FileNotFoundError, match="there is no index"):
        index.add(plain_pictures(tmp_path / "p", 1))
    assert not (tmp_path / "i.cvret").exists()


def test_a_merge_that_fails_takes_nothing_back(
    tmp_path, color_index, plain_pictures, monkeypatch, caplog
):
    monkeypatch.setattr(merging, "_FEW", 2)
    index = color_index(tmp_path / "i.cvret")
    files = sorted(plain_pictures(tmp_path / "p", 3).iterdir())
    index.add(files[0])

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cvret.collection.writing._merged_arrays", full)
        assert index.add(files[1]).added == 1
        assert "the next write will try again" in caplog.text
        assert index.info()["segments"] == 2
        with pytest.raises(OSError, match="No space left"):
            index.compact()
    assert index.add(files[2]).added == 1
    assert index.info()["segments"] == 1
    assert len(cvret.Index.open(index.path)) == 3


def test_files_of_a_generation_are_found_while_another_is_written(
    tmp_path, color_index, plain_pictures
):
    index = color_index(tmp_path / "i.cvret")
    for name in "abc":
        index.add(plain_pictures(tmp_path / name, 2), name)
    reader = cvret.Index.open(index.path)
    index.remove(["a/000.png", "a/001.png"])
    index.compact()
    assert reader.file_of("c/001.png") == tmp_path / "c" / "001.png"
    assert index.file_of("c/001.png") == tmp_path / "c" / "001.png"
