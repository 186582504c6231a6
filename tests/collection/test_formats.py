"""Every format that ever was is read, and answers as it did."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import cvret
from cvret.storage.writing import write_arrays

FORMATS = Path(__file__).parent.parent / "data" / "formats"
VERSIONS = sorted(path.name for path in FORMATS.glob("v*"))


@pytest.fixture
def frozen(request, tmp_path):
    """A copy of a frozen index, and what it answered when it was made."""
    shutil.copytree(FORMATS / request.param, tmp_path / "v")
    text = (tmp_path / "v" / "expected.json").read_text(encoding="utf-8")
    return tmp_path / "v" / "index.cvret", json.loads(text)


def assert_answers(index, expected):
    assert sorted(index.ids) == sorted(expected["ids"])
    for by, answers in expected["similar"].items():
        for id_, hits in answers.items():
            ranking = index.similar(id_, by=by, rerank=[])
            assert list(ranking.ids) == [name for name, _ in hits]
            assert ranking.scores == pytest.approx([s for _, s in hits], abs=1e-6)
    for id_, keypoints in expected["keypoints"].items():
        stored = index.query_of(id_, by="words").parts["words"].keypoints
        assert stored.ravel() == pytest.approx(np.ravel(keypoints), abs=1e-3)


@pytest.mark.parametrize("frozen", VERSIONS, indirect=True)
def test_a_frozen_index_answers_as_it_did(frozen):
    path, expected = frozen
    index = cvret.Index.open(path)
    assert index.verify().ok
    assert list(index.ids) == expected["ids"]
    assert_answers(index, expected)


@pytest.mark.parametrize("frozen", VERSIONS, indirect=True)
def test_a_frozen_index_lives_on(frozen, photos):
    path, expected = frozen
    index = cvret.Index.open(path)
    index.add(photos / "photos", "new")
    index.remove([id_ for id_ in index.ids if id_.startswith("new/")])
    index.compact()
    assert index.info()["segments"] == 1
    assert_answers(cvret.Index.open(path), expected)


def test_the_bytes_of_a_file_are_those_of_the_format(tmp_path):
    arrays = {"a": np.array([[1, 256], [3, 2**31]], ">u4")}
    files = write_arrays(tmp_path / "s", arrays)
    header = b"{'descr': '<u4', 'fortran_order': False, 'shape': (2, 2), }"
    assert (tmp_path / "s" / "a.npy").read_bytes() == (
        b"\x93NUMPY\x01\x00\x76\x00"
        + header.ljust(117)
        + b"\n"
        + bytes.fromhex("01000000 00010000 03000000 00000080")
    )
    assert files["a"]["checksum"] == "5bdfa824fefa38f27e7d3690daa2d8b0"
