"""Whether a study agrees with the paper, in a sentence that is computed: the signs of the arms' differences, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.studies import head_columns
from training.studies.definitions import Arm, Study

#: Which of the paper's two numbers stands beside which column of heads.
PAPER_METRICS = ("Vb@1", "CIDEr")


def paper_numbers(arm: Arm) -> tuple[float, ...] | None:
    """(Vb@1, CIDEr) as the paper prints them for this arm; None where it has none."""
    return tuple(float(part) for part in arm.paper.split("/")) if arm.paper else None


def compare(study: Study, results: Mapping[str, Any], base: str) -> dict[str, dict[str, list[str]]]:
    """Metric -> "agrees", "disagrees", "open" -> labels of arms whose difference from the reference the paper has too.

    agrees: the same sign as the paper's, the interval without 0. disagrees: the other sign, the interval without 0. open:
    an interval with 0, whatever the sign. Arms without the paper's numbers or without a difference are left out; of a study
    without heads nothing can be said.
    """
    reference = paper_numbers(study.arm(study.reference))
    columns = head_columns.columns(results, base)
    out: dict[str, dict[str, list[str]]] = {}
    if reference is None:
        return out
    sign = 1 if study.arms_minus_reference else -1
    for place, metric in enumerate(PAPER_METRICS):
        row = columns.get(head_columns.SHOWN[metric], {})
        verdicts: dict[str, list[str]] = {"agrees": [], "disagrees": [], "open": []}
        for arm in study.arms:
            numbers, difference = paper_numbers(arm), row.get(arm.name, {}).get("difference", {})
            if arm.name == study.reference or numbers is None or "mean" not in difference:
                continue
            theirs, (low, high) = sign * (numbers[place] - reference[place]), difference["ci"]
            same = (low > 0 and theirs > 0) or (high < 0 and theirs < 0)
            verdict = "open" if low <= 0 <= high else "agrees" if same else "disagrees"
            verdicts[verdict].append(arm.label)
        if any(verdicts.values()):
            out[metric] = verdicts
    return out


def sentence(study: Study, results: Mapping[str, Any], base: str) -> str:
    """One line of Markdown; "" where the paper has no numbers for this study's arms or no heads were trained."""
    parts = []
    for metric, verdicts in compare(study, results, base).items():
        said = [f"{_words(verdict)} {_listed(labels)}" for verdict, labels in verdicts.items() if labels]
        parts.append(f"{metric} {'; '.join(said)}")
    if not parts:
        return ""
    reference = study.arm(study.reference).label
    return f"**Against the paper** (each arm against `{reference}`, by sign): {'. '.join(parts)}."


def _words(verdict: str) -> str:
    return {"agrees": "agrees in", "disagrees": "disagrees in", "open": "is undecided (interval with 0) in"}[verdict]


def _listed(labels: list[str]) -> str:
    return ", ".join(f"`{label}`" for label in labels)
