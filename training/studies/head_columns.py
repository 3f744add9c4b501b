"""A study's columns in the paper's measure: Vb@1 and CIDEr of a head on each arm's frozen features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.config import to_dict
from srlclip.evaluation.vidsitu import METRICS
from srlclip.provenance import base_name, portable
from training.studies import heads
from training.studies.cells import arm_cell, missing_cell
from training.studies.definitions import Study
from training.studies.runs import Cell
from training.studies.statistics import Bootstrap, SeedScores

#: Metrics of the Markdown table, those that the paper's tables have, and what the columns are called.
SHOWN = {"Vb@1": "head Vb@1", "CIDEr": "head CIDEr"}
METHOD = (
    "100 times VidSitu's official values under the annotated roles; mean over seeds, 95 % intervals as for the other columns. "
    "The base is one model and has one head."
)


def result(study: Study, cells: Sequence[Cell], bootstrap: Bootstrap, failed: Mapping[Path, str]) -> dict[str, Any]:
    """The block "heads" of a study's results; "tables": base -> metric -> arm -> cell.

    Raises DataError when heads were scored on different clips.
    """
    there = [cell for cell in cells if heads.is_done(cell.run.head)]
    clips = heads.common_clips([cell.run.head for cell in there])
    scored = {(c.base, c.arm, c.seed): heads.scores(c.run.head).metrics for c in there}
    tables: dict[str, Any] = {}
    for base in dict.fromkeys(cell.base for cell in cells):
        seeds = {arm.name: [c.seed for c in there if (c.base, c.arm) == (base, arm.name)] for arm in study.arms}
        rows: dict[str, Any] = {}
        for metric in METRICS:
            if there and not any(metric in metrics for metrics in scored.values()):
                continue  # these clips do not define it

            def take(arm: str, chosen: Sequence[int], base=base, metric=metric) -> SeedScores | None:
                of = [scored[base, arm, s][metric] for s in chosen if metric in scored[base, arm, s]]
                return SeedScores(tuple(of)) if of and len(of) == len(chosen) else None

            rows[metric] = {
                arm.name: arm_cell(study, arm.name, seeds, take, bootstrap)
                or missing_cell([c.run.folder for c in cells if (c.base, c.arm) == (base, arm.name)], failed)
                for arm in study.arms
            }
        tables[base_name(base)] = rows
    settings = to_dict(cells[0].run.head.settings)
    return {
        "method": METHOD,
        "settings": portable({name: settings[name] for name in ("skip_clips", "captioner", "data", "optim")}),
        "scored_clips": len(clips),
        "runs": [
            {"base": base_name(c.base), "arm": c.arm, "seed": c.seed} | heads.about(c.run.head) for c in there
        ],
        "tables": tables,
    }  # fmt: skip


def columns(results: Mapping[str, Any], base: str) -> dict[str, Mapping[str, Any]]:
    """Heading -> arm -> cell, of heads trained on the arms' features; none where the study was run without."""
    rows = results["heads"]["tables"][base] if "heads" in results else {}
    return {title: rows[metric] for metric, title in SHOWN.items() if metric in rows}


def note(block: Mapping[str, Any]) -> str:
    """What a reader of the columns must know."""
    s, runs = block["settings"], block["runs"]
    labelled = " to ".join(str(n) for n in sorted({run["clips"] for run in runs})) or "no"
    commits = ", ".join(sorted({run["commit"] for run in runs})) or "none"
    return (
        "The paper's column is verb accuracy / CIDEr (Vb@1 / CIDEr) of a trained head on VidSitu with CLIP ViT-L/14. Beside it the "
        f"same two of heads trained here on the frozen features of each arm: {labelled} labelled SynSitu clips that no arm has "
        f"seen, {s['optim']['epochs']} epochs, scored on {block['scored_clips']} clips that nothing was chosen on (trained at commit "
        f"{commits}). {block['method']} The columns after the number of seeds are zero-shot. Another data set and model than the "
        "paper's: only the order of the arms can be compared."
    )
