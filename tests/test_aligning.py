"""Two pictures without an index: aligned first, then compared."""

import json

import numpy as np
import pytest
from PIL import Image

import cvret


@pytest.fixture(scope="module")
def part(coffee):
    """The right lower part, turned by a quarter."""
    return np.ascontiguousarray(np.rot90(coffee[100:, 150:]))


def test_a_turned_part_is_nearly_equal_after_alignment(coffee, part):
    found = cvret.compare_aligned(coffee, part, ["ssim", "psnr"])
    assert found.verified
    assert not found.mirrored
    assert found.raw["ssim"] < 0.4 < 0.95 < found.aligned["ssim"]
    assert found.raw["psnr"] < 15 < 30 < found.aligned["psnr"]
    # np.rot90 turns (x, y) of the part, 450 wide, into (y, 449 - x).
    at = found.transform @ [250, 180, 1]
    assert at / at[2] == pytest.approx([80, 449 - 100, 1], abs=0.5)
    assert found.overlap == pytest.approx(450 * 300 / (600 * 400), abs=0.02)


def test_a_mirror_image_is_aligned_when_asked_for(coffee):
    flipped = np.ascontiguousarray(coffee[:, ::-1])
    found = cvret.compare_aligned(coffee, flipped)
    assert found.mirrored
    assert found.aligned["ssim"] > 0.99
    assert not cvret.compare_aligned(coffee, flipped, mirrored=False).verified


def test_pictures_of_other_things_are_not_aligned(coffee, chelsea, tmp_path):
    found = cvret.compare_aligned(coffee, chelsea)
    assert not found.verified
    assert found.transform is None
    assert np.isnan(found.aligned["ssim"])
    assert np.isfinite(found.raw["ssim"])
    assert str(found).splitlines()[0] == (
        f"not aligned: too little agrees ({found.inliers} inliers)"
    )
    assert "nan" not in str(found)
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["aligned"] == {
        "ssim": None
    }
    with pytest.raises(ValueError, match="nothing was aligned"):
        found.save(tmp_path / "no.png")


def test_pictures_without_keypoints_are_not_aligned():
    flat = np.full((80, 90, 3), 7, np.uint8)
    found = cvret.compare_aligned(flat, flat, "psnr")
    assert not found.verified
    assert found.to_dict()["raw"] == {"psnr": "inf"}


def test_the_difference_is_where_they_differ(coffee, tmp_path):
    painted = coffee.copy()
    painted[100:180, 300:400] = 255
    found = cvret.compare_aligned(coffee, painted)
    height, width = found.difference.shape
    assert (width, height) == (256, 171)
    inside = found.difference[46:74, 132:166]
    assert inside.mean() > 0.5
    away = found.difference[100:150, 10:240]
    assert np.nanmean(away) < 0.05
    found.save(tmp_path / "differ.png")
    assert cvret.read_image(tmp_path / "differ.png").shape == (281, 3 * 420 + 32, 3)


def test_files_are_read_and_all_metrics_are_taken(coffee, part, tmp_path):
    Image.fromarray(coffee).save(tmp_path / "a.png")
    Image.fromarray(part).save(tmp_path / "b.png")
    found = cvret.compare_aligned(tmp_path / "a.png", tmp_path / "b.png", None)
    assert set(found.raw) == set(found.aligned) >= {"ssim", "uqi", "vifp", "cosine"}
    told = json.loads(json.dumps(found.to_dict()))
    assert told["aligned"]["ssim"] == found.aligned["ssim"]
    assert "ssim" in str(found)


def test_wrong_arguments_are_refused(coffee):
    with pytest.raises(TypeError, match="a must be a path or an RGB array, got int"):
        cvret.compare_aligned(3, coffee)
    with pytest.raises(cvret.UnknownNameError, match="there are cosine, ergas"):
        cvret.compare_aligned(coffee, coffee, "sharpness")
    with pytest.raises(ValueError, match="max_side must be at least 16"):
        cvret.compare_aligned(coffee, coffee, max_side=3)
    with pytest.raises(cvret.ImageError, match="does not exist"):
        cvret.compare_aligned(coffee, "no-such.png")
