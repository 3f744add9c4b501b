"""A study whose bases differ in what they were told: its bases side by side, and each gain as a curve over that share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from srlclip.plots.curves import CurvePoint, curves_figure
from srlclip.provenance import base_name
from training.studies import head_columns
from training.studies.bases import knowledge_share
from training.studies.cells import level, signed
from training.studies.definitions import Arm, Study
from training.studies.runs import Cell

#: Zero-shot metrics of the table and the plot -> heading; those of heads stand after them.
SHOWN = {
    "event R@1": "event R@1",
    "verb accuracy": "verb, of all",
    "negatives: verb_role 1 of 5": "verb-role 1 of 5",
}


def result(study: Study, cells: Sequence[Cell]) -> dict[str, Any]:
    """The block "bases" of a study's results; "shares": base -> share of the labels, 0 to 1, None where its folder does not
    say. Raises CheckpointError."""
    bases = dict.fromkeys(cell.base for cell in cells)
    return {
        "knowledge": study.knowledge,
        "shares": {base_name(base): knowledge_share(base, study.knowledge) for base in bases},
    }


def lines(study: Study, results: Mapping[str, Any]) -> list[str]:
    """The table as Markdown: a row per measure and base, from the base that was told least; on the first split alone."""
    knowledge, shares = results["bases"]["knowledge"], results["bases"]["shares"]
    compared = _compared(study)
    heads = ["measure", "base", f"{knowledge} labels told", *(arm.label for arm in study.arms), *compared]
    out = [
        f"## By the share of {knowledge} labels that the base was told",
        "",
        f"From the tables below, on their first gallery: what the sight phase of each base was told is `knowledge.{knowledge}` of "
        "its own `run.json`. Bold: interval without 0.",
        "",
        f"![Gain over the share of {knowledge} labels]({study.name}_curve.svg)",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
    ]
    for heading, bases in _measures(results).items():
        for base, row in bases.items():
            share = "not stated" if shares[base] is None else f"{100 * shares[base]:g} %"
            gains = [signed(row[arm.name].get("difference", {})) for arm in compared.values()]
            cells = [heading, base, share, *(level(row[arm.name]) for arm in study.arms), *gains]
            out.append(f"| {' | '.join(cells)} |")
    return [*out, ""]


def figure(study: Study, results: Mapping[str, Any]) -> Any:
    """A panel per measure, a line per comparison: percent of labels told -> gain in points. A base whose folder does not say
    what it was told has no point."""
    shares = results["bases"]["shares"]
    panels: dict[str, list[CurvePoint]] = {}
    for heading, bases in _measures(results).items():
        for base, row in bases.items():
            for title, arm in _compared(study).items():
                gain = row[arm.name].get("difference", {})
                if shares[base] is not None and "mean" in gain:
                    point = CurvePoint(title, round(100 * shares[base], 4), gain["mean"], *gain["ci"])
                    panels.setdefault(f"{heading}: gain, points", []).append(point)
    title = study.question + (" (quick: direction only)" if results["quick"] else "")
    return curves_figure(title, panels, {}, f"% of {results['bases']['knowledge']} labels told to the base")


def _measures(results: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Heading -> base -> arm -> cell; bases from the one that was told least to those that do not say."""
    shares = results["bases"]["shares"]
    out: dict[str, dict[str, Mapping[str, Any]]] = {}
    for base in sorted(shares, key=lambda base: (shares[base] is None, shares[base] or 0)):
        table = next(iter(results["tables"][base].values()), {})
        rows = {heading: table[metric] for metric, heading in SHOWN.items() if metric in table}
        for heading, row in (rows | head_columns.columns(results, base)).items():
            out.setdefault(heading, {})[base] = row
    return out


def _compared(study: Study) -> dict[str, Arm]:
    """ "a − b", as the study takes its differences -> the arm that stands against the reference."""
    reference = study.arm(study.reference)
    others = [arm for arm in study.arms if arm is not reference]
    pairs = [(arm, reference) if study.arms_minus_reference else (reference, arm) for arm in others]
    return {f"{a.label} − {b.label}": arm for (a, b), arm in zip(pairs, others, strict=True)}
