"""cvret remove, compact, verify: keeping an index in order."""

import sys
from dataclasses import asdict
from typing import IO

import click

from cvret.cli.options import as_json, say, to_json

__all__ = ["compact", "remove", "verify"]

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
