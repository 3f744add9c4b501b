"""A study's columns of what adaptation forgot: scenes and kinds that no arm has seen, and each arm's change from the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from srlclip.provenance import base_name
from training.forgetting import PLACES
from training.studies import outside
from training.studies.cells import arm_cell, level, missing_cell, signed
from training.studies.definitions import Study
from training.studies.runs import Cell
from training.studies.statistics import Bootstrap, ClipSums

#: Metrics of the Markdown table -> heading; the JSON file has more.
SHOWN = {
    "scene, zero-shot": "scene, zero-shot",
    "pairs: scene": "scene, of 2",
    "pairs: kind": "kind, of 2",
    "pairs: colour": "colour, of 2",
    "pairs: prop": "prop, of 2",
    "event R@1": "event R@1",
    "clip R@1": "clip R@1",
}


def result(study: Study, cells: Sequence[Cell], bootstrap: Bootstrap, failed: Mapping[Path, str]) -> dict[str, Any]:
    """The block "outside" of a study's results; "tables": base -> place -> metric -> arm -> cell, whose "difference" is always
    arm - base."""
    against_base = replace(study, reference=_base(study), arms_minus_reference=True)
    there = [cell for cell in cells if outside.is_done(cell.run.outside)]
    answers = {(c.base, c.arm, c.seed): outside.answers(c.run.outside) for c in there}
    tables: dict[str, Any] = {}
    for base in dict.fromkeys(cell.base for cell in cells):
        seeds = {arm.name: [c.seed for c in there if (c.base, c.arm) == (base, arm.name)] for arm in study.arms}
        tables[base_name(base)] = {place: {metric: {} for metric in SHOWN} for place in PLACES}
        for place, table in tables[base_name(base)].items():
            for metric, row in table.items():

                def take(arm: str, of: Sequence[int], base=base, place=place, metric=metric) -> ClipSums | None:
                    of_seeds = [answers[base, arm, seed][place][metric] for seed in of]
                    return ClipSums.of([100.0 * o.values for o in of_seeds], of_seeds[0].clip) if of_seeds else None

                for arm in study.arms:
                    folders = [c.run.folder for c in cells if (c.base, c.arm) == (base, arm.name)]
                    cell = arm_cell(against_base, arm.name, seeds, take, bootstrap)
                    row[arm.name] = cell or missing_cell(folders, failed)
    return {
        "splits": PLACES,
        "clips": cells[0].run.outside.clips,
        "runs": [
            {"base": base_name(c.base), "arm": c.arm, "seed": c.seed, "measured_by": outside.measured_by(c.run.outside)}
            for c in there
        ],
        "difference": "arm - base",
        "tables": tables,
    }


def lines(study: Study, block: Mapping[str, Any], base: str) -> list[str]:
    """One base's Markdown: a table per place, outside first. Bold: a change from the base whose interval leaves 0 out."""
    out = []
    titles = {
        "outside": "Outside: scenes and kinds that the base saw and adaptation never shows",
        "inside": "Inside, asked the same: unseen clips of the adaptation's scenes and kinds",
    }
    for place, title in titles.items():
        table = block["tables"][base][place]
        out += [f"**{title}** ({block['clips']} clips; below each number its change from the base)", ""]
        out += [f"| arm | {' | '.join(SHOWN.values())} |", f"|---|{'---|' * len(SHOWN)}"]
        for arm in study.arms:
            shown = [_cell(table[metric][arm.name]) for metric in SHOWN]
            out.append(f"| {arm.label} | {' | '.join(shown)} |")
        out.append("")
    return out


def _cell(cell: Mapping[str, Any]) -> str:
    return f"{level(cell)}<br>{signed(cell['difference'])}" if "difference" in cell else level(cell)


def _base(study: Study) -> str:
    """The arm that is not trained."""
    return next(arm.name for arm in study.arms if arm.overrides is None)
