"""The adaptation end to end on a tiny CLIP and a few rendered clips, and its parts' failure modes."""

import json
import math
from dataclasses import replace

import pytest
import torch
from tiny_models import tiny_config

from srlclip.config import load_json, with_overrides
from srlclip.data.vidsitu import read_vidsitu
from srlclip.language import prompts
from srlclip.language.lexicon import Lexicon
from srlclip.models.encoder import ClipEncoder
from srlclip.models.srlclip import SRLCLIP
from training import train
from training.recipe import texts as captions
from training.recipe.data import TrainingData, load_situations
from training.recipe.transfer import Packed
from training.settings import LossSettings, TrainSettings


def test_a_run_folder_explains_itself(tiny_run):
    log = [json.loads(line) for line in (tiny_run / "log.jsonl").read_text().splitlines()]
    steps = [row for row in log if "total" in row]
    assert [row["step"] for row in steps] == [1, 2, 3, 4]
    for row in steps:
        total = row["clip_event"] + row["vc_event"] + 0.25 * (row["clip_video"] + row["vc_video"])
        assert row["total"] == pytest.approx(total, abs=1e-3)
    metrics = json.loads((tiny_run / "metrics.json").read_text())
    assert {"valid_R@1", "valid_loss", "valid_verb_role"} <= set(metrics)
    run = json.loads((tiny_run / "run.json").read_text())
    assert run["steps"] == 4 and run["clips"] == 6 and run["skipped"] == [] and run["versions"]["peft"]
    assert load_json(TrainSettings, tiny_run / "config.json").lora.rank == 4
    assert Lexicon.from_json(tiny_run / "model" / "lexicon.json").verbs


def test_the_adaptation_changes_the_image_tower_and_nothing_else(tiny_run, tiny_clip):
    adapted = SRLCLIP.load(tiny_run / "model", tiny_clip)
    base = ClipEncoder.load(tiny_clip)
    pixels = torch.rand(3, 3, 32, 32)
    with torch.inference_mode():
        assert not torch.allclose(adapted.encoder.encode_frames(pixels), base.encode_frames(pixels), atol=1e-4)
        texts = ["a man walks", "the woman"]
        assert torch.equal(adapted.encoder.encode_texts(texts), base.encode_texts(texts))


def test_the_same_settings_give_the_same_model(tiny_run, tiny_clip, world, tmp_path):
    out = tmp_path / "again"
    assert train.main(["--config", str(tiny_config(tmp_path, tiny_clip, world, out))]) == 0
    for name in ("adapter/adapter_model.safetensors", "contextualizer.safetensors"):
        assert (out / "model" / name).read_bytes() == (tiny_run / "model" / name).read_bytes()


def test_a_run_folder_with_other_settings_is_refused(tiny_run, tiny_clip, world, tmp_path, capsys):
    settings = tiny_config(tmp_path, tiny_clip, world, tiny_run, lora={"rank": 2})
    before = (tiny_run / "log.jsonl").read_text()
    assert train.main(["--config", str(settings)]) == 2
    assert "another lora.rank (4, now 2)" in capsys.readouterr().err
    assert (tiny_run / "log.jsonl").read_text() == before


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("optim.epoch=1", "unknown setting optim.epoch"),
        ("data.caption_style=poem", "allowed: srl, natural"),
        ("base=nowhere/at/all/x", "no model folder at nowhere/at/all/x"),
        ("data.source=vidsitu", "split_files"),
    ],
)
def test_bad_settings_are_one_line(override, words, tiny_clip, world, tmp_path, capsys):
    path = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    extra = ["--set", f"data.root={tmp_path}"] if "source" in override else []
    assert train.main(["--config", str(path), "--set", override, *extra]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ") and words in last


def test_schedules():
    settings = with_overrides(TrainSettings(), ["optim.warmup_steps=4", "optim.schedule=cosine"])
    rates = [train.rate(i, 20, settings) for i in range(20)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0] and rates[4] == 1.0 and 0 < rates[-1] < 0.02
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert train.rate(7, 20, TrainSettings()) == 1.0


# -- data ---------------------------------------------------------------------------------------------------------------


def test_batches_hold_every_clip_once_and_depend_on_seed_and_epoch(tiny_clip, world, tmp_path):
    settings = load_json(TrainSettings, tiny_config(tmp_path, tiny_clip, world, tmp_path / "run"))
    encoder = ClipEncoder.load(tiny_clip)
    data = TrainingData.prepare(settings, encoder, load_situations(settings.data, "train", 6), progress=False)
    first = data.order(1)
    assert sorted(i for ids in first for i in ids) == sorted(s.clip_id for s in data.situations)
    assert data.order(1) == first != data.order(2)
    batch = data.batch(first[0])
    assert batch.pixels.shape == (3, 5, 2, 3, 32, 32) and batch.pixels.dtype == torch.uint8
    assert batch.negatives.shape == (3, 5, 4, 32) and batch.negatives_mask.all()
    texts = [data.texts[i].captions for i in batch.clip_ids]
    fresh = encoder.encode_texts([t for row in texts for t in row]).reshape(3, 5, -1)
    assert torch.allclose(batch.text, fresh, atol=1e-5)
    ranks = [list(data.batches(1, rank, 3)) for rank in range(3)]
    together = [i for step in zip(*ranks, strict=True) for b in step for i in b.clip_ids]
    assert together == [i for ids in first for i in ids]
    several = list(data.batches(1, skip=1, workers=3))
    assert [b.clip_ids for b in several] == [tuple(ids) for ids in first[1:]]
    assert torch.equal(several[0].pixels, data.batch(first[1]).pixels)
    packed = replace(batch, packed=Packed.of(batch._tensors()), text=None).to(torch.device("cpu"))
    assert torch.equal(packed.text, batch.text) and packed.packed is None and packed.clip_ids == batch.clip_ids


# -- caption styles -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def labelled(world):
    clips = read_vidsitu(world, "train")
    return clips, Lexicon.from_situations(clips)


def texts_of(labelled, style, seed=0, **loss):
    clips, lexicon = labelled
    return captions.clip_texts(clips, style, lexicon, LossSettings(**loss), lambda t: len(t.split()), 77, seed)


@pytest.mark.parametrize("style", captions.STYLES)
def test_every_style_gives_every_event_a_text(labelled, style):
    made = texts_of(labelled, style)
    assert all(len(t.captions) == 5 and all(t.captions) for t in made)
    assert made == texts_of(labelled, style) and (
        made != texts_of(labelled, style, seed=1) or style in ("minimal", "verb_only")
    )
    wanted = 4 if captions.STYLES[style].verb_role_negatives else 0
    assert all(len(group) == wanted for t in made for group in t.negatives)


def test_styles_of_prompts_are_training_styles_with_their_negatives():
    for name, style in prompts.STYLES.items():
        assert captions.STYLES[name].verb_role_negatives == style.verb_role_negatives
    assert set(captions.STYLES) - set(prompts.STYLES) == {"shuffled_clips", "shuffled_events", "sparse"}


def test_negatives_that_follow_and_swap_join_the_others(labelled):
    plain, more = texts_of(labelled, "srl"), texts_of(labelled, "srl", role_swaps=2)
    assert [t.captions for t in plain] == [t.captions for t in more]
    pairs = [(a, b) for p, m in zip(plain, more, strict=True) for a, b in zip(p.negatives, m.negatives, strict=True)]
    assert all(len(a) == 4 and 4 <= len(b) <= 6 for a, b in pairs) and any(len(b) == 6 for _, b in pairs)
    clips, _ = labelled
    kept = texts_of(labelled, "srl", negative_roles="keep")
    assert kept != plain == texts_of(labelled, "srl", negative_roles="follow")
    for clip, *both in zip(clips, plain, kept, strict=True):
        lemmas = {event.lemma for event in clip.events}
        for negative in (n for texts in both for group in texts.negatives for n in group):
            assert not any(f"the action is {lemma} where" in negative for lemma in lemmas)


def test_controls_keep_the_captions_but_not_their_place(labelled):
    srl = [t.captions for t in texts_of(labelled, "srl", verb_role_negatives=0)]
    moved = [t.captions for t in texts_of(labelled, "shuffled_clips", verb_role_negatives=0)]
    assert sorted(moved) == sorted(srl) and all(a != b for a, b in zip(moved, srl, strict=True))
    within = [t.captions for t in texts_of(labelled, "shuffled_events", verb_role_negatives=0)]
    assert [sorted(t) for t in within] == [sorted(t) for t in srl] and within != srl


def test_a_hard_negative_is_never_a_true_caption(labelled):
    for t in texts_of(labelled, "srl"):
        for caption, group in zip(t.captions, t.negatives, strict=True):
            assert caption not in group and len(set(group)) == 4


# -- validation ------------------------------------------------------------------------------------------------------------


def test_one_clip_batches_and_one_event_clips_train(tiny_clip, world, tmp_path):
    """JSONL labels with one, two and five events per clip; a batch of one clip has a loss and a gradient."""
    from dataclasses import replace

    from srlclip.data.jsonl import write_jsonl

    clips = read_vidsitu(world, "train")
    short = [replace(c, events=c.events[:n], annotations=()) for c, n in zip(clips, (1, 1, 2, 2, 5, 5), strict=True)]
    write_jsonl(tmp_path / "train.jsonl", short)
    write_jsonl(tmp_path / "valid.jsonl", short[4:])
    path = tiny_config(
        tmp_path,
        tiny_clip,
        world,
        tmp_path / "run",
        data={"source": "jsonl", "root": str(tmp_path)},
        optim={"batch_clips": 1},
    )
    found = train.train(load_json(TrainSettings, path))
    assert all(math.isfinite(v) for v in found.values())
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert sum("total" in row for row in log) == 12


def test_packed_tensors_are_the_tensors():
    rng = torch.Generator().manual_seed(0)
    given = {
        "pixels": torch.randint(0, 255, (3, 5, 7), dtype=torch.uint8, generator=rng),
        "text": torch.randn(2, 3, generator=rng),
        "none": torch.zeros(2, 0, 4),
        "mask": torch.tensor([[True], [False]]),
        "ids": torch.arange(6).reshape(2, 3),
    }
    packed = Packed.of(given)
    assert packed.buffer.dtype == torch.uint8 and packed.buffer.ndim == 1
    for name, value in packed.to(torch.device("cpu")).tensors().items():
        assert value.dtype == given[name].dtype and torch.equal(value, given[name])
        assert value.numel() == 0 or value.untyped_storage().data_ptr() == packed.buffer.untyped_storage().data_ptr()
