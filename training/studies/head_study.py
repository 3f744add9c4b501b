"""The head study: what does a captioning head gain from the features it reads, at how many labelled clips?

Arms, sizes and seeds as data, and the runs they ask for. A seed draws the labelled clips (a smaller size is a subset of
the larger ones of its seed, see draw_share) and the head's first weights; all arms of a seed learn from the same clips.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from srlclip.config import with_overrides
from srlclip.models.checkpoints import fetch_folder
from srlclip.models.srlclip import read_model_card
from srlclip.situations import CheckpointError
from training.captioning.settings import CaptionerTraining
from training.studies.heads import HeadRun, head_key
from training.studies.runs import weights_digest

QUESTION = "What does a captioning head gain from SRL-CLIP's features, at how many labelled clips?"
#: Differences that are reported, b - a: against the base, and against the same extra training on sparse captions.
PAIRS = (
    ("base", "sparse"),
    ("base", "adapted"),
    ("sparse", "adapted"),
    ("base", "adapted, no contextualizer"),
    ("sparse", "adapted, no contextualizer"),
    ("adapted, no contextualizer", "adapted"),
)


@dataclass(frozen=True)
class HeadArm:
    """Features that heads read. base: the model that the adapter changes. adapter: "" for the base itself."""

    name: str
    label: str
    base: str
    adapter: str = ""
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeadCell:
    """One head's place in the study. size: labelled clips it is asked to learn from."""

    arm: HeadArm
    size: int
    seed: int
    run: HeadRun

    def __str__(self) -> str:
        return f"{self.arm.name}, {self.size} clips, seed {self.seed}"


def arms_of(adapter: str, sparse: str, base: str = "") -> list[HeadArm]:
    """The study's arms. adapter: SRL-CLIP. sparse: the control for mere extra training, "" to leave it out; its heads
    read its contextualizer's tokens as SRL-CLIP's do. base: "" for the one that SRL-CLIP names.

    Raises CheckpointError for a folder that is no model, ValueError where the two were made from different bases.
    """
    card = read_model_card(fetch_folder(adapter))
    base = base or card["base"]
    arms = [HeadArm("base", "base CLIP", base)]
    if sparse:
        try:
            control = read_model_card(fetch_folder(sparse))
        except CheckpointError as error:
            raise CheckpointError(
                f"{error}; make the control with `accelerate launch training/train.py --set out=runs/sparse --set "
                'data.caption_style=sparse`, name its folder with --sparse, or leave it out with --sparse ""'
            ) from None
        if control["base_fingerprint"] != card["base_fingerprint"]:
            raise ValueError(f"{sparse} and {adapter} were made from different bases; compare models of one base")
        arms.append(HeadArm("sparse", "+ sparse captions (control)", base, sparse))
    return [
        *arms,
        HeadArm("adapted", "+ SRL-CLIP", base, adapter),
        HeadArm(
            "adapted, no contextualizer",
            "+ SRL-CLIP, without contextualizer tokens",
            base,
            adapter,
            ("captioner.contextualized=false",),
        ),
    ]


def plan(
    arms: Sequence[HeadArm],
    common: CaptionerTraining,
    sizes: Sequence[int],
    seeds: int,
    scored: int,
    runs: str | Path,
) -> list[HeadCell]:
    """Every head of the study. common: settings of all; base, adapter, model, out, seed, data.clips and data.share are the
    study's own. Raises ValueError where an adapter has learnt from more clips than common.skip_clips passes over."""
    if not sizes or min(sizes) < 1 or seeds < 1 or scored < 1:
        raise ValueError(f"sizes {list(sizes)}, {seeds} seeds and {scored} scored clips must all be 1 or more")
    for arm in arms:
        if arm.adapter and (learnt := learnt_clips(arm.adapter)) > common.skip_clips:
            raise ValueError(
                f"{arm.adapter} has learnt from {learnt} clips and skip_clips is {common.skip_clips}: heads must learn from "
                f"clips that no adapter has seen; --set skip_clips={learnt}"
            )
    cells = []
    for arm in arms:
        weights = [weights_digest(folder) for folder in (arm.base, arm.adapter) if folder]
        for size in sorted(set(sizes)):
            for seed in range(seeds):
                settings = replace(
                    with_overrides(common, arm.overrides),
                    base=arm.base,
                    adapter=arm.adapter,
                    model="adapted" if arm.adapter else "base",
                    seed=seed,
                    data=replace(common.data, clips=max(sizes), share=size / max(sizes)),
                )
                name = arm.name.replace(", ", "-").replace(" ", "-")
                folder = Path(runs) / f"{name}-{size}-seed{seed}-{head_key(settings, *weights)}"
                cells.append(HeadCell(arm, size, seed, HeadRun(replace(settings, out=str(folder)), scored)))
    return cells


def learnt_clips(adapter: str) -> int:
    """How many clips a model's card says that it has learnt from (training.train.describe_data); 0 if it does not say."""
    text = str(read_model_card(fetch_folder(adapter)).get("metadata", {}).get("trained_on", ""))
    match = re.search(r"(\d+) clips", text)
    return int(match[1]) if match else 0
