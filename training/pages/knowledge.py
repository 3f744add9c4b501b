"""What the bundled models know and forgot, and what words alone give away."""

from __future__ import annotations

from training.pages.parts import committed, interval


def probe() -> str:
    """What the bundled base and SRL-CLIP know: a row a measure, with 95 % intervals."""
    measured = committed("probe_mini_pair.json")
    base, adapted = measured["tables"]["base"], measured["tables"]["adapted"]
    columns = (base["frame means"], adapted["frame means"], adapted["event tokens"])
    rows = [
        f"| {name} | {' | '.join(interval(column[name]) if name in column else '' for column in columns)} |"
        for name in columns[0]
    ]
    asked, outside = measured["asked"], ", ".join(f"{name} {value:.1f}" for name, value in measured["outside"].items())
    verdict = f"is like CLIP but for {outside}" if outside else "is like CLIP in all of these"
    return "\n".join([
        "| | base | SRL-CLIP | its contextualizer's event tokens |", "|---|---|---|---|", *rows, "",
        f"{asked['clips']} clips, {asked['events']} events, {measured['verbs']} verbs; percent, 95 % intervals over clips. The "
        f"bundled base {verdict}.", "",
        f"Source: `results/probe_mini_pair.json` (commit {measured['commit']}, {measured['date'][:10]}).",
    ])  # fmt: skip


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
