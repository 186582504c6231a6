"""Ground truths from folders and tables."""

import pytest

import cvret


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_images_of_a_folder_are_relevant_to_one_another(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/2.jpg", "a/deep/3.jpg", "b/1.jpg", "loose.jpg")
    truth = cvret.truth.from_folders(tmp_path)
    assert dict(truth.relevant) == {
        "a/1.jpg": {"a/2.jpg", "a/deep/3.jpg"},
        "a/2.jpg": {"a/1.jpg", "a/deep/3.jpg"},
        "a/deep/3.jpg": {"a/1.jpg", "a/2.jpg"},
    }


def test_a_prefix_is_put_before_relevant_ids(tmp_path):
    touch(tmp_path, "a/1.jpg", "a/2.jpg")
    truth = cvret.truth.from_folders(tmp_path, prefix="set/one/")
    assert truth.relevant["a/1.jpg"] == {"set/one/a/2.jpg"}


def test_folders_without_classes_are_refused(tmp_path):
    touch(tmp_path, "1.jpg", "a/2.jpg")
    with pytest.raises(ValueError, match="no folder with two or more pictures"):
        cvret.truth.from_folders(tmp_path)


def test_a_table_has_a_row_a_pair(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_bytes(b"\xef\xbb\xbfrelevant,query\r\nx.jpg,q.jpg\r\ny\\z.jpg,q.jpg\r\n")
    truth = cvret.truth.from_csv(path)
    assert truth.root == tmp_path
    assert dict(truth.relevant) == {"q.jpg": {"x.jpg", "y/z.jpg"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "lacks query and relevant"),
        ("query,answer\na,b\n", "lacks relevant"),
        ("query,relevant\n", "has no rows"),
        ("query,relevant\na.jpg,\n", "line 2: query and relevant must both be given"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "truth.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=message):
        cvret.truth.from_csv(path)
