"""cvret search, similar, explain: asking an index."""

from typing import Any

import click

from cvret.cli.options import (
    PARTLY_DONE,
    as_json,
    parse_region,
    parse_weights,
    say,
    to_json,
)

__all__ = ["by_option", "explain", "plain_option", "search", "similar"]

by_option = click.option(
    "--by",
    help="Fields, perhaps with weights: words=1,color=0.3.  [default: as the recipe "
    "has it, or all]",
)
region_option = click.option(
    "--region", help="Part of the query: x,y,width,height in pixels."
)
plain_option = click.option(
    "--no-rerank",
    is_flag=True,
    help="Leave out the recipe's re-rankers, such as geometry.",
)


verified_option = click.option(
    "--verified-only", is_flag=True, help="Only results that geometry is sure of."
)


@click.command()
@click.argument("index", type=click.Path())
@click.argument("queries", nargs=-1, required=True, type=click.Path())
@click.option("-k", default=10, show_default=True, help="How many results.")
@by_option
@region_option
@plain_option
@click.option("--min-score", default=0.0, help="Leave out results below.")
@verified_option
@click.option(
    "--mirrored/--not-mirrored",
    default=None,
    help="Ask for the mirror image too.  [default: as the recipe has it]",
)
@click.option(
    "--relevant",
    multiple=True,
    metavar="IMAGE",
    help="A right result, by id or file; the query moves towards it. May be repeated.",
)
@click.option(
    "--nonrelevant",
    multiple=True,
    metavar="IMAGE",
    help="A wrong result, by id or file; the query moves away. May be repeated.",
)
@click.option("--html", type=click.Path(), help="Write a page with pictures, too.")
@as_json
def search(
    index: str,
    queries: tuple[str, ...],
    k: int,
    by: str | None,
    region: str | None,
    no_rerank: bool,
    min_score: float,
    verified_only: bool,
    mirrored: bool | None,
    relevant: tuple[str, ...],
    nonrelevant: tuple[str, ...],
    html: str | None,
    as_json: bool,
) -> int:
    """Rank the images of an index by their similarity to a picture.

    Marked results (--relevant, --nonrelevant) move the query by Rocchio's rule, and the
    whole collection is ranked anew, without the recipe's own re-rankers (with
    --verified-only geometry is asked again). Give all marks so far for another round.

    \b
    Examples:
      cvret search photos.cvret query.jpg -k 10 --html results.html
      cvret search photos.cvret query.jpg --verified-only
      cvret search photos.cvret query.jpg --relevant a.jpg --nonrelevant b.jpg
    """
    from cvret.collection.index import Index
    from cvret.errors import ImageError
    from cvret.protocols import Reranker
    from cvret.rerank.feedback import Rocchio
    from cvret.rerank.verification import SpatialVerification

    weights, box = parse_weights(by), parse_region(region)
    opened = Index.open(index)
    rerank: list[Reranker] | None = [] if no_rerank else None
    if relevant or nonrelevant:
        rerank = [Rocchio(relevant, nonrelevant)]
        if verified_only and not no_rerank:
            rerank.append(SpatialVerification())
    found, status = [], 0
    for query in queries:
        try:
            ranking = opened.search(
                query,
                k,
                by=weights,
                region=box,
                rerank=rerank,
                min_score=min_score,
                verified_only=verified_only,
                mirrored=mirrored,
            )
        except ImageError as error:
            if len(queries) == 1:
                raise
            say(f"cvret: {error}")
            status = PARTLY_DONE
            continue
        found.append((query, ranking))
        show_ranking(query, ranking, as_json, titled=len(queries) > 1)
    if not found:
        raise ValueError("none of the queries could be read")
    if html:
        from cvret.cli.page import write_results_page

        write_results_page(html, opened, found, by=weights, region=box)
        say(f"{html} written")
    return status


def show_ranking(query: str, ranking: Any, as_json: bool, *, titled: bool) -> None:
    """Print one ranking."""
    if titled and not as_json:
        click.echo(f"{query}:")
    for place, hit in enumerate(ranking, 1):
        if as_json:
            click.echo(to_json({"query": query, "place": place, **hit.to_dict()}))
        else:
            inliers = "" if hit.inliers is None else f"{hit.inliers:5d} inliers  "
            inliers += "verified  " if hit.verified else " " * 10 * bool(inliers)
            click.echo(f"{place:4d}  {hit.score:7.4f}  {inliers}{printable(hit.id)}")
    if not len(ranking) and not as_json:
        say("no results")


def printable(id_: str) -> str:
    """Give an id as one line of text that any terminal can show."""
    text = id_.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


@click.command()
@click.argument("index", type=click.Path())
@click.argument("query", type=click.Path())
@click.argument("result")
@click.option(
    "-o", "--output", type=click.Path(), help="Write a picture of the matches."
)
@click.option(
    "--difference",
    type=click.Path(),
    help="Write a picture of where they differ after alignment, where verified.",
)
@by_option
@region_option
@as_json
def explain(
    index: str,
    query: str,
    result: str,
    output: str | None,
    difference: str | None,
    by: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Tell why an image (its id, or its file) is a result for a query.

    \b
    Examples:
      cvret explain photos.cvret query.jpg holiday/beach.jpg -o why.png
      cvret explain photos.cvret query.jpg copy.jpg --difference diff.png
    """
    from cvret.collection.index import Index

    opened = Index.open(index)
    why = opened.explain(
        query, opened.id_of(result), by=parse_weights(by), region=parse_region(region)
    )
    if output:
        try:
            why.save(output)
        except ValueError as error:  # an ending that is no picture's
            raise click.BadParameter(f"-o {output}: {error}") from error
        say(f"{output} written")
    if difference:
        try:
            why.save_difference(difference)
        except ValueError as error:
            raise click.BadParameter(f"--difference {difference}: {error}") from error
        say(f"{difference} written")
    click.echo(to_json(why.to_dict()) if as_json else str(why))


@click.command()
@click.argument("index", type=click.Path())
@click.argument("image")
@click.option("-k", default=10, show_default=True, help="How many results.")
@by_option
@plain_option
@click.option("--min-score", default=0.0, help="Leave out results below.")
@verified_option
@as_json
def similar(
    index: str,
    image: str,
    k: int,
    by: str | None,
    no_rerank: bool,
    min_score: float,
    verified_only: bool,
    as_json: bool,
) -> None:
    """Rank the other images by their similarity to one of the index, by its id.

    Its file is not needed: what is stored of it asks.

    \b
    Example:
      cvret similar photos.cvret holiday/beach.jpg -k 10
    """
    from cvret.collection.index import Index

    opened = Index.open(index)
    id_ = opened.id_of(image)
    ranking = opened.similar(
        id_,
        k,
        by=parse_weights(by),
        rerank=[] if no_rerank else None,
        min_score=min_score,
        verified_only=verified_only,
    )
    show_ranking(id_, ranking, as_json, titled=False)
