"""One galaxy against all others by every metric, and which metrics say the same.

    python benchmarks/galaxies.py [--dry]

The target is the first spiral of the data set galaxies. Files are read, scaled to
64 x 64 pixels (or left at 423 x 423) and measured by every full-reference metric, in
one table. Then some pictures are targets in turn, and the rankings of metrics and of
descriptors are compared; the heat map goes to results/agreement.png.
"""

import argparse
import os
import time

import numpy as np
from record import RESULTS, datasets, record

import cvret
from cvret.metrics.definitions import METRICS

SYSTEMS = [*METRICS, "hsv", "lbp", "gist", "hog"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true", help="not recorded")
    dry = parser.parse_args().dry
    folder = datasets() / "galaxies"
    target = sorted((folder / "spiral").iterdir())[0]
    cvret.rank_by_metric(target, [target])  # compiles
    for size in ((64, 64), None):
        started = time.perf_counter()
        table = cvret.rank_by_metric(target, folder, resize=size)
        seconds = time.perf_counter() - started
        summary = table.summary()
        line = {
            "kind": "table",
            "size": "64 x 64" if size else "423 x 423",
            "pictures": len(table),
            "metrics": len(table.metrics),
            "seconds": round(seconds, 2),
            "undefined": sum(each.n_undefined for each in summary.values()),
            "infinite": sum(each.n_infinite for each in summary.values()),
            "unexplained": int(
                sum(
                    np.isnan(value) and not table.notes.get((id_, name))
                    for id_, row in zip(table.ids, table.values, strict=True)
                    for name, value in zip(table.metrics, row, strict=True)
                )
            ),
            "threads": os.cpu_count(),
            "sewar": table.sewar,
        }
        print(line) if dry else record("galaxies", **line)
    found = cvret.agreement(SYSTEMS, folder, targets=2 if dry else 20)
    line = {"kind": "agreement", **found.to_dict(), "left_out": len(found.left_out)}
    for name in ("matrix", "spread"):
        line[name] = np.round(np.array(line[name], float), 4).tolist()
    print(line) if dry else record("galaxies", **line)
    if not dry:
        cvret.plot.plot_agreement(found).savefig(RESULTS / "agreement.png")


if __name__ == "__main__":
    main()
