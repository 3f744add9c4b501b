"""Results say where they come from, and name nobody's folders."""

from srlclip.provenance import commit, portable, provenance


def test_absolute_paths_are_reduced_to_their_last_part():
    value = {
        "argv": ["train.py", "--set", "out=/home/me/runs/a", "/tmp/x.json"],
        "settings": {"root": "/data/v", "n": 3, "out": "runs/a"},
    }
    assert portable(value) == {
        "argv": ["train.py", "--set", "out=a", "x.json"],
        "settings": {"root": "v", "n": 3, "out": "runs/a"},
    }


def test_a_result_names_commit_date_versions_and_settings():
    found = provenance({"seed": 1})
    assert found["settings"] == {"seed": 1} and found["commit"] == commit() and found["date"].endswith("Z")
    assert {"torch", "transformers", "peft"} <= set(found["versions"])
