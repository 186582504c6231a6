"""Handcrafted systems, full-reference metrics and combinations, compared in one report.

    python benchmarks/comparing.py
    python benchmarks/comparing.py --only wang1k --queries 50 --dry

Each set is one command of ``cvret compare``. Of wang1k every picture asks for its class
among the others. Photographs of DVD covers by four phones ask for the clean cover,
among the covers and other pictures. Metrics are of pictures made 64 x 64. The pages and
tables hold figures only, no pictures of the sets.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import RESULTS, datasets, record

from cvret.evaluation.comparison import Comparison
from cvret.plot import plot_tradeoff

SYSTEMS = (
    "hsv",
    "lbp",
    "objects",
    "scenes",
    "hsv+lbp",
    "hsv++lbp",
    "objects+hsv",
    "ssim",
    "uqi",
    "vifp",
)


def arguments(name: str, folder: Path) -> list[str]:
    """What `cvret compare` is asked for a set, beside systems and files."""
    if name == "wang1k":
        return ["--truth", f"folders:{folder / 'wang1k'}"]
    covers = folder / "dvd-covers"
    photos = [covers / "reference", *(folder / n for n in ("animals10", "landuse"))]
    return [
        "--truth",
        f"csv:{covers / 'truth.csv'}",
        *(part for path in photos for part in ("--photos", str(path))),
    ]


def compare(name: str, systems: list[str], queries: int | None, dry: bool) -> None:
    """Run the command, keep what it wrote, and record its figures."""
    with tempfile.TemporaryDirectory() as work:
        written = Path(work) if dry else RESULTS
        files = [written / f"{name}.html", written / f"{name}.md", Path(work, "c.json")]
        command = [sys.executable, "-m", "cvret", "compare", *systems, "--no-pictures"]
        command += arguments(name, datasets())
        command += [] if queries is None else ["--queries", str(queries)]
        command += [part for file in files for part in ("-o", str(file))]
        started = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - started
        found = Comparison.load(files[-1])
    if not dry:
        plot_tradeoff(found).savefig(RESULTS / f"{name}.png")
    figures = {
        system: {
            "mAP": round(report.metrics["mAP"], 4),
            "interval": [round(edge, 4) for edge in report.intervals["mAP"]],
            "top-1": round(report.metrics["top-1"], 4),
            "ANMRR": round(report.metrics["ANMRR"], 4),
            "extract_ms": round(report.costs.extract_ms.median, 2),
            "search_ms": round(report.costs.search_ms.median, 2),
            "bytes": round(report.costs.bytes_an_image, 1),
        }
        for system, report in found.reports.items()
    }
    first = next(iter(found.reports.values()))
    line = {
        "set": name,
        "queries": first.n_queries,
        "images": first.n_images,
        "seconds": round(seconds, 1),
        "sentence": found.sentence,
        "front": list(found.front()),
        "systems": figures,
    }
    print(line) if dry else record("comparing", **line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["wang1k", "dvd-covers"])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS))
    parser.add_argument("--queries", type=int)
    parser.add_argument("--dry", action="store_true", help="record nothing")
    asked = parser.parse_args()
    for name in [asked.only] if asked.only else ["wang1k", "dvd-covers"]:
        compare(name, asked.systems, asked.queries, asked.dry)


if __name__ == "__main__":
    main()
