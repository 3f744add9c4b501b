"""The frame and caption caches: what is reused, what is decoded again, and what damage, kills and races do to them."""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from srlclip.data import frame_cache as frame_module
from srlclip.data import text_cache as text_module
from srlclip.data.frame_cache import Sampling, clip_key, decode, frame_cache
from srlclip.data.text_cache import embed_texts
from srlclip.data.vidsitu import read_vidsitu
from srlclip.situations import DataError, Situation, VideoDecodeError
from srlclip.video.pixels import CLIP_STD, PreprocessSpec

SAMPLING = Sampling(5, 2, PreprocessSpec(resize=32, crop=32))
ROOT = Path(__file__).resolve().parents[2]


def cache(clips, folder, **options):
    return frame_cache(clips, SAMPLING, folder, progress=False, **options)


def shards(folder: Path) -> list[Path]:
    """All shards of all samplings or towers; drafts are told by their dot."""
    kind = folder / "frames" if (folder / "frames").exists() else folder / "texts"
    return sorted(path for path in kind.glob("*/*") if not path.name.startswith("."))


@pytest.fixture
def root(world, tmp_path):
    """A copy of the six training and three validation clips, to change."""
    return shutil.copytree(world, tmp_path / "data")


@pytest.fixture
def decoded(monkeypatch):
    """Ids of the clips that the cache decodes, in order; shards are of two clips."""
    calls = []

    def counting(situation, sampling):
        calls.append(situation.clip_id)
        return decode(situation, sampling)

    monkeypatch.setattr(frame_module, "decode", counting)
    monkeypatch.setattr(frame_module, "SHARD", 2)
    return calls


# -- frames ------------------------------------------------------------------------------------------------------------


def test_a_missing_and_a_corrupt_clip_are_left_out_and_named(root, tmp_path):
    clips = read_vidsitu(root, "train")
    clips[1].path.unlink()
    clips[4].path.write_bytes(b"no video at all")
    clips = read_vidsitu(root, "train")
    found = cache(clips, tmp_path)
    assert found.ids == tuple(c.clip_id for i, c in enumerate(clips) if i not in (1, 4))
    assert [name for name, _ in found.skipped] == [clips[1].clip_id, clips[4].clip_id]
    reasons = dict(found.skipped)
    assert "no video file" in reasons[clips[1].clip_id] and "cannot decode" in reasons[clips[4].clip_id]
    clips[2].path.write_bytes(b"")
    with pytest.raises(DataError, match="2 of 5 clips with a video cannot be decoded"):
        cache(read_vidsitu(root, "train"), tmp_path)
    for clip in clips:
        if clip.path and clip.path.exists():
            clip.path.write_bytes(b"")
    with pytest.raises(DataError, match="none of 6 clips"):
        cache(read_vidsitu(root, "train"), tmp_path)


def test_vanished_videos_do_not_count_as_corrupt(root, tmp_path):
    clips = read_vidsitu(root, "train")
    for clip in clips[:3]:
        clip.path.unlink()  # after the labels were read: the path is set, the file is gone
    found = cache([*clips[:5], replace(clips[5], path=None)], tmp_path, max_skipped=0)
    assert len(found) == 2 and len(found.skipped) == 4
    assert all("no video file" in reason for _, reason in found.skipped)


def test_the_frame_cache_is_reused_and_notices_a_changed_file(root, tmp_path, decoded):
    from srlclip.synsitu.sample import sample_clip
    from srlclip.synsitu.writer import write_clip

    clips = read_vidsitu(root, "valid")
    found = cache(clips, tmp_path)
    first, fingerprint = found[clips[0].clip_id].copy(), found.fingerprint()
    assert first.shape == (5, 2, 3, 32, 32) and np.array_equal(first, decode(clips[0], SAMPLING))
    assert len(decoded) == 3
    again = cache(clips, tmp_path)
    assert np.array_equal(again[clips[0].clip_id], first) and again.fingerprint() == fingerprint
    assert len(decoded) == 3 and len(shards(tmp_path)) == 2
    write_clip(sample_clip("test", 0), clips[0].path)
    changed = cache(clips, tmp_path)
    assert decoded[3:] == [clips[0].clip_id]
    assert not np.array_equal(changed[clips[0].clip_id], first) and changed.fingerprint() != fingerprint


def test_other_subsets_and_orders_reuse_every_clip(root, tmp_path, decoded):
    train, valid = read_vidsitu(root, "train"), read_vidsitu(root, "valid")
    cache(train[1:4], tmp_path)
    mixed = [train[5], train[3], valid[0], train[1]]
    found = cache(mixed, tmp_path)
    assert decoded[3:] == [train[5].clip_id, valid[0].clip_id]
    assert found.ids == tuple(c.clip_id for c in mixed)
    for clip in mixed:
        assert np.array_equal(found[clip.clip_id], decode(clip, SAMPLING))
    other_order = cache(mixed[::-1], tmp_path)
    assert other_order.ids == found.ids[::-1] and other_order.fingerprint() != found.fingerprint()
    assert len(decoded) == 5 and train[0].clip_id not in found


def test_a_moved_folder_keeps_its_cache(root, tmp_path, decoded):
    first = cache(read_vidsitu(root, "train"), tmp_path)
    root.rename(tmp_path / "moved")
    again = cache(read_vidsitu(tmp_path / "moved", "train"), tmp_path)
    assert len(decoded) == 6 and again.fingerprint() == first.fingerprint()


def test_whatever_changes_the_pixels_changes_the_place(root, tmp_path, decoded):
    clip = read_vidsitu(root, "train")[0]
    spec = SAMPLING.spec
    cache([clip], tmp_path)
    for now, what in (
        (clip, replace(SAMPLING, frames_per_event=3)),
        (clip, replace(SAMPLING, spec=replace(spec, crop=24))),
        (clip, replace(SAMPLING, spec=replace(spec, resize=40))),
        (clip, replace(SAMPLING, spec=replace(spec, resample="bilinear"))),
        (replace(clip, end=4.0), SAMPLING),
        (replace(clip, start=1.0), SAMPLING),
        (replace(clip, events=clip.events[:2]), SAMPLING),
    ):
        before = len(decoded)
        found = frame_cache([now], what, tmp_path, progress=False)
        assert len(decoded) == before + 1
        assert np.array_equal(found[clip.clip_id], decode(now, what))
    same = replace(SAMPLING, events=3, spec=replace(spec, std=(1.0, *CLIP_STD[1:])))
    frame_cache([clip], same, tmp_path, progress=False)
    assert len(decoded) == 8  # neither the event count of unlabelled clips nor the normalisation is in the pixels


def test_a_killed_build_keeps_its_finished_shards(root, tmp_path, monkeypatch, decoded):
    clips = read_vidsitu(root, "train")
    monkeypatch.setattr(frame_module, "decode", lambda s, sampling: 1 / 0 if s is clips[4] else decode(s, sampling))
    with pytest.raises(ZeroDivisionError):
        cache(clips, tmp_path)
    assert len(shards(tmp_path)) == 2
    monkeypatch.setattr(frame_module, "decode", lambda s, sampling: decoded.append(s.clip_id) or decode(s, sampling))
    assert len(cache(clips, tmp_path)) == 6 and decoded == [clips[4].clip_id, clips[5].clip_id]


def test_drafts_of_dead_processes_are_harmless_and_go_after_a_day(root, tmp_path):
    clips = read_vidsitu(root, "train")
    cache(clips[:3], tmp_path)
    place = shards(tmp_path)[0].parent
    young, old = place / ".abc.1.00000000.part", place / ".def.1.00000000.part"
    for draft in (young, old):
        draft.mkdir()
        (draft / "index.json").write_text("{", "utf-8")
    os.utime(old, (0, 0))
    assert len(cache(clips, tmp_path)) == 6
    assert young.exists() and not old.exists()


@pytest.mark.parametrize("damage", ["cut off", "index cut off", "no arrow", "another sampling's", "a file", "empty"])
def test_a_damaged_shard_is_passed_over_and_its_clips_decoded_again(damage, root, tmp_path, decoded):
    clips = read_vidsitu(root, "train")[:4]
    cache(clips, tmp_path)
    hurt = next(s for s in shards(tmp_path) if clips[0].clip_id in (s / "index.json").read_text())
    arrow, index = hurt / "data-00000-of-00001.arrow", hurt / "index.json"
    if damage == "cut off":
        arrow.write_bytes(arrow.read_bytes()[:-100])
    elif damage == "index cut off":
        index.write_bytes(index.read_bytes()[:-20])
    elif damage == "no arrow":
        arrow.unlink()
    elif damage == "another sampling's":
        index.write_text(json.dumps({**json.loads(index.read_text()), "sampling": "0" * 24}))
    else:
        shutil.rmtree(hurt)
        hurt.mkdir() if damage == "empty" else hurt.write_bytes(b"not a folder")
    found = cache(clips, tmp_path)
    assert decoded[4:] == [clips[0].clip_id, clips[1].clip_id]
    for clip in clips:
        assert np.array_equal(found[clip.clip_id], decode(clip, SAMPLING))
    cache(clips, tmp_path)
    assert len(decoded) == 6 and hurt.exists()


def test_a_shard_of_foreign_bytes_is_an_error_that_names_it(root, tmp_path, decoded):
    clips = read_vidsitu(root, "train")[:4]
    cache(clips, tmp_path)
    one, two = (shard / "data-00000-of-00001.arrow" for shard in shards(tmp_path))
    assert one.stat().st_size == two.stat().st_size
    one.write_bytes(two.read_bytes())
    found = cache(clips, tmp_path)
    with pytest.raises(DataError, match="not the clips that its index names; delete this folder") as caught:
        [found[clip.clip_id] for clip in clips]
    assert caught.value.file == one.parent
    one.write_bytes(b"x" * one.stat().st_size)
    found = cache(clips, tmp_path)
    with pytest.raises(DataError, match="delete this folder and start again"):
        [found[clip.clip_id] for clip in clips]
    shutil.rmtree(one.parent)
    found = cache(clips, tmp_path)
    assert all(np.array_equal(found[clip.clip_id], decode(clip, SAMPLING)) for clip in clips)


def test_a_corrupt_clip_is_named_once_and_tried_again_when_its_file_changes(root, tmp_path, decoded):
    clips = read_vidsitu(root, "train")
    whole = clips[3].path.read_bytes()
    clips[3].path.write_bytes(b"\0" * 2000)
    for _ in range(3):
        found = cache(clips, tmp_path)
        assert [name for name, _ in found.skipped] == [clips[3].clip_id] and clips[3].clip_id not in found
    assert decoded.count(clips[3].clip_id) == 1
    clips[3].path.write_bytes(whole)
    found = cache(clips, tmp_path)
    assert found.skipped == () and decoded.count(clips[3].clip_id) == 2 and len(decoded) == 7


def test_a_clip_that_changes_while_it_is_read_is_not_remembered(root, tmp_path, monkeypatch):
    clips = read_vidsitu(root, "train")

    def slow(situation, sampling):
        if situation is clips[2]:
            os.utime(situation.path, ns=(1, 1))
            raise VideoDecodeError("half of a file")
        return decode(situation, sampling)

    monkeypatch.setattr(frame_module, "decode", slow)
    assert "changed or removed while it was read" in dict(cache(clips, tmp_path).skipped)[clips[2].clip_id]
    monkeypatch.undo()
    assert cache(clips, tmp_path).skipped == ()


def test_a_missing_decoder_is_an_error_not_a_folder_of_corrupt_clips(root, tmp_path, monkeypatch):
    clips = read_vidsitu(root, "train")
    monkeypatch.setitem(sys.modules, "decord", None)
    with pytest.raises(VideoDecodeError, match="pip install decord2"):
        cache(clips, tmp_path)
    monkeypatch.undo()
    assert len(cache(clips, tmp_path)) == 6


def test_a_folder_of_frames_is_noticed_when_it_is_extracted_again(tmp_path):
    from PIL import Image

    folder = tmp_path / "clip"
    folder.mkdir()
    for i in range(9):
        Image.new("RGB", (32, 32), (i, 0, 0)).save(folder / f"{i:06d}.png")
    clip = Situation("clip", folder, ())
    first, key = cache([clip], tmp_path)["clip"].copy(), clip_key(clip, SAMPLING)
    for i in range(9):
        Image.new("RGB", (32, 32), (i, 200, 0)).save(folder / f"{i:06d}.png")  # in place: the folder keeps its time
    assert clip_key(clip, SAMPLING) != key
    assert not np.array_equal(cache([clip], tmp_path)["clip"], first)


def test_the_cache_pickles_without_its_pixels_and_reads_the_same(root, tmp_path):
    clips = read_vidsitu(root, "train")
    found = cache(clips, tmp_path)
    frames = found[clips[0].clip_id]
    assert not frames.flags.writeable and not frames.flags.owndata
    packed = pickle.dumps(found)
    assert len(packed) < frames.nbytes
    assert np.array_equal(pickle.loads(packed)[clips[0].clip_id], frames)


# -- captions ----------------------------------------------------------------------------------------------------------


class Encoder:
    """(n, 2): a text's length and first letter. calls: the blocks it was given."""

    def __init__(self):
        self.calls: list[list[str]] = []

    def __call__(self, texts: list[str]) -> torch.Tensor:
        self.calls.append(texts)
        return torch.tensor([[float(len(t)), float(ord(t[0]))] for t in texts])


def embed(texts, encoder, folder, tower="model", **options):
    return embed_texts(texts, encoder, tower, folder, progress=False, **options)


def test_captions_are_embedded_once(tmp_path):
    encoder = Encoder()
    texts = ["bb", "a", "bb", "ccc"]
    out = embed(texts, encoder, tmp_path)
    assert out[:, 0].tolist() == [2, 1, 2, 3] and encoder.calls == [["a", "bb", "ccc"]]
    assert out.dtype == torch.float32
    assert torch.equal(embed(texts, encoder, tmp_path), out) and len(encoder.calls) == 1
    embed(texts, encoder, tmp_path, "another model")
    assert len(encoder.calls) == 2
    assert torch.equal(embed(texts, encoder, None), out) and len(encoder.calls) == 3
    assert embed([], encoder, tmp_path).shape == (0, 0)


def test_other_captions_and_orders_reuse_every_embedding(tmp_path, monkeypatch):
    monkeypatch.setattr(text_module, "BLOCK", 3)
    encoder = Encoder()
    words = [chr(97 + i) * (i + 1) for i in range(10)]
    embed(words[:6], encoder, tmp_path)
    out = embed([words[i] for i in (7, 2, 9, 2, 0)], encoder, tmp_path)
    assert out[:, 0].tolist() == [8, 3, 10, 3, 1]
    assert encoder.calls == [words[:3], words[3:6], [words[7], words[9]]]


def test_a_killed_encoding_keeps_its_finished_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(text_module, "BLOCK", 2)
    encoder = Encoder()
    with pytest.raises(ZeroDivisionError):
        embed("abcdef", lambda block: encoder(block) if "c" not in block else 1 / 0, tmp_path)
    out = embed("abcdef", encoder, tmp_path)
    assert encoder.calls == [["a", "b"], ["c", "d"], ["e", "f"]] and out[:, 1].tolist() == [97, 98, 99, 100, 101, 102]


@pytest.mark.parametrize("damage", ["cut off", "no safetensors", "empty", "another tower's", "other tensors"])
def test_a_damaged_caption_shard_is_encoded_again(damage, tmp_path, monkeypatch):
    monkeypatch.setattr(text_module, "BLOCK", 2)
    encoder = Encoder()
    out = embed("abcd", encoder, tmp_path)
    hurt = shards(tmp_path)[0]
    if damage == "cut off":
        hurt.write_bytes(hurt.read_bytes()[:-3])
    elif damage == "another tower's":
        embed("abcd", lambda block: Encoder()(block) + 1, tmp_path, "other")
        other = next(s for s in shards(tmp_path) if s.parent != hurt.parent and s.name == hurt.name)
        shutil.copy(other, hurt.with_name("0.safetensors"))
        shutil.copy(other, hurt)
    elif damage == "other tensors":
        from safetensors.torch import save_file

        save_file({"embeddings": torch.zeros(2, 2)}, hurt)
    else:
        hurt.write_bytes(b"" if damage == "empty" else b"something else altogether")
    assert torch.equal(embed("abcd", encoder, tmp_path), out)
    assert len(encoder.calls) == 3
    assert torch.equal(embed("dbca", encoder, tmp_path), out[[3, 1, 2, 0]]) and len(encoder.calls) == 3


# -- together ----------------------------------------------------------------------------------------------------------


def together(count, work):
    """work(rank, wait) of `count` ranks in threads; their results. Each must call wait exactly once."""
    barrier = threading.Barrier(count, timeout=60)
    waits, results = [0] * count, [None] * count

    def run(rank):
        def wait():
            waits[rank] += 1
            barrier.wait()

        try:
            results[rank] = work(rank, wait)
        except Exception as error:
            results[rank] = error

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits == [1] * count
    return results


def test_ranks_share_the_decoding(root, tmp_path, decoded):
    clips = read_vidsitu(root, "train")
    clips[1].path.write_bytes(b"no video at all")

    def work(rank, wait):
        return cache(clips, tmp_path, part=(rank, 3), wait=wait)

    for _ in range(2):  # the second time nothing is missing, and every rank waits all the same
        found = together(3, work)
        assert len({f.fingerprint() for f in found}) == 1 and len({f.skipped for f in found}) == 1
        assert sorted(decoded) == sorted(c.clip_id for c in clips)
    alone = cache(clips, tmp_path)
    assert alone.fingerprint() == found[0].fingerprint() and alone.ids == found[2].ids


def test_a_rank_that_fails_or_looks_late_does_not_lose_clips(root, tmp_path, decoded, monkeypatch):
    clips = read_vidsitu(root, "train")

    def work(rank, wait):
        if rank == 0:  # looks when the other has long begun to write
            waiting.wait(60)
        options = {"workers": 1, "part": (rank, 2), "wait": wait}
        out = cache(clips, tmp_path, **options)
        return out.ids

    waiting = threading.Event()
    real = frame_module._publish
    monkeypatch.setattr(frame_module, "_publish", lambda *args: (real(*args), waiting.set()))
    assert together(2, work) == [tuple(c.clip_id for c in clips)] * 2
    assert len(decoded) == 6

    def fail(rank, wait):
        return embed("abcdef", (lambda block: 1 / 0) if rank else Encoder(), tmp_path, part=(rank, 2), wait=wait)

    whole, error = together(2, fail)
    assert whole[:, 1].tolist() == [97, 98, 99, 100, 101, 102] and isinstance(error, ZeroDivisionError)


def test_ranks_share_the_encoding(tmp_path):
    encoders = [Encoder(), Encoder()]

    def work(rank, wait):
        return embed("fbacedb", encoders[rank], tmp_path, part=(rank, 2), wait=wait)

    for _ in range(2):
        one, two = together(2, work)
        assert torch.equal(one, two) and one[:, 1].tolist() == [ord(c) for c in "fbacedb"]
    assert [e.calls for e in encoders] == [[["a", "c", "e"]], [["b", "d", "f"]]]
    for wrong in ((2, 2), (-1, 2)):
        with pytest.raises(ValueError, match="0 <= rank < ranks"):
            embed("a", encoders[0], tmp_path, part=wrong)


def test_two_processes_at_once_in_one_folder_agree(root, tmp_path, monkeypatch):
    """Both decode and encode the same clips and texts, in opposite orders, without knowing of each other."""
    script = textwrap.dedent("""
        import hashlib, sys, time
        from pathlib import Path
        import torch
        from datasets import Dataset  # before the start, as the other process has it
        from srlclip.data import frame_cache, text_cache
        from srlclip.data.vidsitu import read_vidsitu
        from srlclip.video.pixels import PreprocessSpec

        folder = Path(sys.argv[1])
        frame_cache.SHARD, text_cache.BLOCK = 2, 2
        clips, texts = read_vidsitu(folder / "data", "train")[::-1], [chr(97 + i) for i in range(20)]
        sampling = frame_cache.Sampling(5, 2, PreprocessSpec(resize=32, crop=32))
        (folder / "ready").touch()
        while not (folder / "go").exists():
            time.sleep(0.001)
        found = frame_cache.frame_cache(clips, sampling, folder / "cache", progress=False)
        encode = lambda block: torch.tensor([[float(len(t)), float(ord(t))] for t in block])
        table = text_cache.embed_texts(texts[::-1], encode, "model", folder / "cache", False)
        assert table[:, 1].tolist() == [ord(t) for t in texts[::-1]]
        print(len(found), hashlib.sha256(b"".join(found[i].tobytes() for i in sorted(found.ids))).hexdigest())
    """)
    (tmp_path / "run.py").write_text(script, "utf-8")
    other = subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py"), str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    monkeypatch.setattr(frame_module, "SHARD", 2)
    monkeypatch.setattr(text_module, "BLOCK", 2)
    clips = read_vidsitu(root, "train")
    while other.poll() is None and not (tmp_path / "ready").exists():
        time.sleep(0.001)
    (tmp_path / "go").touch()
    found = cache(clips, tmp_path / "cache")
    texts = [chr(97 + i) for i in range(20)]
    assert embed(texts, Encoder(), tmp_path / "cache")[:, 1].tolist() == [ord(t) for t in texts]
    pixels = hashlib.sha256(b"".join(found[i].tobytes() for i in sorted(found.ids))).hexdigest()
    assert other.communicate(timeout=120)[0].split() == ["6", pixels] and other.returncode == 0
    assert not list((tmp_path / "cache").glob("*/*/.*.part"))


def test_workers_build_what_one_process_builds(root, tmp_path):
    clips = read_vidsitu(root, "train") * 6  # 36 names: two shards, so that two processes start
    clips = [replace(clip, clip_id=f"{clip.clip_id}-{i}") for i, clip in enumerate(clips)]
    found = cache(clips, tmp_path, workers=2)
    assert len(found) == 36 and len(shards(tmp_path)) == 2
    for clip in clips[::7]:
        assert np.array_equal(found[clip.clip_id], decode(clip, SAMPLING))
