"""The paper's configuration on a miniature in VidSitu's files, with a full-size ViT-B/32 of random weights: three steps.

Two of the miniature's training clips are those of data/vidsitu_mini (two annotators, nested parentheses, "-" and ""); the
others are written here, because only training needs them.
"""

import json
import shutil
from math import log
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.random_clip import save_random_clip
from srlclip.config import load_json
from srlclip.data.vidsitu import read_vidsitu
from srlclip.language import prompts
from srlclip.models.pair import ClipPair
from srlclip.models.srlclip import SRLCLIP
from training import train
from training.settings import TrainSettings

MINI = Path(__file__).parents[1] / "fixtures" / "vidsitu_mini"
CONFIG = Path(train.__file__).parent / "configs" / "vidsitu.json"
TRAIN_1, TRAIN_2, VALID = "v_aB-_seg_9x_seg_0_10", "v__-Zq3_k1w4_seg_110_120", "v_Qw-8_e_seg_20_30"
#: segment -> its five events as (verb, VerbID, roles); "twirl.01" occurs this once.
MORE = {
    "v_tall_Video1_seg_0_10": [
        ("walk (move)", "walk.01", {"Arg0 (walker)": "an old man", "ArgM (direction)": "to the door", "Scene of the Event": "hall"}),
        ("open (unclose)", "open.01", {"Arg0 (opener)": "an old man", "Arg1 (thing opening)": "door", "ArgM (manner)": "slowly"}),
        ("look (vision)", "look.01", {"Arg0 (looker)": "an old man", "Arg1 (thing looked at or for or on)": "-", "ArgM (location)": "outside"}),
        ("talk (speak)", "talk.01", {"Arg0 (talker)": "nurse", "Arg2 (hearer)": "an old man", "Arg1 (subject (of talk))": "", "Scene of the Event": "hall"}),
        ("walk (move)", "walk.01", {"Arg0 (walker)": "nurse", "ArgM (direction)": "away", "ArgM (purpose)": "to fetch help"}),
    ],
    "v_varFps__x_seg_35_45": [
        ("run (move fast)", "run.02", {"Arg0 (runner)": "two boys", "ArgM (direction)": "down the hill", "Scene of the Event": "field"}),
        ("grab (take)", "grab.01", {"Arg0 (grabber)": "taller boy", "Arg1 (entity grabbed)": "kite", "ArgM (goal)": "-"}),
        ("twirl (spin (around))", "twirl.01", {"Arg0 (twirler)": "smaller boy", "Arg1 (thing (or person) twirled)": "stick", "ArgM (manner)": "wildly"}),
        ("run (move fast)", "run.02", {"Arg0 (runner)": "dog", "ArgM (direction)": "towards the boys", "Scene of the Event": "field"}),
        ("look (vision)", "look.01", {"Arg0 (looker)": "two boys", "Arg1 (thing looked at or for or on)": "dog", "ArgM (manner)": "happily"}),
    ],
    "v_wide-2_39-1_seg_70_80": [
        ("talk (speak)", "talk.01", {"Arg0 (talker)": "pilot", "Arg2 (hearer)": "crew", "Scene of the Event": "cockpit"}),
        ("grab (take)", "grab.01", {"Arg0 (grabber)": "pilot", "Arg1 (entity grabbed)": "lever", "ArgM (manner)": "quickly"}),
        ("turn (rotate)", "turn.01", {"Arg0 (the turner)": "plane", "ArgM (direction)": "left", "ArgM (location)": "over the sea"}),
        ("look (vision)", "look.01", {"Arg0 (looker)": "crew", "Arg1 (thing looked at or for or on)": "instruments", "ArgM (manner)": "-"}),
        ("talk (speak)", "talk.01", {"Arg0 (talker)": "co-pilot", "Arg2 (hearer)": "pilot", "ArgM (manner)": "calmly"}),
    ],
}  # fmt: skip
GONE, CORRUPT, UNLABELLED = "v_gone_01_seg_0_10", "v_corrupt01_seg_5_15", "v_noLabel__-_seg_0_10"
MORE |= {GONE: MORE["v_tall_Video1_seg_0_10"], CORRUPT: MORE["v_varFps__x_seg_35_45"]}


def element(segment, events):
    """One annotator's annotation in the official schema."""
    values = {}
    for k, (verb, verb_id, roles) in enumerate(events, 1):
        values[f"Ev{k}"] = {
            "vid_uid": segment[2:].rpartition("_seg_")[0],
            "vid_seg_int": segment,
            "Args": roles,
            "Arg_List": {name: str(i) for i, name in enumerate(roles)},
            "Verb": verb,
            "VerbID": verb_id,
            **({} if k == 3 else {"EvRel": "NoRel"}),
        }
    return values


@pytest.fixture(scope="module")
def annotations(tmp_path_factory):
    root = tmp_path_factory.mktemp("vidsitu")
    shutil.copytree(MINI, root, dirs_exist_ok=True)
    for file, more in (
        ("split_files/vseg_split_train_lb.json", [*MORE, UNLABELLED]),
        ("vseg_ann_files/vsann_train_lb.json", [element(*entry) for entry in MORE.items()]),
    ):
        path = root / file
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) + more), "utf-8")
    return root


@pytest.fixture(scope="module")
def vit(annotations, tmp_path_factory):
    """A ViT-B/32 as large as OpenAI's, with random weights."""
    clips = [*read_vidsitu(annotations, "train"), *read_vidsitu(annotations, "valid")]
    styles = ("srl", "natural")
    texts = [prompts.caption(event, style).text for clip in clips for event in clip.events for style in styles]
    return save_random_clip(tmp_path_factory.mktemp("vit") / "vit-b-32", "vit-b-32", texts)


@pytest.fixture
def videos(mp4, tmp_path):
    """Clips of 10 s in sizes and rates as they come, a folder of frames, a damaged file, and one that is missing."""
    from PIL import Image

    mp4(f"{TRAIN_1}.mp4", frames=100, size=(160, 90), fps=10)
    mp4("v_tall_Video1_seg_0_10.mp4", frames=100, size=(90, 160), fps=10)
    uneven = np.cumsum([0, *([1, 4, 2, 3] * 30)])  # 10 s at 30 ticks a second
    mp4("v_varFps__x_seg_35_45.mp4", size=(128, 96), fps=30, times=uneven.tolist())
    mp4("v_wide-2_39-1_seg_70_80.mp4", frames=240, size=(192, 80), fps=24)
    mp4(f"{VALID}.mp4", frames=100, size=(120, 120), fps=10)
    (tmp_path / f"{UNLABELLED}.mp4").write_bytes((tmp_path / f"{TRAIN_1}.mp4").read_bytes())
    (tmp_path / f"{CORRUPT}.mp4").write_bytes((tmp_path / f"{TRAIN_1}.mp4").read_bytes()[:700])
    (tmp_path / TRAIN_2).mkdir()
    for number in range(1, 301, 10):
        Image.new("RGB", (112, 64), (number % 256, 90, 30)).save(tmp_path / TRAIN_2 / f"{TRAIN_2}_{number:06d}.jpg")
    return tmp_path


def test_three_steps_with_the_papers_configuration(annotations, vit, videos, tmp_path, capsys):
    out = tmp_path / "run"
    overrides = {
        "base": vit, "out": out, "trackers": '""', "data.root": annotations, "data.videos": videos, "data.workers": 1,
        "data.cache": annotations / "cache", "data.frames_per_event": 1, "optim.batch_clips": 2, "optim.epochs": 1,
    }  # fmt: skip
    sets = [part for name, value in overrides.items() for part in ("--set", f"{name}={value}")]
    assert train.main(["--config", str(CONFIG), *sets]) == 0
    check_printed(capsys.readouterr().out)
    check_run(out)
    check_losses(out)
    check_loads(out, vit)


def check_printed(text):
    assert "training data: 6 of 8 clips: 1 without annotation, 1 without video" in text
    assert "5 training clips (2 more without usable video" in text


def check_run(out):
    """What the run was given, counted and named."""
    run = json.loads((out / "run.json").read_text())
    assert run["coverage"] == {"listed": 8, "usable": 6, "without_annotation": 1, "without_video": 1}
    assert (run["steps"], run["clips"], run["events"]) == (3, 5, 25)
    skipped = dict(run["skipped"])
    assert set(skipped) == {GONE, CORRUPT}
    assert f"put {GONE}.mp4 into the videos folder" in skipped[GONE]
    assert "cannot decode" in skipped[CORRUPT] and f"{CORRUPT}.mp4" in skipped[CORRUPT]
    settings = load_json(TrainSettings, out / "config.json")
    assert (settings.lora.rank, settings.lora.targets, settings.loss.verb_role_negatives) == (64, "qkv", 4)
    assert (settings.contextualizer.layers, settings.optim.learning_rate, settings.loss.video) == (6, 1e-6, 0.25)


def check_losses(out):
    """Of features that tell nothing: the logarithm of how many there are to choose from."""
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    steps = [row for row in rows if "total" in row]
    assert [row["step"] for row in steps] == [1, 2, 3]
    assert all(np.isfinite(row["total"]) for row in steps)
    # The first batch of this seed has two clips or one; of N events with K = 4 negatives the loss is
    # (log(N + K) + log N) / 2, of B clips log B.
    clips = [1 if row["clip_video"] < 1e-6 else 2 for row in steps]
    assert sorted(clips) == [1, 2, 2]
    for row, b in zip(steps, clips, strict=True):
        chance = (log(5 * b + 4) + log(5 * b)) / 2
        assert row["clip_event"] == pytest.approx(chance, abs=0.1) and row["vc_event"] == pytest.approx(chance, abs=0.3)
        assert row["clip_video"] == pytest.approx(log(b), abs=0.05) and row["vc_video"] == pytest.approx(
            log(b), abs=0.3
        )


def check_loads(out, vit):
    """The result is the paper's size, and all three readers take it."""
    from peft import PeftModel
    from transformers import CLIPModel

    model = SRLCLIP.load(out / "model", vit, trainable=True)
    lora = sum(p.numel() for p in model.encoder.trainable_parameters())
    assert lora == 12 * 3 * 2 * 768 * 64 == 3_538_944  # "3.54 M"
    context = sum(p.numel() for p in model.contextualizer.parameters())
    d, s = 512, model.contextualizer.settings
    layer = 4 * d * d + 4 * d + 2 * 4 * d * d + 5 * d + 4 * d  # attention, feed-forward, two normalisations
    assert 0 <= context - 6 * layer <= (s.max_events + s.max_frames + 8) * d  # and the tokens' embeddings
    assert sum(p.numel() for p in model.trainable_parameters()) == lora + context
    pixels = torch.rand(2, 3, 224, 224)
    with torch.inference_mode():
        ours = model.eval().encoder.encode_frames(pixels)
        base, adapted = ClipPair.load(vit, out / "model").encode_frames(pixels)
        plain = PeftModel.from_pretrained(CLIPModel.from_pretrained(vit), str(out / "model" / "adapter")).eval()
        pooled = plain.base_model.model.vision_model(pixel_values=pixels).pooler_output
        features = torch.nn.functional.normalize(plain.base_model.model.visual_projection(pooled), dim=-1)
    torch.testing.assert_close(adapted, ours, atol=1e-4, rtol=0)
    torch.testing.assert_close(features, ours, atol=1e-5, rtol=0)
    assert not torch.equal(base, ours)
