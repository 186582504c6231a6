"""The table in datasets/README.md is that of the registry."""

from pathlib import Path

from cvret import datasets

README = Path(__file__).parents[2] / "datasets" / "README.md"


def row(dataset):
    n_files, n_unverified = len(dataset.files), len(dataset.unverified)
    n_published = f"{n_files - n_unverified} of {n_files}"
    cells = (
        f"[{dataset.name}]({dataset.homepage})",
        f"{dataset.title}: {dataset.purpose}",
        f"{dataset.n_images:,}",
        dataset.protocol or "",
        n_published,
        dataset.licence,
    )
    return f"| {' | '.join(cells)} |"


def test_the_readme_has_the_table_of_the_registry():
    rows = [row(datasets.about(name)) for name in datasets.names()]
    shown = README.read_text(encoding="utf-8").splitlines()
    assert [line for line in shown if line.startswith("| [")] == rows
