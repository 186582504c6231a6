"""cvret metrics: full-reference metrics of two pictures, or of one against a folder."""

import os
from collections.abc import Mapping
from typing import Any

import click

from cvret.cli.asking import printable
from cvret.cli.options import PARTLY_DONE, as_json, check_file, jobs, say, to_json

__all__ = ["metrics"]

_TABLES = (".csv", ".json")
_FIGURES = (".png", ".pdf", ".svg")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


def _print_list(context: Any, _option: Any, value: bool) -> None:
    """Print every metric, and end."""
    if not value or context.resilient_parsing:
        return
    from cvret.metrics.definitions import METRICS

    for metric in METRICS.values():
        side, textbook = metric.least_sides
        sides = f"{side}" if side == textbook else f"{side} (textbook {textbook})"
        unit = metric.unit or "a pure number"
        click.echo(f"{metric.name}: {metric.title}")
        click.echo(f"    {metric.direction}, {metric.least:.4g} to {metric.most:.4g}")
        click.echo(f"    unit: {unit}; least side in pixels: {sides}")
        if metric.ordered:
            click.echo("    depends on the order: the first picture is the reference")
        click.echo(f"    {metric.paper}")
    context.exit()


def _parse_size(
    _context: Any, _option: Any, text: str | None
) -> tuple[int, int] | None:
    """Read ``WIDTHxHEIGHT`` into height and width."""
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise click.BadParameter(f"must be WIDTHxHEIGHT in pixels, got {text!r}")
    return int(height), int(width)


@click.command()
@click.argument("target", type=click.Path())
@click.argument("other", metavar="PICTURE_OR_FOLDER", type=click.Path())
@click.option(
    "-m",
    "--metrics",
    "names",
    help="Names, with commas: ssim,uqi.  [default: all; see --list]",
)
@click.option(
    "--profile",
    type=click.Choice(["sewar", "textbook"]),
    default="sewar",
    show_default=True,
    help="Whose values: sewar's own, or those of the papers.",
)
@click.option(
    "--data-range",
    type=float,
    help="The dynamic range of pixels.  [default: 255, that of files read as 8 bits]",
)
@click.option(
    "--resize",
    is_flag=True,
    help="Give pictures of another size that of TARGET; else they are refused.",
)
@click.option(
    "--size",
    callback=_parse_size,
    metavar="WxH",
    help="Give all pictures this size first, in pixels: 64x64.",
)
@click.option(
    "--why",
    is_flag=True,
    help="Say what was left out of defined values, too (of two pictures).",
)
@click.option(
    "--align",
    is_flag=True,
    help="Of two pictures: lay the second over the first, and measure what overlaps.",
)
@click.option(
    "--difference",
    type=click.Path(),
    help="Of two pictures: draw where they differ once aligned; means --align.",
)
@click.option(
    "-o", "--output", type=click.Path(), help="Of a folder: a table, .csv or .json."
)
@click.option(
    "--figure",
    type=click.Path(),
    help="Of a folder: the best by each metric side by side, .png, .pdf or .svg.",
)
@click.option(
    "-k",
    default=10,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many of the best are in the figure, and with --json.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_list,
    help="Print every metric: direction, range, unit, least size, paper.",
)
@as_json
@jobs
def metrics(
    target: str,
    other: str,
    names: str | None,
    profile: str,
    data_range: float | None,
    resize: bool,
    size: tuple[int, int] | None,
    why: bool,
    align: bool,
    difference: str | None,
    output: str | None,
    figure: str | None,
    k: int,
    as_json: bool,
    jobs: int,
) -> int:
    """Compare a picture with another, or with all in a folder, by image metrics.

    TARGET is the reference: ergas, psnrb, q2n, rase and vifp depend on which picture
    it is. Of two pictures it prints a line a metric: value, unit, whether large or
    small is best, and the reason where there is no value. Of a folder it prints, by
    each metric, the least and the greatest value and which pictures have them, and how
    many values are undefined. With --json a line is a metric.

    Pixels can be compared only where they lie over each other. With --align the second
    picture is found in the first by its keypoints and laid over it; values are those
    of the pictures as they are, and of what overlaps.

    \b
    Examples:
      cvret metrics a.png b.png --metrics ssim,uqi
      cvret metrics a.png turned.png --align --difference differ.png
      cvret metrics galaxy.jpg galaxies/ --size 64x64 -o table.csv --figure best.png
      cvret metrics galaxy.jpg mixed/ --resize --profile textbook -o table.json
      cvret metrics --list
    """
    chosen = _names(names)
    wanted: dict[str, Any] = {
        "data_range": data_range,
        "resize": size or ("reference" if resize else None),
        "profile": profile,
    }
    if not os.path.isdir(other):
        if output or figure:
            option = "-o" if output else "--figure"
            raise click.BadParameter(f"{option} is for a folder, and {other} is none")
        if align or difference:
            if data_range is not None or resize or size or why:
                raise click.BadParameter(
                    "--align takes no --data-range, --resize, --size or --why"
                )
            check_file("--difference", difference, _PICTURES)
            return _align_two(
                target, other, chosen, profile, difference, as_json=as_json
            )
        return _compare_two(target, other, chosen, wanted, as_json=as_json, why=why)
    if align or difference:
        raise click.BadParameter(
            f"--align is for two pictures, and {other} is a folder"
        )
    check_file("-o", output, _TABLES)
    check_file("--figure", figure, _FIGURES)
    if figure:
        from cvret._optional import import_extra

        import_extra("matplotlib", extra="plot", needed_by="--figure")
    from cvret.metrics.one_against_many import rank_by_metric

    table = rank_by_metric(target, other, chosen, n_jobs=jobs, **wanted)
    _print_summary(table, k, as_json=as_json)
    if output:
        table.save(output)
        say(f"{output} written")
    if figure:
        from cvret.plot.metric_table import plot_metric_table

        plot_metric_table(table, target, other, k).savefig(figure)
        say(f"{figure} written")
    if table.n_other:
        say(f"{table.n_other:,} other files left out")
    for id_, reason in table.unreadable:
        text = reason if id_ in reason else f"{id_}: {reason}"
        say(f"cvret: {printable(text)}")
    return 0 if table.complete else PARTLY_DONE


def _names(names: str | None) -> list[str] | None:
    if names is None:
        return None
    found = [name.strip() for name in names.split(",") if name.strip()]
    if not found:
        raise click.BadParameter(f"--metrics must name at least one, got {names!r}")
    return found


def _compare_two(
    target: str,
    other: str,
    names: list[str] | None,
    wanted: Mapping[str, Any],
    *,
    as_json: bool,
    why: bool,
) -> int:
    """Print a line a metric."""
    from cvret.metrics.definitions import METRICS
    from cvret.metrics.full_reference import full_reference
    from cvret.metrics.summary import number_to_json

    found = full_reference(target, other, names, details=True, **wanted)
    for name, one in found.items():
        metric = METRICS[name]
        if as_json:
            facts = {
                "metric": name,
                "value": number_to_json(one.value),
                "unit": metric.unit,
                "direction": metric.direction,
                "note": one.note,
            }
            click.echo(to_json(facts))
            continue
        good = "large" if metric.is_similarity else "small"
        undefined = one.value != one.value
        value = "undefined" if undefined else f"{one.value:.6g}"
        line = f"{name:<8}{value:>12}  {metric.unit:<19}  {good} is best"
        click.echo(f"{line}  {one.note}" if one.note and (undefined or why) else line)
    return 0


def _align_two(
    target: str,
    other: str,
    names: list[str] | None,
    profile: str,
    difference: str | None,
    *,
    as_json: bool,
) -> int:
    """Print each metric before and after alignment, and draw where they differ."""
    from cvret.aligning import compare_aligned

    found = compare_aligned(target, other, names, profile=profile)
    if as_json:
        click.echo(to_json(found.to_dict()))
    else:
        click.echo(str(found))
    if difference and not found.verified:
        say("nothing was aligned, so no difference was drawn")
    elif difference:
        found.save(difference)
        say(f"{difference} written")
    return 0


def _print_summary(table: Any, k: int, *, as_json: bool) -> None:
    """Print what each metric says of the folder."""
    if not as_json:
        click.echo(table.summary_text())
        return
    from cvret.metrics.summary import number_to_json

    for name, summary in table.summary().items():
        best = [[id_, number_to_json(value)] for id_, value in table.best(name, k)]
        click.echo(to_json({"metric": name, **summary.to_dict(), "ranking": best}))
