"""Model cards of the bundled pair: bundled.md, filled from run.json, log and results; no number is typed by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from srlclip.templates import fill
from training.cards.results import results_table
from training.recipe.texts import STYLES

_fill = partial(fill, Path(__file__).with_suffix(".md"))


def base_card(models: Path, probed: Mapping[str, Any] | None = None) -> str:
    """probed: what training/probe.py measured of the base, None if it did not."""
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
    values = s | {
        "commit": run["commit"],
        "date": run["date"],
        "near_misses": s["text_variants"] - 1,
        "verb_percent": f"{100 * s['verb_share']:g}",
        "colour_percent": f"{100 * s['colour_share']:g}",
        "prop_percent": f"{100 * s['prop_share']:g}",
        "knowledge": ", ".join(f"{name} {100 * share:g} %" for name, share in s["knowledge"].items()),
        "probed": probe_section(probed) if probed else "Not probed yet.",
        "vision_rate": f"{s['align_vision_lr_share']:g}",
        "rows": "\n".join(rows),
    }
    return _fill("base", **values) + "\n"


def probe_section(probed: Mapping[str, Any]) -> str:
    """The base's measures beside the range of each in a base like CLIP, and what lies outside."""
    asked = {m: cell for m, cell in probed["tables"]["base"]["frame means"].items() if "reason" not in cell}
    ranges = {m: "{:.3g} to {:.3g}".format(*probed["ranges"][m]) if m in probed["ranges"] else "" for m in asked}
    misses = ", ".join(f"{m} {value:.1f}" for m, value in probed["outside"].items())
    verdict = f"It is like CLIP but for {misses}." if misses else "It is like CLIP in all of them."
    rows = "\n".join(f"| {m} | {_span(cell)} | {ranges[m]} |" for m, cell in asked.items())
    return _fill("base.probed", verdict=verdict, rows=rows)


def pair_card(models: Path, results: Mapping[str, Any] | None, captioner: Mapping[str, Any] | None = None) -> str:
    run = json.loads((models / "mini-srlclip" / "run.json").read_text("utf-8"))
    s = run["settings"]
    values = run | {
        "rank": s["lora"]["rank"],
        "targets": s["lora"]["targets"],
        "layers": s["contextualizer"]["layers"],
        "batch_clips": s["optim"]["batch_clips"],
        "learning_rate": f"{s['optim']['learning_rate']:g}",
        "seed": s["seed"],
        "minutes": f"{run['seconds'] / 60:.0f}",
        "table": results_table(results) if results else "Not measured yet.",
        "captioners": captioner_section(models, captioner),
    }
    return _fill("adapter", **values) + "\n"


def adapter_card(folder: Path, title: str) -> str:
    """Of a further adapter, from the files in its folder."""
    run = json.loads((folder / "run.json").read_text("utf-8"))
    s = run["settings"]
    # styles without verb and roles train without these negatives, whatever the settings say
    exchanged = STYLES[s["data"]["caption_style"]].verb_role_negatives
    values = run | {
        "title": title,
        "name": folder.name,
        "rank": s["lora"]["rank"],
        "targets": s["lora"]["targets"],
        "style": s["data"]["caption_style"],
        "verb_role": s["loss"]["verb_role_negatives"] if exchanged else 0,
        "role_swaps": s["loss"]["role_swaps"] if exchanged else 0,
        "batch_clips": s["optim"]["batch_clips"],
        "learning_rate": f"{s['optim']['learning_rate']:g}",
        "seed": s["seed"],
    }
    return _fill("further", **values) + "\n"


def captioner_section(models: Path, measured: Mapping[str, Any] | None) -> str:
    """The captioners beside the adapter, from their cards and results/captioner.json; "" if there are none."""
    folders = {model: models / "mini-srlclip" / "captioner" / model for model in ("base", "adapted")}
    if not all((folder / "captioner.json").is_file() for folder in folders.values()):
        return ""
    cards = {model: json.loads((folder / "captioner.json").read_text("utf-8")) for model, folder in folders.items()}
    epochs = [_fill("captioners.epochs", model=model, **card["metadata"]) for model, card in cards.items()]
    base = cards["base"]
    parts = [
        _fill("captioners", width=base["settings"]["width"], words=len(base["words"]), verbs=len(base["verbs"]),
              epochs="\n".join(epochs))
    ]  # fmt: skip
    if measured:
        rows = [f"| {metric} | {_span(row['head base'])} | {_span(row['head adapted'])} |"
                for metric, row in measured["table"].items()]  # fmt: skip
        parts.append(_fill("captioners.measured", data=measured["data"], rows="\n".join(rows)))
    return "\n\n".join(parts) + "\n\n"


def _span(cell: Mapping[str, Any]) -> str:
    return "{:.1f} [{:.1f}, {:.1f}]".format(cell["mean"], *cell["ci"])
