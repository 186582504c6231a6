"""cvret compare: which of some systems is better, and how sure that is."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cvret.cli.options import PARTLY_DONE, as_json, check_file, jobs, say, to_json

__all__ = ["compare"]

_SHOWN = 10  # pictures that could not be read


@click.command()
@click.argument("systems", nargs=-1, required=True, metavar="SYSTEM SYSTEM...")
@click.option(
    "--truth",
    help="What is relevant to which query, as KIND:PATH, such as folders:photos/ (a "
    "folder a class) or csv:PATH. Not needed for reports alone.",
)
@click.option(
    "--photos",
    multiple=True,
    type=click.Path(),
    help="The folder that descriptors, metrics and recipes rank; may be given several "
    "times, as for distractors. Of several, ids begin with where each lies below the "
    "folder of the truth, or else with its name.  [default: the folder of the truth]",
)
@click.option(
    "--prefix",
    default="",
    help="As given to cvret index, with folders: and the like.  [default: none; for "
    "one --photos, where below the folder of the truth it lies]",
)
@click.option(
    "--metric",
    default="mAP",
    show_default=True,
    help="What decides: mAP, mAP@k, P@k, R@k, nDCG@k, R-precision, MRR, top-k, ANMRR.",
)
@click.option(
    "--queries",
    type=click.IntRange(min=1),
    help="Ask so many of the queries alone, drawn by class, the same of each system.",
)
@click.option(
    "--near-duplicates",
    is_flag=True,
    help="Name queries that the collection has nearly alike, too; reads every picture.",
)
@click.option(
    "--each-two-combined",
    is_flag=True,
    help="Compare each two systems combined, too, and tell what that gains: fused, and "
    "concatenated where both have plain vectors.",
)
@click.option(
    "--different-collections",
    is_flag=True,
    help="Compare systems that rank different pictures, with a warning.",
)
@click.option(
    "-o",
    "--output",
    multiple=True,
    type=click.Path(),
    help="Write a page with pictures (.html), tables (.md), every value (.csv) or all "
    "(.json); may be given several times.",
)
@click.option(
    "--no-pictures", is_flag=True, help="Leave the pictures out of the page (.html)."
)
@as_json
@jobs
def compare(
    systems: tuple[str, ...],
    truth: str | None,
    photos: tuple[str, ...],
    prefix: str,
    metric: str,
    queries: int | None,
    near_duplicates: bool,
    each_two_combined: bool,
    different_collections: bool,
    output: tuple[str, ...],
    no_pictures: bool,
    as_json: bool,
    jobs: int,
) -> int:
    """Tell which of two or more systems ranks better, and how sure that is.

    All are asked the same queries. A SYSTEM is one of

    \b
      photos.cvret          an index, searched as its recipe has it
      photos.cvret:words=1,color=0.3      some of its fields
      photos.cvret::no-rerank             without re-rankers
      report.json           a report, as cvret evaluate -o writes it
      scenes                a recipe; scenes:color, a field of it
      hsv                   a descriptor, in its default form
      ssim                  a full-reference metric, of pictures made 64 x 64
      vlad, kaze/vlad       an encoder of SIFT or of others, learned from the photos
      hsv+lbp               fused: the scores of both added up
      hsv++lbp              their vectors normalized and concatenated
      color=hsv             any of these, by a name of your own

    Recipes, descriptors, metrics and encoders rank the pictures of --photos, which are
    described for the occasion and forgotten.

    \b
    Examples:
      cvret compare hsv lbp objects scenes hsv+lbp ssim uqi vifp \\
          --truth folders:photos/ -o report.html
      cvret compare words=objects ssim --truth csv:covers/truth.csv \\
          --photos covers/reference --photos distractors
      cvret compare photos.cvret photos.cvret::no-rerank --truth csv:truth.csv
      cvret compare before.json after.json -o report.md -o values.csv
    """
    from cvret.evaluation.comparing import compare as compare_systems
    from cvret.evaluation.comparison import FORMATS
    from cvret.evaluation.named import named_systems
    from cvret.evaluation.truth import from_text

    for path in output:
        check_file("-o", path, FORMATS)
    judged, root = None, None
    if truth is not None:
        judged = from_text(truth, prefix=prefix)
        photos, root = photos or (_folder_of(truth, judged),), judged.root
    with named_systems(
        systems,
        _prefixes(photos, prefix, root),
        each_two_combined=each_two_combined,
        n_jobs=jobs,
    ) as named:
        n_pairs = math.comb(len(named.systems), 2)
        comparison = compare_systems(
            named.systems,
            judged,
            metric=metric,
            n_resamples=max(10_000, 40 * n_pairs),  # or none of so many could be told
            n_queries=queries,
            duplicates="near" if near_duplicates else "exact",
            different_collections=different_collections,
        )
        for path in output:
            comparison.save(path, pictures=not no_pictures)
            say(f"{path} written")
    click.echo(to_json(comparison.to_dict()) if as_json else str(comparison))
    left_out = dict((*named.left_out, *comparison.left_out))
    if left_out:
        say(f"{len(left_out):,} pictures or queries were left out:")
        for reason in list(left_out.values())[:_SHOWN]:
            say(f"  {reason}")
        if len(left_out) > _SHOWN:
            say(f"  and {len(left_out) - _SHOWN:,} more")
    return PARTLY_DONE if left_out else 0


def _folder_of(text: str, truth: Any) -> str:
    """Give the folder of the pictures that a ground truth speaks of."""
    kind, _, path = text.partition(":")
    return str(Path(path) / "gallery" if kind == "query-gallery" else truth.root)


def _prefixes(photos: Sequence[str], prefix: str, root: Path | None) -> dict[str, str]:
    """Give what the ids of each folder begin with."""
    if len(photos) < 2:
        return {each: prefix or _below(each, root) or "" for each in photos}
    if prefix:
        raise click.BadParameter(
            "--prefix is for one --photos; of several, ids begin with their names"
        )
    found: dict[str, str] = {}
    for each in photos:
        below = _below(each, root)
        found[each] = Path(each).resolve().name if below is None else below
    if len(set(found.values())) < len(photos):
        raise click.BadParameter(
            f"--photos must have a name each, got {', '.join(map(repr, photos))}"
        )
    return found


def _below(folder: str, root: Path | None) -> str | None:
    """Give where a folder lies below another, which ids are relative to, or None."""
    own = Path(folder).resolve()
    if root is None or not own.is_relative_to(root.resolve()):
        return None
    inside = own.relative_to(root.resolve()).as_posix()
    return "" if inside == "." else inside
