"""cvret datasets: public data sets, fetched and checked."""

from typing import TYPE_CHECKING

import click

from cvret.cli.options import PARTLY_DONE, as_json, say, to_json

if TYPE_CHECKING:
    from cvret.datasets import Check, Dataset

__all__ = ["datasets"]

_FAILED = 1

folder = click.option(
    "-o",
    "--folder",
    type=click.Path(),
    help="Where the set lies.  [default: NAME below the folder that CVRET_DATASETS "
    "names, or below cvret/datasets in XDG_CACHE_HOME or ~/.cache]",
)


@click.group()
def datasets() -> None:
    """List, fetch and check public data sets.

    None comes with cvret: they are fetched from their publishers, on their terms.

    \b
    Example:
      cvret datasets list
      cvret datasets fetch uc-merced
      cvret datasets check uc-merced
    """


@datasets.command("list")
@as_json
def list_(as_json: bool) -> int:
    """List the data sets of the registry.

    The column SHA-256 says for how many of a set's files one is published. Where it is
    not for all, fetch needs --unverified. With --json a line is a set, with all that
    is known of it.
    """
    from cvret.datasets import about, names

    sets = [about(name) for name in names()]
    if as_json:
        for dataset in sets:
            click.echo(to_json(_to_dict(dataset)))
        return 0
    rows = [("name", "pictures", "truth", "SHA-256", "for")]
    for dataset in sets:
        rows.append(
            (
                dataset.name,
                f"{dataset.n_images:,}",
                dataset.protocol or "-",
                _published(dataset),
                dataset.purpose,
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, n_images, *others in rows:
        cells = [name.ljust(widths[0]), n_images.rjust(widths[1])]
        cells += map(str.ljust, others, widths[2:])
        click.echo("  ".join(cells).rstrip())
    return 0


@datasets.command()
@click.argument("name")
@folder
@click.option(
    "--file",
    "files",
    multiple=True,
    metavar="FILE",
    help="Only this file of the set; may be given again.",
)
@click.option(
    "--unverified",
    is_flag=True,
    help="Take files for which no SHA-256 is published; later fetches and checks "
    "compare with what came.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds without a byte.",
)
@click.option(
    "--retries",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Broken connections in a row without a new byte.",
)
def fetch(
    name: str,
    folder: str | None,
    files: tuple[str, ...],
    unverified: bool,
    timeout: float,
    retries: int,
) -> int:
    """Fetch a data set; go on where the last fetch stopped.

    It prints the folder, and what to give to --truth. The exit status is 3 if some of
    its files did not come, and 1 if none did.

    \b
    Examples:
      cvret datasets fetch uc-merced
      cvret datasets fetch holidays -o holidays/ --unverified
      cvret datasets fetch copydays --file copydays_original.tar.gz
    """
    from cvret.datasets import FetchError, about
    from cvret.datasets import fetch as fetch_dataset

    dataset = about(name)
    say(f"{dataset.title}: {dataset.licence}. Cite {dataset.paper}.")
    if dataset.note:
        say(dataset.note)
    try:
        root = fetch_dataset(
            dataset,
            folder,
            files=files or None,
            unverified=unverified,
            timeout=timeout,
            n_retries=retries,
        )
    except FetchError as error:
        if not error.done:
            raise
        for file, reason in error.failed.items():
            say(f"{file}: {reason}")
        say(f"{', '.join(error.done)}: there; fetch again for the others")
        return PARTLY_DONE
    click.echo(root)
    truth = dataset.truth_in(root)
    if truth is not None:
        quote = '"' if " " in truth else ""
        click.echo(f"cvret evaluate INDEX --truth {quote}{truth}{quote}")
    return 0


@datasets.command()
@click.argument("name")
@folder
@as_json
def check(name: str, folder: str | None, as_json: bool) -> int:
    """Compare each file of a fetched data set with its SHA-256.

    The exit status is 3 if some files are missing or changed, and 1 if all are.

    \b
    Example:
      cvret datasets check uc-merced
    """
    from cvret.datasets import about
    from cvret.datasets import check as check_dataset

    found = check_dataset(name, folder)
    if as_json:
        for file in found.files:
            click.echo(to_json({**vars(file)}))
    else:
        click.echo(str(found))
    published = about(name).n_images
    if found.n_images != published:
        say(f"published are {published:,} pictures")
    return _status(found)


def _status(found: "Check") -> int:
    if found.ok:
        return 0
    return PARTLY_DONE if any(f.state == "right" for f in found.files) else _FAILED


def _published(dataset: "Dataset") -> str:
    n_files = len(dataset.files)
    n_published = n_files - len(dataset.unverified)
    if n_published == n_files:
        return "all"
    return f"{n_published} of {n_files}" if n_published else "none"


def _to_dict(dataset: "Dataset") -> dict[str, object]:
    files = [vars(file) for file in dataset.files]
    return {**vars(dataset), "files": files, "unverified": dataset.unverified}
