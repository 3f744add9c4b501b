"""Embedding many media: killed and resumed, in two processes, in batches, with media and processes that fail."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from many_stills import write_msrvtt
from safetensors import safe_open

from srlclip.data.embedding_runs import SHARD
from srlclip.data.embedding_store import EmbeddingStore
from srlclip.evaluation.benchmarks.embedding import embed
from srlclip.evaluation.benchmarks.questions import Medium
from srlclip.models.pair import ClipPair
from srlclip.processes import Processes
from srlclip.situations import DataError

ROOT = Path(__file__).parents[3]
COUNT = 4 * SHARD


@pytest.fixture(scope="module")
def pair(tiny_clip):
    return ClipPair.load(tiny_clip, None)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Stills so large that each takes some hundredths of a second."""
    return write_msrvtt(tmp_path_factory.mktemp("msrvtt") / "data", COUNT, size=1400)


@pytest.fixture(scope="module")
def unbroken(large, tiny_clip, tmp_path_factory):
    cache = tmp_path_factory.mktemp("unbroken")
    return cache, json.loads(run_to_end(command(large, tiny_clip, cache, cache / "out")))


def command(data, base, cache, out, ranks=1):
    launcher = ["-m", "torch.distributed.run", f"--nproc_per_node={ranks}", "--standalone"] if ranks > 1 else []
    options = ["--base", base, "--cache", cache, "--out", out, "--partial", "--resamples", 50, "--json"]
    words = [*launcher, "-m", "srlclip", "benchmark", "msrvtt-1ka", "--data", data, *options]
    return [sys.executable, *map(str, words)]


def environment():
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def run_to_end(words):
    done = subprocess.run(words, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def shards(cache):
    return sorted((cache / "frames").glob("*/*.safetensors"))


def bits(cache):
    """Every embedding in a cache: key -> bytes."""
    out = {}
    for folder in (cache / "frames").iterdir():
        store = EmbeddingStore(folder, "")
        for path in store.folder.glob("*.safetensors"):
            with safe_open(path, "numpy") as shard:
                out.update({(folder.name, key): shard.get_tensor(key).tobytes() for key in shard.keys()})  # noqa: SIM118
    return out


def test_a_killed_run_goes_on_to_the_same_bits(large, tiny_clip, unbroken, tmp_path):
    words = command(large, tiny_clip, tmp_path, tmp_path / "out")
    child = subprocess.Popen(words, env=environment(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not shards(tmp_path):
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept = {path: path.stat().st_mtime_ns for path in shards(tmp_path)}
    assert 0 < len(kept) < len(shards(unbroken[0]))
    whole = json.loads(run_to_end(words))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # what was there was not made again
    assert bits(tmp_path) == bits(unbroken[0])
    assert whole["table"] == unbroken[1]["table"] and whole["n"]["read"] == COUNT


def test_two_processes_say_what_one_says_once(large, tiny_clip, unbroken, tmp_path):
    both = json.loads(run_to_end(command(large, tiny_clip, tmp_path, tmp_path / "out", ranks=2)))
    assert both["table"] == unbroken[1]["table"]
    assert bits(tmp_path) == bits(unbroken[0])
    assert json.loads((tmp_path / "out" / "results.json").read_text())["table"] == both["table"]


def test_unreadable_media_of_every_process_are_named(tiny_clip, tmp_path):
    data = write_msrvtt(tmp_path / "data", 9, broken=(2, 3), absent=(5,))
    both = json.loads(run_to_end(command(data, tiny_clip, tmp_path / "cache", tmp_path / "out", ranks=2)))
    assert [name for name, _ in both["failures"]] == ["video7022", "video7023"]  # one of each process
    assert all("not a complete image" in why and str(tmp_path) not in why for _, why in both["failures"])
    assert both["n"] == {"read": 6, "of": 9, "without a file": 1}


def media_of(folder):
    return [Medium(path.stem, path) for path in sorted((folder / "videos").glob("*"))]


def test_several_clips_in_a_forward_are_what_each_is_alone(pair, tmp_path, mp4):
    folder = write_msrvtt(tmp_path / "data", SHARD + 5, broken=(4, SHARD - 1))
    media = [*media_of(folder), Medium("video", mp4(frames=8)), Medium("backwards", mp4(frames=8), backwards=True)]
    alone = embed(pair, media, ["a man"], 3, tmp_path / "alone")
    for batch in (2, 5, 1000):
        several = embed(pair, media, ["a man"], 3, tmp_path / f"by {batch}", batch=batch)
        assert several.failures == alone.failures and len(alone.failures) == 2
        assert np.array_equal(several.read, alone.read)
        for model in alone.vectors:
            assert np.allclose(several.vectors[model], alone.vectors[model], atol=1e-5)


def test_a_batch_that_goes_on_is_the_batch_that_it_was(pair, tmp_path):
    media = media_of(write_msrvtt(tmp_path / "data", 2 * SHARD + 3))
    embed(pair, media, [], 1, tmp_path / "whole", batch=5)
    embed(pair, media, [], 1, tmp_path / "again", batch=5)
    lost = shards(tmp_path / "again")[0]
    lost.unlink()
    embed(pair, media, [], 1, tmp_path / "again", batch=5)
    assert lost.exists() and bits(tmp_path / "again") == bits(tmp_path / "whole")


def test_a_flipped_bit_is_embedded_again(pair, tmp_path):
    media = media_of(write_msrvtt(tmp_path / "data", 5))
    first = embed(pair, media, ["a man"], 1, tmp_path)
    (path,) = shards(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-3] + bytes([data[-3] ^ 8]) + data[-2:])
    again = embed(pair, media, ["a man"], 1, tmp_path)
    assert again.read.all() and all(np.array_equal(again.vectors[m], first.vectors[m]) for m in first.vectors)


def test_one_embedding_serves_every_benchmark(pair, tmp_path, monkeypatch):
    media = media_of(write_msrvtt(tmp_path / "data", 5))
    embed(pair, media[:4], [], 1, tmp_path)
    calls = []
    encode = pair.encode_frames
    monkeypatch.setattr(pair, "encode_frames", lambda pixels, chunk: calls.append(len(pixels)) or encode(pixels, chunk))
    embed(pair, [*media[2:], media[4]], [], 1, tmp_path)
    assert calls == [1]


def test_what_ended_another_process_ends_this_one_and_is_named(pair, tmp_path):
    media = media_of(write_msrvtt(tmp_path / "data", 3))
    others = Processes(0, 2, gather=lambda mine: [mine, ({}, "/cache: embeddings cannot be kept here")])
    with pytest.raises(DataError, match="process 2 of 2 ended: /cache: embeddings cannot be kept here"):
        embed(pair, media, ["a man"], 1, tmp_path, processes=others)


def test_progress_says_how_much_is_left(pair, tmp_path):
    said = []
    media = media_of(write_msrvtt(tmp_path / "data", 4))
    embed(pair, media, [], 1, tmp_path, progress=lambda share, what: said.append((share, what)))
    assert [share for share, _ in said] == [0.25, 0.5, 0.75, 1.0] and said[0][1].startswith("medium 1 of 4")
