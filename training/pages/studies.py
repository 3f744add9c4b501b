"""Studies: the caption control, the curves of captioning heads, and heads beside their baselines."""

from __future__ import annotations

from training.pages.parts import committed, interval, is_measured
from training.studies import head_columns
from training.studies.attribution_tables import attribution_tables
from training.studies.head_tables import metric_table

#: Columns of the write-up's tables: metric in results/ablations/captions.json -> heading.
COLUMNS = {
    "event R@1": "event R@1",
    "clip R@1": "clip R@1",
    "verb accuracy": "verb, of all",
    "negatives: verb_role 1 of 5": "verb-role, 1 of 5",
    "negatives: agent_patient": "who to whom",
    "negatives: direction": "direction",
    "negatives: manner": "manner",
}
SPLITS = {"test": "unseen clips", "heldout": "held-out combinations of verb, agent, patient and clothing"}


def captions() -> str:
    """The caption study: per base and split, every arm's level and SRL's lead over it; on the first also of its heads."""
    measured = committed("ablations/captions.json")
    labels = {arm["name"]: arm["label"] for arm in measured["arms"]}
    lines = []
    for split, title in SPLITS.items():
        size = measured["questions"][split]
        head = f"{title}: {size['clips']} clips, {size['events']} events"
        first = not lines
        lines += [f"**{head}**" if first else f"<details><summary>{head}</summary>", ""]
        for base, splits in measured["tables"].items():
            columns = head_columns.columns(measured, base) if first else {}
            columns |= {name: splits[split][metric] for metric, name in COLUMNS.items()}
            lines += [f"| base: {base} | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
            for arm, label in labels.items():
                cells = " | ".join(_lead(column[arm]) for column in columns.values())
                lines.append(f"| {f'**{label}**' if arm == measured['reference'] else label} | {cells} |")
            lines.append("")
    lines += ["</details>", "", _against_the_bag(measured), ""]
    seeds = max(len(run_seeds) for run_seeds in _seeds(measured).values())
    commits = sorted({run["commit"] for run in measured["runs"]})
    return "\n".join([
        *lines,
        f"{'One seed' if seeds == 1 else f'Mean over {seeds} seeds'}; below each level SRL's lead over that arm with its 95 % interval "
        f"(bold: without 0). Source: `results/ablations/captions.json` (runs at commit {', '.join(commits)}; "
        f"{measured['date'][:10]}).",
    ])  # fmt: skip


def _against_the_bag(measured: dict) -> str:
    """SRL without negatives minus the bag of words, seed by seed: neither has negatives, so only the form differs."""
    parts = []
    for base, splits in measured["tables"].items():
        columns = head_columns.columns(measured, base)
        columns |= {name: splits[next(iter(SPLITS))][metric] for metric, name in COLUMNS.items()}
        spans = []
        for name, column in columns.items():
            a, b = (column[arm]["per_seed"] for arm in ("srl_no_negatives", "bag"))
            leads = [x - y for x, y in zip(a, b, strict=True)]
            least, greatest = f"{min(leads):+.1f}", f"{max(leads):+.1f}"
            spans.append(f"{name} {least}" if len(leads) == 1 else f"{name} {least} to {greatest}")
        parts.append(f"{base}: {', '.join(spans)}")
    return (
        "SRL without negatives minus the bag of words on the unseen clips (over several seeds, from the least to the greatest "
        f"difference). {'. '.join(parts)}."
    )


def _seeds(measured: dict) -> dict[tuple[str, str], set[int]]:
    seeds: dict[tuple[str, str], set[int]] = {}
    for run in measured["runs"]:
        seeds.setdefault((run["base"], run["arm"]), set()).add(run["seed"])
    return seeds


def _lead(cell: dict) -> str:
    if "difference" not in cell:
        return f"**{cell['mean']:.1f}**"
    low, high = cell["difference"]["ci"]
    lead = f"{cell['difference']['mean']:+.1f} [{low:.1f}, {high:.1f}]"
    return f"{cell['mean']:.1f}<br>{f'**{lead}**' if low > 0 or high < 0 else lead}"


#: Columns of the captioner's table: system in results/captioner.json -> heading.
SYSTEMS = {
    "majority, true verb known": "majority (knows the verb)",
    "zero-shot base": "zero-shot, base",
    "zero-shot adapted": "zero-shot, SRL-CLIP",
    "head base": "head on base",
    "head adapted": "head on SRL-CLIP",
    "head adapted, no contextualizer": "without contextualizer",
    "head adapted - head base": "SRL-CLIP − base, heads",
}


def captioner() -> str:
    """The situation-recognition heads and their baselines by the official metrics, and how far seeds are apart."""
    if not is_measured("captioner.json"):
        return "Not measured yet with the pair that is bundled now."
    measured = committed("captioner.json")
    lines = [f"| | {' | '.join(SYSTEMS.values())} |", f"|---|{'---|' * len(SYSTEMS)}"]
    for metric, row in measured["table"].items():
        cells = [interval(row[name], sign=" - " in name) for name in SYSTEMS]
        lines.append(f"| {metric} | {' | '.join(cells)} |")
    spread = []
    for metric in ("Vb@1", "CIDEr"):
        values = measured["per_seed"][metric]
        arms = (
            (arm.replace("adapted", "SRL-CLIP"), values[arm])
            for arm in ("base", "adapted", "adapted, no contextualizer")
        )
        spread.append(f"{metric} {'; '.join(f'{arm} ' + ' / '.join(f'{v:.1f}' for v in own) for arm, own in arms)}")
    modes = []
    for mode, table in measured["modes"].items():
        row = table["CIDEr"]
        modes.append(f"{mode} {interval(row['base'])} and {interval(row['adapted'])}")
    apart = []
    for metric in ("Vb@1", "CIDEr"):
        row = measured["unseen_clips"][metric]
        scores = (
            f"{arm.replace('adapted', 'SRL-CLIP')} {interval(row[arm])}"
            for arm in ("base", "adapted", "adapted, no contextualizer")
        )
        apart.append(f"{metric} {'; '.join(scores)}")
    commits = sorted({run["commit"] for run in measured["runs"]})
    return "\n".join([
        *lines,
        "",
        f"{measured['data']}: {measured['clips']} clips, {measured['events']} events, three annotators each; 100 times the official "
        "values, 95 % intervals over clips. Seeds of the head (features and clips are the same): "
        f"{'. '.join(spread)}. CIDEr where the head finds the roles itself, base and SRL-CLIP: {'; '.join(modes)}.",
        "",
        "The same heads trained on as many clips that the adapter did not learn from (its features fit its own training clips "
        f"better than any to come): {'. '.join(apart)}.",
        "",
        f"Source: `results/captioner.json` (runs at commit {', '.join(commits)}; {measured['date'][:10]}).",
    ])  # fmt: skip


def heads() -> str:
    """The learning curves of heads: verbs and fillers by the official metrics, and where the other metrics are."""
    measured = committed("heads.json")
    lines = [line for metric in ("Vb@1", "CIDEr") for line in (*metric_table(measured, metric), "")]
    seeds = len(measured["seeds"])
    return "\n".join([
        *lines,
        f"{measured['clips']} scored clips, {seeds} {'seed' if seeds == 1 else 'seeds'}; {measured['scale']}. Bold: interval "
        f"without 0. Source: `results/heads.json` ({measured['date'][:10]}), the other metrics in `results/heads.md`.",
    ])  # fmt: skip


def attribution() -> str:
    """How good the maps of importance are."""
    return attribution_tables(committed("attribution.json"))
