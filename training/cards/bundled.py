"""Model cards of the bundled pair, written from their run.json, log and results: no number is typed by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.cards.results import results_table


def base_card(models: Path) -> str:
    run = json.loads((models / "mini-base" / "run.json").read_text("utf-8"))
    s = run["settings"]
    log = [json.loads(line) for line in (models / "mini-base" / "log.jsonl").read_text("utf-8").splitlines()]
    last = {row["phase"]: row for row in log if row["phase"].endswith("-valid")}
    skip = ("phase", "step", "seconds")
    rows = [
        f"| {phase.removesuffix('-valid')} | {name} | {value:.1f} |"
        for phase, row in last.items()
        for name, value in row.items()
        if name not in skip
    ]
    return f"""---
license: apache-2.0
library_name: transformers
tags: [clip, synthetic, srl-clip]
---
# mini-base: a small CLIP of a synthetic world

A `CLIPModel` ({s["image_size"]} px, {s["patch_size"]} px patches, {s["vision_layers"]} x {s["vision_width"]} vision,
{s["text_layers"]} x {s["text_width"]} text, {s["embed_dim"]}-d embeddings) trained from scratch on SynSitu, the cartoon
world of this repository. It knows nothing of real photographs. It stands in for a pretrained CLIP where none can be
downloaded, so that the method and its controls can be run and checked anywhere.

Made by `accelerate launch training/pretrain.py` (settings in run.json; commit {run["commit"]}, {run["date"]}):

1. **Sight**, {s["sight_steps"]} steps of {s["batch"]} single frames: the vision tower on exact attribute labels (scene,
   verb, kind, colour and attribute of agent and patient, prop, direction, manner), one linear head each, heads thrown
   away. CLIP never had such labels; this stands for the visual knowledge that 400 M pairs gave it.
2. **Text**, {s["text_steps"]} steps: the text tower on paraphrase pairs of {s["text_groups"]} events and
   {s["text_variants"] - 1} near misses of each. Sentences and role-by-role listings, with role nouns ("the pusher"), but
   never the SRL template of the paper. This stands for what web text taught CLIP's text tower about language; with sparse
   captions alone it would hardly ever read "left", "slowly" or who did it to whom.
3. **Align**, {s["align_steps"]} steps of {s["batch"]} frames with SPARSE captions (the action is named in
   {100 * s["verb_share"]:g} %, a clothing colour in {100 * s["colour_share"]:g} % of mentions; direction, manner and who
   does it to whom never), vision tower at {s["align_vision_lr_share"]:g} of the learning rate.

Training frames: {s["clips"]} clips of split "pretrain" x 5 events x {s["frames_per_event"]} frames. The held-out
combinations of SynSitu (verb and agent kind, colour and kind, agent and patient kind) occur in no image or text of it.

Measured on the validation split (percent; text rows: a paraphrase against a near miss, chance 50):

| phase | measure | value |
|---|---|---|
{chr(10).join(rows)}

Weights are stored in half precision. Vocabulary: learned from SynSitu's sentences, any other text is spelled in bytes.
"""


def captioner_section(models: Path, measured: Mapping[str, Any] | None) -> str:
    """The captioners beside the adapter, from their cards and results/captioner.json; "" if there are none."""
    folders = [models / "mini-srlclip" / "captioner" / model for model in ("base", "adapted")]
    if not all((folder / "captioner.json").is_file() for folder in folders):
        return ""
    facts = [json.loads((folder / "captioner.json").read_text("utf-8")) for folder in folders]
    lines = [
        "## captioner/: situation-recognition heads",
        "",
        "`captioner/base` and `captioner/adapted` name verbs, roles and fillers from the frozen features of mini-base and of",
        "this model (event tokens of the latter: the contextualizer's outputs). One recipe, `accelerate launch",
        "training/captioner.py`, on SynSitu's training clips; three 3-layer Transformers of width",
        f"{facts[0]['settings']['width']}, {len(facts[0]['words'])} words, {len(facts[0]['verbs'])} verbs, half precision.",
    ]
    for name, fact in zip(("base", "adapted"), facts, strict=True):
        m = fact["metadata"]
        lines.append(f"{name}: best of {m['epochs']} epochs is {m['best_epoch']}; commit {m['commit']}, {m['date']}.")
    if measured:
        lines += ["", f"{measured['data']}, 100 times the official values, 95 % intervals over clips:", "", "| | on base | on SRL-CLIP |", "|---|---|---|"]  # fmt: skip
        for metric, row in measured["table"].items():
            cells = (row["head base"], row["head adapted"])
            lines.append(f"| {metric} | " + " | ".join("{:.1f} [{:.1f}, {:.1f}]".format(c["mean"], *c["ci"]) for c in cells) + " |")  # fmt: skip
    return "\n".join(lines) + "\n\n"


def pair_card(models: Path, results: Mapping[str, Any] | None, captioner: Mapping[str, Any] | None = None) -> str:
    run = json.loads((models / "mini-srlclip" / "run.json").read_text("utf-8"))
    s = run["settings"]
    table = results_table(results) if results else "Not measured yet."
    return f"""---
license: apache-2.0
library_name: peft
base_model: mini-base
tags: [clip, lora, synthetic, srl-clip, video]
---
# mini-srlclip: SRL-CLIP on a synthetic world

LoRA (rank {s["lora"]["rank"]}, {s["lora"]["targets"]} of the image tower; `adapter/`, peft's own format) and a Video
Contextualizer ({s["contextualizer"]["layers"]} layers) for `mini-base`, trained by
`accelerate launch training/train.py` with the paper's recipe (arXiv 2401.07669): rule-made SRL captions, frozen text
tower, four contrastive losses, natural and verb-role negatives. Trained on SynSitu only: an illustration and a test bed
of the method, not a model for real video.

{run["clips"]} clips of 5 events, {run["steps"]} steps of {s["optim"]["batch_clips"]} clips, learning rate
{s["optim"]["learning_rate"]:g} (the paper's 1e-6 belongs to the real CLIP), seed {s["seed"]}, {run["seconds"] / 60:.0f}
minutes on {run["machine"]}; commit {run["commit"]}, {run["date"]}. Settings: train_config.json; curves: log.jsonl.

Zero-shot, contextualizer not used, natural sentences as queries, 95 % intervals over clips. "sparse" is the control:
the same base, clips, steps and LoRA, with captions of the base's own sparse kind.

{table}

{captioner_section(models, captioner)}Clips and labels are generated by this repository (Apache-2.0); no real person or video is involved.
"""
