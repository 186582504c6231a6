"""Ground truth from tables, whichever program saved them, and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cvret
from cvret.evaluation.truth import GroundTruth

PLAIN = {"q.jpg": {"x.jpg", "y/z.jpg"}}


def read(tmp_path, content, **options):
    path = tmp_path / "truth.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return cvret.truth.from_csv(path, **options)


def test_a_table_has_a_row_a_pair(tmp_path):
    content = b"\xef\xbb\xbfrelevant,query\r\nx.jpg,q.jpg\r\ny\\z.jpg,q.jpg\r\n"
    truth = read(tmp_path, content)
    assert truth.root == tmp_path
    assert dict(truth.relevant) == PLAIN


def test_queries_may_lie_elsewhere(tmp_path):
    truth = read(tmp_path, "query,relevant\nq.jpg,x.jpg\n", root="photos")
    assert truth.file_of("q.jpg") == Path("photos/q.jpg")


@pytest.mark.parametrize(
    "text",
    [
        "query,relevant\nq.jpg,x.jpg\nq.jpg,y/z.jpg\n",
        "query,relevant\r\nq.jpg,x.jpg\r\n\r\nq.jpg,y\\z.jpg\r\n\r\n",
        "query,relevant\rq.jpg,x.jpg\rq.jpg,y/z.jpg",
        "query;relevant\nq.jpg;x.jpg\nq.jpg;y/z.jpg\n",
        "query\trelevant\nq.jpg\tx.jpg\nq.jpg\ty/z.jpg\n",
        '"query","relevant"\n"q.jpg","x.jpg"\n"q.jpg","y/z.jpg"\n',
        "Query, Relevant \n q.jpg , x.jpg\nq.jpg,y/z.jpg\n",
        "query,relevant,note,\nq.jpg,x.jpg,,\nq.jpg,y/z.jpg,right,\n,,,\n",
        "\n# pairs of 2026\nquery,relevant\nq.jpg,x.jpg\nq.jpg,y/z.jpg\n",
        "query,relevant\nq.jpg,x.jpg\nq.jpg,y/z.jpg\nq.jpg,x.jpg\n",
        "query,image\nq.jpg,x.jpg\nq.jpg,y/z.jpg\n",
    ],
)
def test_the_same_pairs_are_read_from_tables_of_many_programs(tmp_path, text):
    assert dict(read(tmp_path, text).relevant) == PLAIN


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]
)
def test_names_with_accents_are_read_in_each_encoding(tmp_path, encoding):
    text = "query,relevant\ncafé.jpg,ñandú.jpg\n"
    assert dict(read(tmp_path, text.encode(encoding)).relevant) == {
        "café.jpg": {"ñandú.jpg"}
    }


def test_bytes_that_cp1252_lacks_are_read_as_latin_1(tmp_path):
    # 0x80 is the euro sign of cp1252; 0x81 is nothing there, and U+0081 in Latin-1.
    euro = read(tmp_path, b"query,relevant\n\x80.jpg,x.jpg\n")
    assert set(euro.relevant) == {"€.jpg"}
    other = read(tmp_path, b"query,relevant\n\x81.jpg,x.jpg\n")
    assert set(other.relevant) == {"\x81.jpg"}


def test_names_with_separators_stand_in_quotes(tmp_path):
    truth = read(tmp_path, 'query,relevant\n"a, b.jpg","5"" disk.jpg"\n')
    assert dict(truth.relevant) == {"a, b.jpg": {'5" disk.jpg'}}


def test_further_columns_say_more_of_queries_and_images(tmp_path):
    truth = read(
        tmp_path,
        "query,image,judgement,grade,class,query_class,file,x,y,width,height\n"
        "q,a.jpg,,2,cat,cat,deep/q.jpg,1,2,30,40.5\n"
        "q,b.jpg,relevant,,cat,,,,,,\n"
        "q,c.jpg,ignored,,,,,,,,\n"
        ",d.jpg,distractor,,confused,,,,,,\n"
        ",e.jpg,none,,dog,,,,,,\n"
        "r.jpg,,none,,,dog,,,,,\n",
    )
    assert truth == GroundTruth(
        tmp_path,
        {"q": frozenset({"a.jpg", "b.jpg"}), "r.jpg": frozenset()},
        files={"q": "deep/q.jpg"},
        ignored={"q": frozenset({"c.jpg"})},
        grades={"q": {"a.jpg": 2.0}},
        regions={"q": (1.0, 2.0, 30.0, 40.5)},
        classes={"a.jpg": "cat", "b.jpg": "cat", "d.jpg": "confused", "e.jpg": "dog"},
        query_classes={"q": "cat", "r.jpg": "dog"},
        distractors=frozenset({"d.jpg"}),
    )


def test_a_decimal_comma_stands_where_semicolons_separate(tmp_path):
    truth = read(tmp_path, "query;relevant;grade\nq.jpg;x.jpg;1,5\n")
    assert truth.grades == {"q.jpg": {"x.jpg": 1.5}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "lacks query and relevant"),
        ("\n\n", "lacks query and relevant"),
        ("query,answer\na,b\n", "lacks relevant"),
        ("q.jpg,x.jpg\n", "lacks query and relevant"),
        ("query,relevant,image\n", "relevant or image, it has both"),
        ("query,relevant\n", "has no rows"),
        ("query,relevant\na.jpg,\n", "line 2: query and relevant must both be given"),
        ("query,relevant\n\n,b.jpg\n", "line 3: query and relevant must both be given"),
        ("query,relevant\na,b\nc,d,e\n", "line 3: has 3 cells, and the header 2"),
        ('query,relevant\na,b\nc,"d\n', "line 3: .*quotes"),
        ("query,relevant,query\na,b,c\n", "line 1: the column query is there twice"),
        ("query,relevant,grade\na,b,good\n", "line 2: grade must be a number, got"),
        ("query,relevant,grade\na,b,-1\n", "line 2: grade must be above 0, got -1"),
        ("query,relevant,grade\na,b,nan\n", "line 2: grade must be a number"),
        ("query,relevant,grade\na,b,1\na,b,2\n", "line 3: the grade of 'b' is 2.0 he"),
        ("query,relevant,class\na,b,1\nc,b,2\n", "line 3: the class of 'b' is 2 here"),
        ("query,relevant,judgement\na,b,maybe\n", "line 2: judgement must be relevant"),
        ("query,relevant,judgement\na,b,\na,b,ignored\n", "line 3: 'b' is ignored to"),
        ("query,relevant,judgement\na,b,none\n", "line 2: with the judgement none"),
        ("query,relevant,judgement\na,b,distractor\n", "line 2: a distractor has no"),
        ("query,relevant,x,y\na,b,1,2\n", "line 2: x, y, width, height must all be"),
        ("query,relevant,x,y,width,height\na,b,1,2,0,4\n", "line 2: width and height"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "is not a table of text"),
        ("query,relevant\na,b\n".encode("utf-16-le"), "is not a table of text"),
        (b"\xff\xfeq", "is not a table of text"),
        ("#cvret {\nquery,relevant\na,b\n", "begins with #cvret is damaged"),
    ],
)
def test_a_wrong_table_says_what_is_wrong_and_where(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, content)


def test_a_table_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        cvret.truth.from_csv(tmp_path / "gone.csv")


def test_a_plain_ground_truth_is_saved_as_a_plain_table(tmp_path):
    relevant = {"b.jpg": frozenset({"x.jpg", "a, 1.jpg"}), "a.jpg": frozenset({"y"})}
    path = GroundTruth(tmp_path, relevant).save(tmp_path / "truth.csv")
    assert path.read_bytes() == (
        b'query,relevant\r\nb.jpg,"a, 1.jpg"\r\nb.jpg,x.jpg\r\na.jpg,y\r\n'
    )


def test_what_a_table_has_no_column_for_stands_before_the_header(tmp_path):
    truth = GroundTruth(
        tmp_path / "photos",
        {"q.jpg": frozenset({"x.jpg"})},
        counts_itself=True,
        metrics=("N-S",),
        name="made",
    )
    path = truth.save(tmp_path / "tables.csv")
    assert path.read_text().splitlines()[0] == (
        '#cvret {"root": "photos", "counts_itself": true, "metrics": ["N-S"], '
        '"name": "made"}'
    )
    assert cvret.truth.from_csv(path) == truth


def test_a_saved_table_and_its_pictures_can_be_moved_together(tmp_path):
    truth = GroundTruth(tmp_path / "a" / "photos", {"q.jpg": frozenset({"x.jpg"})})
    (tmp_path / "a" / "tables").mkdir(parents=True)
    truth.save(tmp_path / "a" / "tables" / "truth.csv")
    (tmp_path / "a").rename(tmp_path / "b")
    moved = cvret.truth.from_csv(tmp_path / "b" / "tables" / "truth.csv")
    assert moved.file_of("q.jpg") == tmp_path / "b" / "photos" / "q.jpg"


@pytest.mark.parametrize(
    ("relevant", "name", "message"),
    [
        (
            {"q": frozenset({"x"})},
            "truth.txt",
            "path must end in .csv, got 'truth.txt'",
        ),
        ({}, "truth.csv", "without queries cannot be saved"),
        ({"q": frozenset({"\udce9.jpg"})}, "truth.csv", "no form in UTF-8"),
    ],
)
def test_what_cannot_be_saved_is_refused(tmp_path, relevant, name, message):
    with pytest.raises(ValueError, match=message):
        GroundTruth(tmp_path, relevant).save(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_an_empty_class_cannot_be_saved(tmp_path):
    truth = GroundTruth(tmp_path, {"q": frozenset({"x"})}, classes={"x": ""})
    with pytest.raises(ValueError, match="class must not be empty to be saved"):
        truth.save(tmp_path / "truth.csv")


NAMES = st.text(
    st.one_of(
        st.sampled_from(" ,;\t|\"#\\/\r\n'aé€漢\u2028\x85"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    min_size=1,
    max_size=6,
)
POSITIVE = st.floats(0, 1e6, exclude_min=True)


@st.composite
def truths(draw):
    images = draw(st.lists(NAMES, min_size=1, max_size=6, unique=True))
    queries = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    relevant, ignored, grades = {}, {}, {}
    for query in queries:
        kinds = draw(st.lists(st.sampled_from("rgi-"), min_size=6, max_size=6))
        of = {
            kind: {i for i, k in zip(images, kinds, strict=False) if k == kind}
            for kind in "rgi"
        }
        relevant[query] = frozenset(of["r"] | of["g"])
        ignored[query] = frozenset(of["i"])
        grades[query] = {image: draw(POSITIVE) for image in sorted(of["g"])}
    some_queries = st.sampled_from(queries)
    box = st.tuples(st.floats(-9, 9), st.floats(-9, 9), POSITIVE, POSITIVE)
    unused = set(images).difference(*relevant.values(), *ignored.values())
    return {
        "relevant": relevant,
        "ignored": ignored,
        "grades": grades,
        "files": draw(st.dictionaries(some_queries, NAMES)),
        "regions": draw(st.dictionaries(some_queries, box)),
        "query_classes": draw(st.dictionaries(some_queries, NAMES)),
        "classes": draw(st.dictionaries(st.sampled_from(images), NAMES)),
        "distractors": frozenset(draw(st.sets(st.sampled_from(images)))) & unused,
        "counts_itself": draw(st.booleans()),
        "metrics": tuple(draw(st.lists(NAMES, max_size=2))),
        "name": draw(st.one_of(st.just(""), NAMES)),
    }


@given(made=truths(), beside=st.booleans())
def test_a_saved_ground_truth_is_read_back_equal(tmp_path_factory, made, beside):
    folder = tmp_path_factory.getbasetemp() / "saved"
    folder.mkdir(exist_ok=True)
    truth = GroundTruth(folder if beside else folder.parent / "é photos", **made)
    assert cvret.truth.from_csv(truth.save(folder / "truth.csv")) == truth


def test_a_pair_that_is_there_twice_counts_once_and_is_named(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("query,relevant\na,b\na,c\na,b\n a , b \n")
    truth = cvret.truth.from_csv(path)
    assert dict(truth.relevant) == {"a": {"b", "c"}}
    assert truth.notes == (
        "2 rows have pairs that truth.csv had before, and count once: line 4 (a, b), "
        "line 5 (a, b)",
    )
    path.write_text("query,relevant\na,b\na,b\n")
    (note,) = cvret.truth.from_csv(path).notes
    assert note == (
        "1 row has a pair that truth.csv had before, and counts once: line 3 (a, b)"
    )
    path.write_text("query,relevant\na,b\nb,a\n")
    assert cvret.truth.from_csv(path).notes == ()
