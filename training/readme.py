"""Fill the measured parts of the README and of docs/ from their sources: results files and an example.

python training/readme.py            # rewrites them
python training/readme.py --check    # exit code 1 if one would change
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.files import write_text
from training.half_truth_table import half_truth_table
from training.studies.head_tables import metric_table

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"
#: Rows of the README's table: metric in the results file -> what the reader is told.
ROWS = {
    "event R@1": "event retrieval, R@1",
    "event MdR": "event retrieval, median rank",
    "event in its clip": "right event of the clip's five",
    "clip R@1": "clip retrieval, R@1",
    "verb accuracy": "verb, of all",
    "negatives: verb_role 1 of 5": "verb-role negatives, 1 of 5",
    "negatives: agent_patient": "who does it to whom, 1 of 2",
    "negatives: attribute": "colours and attributes, 1 of 2",
    "negatives: noun": "nouns and scenes, 1 of 2",
    "negatives: direction": "direction, 1 of 2",
    "negatives: manner": "manner, 1 of 2",
}


def quickstart() -> str:
    """The example's code and what it prints, as Markdown."""
    path = ROOT / "examples" / "quickstart.py"
    code = path.read_text("utf-8")
    code = code[
        code.index("from srlclip") :
    ].strip()  # without the lines by which a file finds the clone that it lies in
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path))
    return f"```python\n{code}\n```\n\n```text\n{printed.getvalue().strip()}\n```"


def results() -> str:
    """One table per split of results/mini_pair.json, with 95 % intervals and where they come from."""
    measured = json.loads((RESULTS / "mini_pair.json").read_text("utf-8"))
    lines = []
    for title, table in measured["tables"].items():
        size = measured["splits"][title]
        first = not lines
        heading = f"**{title}** ({size['clips']} clips, {size['events']} events)"
        lines += [
            heading if first else f"<details><summary>{heading}</summary>".replace("**", ""),
            "",
            "| | base CLIP | + sparse captions (control) | + SRL-CLIP | SRL-CLIP − base | SRL-CLIP − control |",
            "|---|---|---|---|---|---|",
        ]
        for metric, name in ROWS.items():
            if metric not in table:
                continue
            row = table[metric]
            cells = [_cell(row[m]) for m in ("base", "sparse", "adapted")]
            cells += [_cell(row[f"adapted - {m}"], sign=True) for m in ("base", "sparse")]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines += ["" if first else "\n</details>\n"]
    sources = [f"`results/mini_pair.json` (commit {measured['commit']}, {measured['date'][:10]})"]
    for name, paragraph in MORE.items():
        if (RESULTS / name).is_file():
            lines += [paragraph(), ""]
            sources.append(f"`{name}`")
    lines.append(f"Source: {', '.join(sources)}.")
    return "\n".join(lines)


def dense() -> str:
    """The same labels as fluent sentences instead of SRL prompts, from results/mini_pair_natural.json."""
    table = next(iter(json.loads((RESULTS / "mini_pair_natural.json").read_text("utf-8"))["tables"].values()))
    parts = []
    asked = (
        "event R@1",
        "clip R@1",
        "verb accuracy",
        *(f"negatives: {k}" for k in ("agent_patient", "direction", "manner")),
    )
    for metric in asked:
        parts.append(f"{ROWS[metric]} {_cell(table[metric]['natural'])} against {_cell(table[metric]['adapted'])}")
    return (
        "The control that asks for *structure* rather than density: the same labels as fluent rule-made sentences "
        f"(`--set data.caption_style=natural`), same clips and steps, natural against SRL: {'; '.join(parts)}. "
        "The verb and negative questions are worded as those sentences are, which favours them; the retrieval queries are not."
    )


def seeds() -> str:
    """How far three adaptation seeds are apart, from results/mini_pair_seeds.json."""
    table = next(iter(json.loads((RESULTS / "mini_pair_seeds.json").read_text("utf-8"))["tables"].values()))
    parts = []
    for metric in ("event R@1", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5"):
        values = [f"{table[metric][m]['mean']:.1f}" for m in ("adapted", "seed1", "seed2")]
        parts.append(f"{ROWS[metric]} {' / '.join(values)}")
    return f"Three adaptation seeds on the plain gallery: {'; '.join(parts)}."


def again() -> str:
    """The bundled recipe trained anew, from results/mini_pair_rerun.json."""
    measured = json.loads((RESULTS / "mini_pair_rerun.json").read_text("utf-8"))
    table = next(iter(measured["tables"].values()))
    inside = [low <= table[m]["rerun"]["mean"] <= high for m in ROWS for low, high in (table[m]["adapted"]["ci"],)]
    asked = ("event R@1", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5")
    values = " / ".join(f"{table[m]['rerun']['mean']:.1f}" for m in asked)
    return (
        f"`accelerate launch training/train.py` run again at commit {measured['commit']} gives {values} (event R@1, clip R@1, verb, verb-role); "
        f"{sum(inside)} of the {len(inside)} rows above lie within the bundled model's intervals."
    )


#: Further measurements of the bundled pair, where they were made: file in results/ -> its paragraph.
MORE: dict[str, Callable[[], str]] = {
    "mini_pair_seeds.json": seeds,
    "mini_pair_rerun.json": again,
    "mini_pair_natural.json": dense,
}

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
    """The caption study: per base and split, every arm's level and SRL's lead over it."""
    measured = json.loads((RESULTS / "ablations" / "captions.json").read_text("utf-8"))
    labels = {arm["name"]: arm["label"] for arm in measured["arms"]}
    lines = []
    for split, title in SPLITS.items():
        size = measured["questions"][split]
        head = f"{title}: {size['clips']} clips, {size['events']} events"
        lines += [f"**{head}**" if not lines else f"<details><summary>{head}</summary>", ""]
        for base, splits in measured["tables"].items():
            lines += [f"| base: {base} | {' | '.join(COLUMNS.values())} |", f"|---|{'---|' * len(COLUMNS)}"]
            for arm, label in labels.items():
                cells = " | ".join(_lead(splits[split][metric][arm]) for metric in COLUMNS)
                lines.append(f"| {f'**{label}**' if arm == measured['reference'] else label} | {cells} |")
            lines.append("")
    lines += ["</details>", "", _against_the_bag(measured), ""]
    seeds = max(len(run_seeds) for run_seeds in _seeds(measured).values())
    commits = sorted({run["commit"] for run in measured["runs"]})
    return "\n".join([
        *lines,
        f"Mean over {seeds} seeds; below each level SRL's lead over that arm with its 95 % interval (bold: without 0). Source: "
        f"`results/ablations/captions.json` (runs at commit {', '.join(commits)}; {measured['date'][:10]}).",
    ])  # fmt: skip


def _against_the_bag(measured: dict) -> str:
    """SRL without negatives minus the bag of words, seed by seed: neither has negatives, so only the form differs."""
    parts = []
    for base, splits in measured["tables"].items():
        table = splits[next(iter(SPLITS))]
        spans = []
        for metric, name in COLUMNS.items():
            a, b = (table[metric][arm]["per_seed"] for arm in ("srl_no_negatives", "bag"))
            leads = [x - y for x, y in zip(a, b, strict=True)]
            spans.append(f"{name} {min(leads):+.1f} to {max(leads):+.1f}")
        parts.append(f"{base}: {', '.join(spans)}")
    return (
        "SRL without negatives minus the bag of words on the unseen clips, from the least to the greatest of the seeds' "
        f"differences. {'. '.join(parts)}."
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


def _cell(value: dict, sign: bool = False) -> str:
    mean = f"{value['mean']:+.1f}" if sign else f"{value['mean']:.1f}"
    low, high = value["ci"]
    return f"{mean} [{low:.1f}, {high:.1f}]"


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
    if not (RESULTS / "captioner.json").is_file():
        return "Not measured yet with the pair that is bundled now."
    measured = json.loads((RESULTS / "captioner.json").read_text("utf-8"))
    lines = [f"| | {' | '.join(SYSTEMS.values())} |", f"|---|{'---|' * len(SYSTEMS)}"]
    for metric, row in measured["table"].items():
        cells = [_cell(row[name], sign=" - " in name) for name in SYSTEMS]
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
        modes.append(f"{mode} {_cell(row['base'])} and {_cell(row['adapted'])}")
    apart = []
    for metric in ("Vb@1", "CIDEr"):
        row = measured["unseen_clips"][metric]
        scores = (
            f"{arm.replace('adapted', 'SRL-CLIP')} {_cell(row[arm])}"
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
    measured = json.loads((RESULTS / "heads.json").read_text("utf-8"))
    lines = [line for metric in ("Vb@1", "CIDEr") for line in (*metric_table(measured, metric), "")]
    seeds = len(measured["seeds"])
    return "\n".join([
        *lines,
        f"{measured['clips']} scored clips, {seeds} {'seed' if seeds == 1 else 'seeds'}; {measured['scale']}. Bold: interval "
        f"without 0. Source: `results/heads.json` ({measured['date'][:10]}), the other metrics in `results/heads.md`.",
    ])  # fmt: skip


def probe() -> str:
    """What the bundled base and SRL-CLIP know: a row a measure, with 95 % intervals."""
    measured = json.loads((RESULTS / "probe_mini_pair.json").read_text("utf-8"))
    base, adapted = measured["tables"]["base"], measured["tables"]["adapted"]
    columns = (base["frame means"], adapted["frame means"], adapted["event tokens"])
    rows = [
        f"| {name} | {' | '.join(_cell(column[name]) if name in column else '' for column in columns)} |"
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
    measured = json.loads((RESULTS / "forgetting.json").read_text("utf-8"))
    rows = [
        f"| {place}: {metric} | {_cell(row['base'])} | {_cell(row['adapted'])} | {_cell(row['adapted - base'], sign=True)} |"
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
    measured = json.loads((RESULTS / "blind.json").read_text("utf-8"))
    tables = measured["tables"]
    kinds = next(iter(tables.values()))
    rows = [f"| {kind} | {' | '.join(_cell(table[kind]) for table in tables.values())} |" for kind in kinds]
    return "\n".join([
        f"| | {' | '.join(tables)} |", "|---|" + "---|" * len(tables), *rows, "",
        f"Labels of {measured['train_clips']} training clips; percent, 95 % intervals over clips.",
        f"Source: `results/blind.json` (commit {measured['commit']}, {measured['date'][:10]}).",
    ])  # fmt: skip


#: Page -> its generated blocks.
PAGES = {
    "README.md": {"quickstart": quickstart, "results": results},
    "docs/captions.md": {"heads": heads, "captioner": captioner},
    "docs/half_truths.md": {"half_truths": half_truth_table},
    "docs/falsification.md": {"captions": captions},
    "docs/training.md": {"blind": blind, "probe": probe, "forgetting": forgetting},
}


def render(page: str, text: str) -> str:
    """A page with its generated parts made anew."""
    for name, make in PAGES[page].items():
        pattern = rf"(<!-- {name}: [^\n]*-->\n)(?:.*?\n)?(<!-- /{name} -->)"
        text, count = re.subn(pattern, lambda m, make=make: m[1] + make() + "\n" + m[2], text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{page} needs exactly one block <!-- {name}: ... --> <!-- /{name} -->, found {count}")
    return text


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fill the pages' measured parts.")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    stale = False
    for page in PAGES:
        path = ROOT / page
        before = path.read_text("utf-8")
        after = render(page, before)
        stale |= before != after
        if not args.check:
            write_text(path, after)
    return int(args.check and stale)


if __name__ == "__main__":
    raise SystemExit(main())
