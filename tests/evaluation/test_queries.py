"""A CSV of query,target: what is read, refused and measured."""

import pytest

from srlclip.evaluation.queries import RankedQuery, query_table
from srlclip.evaluation.query_files import Limits, TargetQuery, parse_queries, read_queries, read_text
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
    ("query,target\na,boat\n", "line 2: target 'boat' is no clip"), ("query,target\n", "0 queries"), ("", "empty; its first line must name"),
    ("query,target\na,\n", "line 2: the target is empty"), ("query,target\na dog, wet,beach\n", "line 2: 3 columns where 2 .* comma"),
    ('query,target\n"a dog,beach\nb,beach\n', "no table"), (f"query,target\n{'x' * 2001},beach\n", "line 2: the query has 2,001 characters; at most 2,000"),
    ('{"query": "a"}\n', "line 1: query and target must be texts"), ('{"query": "a", "target": "beach"}\nno\n', "line 2: no JSON"),
    ("[" * 100_000, "line 1: no JSON"), ("query,target\na,trip/cat\n", "of the 2 that are searched .beach, trip/dog.v2.; write a clip's name"),
])  # fmt: skip
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(DataError, match=words):
        read_queries(write(tmp_path, text), CLIPS)


@pytest.mark.parametrize("text", [
    "target\tquery\nbeach\ta dog, wet\n", "query;target\na dog, wet;beach\n", '{"target": "beach", "query": "a dog, wet", "note": 1}\n\n',
])  # fmt: skip
def test_tables_of_tabs_or_semicolons_and_json_lines_are_known_by_what_they_hold(text):
    (asked,) = parse_queries(text, CLIPS)
    assert (asked.query, asked.target) == ("a dog, wet", "beach")


def test_a_target_may_leave_the_suffix_out_where_one_clip_is_meant():
    assert [q.target for q in parse_queries("query,target\na,mine\n", ("mine.mp4", "b.mp4"))] == ["mine.mp4"]
    with pytest.raises(DataError, match="fits 2 clips"):
        parse_queries("query,target\na,mine\n", ("mine.mp4", "mine.webm"))


def test_too_much_is_refused_with_what_is_allowed(tmp_path):
    limits = Limits(queries=1, megabytes=1)
    with pytest.raises(DataError, match="mine.csv, line 3: more than 1 queries"):
        parse_queries("query,target\na,beach\nb,beach\n", CLIPS, "mine.csv", limits)
    with pytest.raises(DataError, match="^mine.csv: 5.0 MB; at most 1 MB"):
        read_text(write(tmp_path, "x" * 5 * 2**20), "mine.csv", limits)


def test_no_file_and_no_text_are_refused(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_queries(tmp_path / "none.csv", CLIPS)
    with pytest.raises(DataError, match="line 2: not UTF-8"):
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


def test_intervals_are_over_clips_with_all_their_queries_or_over_queries():
    ranked = [RankedQuery(TargetQuery("q", "one clip", i), Both(1, 1 + i % 2), 20) for i in range(8)]
    assert query_table(ranked, 200)["R@1"]["adapted"]["ci"] == [50.0, 50.0]  # one clip: nothing to resample
    low, high = query_table(ranked, 200, "queries")["R@1"]["adapted"]["ci"]
    assert low < 50.0 < high
    with pytest.raises(ValueError, match="allowed: clips, queries"):
        query_table(ranked, 200, "events")
