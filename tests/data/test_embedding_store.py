"""Embeddings on disk: whole or passed over, whatever happens to the files."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from srlclip.data.embedding_store import EmbeddingStore
from srlclip.situations import DataError


def frames(*names, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.standard_normal((3, 4)).astype(np.float32) for name in names}


def opened(folder, model="model"):
    return EmbeddingStore(folder / model, "make room")


def shards(store):
    return sorted(store.folder.glob("*.safetensors"))


def test_what_was_added_is_read_by_whoever_opens_the_folder(tmp_path):
    added = frames("a", "b")
    opened(tmp_path).add(added)
    store = opened(tmp_path)
    assert store.missing(["a", "b", "c"]) == {"c"}
    assert all(np.array_equal(store.read(["a", "b"])[key], value) for key, value in added.items())
    assert opened(tmp_path, "other model").missing(["a"]) == {"a"}


def test_every_flipped_bit_costs_its_medium_and_no_other(tmp_path):
    store = opened(tmp_path)
    added = frames("a", "b")
    store.add(added)
    (path,) = shards(store)
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 61):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        for seen in (opened(tmp_path), store):  # as found at start, and after the folder was listed
            assert all(np.array_equal(value, added[key]) for key, value in seen.read(["a", "b"]).items())
    flipped = bytearray(whole)
    flipped[-1] ^= 1  # the last array's last bit
    path.write_bytes(flipped)
    assert len(opened(tmp_path).missing(["a", "b"])) == 1


@pytest.mark.parametrize("left", [0, 7, 0.5, -1])
def test_a_shard_that_is_cut_off_is_passed_over_and_replaced(tmp_path, left):
    store = opened(tmp_path)
    store.add(frames("a"))
    (path,) = shards(store)
    data = path.read_bytes()
    path.write_bytes(data[: int(left * len(data)) if isinstance(left, float) else left])
    again = opened(tmp_path)
    assert again.missing(["a"]) == {"a"} == store.missing(["a"])
    again.add(frames("a", seed=1))
    assert np.array_equal(opened(tmp_path).read(["a"])["a"], frames("a", seed=1)["a"])


def test_of_two_copies_the_whole_one_is_read(tmp_path):
    store = opened(tmp_path)
    added = frames("a", "b")
    store.add(added)
    (first,) = shards(store)
    store.add({"a": added["a"]})
    first.write_bytes(first.read_bytes()[:-1] + b"\xff")
    seen = opened(tmp_path)
    assert np.array_equal(seen.read(["a"])["a"], added["a"])


def test_a_file_where_the_folder_should_be_is_one_sentence(tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DataError, match="cannot be kept here .*; make room") as error:
        opened(tmp_path / "cache")
    assert "\n" not in str(error.value)


FULL = """
import resource, sys
import numpy as np
from srlclip.data.embedding_store import EmbeddingStore
store = EmbeddingStore(sys.argv[1], "make room")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    store.add({"a": np.zeros((1000, 512), np.float32)})
except Exception as error:
    print(type(error).__name__, error)
print(sorted(p.name for p in store.folder.iterdir()))
"""


def test_no_room_for_a_shard_is_one_sentence_and_leaves_no_half_of_one(tmp_path):
    """A process that may not write more than 4 KB stands in for a full disk."""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    sentence, left = done.stdout.splitlines()
    assert sentence.startswith("DataError") and "make room" in sentence
    assert left == "[]"
