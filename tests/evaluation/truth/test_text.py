"""Ground truths named in one line."""

import pytest

import cvret
from cvret.evaluation.truth.text import KINDS


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.fixture
def sets(tmp_path):
    touch(tmp_path, "folders/a/1.jpg", "folders/a/2.jpg", "folders/b/3.jpg")
    (tmp_path / "csv").write_text("query,relevant\nq.jpg,x.jpg\n")
    touch(tmp_path, "query-gallery/query/a/1.jpg", "query-gallery/gallery/a/2.jpg")
    touch(tmp_path, "holidays/100000.jpg", "holidays/100001.jpg")
    touch(tmp_path, "ukbench/ukbench00000.jpg", "wang/0.jpg", "wang/1.jpg")
    touch(tmp_path, "copydays/original/200000.jpg", "copydays/jpeg/75/200000.jpg")
    touch(tmp_path, "copydays/crops/5/200000.jpg", "copydays/strong/200001.jpg")
    for kind in ("oxford", "paris"):
        touch(tmp_path, f"{kind}/a_1.jpg")
        for name, text in (("query", "a_1 0 0 9 9"), ("good", "a_1"), *_EMPTY):
            (tmp_path / kind / f"a_1_{name}.txt").write_text(text)
    touch(tmp_path, "revisited/q.jpg", "revisited/a.jpg")
    (tmp_path / "revisited" / "gnd_roxford5k.json").write_text(
        '{"imlist": ["a"], "qimlist": ["q"], "gnd": [{"easy": [0]}]}'
    )
    return tmp_path


_EMPTY = (("ok", ""), ("junk", ""))


@pytest.mark.parametrize(
    ("kind", "n_queries"),
    [
        ("folders", 3),
        ("csv", 1),
        ("query-gallery", 1),
        ("holidays", 1),
        ("ukbench", 1),
        ("copydays", 3),
        ("copydays-jpeg", 1),
        ("copydays-crops", 1),
        ("copydays-strong", 1),
        ("wang", 2),
        ("oxford", 1),
        ("paris", 1),
        ("revisited-easy", 1),
        ("revisited-medium", 1),
        ("revisited-hard", 1),
    ],
)
def test_every_kind_can_be_named_with_its_path(sets, kind, n_queries):
    path = sets / (kind if kind == "query-gallery" else kind.partition("-")[0])
    assert len(cvret.truth.from_text(f"{kind}:{path}")) == n_queries


def test_no_kind_is_left_out_above():
    marks = test_every_kind_can_be_named_with_its_path.pytestmark
    assert {kind for kind, _ in marks[0].args[1]} == set(KINDS)


def test_a_prefix_reaches_the_ids(sets):
    truth = cvret.truth.from_text(f"folders:{sets / 'folders'}", prefix="p")
    assert truth.relevant["a/1.jpg"] == {"p/a/2.jpg"}
    with pytest.raises(ValueError, match="a table holds ids as they are, got prefix"):
        cvret.truth.from_text(f"csv:{sets / 'csv'}", prefix="p")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("photos/", "the kinds folders, csv, .*; did you mean folders:photos/?"),
        ("truth.csv", "did you mean csv:truth.csv?"),
        (
            "folder:photos/",
            "named as KIND:PATH, got 'folder:photos/'; there are the ki",
        ),
        ("csv:", "named as KIND:PATH, got 'csv:'"),
        ("C:\\photos", "the kinds folders"),
    ],
)
def test_an_unknown_kind_is_answered_with_all_there_are(text, message):
    with pytest.raises(ValueError, match=message):
        cvret.truth.from_text(text)


def test_a_path_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        cvret.truth.from_text(f"folders:{tmp_path / 'gone'}")
