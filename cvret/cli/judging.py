"""cvret evaluate: how well an index does on a ground truth."""

import click

from cvret.cli.asking import by_option, plain_option
from cvret.cli.options import (
    PARTLY_DONE,
    as_json,
    check_file,
    parse_weights,
    say,
    to_json,
)

__all__ = ["evaluate"]

_ENDINGS = (".json", ".csv", ".md", ".html")


@click.command()
@click.argument("index", type=click.Path())
@click.option(
    "--truth",
    required=True,
    metavar="KIND:PATH",
    help="folders:PATH (a folder a class), csv:PATH (columns query, relevant), or a "
    "published set such as holidays:PATH; a wrong kind lists them all.",
)
@click.option("--prefix", default="", help="As given to cvret index.")
@by_option
@plain_option
@click.option(
    "--metrics",
    help="Which to measure: mAP,P@20,mAP@100(found); a wrong one lists them all.  "
    "[default: the usual, and those of the truth]",
)
@click.option(
    "--queries",
    type=click.IntRange(1),
    help="Ask so many of the queries, drawn by class.  [default: all]",
)
@click.option(
    "--near-duplicates",
    is_flag=True,
    help="Name queries that the index has as nearly the same picture, not only as the "
    "same file; reads every picture.",
)
@click.option(
    "--per-class", is_flag=True, help="Show precision, recall, F1, mAP a class, too."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Write the report: all as .json, a row a query as .csv, tables as .md, a page "
    "with pictures as .html.",
)
@as_json
def evaluate(
    index: str,
    truth: str,
    prefix: str,
    by: str | None,
    no_rerank: bool,
    metrics: str | None,
    queries: int | None,
    near_duplicates: bool,
    per_class: bool,
    output: str | None,
    as_json: bool,
) -> int:
    """Measure an index on a ground truth: mAP, P@10, top-k, ANMRR, and what it costs.

    Queries are asked one by one, so that their times are honest. A query's own image
    in the index does not count, unless the ground truth says so.

    \b
    Examples:
      cvret evaluate photos.cvret --truth folders:photos/
      cvret evaluate photos.cvret --truth csv:truth.csv --by color -o report.html
    """
    from cvret.collection.index import Index
    from cvret.evaluation.evaluate import evaluate as evaluate_index
    from cvret.evaluation.report_text import classes_of
    from cvret.evaluation.truth import from_text

    check_file("-o", output, _ENDINGS)
    judged = from_text(truth, prefix=prefix)
    if per_class and not judged.query_classes:
        raise click.BadParameter(
            f"--per-class needs a ground truth with classes, and {truth} has none"
        )
    report = evaluate_index(
        Index.open(index),
        judged,
        by=parse_weights(by),
        rerank=[] if no_rerank else None,
        metrics=None if metrics is None else [m.strip() for m in metrics.split(",")],
        n_queries=queries,
        duplicates="near" if near_duplicates else "exact",
    )
    table = report.class_table() if per_class else None
    if as_json:
        found = report.summary()
        if table is not None:
            found |= {"class_table": table.to_dict(), "by_class": report.by_class()}
        click.echo(to_json(found))
    else:
        click.echo(str(report))
        if table is not None:
            click.echo(f"\n{table}\n\n{classes_of(report)}")
    if output:
        report.save(output)
        say(f"{output} written")
    return PARTLY_DONE if report.left_out else 0
