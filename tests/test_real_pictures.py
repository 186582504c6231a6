"""The default recipe on pictures that nothing was learned or tuned on."""

import os
from pathlib import Path

import pytest

import cvret

DATASETS = os.environ.get("CVRET_DATASETS")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not DATASETS, reason="CVRET_DATASETS is not set"),
]


def test_covers_are_found_by_photographs_of_them(tmp_path):
    """100 photographs against 100 covers and 600 other pictures: one miss allowed."""
    folder = Path(DATASETS)
    index = cvret.Index.create(tmp_path / "covers.cvret")
    index.add(folder / "dvd-covers" / "reference", "reference")
    index.add(folder / "animals10", "animals10")
    whole = cvret.truth.from_csv(folder / "dvd-covers" / "truth.csv")
    some = dict(list(whole.relevant.items())[::4])
    report = cvret.evaluate(index, cvret.GroundTruth(whole.root, some))
    assert report.n_queries == 100
    assert report.metrics["top-1"] >= 0.97
    assert report.metrics["mAP"] >= 0.98
