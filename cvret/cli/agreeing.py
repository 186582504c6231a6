"""cvret agreement: which metrics and descriptors say the same thing."""

import click

from cvret.cli.options import PARTLY_DONE, as_json, check_file, jobs, say, to_json

__all__ = ["agreement"]

_FIGURES = (".pdf", ".png", ".svg")
_TABLES = (".csv", ".json")


@click.command()
@click.argument("photos", type=click.Path())
@click.option(
    "-s",
    "--systems",
    required=True,
    help="Names, with commas, of full-reference metrics (ssim,psnr) or else of "
    "descriptors (hsv,lbp); all-metrics stands for every metric.",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=click.Path(),
    help="Write a figure (.png, .pdf, .svg), a matrix (.csv) or all (.json), too; may "
    "be given several times.",
)
@click.option(
    "--targets",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Pictures that all others are compared with.",
)
@click.option(
    "--method",
    type=click.Choice(["spearman", "kendall"]),
    default="spearman",
    show_default=True,
    help="Which rank correlation.",
)
@as_json
@jobs
def agreement(
    photos: str,
    systems: str,
    output: tuple[str, ...],
    targets: int,
    method: str,
    as_json: bool,
    jobs: int,
) -> int:
    """Tell which metrics and descriptors rank the pictures of a folder alike.

    Each two are compared by the correlation of their ranks: 1 where they always say the
    same, 0 where they have nothing in common, -1 where they contradict one another.

    \b
    Examples:
      cvret agreement photos/ -s ssim,uqi,mse,hsv,lbp -o agreement.png
      cvret agreement photos/ -s all-metrics --method kendall -o agreement.csv
    """
    from cvret.evaluation import agreement as comparing
    from cvret.metrics.definitions import METRICS

    for path in output:
        check_file("-o", path, (*_FIGURES, *_TABLES))
        if path.lower().endswith(_FIGURES):
            from cvret._optional import import_extra

            import_extra("matplotlib", extra="plot", needed_by="a figure")
    names = [name.strip() for name in systems.split(",") if name.strip()]
    named: list[str] = []
    for name in names:
        named += METRICS if name == "all-metrics" else [name]
    found = comparing.agreement(
        list(dict.fromkeys(named)),
        photos,
        targets=targets,
        method=method,
        n_jobs=jobs,
    )
    click.echo(to_json(found.to_dict()) if as_json else str(found))
    for path in output:
        if path.lower().endswith(_TABLES):
            found.save(path)
        else:
            from cvret.plot import plot_agreement

            plot_agreement(found).savefig(path)
        say(f"{path} written")
    return PARTLY_DONE if found.left_out else 0
