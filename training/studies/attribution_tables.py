"""The tables of docs/attribution.md, from results/attribution.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Columns: model or control in the results -> heading.
COLUMNS = {
    "base": "base",
    "adapted": "SRL-CLIP",
    "adapted - base": "difference",
    "shuffled weights": "shuffled weights",
    "middle": "middle",
    "random": "at random",
}
#: What is asked of maps -> how the page calls it.
ASKED = {"pointing": "largest patch on the", "mass": "share of the map on the", "prefers its own": "higher on its own"}
WAYS = {"caption": "whole caption", "what it adds": "what the role adds", "words alone": "its words alone"}


def attribution_tables(measured: Mapping[str, Any]) -> str:
    """Markdown: where maps point, deletion and insertion, and the sanity check."""
    maps, curves, sanity = (measured["tables"][name] for name in ("maps", "curves", "sanity"))
    lines = [f"| map of, and what | {' | '.join(COLUMNS.values())} |", f"|---|{'---|' * len(COLUMNS)}"]
    for asked, name in ASKED.items():
        for role in ("agent", "patient", "prop"):
            for way, words in WAYS.items():
                if (row := maps.get(f"{asked}: {role}, {way}")) is not None:
                    cells = " | ".join(_cell(row[column], " - " in column) for column in COLUMNS)
                    lines.append(f"| {words}: {name} {role} | {cells} |")
    lines += ["", "| | base | SRL-CLIP | difference |", "|---|---|---|---|"]
    for metric, row in (curves | sanity).items():
        cells = (
            _cell(row[name], " - " in name or "better" in metric) for name in ("base", "adapted", "adapted - base")
        )
        lines.append(f"| {metric} | {' | '.join(cells)} |")
    lines += [
        "",
        f"{measured['clips']} clips of split `{measured['split']}`, {measured['settings']['frames']} frames an event, seed {measured['seed']}; "
        f"{measured['what']}. Source: `results/attribution.json` (commit {measured['commit']}, {measured['date'][:10]}).",
    ]
    return "\n".join(lines)


def _cell(value: Mapping[str, Any], sign: bool = False) -> str:
    mean, (low, high) = value["mean"], value["ci"]
    return f"{format(mean, '+.1f' if sign else '.1f')} [{low:.1f}, {high:.1f}]"
