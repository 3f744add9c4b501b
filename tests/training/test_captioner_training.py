"""Training a captioner: run folders, resumption, early stopping, ranks, features on disk, and the results' file."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import captioner_ranks
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from srlclip.captioning import zero_shot
from srlclip.captioning.captioner_files import load_captioner
from srlclip.captioning.trained import CaptionHeads
from srlclip.config import from_dict
from srlclip.data.frame_cache import Sampling, frame_cache
from srlclip.models.checkpoints import read_json
from srlclip.models.pair import ClipPair
from srlclip.situations import Event, Role, Situation
from training import captioner, captioner_results
from training.captioning import data as captioner_data
from training.captioning import frozen_features
from training.captioning.settings import CaptionerOptim, CaptionerTraining
from training.recipe.data import load_situations

TINY = {"width": 16, "layers": 1, "heads": 2, "feedforward": 2.0, "max_words": 6, "dropout": 0.1}


@pytest.fixture(scope="module")
def settings(tiny_clip, tiny_run, world, tmp_path_factory):
    """Settings as a dict; what is decoded and embedded is shared by the tests."""
    cache = tmp_path_factory.mktemp("features")
    return {
        "base": str(tiny_clip), "adapter": str(tiny_run / "model"), "trackers": "", "captioner": TINY,
        "data": {"root": str(world), "clips": 6, "valid_clips": 2, "workers": 1, "cache": str(cache), "frames_per_event": 2},
        "optim": {"learning_rate": 0.01, "batch_clips": 4, "epochs": 3, "patience": 0},
    }  # fmt: skip


@pytest.fixture(scope="module")
def pair(tiny_clip, tiny_run):
    return ClipPair.load(str(tiny_clip), str(tiny_run / "model"))


@pytest.fixture
def call(settings, tmp_path):
    """call(run folder, *overrides) -> exit code of the script."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings))

    def run(out, *overrides):
        told = [x for o in (f"out={out}", *overrides) for x in ("--set", o)]
        return captioner.main(["--config", str(config), *told])

    return run


@pytest.fixture(scope="module")
def whole(settings, tmp_path_factory):
    """A finished run of three epochs."""
    out = tmp_path_factory.mktemp("captioner") / "whole"
    captioner.train(from_dict(CaptionerTraining, {**settings, "out": str(out)}))
    return out


def log(run: Path) -> list[dict]:
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def weights(run: Path) -> bytes:
    return (run / "model" / "captioner.safetensors").read_bytes()


# -- a run --------------------------------------------------------------------------------------------------------------


def test_a_run_explains_itself(whole, pair, call, capsys):
    assert sorted(p.name for p in whole.iterdir()) == ["config.json", "log.jsonl", "metrics.json", "model", "run.json"]
    config, run, metrics = (json.loads((whole / f"{n}.json").read_text()) for n in ("config", "run", "metrics"))
    assert config["captioner"]["width"] == 16 and config["model"] == "adapted"
    rows = log(whole)
    assert [row["epoch"] for row in rows] == [1, 2, 3] and [row["step"] for row in rows] == [2, 4, 6]
    assert {"words", "verb", "roles", "valid_CIDEr", "valid_Vb@1", "valid_Vb@5"} <= set(rows[0])
    assert rows[-1]["words"] < rows[0]["words"]
    assert set(metrics) == {"CIDEr", "Vb@1", "Vb@5", "epoch"} and metrics["epoch"] == run["best_epoch"]
    assert {"commit", "argv", "seconds", "data_fingerprint", "parameters", "processes", "skipped"} <= set(run)
    made, source, metadata = load_captioner(whole / "model")
    assert run["parameters"] == sum(w.numel() for w in made.parameters())
    assert (source.model, source.contextualized, source.events, source.frames_per_event) == ("adapted", True, 5, 2)
    assert source.fingerprint == pair.feature_fingerprint("adapted", True) != pair.feature_fingerprint("adapted")
    assert metadata == {"seed": 0, "epoch": metrics["epoch"]}
    assert float(made.frame_std.min()) > 0 and not torch.equal(made.frame_mean, torch.zeros(32))

    before = {p: p.stat().st_mtime_ns for p in whole.rglob("*")}
    assert call(whole) == 0 and "holds this run, finished" in capsys.readouterr().out
    assert call(whole, "seed=4") == 2
    assert "holds a run with another seed (0, now 4); choose another --set out=" in capsys.readouterr().err
    assert before == {p: p.stat().st_mtime_ns for p in whole.rglob("*")}


def test_both_arms_of_a_pair_make_heads_that_load(whole, call, pair, tmp_path):
    assert call(tmp_path / "base", "model=base", "optim.epochs=1") == 0
    (tmp_path / "heads").mkdir()
    for model, run in (("base", tmp_path / "base"), ("adapted", whole)):
        os.symlink(run / "model", tmp_path / "heads" / model)
    heads = CaptionHeads.load(tmp_path / "heads", pair)
    assert heads.heads["base"][1].contextualized is False and heads.frames_per_event == 2
    frames = np.random.default_rng(0).standard_normal((7, 2, 32)).astype(np.float32)
    assert all(len(heads.read(model, frames)) == 7 for model in ("base", "adapted"))


def interrupted(monkeypatch, call, out, name, at):
    """Run until the function of that name in training.captioner is called for the `at`-th time."""
    original, calls = getattr(captioner, name), []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == at:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(captioner, name, failing)
        with pytest.raises(KeyboardInterrupt):
            call(out)


def test_a_killed_run_goes_on_to_the_same_weights_and_log(whole, call, monkeypatch, tmp_path, capsys):
    out = tmp_path / "broken"
    interrupted(monkeypatch, call, out, "train_epoch", 2)
    assert len(log(out)) == 1 and not (out / "run.json").exists()
    interrupted(monkeypatch, call, out, "validate", 2)  # epochs 2 and, half, 3
    config = (out / "config.json").read_bytes()
    assert call(out, "optim.learning_rate=0.5") == 2 and (out / "config.json").read_bytes() == config
    assert "another optim.learning_rate (0.01, now 0.5)" in capsys.readouterr().err
    assert call(out, "data.workers=2") == 0 and "resumed after epoch 2" in capsys.readouterr().out
    assert weights(out) == weights(whole) and log(out) == log(whole)
    assert (out / "metrics.json").read_bytes() == (whole / "metrics.json").read_bytes()
    assert not (out / "checkpoints").exists()


def test_a_run_is_not_resumed_on_other_labels(call, monkeypatch, tmp_path, capsys):
    out = tmp_path / "labels"
    interrupted(monkeypatch, call, out, "train_epoch", 2)
    read = captioner_data.load_split

    def other(*args):
        found, covered = read(*args)
        event = found[0].events[0]
        roles = (replace(event.roles[0], filler="somebody else"), *event.roles[1:])
        events = (replace(event, roles=roles), *found[0].events[1:])
        return [replace(found[0], events=events, annotations=()), *found[1:]], covered

    monkeypatch.setattr(captioner_data, "load_split", other)
    assert call(out) == 2 and "was trained on other clips, labels or features" in capsys.readouterr().err


def test_the_best_epoch_by_cider_is_kept_and_a_run_that_gets_no_better_stops(call, monkeypatch, tmp_path):
    def scripted(*ciders):
        left = iter(ciders)
        return lambda *args: {"CIDEr": next(left), "Vb@1": 0.0, "Vb@5": 0.0}

    monkeypatch.setattr(captioner, "validate", scripted(1.0, 3.0, 2.0, 3.0, 9.0))
    assert call(tmp_path / "stopped", "optim.epochs=9", "optim.patience=2") == 0
    assert [row["valid_CIDEr"] for row in log(tmp_path / "stopped")] == [1.0, 3.0, 2.0, 3.0]  # as good is no better
    metrics, run = (json.loads((tmp_path / "stopped" / f"{n}.json").read_text()) for n in ("metrics", "run"))
    assert metrics["CIDEr"] == 3.0 and run["best_epoch"] == 2 and run["epochs"] == 4
    monkeypatch.setattr(captioner, "validate", scripted(1.0, 3.0))
    assert call(tmp_path / "two", "optim.epochs=2") == 0
    assert weights(tmp_path / "two") == weights(tmp_path / "stopped")
    monkeypatch.setattr(captioner, "validate", scripted(3.0, 2.0, 1.0))
    assert call(tmp_path / "never", "optim.epochs=3", "optim.patience=0") == 0 and len(log(tmp_path / "never")) == 3


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("adapter=", "model=adapted needs adapter=FOLDER"),
        ("model=both", "model is 'both'; allowed: base, adapted"),
        ("data.caption_style=natural", "data.films_together have no effect on a captioner"),
        ("optim.patience=-1", "optim.patience is -1"),
        ("optim.batch_clips=0", "optim.batch_clips is 0"),
        ("optim.learning_rate=nan", "optim.learning_rate"),
        ("least_word_count=0", "least_word_count is 0"),
        ("captioner.heads=3", "captioner.heads is 3; it must divide captioner.width (16)"),
        ("captioner.max_frames=1", "allowed: 1 to 16 events of 1 to 1 frames"),
        ("captioner.depth=3", "captioner.depth"),
        ("trackers=abacus", "trackers names 'abacus'"),
    ],
)
def test_bad_settings_are_named(call, tmp_path, capsys, override, words):
    assert call(tmp_path / "bad", override) == 2
    assert words in capsys.readouterr().err


# -- data ---------------------------------------------------------------------------------------------------------------


def prepared(settings, pair, split="train", clips=6, **changes):
    s = from_dict(CaptionerTraining, {**settings, **changes})
    return captioner_data.CaptionerData.prepare(s, pair, split, clips, captioner_data.Processes(), False)


def test_the_last_epoch_is_validated_however_a_run_ends():
    o = CaptionerOptim(epochs=9, patience=1, validate_every=10, least_steps=7)
    assert captioner.goes_on(o, 3, 2, worse=1) and not captioner.goes_on(o, 4, 2, worse=1)
    assert [captioner.validation_is_due(o, epoch, 2, worse=1) for epoch in (1, 2, 3, 4)] == [False, False, False, True]
    assert not captioner.validation_is_due(o, 4, 2, worse=0)


def test_validations_and_the_length_of_a_run_are_counted_in_steps(call, tmp_path):
    # two steps an epoch: validated at four steps and at the end; patience and epochs wait for seven steps
    sets = ("optim.epochs=1", "optim.patience=1", "optim.validate_every=4", "optim.least_steps=7")
    assert call(tmp_path / "run", *sets) == 0
    rows = log(tmp_path / "run")
    assert [row["step"] for row in rows] == [2, 4, 6, 8]
    assert [row["step"] for row in rows if "valid_CIDEr" in row] == [4, 8]


def test_clips_of_unequal_length_without_votes_or_labels_are_trained_on(settings, call, pair, monkeypatch, tmp_path):
    read = captioner_data.load_split

    def uneven(*args):
        found, covered = read(*args)
        cut = [
            replace(captioner_data.first_events(s, 1 + i), annotations=(), verb_votes=()) for i, s in enumerate(found)
        ]
        return [replace(cut[0], events=()), *cut[1:]], covered

    monkeypatch.setattr(captioner_data, "load_split", uneven)
    assert call(tmp_path / "uneven", "optim.epochs=1") == 0
    row = log(tmp_path / "uneven")[0]
    assert row["step"] == 4 and all(np.isfinite(list(row.values()))) and 0 <= row["valid_Vb@1"] <= row["valid_Vb@5"]
    data = prepared(settings, pair)
    assert [len(s.events) for s in data.situations] == [2, 3, 4, 5, 5]  # the first has no labels
    assert [data.frames[s.clip_id].shape for s in data.situations] == [(len(s.events), 2, 32) for s in data.situations]
    assert data.fingerprint != prepared(settings, pair, model="base").fingerprint
    assert prepared(settings, pair, model="base").events is None


def test_clips_at_the_beginning_are_passed_over_in_training_only(settings, pair):
    every = [s.clip_id for s in prepared(settings, pair).situations]
    passed = prepared(settings, pair, clips=3, skip_clips=2)
    assert [s.clip_id for s in passed.situations] == every[2:5]
    assert len(prepared(settings, pair, "valid", 2, skip_clips=2)) == 2


def test_an_epoch_shows_every_clip_once_in_an_order_of_its_own(settings, pair):
    data = prepared(settings, pair)
    head = captioner.create(from_dict(CaptionerTraining, settings), pair, data)

    def shown(epoch, rank=0, ranks=1):
        return [(b.frames, b.weight) for b in data.batches(epoch, head, rank, ranks)]

    frames = [torch.cat([f for f, _ in shown(epoch)]) for epoch in (1, 1, 2)]
    assert torch.equal(frames[0], frames[1]) and not torch.equal(frames[0], frames[2])
    assert sorted(frames[0].sum((1, 2, 3)).tolist()) == sorted(frames[2].sum((1, 2, 3)).tolist())
    parts = [[f for f, weight in shown(1, rank, 5) if weight] for rank in range(5)]
    count = Counter(round(float(x), 4) for part in parts for f in part for x in f.sum((1, 2, 3)))
    assert count == Counter(round(float(x), 4) for x in frames[0].sum((1, 2, 3)))


def test_labels_become_targets():
    data, head = captioner_ranks.data(), captioner_ranks.captioner()
    batch = data.batch(["clip1", "clip0"], head)
    assert batch.verbs.tolist() == [[1, -1], [0, 1]]  # fly.01 is unknown
    assert batch.roles.sum(-1).tolist() == [[1, 2], [2, 0]]
    texts = [head.vocabulary.decode(row[1:]) for row in batch.tokens.tolist()]
    assert texts == ["woman", "-", "box", "man", "a red box in a"]  # "-" is a filler; five words at most
    assert batch.slots.used.sum(1).tolist() == [3, 2] and batch.events is None
    twice = Event("v", "v.01", (Role("Arg1", "a", "one"), Role("Arg1", "b", "two"), Role("Arg0", "c", " ")))
    assert captioner_data.fillers(twice) == {"Arg1": "one"}


def test_two_ranks_have_the_losses_and_gradients_of_one(tmp_path):
    """Batches of three clips, of one (the other rank shows a stand-in), and of one without any filler."""
    sizes = [len(ids) for ids in captioner_ranks.data().grouped()]
    assert sorted(sizes) == [1, 1, 3]
    captioner_ranks.main(str(tmp_path))
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node=2", "--standalone"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    script = str(Path(captioner_ranks.__file__))
    done = subprocess.run([*command, script, str(tmp_path)], env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    one, two = (load_file(tmp_path / f"{n}.safetensors") for n in (1, 2))
    assert one.keys() == two.keys() and len({name.split(".")[0] for name in one}) == 3
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=1e-5, rtol=1e-4, msg=name)


# -- features on disk ---------------------------------------------------------------------------------------------------


def test_features_are_computed_once_per_model_and_pixels(settings, pair, tmp_path, monkeypatch):
    monkeypatch.setattr(frozen_features, "SHARD", 2)
    s = from_dict(CaptionerTraining, settings)
    clips = load_situations(s.data, "train", 5)
    cache = frame_cache(clips, Sampling(5, 2, pair.base.preprocess_spec), s.data.cache, progress=False)
    asked = []

    def counting(encoder):
        return SimpleNamespace(
            preprocess_spec=encoder.preprocess_spec,
            device=encoder.device,
            encode_frames=lambda pixels: asked.append(len(pixels)) or encoder.encode_frames(pixels),
        )

    counted = SimpleNamespace(
        base=pair.base, encoders=pair.encoders.map(counting), feature_fingerprint=pair.feature_fingerprint
    )

    def ask(model="base", count=5, source=counted):
        del asked[:]
        ids = [c.clip_id for c in clips[:count]]
        found = frozen_features.frozen_features(source, model, cache, ids, tmp_path, progress=False)
        assert list(found) == ids
        return found

    first = ask()
    assert len(asked) == 5 and len(list(tmp_path.rglob("*.safetensors"))) == 3
    pixels = pair.base.preprocess_spec.to_float(torch.from_numpy(np.array(cache[clips[3].clip_id])))
    np.testing.assert_allclose(first[clips[3].clip_id], pair.base.encode_frames(pixels).numpy(), atol=1e-6)
    again = ask()
    assert not asked and all(np.array_equal(first[k], again[k]) for k in first)
    ask(count=4)
    assert not asked  # whole shards of a shorter list are the same
    shard = sorted(tmp_path.rglob("*.safetensors"))[0]
    for data in (shard.read_bytes()[:-3], b"not safetensors", b""):
        shard.write_bytes(data)
        mended = ask()
        assert 0 < len(asked) <= 2 and all(np.array_equal(first[k], mended[k]) for k in first)
    adapted = ask("adapted")
    assert len(asked) == 5 and not np.allclose(adapted[clips[0].clip_id], first[clips[0].clip_id])
    other = SimpleNamespace(**{**vars(counted), "feature_fingerprint": lambda model: "f" * 16})
    ask(source=other)
    assert len(asked) == 5 and (tmp_path / "features" / ("f" * 16)).is_dir()
    assert not list(tmp_path.rglob("*.part"))


def test_each_process_computes_its_share_of_the_features(settings, pair, tmp_path, monkeypatch):
    monkeypatch.setattr(frozen_features, "SHARD", 1)
    s = from_dict(CaptionerTraining, settings)
    clips = load_situations(s.data, "train", 5)
    cache = frame_cache(clips, Sampling(5, 2, pair.base.preprocess_spec), s.data.cache, progress=False)
    ids = [c.clip_id for c in clips]
    waited = []

    def wait():
        waited.append(len(list(tmp_path.rglob("*.safetensors"))))

    p = captioner_data.Processes(1, 2, wait)
    found = frozen_features.frozen_features(pair, "base", cache, ids, tmp_path, p, False)
    # Two of five at the barrier; what the other process did not leave behind it computes for itself.
    assert waited == [2] and list(found) == ids


# -- the results' file --------------------------------------------------------------------------------------------------


def test_the_majority_says_what_is_most_frequent():
    def event(verb, **fillers):
        return Event(verb.split(".")[0], verb, tuple(Role(k, k, t) for k, t in fillers.items()))

    train = [
        Situation("a", None, (event("push.01", Arg0="man", Arg1="box"), event("push.01", Arg0="dog", AScn="street"))),
        Situation("b", None, (event("push.01", Arg0="dog"), event("sit.01", Arg0="cat", AMnr="slowly"))),
    ]
    asked = Situation("c", None, (event("push.01", Arg0="?", AMnr="?", AGol="?"), event("fly.01", Arg0="?", AScn="?")))
    found = captioner_results.majority_readings(SimpleNamespace(train=train, situations=[asked]))["c"]
    assert found[0].verbs == found[1].verbs == (("push.01", 0.75), ("sit.01", 0.25))
    # Its own verb's filler first, else any verb's; a role that was never filled stays open.
    assert {k: g.text for k, g in found[0].fillers.items()} == {"Arg0": "dog", "AMnr": "slowly"}
    assert {k: g.text for k, g in found[1].fillers.items()} == {"Arg0": "dog", "AScn": "street"}
    assert found[0].fillers["Arg0"].confidence == pytest.approx(2 / 3)
    assert found[1].fillers["Arg0"].confidence == pytest.approx(2 / 4)


def test_the_results_file_holds_every_arm_mode_and_seed(settings, tmp_path, monkeypatch):
    for name, value in (("ENSEMBLE", 24), ("MEMBERS", 2), ("FILLERS", 4), ("FEW", 2), ("SWEEPS", 1)):
        monkeypatch.setattr(zero_shot, name, value)
    monkeypatch.setattr(captioner_results, "UNSEEN", "skip_clips=3")
    config = tmp_path / "config.json"
    config.write_text(json.dumps(settings))
    told = [
        "--config",
        str(config),
        "--seeds",
        "1",
        "--clips",
        "2",
        "--resamples",
        "20",
        "--runs",
        str(tmp_path / "runs"),
    ]
    told += [
        "--set",
        "optim.epochs=1",
        "--set",
        "data.valid_clips=1",
        "--set",
        "data.clips=3",
        "--out",
        str(tmp_path / "out" / "captioner.json"),
    ]
    assert captioner_results.main(told) == 0
    found = read_json(tmp_path / "out" / "captioner.json")
    assert {"commit", "data", "clips", "events", "models", "scale", "roles", "seeds", "table", "modes", "per_seed", "runs"} <= set(found)  # fmt: skip
    assert found["clips"] == 2 and found["events"] == 10 and found["data"] == "SynSitu valid, clips 1 to 2"
    arms = ["base", "adapted", "adapted, no contextualizer"]
    assert list(found["modes"]) == ["lexicon's roles of the predicted verb", "predicted roles"]
    for metric, row in found["table"].items():
        assert {
            "majority, true verb known",
            "zero-shot base",
            "zero-shot adapted",
            *(f"head {a}" for a in arms),
        } <= set(row)
        assert list(found["per_seed"][metric]) == arms and all(len(v) == 1 for v in found["per_seed"][metric].values())
    assert set(found["unseen_clips"]) == set(found["table"])
    both = [*arms, *(f"{arm}, unseen clips" for arm in arms)]
    assert [(run["arm"], run["seed"]) for run in found["runs"]] == [(arm, 0) for arm in both]
    assert {"commit", "epochs", "best_epoch", "parameters", "features", "selected_at"} <= set(found["runs"][0])
    names = sorted(p.name for p in (tmp_path / "runs").iterdir() if p.is_dir())
    slugs = [f"{s}-{kind}seed0" for s in ("adapted", "adapted-no-contextualizer", "base") for kind in ("", "unseen-")]
    assert names == sorted([*slugs, "predictions"])
    assert len(list((tmp_path / "runs" / "predictions").iterdir())) == 2 * (1 + 2 + 9 + 3)


def test_clips_that_a_choice_was_made_on_are_not_scored(settings, pair):
    s = from_dict(CaptionerTraining, settings)
    bench = captioner_results.Bench.prepare(s, 1)
    chosen = load_situations(s.data, "valid", s.data.valid_clips)
    assert len(bench.situations) == 1 and not {x.clip_id for x in bench.situations} & {x.clip_id for x in chosen}
    assert list(bench.data) == list(captioner_results.ARMS)
