"""From stored observations to a study's results: NAME.json with every number, NAME.md with its tables, NAME.svg;
of bases that were told different things also NAME_curve.svg.

Intervals are those of training/studies/statistics.py. A cell whose runs are missing says so; one with fewer seeds than
planned says how many it has.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.config import to_dict
from srlclip.files import write_text
from srlclip.plots.studies import StudyPoint, save_svg, study_figure
from srlclip.provenance import base_name, portable, provenance
from srlclip.situations import DataError
from training.evaluate import SYNSITU
from training.settings import TrainSettings
from training.studies import agreement, base_curve, head_columns, outside_columns
from training.studies.cells import arm_cell, level, missing_cell, signed
from training.studies.definitions import Study
from training.studies.runs import Cell, Measure, about, is_done, read_observations
from training.studies.statistics import Bootstrap, ClipSums

#: Metrics kept in the JSON file, with what the Markdown table calls them ("" = not in it). All are percent of hits.
METRICS = {
    "event R@1": "event R@1",
    "event R@5": "",
    "event R@10": "",
    "event in its clip": "right event of the clip's 5",
    "clip R@1": "clip R@1",
    "clip R@5": "",
    "verb accuracy": "verb, of all",
    "negatives: natural": "",
    "negatives: verb_role 1 of 5": "verb-role 1 of 5",
    "negatives: agent_patient": "who to whom",
    "negatives: attribute": "attribute",
    "negatives: noun": "noun",
    "negatives: direction": "direction",
    "negatives: manner": "manner",
}
#: Metrics of the plot, in order of its panels.
PLOTTED = ("event R@1", "clip R@1", "verb accuracy", "negatives: verb_role 1 of 5", "negatives: agent_patient",
           "negatives: direction")  # fmt: skip
METHOD = (
    "Percent of hits, mean over seeds; brackets: 95 % bootstrap interval that resamples clips and, where there are several "
    "seeds, seeds, both in step for the two arms of a difference (training/studies/statistics.py). Zero-shot: mean of frame "
    "embeddings, natural sentences as queries, ties count as misses. Intervals are not corrected for the number of cells."
)
PAPER_NOTE = (
    "The paper's column is verb accuracy / CIDEr (Vb@1 / CIDEr) of a trained head on VidSitu with CLIP ViT-L/14: another data "
    "set, model and measure. Only the order of the arms can be compared."
)


def write(
    study: Study,
    cells: Sequence[Cell],
    out: str | Path,
    common: TrainSettings,
    measure: Measure,
    quick: bool,
    resamples: int,
    failed: Mapping[Path, str],
) -> list[Path]:
    """Write the files into `out`. Raises DataError when the runs did not answer the same questions."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    results = result(study, cells, common, measure, quick, resamples, failed)
    paths = [out / f"{study.name}.{kind}" for kind in ("json", "md", "svg")]
    write_text(paths[0], compact_json(results) + "\n")
    write_text(paths[1], markdown(study, results))
    save_svg(figure(study, results), paths[2])
    if "bases" in results:
        paths.append(out / f"{study.name}_curve.svg")
        save_svg(base_curve.figure(study, results), paths[3])
    return paths


def result(
    study: Study,
    cells: Sequence[Cell],
    common: TrainSettings,
    measure: Measure,
    quick: bool,
    resamples: int,
    failed: Mapping[Path, str],
) -> dict[str, Any]:
    """Everything about a study as JSON values; "tables": base -> split -> metric -> arm -> cell."""
    there = [cell for cell in cells if is_done(cell.run)]
    runs = {cell: about(cell.run) for cell in there}
    questions = _same_questions(runs)
    bootstrap = Bootstrap(resamples)
    tables: dict[str, Any] = {}
    for base in dict.fromkeys(cell.base for cell in cells):
        observed = {
            arm.name: {c.seed: read_observations(c.run) for c in there if (c.base, c.arm) == (base, arm.name)}
            for arm in study.arms
        }
        planned = {arm.name: [c for c in cells if (c.base, c.arm) == (base, arm.name)] for arm in study.arms}
        tables[base_name(base)] = {
            split: {
                metric: {
                    arm.name: _cell(study, arm.name, observed, split, metric, bootstrap)
                    or missing_cell([c.run.folder for c in planned[arm.name]], failed)
                    for arm in study.arms
                }
                for metric in METRICS
                if not there or any(metric in o.get(split, {}) for seeds in observed.values() for o in seeds.values())
            }
            for split, _ in measure.splits
        }
    return provenance(to_dict(common)) | {
        "study": study.name,
        "question": study.question,
        "quick": quick,
        "method": METHOD,
        "reference": study.reference,
        "difference": "arm - reference" if study.arms_minus_reference else "reference - arm",
        "arms": [
            {"name": a.name, "label": a.label, "overrides": a.overrides and list(a.overrides), "paper": a.paper}
            for a in study.arms
        ],
        "measure": measure.to_dict(),
        "questions": questions,
        "resamples": resamples,
        "planned_runs": len(cells),
        "runs": [
            {"base": base_name(c.base), "arm": c.arm, "seed": c.seed, "run": c.run.folder.name, "commit": a["commit"],
             "measured_by": a["measured_by"], "steps": a["steps"], "seconds": a["seconds"]}
            for c, a in runs.items()
        ],
        "tables": tables,
    } | _blocks(study, cells, bootstrap, failed)  # fmt: skip


def _blocks(study: Study, cells: Sequence[Cell], bootstrap: Bootstrap, failed: Mapping[Path, str]) -> dict[str, Any]:
    """What a study was asked for besides."""
    run, out = cells[0].run, {}
    if run.head is not None:
        out["heads"] = head_columns.result(study, cells, bootstrap, failed)
    if run.outside is not None:
        out["outside"] = outside_columns.result(study, cells, bootstrap, failed)
    if study.knowledge:
        out["bases"] = base_curve.result(study, cells)
    return out


def _same_questions(runs: Mapping[Cell, dict]) -> dict[str, Any]:
    first: tuple[Cell, dict] | None = None
    for cell, facts in runs.items():
        first = first or (cell, facts)
        if facts["questions"] != first[1]["questions"]:
            raise DataError(
                f"{cell.run.folder} and {first[0].run.folder} were asked other questions (other clips or other code made "
                "them); delete observations.json in both and run the study again"
            )
    return first[1]["questions"] if first else {}


def _sums(observed: Mapping[int, dict], seeds: Sequence[int], split: str, metric: str) -> ClipSums | None:
    rows = [observed[seed][split][metric] for seed in seeds if metric in observed[seed].get(split, {})]
    return ClipSums.of([100.0 * o.values for o in rows], rows[0].clip) if rows and len(rows) == len(seeds) else None


def _cell(
    study: Study, arm: str, observed: Mapping[str, Mapping[int, dict]], split: str, metric: str, bootstrap: Bootstrap
) -> dict[str, Any] | None:
    """One arm's numbers, with its difference to or from the reference; None if there is no run."""
    seeds = {name: list(runs) for name, runs in observed.items()}
    return arm_cell(study, arm, seeds, lambda name, of: _sums(observed[name], of, split, metric), bootstrap)


def markdown(study: Study, results: Mapping[str, Any]) -> str:
    """The tables as Markdown: levels, then differences, per base and split; all but the first split folded."""
    lines = [f"# {study.question}", ""]
    if results["quick"]:
        lines += ["**quick: direction only** (one seed, few clips and steps; not the committed result)", ""]
    lines += [f"![{study.question}]({study.name}.svg)", ""]
    if "bases" in results:
        lines += base_curve.lines(study, results)
    for base, splits in results["tables"].items():
        lines += [f"## Base {base}", ""]
        for place, (split, table) in enumerate(splits.items()):
            size = results["questions"].get(split, {"clips": 0, "events": 0})
            title = SYNSITU[split][1] if split in SYNSITU else split
            title = f"{title} ({size['clips']} clips, {size['events']} events)"
            lines += [f"**{title}**", ""] if place == 0 else [f"<details><summary>{title}</summary>", ""]
            shown = {METRICS[metric]: row for metric, row in table.items() if METRICS[metric]}
            # The paper's measure stands beside the paper's numbers, the zero-shot columns after it.
            measured = {} if place else head_columns.columns(results, base)
            head = "".join(f" | {name}" for name in shown)
            paper = " | ".join(["paper: Vb@1 / CIDEr", *measured] if measured else ["paper"])
            lines += [f"| arm | {paper} | seeds{head} |", f"|---|---|---|{'---|' * (len(measured) + len(shown))}"]
            most = max((len(c.get("seeds", ())) for row in table.values() for c in row.values()), default=0)
            for arm in study.arms:
                cells = [column[arm.name] for column in shown.values()]
                name = f"**{arm.label}**" if arm.name == study.reference else arm.label
                seeds = _seed_count(arm.overrides is None, cells, most)
                own = [level(column[arm.name]) for column in measured.values()]
                lines.append("| " + " | ".join([name, arm.paper or "-", *own, seeds, *map(level, cells)]) + " |")
            way = "arm − reference" if study.arms_minus_reference else "reference − arm"
            columns = measured | shown
            lines += ["", f"Differences, {way} (reference: {study.arm(study.reference).label}; bold: interval without 0):",
                      "", f"| arm{''.join(f' | {name}' for name in columns)} |", f"|---|{'---|' * len(columns)}"]  # fmt: skip
            for arm in study.arms:
                if arm.name != study.reference:
                    cells = [signed(column[arm.name].get("difference", {})) for column in columns.values()]
                    lines.append(f"| {arm.label} | {' | '.join(cells)} |")
            lines += ["", "</details>", ""] if place else [""]
            if place == 0 and (said := agreement.sentence(study, results, base)):
                lines += [said, ""]
            if place == 0 and "outside" in results:
                lines += outside_columns.lines(study, results["outside"], base)
    return "\n".join([*lines, *_footer(study, results)]) + "\n"


def _footer(study: Study, results: Mapping[str, Any]) -> list[str]:
    s = results["settings"]
    steps = {run["steps"] for run in results["runs"] if run["arm"] != "base"} - {0}
    commits: dict[str, int] = {}
    for run in results["runs"]:
        commits[run["commit"]] = commits.get(run["commit"], 0) + 1
    made = ", ".join(f"{commit} ({count} runs)" for commit, count in commits.items()) or "none"
    missing = results["planned_runs"] - len(results["runs"])
    words = [word for word in portable(sys.argv[1:]) if word != "--tables-only"]
    command = " ".join(words) if Path(sys.argv[0]).name == "ablate.py" else study.name
    lines = [study.note, ""] if study.note else []
    if max((run["seed"] for run in results["runs"]), default=0) == 0:
        lines += ["One seed: the intervals know nothing of how much another seed would change.", ""]
    if missing:
        lines += [f"**{missing} of {results['planned_runs']} runs are missing.**", ""]
    return [
        *lines,
        METHOD,
        "",
        head_columns.note(results["heads"]) if "heads" in results else PAPER_NOTE,
        "",
        f"All arms: {s['data']['clips']} SynSitu clips, {s['optim']['epochs']} epochs of {s['optim']['batch_clips']} clips a step "
        f"({' to '.join(str(n) for n in sorted({min(steps), max(steps)})) if steps else '?'} steps), "
        f"{s['data']['frames_per_event']} frames per event, learning rate {s['optim']['learning_rate']:g}.",
        "",
        f"Command: `python -m training.ablate {command}`. Trained at commit {made}; tables made at {results['commit']}, "
        f"{results['date'][:10]}. All numbers: `{study.name}.json`.",
    ]


def _seed_count(untrained: bool, cells: Sequence[Mapping[str, Any]], most: int) -> str:
    have = max((len(cell.get("seeds", ())) for cell in cells), default=0)
    return "-" if untrained else str(have) if have == most else f"{have} of {most}"


def figure(study: Study, results: Mapping[str, Any]) -> Any:
    """The plot of the first split: one panel per metric, a row per arm, a mark per base."""
    panels: dict[str, list[StudyPoint]] = {}
    for base, splits in results["tables"].items():
        table = next(iter(splits.values()), {})
        for metric in PLOTTED:
            for arm in study.arms:
                cell = table.get(metric, {}).get(arm.name, {})
                if "mean" in cell:
                    point = StudyPoint(arm.label, base, cell["mean"], *cell["ci"], arm.overrides is None)
                    panels.setdefault(METRICS[metric], []).append(point)
    arms = [arm.label for arm in study.arms if arm.overrides is not None]
    title = study.question + (" (quick: direction only)" if results["quick"] else "")
    return study_figure(title, arms, panels, study.arm(study.reference).label)


def compact_json(value: Any, indent: int = 0, width: int = 200) -> str:
    """JSON in which whatever fits into a line stands on one, so that a difference of two results can be read."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= width or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        parts = [f"{pad}{json.dumps(k)}: {compact_json(v, indent + 1, width)}" for k, v in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + compact_json(v, indent + 1, width) for v in value) + "\n" + " " * indent + "]"
