"""cvret classify: the class of each image, by those of its nearest neighbors."""

from pathlib import Path
from typing import Any

import click

from cvret.cli.asking import by_option, printable
from cvret.cli.options import as_json, check_file, parse_weights, say, to_json

__all__ = ["classify"]

_FIGURES = (".pdf", ".png", ".svg")
_TABLES = (".csv", ".json")


@click.command()
@click.argument("index", type=click.Path())
@click.option(
    "--truth",
    required=True,
    metavar="KIND:PATH",
    help="A ground truth with classes: folders:PATH (a folder a class), or another.",
)
@click.option("--prefix", default="", help="As given to cvret index.")
@by_option
@click.option(
    "-k",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Neighbors that vote.",
)
@click.option(
    "--algorithm",
    type=click.Choice(["auto", "kd_tree", "brute"]),
    default="auto",
    show_default=True,
    help="Neighbors by a k-d tree, or by comparing all with all.",
)
@click.option(
    "--weights",
    type=click.Choice(["uniform", "distance"]),
    default="uniform",
    show_default=True,
    help="Whether near neighbors' votes count more.",
)
@click.option(
    "--split",
    "split_file",
    type=click.Path(),
    help="A split (.json): its test part is classified by its training part.  "
    "[default: each image by all others]",
)
@click.option(
    "--make-split",
    is_flag=True,
    help="Make the split first, 60-20-20 by class, and write it to --split.",
)
@click.option("--seed", default=0, show_default=True, help="Of --make-split.")
@click.option(
    "--class",
    "labels",
    multiple=True,
    metavar="CLASS",
    help="Tell more of a class: what it is confused with, its wrong images.",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=click.Path(),
    help="Write the table of classes (.csv), all (.json), or the confusion matrix as a "
    "figure (.png, .pdf, .svg); may be given several times.",
)
@as_json
def classify(
    index: str,
    truth: str,
    prefix: str,
    by: str | None,
    k: int,
    algorithm: str,
    weights: str,
    split_file: str | None,
    make_split: bool,
    seed: int,
    labels: tuple[str, ...],
    output: tuple[str, ...],
    as_json: bool,
) -> None:
    """Classify the images of an index by their nearest neighbors.

    Prints accuracy, ANMRR, and precision, recall and F1 of each class, the best first.

    \b
    Examples:
      cvret classify photos.cvret --truth folders:photos/ --by color -k 3
      cvret classify photos.cvret --truth folders:photos/ --split split.json \\
          --make-split -o confusion.png -o table.csv
    """
    from cvret.collection.index import Index
    from cvret.evaluation.classifying import classify as classify_images
    from cvret.evaluation.truth import from_text

    for path in output:
        check_file("-o", path, (*_FIGURES, *_TABLES))
        if path.lower().endswith(_FIGURES):
            from cvret._optional import import_extra

            import_extra("matplotlib", extra="plot", needed_by="a figure")
    if make_split and split_file is None:
        raise click.BadParameter("--make-split needs --split, where to write it")
    opened = Index.open(index)
    judged = from_text(truth, prefix=prefix)
    parts = None
    if split_file is not None:
        parts = _split(split_file, opened, judged, seed if make_split else None)
    found = classify_images(
        opened,
        judged,
        by=parse_weights(by),
        k=k,
        algorithm=algorithm,
        weights=weights,
        split=parts,
    )
    reports = [found.of_class(label) for label in labels]
    if as_json:
        told = {"of_class": [report.to_dict() for report in reports]} if labels else {}
        click.echo(to_json({**found.to_dict(), **told}))
    else:
        click.echo(str(found))
        for report in reports:
            click.echo(str(report))
            for id_, taken_for in report.wrong:
                click.echo(f"    {printable(id_)}: {printable(taken_for)}")
    for path in output:
        if path.lower().endswith(_TABLES):
            found.save(path)
        else:
            from cvret.plot import plot_confusion

            plot_confusion(found).savefig(path)
        say(f"{path} written")


def _split(path: str, index: Any, judged: Any, seed: int | None) -> Any:
    """Read a split of the images that have a class; or, with a seed, make it."""
    from cvret.evaluation.splits import Split, classes_of, split

    there = set(index.ids)
    classes = {i: name for i, name in classes_of(judged).items() if i in there}
    if seed is None:
        return Split.load(path, classes)
    check_file("--split", path, (".json",))
    if Path(path).exists():
        raise FileExistsError(
            f"{path} is there already; leave out --make-split to use it, or remove it"
        )
    parts = split(classes, random_state=seed)
    parts.save(path)
    say(f"{path} written: {parts!r}")
    return parts
