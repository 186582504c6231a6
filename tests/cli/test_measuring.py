"""cvret metrics: two pictures, a folder, and what is wrong with either."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import cvret
from cvret.cli import cli, status_of
from cvret.metrics.definitions import METRICS


def run(*arguments, status=0):
    """Run a command; its result, with the exit status that the process would have."""
    done = CliRunner().invoke(
        cli, ["metrics", *map(str, arguments)], standalone_mode=False
    )
    error = done.exception
    if error is None:
        code = done.return_value or 0
    else:
        code = getattr(error, "exit_code", None) or status_of(error)
    assert code == status, (code, done.output, error)
    return done


@pytest.fixture
def folder(tmp_path):
    """Of 8 x 8 pixels: black, 51 and 255, whose rmse from black are 0, 51 and 255."""
    for name, level in (("black", 0), ("gray", 51), ("white", 255)):
        pixels = np.full((8, 8, 3), level, np.uint8)
        (tmp_path / "pictures").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{name}.png")
    return tmp_path / "pictures"


def test_two_pictures_are_compared_in_a_line_a_metric(folder):
    done = run(
        folder / "black.png", folder / "gray.png", "-m", "rmse, mse,psnr,uqi,cosine"
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["rmse", "51", "gray", "levels", "small", "is", "best"]
    assert lines[1][:2] == ["mse", "2601"]
    assert lines[2] == ["psnr", "13.9794", "dB", "large", "is", "best"]
    assert lines[3][:5] == ["uqi", "undefined", "large", "is", "best"]
    assert "8 x 8" in " ".join(lines[3])  # it says why
    assert lines[4][:2] == ["cosine", "undefined"]


def test_equal_pictures_have_inf(folder):
    lines = run(folder / "gray.png", folder / "gray.png", "-m", "psnr").stdout
    assert lines.split()[:3] == ["psnr", "inf", "dB"]


def test_all_metrics_are_measured_by_default(folder):
    lines = run(folder / "gray.png", folder / "white.png").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(METRICS)


def test_json_of_two_pictures_is_an_object_a_metric(folder):
    done = run(
        folder / "gray.png", folder / "gray.png", "-m", "psnr,q2n,rmse", "--json"
    )
    psnr, q2n, rmse = map(json.loads, done.stdout.splitlines())
    assert (psnr["value"], psnr["unit"], psnr["direction"]) == (
        "inf",
        "dB",
        "similarity",
    )
    assert q2n["value"] is None
    assert q2n["note"]
    assert (rmse["metric"], rmse["value"]) == ("rmse", 0.0)


def test_what_was_left_out_is_told_on_request(folder, tmp_path):
    half = np.full((8, 8, 3), 51, np.uint8)
    half[:4] = 0
    Image.fromarray(half).save(tmp_path / "half.png")
    pair = tmp_path / "half.png", folder / "gray.png", "-m", "sam"
    assert "32 of 64 pixels" not in run(*pair).stdout
    assert "left out 32 of 64 pixels" in run(*pair, "--why").stdout


def test_the_profile_and_the_range_are_heeded(folder):
    pair = folder / "black.png", folder / "gray.png", "-m"
    psnr = run(*pair, "psnr", "--data-range", "51").stdout.split()
    assert psnr[:2] == ["psnr", "0"]
    textbook = run(*pair, "uqi", "--profile", "textbook").stdout.split()
    assert textbook[:2] == ["uqi", "0"]  # of 8 x 8 windows there is one, and 0 <= mean


def test_other_sizes_are_refused_or_scaled(folder, tmp_path):
    Image.fromarray(np.full((4, 4, 3), 51, np.uint8)).save(tmp_path / "small.png")
    pair = folder / "gray.png", tmp_path / "small.png", "-m", "mse"
    refused = run(*pair, status=2)
    assert "8 x 8 pixels, got 4 x 4" in str(refused.exception)
    assert run(*pair, "--resize").stdout.split()[:2] == ["mse", "0"]


def test_a_folder_is_summed_up(folder):
    lines = run(folder / "black.png", folder, "-m", "rmse,psnr").stdout.splitlines()
    assert lines[0].startswith("3 pictures against ")
    assert lines[0].endswith("data range 255, profile sewar, sewar 0.4.10")
    titles = "metric best min argmin max argmax undefined infinite"
    assert lines[1].split() == titles.split()
    rmse, psnr = (line.split() for line in lines[2:4])
    assert rmse == ["rmse", "small", "0", "black.png", "255", "white.png", "0"]
    assert psnr[:6] == ["psnr", "large", "0", "white.png", "13.9794", "gray.png"]
    assert psnr[6:] == ["0", "1"]  # one is infinite: black itself


def test_a_folder_as_json_has_the_best_first(folder):
    done = run(folder / "black.png", folder, "-m", "psnr", "--json", "-k", "2")
    (psnr,) = map(json.loads, done.stdout.splitlines())
    assert psnr["ranking"] == [
        ["black.png", "inf"],
        ["gray.png", pytest.approx(13.9794)],
    ]
    assert (psnr["argmax"], psnr["best"]) == ("gray.png", "black.png")
    assert (psnr["n_infinite"], psnr["n_undefined"]) == (1, 0)


def test_a_folder_becomes_a_table_and_a_figure(folder, tmp_path):
    plain, other, figure = (tmp_path / f"t.{end}" for end in ("csv", "json", "png"))
    wanted = folder / "black.png", folder, "-m", "rmse"
    done = run(*wanted, "-o", plain, "--figure", figure)
    assert done.stderr.splitlines() == [f"{plain} written", f"{figure} written"]
    with open(plain, newline="", encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert float(rows["white.png"]["rmse"]) == 255
    assert rows["white.png"]["rmse_rank"] == "3"
    assert rows["gray.png"]["reference"] == str(folder / "black.png")
    with Image.open(figure) as picture:
        assert picture.size[0] > 400
    run(*wanted, "-o", other)
    assert cvret.MetricTable.load(other).best("rmse", 1) == [("black.png", 0.0)]


def test_unreadable_files_are_listed_and_the_status_is_3(folder):
    (folder / "broken.png").write_bytes(b"no picture")
    Image.new("RGB", (9, 8)).save(folder / "wide.png")
    (folder / "notes.txt").write_text("other")
    done = run(folder / "black.png", folder, "-m", "rmse", status=3)
    other, broken, wide = done.stderr.splitlines()
    assert other == "1 other files left out"
    assert broken.startswith("cvret: ")
    assert "broken.png" in broken
    assert "wide.png must have the reference's size" in wide
    assert "3 pictures against" in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-m", "ssym"], "no full-reference metric is named 'ssym'; there are cosine,"),
        (["-m", ","], "--metrics must name at least one"),
        (["-o", "table.xlsx"], "-o must end in .csv or .json, got 'table.xlsx'"),
        (["-o", "/no/such/table.csv"], "lies in a folder that is not there"),
        (["--figure", "best.gif"], "--figure must end in .png, .pdf or .svg"),
        (["--data-range", "-1"], "data_range must be above 0"),
        (["--profile", "paper"], "'paper' is not one of"),
        (["-k", "0"], "0 is not in the range"),
    ],
)
def test_wrong_options_are_refused(folder, options, words):
    done = run(folder / "black.png", folder, *options, status=2)
    error = done.exception
    assert words in (
        error.format_message() if hasattr(error, "format_message") else str(error)
    )


def test_tables_are_for_folders(folder, tmp_path):
    pair = folder / "black.png", folder / "gray.png"
    for option, name in (("-o", "t.csv"), ("--figure", "t.png")):
        done = run(*pair, option, tmp_path / name, status=2)
        assert f"{option} is for a folder" in done.exception.format_message()
        assert not (tmp_path / name).exists()


def test_what_is_not_there_is_told(folder, tmp_path):
    done = run(folder / "black.png", tmp_path / "none.png", status=2)
    assert "none.png does not exist" in str(done.exception)
    (tmp_path / "empty").mkdir()
    done = run(folder / "black.png", tmp_path / "empty", status=2)
    assert "holds no pictures" in str(done.exception)


def test_the_list_tells_of_every_metric():
    done = CliRunner().invoke(cli, ["metrics", "--list"])
    assert done.exit_code == 0
    for metric in METRICS.values():
        assert f"{metric.name}: {metric.title}" in done.stdout
        assert metric.paper in done.stdout
    assert done.stdout.count("the first picture is the reference") == sum(
        metric.ordered for metric in METRICS.values()
    )


def test_the_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from cvret.cli import cli\n"
        "done = CliRunner().invoke(cli, ['metrics', '--help'])\n"
        "heavy = {'cv2', 'numba', 'sewar', 'scipy', 'matplotlib'} & set(sys.modules)\n"
        "print(done.exit_code, sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "0 []", done.stderr


def test_two_pictures_are_aligned_before_they_are_measured(photos, tmp_path):
    pair = (photos / "photos" / "coffee.png", photos / "copies" / "coffee-turned.png")
    drawn = tmp_path / "differ.png"
    done = run(*pair, "-m", "ssim", "--difference", drawn)
    head, _, line = done.stdout.splitlines()
    assert head.startswith("aligned: ")
    name, raw, aligned = line.split()
    assert name == "ssim"
    assert float(raw) < 0.4 < 0.9 < float(aligned)
    assert cvret.read_image(drawn).shape[2] == 3
    (line,) = run(*pair, "-m", "ssim", "--align", "--json").stdout.splitlines()
    facts = json.loads(line)
    assert facts["verified"] is True
    assert facts["aligned"]["ssim"] == pytest.approx(float(aligned), abs=1e-4)


def test_pictures_of_other_things_are_said_not_to_be_aligned(photos, tmp_path):
    pair = (photos / "photos" / "coffee.png", photos / "photos" / "rocket.jpg")
    done = run(*pair, "-m", "ssim", "--difference", tmp_path / "differ.png")
    assert done.stdout.startswith("not aligned: ")
    assert "no difference was drawn" in done.stderr
    assert not (tmp_path / "differ.png").exists()
    facts = json.loads(run(*pair, "-m", "ssim", "--align", "--json").stdout)
    assert facts["aligned"]["ssim"] is None


@pytest.mark.parametrize(
    "option", ["--resize", "--why", "--data-range=9", "--size=8x8"]
)
def test_what_aligning_does_not_take_is_refused(photos, option):
    picture = photos / "photos" / "coffee.png"
    done = run(picture, picture, "--align", option, status=2)
    assert "--align takes no" in str(done.exception)


def test_a_folder_is_not_aligned(folder):
    done = run(folder / "gray.png", folder, "--align", status=2)
    assert "--align is for two pictures" in str(done.exception)


def test_all_pictures_are_given_a_size_first(folder, tmp_path):
    Image.new("RGB", (30, 20), (51, 51, 51)).save(folder / "wide.png")
    table = tmp_path / "table.csv"
    run(folder / "black.png", folder, "-m", "rmse", "--size", "4x2", "-o", table)
    with table.open(newline="") as file:
        found = {row["id"]: float(row["rmse"]) for row in csv.DictReader(file)}
    assert found == {"black.png": 0, "gray.png": 51, "white.png": 255, "wide.png": 51}


@pytest.mark.parametrize("size", ["64", "0x4", "axb", "4x"])
def test_a_size_that_is_none_is_refused(folder, size):
    done = run(folder / "black.png", folder, "--size", size, status=2)
    assert "must be WIDTHxHEIGHT" in str(done.exception)
