"""cvret describe: descriptors of a folder of pictures as arrays."""

from typing import Any

import click

from cvret.cli.options import PARTLY_DONE, jobs, say

__all__ = ["describe"]

_WRAPPING = {"masked", "patches", "prepared", "simulated-views"}  # need another part


@click.command()
@click.argument("photos", type=click.Path())
@click.option(
    "-d", "--descriptors", required=True, help="Names, with commas: hsv,lbp,sift."
)
@click.option("-o", "--output", required=True, type=click.Path(), help="An .npz file.")
@click.option(
    "--max-side", default=1024, show_default=True, help="Longest side, in pixels."
)
@jobs
def describe(
    photos: str, descriptors: str, output: str, max_side: int, jobs: int
) -> int:
    """Compute descriptors of a folder of pictures, and write them as arrays.

    The .npz file has `ids`, and one array (n, d) for each descriptor; for keypoints
    such as sift it has NAME_keypoints, NAME_descriptors, and NAME_ends, the row at
    which each picture's end.

    \b
    Example:
      cvret describe photos/ -d hsv,lbp -o features.npz
    """
    import numpy as np

    from cvret._progress import progress_bar
    from cvret.catalog import DESCRIPTORS, EXTRACTORS, find
    from cvret.collection.adding import compute_items, find_source
    from cvret.errors import UnknownNameError
    from cvret.images.reading import MAX_PIXELS

    names = [name.strip() for name in descriptors.split(",") if name.strip()]
    if not names:
        raise click.BadParameter(f"-d must name at least one, got {descriptors!r}")
    known = {**DESCRIPTORS, **EXTRACTORS}.keys() - _WRAPPING
    parts: dict[str, Any] = {}
    for name in names:
        if name not in known:
            raise UnknownNameError(
                f"no descriptor is named {name!r}; there are {', '.join(sorted(known))}"
            )
        parts[name] = find(name)()
    if not output.endswith(".npz"):
        raise click.BadParameter(f"-o must end in .npz, got {output!r}")
    source = find_source(photos)
    ids: list[str] = []
    values: dict[str, list[Any]] = {name: [] for name in parts}
    unreadable = list(source.unreadable)
    items = compute_items(
        source,
        source.names,
        {},
        lambda view: {
            name: part.describe(view.pixels)
            if hasattr(part, "describe")
            else view.place(part.extract(view.pixels))
            for name, part in parts.items()
        },
        max_side=max_side,
        max_pixels=MAX_PIXELS,
        n_jobs=jobs,
    )
    with progress_bar("Describing", len(source.names), None) as advance:
        for item in items:
            advance()
            if item.state == "unreadable":
                unreadable.append((item.id, item.reason))
                continue
            ids.append(item.id)
            for name, value in item.values.items():
                values[name].append(value)
    if not ids:
        raise ValueError(f"{photos} holds no picture that can be read")
    arrays: dict[str, Any] = {"ids": np.array(ids)}
    for name, found in values.items():
        if name in DESCRIPTORS:
            arrays[name] = np.stack(found)
        else:
            arrays[f"{name}_keypoints"] = np.concatenate([f.keypoints for f in found])
            arrays[f"{name}_descriptors"] = np.concatenate(
                [f.descriptors for f in found]
            )
            arrays[f"{name}_ends"] = np.cumsum([len(f) for f in found])
    np.savez(output, **arrays)
    for name, array in arrays.items():
        click.echo(f"{name}: {array.dtype} {array.shape}")
    for _, reason in unreadable:
        say(f"cvret: {reason}")
    return PARTLY_DONE if unreadable else 0
