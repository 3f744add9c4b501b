"""Fill the README's measured parts from their sources: the quickstart's printed output and the results table.

python training/readme.py            # rewrites README.md
python training/readme.py --check    # exit code 1 if it would change
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

#: Rows of the README's table: metric in the results file -> what the reader is told.
ROWS = {
    "event R@1": "event retrieval, R@1",
    "event MdR": "event retrieval, median rank",
    "event in its clip": "right event of the clip's five",
    "clip R@1": "clip retrieval, R@1",
    "verb accuracy": "verb, 1 of 24",
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
    code = path.read_text("utf-8").split('"""', 2)[2].strip()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(str(path))
    return f"```python\n{code}\n```\n\n```text\n{printed.getvalue().strip()}\n```"


def results() -> str:
    """One table per split of results/mini_pair.json, with 95 % intervals and where they come from."""
    found = json.loads((ROOT / "results" / "mini_pair.json").read_text("utf-8"))
    lines = []
    for title, table in found["tables"].items():
        size = found["splits"][title]
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
    lines += [seeds(), "", dense(), ""]
    lines.append(
        f"Source: `results/mini_pair.json` (commit {found['commit']}, {found['date'][:10]}), `mini_pair_seeds.json`, `mini_pair_natural.json`."
    )
    return "\n".join(lines)


def dense() -> str:
    """The same labels as fluent sentences instead of SRL prompts, from results/mini_pair_natural.json."""
    table = next(iter(json.loads((ROOT / "results" / "mini_pair_natural.json").read_text("utf-8"))["tables"].values()))
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
    table = next(iter(json.loads((ROOT / "results" / "mini_pair_seeds.json").read_text("utf-8"))["tables"].values()))
    parts = []
    for metric in ("event R@1", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5"):
        values = [f"{table[metric][m]['mean']:.1f}" for m in ("adapted", "seed1", "seed2")]
        parts.append(f"{ROWS[metric]} {' / '.join(values)}")
    return f"Three adaptation seeds on the plain gallery: {'; '.join(parts)}."


def _cell(value: dict, sign: bool = False) -> str:
    mean = f"{value['mean']:+.1f}" if sign else f"{value['mean']:.1f}"
    low, high = value["ci"]
    return f"{mean} [{low:.1f}, {high:.1f}]"


def render(text: str) -> str:
    """The README with its generated parts made anew."""
    for name, make in (("quickstart", quickstart), ("results", results)):
        pattern = rf"(<!-- {name}: [^\n]*-->\n)(?:.*?\n)?(<!-- /{name} -->)"
        text, count = re.subn(pattern, lambda m, make=make: m[1] + make() + "\n" + m[2], text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"README.md needs exactly one block <!-- {name}: ... --> <!-- /{name} -->, found {count}")
    return text


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fill the README's measured parts.")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    path = ROOT / "README.md"
    before = path.read_text("utf-8")
    after = render(before)
    if args.check:
        return int(before != after)
    path.write_text(after, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
