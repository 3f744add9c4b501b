"""SynSitu's scripts, labels, texts and files: determinism, hold-outs, exactness."""

import json
from collections import Counter

import numpy as np
import pytest

from srlclip.data.vidsitu import film_of, read_vidsitu
from srlclip.files import text_digest
from srlclip.language import prompts
from srlclip.synsitu import texts
from srlclip.synsitu.labels import NEAR_VERBS, SYNONYMS, situation
from srlclip.synsitu.sample import GROUP_SIZE, sample_clip, script_of
from srlclip.synsitu.shown import OUTSIDE_KINDS, OUTSIDE_SCENES, SPLITS, held_out, held_out_event
from srlclip.synsitu.words import FORMS, KIND_WORDS, SCENE_PHRASES
from srlclip.synsitu.world import ATTRIBUTES, COLOURS, KINDS, NEVER_WEARS, SCENES, VERBS, ClipScript
from srlclip.synsitu.writer import write_split
from srlclip.video import frames as video


def scripts(split: str, clips: int) -> list[ClipScript]:
    return [sample_clip(split, i) for i in range(clips)]


@pytest.mark.parametrize("split", SPLITS)
def test_scripts_depend_on_seed_split_and_index_alone(split):
    clips = scripts(split, 12)
    assert sample_clip(split, 7) == clips[7] == script_of(clips[7].clip_id)
    assert sample_clip(split, 7, seed=1) != clips[7]
    assert len({c.clip_id for c in clips}) == 12
    for clip in clips:
        assert len(set(clip.events)) == 5
        assert {i for e in clip.events for i in (e.agent, e.patient) if i is not None} == set(
            range(len(clip.cast))
        ) or split in ("alike", "hard")


def test_held_out_combinations_never_occur_in_training():
    for split in ("pretrain", "train", "alike", "valid", "test", "hard"):
        for clip in scripts(split, 60):
            assert not any(held_out(c) for c in clip.cast)
            assert not any(held_out_event(e, clip.cast) for e in clip.events)
    assert not any(held_out_event(e, clip.cast) for clip in scripts("outside", 60) for e in clip.events)
    for clip in scripts("heldout", 30):
        assert all(held_out_event(e, clip.cast) for e in clip.events)


@pytest.mark.parametrize("split", SPLITS)
def test_reserved_scenes_and_kinds_are_shown_to_the_base_and_outside_alone(split):
    clips = scripts(split, 60)
    scenes, kinds = {c.scene for c in clips} & set(OUTSIDE_SCENES), {m.kind for c in clips for m in c.cast}
    if split not in ("pretrain", "outside"):
        assert not scenes and not kinds & set(OUTSIDE_KINDS)
        return
    assert scenes == set(OUTSIDE_SCENES) and kinds == set(KINDS)
    if split == "outside":
        assert {c.scene for c in clips} == set(OUTSIDE_SCENES)
        assert {c.cast[e.agent].kind for c in clips for e in c.events} == set(OUTSIDE_KINDS)


@pytest.mark.parametrize(("seed", "clips", "digest"), [(0, 400, "e48695ed5e7284c8"), (1, 12, "3b788f6a56b24c57")])
def test_clips_of_the_base_are_those_of_before_the_reservation(seed, clips, digest):
    """A base that was trained before it stays a base of this world."""
    drawn = "\n".join(repr(sample_clip("pretrain", i, seed)) for i in range(clips))
    assert text_digest(drawn, 16) == digest


@pytest.mark.parametrize("split", ["alike", "hard"])
def test_groups_share_everything_but_the_events(split):
    for group in range(4):
        clips = [sample_clip(split, group * GROUP_SIZE + i) for i in range(GROUP_SIZE)]
        assert len({(c.scene, c.cast, c.look) for c in clips}) == 1
        events = [e for c in clips for e in c.events]
        assert len(set(events)) == len(events)


def test_look_alikes_are_segments_of_one_film_and_other_ids_are_refused():
    names = [sample_clip("alike", i).clip_id for i in range(2 * GROUP_SIZE)]
    assert names[6] == "v_syn2s0-alike-00001_seg_10_20"
    assert [film_of(name) for name in names] == ["v_syn2s0-alike-00000"] * 5 + ["v_syn2s0-alike-00001"] * 5
    for name in (
        "v_syn2s0-alike-00001_seg_50_60",
        "v_syn2s0-test-00001_seg_10_20",
        "v_syn2s0-dev-00001_seg_0_10",
        "clip-7",
    ):
        with pytest.raises(ValueError, match="not the id of a clip of SynSitu 2"):
            script_of(name)
    assert film_of("clip-7") == "clip-7"


def test_labels_are_exact_and_annotators_paraphrase():
    said = set()
    for script in scripts("valid", 20):
        labelled = situation(script, annotators=3)
        assert len(labelled.annotations) == 3 and labelled.annotations[0] == labelled.events
        for k, (event, truth) in enumerate(zip(labelled.events, script.events, strict=True)):
            assert event.verb_id == truth.verb_id and len(labelled.verb_votes[k]) == 10
            assert script.cast[truth.agent].kind in event.roles[0].filler
            for other in labelled.annotations[1:]:
                assert [r.key for r in other[k].roles] == [r.key for r in event.roles]
                said.add(other[k].roles[0].filler == event.roles[0].filler)
            assert ("manner" in prompts.caption(event).text) == bool(truth.manner)
    assert said == {True, False}


def test_every_verb_has_one_role_list():
    lists = {}
    for script in scripts("train", 400):
        for event in situation(script).events:
            lists.setdefault(event.verb_id, set()).add(tuple(r.key for r in event.roles))
    assert set(lists) == set(VERBS) and all(len(found) == 1 for found in lists.values())


def test_three_sources_of_text_differ_and_sparse_text_is_sparse():
    rng = np.random.default_rng(0)
    named = 0
    for script in scripts("test", 60):
        for k, event in enumerate(script.events):
            sentence, alt = texts.natural(script, k, rng), texts.sparse(script, k, rng, verb_share=0.1)
            assert "In this photo, the action" not in sentence and " where, the" not in sentence
            assert not {"left", "right", "slowly", "quickly", "happily", "angrily", "leftwards"} & set(alt.split())
            named += any(form[1].split()[0] in alt.split() for form in FORMS[event.verb_id])
    assert 10 < named < 70  # about a tenth of 300


def test_clip_queries_tell_two_or_three_of_the_clips_own_events():
    script = sample_clip("test", 3)
    for seed in range(10):
        text, chosen = texts.clip_query(script, np.random.default_rng(seed))
        assert len(chosen) in (2, 3) and list(chosen) == sorted(chosen) and len(text.split()) > 8


def test_near_misses_differ_from_the_event_and_are_never_held_out():
    rng = np.random.default_rng(1)
    for script in scripts("pretrain", 40):
        for other, event in texts.variants(script, script.events[0], 4, rng)[1:]:
            assert (other.cast, event) != (script.cast, script.events[0])
            assert not held_out_event(event, other.cast)
            assert texts.tell(other, event, rng) and texts.listing(other, event, rng)


def test_written_files_are_vidsitus_and_hold_real_video(tmp_path):
    calls = []
    made = write_split(tmp_path, "valid", 2, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]
    read = read_vidsitu(tmp_path, "valid")
    assert [s.events for s in read] == [s.events for s in made]
    assert [s.verb_votes for s in read] == [s.verb_votes for s in made]
    assert len(json.loads((tmp_path / "vseg_ann_files" / "vsann_valid_lb.json").read_text())) == 6
    info = video.probe(read[0].path)
    assert (info.width, info.height, round(info.duration)) == (320, 320, 10)
    stamp = read[0].path.stat().st_mtime_ns
    write_split(tmp_path, "valid", 2)
    assert read[0].path.stat().st_mtime_ns == stamp  # a second run keeps what is there
    write_split(tmp_path, "valid", 1)
    assert len(read_vidsitu(tmp_path, "valid")) == 2  # nor does asking for less take labels away
    with pytest.raises(ValueError, match="choose another folder"):
        write_split(tmp_path, "valid", 2, seed=1)
    with pytest.raises(ValueError, match="unknown split 'dev'"):
        write_split(tmp_path / "x", "dev", 2)


def test_frames_of_a_file_match_the_renderer(tmp_path):
    """What the model reads from the mp4 is what the script shows, but for compression."""
    from srlclip.synsitu.render import render_frames

    made = write_split(tmp_path, "test", 1)
    frames = video.read_frames(made[0].path).astype(int)  # (5, 4, 320, 320, 3)
    script = sample_clip("test", 0)
    drawn = render_frames(script, [2 * k + 0.25 + 0.5 * j for k in range(5) for j in range(4)]).astype(int)
    error = np.abs(frames.reshape(drawn.shape) - drawn).mean(axis=(1, 2, 3))
    assert error.max() < 12


def test_the_world_is_as_large_as_the_brief_asks():
    assert len(VERBS) >= 30 and len(SCENES) >= 16 and len(COLOURS) >= 10 and len(KINDS) >= 8 and len(ATTRIBUTES) >= 6


def test_verbs_are_long_tailed():
    """In 3,000 clips the commonest verb makes up a seventh of the events or so, the rarest is seen a few dozen times."""
    counts = Counter(e.verb_id for clip in scripts("train", 3000) for e in clip.events)
    assert set(counts) == set(VERBS)
    assert 0.12 < counts.most_common(1)[0][1] / counts.total() < 0.22
    assert 24 <= min(counts.values()) <= 96
    ranks = [counts[v] for v in VERBS]
    assert all(ranks[i] > ranks[i + 12] for i in range(len(ranks) - 12))  # listed from the commonest to the rarest


def test_nobody_wears_what_the_kind_hides():
    worn = {(c.kind, c.attribute) for clip in scripts("train", 400) for c in clip.cast}
    assert not worn & {(kind, thing) for kind, things in NEVER_WEARS.items() for thing in things}
    assert {thing for _, thing in worn} == set(ATTRIBUTES)


def test_every_word_of_the_world_has_its_forms():
    assert set(FORMS) == set(VERBS) and set(SCENE_PHRASES) == set(SCENES)
    assert set(KIND_WORDS) == set(KINDS)
    assert set(NEAR_VERBS) == set(VERBS) and set(NEAR_VERBS.values()) <= set(VERBS)
    assert {*SCENES, *KINDS, *(s.thing for s in VERBS.values() if s.thing)} <= set(SYNONYMS)


def test_ids_of_another_world_are_not_drawn_again():
    """Labels of version 1 lie in old folders; its scripts cannot be had from the id any more."""
    with pytest.raises(ValueError, match="not the id of a clip of SynSitu"):
        script_of("v_syn0-test-00003_seg_0_10")
