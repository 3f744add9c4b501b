"""What a model card tells of an exported run: its data, its training, its measurements and its limits.

The words are exported.md's. Values are read from the run's own files; no number is typed by hand, and what the run does not
record is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from srlclip.config import flat
from srlclip.language.lexicon import Lexicon
from srlclip.templates import fill
from training.cards.results import Results, results_table, verdicts
from training.recipe.sources import SOURCES

TEXTS = Path(__file__).with_name("exported.md")
_fill = partial(fill, TEXTS)


@dataclass(frozen=True)
class CardFacts:
    """What a card is written from.

    name: title of the model. source: what commands and code load (a Hub id, else the folder's name). base: bundled name or
    Hub id. model: srlclip.json. settings, run, metrics, log: the run folder's config.json, run.json, metrics.json and
    log.jsonl. merged: whether a merged CLIPModel lies in merged/.
    """

    name: str
    source: str
    base: str
    licence: str
    model: Mapping[str, Any]
    settings: Mapping[str, Any]
    run: Mapping[str, Any]
    metrics: Mapping[str, Any]
    log: Sequence[Mapping[str, Any]]
    lexicon: Lexicon | None
    merged: bool = False
    results: Sequence[Results] = field(default=())

    @property
    def tuning(self) -> Mapping[str, str]:
        return {"image": "lora", "text": "frozen", **(self.model.get("tuning") or {})}

    @property
    def lora(self) -> bool:
        return "lora" in self.tuning.values()

    @property
    def data(self) -> str:
        """Its name among training.recipe.sources.SOURCES."""
        return self.settings["data"]["source"]

    @property
    def synthetic(self) -> bool:
        return SOURCES[self.data].synthetic

    @property
    def style(self) -> str:
        return self.settings["data"]["caption_style"]


def data_section(facts: CardFacts) -> str:
    data, clips = facts.settings["data"], facts.run.get("clips")
    known = [f"{clips} clips" if clips is not None else "clips", f"captions of style `{facts.style}`"]
    phrases = ""
    if facts.lexicon is not None and len(facts.lexicon):
        seen = [entry for entry in facts.lexicon.entries.values() if entry.count]
        events = facts.run.get("events", sum(entry.count for entry in seen))
        top = ", ".join(entry.verb.split(" (")[0] for entry in seen[:8])
        known[1:1] = [f"{events} labelled events", f"{len(seen)} verbs (most frequent: {top})"]
        phrases = " " + _fill("phrases")
    known.append(f"{data['frames_per_event']} frames of each event")
    if skipped := facts.run.get("skipped"):
        known.append(f"{len(skipped)} further clips left out for want of a usable video")
    about = _fill(f"data.{facts.data}", folder=Path(data["root"]).name)
    return _fill("data", known=", ".join(known), phrases=phrases, about=about)


def training_section(facts: CardFacts) -> str:
    run = facts.run
    record = [
        f"{run['steps']} steps" if "steps" in run else "",
        f"{run['seconds'] / 60:.1f} minutes on {run['machine']}" if {"seconds", "machine"} <= set(run) else "",
        f"{run['processes']} processes" if run.get("processes", 1) > 1 else "",
        f"commit {run['commit']}" if "commit" in run else "",
        run.get("date", ""),
    ]
    versions = [f"{name} {version}" for name, version in run.get("versions", {}).items() if version != "absent"]
    rows = [f"| `{name}` | {_cell(value)} |" for name, value in flat(facts.settings).items()]
    record_line = "; ".join(part for part in record if part)
    return _fill("training", record=record_line, versions=", ".join(versions), rows="\n".join(rows))


def _cell(value: Any) -> str:
    return "(none)" if value == "" else str(value).replace("|", "\\|")


def measured_section(facts: CardFacts) -> str:
    parts = ["## Measured"]
    before = next((row for row in facts.log if row.get("step") == 0), {})
    numbers = {n: v for n, v in facts.metrics.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    if numbers:
        rows = [
            f"| {name} | {f'{before[name]:.2f}' if isinstance(before.get(name), int | float) else ''} | {value:.2f} |"
            for name, value in numbers.items()
        ]
        parts.append(_fill("measured.validation", rows="\n".join(rows)))
    for results in facts.results:
        v = results.values
        worse, even = ("; ".join(texts) or "nothing measured" for texts in verdicts(results))
        parts.append(_fill(
            "measured.results",
            file=results.file, column=results.column, worse=worse, even=even, table=results_table(v),
            made=", ".join(str(v[name]) for name in ("commit", "date") if name in v),
            model=v.get("models", {}).get(results.column, results.column),
            what=v.get("what", "95 % intervals over clips"),
        ))  # fmt: skip
    if not facts.results:
        parts.append(_fill("measured.none"))
    return "\n\n".join(parts)


def limits_section(facts: CardFacts) -> str:
    lines = [
        _fill("limits.srl") if facts.style == "srl" else _fill("limits.control", style=facts.style),
        *([_fill("limits.context")] if facts.model.get("contextualizer") else []),
        _fill("limits.english"),
        _fill("limits.synthetic" if facts.synthetic else "limits.people"),
        _fill("limits.one_run"),
    ]
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)
