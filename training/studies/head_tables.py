"""From finished heads to the head study's results: a JSON file with every number, a Markdown table, curves as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.config import to_dict
from srlclip.evaluation.vidsitu import METRICS, Scored
from srlclip.files import write_text
from srlclip.plots.curves import HEAD_METRICS, curve_points, curves_figure
from srlclip.plots.studies import save_svg
from srlclip.provenance import portable, provenance
from srlclip.results import MODELS
from training.captioning.settings import CaptionerTraining
from training.studies import heads
from training.studies.cells import interval_cell, level, missing_cell, signed
from training.studies.head_study import PAIRS, QUESTION, HeadArm, HeadCell, learnt_clips
from training.studies.statistics import Bootstrap, SeedScores
from training.studies.tables import compact_json

METHOD = (
    "100 times VidSitu's official values under the annotated roles, mean over seeds; brackets: 95 % bootstrap interval that "
    "resamples the scored clips and, where there are several, seeds, both in step for the two arms of a difference "
    "(training/studies/statistics.py). A seed draws the labelled clips and the head's first weights. No adapter has seen the "
    "labelled clips, nothing was chosen on the scored ones. Intervals are not corrected for the number of cells."
)


def write(
    cells: Sequence[HeadCell],
    out: str | Path,
    common: CaptionerTraining,
    quick: bool,
    resamples: int,
    failed: Mapping[Path, str],
    command: Sequence[str],
) -> list[Path]:
    """Write `out` (a .json) and, beside it, the table as .md and the plot as .svg."""
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    results = result(cells, common, quick, resamples, failed)
    paths = [out.with_suffix(f".{kind}") for kind in ("json", "md", "svg")]
    write_text(paths[0], compact_json(results) + "\n")
    write_text(paths[1], markdown(results, out.stem, command))
    models = {arm["label"]: arm["name"] for arm in results["arms"] if arm["name"] in MODELS}
    save_svg(curves_figure(QUESTION + " (quick: direction only)" * quick, curve_points(results), models), paths[2])
    return paths


def result(
    cells: Sequence[HeadCell], common: CaptionerTraining, quick: bool, resamples: int, failed: Mapping[Path, str]
) -> dict[str, Any]:
    """Everything as JSON values; "table" and "differences": metric -> arm (or "b - a") -> labelled clips -> cell.

    Raises DataError when heads were scored on different clips.
    """
    there = [cell for cell in cells if heads.is_done(cell.run)]
    clips = heads.common_clips([cell.run for cell in there])
    scored = {cell: heads.scores(cell.run) for cell in there}
    arms, sizes = list(dict.fromkeys(c.arm for c in cells)), sorted({c.size for c in cells})
    bootstrap, names = Bootstrap(resamples), {arm.name for arm in arms}
    table: dict[str, Any] = {}
    differences: dict[str, Any] = {}
    for metric in METRICS:
        of = {
            (arm.name, size): _seeds(scored, arm, size, metric) for arm in arms for size in sizes
        }  # fmt: skip
        if there and not any(of.values()):
            continue  # these clips do not define it, as Rec@5 of verbs that are all rare
        table[metric] = {
            arm.name: {
                str(size): _cell(of[arm.name, size], bootstrap)
                or missing_cell([c.run.folder for c in cells if (c.arm, c.size) == (arm, size)], failed)
                for size in sizes
            }
            for arm in arms
        }
        differences[metric] = {
            f"{b} - {a}": {str(size): _difference(of[a, size], of[b, size], bootstrap) for size in sizes}
            for a, b in PAIRS
            if {a, b} <= names
        }
    return provenance(to_dict(common)) | {
        "study": "heads",
        "question": QUESTION,
        "quick": quick,
        "method": METHOD,
        "scale": "100 times the official evaluator's values; CIDEr of a corpus of short texts passes 100",
        "data": f"valid split, after the first {common.data.valid_clips} clips, which heads are selected on",
        "clips": len(clips),
        "sizes": sizes,
        "seeds": sorted({c.seed for c in cells}),
        "resamples": resamples,
        "arms": [
            {"name": arm.name, "label": arm.label, "base": portable(arm.base), "adapter": portable(arm.adapter),
             "adapter_clips": learnt_clips(arm.adapter) if arm.adapter else 0}
            for arm in arms
        ],
        "planned_runs": len(cells),
        "runs": [{"arm": c.arm.name, "size": c.size, "seed": c.seed, "run": c.run.folder.name} | heads.about(c.run) for c in there],
        "table": table,
        "differences": differences,
    }  # fmt: skip


def _seeds(scored: Mapping[HeadCell, Scored], arm: HeadArm, size: int, metric: str) -> dict[int, Any]:
    """seed -> official scores, of the seeds that have some."""
    return {
        c.seed: one.metrics[metric] for c, one in scored.items() if (c.arm, c.size) == (arm, size) and metric in one.metrics
    }  # fmt: skip


def _cell(seeds: Mapping[int, Any], bootstrap: Bootstrap) -> dict[str, Any] | None:
    if not seeds:
        return None
    arm = SeedScores(tuple(seeds[s] for s in sorted(seeds)))
    per_seed = [round(float(v), 2) for v in arm.per_seed()]
    return interval_cell(bootstrap.interval(arm)) | {
        "n": arm.n,
        "seeds": sorted(seeds),
        "per_seed": per_seed,
    }


def _difference(a: Mapping[int, Any], b: Mapping[int, Any], bootstrap: Bootstrap) -> dict[str, Any]:
    """b - a over the seeds that both have."""
    shared = sorted(set(a) & set(b))
    if not shared:
        return missing_cell((), {})
    pair = (SeedScores(tuple(one[s] for s in shared)) for one in (a, b))
    return interval_cell(bootstrap.difference(*pair)) | {"seeds": shared}


def markdown(results: Mapping[str, Any], name: str, command: Sequence[str]) -> str:
    """A table per metric: a row per arm, then a row per difference; a column per number of labelled clips."""
    lines = [f"# {results['question']}", ""]
    if results["quick"]:
        lines += ["**quick: direction only** (few clips, steps and seeds; not the committed result)", ""]
    lines += [f"![Curves over the number of labelled clips]({name}.svg)", ""]
    for metric in (m for m in HEAD_METRICS if m in results["table"]):
        lines += [*metric_table(results, metric), ""]
    seeds, missing = len(results["seeds"]), results["planned_runs"] - len(results["runs"])
    if seeds == 1:
        lines += ["One seed: the intervals know nothing of how much another seed would change.", ""]
    if missing:
        lines += [f"**{missing} of {results['planned_runs']} heads are missing.**", ""]
    commits = ", ".join(sorted({run["commit"] for run in results["runs"]})) or "none"
    return "\n".join([
        *lines,
        METHOD,
        "",
        f"{results['clips']} scored clips, {seeds} {'seed' if seeds == 1 else 'seeds'}; bold: interval without 0.",
        "",
        f"Command: `{' '.join(['python -m training.heads', *portable(list(command))])}`. Trained at commit {commits}; tables made at "
        f"{results['commit']}, {results['date'][:10]}. All numbers: `{name}.json`.",
    ]) + "\n"  # fmt: skip


def metric_table(results: Mapping[str, Any], metric: str) -> list[str]:
    """One metric's lines: a row per arm, a row per difference, a column per number of labelled clips."""
    sizes = [str(size) for size in results["sizes"]]
    lines = [f"| {metric}, labelled clips: | {' | '.join(sizes)} |", f"|---|{'---|' * len(sizes)}"]
    for arm in results["arms"]:
        cells = results["table"][metric][arm["name"]]
        lines.append(f"| {arm['label']} | {' | '.join(level(cells[size]) for size in sizes)} |")
    for pair, cells in results["differences"][metric].items():
        lines.append(f"| {pair.replace(' - ', ' − ')} | {' | '.join(signed(cells[size]) for size in sizes)} |")
    return lines
