"""Galleries of many clips: killed and resumed, in two processes, with files that come, go and change."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from flat_video import write_mp4

from srlclip.comparison import indexing
from srlclip.comparison.embedding import FRAMES_PER_EVENT, event_embeddings
from srlclip.comparison.indexing import embed_gallery
from srlclip.data.embedding_runs import SHARD, Effort
from srlclip.data.embedding_store import EmbeddingStore
from srlclip.data.folder import read_folder
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, pooled
from srlclip.situations import DataError
from srlclip.video.clips import clip_pixels

ROOT = Path(__file__).parents[2]
MODELS = ("base", "adapted")


@pytest.fixture(scope="module")
def pair(tiny_clip) -> ClipPair:
    return ClipPair.load(tiny_clip, None)


@pytest.fixture
def videos(mp4, tmp_path: Path, monkeypatch) -> Path:
    """a.mp4 of 4 s, b.mp4 of 1 s and c.mp4 of 7 s; the cache is the test's own."""
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "videos").mkdir()
    for name, frames in (("a", 120), ("b", 30), ("c", 210)):
        mp4(f"videos/{name}.mp4", frames=frames)
    return tmp_path / "videos"


def indexed(pair, videos, **effort):
    return embed_gallery(pair, read_folder(videos), Effort(**effort))


def shards(cache: Path) -> list[Path]:
    return sorted((cache / "events").glob("*/*.safetensors"))


def test_vectors_are_those_of_all_frames_at_once_whatever_a_clips_length(pair, videos):
    gallery = indexed(pair, videos).gallery
    assert gallery.ids == ("a", "b", "c") and gallery.counts == (2, 1, 4)
    for row, clip in enumerate(read_folder(videos)):
        pixels = clip_pixels(clip, None, FRAMES_PER_EVENT, pair.base.preprocess_spec).pixels
        with_repeats = pair.base.preprocess_spec.to_float(torch.from_numpy(pixels))
        for model, frames in zip(MODELS, pair.encode_frames(with_repeats), strict=True):
            expected = event_vectors(frames).numpy()
            own = gallery.events[model][row]
            np.testing.assert_allclose(own[: len(expected)], expected, atol=1e-5)
            assert np.array_equal(own[len(expected) :], own[len(expected) - 1 :][:1].repeat(4 - len(expected), 0))
            np.testing.assert_allclose(gallery.clips[model][row], pooled(expected), atol=1e-5)
            assert np.array_equal(own[: len(expected)], event_embeddings(pair, clip)[model])


def test_labelled_clips_keep_their_own_events(pair, world, tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path))
    assert set(indexed(pair, world).gallery.counts) == {5}


def test_only_what_is_new_or_changed_is_embedded(pair, videos, mp4):
    first = indexed(pair, videos)
    assert (first.made, first.origin) == (3, "embedded")
    again = indexed(pair, videos)
    assert (again.made, again.origin) == (0, "cached")
    for model in MODELS:
        assert np.array_equal(first.gallery.events[model], again.gallery.events[model])
        assert np.array_equal(first.gallery.clips[model], again.gallery.clips[model])
    mp4("videos/aa.mp4", frames=60)
    (videos / "b.mp4").unlink()
    more = indexed(pair, videos)
    assert more.made == 1 and more.gallery.ids == ("a", "aa", "c")
    assert np.array_equal(more.gallery.events["base"][2], first.gallery.events["base"][2])
    mp4("videos/c.mp4", frames=30)
    changed = indexed(pair, videos)
    assert changed.made == 1 and changed.gallery.counts == (2, 1, 1)


def test_an_equally_long_file_that_changed_is_embedded_again(pair, videos):
    indexed(pair, videos)
    stat = (videos / "b.mp4").stat()
    os.utime(videos / "b.mp4", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert indexed(pair, videos).made == 1


def test_what_cannot_be_decoded_is_named_and_tried_again(pair, videos, mp4):
    (videos / "bad.mp4").write_bytes(b"no video")
    for made in (3, 0):
        result = indexed(pair, videos)
        assert result.made == made and list(result.left_out) == ["bad"] and "bad.mp4" in result.left_out["bad"]
    mp4("videos/bad.mp4", frames=20)
    result = indexed(pair, videos)
    assert result.made == 1 and not result.left_out and result.gallery.ids == ("a", "b", "bad", "c")
    for path in videos.iterdir():
        path.write_bytes(b"")
    with pytest.raises(DataError, match="none of the 4 videos could be decoded; the first: "):
        indexed(pair, videos)


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:], lambda data: data[:100]]
)
def test_a_damaged_shard_is_passed_over(pair, videos, tmp_path, damage):
    first = indexed(pair, videos)
    for path in shards(tmp_path / "cache"):
        path.write_bytes(damage(path.read_bytes()))
    again = indexed(pair, videos)
    assert again.made >= 1
    assert np.array_equal(again.gallery.events["adapted"], first.gallery.events["adapted"])
    assert indexed(pair, videos).made == 0


def test_a_cache_that_cannot_be_written_to_keeps_nobody_from_starting(pair, videos, tmp_path, monkeypatch):
    whole, said = indexed(pair, videos), []
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "file"))
    result = indexed(pair, videos, progress=lambda share, what: said.append(what))
    assert np.array_equal(result.gallery.events["base"], whole.gallery.events["base"])
    assert said[-1].startswith("embeddings not kept for the next start: ") and "SRLCLIP_CACHE" in said[-1]
    with pytest.raises(DataError, match="cannot be kept here .*; make room, or name another folder") as error:
        embed_gallery(pair, read_folder(videos), must_keep=True)
    assert "\n" not in str(error.value)


def test_a_disk_that_fills_up_on_the_way_keeps_the_rest_in_memory(pair, videos, tmp_path, monkeypatch):
    whole = indexed(pair, videos)
    shutil.rmtree(tmp_path / "cache")
    add, calls = EmbeddingStore.add, []

    def full(self, arrays):
        calls.append(1)
        if len(calls) > 2:  # the first shard, of both models, still fits
            raise DataError("cannot be kept here (No space left on device)")
        add(self, arrays)

    monkeypatch.setattr(EmbeddingStore, "add", full)
    monkeypatch.setattr("srlclip.data.embedding_runs.SECONDS", 0.0)  # a clip a shard
    result = indexed(pair, videos)
    assert result.made == 3 and np.array_equal(result.gallery.events["base"], whole.gallery.events["base"])
    with pytest.raises(DataError, match="No space left"):
        embed_gallery(pair, read_folder(videos)[::-1], must_keep=True)


def test_threads_change_no_bit(pair, videos, tmp_path, monkeypatch):
    galleries = []
    for workers in (0, 1, 3):
        monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / str(workers)))
        galleries.append(indexed(pair, videos, workers=workers).gallery)
    for other in galleries[1:]:
        assert all(np.array_equal(other.events[m], galleries[0].events[m]) for m in MODELS)


def test_one_clip_of_far_more_events_than_the_others_is_refused_where_there_is_no_room(pair, videos, mp4, monkeypatch):
    for number in range(8):
        mp4(f"videos/short{number}.mp4", frames=20)
    monkeypatch.setattr(indexing, "ROOM", 1000)
    mp4("videos/long.mp4", frames=60, fps=1)
    with pytest.raises(DataError, match="long has 30 events, and a gallery gives each of its 12 clips room"):
        indexed(pair, videos)


# -- processes ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """Some shards of short clips."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(4):
        write_mp4(folder / f"v{number:03d}.mp4", frames=25 + 30 * number)
    for number in range(4, 3 * SHARD + 5):
        shutil.copyfile(folder / f"v{number % 4:03d}.mp4", folder / f"v{number:03d}.mp4")
    (folder / "v007.mp4").write_bytes(b"no video")
    (folder / "v008.mp4").write_bytes(b"")
    return folder


def command(folder: Path, base: Path, out: Path, *launcher: str) -> list[str]:
    words = ["-m", "srlclip", "index", str(folder), "--base", str(base), "--out", str(out), "--json"]
    return [sys.executable, *launcher, *words]


def environment(cache: Path) -> dict[str, str]:
    own = {"SRLCLIP_CACHE": str(cache), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return os.environ | own


def run_to_end(words: list[str], cache: Path) -> dict:
    done = subprocess.run(words, env=environment(cache), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def unbroken(many, tiny_clip, tmp_path_factory) -> tuple[dict, bytes]:
    root = tmp_path_factory.mktemp("unbroken")
    facts = run_to_end(command(many, tiny_clip, root / "out"), root / "cache")
    return facts, (root / "out" / "gallery.safetensors").read_bytes()


def test_a_killed_index_goes_on_to_the_same_bits(many, tiny_clip, unbroken, tmp_path):
    words, cache = command(many, tiny_clip, tmp_path / "out"), tmp_path / "cache"
    child = subprocess.Popen(words, env=environment(cache), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not shards(cache):
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    kept = {path: path.stat().st_mtime_ns for path in shards(cache)}
    facts = run_to_end(words, cache)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # what was there was not made again
    assert 0 < facts["embedded"] < facts["clips"] == 3 * SHARD + 3
    assert (tmp_path / "out" / "gallery.safetensors").read_bytes() == unbroken[1]


def test_two_processes_make_the_bits_of_one_and_speak_once(many, tiny_clip, unbroken, tmp_path):
    launcher = ["-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    facts = run_to_end(command(many, tiny_clip, tmp_path / "out", *launcher), tmp_path / "cache")
    assert (tmp_path / "out" / "gallery.safetensors").read_bytes() == unbroken[1]
    assert [name for name, _ in facts["left_out"]] == ["v007", "v008"]  # one of each process
    assert facts["left_out"] == unbroken[0]["left_out"] and facts["embedded"] == 3 * SHARD + 3
