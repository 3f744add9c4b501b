"""Trained heads: windows over long videos, which roles are read, and the comparison with them."""

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from srlclip.captioning import zero_shot
from srlclip.captioning.captioner import Captioner
from srlclip.captioning.captioner_files import FeatureSource, load_captioner, save_captioner
from srlclip.captioning.trained import CaptionHeads, read_clips
from srlclip.captioning.vocabulary import Vocabulary
from srlclip.comparison import clips as clip_store
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.embedding import frame_embeddings
from srlclip.comparison.memory import CaptionMemory
from srlclip.config import CaptionerSettings
from srlclip.data.frame_cache import Sampling, decode
from srlclip.language.lexicon import VerbEntry
from srlclip.models.pair import ClipPair
from srlclip.results import MODELS
from srlclip.situations import ROLE_KEYS, CheckpointError, Situation, VideoDecodeError, event_count

DIM, EVENTS, FRAMES = 32, 5, 2
WORDS = ("man", "in", "a", "red", "shirt", "box", "street", "-")
ENTRIES = (
    VerbEntry("juggle.01", "juggle", (("Arg0", "juggler"), ("Arg1", "thing juggled"), ("AScn", "scene")), 3),
    VerbEntry("yodel.01", "yodel", (("Arg0", "yodeler"), ("AMnr", "manner")), 2),
)
#: Roles of five annotated events; several may have one key.
ASKED = [["Arg0", "Arg1", "Arg1"], [], ["AScn"], ["Arg0"], list(ROLE_KEYS)]


def captioner(seed=0, words=WORDS, entries=ENTRIES, **changes):
    settings = CaptionerSettings(
        width=16, layers=1, heads=2, feedforward=2.0, dropout=0.0, max_words=4, max_events=6, max_frames=4
    )
    torch.manual_seed(seed)
    made = Captioner(DIM, replace(settings, **changes), entries, Vocabulary(words))
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(torch.randn_like(weight) * 0.4)
    return made.eval().requires_grad_(False)


def context(frames):
    """Stands in for the contextualizer: depends on the whole window."""
    return frames.mean(2) + frames.mean((1, 2))[:, None]


def heads_of(made, contextualized=True, events=EVENTS):
    pair = SimpleNamespace(base=SimpleNamespace(device=torch.device("cpu")), context_events=context)
    return CaptionHeads(pair, {"adapted": (made, FeatureSource("adapted", "", contextualized, events, FRAMES))})


def features(events, seed=0):
    values = np.random.default_rng(seed).standard_normal((events, FRAMES, DIM)).astype(np.float32)
    return values / np.linalg.norm(values, axis=-1, keepdims=True)


def same(a, b):
    """Readings are equal but for the last digits of their confidences."""
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        assert [v for v, _ in x.verbs] == [v for v, _ in y.verbs]
        assert {k: g.text for k, g in x.fillers.items()} == {k: g.text for k, g in y.fillers.items()}
        assert [p for _, p in x.verbs] == pytest.approx([p for _, p in y.verbs], abs=1e-5)
        assert [g.confidence for g in x.fillers.values()] == pytest.approx(
            [g.confidence for g in y.fillers.values()], abs=1e-5
        )


def alone(made, frames, asked=None, contextualized=True):
    window = torch.from_numpy(frames)[None]
    return read_clips(made, window, context(window) if contextualized else None, [asked] if asked else None)[0]


@pytest.mark.parametrize("contextualized", [True, False])
def test_a_clip_of_the_trained_length_is_one_window(contextualized):
    made, frames = captioner(), features(EVENTS)
    heads = heads_of(made, contextualized)
    same(heads.read("adapted", frames), alone(made, frames, None, contextualized))
    same(heads.read("adapted", frames, ASKED), alone(made, frames, ASKED, contextualized))


@pytest.mark.parametrize("events", [1, 2, 4])
def test_fewer_events_than_trained_on_are_one_window(events):
    made, frames = captioner(), features(events)
    same(heads_of(made).read("adapted", frames), alone(made, frames))


@pytest.mark.parametrize(("events", "size"), [(6, 5), (13, 5), (9, 4), (40, 5), (3, 1)])
def test_each_event_is_read_in_the_window_in_which_it_stands_nearest_the_middle(events, size):
    made, frames = captioner(), features(events)
    asked = [ASKED[e % 5] for e in range(events)]
    found = heads_of(made, events=size).read("adapted", frames, asked)
    assert len(found) == events
    for e in range(events):
        starts = range(max(0, e - size + 1), min(e, events - size) + 1)
        start = min(starts, key=lambda s: (abs(e - s - (size - 1) / 2), s))
        window = alone(made, frames[start : start + size], asked[start : start + size])
        same([found[e]], [window[e - start]])
        assert list(found[e].fillers) == list(dict.fromkeys(asked[e]))


def test_progress_rises_to_one():
    heard = []
    heads_of(captioner()).read("adapted", features(80), progress=heard.append)
    assert len(heard) > 1 and heard == sorted(heard) and heard[-1] == 1.0


def test_roles_are_asked_known_of_the_verb_or_predicted():
    made, frames = captioner(), features(EVENTS)
    heads = heads_of(made)
    roles = {e.verb_id: [k for k, _ in e.roles] for e in ENTRIES}
    for reading in heads.read("adapted", frames):
        assert list(reading.fillers) == roles[reading.verbs[0][0]]
        assert sum(p for _, p in reading.verbs) == pytest.approx(1) and len(reading.verbs) == 2
        assert all(0 <= g.confidence <= 1 for g in reading.fillers.values())
    asked = heads.read("adapted", frames, ASKED)
    assert [list(r.fillers) for r in asked] == [["Arg0", "Arg1"], [], ["AScn"], ["Arg0"], list(ROLE_KEYS)]
    assert [r.verbs for r in asked] == [r.verbs for r in heads.read("adapted", frames)]
    same(asked, heads.read("adapted", frames, [list(dict.fromkeys(keys)) for keys in ASKED]))  # a role is asked once

    window = torch.from_numpy(frames)[None]
    shares = made.encode(window, context(window)).roles.sigmoid()[0]
    for reading, share in zip(heads.read("adapted", frames, roles="predicted"), shares, strict=True):
        wanted = {ROLE_KEYS[i] for i in range(12) if share[i] > 0.5 or i == int(share.argmax())}
        assert set(reading.fillers) == wanted
    with torch.no_grad():
        made.role_head[-1].bias.fill_(-50.0)
    for reading in heads.read("adapted", frames, roles="predicted"):
        assert len(reading.fillers) == 1  # the likeliest, be it ever so unlikely


def test_a_verb_without_roles_has_a_reading_without_fillers():
    made = captioner(entries=(VerbEntry("rain.01", "rain", (), 1),))
    assert [r.fillers for r in heads_of(made).read("adapted", features(2))] == [{}, {}]
    assert heads_of(made).read("adapted", features(0)) == []


def test_unknown_roles_are_refused():
    heads, frames = heads_of(captioner()), features(2)
    with pytest.raises(ValueError, match="role 'Arg7'; allowed: Arg0"):
        heads.read("adapted", frames, [["Arg7"], []])
    with pytest.raises(ValueError, match="roles is 'guessed'; allowed: lexicon, predicted"):
        heads.read("adapted", frames, roles="guessed")
    with pytest.raises(ValueError, match="asked of 1 events, but there are frames of 2"):
        heads.read("adapted", frames, [["Arg0"]])
    with pytest.raises(ValueError, match=r"predicts no roles .* take the lexicon's"):
        heads_of(captioner(predict_roles=False)).read("adapted", frames, roles="predicted")


# -- loading ------------------------------------------------------------------------------------------------------------


pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def pair(tiny_clip, tiny_run):
    return ClipPair.load(str(tiny_clip), str(tiny_run / "model"))


def save_heads(folder: Path, pair, frames=(FRAMES, FRAMES), captioners=None, **changes) -> Path:
    for seed, (model, count) in enumerate(zip(("base", "adapted"), frames, strict=True)):
        contextualized = model == "adapted"
        mark = pair.feature_fingerprint(model, contextualized)
        source = replace(FeatureSource(model, mark, contextualized, EVENTS, count), **changes)
        save_captioner(folder / model, captioners[seed] if captioners else captioner(seed), source)
    return folder


def test_heads_of_other_features_are_refused(tmp_path, pair):
    save_heads(tmp_path / "good", pair)
    heads = CaptionHeads.load(tmp_path / "good", pair)
    assert heads.frames_per_event == FRAMES and {e.verb_id for e in heads.entries} == {"juggle.01", "yodel.01"}
    save_heads(tmp_path / "other", pair, fingerprint="0" * 16)
    with pytest.raises(CheckpointError, match=r"features of other weights \(0000000000000000, not .*train it on this"):
        CaptionHeads.load(tmp_path / "other", pair)
    # Trained on frames alone, but said to have read the contextualizer's events: those have another fingerprint.
    save_heads(tmp_path / "context", pair, fingerprint=pair.feature_fingerprint("adapted"))
    with pytest.raises(CheckpointError, match="features of other weights"):
        CaptionHeads.load(tmp_path / "context", pair)
    save_heads(tmp_path / "swapped", pair, model="adapted")
    with pytest.raises(CheckpointError, match="was trained on adapted features; put it into adapted/"):
        CaptionHeads.load(tmp_path / "swapped", pair)
    save_heads(tmp_path / "frames", pair, frames=(2, 4))
    with pytest.raises(CheckpointError, match=r"frames per event \(base on 2 and adapted on 4\)"):
        CaptionHeads.load(tmp_path / "frames", pair)
    with pytest.raises(CheckpointError, match=r"has no captioner\.json"):
        CaptionHeads.load(tmp_path, pair)


# -- the comparison -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heads_folder(tmp_path_factory, pair):
    return save_heads(tmp_path_factory.mktemp("heads"), pair)


@pytest.fixture(scope="module")
def comparison(tiny_clip, tiny_run, world, heads_folder):
    return Comparison.load(str(tiny_clip), str(tiny_run / "model"), world, heads=heads_folder)


def test_a_pair_is_captioned_with_what_it_has(comparison, tiny_clip, tiny_run, world):
    assert comparison.decoders() == ("heads", "zero_shot")
    bare = Comparison.load(str(tiny_clip), str(tiny_run / "model"), world)
    assert bare.decoders() == ("zero_shot",)
    for c, allowed in ((comparison, "auto, heads, zero_shot"), (bare, "auto, zero_shot")):
        with pytest.raises(ValueError, match=f"decoder is 'nonsense'; this pair has: {allowed}"):
            c.caption(c.clip_ids()[0], decoder="nonsense")
    with pytest.raises(ValueError, match="decoder is 'heads'; this pair has: auto, zero_shot"):
        bare.caption(bare.clip_ids()[0], decoder="heads")


def test_the_adapters_own_heads_are_taken(tiny_clip, tiny_run, world, heads_folder, tmp_path):
    import shutil

    shutil.copytree(tiny_run / "model", tmp_path / "model")
    shutil.copytree(heads_folder, tmp_path / "model" / "captioner")
    found = Comparison.load(str(tiny_clip), str(tmp_path / "model"), world)
    assert found.decoders()[0] == "heads" and found.caption(found.clip_ids()[0]).kind == "heads"
    (tmp_path / "model" / "captioner" / "base" / "captioner.json").unlink()
    with pytest.raises(CheckpointError, match=r"base has no captioner\.json"):
        Comparison.load(str(tiny_clip), str(tmp_path / "model"), world)


def test_labelled_clips_are_read_in_the_references_roles(comparison):
    clip = comparison.clip_ids()[0]
    heard = []
    result = comparison.caption(clip, lambda share, what: heard.append(share))
    assert (
        result.kind == "heads" and result.has_reference and not result.dense and "reference's roles" in result.decoder
    )
    assert "geometric mean" in result.confidence_rule and heard == sorted(heard) and heard[-1] == 1.0
    frames = comparison.clips.frames(comparison.situation(clip), 5, comparison.reader.heads.frames_per_event)
    for m, model in enumerate(("base", "adapted")):
        own = comparison.reader.heads.read(model, frames[model])
        roles = [[r.key for r in event.roles] for event in comparison.situation(clip).events]
        asked = comparison.reader.heads.read(model, frames[model], roles)
        for k, event in enumerate(result.events):
            assert event.verb_ids[model] == tuple(v for v, _ in own[k].verbs)
            assert event.verb_ids[model][0] in ("juggle.01", "yodel.01")  # no verb of the gallery's lexicon
            assert event.sentence[model].split() and event.slots[0].key == "Verb"
            for slot in event.slots[1:]:
                told = asked[k].fillers[slot.key]
                assert slot.filler[MODELS[m]] == told.text
                assert slot.confidence[MODELS[m]] == told.confidence


def test_zero_shot_stays_to_be_had(comparison, monkeypatch):
    for name, value in (("ENSEMBLE", 24), ("MEMBERS", 2), ("FILLERS", 4), ("FEW", 2)):
        monkeypatch.setattr(zero_shot, name, value)
    result = comparison.caption(comparison.clip_ids()[1], decoder="zero_shot")
    assert result.kind == "zero_shot" and result.decoder.startswith("zero-shot") and len(result.events) == 5


def test_verbs_of_the_heads_join_the_lexicon(comparison):
    assert "yodel.01" not in comparison.lexicon and "yodel.01" in comparison.reader.lexicon
    assert set(comparison.lexicon.verbs) < set(comparison.reader.lexicon.verbs)


def test_a_long_upload_is_described_densely(comparison, mp4):
    clip = comparison.add_video(str(mp4("long.mp4", frames=250, fps=10)))
    heard = []
    result = comparison.caption(clip, lambda share, what: heard.append((share, what)))
    assert len(result.events) in (12, 13) and result.dense and not result.has_reference and result.kind == "heads"
    assert "predicted verb" in result.decoder
    assert result.events[0].start == 0 and result.events[-1].end == pytest.approx(25, abs=0.2)
    for before, after in zip(result.events[:-1], result.events[1:], strict=True):
        assert before.end == pytest.approx(after.start) and 1.8 < before.end - before.start < 2.2
    shares = [share for share, _ in heard]
    assert shares == sorted(shares) and shares[-1] == 1.0 and any("of 2" in what for _, what in heard)
    for event in result.events:
        keys = {k for v in (ids[0] for ids in event.verb_ids) for k, _ in comparison.reader.lexicon.roles(v)}
        assert {s.key for s in event.slots[1:]} == keys and all(s.reference is None for s in event.slots)
    short = comparison.caption(comparison.add_video(str(mp4("short.mp4", frames=30, fps=10))))
    assert len(short.events) == 2 and not short.dense


@pytest.mark.parametrize(("seconds", "events"), [(0.1, 1), (4, 2), (10, 5), (11.1, 6), (40, 20), (60, 30)])
def test_a_video_has_an_event_for_every_two_seconds(seconds, events):
    assert event_count(Situation("x", None, ()), seconds) == events


def test_frames_of_a_clip_are_those_that_heads_are_trained_on(comparison, pair, world):
    """The same pixels as the frame cache's, also where the file ends a little before the labels."""
    situation = comparison.situation(comparison.clip_ids()[0])
    for clip in (situation, replace(situation, start=1.3, end=8.1), replace(situation, end=10.2)):
        found = frame_embeddings(pair, clip, 5, 3)
        pixels = decode(clip, Sampling(5, 3, pair.base.preprocess_spec))
        wanted = pair.encode_frames(pair.base.preprocess_spec.to_float(torch.from_numpy(pixels)))
        for model, value in zip(("base", "adapted"), wanted, strict=True):
            np.testing.assert_allclose(found[model], value.numpy(), atol=1e-5)
    with pytest.raises(VideoDecodeError, match="does not lie in a video"):
        frame_embeddings(pair, replace(situation, start=20.0, end=30.0), 5, 3)
    with pytest.raises(VideoDecodeError, match="no video file"):
        frame_embeddings(pair, replace(situation, path=None), 5, 3)


def test_the_memory_of_frames_is_bounded_and_threads_may_share_it(comparison, monkeypatch):
    monkeypatch.setattr(clip_store, "CLIPS_KEPT", 2)
    wanted = {clip: comparison.caption(clip) for clip in comparison.clip_ids()[:4]}
    assert len(comparison.clips.kept) == 2
    found, failed = [], []

    def ask(clips):
        try:
            found.extend((clip, comparison.caption(clip)) for clip in clips)
        except Exception as error:
            failed.append(error)

    clips = list(wanted)
    threads = [threading.Thread(target=ask, args=(clips[i:] + clips[:i],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(found) == 12 and len(comparison.clips.kept) == 2
    assert all(result == wanted[clip] for clip, result in found)
    monkeypatch.setattr(clip_store, "frame_embeddings", lambda *a: pytest.fail("the last clip is remembered"))
    last, *_ = next(reversed(comparison.clips.kept))
    assert comparison.caption(last).events


def test_what_is_not_visible_is_in_no_sentence_and_no_match(tiny_clip, tiny_run, world, pair, tmp_path):
    """A head whose only word is "-"."""
    folder = save_heads(tmp_path, pair, captioners=[captioner(seed, words=("-",)) for seed in (0, 1)])
    for model in ("base", "adapted"):
        made, source, _ = load_captioner(folder / model)
        with torch.no_grad():
            made.word_bias[4] = 100.0
        save_captioner(folder / model, made, source)
    found = Comparison.load(str(tiny_clip), str(tiny_run / "model"), world, heads=folder)
    result = found.caption(found.clip_ids()[0])
    for event, truth in zip(result.events, found.situation(found.clip_ids()[0]).events, strict=True):
        for model in ("base", "adapted"):
            assert event.sentence[model] in ("Someone juggles.", "Someone yodels.")
        for slot, role in zip(event.slots[1:], truth.roles, strict=True):
            assert set(slot.filler.base.split()) == {"-"} and slot.match.base is (False if role.visible else None)


def test_a_clip_is_encoded_once_for_its_own_and_the_references_roles(monkeypatch):
    made = captioner()
    heads, frames = heads_of(made), features(EVENTS)
    alone_, asked = heads.read("adapted", frames), heads.read("adapted", frames, ASKED)
    seen = []
    encode, role_vectors = made.encode, made.role_vectors
    monkeypatch.setattr(made, "encode", lambda *a: seen.append("clip") or encode(*a))
    monkeypatch.setattr(made, "role_vectors", lambda *a: seen.append("roles") or role_vectors(*a))
    assert heads.read_each("adapted", frames, (None, ASKED)) == [alone_, asked]
    assert seen == ["clip", "roles", "roles"]
    seen.clear()
    own = [list(reading.fillers) for reading in alone_]
    assert heads.read_each("adapted", frames, (None, own)) == [alone_, alone_] and seen == ["clip", "roles"]


@pytest.mark.parametrize("decoder", ["heads", "zero_shot"])
def test_the_same_clip_is_captioned_once(comparison, monkeypatch, decoder):
    for name, value in (("ENSEMBLE", 24), ("MEMBERS", 2), ("FILLERS", 4), ("FEW", 2)):
        monkeypatch.setattr(zero_shot, name, value)
    clip = comparison.clip_ids()[2]
    first, heard = comparison.caption(clip, decoder=decoder), []
    monkeypatch.setattr(comparison.reader, "caption", None)
    monkeypatch.setattr(comparison.clips, "frames", None)
    assert comparison.caption(clip, lambda share, what: heard.append(share), decoder) is first and heard == [1.0]


def test_captions_are_remembered_for_their_labels_and_not_for_other_visitors(comparison):
    clip = comparison.clip_ids()[0]
    labelled, events = comparison.situation(clip), comparison.embed_clip(clip)
    first = comparison.caption(clip)
    view = comparison.over([(replace(labelled, events=(), annotations=()), events)], False, comparison.clips.kept)
    assert not view.caption(clip).has_reference and first.has_reference
    assert comparison.caption(clip) is first


def test_only_the_last_captions_are_remembered():
    memory = CaptionMemory(kept=2)
    clips = [Situation(name, None, ()) for name in "abc"]
    results = [object() for _ in clips]
    for clip, result in zip(clips[:2], results, strict=False):
        memory.keep(clip, "heads", result)
    assert memory.get(clips[0], "heads") is results[0] and memory.get(clips[0], "zero_shot") is None
    memory.keep(clips[2], "heads", results[2])
    assert memory.get(clips[1], "heads") is None and memory.get(clips[0], "heads") is results[0]
