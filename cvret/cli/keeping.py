"""cvret remove, compact, verify, doctor: keeping an index in order."""

import sys
from dataclasses import asdict
from typing import IO

import click

from cvret.cli.options import as_json, jobs, say, to_json

__all__ = ["compact", "doctor", "remove", "verify"]

DAMAGED = 1


@click.command()
@click.argument("index", type=click.Path())
@click.argument("ids", nargs=-1)
@click.option(
    "--from",
    "listed",
    type=click.File(encoding="utf-8", errors="surrogateescape"),
    help="A file with an id a line; - for standard input.",
)
@click.option("--missing-ok", is_flag=True, help="Pass over ids that are not there.")
def remove(
    index: str, ids: tuple[str, ...], listed: IO[str] | None, missing_ok: bool
) -> None:
    """Remove images from an index, by id or by file; the files stay.

    \b
    Example:
      cvret remove photos.cvret holiday/beach.jpg
    """
    from cvret.collection.index import Index

    wanted = list(ids)
    if listed is not None:
        wanted += [line.rstrip("\r\n") for line in listed if line.strip()]
    if not wanted:
        raise click.UsageError("give the ids of the images to remove")
    opened = Index.open(index)
    n = opened.remove([opened.id_of(name) for name in wanted], missing_ok=missing_ok)
    say(f"images removed: {n:,}")
    click.echo(f"{index}: {len(opened):,} images")


@click.command()
@click.argument("index", type=click.Path())
@as_json
def compact(index: str, as_json: bool) -> None:
    """Merge the segments of an index, and give back the space of removed images.

    It is never needed: segments merge by themselves, a few at a time.

    \b
    Example:
      cvret compact photos.cvret
    """
    from cvret.collection.index import Index

    report = Index.open(index).compact()
    click.echo(to_json(asdict(report)) if as_json else str(report))


@click.command()
@click.argument("index", type=click.Path())
@as_json
def verify(index: str, as_json: bool) -> None:
    """Compare every file of an index with its checksum; status 1 if one is damaged.

    \b
    Example:
      cvret verify photos.cvret
    """
    from pathlib import Path

    from cvret.collection.checking import check_files

    report = check_files(Path(index))
    known = {"ok": report.ok, **asdict(report)}
    click.echo(to_json(known) if as_json else str(report))
    if not report.ok:
        sys.exit(DAMAGED)


@click.command()
@click.argument("index", type=click.Path())
@click.argument("folder", type=click.Path(), required=False)
@click.option("--by", help="Fields to examine, with commas; by default all.")
@click.option(
    "--max-images",
    default=500,
    show_default=True,
    help="Pictures to look at, chosen at random.",
)
@jobs
@as_json
def doctor(
    index: str,
    folder: str | None,
    by: str | None,
    max_images: int,
    jobs: int,
    as_json: bool,
) -> None:
    """Tell whether the vocabulary of an index suits its images, and what to do.

    With FOLDER its pictures are looked at, perhaps new ones; without, the index's own
    files. Nothing is changed. The status is 0 whatever is found.

    \b
    Example:
      cvret doctor photos.cvret new-photos/
    """
    from cvret.collection.index import Index

    names = None if by is None else [name.strip() for name in by.split(",")]
    report = Index.open(index).doctor(
        folder, by=names, max_images=max_images, n_jobs=jobs
    )
    click.echo(to_json(report.to_dict()) if as_json else str(report))
