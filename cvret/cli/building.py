"""cvret index, add, info: making an index."""

import os
import shutil
from typing import Any

import click

from cvret.cli.options import PARTLY_DONE, as_json, jobs, say, to_json

__all__ = ["add", "index", "info"]

prefix_option = click.option(
    "--prefix", default="", help="Put before each id, to tell folders apart."
)


@click.command()
@click.argument("photos", type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(), help="The index.")
@click.option(
    "--recipe",
    default="objects",
    show_default=True,
    help="Fields to make: objects, objects-fast, objects-best, copies, scenes "
    "(pictures of the same kind) or textures.",
)
@click.option(
    "--fit",
    is_flag=True,
    help="Learn on these pictures first, in place of what comes with cvret.",
)
@click.option(
    "--max-side",
    type=click.IntRange(min=16),
    help="Longest side that is looked at, in pixels.  [default: the recipe's]",
)
@prefix_option
@jobs
def index(
    photos: str,
    output: str,
    recipe: str,
    fit: bool,
    max_side: int | None,
    prefix: str,
    jobs: int,
) -> int:
    """Make an index of the pictures in a folder.

    \b
    Example:
      cvret index photos/ -o photos.cvret
    """
    from cvret.collection.adding import find_source
    from cvret.collection.index import Index

    find_source(photos)  # before anything is made
    if os.path.exists(os.path.join(output, "manifest.json")):
        raise FileExistsError(
            f"{output} is an index already; cvret add {output} {photos} adds to it, "
            "and goes on where an interrupted run stopped"
        )
    made = Index.create(output, recipe, max_side=max_side)
    if fit:
        try:
            made.fit(photos, n_jobs=jobs)
        except BaseException:
            shutil.rmtree(output)  # made above, and empty
            raise
    report = made.add(photos, prefix, n_jobs=jobs)
    say(str(report))
    click.echo(f"{output}: {len(made):,} images")
    return 0 if report.complete else PARTLY_DONE


@click.command()
@click.argument("index", type=click.Path())
@click.argument("photos", nargs=-1, required=True, type=click.Path())
@prefix_option
@jobs
def add(index: str, photos: tuple[str, ...], prefix: str, jobs: int) -> int:
    """Add folders or pictures to an index; what is unchanged is left alone.

    A picture whose file has changed takes the place of the old one.

    \b
    Example:
      cvret add photos.cvret more-photos/ --prefix more
    """
    from cvret.collection.index import Index

    opened = Index.open(index)
    complete = True
    for path in photos:
        report = opened.add(path, prefix, n_jobs=jobs)
        say(str(report))
        complete = complete and report.complete
    click.echo(f"{index}: {len(opened):,} images")
    return 0 if complete else PARTLY_DONE


@click.command()
@click.argument("index", type=click.Path())
@as_json
def info(index: str, as_json: bool) -> None:
    """Tell what an index holds, and where its vocabulary came from.

    \b
    Example:
      cvret info photos.cvret
    """
    from cvret.collection.index import Index

    about = Index.open(index).info()
    if as_json:
        click.echo(to_json(about))
        return
    for key, value in about.items():
        if key != "fields":
            click.echo(f"{key}: {shown(value)}")
    for name, field in about["fields"].items():
        click.echo(f"field {name}: {field.pop('part')}")
        for key, value in field.items():
            if isinstance(value, dict):
                click.echo(f"  {key}:")
                for inner, text in value.items():
                    if inner == "sketch":  # for programs alone
                        text = f"hashes of {len(text)} files"
                    click.echo(f"    {inner}: {text}")
            else:
                click.echo(f"  {key}: {shown(value)}")


def shown(value: Any) -> str:
    """Give a value for people: numbers with commas, lists with commas too."""
    if isinstance(value, int):
        return f"{value:,}"
    return ", ".join(value) if isinstance(value, list) else str(value)
