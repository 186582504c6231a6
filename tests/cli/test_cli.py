"""The command line: what it prints, where, and its exit statuses."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from cvret.cli import main


class Done(NamedTuple):
    stdout: str
    stderr: str


def run(*arguments, status=0):
    """Run the command within this process, which saves starting one a test."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setattr(sys, "argv", ["cvret", *map(str, arguments)])
        with redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == status, err.getvalue()
    return Done(out.getvalue(), err.getvalue())


def run_process(*arguments, status=0):
    command = [sys.executable, "-m", "cvret", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return Done(done.stdout, done.stderr)


@pytest.fixture(scope="module")
def index(photos, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "photos.cvret"
    done = run_process("index", photos, "-o", path)
    assert done.stdout == f"{path}: 5 images\n"
    assert "5 pictures added" in done.stderr
    return path


@pytest.fixture(scope="module")
def query(photos) -> Path:
    return photos / "photos" / "coffee.png"


def test_help_has_an_example_for_each_command():
    shown = run("--help").stdout
    for command in (
        "add",
        "compact",
        "describe",
        "doctor",
        "duplicates",
        "evaluate",
        "explain",
        "index",
        "info",
        "remove",
        "search",
        "similar",
        "verify",
    ):
        assert command in shown
        assert f"cvret {command} " in run(command, "--help").stdout


def test_help_names_all_recipes():
    from cvret.recipes import RECIPES

    said = " ".join(run("index", "--help").stdout.split()).replace("- ", "-")
    listed = said.partition("Fields to make:")[2].partition("[default")[0]
    for name in RECIPES:
        assert name in listed


def test_search_prints_a_line_a_result(index, query):
    lines = run("search", index, query, "-k", "2").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].split() == [
        "1",
        "1.0000",
        lines[0].split()[2],
        "inliers",
        "verified",
        "photos/coffee.png",
    ]
    assert lines[1].endswith("copies/coffee-turned.png")


def test_only_verified_results_are_printed_on_request(index, query, tmp_path):
    lines = run("search", index, query, "--verified-only").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == [
        "photos/coffee.png",
        "copies/coffee-turned.png",
    ]
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    nothing = run("search", index, tmp_path / "noise.png", "--verified-only")
    assert nothing.stdout == ""
    assert nothing.stderr == "no results\n"
    similar = run("similar", index, "photos/coffee.png", "--verified-only").stdout
    assert [line.split()[-1] for line in similar.splitlines()] == [
        "copies/coffee-turned.png"
    ]


def test_marks_move_the_query(index, query, photos):
    marks = [
        "--relevant",
        "photos/rocket.jpg",
        "--nonrelevant",
        photos / "photos" / "chelsea.png",
    ]
    lines = run("search", index, query, *marks).stdout.splitlines()
    assert [line.split()[-1] for line in lines[:2]] == [
        "photos/coffee.png",
        "photos/rocket.jpg",
    ]
    assert lines[-1].split()[-1] == "photos/chelsea.png"
    both = ["--relevant", "photos/rocket.jpg", "--nonrelevant", "photos/rocket.jpg"]
    done = run("search", index, query, *both, status=2)
    assert "marked both relevant and nonrelevant" in done.stderr


def test_json_is_one_object_a_line(index, query):
    lines = run("search", index, query, "--json").stdout.splitlines()
    hits = [json.loads(line) for line in lines]
    assert len(hits) == 5
    assert hits[0]["id"] == "photos/coffee.png"
    assert hits[0]["place"] == 1
    assert len(hits[0]["box"]) == 4
    assert np.array(hits[0]["transform"]).shape == (3, 3)


def test_several_queries_are_told_apart(index, photos, query):
    done = run("search", index, query, photos / "photos/rocket.jpg", "-k", "1")
    assert f"{query}:" in done.stdout
    assert "rocket.jpg" in done.stdout


def test_one_bad_query_of_several_is_done_in_part(index, query, tmp_path):
    done = run("search", index, query, tmp_path / "gone.jpg", "-k", "1", status=3)
    assert "gone.jpg does not exist" in done.stderr
    assert "photos/coffee.png" in done.stdout


def test_a_page_is_written(index, query, tmp_path):
    run("search", index, query, "--html", tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert "Matches drawn" in html
    assert "coffee-turned.png" in html


def test_a_region_and_fields_are_read(index, query):
    done = run("search", index, query, "--region", "80,40,150,120", "--by", "words=2")
    assert done.stdout.splitlines()[0].endswith("photos/coffee.png")


def test_explain_draws_and_prints(index, query, photos, tmp_path):
    picture = tmp_path / "why.png"
    result = "copies/coffee-turned.png"
    done = run("explain", index, query, result, "-o", picture)
    assert "shared words" in done.stdout
    with Image.open(picture) as drawn:
        assert drawn.size[0] > 500
    by_file = run("explain", index, query, photos / result, "--json")
    why = json.loads(by_file.stdout)
    assert why["result"] == result
    assert len(why["matches"]) == why["inliers"]


def test_explain_draws_where_a_copy_differs(index, query, tmp_path):
    picture = tmp_path / "difference.png"
    done = run("explain", index, query, "copies/coffee-turned.png",
               "--difference", picture)  # fmt: skip
    assert "aligned: ssim" in done.stdout
    with Image.open(picture) as drawn:
        assert drawn.size[0] == 3 * 420 + 2 * 16


def test_info_tells_where_the_vocabulary_came_from(index):
    assert "gnome-backgrounds" in run("info", index).stdout
    about = json.loads(run("info", index, "--json").stdout)
    assert about["images"] == 5


def test_add_goes_on_and_tells_what_was_bad(photos, tmp_path):
    path = tmp_path / "i.cvret"
    run("index", photos / "copies", "-o", path)
    more = tmp_path / "more"
    more.mkdir()
    (more / "bad.jpg").write_bytes(b"")
    Image.new("RGB", (30, 30)).save(more / "good.png")
    done = run("add", path, more, status=3)
    assert "bad.jpg is empty" in done.stderr
    assert done.stdout == f"{path}: 2 images\n"


def test_remove_compact_and_verify(photos, tmp_path):
    index = tmp_path / "i.cvret"
    run("index", photos, "-o", index)
    # By id, by file, and by a list.
    done = run("remove", index, "photos/rocket.jpg", photos / "photos" / "coffee.png")
    assert done.stdout == f"{index}: 3 images\n"
    assert "images removed: 2" in done.stderr
    (tmp_path / "list.txt").write_text("photos/chelsea.png\n\ngone.png\n")
    listed = ("--from", tmp_path / "list.txt")
    assert "'gone.png'" in run("remove", index, *listed, status=2).stderr
    assert "images removed: 1" in run("remove", index, *listed, "--missing-ok").stderr
    assert "segments: 1, now 1" in run("compact", index).stdout
    assert json.loads(run("compact", index, "--json").stdout)["segments_after"] == 1
    assert "all as written" in run("verify", index).stdout
    file = next((index / "segments").glob("*/words.images.npy"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    done = run("verify", index, status=1)
    assert "words.images.npy is damaged" in done.stdout
    known = json.loads(run("verify", index, "--json", status=1).stdout)
    assert known["ok"] is False
    assert len(known["problems"]) == 1


def test_similar_asks_with_what_is_stored(index):
    lines = run("similar", index, "photos/coffee.png", "-k", "2").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("copies/coffee-turned.png")


def test_describe_writes_arrays(photos, tmp_path):
    path = tmp_path / "features.npz"
    done = run("describe", photos, "-d", "hsv,lbp,orb", "-o", path)
    assert "hsv: float32 (5, 162)" in done.stdout
    with np.load(path) as arrays:
        assert arrays["ids"][0] == "copies/coffee-turned.png"
        assert arrays["lbp"].shape == (5, 30)
        assert arrays["orb_ends"][-1] == len(arrays["orb_keypoints"])


def test_evaluate_measures(tmp_path):
    for class_, color in (("a", (200, 30, 30)), ("b", (30, 30, 200))):
        (tmp_path / "set" / class_).mkdir(parents=True)
        for number in range(2):
            rng = np.random.default_rng(number)
            noise = rng.integers(0, 50, (64, 64, 3)) + np.array(color)
            picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
            picture.save(tmp_path / "set" / class_ / f"{number}.png")
    run("index", tmp_path / "set", "-o", tmp_path / "i.cvret")
    truth = f"folders:{tmp_path / 'set'}"
    done = run("evaluate", tmp_path / "i.cvret", "--truth", truth)
    assert "4 queries, 4 images" in done.stdout
    report = json.loads(
        run("evaluate", tmp_path / "i.cvret", "--truth", truth, "--json").stdout
    )
    assert set(report["metrics"]) >= {"mAP", "P@10", "top-1", "ANMRR"}


def wrong(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.txt").write_text("a")
    (tmp_path / "note.jpg").write_text("hello")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["index", "{w}/gone", "-o", "{w}/i"], "there is no folder or picture"),
        (["index", "{w}/empty", "-o", "{w}/i"], "holds no pictures"),
        (["index", "{w}/text", "-o", "{w}/i"], "its 1 files are others"),
        (["index", "{photos}", "-o", "{index}"], "is an index already"),
        (["index", "{photos}", "-o", "{w}/text"], "exists already"),
        (["index", "{photos}", "-o", "{w}/i", "--recipe", "x"], "no recipe is named"),
        (["search", "{w}/empty", "{query}"], "is not a cvret index"),
        (["search", "{w}/gone", "{query}"], "there is no index"),
        (["search", "{index}", "{w}/note.jpg"], "is not a picture of a known format"),
        (["search", "{index}", "{w}/gone.jpg"], "does not exist"),
        (["search", "{index}", "{query}", "-k", "0"], "k must be at least 1, got 0"),
        (["search", "{index}", "{query}", "-k", "x"], "not a valid integer"),
        (
            ["search", "{index}", "{query}", "--by", "shape"],
            "no field is named",
        ),
        (["search", "{index}", "{query}", "--by", "words=x"], "--by must be like"),
        (
            ["search", "{index}", "{query}", "--region", "0,0,9999,5"],
            "does not lie",
        ),
        (["search", "{index}", "{query}", "--region", "1,2"], "--region must be"),
        (["explain", "{index}", "{query}", "gone.png"], "no image 'gone.png'"),
        (
            ["explain", "{index}", "{query}", "photos/coffee.png", "-o", "{w}/x.xyz"],
            "-o",
        ),
        (
            ["explain", "{index}", "{query}", "photos/rocket.jpg", "--difference", "d"],
            "photos/rocket.jpg is not verified",
        ),
        (
            ["describe", "{photos}", "-d", "no-such-descriptor", "-o", "{w}/a.npz"],
            "no descriptor is",
        ),
        (["describe", "{photos}", "-d", "", "-o", "{w}/a.npz"], "-d must name at"),
        (["index", "{photos}", "-o", "{w}/i", "-j", "0"], "must not be 0"),
        (["describe", "{photos}", "-d", "hsv", "-o", "{w}/a.csv"], "must end in .npz"),
        (["evaluate", "{index}", "--truth", "photos"], "must be named as KIND:PATH"),
        (["evaluate", "{index}", "--truth", "csv:{w}/gone.csv"], "No such file"),
        (["add", "{index}"], "Missing argument"),
        (["remove", "{index}"], "give the ids of the images to remove"),
        (["remove", "{index}", "x.png"], "1 of 1 ids are not in the index: 'x.png'"),
        (["similar", "{index}", "x.png"], "no image 'x.png' is in the index"),
        (["verify", "{w}/gone"], "there is no index"),
        (["compact", "{w}/empty"], "is not a cvret index"),
        (["describe", "{photos}", "-d", "masked", "-o", "{w}/a.npz"], "no descriptor"),
        (["conjure"], "No such command"),
        (["demo", "--query", "{query}"], "--query needs --photos"),
    ],
)
def test_wrong_input_gets_one_sentence_and_status_2(
    index, query, photos, tmp_path, arguments, message
):
    names = {"w": wrong(tmp_path), "index": index, "query": query, "photos": photos}
    done = run(*(text.format(**names) for text in arguments), status=2)
    assert message in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "i").exists()


def test_what_is_not_the_users_fault_has_status_1(index, photos):
    with FileLock(index / "writer.lock"):
        done = run_process("add", index, photos, status=1)
    assert "another process is writing to" in done.stderr


def test_help_comes_without_heavy_imports():
    code = (
        "import sys\nsys.argv = ['cvret', '--help']\n"
        "from cvret.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'cv2', 'numba', 'PIL', 'rich') if m in "
        "sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_a_search_imports_nothing_that_it_does_not_need(index, query):
    code = (
        "import sys\nsys.argv = ['cvret', 'search', *sys.argv[1:]]\n"
        "from cvret.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('sklearn', 'matplotlib', 'skimage', 'joblib') "
        "if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(index), str(query)],
        capture_output=True,
        text=True,
    )
    assert done.stderr.strip() == "[]"


def test_a_process_that_gets_wrong_input_ends_with_one_sentence(index, tmp_path):
    done = run_process("search", index, tmp_path / "none.jpg", status=2)
    assert done.stderr.startswith("cvret: ")
    assert done.stderr.count("\n") == 1


def test_a_failed_fit_leaves_no_index(photos, tmp_path):
    done = run("index", photos, "-o", tmp_path / "i.cvret", "--fit", status=2)
    assert "needs at least that many descriptors" in done.stderr
    assert not (tmp_path / "i.cvret").exists()


def test_the_demonstration_touches_nothing_that_it_did_not_make(photos, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "mine.txt").write_text("mine")
    done = run("demo", "-o", tmp_path, status=2)
    assert "holds something that cvret demo did not make" in done.stderr
    assert (tmp_path / "photos" / "mine.txt").read_text() == "mine"


def test_the_demonstration_runs_on_ones_own_pictures(photos, query, tmp_path):
    for _ in range(2):  # the second run replaces what the first made
        done = run("demo", "-o", tmp_path / "d", "--photos", photos, "--query", query)
    assert "copies/coffee-turned.png" in done.stdout
    assert "<title>" in (tmp_path / "d" / "results.html").read_text()


def test_doctor_reports_on_the_index_and_on_a_folder(index, photos):
    shown = run("doctor", index).stdout
    assert shown.startswith("field words: suits as far as descriptors tell")
    assert "imbalance factor" in shown
    done = run("doctor", index, photos / "copies", "--by", "words", "--json")
    report = json.loads(done.stdout)
    assert report["suits"] is True
    assert report["vocabularies"][0]["n_sampled"] == 1


def test_doctor_of_what_does_not_suit_is_a_report_all_the_same(tmp_path):
    for number in range(2):
        Image.new("RGB", (30, 30), (number, 0, 0)).save(tmp_path / f"{number}.png")
    run("index", tmp_path, "-o", tmp_path / "i.cvret")
    shown = run("doctor", tmp_path / "i.cvret").stdout
    assert "does not suit: 100% of the images have fewer than 20 features" in shown
