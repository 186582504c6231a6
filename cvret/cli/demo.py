"""cvret demo: the main job on real photographs, with a page to look at."""

from pathlib import Path
from typing import Any

import click

from cvret.cli.options import jobs

__all__ = ["demo"]


@click.command()
@click.option(
    "-o", "--output", default="demo", show_default=True, help="A folder to write to."
)
@click.option("--photos", type=click.Path(), help="Your own folder of pictures.")
@click.option("--query", type=click.Path(), help="Your own query.")
@jobs
def demo(output: str, photos: str | None, query: str | None, jobs: int) -> int:
    """Index photographs and hard copies of them, search, and write a page.

    The photographs come with scikit-image and scikit-learn. With --photos it does the
    same on a folder of yours.

    \b
    Example:
      cvret demo -o demo
      cvret demo -o demo --photos holiday/ --query beach.jpg
    """
    import shutil

    from cvret.collection.index import Index

    folder = Path(output)
    if query is not None and photos is None:
        raise click.UsageError("--query needs --photos, the folder to search")
    index_path = folder / "photos.cvret"
    marker = folder / ".made-by-cvret-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise FileExistsError(
            f"{folder} holds something that cvret demo did not make; choose another -o"
        )
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    shutil.rmtree(index_path, ignore_errors=True)
    if photos is None:
        from cvret.cli.hard_copies import write_demo_photos

        click.echo("Making hard copies of real photographs ...")
        queries, expected = write_demo_photos(folder / "photos")
        photos = str(folder / "photos")
    else:
        from cvret.collection.adding import find_source

        source = find_source(photos)
        chosen = [query] if query else [str(source.root / source.names[0])]
        queries, expected = [Path(path) for path in chosen], {}
    index = Index.create(index_path)
    report = index.add(photos, n_jobs=jobs)
    click.echo(str(report))
    return show(index, queries, expected, folder / "results.html", report.complete)


def show(
    index: Any,
    queries: list[Path],
    expected: dict[str, list[str]],
    page: Path,
    complete: bool,
) -> int:
    """Search, print the rankings, and write the page."""
    from cvret.cli.asking import show_ranking
    from cvret.cli.options import PARTLY_DONE
    from cvret.cli.page import section_of
    from cvret.plot.page import results_page

    sections = []
    n_found = n_expected = 0
    for path in queries:
        wanted = expected.get(path.name, [])
        ranking = index.search(path, k=max(10, len(wanted) + 3))
        click.echo(f"\n{path}:")
        show_ranking(str(path), ranking, as_json=False, titled=False)
        note = ""
        if wanted:
            verified = {hit.id for hit in ranking if hit.verified}
            n = sum(id_ in verified for id_ in wanted)
            note = f"{n} of {len(wanted)} hard copies found, and verified by geometry."
            click.echo(note)
            n_found += n
            n_expected += len(wanted)
        sections.append(
            section_of(index, str(path), ranking, title=path.name, note=note)
        )
    lead = (
        f"{len(index):,} pictures, {len(queries)} queries. Found by visual words, "
        "verified by geometry: the lines join features that agree with one transform, "
        "the frame is where the query lies in the result."
    )
    if n_expected:
        click.echo(
            f"\n{n_found} of {n_expected} hard copies found and verified in all."
        )
    html = results_page("cvret: pictures like these", lead, sections)
    page.write_text(html, encoding="utf-8")
    click.echo(f"Open {page} to look at it.")
    return 0 if complete else PARTLY_DONE
