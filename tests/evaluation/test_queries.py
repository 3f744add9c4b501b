"""A CSV of query,target: what is read, refused and measured."""

import pytest

from srlclip.evaluation.queries import RankedQuery, TargetQuery, query_table, read_queries
from srlclip.results import Both
from srlclip.situations import DataError

CLIPS = ("beach", "trip/dog.v2")


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "queries.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_rows_are_read_with_their_lines_and_other_columns_are_left_alone(tmp_path):
    text = '\ufeffTarget,note,QUERY\r\nbeach.mp4,x," a dog,  runs"\r\n\r\ntrip/dog.v2,,שלום 😀\r\n'
    asked = read_queries(write(tmp_path, text), CLIPS)
    assert asked == [TargetQuery("a dog, runs", "beach", 2), TargetQuery("שלום 😀", "trip/dog.v2", 4)]


@pytest.mark.parametrize("text, words", [
    ("text,clip\na,beach\n", "line 1: no column query and target"), ("query,target\n,beach\n", "line 2: the query is empty"),
    ("query,target\na,boat\n", "line 2: target 'boat' is no clip"), ("query,target\n", "0 queries"), ("", "no column"),
])  # fmt: skip
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        read_queries(write(tmp_path, text), CLIPS)


def test_no_file_and_no_text_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_queries(tmp_path / "none.csv", CLIPS)
    with pytest.raises(DataError, match="not UTF-8"):
        read_queries(write(tmp_path, "query,target\ncafé,beach\n", "latin-1"), CLIPS)


def test_recall_and_median_rank_of_both_models_and_their_difference():
    ranks = [(1, 2), (3, 1), (6, 1), (20, 4)]
    ranked = [RankedQuery(TargetQuery("q", f"clip{i}", i), Both(*pair), 20) for i, pair in enumerate(ranks)]
    table = query_table(ranked, 50)
    assert [table[m]["base"]["mean"] for m in ("R@1", "R@5", "R@10", "MdR")] == [25.0, 50.0, 75.0, 4.5]
    assert [table[m]["adapted"]["mean"] for m in ("R@1", "R@5", "R@10", "MdR")] == [50.0, 100.0, 100.0, 1.5]
    row = table["R@1"]["adapted - base"]
    assert row["mean"] == 25.0 and row["ci"][0] <= 25.0 <= row["ci"][1] and row["n"] == 4
    with pytest.raises(ValueError, match="no queries"):
        query_table([])
