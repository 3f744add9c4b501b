"""The index benchmark runs, compares vectors with the naive loop's, and says where its numbers come from. No test asserts
a time."""

import json

import pytest

from benchmarks import index


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    out = tmp_path_factory.mktemp("speed") / "index"
    small = ["--clips", "2", "--rounds", "1", "--processes", "0", "--open", "3", "40"]
    assert index.main([*small, "--out", str(out)]) == 0
    return json.loads(out.with_suffix(".json").read_text()), out.with_suffix(".md").read_text()


def test_every_variant_stands_beside_the_naive_loop_and_makes_its_vectors(measured):
    variants = measured[0]["variants"]
    assert list(variants) == ["naive", "0 threads", "1 thread", "2 threads"]
    assert variants["naive"]["times_naive"] == variants["naive"]["times_naive_by_cpu"] == 1
    for name, row in variants.items():
        assert row["clips_per_s"] == pytest.approx(2 / row["seconds"])
        assert name == "naive" or row["least_cosine_with_naive"] > 0.999


def test_it_grows_by_clips_and_opens_what_is_there(measured):
    grown, opened = measured[0]["curve"], measured[0]["open"]
    assert [row["clips"] for row in grown] == [1, 1, 2] and grown[-1]["cache_bytes"] > grown[0]["cache_bytes"]
    assert [row["clips"] for row in opened] == [3, 40] and opened[1]["gallery_bytes"] > 10 * opened[0]["gallery_bytes"]


def test_the_page_says_machine_load_commit_and_date(measured):
    results, page = measured
    about = results["provenance"]
    assert all(word in page for word in (about["machine"], about["commit"], about["date"], "load ", "| naive |"))
    assert "/" not in about["settings"]["model"] and page.count("|---|") >= 3


def test_sizes_below_one_are_refused(capsys):
    with pytest.raises(SystemExit):
        index.main(["--clips", "0"])
    assert "must be 1 or more" in capsys.readouterr().err
