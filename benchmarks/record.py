"""Where results go, and what they were measured on."""

import json
import os
import platform
import sys
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import cvret

RESULTS = Path(__file__).parent / "results"


def datasets() -> Path:
    """The folder of data sets, or an end with the reason."""
    folder = os.environ.get("CVRET_DATASETS")
    if not folder:
        sys.exit("set CVRET_DATASETS to the folder of data sets (datasets/README.md)")
    return Path(folder)


def record(benchmark: str, **values: Any) -> None:
    """Print a result, and append it as one line of JSON to results/."""
    line = {
        "benchmark": benchmark,
        "date": date.today().isoformat(),
        "cvret": cvret.__version__,
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        "numpy": np.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        **values,
    }
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{benchmark}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(json.dumps(line, indent=1))
