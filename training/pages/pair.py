"""The bundled pair: its tables, its seeds and controls, and the example that shows it."""

from __future__ import annotations

import contextlib
import io
import runpy
from collections.abc import Callable

from training.pages.parts import ROOT, committed, interval, is_measured

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
#: Rows of the README's own table, what is gained and what is lost.
SHORT = ("event R@1", "clip R@1", "negatives: verb_role 1 of 5", "negatives: attribute", "negatives: noun")


def summary() -> str:
    """Five rows of the first gallery, with 95 % intervals, and where they come from."""
    measured = committed("mini_pair.json")
    title, table = next(iter(measured["tables"].items()))
    rows = []
    for metric in SHORT:
        row = table[metric]
        cells = [interval(row[m]) for m in ("base", "sparse", "adapted")]
        rows.append(f"| {ROWS[metric]} | {' | '.join([*cells, interval(row['adapted - base'], sign=True)])} |")
    size = measured["splits"][title]
    return "\n".join([
        "| | base CLIP | + sparse captions (control) | + SRL-CLIP | SRL-CLIP − base |", "|---|---|---|---|---|", *rows, "",
        f"{size['clips']} unseen clips, {size['events']} events; percent, 95 % intervals over clips. Source: "
        f"`results/mini_pair.json` (commit {measured['commit']}, {measured['date'][:10]}).",
    ])  # fmt: skip


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
    measured = committed("mini_pair.json")
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
            cells = [interval(row[m]) for m in ("base", "sparse", "adapted")]
            cells += [interval(row[f"adapted - {m}"], sign=True) for m in ("base", "sparse")]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines += ["" if first else "\n</details>\n"]
    sources = [f"`results/mini_pair.json` (commit {measured['commit']}, {measured['date'][:10]})"]
    for name, paragraph in MORE.items():
        if is_measured(name):
            lines += [paragraph(), ""]
            sources.append(f"`{name}`")
    lines.append(f"Source: {', '.join(sources)}.")
    return "\n".join(lines)


def dense() -> str:
    """The same labels as fluent sentences instead of SRL prompts, from results/mini_pair_natural.json."""
    table = next(iter(committed("mini_pair_natural.json")["tables"].values()))
    parts = []
    asked = (
        "event R@1",
        "clip R@1",
        "verb accuracy",
        *(f"negatives: {k}" for k in ("agent_patient", "direction", "manner")),
    )
    for metric in asked:
        parts.append(
            f"{ROWS[metric]} {interval(table[metric]['natural'])} against {interval(table[metric]['adapted'])}"
        )
    return (
        "The control that asks for *structure* rather than density: the same labels as fluent rule-made sentences "
        f"(`--set data.caption_style=natural`), same clips and steps, natural against SRL: {'; '.join(parts)}. "
        "The verb and negative questions are worded as those sentences are, which favours them; the retrieval queries are not."
    )


def seeds() -> str:
    """How far three adaptation seeds are apart, from results/mini_pair_seeds.json."""
    table = next(iter(committed("mini_pair_seeds.json")["tables"].values()))
    parts = []
    for metric in ("event R@1", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5"):
        values = [f"{table[metric][m]['mean']:.1f}" for m in ("adapted", "seed1", "seed2")]
        parts.append(f"{ROWS[metric]} {' / '.join(values)}")
    return f"Three adaptation seeds on the plain gallery: {'; '.join(parts)}."


def again() -> str:
    """The bundled recipe trained anew, from results/mini_pair_rerun.json."""
    measured = committed("mini_pair_rerun.json")
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
