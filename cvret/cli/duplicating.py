"""cvret duplicates: groups of pictures that show the same."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cvret.cli.asking import printable
from cvret.cli.options import PARTLY_DONE, as_json, jobs, say, to_json

__all__ = ["duplicates"]

_SIDE = 440  # of a picture read for the page


@click.command()
@click.argument("photos", type=click.Path())
@click.option(
    "--mode",
    type=click.Choice(["exact", "near", "transformed"]),
    help="Equal files; hashes that differ in few bits; words and geometry, which find "
    "cropped, turned and mirrored ones.  [default: near; of an index, what it can]",
)
@click.option(
    "--of",
    metavar="PICTURE",
    help="Only the duplicates of this one, by its name there or its file.",
)
@click.option(
    "--hash",
    "hash_name",
    metavar="NAME",
    help="For near, of a folder: difference-hash, ...  [default: perceptual-hash]",
)
@click.option(
    "--radius",
    type=click.IntRange(min=0),
    help="For near: bits that may differ.  [default: a sixteenth of all, 4 of 64]",
)
@click.option(
    "--mirrored/--not-mirrored",
    default=True,
    show_default=True,
    help="For transformed: whether mirror images are found, in twice the time.",
)
@click.option("--csv", "csv_file", type=click.Path(), help="Write a table, too.")
@click.option("--html", type=click.Path(), help="Write a page with pictures, too.")
@as_json
@jobs
def duplicates(
    photos: str,
    mode: str | None,
    of: str | None,
    hash_name: str | None,
    radius: int | None,
    mirrored: bool,
    csv_file: str | None,
    html: str | None,
    as_json: bool,
    jobs: int,
) -> int:
    """Group the pictures of a folder, or of an index, that show the same.

    It deletes nothing. Of each group it names one to keep: the largest in pixels, of
    these the sharpest, of these the first by name. With --json a line is a group.

    \b
    Examples:
      cvret duplicates photos/ --html duplicates.html
      cvret duplicates photos/ --mode transformed --json
      cvret duplicates photos.cvret --of holiday/beach.jpg
    """
    from cvret.collection.index import Index
    from cvret.duplicates import find_duplicates

    wanted: dict[str, Any] = {
        "of": of,
        "radius": radius,
        "mirrored": mirrored,
        "n_jobs": jobs,
    }
    if os.path.exists(os.path.join(photos, "manifest.json")):
        if hash_name is not None:
            raise click.BadParameter("--hash is for folders; an index has its own")
        index = Index.open(photos)
        found = index.duplicates(mode, **wanted)
        file_of: Any = index.file_of
    else:
        found = find_duplicates(
            photos, mode or "near", descriptor=_hash_named(hash_name), **wanted
        )
        root = Path(photos) if os.path.isdir(photos) else Path(photos).parent
        file_of = root.joinpath
    for number, group in enumerate(found, 1):
        click.echo(
            to_json({"group": number, "mode": found.mode, **group.to_dict()})
            if as_json
            else "\n".join(_lines(group))
        )
    if csv_file:
        _write_table(csv_file, found)
        say(f"{csv_file} written")
    if html:
        _write_page(html, found, photos, file_of)
        say(f"{html} written")
    say(str(found))
    return 0 if found.complete else PARTLY_DONE


def _hash_named(name: str | None) -> Any:
    """Make the hash of that name, or none."""
    from cvret.catalog import DESCRIPTORS, find
    from cvret.errors import UnknownNameError

    if name is None:
        return None
    hashes = [each for each in sorted(DESCRIPTORS) if each.endswith("-hash")]
    known = [each for each in hashes if find(each).metric == "hamming"]
    if name not in known:
        raise UnknownNameError(
            f"no hash of bits is named {name!r}; there are {', '.join(known)}"
        )
    return find(name)()


def _lines(group: Any) -> Iterator[str]:
    """Give a group as lines of text: what to keep, then the others, and why."""
    yield f"keep {printable(group.kept)}  ({group.reason})"
    for id_, (width, height) in zip(group.ids, group.sizes, strict=True):
        if id_ != group.kept:
            size = f"{width} x {height}"
            yield f"     {size:>13}  {printable(id_)}  ({printable(_why(group, id_))})"


def _why(group: Any, id_: str) -> str:
    """Tell by what an image belongs to its group: its surest pair, that kept first."""
    pairs = group.evidence(id_)
    pair = next((p for p in pairs if group.kept in (p.first, p.second)), pairs[0])
    other = pair.second if pair.first == id_ else pair.first
    return f"{pair}, with {other}"


def _write_table(path: str, found: Any) -> None:
    """Write a row an image."""
    with open(path, "w", newline="", encoding="utf-8", errors="surrogateescape") as f:
        table = csv.writer(f)
        table.writerow(["group", "id", "kept", "width", "height", "because"])
        for number, group in enumerate(found, 1):
            for id_, (width, height) in zip(group.ids, group.sizes, strict=True):
                kept = id_ == group.kept
                why = group.reason if kept else _why(group, id_)
                table.writerow(
                    [number, id_, "yes" if kept else "no", width, height, why]
                )


def _write_page(path: str, found: Any, photos: str, file_of: Any) -> None:
    """Write a page, a group at a time."""
    from cvret.errors import ImageError
    from cvret.images.reading import read_image
    from cvret.plot.group_page import GroupedPicture, PageGroup, groups_page

    def picture_of(group: Any, place: int) -> GroupedPicture:
        id_, (width, height) = group.ids[place], group.sizes[place]
        kept = id_ == group.kept
        try:
            pixels = read_image(file_of(id_), max_side=_SIDE)
        except (ImageError, FileNotFoundError):
            pixels = None
        facts = [f"{width} x {height}", group.reason if kept else _why(group, id_)]
        return GroupedPicture(id_, pixels, facts, "keep" if kept else "")

    def groups() -> Iterator[PageGroup]:
        for number, group in enumerate(found, 1):
            places = sorted(range(len(group)), key=lambda p: group.ids[p] != group.kept)
            yield PageGroup(
                f"{number}. {group.kept}",
                [picture_of(group, place) for place in places],
                f"{len(group)} pictures",
            )

    lead = (
        f"{len(found):,} groups among the {found.n_images:,} pictures of {photos}, "
        f"mode {found.mode}. One of each is marked to be kept; nothing was deleted."
    )
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(groups_page("Duplicates", lead, groups()))
