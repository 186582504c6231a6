"""The README tells the truth: its Python runs, its figures were measured."""

import json
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = ROOT / "benchmarks" / "results"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_of_the_readme_runs(photos, tmp_path, monkeypatch, capsys):
    shutil.copytree(photos, tmp_path / "photos")
    for number, class_ in enumerate(("a", "b")):
        shutil.copytree(photos / "photos", tmp_path / "museum" / class_)
        first = sorted((tmp_path / "museum" / class_).iterdir())[number]
        first.unlink()
    shutil.copy(photos / "photos" / "coffee.png", tmp_path / "query.png")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in blocks("python"):
        exec(code.replace("query.jpg", "query.png"), names)
    assert names["report"].added == 5
    assert names["X"].shape == (1, 30)
    assert len(names["ranking"]) == 6
    assert (tmp_path / "why.png").is_file()
    printed = capsys.readouterr().out
    assert "1.000  photos/coffee.png" in printed
    assert "mAP" in printed


def test_every_command_of_the_readme_is_there():
    from cvret.cli import cli

    for command in re.findall(r"cvret (\w+) photos", README):
        assert command in cli.commands


def test_links_and_pictures_of_the_readme_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).is_file(), target


def results(name: str) -> list[dict]:
    lines = (RESULTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.jsonl")), ids=lambda p: p.name)
def test_a_result_says_what_it_was_measured_with(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        assert {"benchmark", "date", "cvret", "opencv", "machine"} <= set(
            json.loads(line)
        )


def test_each_figure_of_the_readme_stands_in_the_results():
    table = README.split("## Measured")[1].split("##")[0]
    figures = re.findall(r"\*\*(\d[\d.]*)\*\*", table)
    assert figures
    stored = "".join(path.read_text() for path in RESULTS.glob("*.jsonl"))
    numbers = {float(n) for n in re.findall(r"-?\d+\.?\d*", stored)}
    for figure in figures:
        digits = len(figure.partition(".")[2])
        assert any(round(n, digits) == float(figure) for n in numbers), figure
