"""Graphs in an index: built on request, kept with it, never needed."""

import pytest

import cvret
from cvret.index import approximate

pytest.importorskip("faiss")


@pytest.fixture
def accelerated(tmp_path, quick_parts, noise, monkeypatch):
    monkeypatch.setattr("cvret.collection.writing.LEAST", 5)
    monkeypatch.setattr("cvret.index.dense._FEW", 0)
    index = cvret.Index.create(tmp_path / "i.cvret", fields=quick_parts)
    for n in range(12):
        noise(tmp_path / "p" / f"{n:02d}.png", n)
    index.add(tmp_path / "p", n_jobs=1)
    return index, tmp_path / "p" / "03.png"


def test_an_accelerated_index_answers_as_before(accelerated, quick_parts):
    index, query = accelerated
    before = index.search(query, k=5, by="color")
    assert index.accelerate() == 1
    assert index.accelerate() == 0  # nothing is missing
    again = cvret.Index.open(index.path, parts=quick_parts)
    for exact in (False, True):
        found = again.search(query, k=5, by="color", exact=exact)
        assert found.ids == before.ids
        assert found.scores.tolist() == before.scores.tolist()
    assert again.verify().ok


def test_removals_and_merges_go_on(accelerated):
    index, query = accelerated
    index.accelerate("color")
    index.remove("03.png")
    assert "03.png" not in index.search(query, k=5, by="color").ids
    assert any((index.path / "graphs").iterdir())
    index.compact()
    assert not any((index.path / "graphs").iterdir())
    assert len(index.search(query, k=50, by="color")) == 11


def test_a_damaged_graph_is_named(accelerated, quick_parts):
    index, query = accelerated
    index.accelerate()
    file = next((index.path / "graphs").rglob("color.npy"))
    data = bytearray(file.read_bytes())
    data[-9] ^= 1
    file.write_bytes(bytes(data))
    assert "color.npy is damaged" in str(index.verify())
    again = cvret.Index.open(index.path, parts=quick_parts)
    with pytest.raises(cvret.FormatError, match=r"color\.npy is damaged"):
        again.search(query, k=3, by="color")


def test_without_faiss_all_is_compared(accelerated, monkeypatch, quick_parts):
    index, query = accelerated
    index.accelerate()
    before = index.search(query, k=5, by="color")

    def absent():
        raise cvret.MissingExtraError("pip install 'cvret[approximate]'")

    monkeypatch.setattr(approximate, "_faiss", absent)
    again = cvret.Index.open(index.path, parts=quick_parts)
    assert again.search(query, k=5, by="color").ids == before.ids
    again.compact()


@pytest.mark.parametrize(
    ("by", "error", "message"),
    [
        ("words", ValueError, r"here \['color'\] can"),
        ("shape", cvret.UnknownNameError, "no field is named 'shape'"),
        ([], ValueError, "can be accelerated"),
    ],
)
def test_a_field_that_cannot_be_accelerated_is_refused(accelerated, by, error, message):
    with pytest.raises(error, match=message):
        accelerated[0].accelerate(by)
