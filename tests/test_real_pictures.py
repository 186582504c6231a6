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


def test_scenes_beat_a_color_histogram_by_far(tmp_path):
    """Every fifth picture of wang1k, each asking for its class."""
    folder = Path(DATASETS) / "wang1k"
    for class_ in (path for path in sorted(folder.iterdir()) if path.is_dir()):
        (tmp_path / "some" / class_.name).mkdir(parents=True)
        for path in sorted(class_.iterdir())[::5]:
            (tmp_path / "some" / class_.name / path.name).symlink_to(path)
    truth = cvret.truth.from_folders(tmp_path / "some")
    scenes = cvret.Index.create(tmp_path / "scenes.cvret", "scenes")
    color = cvret.Index.create(
        tmp_path / "color.cvret", fields={"color": cvret.HSVHistogram()}
    )
    found = []
    for index, rerank in ((color, []), (scenes, []), (scenes, None)):
        if not len(index):
            index.add(tmp_path / "some")
        found.append(cvret.evaluate(index, truth, rerank=rerank).metrics["mAP"])
    assert found[1] > found[0] + 0.08
    assert found[2] > found[1] + 0.05
