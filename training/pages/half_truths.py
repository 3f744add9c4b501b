"""The table of results/half_truths.json in docs/half_truths.md, as training/readme.py writes it."""

from __future__ import annotations

from srlclip.evaluation.half_truths import MEASURES
from training.pages.parts import committed, interval


def half_truth_table() -> str:
    """One table a measure: a row a gallery and role, with 95 % intervals; the text-only control where it was measured."""
    measured = committed("half_truths.json")
    parts = []
    for measure in MEASURES:
        groups = {name: table for name, table in measured["tables"].items() if name.endswith(f": {measure}")}
        blind = any("text only" in row for table in groups.values() for row in table.values())
        parts += [
            f"**{measure}**", "", f"| gallery: role | base | SRL-CLIP | difference |{' words alone |' if blind else ''} n |",
            f"|---|---|---|---|{'---|' if blind else ''}---|",
        ]  # fmt: skip
        for name, table in groups.items():
            for role, row in table.items():
                cells = [interval(row["base"]), interval(row["adapted"]), interval(row["adapted - base"], sign=True)]
                if blind:
                    cells.append(interval(row["text only"]) if "text only" in row else "")
                parts.append(f"| {name.split(' gallery')[0]}: {role} | {' | '.join(cells)} | {row['base']['n']} |")
        parts.append("")
    clips = {f"{size['clips']} clips of {size['split']}" for size in measured["splits"].values()}
    return "\n".join([
        *parts,
        f"{' and '.join(sorted(clips))}; percent, ties lose, 95 % intervals over clips, seed {measured['seed']}; words alone: learnt "
        f"from {measured['train_clips']} training clips. Source: `results/half_truths.json` (commit {measured['commit']}, "
        f"{measured['date'][:10]}).",
    ])  # fmt: skip
