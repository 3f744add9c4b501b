"""Every option of the recipe: what it trains, what it saves, and which settings are refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_models import tiny_config

from srlclip.config import load_json, with_overrides
from srlclip.data.propbank import read_propbank
from srlclip.data.vidsitu import film_of, read_vidsitu
from srlclip.language.lexicon import Lexicon
from srlclip.models.encoder import ClipEncoder
from srlclip.models.pair import ClipPair, adapted_copy
from srlclip.models.srlclip import SRLCLIP
from srlclip.situations import CheckpointError, DataError
from srlclip.synsitu.world import VERBS
from training import train
from training.recipe.data import TrainingData, draw_share, first_events, load_situations, packed
from training.recipe.no_effect import check_used, without_effect
from training.settings import TrainSettings


@pytest.fixture(scope="module")
def run(tiny_clip, world, tmp_path_factory):
    """Train with these overrides: run(name, "tuning.image=full", ...) -> run folder."""
    folder = tmp_path_factory.mktemp("options")

    def start(name, *overrides):
        config = tiny_config(folder, tiny_clip, world, folder / name, optim={"epochs": 1}, trackers="")
        settings = with_overrides(load_json(TrainSettings, config), overrides)
        check_used(settings, overrides)
        train.train(settings)
        return folder / name

    return start


def changed_weights(run, tiny_clip):
    """Names of CLIP's weights that the run changed, LoRA merged."""
    base = ClipEncoder.load(tiny_clip)
    adapted = adapted_copy(base, run / "model")
    before, after = dict(base.clip.named_parameters()), dict(adapted.clip.named_parameters())
    return {name for name in before if not torch.equal(before[name], after[name])}


def losses(run):
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


@pytest.mark.parametrize(
    ("targets", "layers"),
    [
        ("qkv", {"q_proj", "k_proj", "v_proj"}),
        ("qkvo", {"q_proj", "k_proj", "v_proj", "out_proj"}),
        ("qkvo+fc", {"q_proj", "k_proj", "v_proj", "out_proj", "fc1"}),
        ("qkvo+fc+proj", {"q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"}),
    ],
)
def test_lora_targets(run, tiny_clip, targets, layers):
    found = changed_weights(run(targets, f"lora.targets={targets}"), tiny_clip)
    assert all(name.startswith("vision_model.encoder.layers.") for name in found)
    assert {name.split(".")[-2] for name in found} == layers


def test_full_fine_tuning_trains_and_saves_the_whole_image_tower_and_nothing_else(run, tiny_clip):
    folder = run("full", "tuning.image=full", "optim.learning_rate=0.001")
    found = changed_weights(folder, tiny_clip)
    # A key's bias shifts all of a query's scores alike: its gradient is 0 but for rounding.
    tower = {n for n in ClipEncoder.load(tiny_clip).image_tower() if "k_proj.bias" not in n}
    assert tower <= found <= set(ClipEncoder.load(tiny_clip).image_tower())
    assert not (folder / "model" / "adapter").exists()
    loaded, pixels = SRLCLIP.load(folder / "model", tiny_clip), torch.rand(2, 3, 32, 32)
    pair = ClipPair.load(tiny_clip, folder / "model")
    with torch.inference_mode():
        ours = loaded.encoder.encode_frames(pixels)
        base, adapted = pair.encode_frames(pixels)
    torch.testing.assert_close(adapted, ours)
    assert not torch.allclose(base, ours, atol=1e-3)
    torch.testing.assert_close(base, ClipEncoder.load(tiny_clip).encode_frames(pixels))
    assert SRLCLIP.load(folder / "model", tiny_clip, trainable=True).encoder.trainable_parameters()
    (folder / "model" / "image_tower.safetensors").write_bytes(b"cut")
    for load in (SRLCLIP.load, lambda f, b: ClipPair.load(b, f)):
        with pytest.raises(CheckpointError, match="image_tower.safetensors"):
            load(folder / "model", tiny_clip)


def test_a_tuned_text_tower_is_trained_saved_and_kept_out_of_a_pair(run, tiny_clip):
    folder = run("text", "tuning.text=lora")
    assert {name.split(".")[0] for name in changed_weights(folder, tiny_clip)} == {"vision_model", "text_model"}
    loaded, base = SRLCLIP.load(folder / "model", tiny_clip), ClipEncoder.load(tiny_clip)
    with torch.inference_mode():
        assert not torch.allclose(loaded.encoder.encode_texts(["the man"]), base.encode_texts(["the man"]), atol=1e-4)
    with pytest.raises(CheckpointError, match="also changes the text tower"):
        ClipPair.load(tiny_clip, folder / "model")
    pixels = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    pair = ClipPair.load(tiny_clip, folder / "model", frames_only=True)
    with torch.inference_mode():  # who reads frames alone, as captioners do, may have it
        torch.testing.assert_close(pair.encode_frames(pixels)[1], loaded.encoder.encode_frames(pixels))
    card = folder / "model" / "srlclip.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"tuning": {"image": "lora", "text": "frozen"}}))
    with pytest.raises(CheckpointError, match="the adapter is for text and vision tower"):
        SRLCLIP.load(folder / "model", tiny_clip)


def test_a_text_tower_that_is_tuned_at_no_rate_has_the_losses_of_a_frozen_one(run):
    """The captions embedded at every step are those that the cache holds."""
    frozen, tuned = (
        run("still", "optim.learning_rate=0"),
        run("still-text", "optim.learning_rate=0", "tuning.text=lora"),
    )
    names = {"clip_event", "clip_video", "valid_R@1", "valid_MdR", "valid_verb_role"}  # the others need a random start
    for one, two in zip(losses(frozen), losses(tuned), strict=True):
        assert {k: v for k, v in one.items() if k in names} == pytest.approx(
            {k: v for k, v in two.items() if k in names}, abs=1e-4
        )


def test_without_contextualizer_two_losses_and_no_file(run, tiny_clip):
    for name, override in (("bare", "contextualizer.layers=0"), ("clip-event", "loss.vc_event=0")):
        more = [] if name == "bare" else ["loss.video=0"]
        folder = run(name, override, *more)
        assert all("vc_event" not in row for row in losses(folder))
        assert not (folder / "model" / "contextualizer.safetensors").exists()
        assert SRLCLIP.load(folder / "model", tiny_clip).contextualizer is None
        assert ClipPair.load(tiny_clip, folder / "model").contextualizer is None


def test_only_the_contextualizer(run, tiny_clip):
    folder = run("frozen", "tuning.image=frozen")
    assert not changed_weights(folder, tiny_clip)
    assert SRLCLIP.load(folder / "model", tiny_clip).contextualizer is not None


def test_the_contextualizer_may_have_a_rate_of_its_own(run, tiny_clip):
    """At 0 it stays as it began, while the adapter learns; a rate of 1 is the paper's one for all, in one group."""
    still, own, one = (run(f"rate{rate}", f"optim.contextualizer_rate={rate}") for rate in (0, 3, 1))
    settings = load_json(TrainSettings, still / "config.json")
    train.set_seed(settings.seed)
    fresh = train.create_model(settings)
    weights = {folder: SRLCLIP.load(folder / "model", tiny_clip) for folder in (still, own, one)}
    start = fresh.contextualizer.state_dict()
    moved = {
        f: not all(map(torch.equal, m.contextualizer.state_dict().values(), start.values())) for f, m in weights.items()
    }
    assert moved == {still: False, own: True, one: True} and changed_weights(still, tiny_clip)
    for name in ("contextualizer.safetensors", "adapter/adapter_model.safetensors"):
        assert (one / "model" / name).read_bytes() == (run("plain") / "model" / name).read_bytes()
        assert (own / "model" / name).read_bytes() != (one / "model" / name).read_bytes()
    assert len(train.create_optimiser(fresh, TrainSettings().optim).param_groups) == 1


def test_a_contextualizer_that_starts_as_the_mean_is_saved_with_its_gain(run, tiny_clip):
    folder = run("residual", "contextualizer.residual_gain=0.02")
    gain = SRLCLIP.load(folder / "model", tiny_clip).contextualizer.gain
    assert gain.shape == (2,) and bool((gain != 0.02).all())
    first, plain = losses(folder)[1], losses(run("plain"))[1]
    assert first["clip_event"] == plain["clip_event"]
    mine, others = (abs(row["vc_event"] - row["clip_event"]) for row in (first, plain))
    assert mine < 0.1 < others


def test_validation_may_ask_the_contextualizers_tokens_and_changes_nothing_by_it(run):
    asked, plain = run("tokens", "validate_tokens=true"), run("plain")
    new = {"valid_vc_R@1", "valid_verb_probe", "valid_vc_verb_probe"}
    for one, two in zip(losses(asked), losses(plain), strict=True):
        assert {k: v for k, v in one.items() if k not in new} == two
        assert set(one) - set(two) == (new if "valid_loss" in one else set())
        assert all(0 <= one[name] <= 100 for name in new & set(one))
    for name in ("contextualizer.safetensors", "adapter/adapter_model.safetensors"):
        assert (asked / "model" / name).read_bytes() == (plain / "model" / name).read_bytes()


def test_activation_checkpointing_and_the_number_of_negatives_in_the_loss(run):
    plain = losses(run("plain"))
    assert losses(run("recompute", "optim.checkpoint_activations=true")) == plain
    none, eight = losses(run("n0", "loss.verb_role_negatives=0")), losses(run("n8", "loss.verb_role_negatives=8"))
    assert none[1]["clip_event"] < plain[1]["clip_event"] < eight[1]["clip_event"]
    fewer = losses(run("unnatural", "loss.natural_negatives=false"))
    assert fewer[1]["clip_event"] < plain[1]["clip_event"]


def test_accumulated_gradients_move_the_optimiser_once_a_window(run):
    folder = run("accumulated", "optim.accumulate=2", "optim.epochs=3", "optim.batch_clips=2")
    rows = [row for row in losses(folder) if "total" in row]
    assert [row["step"] for row in rows] == [1, 2, 3, 4, 5, 6]  # three batches an epoch: windows of two and one
    assert json.loads((folder / "run.json").read_text())["steps"] == 6


def test_mixed_precision(run):
    half, plain = losses(run("bf16", "optim.precision=bf16")), losses(run("plain"))
    assert half[1]["total"] == pytest.approx(plain[1]["total"], abs=0.2) and half[1]["total"] != plain[1]["total"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU, which can")
def test_half_precision_without_a_gpu_is_refused(tiny_clip, world, tmp_path, capsys):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    assert train.main(["--config", str(config), "--set", "optim.precision=fp16"]) == 2
    assert "fp16 needs a GPU" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_compiled_image_tower_trains_the_same(run, monkeypatch):
    """By the compiler's own front end alone: code generation takes minutes and is torch's."""
    from functools import partialmethod

    monkeypatch.setattr(torch.nn.Module, "compile", partialmethod(torch.nn.Module.compile, backend="eager"))
    compiled = losses(run("compiled", "optim.compile=true"))
    for one, two in zip(compiled, losses(run("plain")), strict=True):
        assert one == pytest.approx(two, abs=1e-3)


def test_the_run_goes_to_tensorboard_under_its_own_names(tiny_run):
    files = list((tiny_run / "trackers").rglob("events.out.tfevents*"))
    assert files and any(b"valid_loss" in f.read_bytes() and b"clip_event" in f.read_bytes() for f in files)


# -- data -----------------------------------------------------------------------------------------------------------------


def test_shares_are_nested_and_count_the_clips_that_have_a_video(world):
    from dataclasses import replace

    clips = read_vidsitu(world, "train")
    clips[2] = replace(clips[2], path=None)
    drawn = {share: [c.clip_id for c in draw_share(clips, share, 0)] for share in (0.01, 0.2, 0.6, 1)}
    assert [len(ids) for ids in drawn.values()] == [1, 1, 3, 6]
    assert set(drawn[0.2]) <= set(drawn[0.6]) and clips[2].clip_id not in drawn[0.6]
    order = [c.clip_id for c in clips]
    assert drawn[0.6] == sorted(drawn[0.6], key=order.index)
    assert len({tuple(c.clip_id for c in draw_share(clips, 0.4, seed)) for seed in range(5)}) > 1


def test_fewer_events_of_a_clip_are_its_first_ones_with_their_own_frames(tiny_clip, world, tmp_path):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run", data={"events": 2})
    settings = load_json(TrainSettings, config)
    clips = load_situations(settings.data, "train", 6)
    encoder = ClipEncoder.load(tiny_clip)
    two = TrainingData.prepare(settings, encoder, clips, progress=False)
    whole = TrainingData.prepare(with_overrides(settings, ["data.events=0"]), encoder, clips, progress=False)
    ids = [clips[0].clip_id]
    few, all_five = two.batch(ids), whole.batch(ids)
    assert few.pixels.shape[:3] == (1, 2, 2) and all_five.pixels.shape[:3] == (1, 5, 2)
    assert torch.equal(few.pixels, all_five.pixels[:, :2])
    torch.testing.assert_close(few.text, all_five.text[:, :2])
    assert len(first_events(clips[0], 2).annotations[0]) == 2 and first_events(clips[0], 0) is clips[0]


def test_batches_split_no_film_and_are_as_many_in_every_order():
    films = [
        [f"{name}{i}" for i in range(count)] for name, count in zip("abcdefgh", (5, 1, 3, 1, 5, 2, 1, 9), strict=True)
    ]
    for seed in range(20):
        drawn = [films[i] for i in np.random.default_rng(seed).permutation(len(films))]
        batches = packed(drawn, 6)
        assert sorted(c for b in batches for c in b) == sorted(c for film in films for c in film)
        assert all(0 < len(b) <= 6 for b in batches) and len(batches) == 5
        assert all(len({i for i, b in enumerate(batches) if set(film) & set(b)}) == 1 for film in films[:-1])
    clips = [[f"c{i}"] for i in range(11)]
    assert packed(clips, 4) == [[c for (c,) in clips[i : i + 4]] for i in (0, 4, 8)]


def test_look_alikes_join_the_training_clips_and_their_films_the_batches(tiny_clip, tmp_path):
    more = {"clips": 3, "look_alikes": 10, "films_together": True, "frames_per_event": 1}
    config = tiny_config(tmp_path, tiny_clip, tmp_path / "world", tmp_path / "run", data=more, optim={"batch_clips": 6})
    settings = load_json(TrainSettings, config)
    clips = load_situations(settings.data, "train", 3)
    assert [film_of(c.clip_id).split("-")[1] for c in clips] == ["train"] * 3 + ["alike"] * 10
    assert all(len(c.events) == 5 and len(c.annotations) <= 1 for c in clips)
    assert len(load_situations(settings.data, "valid", 2)) == 2
    data = TrainingData.prepare(settings, ClipEncoder.load(tiny_clip), clips, progress=False)
    for epoch in range(3):
        batches = data.order(epoch)
        assert (
            sorted(c for b in batches for c in b) == sorted(c.clip_id for c in clips) and len(batches) == data.steps()
        )
        films = [{film_of(c) for c in b if "alike" in c} for b in batches]
        assert sorted(len(f) for f in films) == [0, 1, 1]
    assert data.order(0) != data.order(1)


def test_of_a_single_file_every_tenth_clip_validates(world, tmp_path):
    from dataclasses import replace

    from srlclip.data.jsonl import write_jsonl
    from training.settings import DataSettings

    clips = read_vidsitu(world, "train")
    many = [replace(clips[i % 6], clip_id=f"c{i}", annotations=()) for i in range(12)]
    write_jsonl(tmp_path / "mine.jsonl", many)
    settings = DataSettings(source="jsonl", root=str(tmp_path / "mine.jsonl"))
    train_ids, valid_ids = ([c.clip_id for c in load_situations(settings, s, 0)] for s in ("train", "valid"))
    assert valid_ids == ["c9"] and train_ids == [f"c{i}" for i in range(12) if i != 9]
    write_jsonl(tmp_path / "few.jsonl", many[:9])
    with pytest.raises(DataError, match="needs ten clips"):
        load_situations(DataSettings(source="jsonl", root=str(tmp_path / "few.jsonl")), "valid", 0)


def test_propbank_gives_roles_to_the_negatives_and_no_verb_to_the_saved_lexicon(run):
    folder = Path(__file__).parents[1] / "fixtures" / "propbank_mini"
    out = run("propbank", f"data.propbank={folder}")
    verbs = Lexicon.from_json(out / "model" / "lexicon.json").verbs
    assert verbs and set(verbs) == set(Lexicon.from_json(run("plain") / "model" / "lexicon.json").verbs)
    assert {e.verb_id for e in read_propbank(folder)} - set(verbs)


def test_verbs_of_one_propbank_class_are_negatives_unless_classes_are_asked_for(tiny_clip, world, tmp_path):
    rolesets = "".join(f'<roleset id="{verb}" name="" vncls="51.3.2"><roles/></roleset>' for verb in VERBS)
    (tmp_path / "all-v.xml").write_text(f'<frameset><predicate lemma="act">{rolesets}</predicate></frameset>', "utf-8")
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run", data={"propbank": str(tmp_path)})
    settings = load_json(TrainSettings, config)
    encoder, clips = ClipEncoder.load(tiny_clip), load_situations(settings.data, "train", 6)
    assert TrainingData.prepare(settings, encoder, clips, progress=False).width == settings.loss.verb_role_negatives
    barred = with_overrides(settings, ["data.propbank_classes=true"])
    assert TrainingData.prepare(barred, encoder, clips, progress=False).width == 0


def test_sparse_captions_are_as_sparse_as_those_of_the_base(tmp_path):
    from training.recipe.texts import sparse_shares

    assert sparse_shares("mini-base") == (0.4, 0.15, 1.0)
    assert sparse_shares("openai/clip-vit-base-patch32") == (0.1, 0.3, 0.5)
    (tmp_path / "run.json").write_text(json.dumps({"settings": {"verb_share": 0.25, "colour_share": 0.4}}))
    assert sparse_shares(str(tmp_path)) == (0.25, 0.4, 0.5)


# -- settings that are refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["tuning.image=full", "lora.rank=8"], "lora.rank has no effect: tuning.image is full"),
        (["contextualizer.layers=0", "contextualizer.heads=2"], "contextualizer.layers is 0"),
        (["contextualizer.layers=0", "loss.vc_event=0.5"], "contextualizer.layers is 0"),
        (["loss.vc_event=0", "loss.video=0", "contextualizer.layers=2"], "no loss uses a contextualizer"),
        (["contextualizer.layers=0", "contextualizer.residual_gain=0.1"], "contextualizer.layers is 0"),
        (["contextualizer.layers=0", "optim.contextualizer_rate=3"], "contextualizer.layers is 0"),
        (["loss.vc_event=0", "loss.video=0", "optim.contextualizer_rate=3"], "no loss uses a contextualizer"),
        (["contextualizer.layers=0", "validate_tokens=true"], "contextualizer.layers is 0"),
        (["loss.video=0", "loss.clip_video=2"], "loss.video is 0"),
        (["data.caption_style=bag", "loss.verb_role_negatives=2"], "has no verb-role negatives"),
        (["data.caption_style=bag", "loss.role_swaps=2"], "has no verb-role negatives"),
        (["loss.verb_role_negatives=0", "loss.negative_roles=keep"], "loss.verb_role_negatives is 0"),
        (["data.propbank_classes=true"], "data.propbank is not given"),
        (["loss.clip_event=0", "loss.vc_event=0", "loss.natural_negatives=false"], "no event loss is used"),
    ],
)
def test_an_override_without_effect_is_refused(overrides, words):
    with pytest.raises(ValueError, match=words):
        check_used(with_overrides(TrainSettings(), overrides), overrides)


def test_the_papers_settings_have_no_setting_without_effect():
    assert without_effect(TrainSettings()) == {}


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("tuning.image=half", "allowed: lora, full, frozen"),
        ("loss.verb_role_negatives=9", "allowed: 0 to 8"),
        ("loss.role_swaps=9", "allowed: 0 to 8"),
        ("loss.negative_roles=both", "allowed: follow, keep"),
        ("data.look_alikes=-1", "must be 0 or more"),
        ("data.share=0", "above 0 and at most 1"),
        ("data.frames_per_event=0", "must be 1 or more"),
        ("optim.precision=fp8", "allowed: fp32, bf16, fp16"),
        ("optim.accumulate=0", "must be 1 or more"),
        ("optim.contextualizer_rate=-1", "must be 0 or more"),
        ("contextualizer.layers=-1", "0 \\(no contextualizer\\) or more"),
        ("loss.video=-1", "must be 0 or more"),
        ("checkpoint_every=0", "must be 1 or more"),
        ("lora.alpha=0", "must be above 0"),
    ],
)
def test_a_value_out_of_range_is_refused(override, words):
    with pytest.raises(ValueError, match=words):
        with_overrides(TrainSettings(), [override])


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["loss.clip_event=0", "loss.vc_event=0", "loss.video=0"], "no loss is left"),
        (["tuning.image=frozen", "contextualizer.layers=0"], "nothing is left to train"),
        (["data.source=vidsitu", "data.look_alikes=5"], "data.source=vidsitu has none"),
        (["trackers=tensorbored"], "allowed: aim, tensorboard"),
        (["trackers=tensorboard,clearml"], "not installed; pip install clearml"),
    ],
)
def test_a_run_that_cannot_be_is_one_line(overrides, words, tiny_clip, world, tmp_path, capsys):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    sets = [part for override in overrides for part in ("--set", override)]
    assert train.main(["--config", str(config), *sets]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ") and words in last


def test_an_unknown_caption_style_is_refused_before_anything_is_written(tiny_clip, world, tmp_path, capsys):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    assert train.main(["--config", str(config), "--set", "data.caption_style=prose"]) == 2
    assert "data.caption_style is 'prose'; allowed: srl" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_run_that_never_began_stands_in_no_ones_way(tiny_clip, world, tmp_path, capsys):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    assert train.main(["--config", str(config), "--set", "data.source=jsonl", "--set", "data.root=nowhere"]) == 2
    assert "give a .jsonl file, or a folder that holds it" in capsys.readouterr().err
    assert train.main(["--config", str(config), "--set", "optim.epochs=1"]) == 0
    assert train.main(["--config", str(config), "--set", "optim.epochs=2"]) == 2
    assert "holds a run with another optim.epochs" in capsys.readouterr().err


def test_a_loss_that_is_no_number_stops_the_run(tiny_clip, world, tmp_path, capsys):
    config = tiny_config(tmp_path, tiny_clip, world, tmp_path / "run")
    wild = ["--set", "optim.learning_rate=1e30", "--set", "optim.clip_norm=0"]
    assert train.main(["--config", str(config), *wild]) == 2
    assert "lower optim.learning_rate" in capsys.readouterr().err
