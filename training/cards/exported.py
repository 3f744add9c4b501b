"""The model card of an exported run (README.md): front matter, how to use it, its record, how to make it again.

Its words are exported.md's, a file of blocks beside this one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from srlclip.models.checkpoints import resolve_bundled
from srlclip.templates import fill
from training.cards.results import SHOWN
from training.cards.sections import (
    TEXTS,
    CardFacts,
    data_section,
    limits_section,
    measured_section,
    training_section,
)

_fill = partial(fill, TEXTS)
_YAML_WORDS = ("yes", "no", "on", "off", "true", "false", "null")


def model_card(facts: CardFacts) -> str:
    """The README.md of an export."""
    parts = (_front_matter(facts), _summary(facts), _use(facts), data_section(facts), training_section(facts), measured_section(facts),
             limits_section(facts), _reproduce(facts))  # fmt: skip
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _front_matter(facts: CardFacts) -> str:
    tags = [
        "clip",
        "srl-clip",
        "video",
        *(["lora"] if facts.lora else []),
        *(["synthetic"] if facts.synthetic else []),
    ]
    values: dict[str, Any] = {
        "license": facts.licence,
        "library_name": "peft" if facts.lora else "transformers",
        "base_model": facts.base,
        "tags": tags,
    }
    # No `datasets`: the Hub means data sets of its own there, and a run does not know of one.
    lines = [f"{name}: {_yaml(value)}" for name, value in values.items()]
    if facts.results:
        lines += ["model-index:", f"- name: {_yaml(facts.name)}", "  results:"]
        lines += [f"  - {json.dumps(entry, ensure_ascii=False)}" for entry in _index_entries(facts)]
    return "\n".join(["---", *lines, "---"])


def _yaml(value: Any) -> str:
    """A value as YAML: JSON, which is YAML too, but for words that need no quotes."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w./-]+", value) and value.lower() not in _YAML_WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _index_entries(facts: CardFacts) -> Iterator[dict[str, Any]]:
    for results in facts.results:
        data = str(results.values.get("data", "unknown data"))
        for title, table in results.values["tables"].items():
            yield {
                "task": {"type": "text-to-video-retrieval", "name": "Zero-shot retrieval, verbs and hard negatives"},
                "dataset": {"type": data, "name": f"{data}: {title}"},
                "metrics": [
                    {"type": metric, "name": metric, "value": row[results.column]["mean"]}
                    for metric, row in table.items()
                    if metric in SHOWN
                ],
            }


def _summary(facts: CardFacts) -> str:
    lora, context = facts.model.get("lora") or {}, facts.model.get("contextualizer")
    return _fill(
        "summary",
        name=facts.name,
        style=facts.style,
        base=facts.base,
        image=_fill(f"image.{facts.tuning['image']}", rank=lora.get("rank"), targets=lora.get("targets")),
        text=_fill(f"text.{facts.tuning['text']}"),
        context=_fill("context.layers", layers=context["layers"]) if context else _fill("context.none"),
        dim=facts.model["embed_dim"],
        merged=", but for its merged copy in `merged/`" if facts.merged else "",
    )


def _use(facts: CardFacts) -> str:
    bundled = resolve_bundled(facts.base) is not None
    base = f'resolve_bundled("{facts.base}")' if bundled else f'"{facts.base}"'
    extra = "from srlclip.models.checkpoints import resolve_bundled\n" if bundled else ""
    names = ["use.app" if facts.tuning["text"] == "frozen" else "use.text_tower"]
    names += ["use.peft"] if facts.lora else []
    names += ["use.merged"] if facts.merged else []
    return "\n\n".join(_fill(name, source=facts.source, base=base, extra=extra) for name in (*names, "use.events"))


def _reproduce(facts: CardFacts) -> str:
    run, data = facts.run, facts.settings["data"]
    paths = [f"--set data.{name}=PATH" for name in ("root", "videos", "propbank") if data.get(name)]
    if facts.synthetic:
        paths = [f"--set data.root=data/{facts.data}"]
    processes = f" --num_processes {run['processes']}" if run.get("processes", 1) > 1 else ""
    launch = f"accelerate launch{processes} training/train.py --config train_config.json"
    return _fill(
        "reproduce",
        command=" ".join([launch, *paths, "--set out=runs/again --set data.cache=cache"]),
        commit=run.get("commit", "unknown"),
        clips=_fill("reproduce.rendered" if facts.synthetic else "reproduce.same"),
        licence=_fill("licence.unknown" if facts.licence == "unknown" else "licence.known", licence=facts.licence),
    )
