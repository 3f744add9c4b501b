"""What the bundled models know and forgot, and what words alone give away."""

from __future__ import annotations

from collections.abc import Mapping

from training.pages.parts import committed, interval


def probe() -> str:
    """What the bundled pair and the second base know: a row a measure, with 95 % intervals."""
    measured, second = committed("probe_mini_pair.json"), committed("base_probe_second.json")
    base, adapted = measured["tables"]["base"], measured["tables"]["adapted"]
    others = second["tables"]["base"]["frame means"]
    columns = (base["frame means"], adapted["frame means"], adapted["event tokens"], others)
    rows = [
        f"| {name} | {' | '.join(interval(column[name]) if name in column else '' for column in columns)} |"
        for name in columns[0]
    ]
    asked = measured["asked"]
    return "\n".join([
        "| | base | SRL-CLIP | its contextualizer's event tokens | second base |", "|---|---|---|---|---|", *rows, "",
        f"{asked['clips']} clips, {asked['events']} events, {measured['verbs']} verbs; percent, 95 % intervals over clips. The "
        f"bundled base {_verdict(measured)}, the second {_verdict(second)}.", "",
        f"Source: `results/probe_mini_pair.json` (commit {measured['commit']}, {measured['date'][:10]}) and "
        f"`results/base_probe_second.json` (commit {second['commit']}, {second['date'][:10]}).",
    ])  # fmt: skip


def _verdict(measured: Mapping) -> str:
    """What a base's probe says of it, for the middle of a sentence."""
    outside = ", ".join(f"{name} {value:.1f}" for name, value in measured["outside"].items())
    return f"is like CLIP but for {outside}" if outside else "is like CLIP in all of these"


def forgetting() -> str:
    """What the bundled SRL-CLIP lost of what adaptation never showed, beside what it shows: a row a measure and place."""
    measured = committed("forgetting.json")
    rows = [
        f"| {place}: {metric} | {interval(row['base'])} | {interval(row['adapted'])} | {interval(row['adapted - base'], sign=True)} |"
        for place, table in measured["tables"].items()
        for metric, row in table.items()
    ]
    return "\n".join([
        "| | base | SRL-CLIP | difference |", "|---|---|---|---|", *rows, "",
        f"{measured['clips']} clips of each place; percent, 95 % intervals over clips. Source: `results/forgetting.json` "
        f"(commit {measured['commit']}, {measured['date'][:10]}).",
    ])  # fmt: skip


def blind() -> str:
    """How often the words alone give the 1-of-2 questions away, a row a kind, a column a gallery."""
    measured = committed("blind.json")
    tables = measured["tables"]
    kinds = next(iter(tables.values()))
    rows = [f"| {kind} | {' | '.join(interval(table[kind]) for table in tables.values())} |" for kind in kinds]
    return "\n".join([
        f"| | {' | '.join(tables)} |", "|---|" + "---|" * len(tables), *rows, "",
        f"Labels of {measured['train_clips']} training clips; percent, 95 % intervals over clips.",
        f"Source: `results/blind.json` (commit {measured['commit']}, {measured['date'][:10]}).",
    ])  # fmt: skip
