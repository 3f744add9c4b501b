"""Settings that have no effect because of other settings: naming one of them on the command line is an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from training.recipe.texts import STYLES
from training.settings import TrainSettings


def without_effect(s: TrainSettings) -> dict[str, str]:
    """Setting, or group of settings, -> why this run does not use it."""
    out: dict[str, str] = {}
    if "lora" not in (s.tuning.image, s.tuning.text):
        out["lora"] = f"tuning.image is {s.tuning.image} and tuning.text is {s.tuning.text}"
    if not s.contextualizer.layers:
        why = "contextualizer.layers is 0"
        out |= dict.fromkeys(("loss.vc_event", "loss.vc_video"), why)
        out |= {f"contextualizer.{f.name}": why for f in fields(s.contextualizer) if f.name != "layers"}
        out |= dict.fromkeys(("optim.contextualizer_rate", "validate_tokens"), why)
    elif not s.contextualized:
        why = "no loss uses a contextualizer (loss.vc_event, loss.vc_video, loss.video)"
        out |= dict.fromkeys(("contextualizer", "optim.contextualizer_rate", "validate_tokens"), why)
    if not s.loss.video:
        out |= dict.fromkeys(("loss.clip_video", "loss.vc_video"), "loss.video is 0")
    elif not s.loss.clip_video and not s.loss.vc_video:
        out["loss.video"] = "loss.clip_video and loss.vc_video are 0"
    style = STYLES.get(s.data.caption_style)  # an unknown one is refused where texts are made
    if style is not None and not style.verb_role_negatives:
        why = f"data.caption_style={s.data.caption_style} has no verb-role negatives"
        out |= dict.fromkeys(("loss.verb_role_negatives", "loss.negative_roles", "loss.role_swaps"), why)
    if not (s.loss.clip_event or s.loss.vc_event):
        why = "no event loss is used (loss.clip_event, loss.vc_event)"
        names = ("verb_role_negatives", "negative_roles", "role_swaps", "natural_negatives")
        out |= {f"loss.{name}": why for name in names}
    if not s.loss.verb_role_negatives:
        out.setdefault("loss.negative_roles", "loss.verb_role_negatives is 0")
    if s.data.propbank and not s.loss.verb_role_negatives:
        out |= dict.fromkeys(("data.propbank", "data.propbank_classes"), "loss.verb_role_negatives is 0")
    if not s.data.propbank and s.data.propbank_classes:
        out["data.propbank_classes"] = "data.propbank is not given"
    if s.data.draws:
        out["data.videos"] = "data.drawn reads no videos"
    elif s.data.drawn:
        out["data.drawn"] = f"clips of data.source={s.data.source} are no drawings but videos"
    return out


def check_used(settings: TrainSettings, overrides: Iterable[str]) -> None:
    """ValueError for an override (name=value) that this run would not use."""
    reasons = without_effect(settings)
    for override in overrides:
        name = override.partition("=")[0]
        for path in (name, name.split(".")[0]):
            if path in reasons:
                raise ValueError(f"{name} has no effect: {reasons[path]}; leave it out")
