"""The model card of an exported run (README.md): front matter, how to use it, its record, how to make it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from srlclip.models.checkpoints import resolve_bundled
from training.cards.results import SHOWN
from training.cards.sections import (
    CardFacts,
    data_section,
    limits_section,
    measured_section,
    training_section,
)

#: Licence of what a run on this data makes, unless the exporter says otherwise; "unknown" is the Hub's word for none stated.
LICENCES = {"synsitu": "apache-2.0", "vidsitu": "unknown", "jsonl": "unknown"}
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
        *(["synthetic"] if facts.data == "synsitu" else []),
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
    image = {
        "lora": f"LoRA (rank {lora.get('rank')}, {lora.get('targets')}) on the image tower, in `adapter/`, peft's own format",
        "full": "a fully fine-tuned image tower in `image_tower.safetensors`",
        "frozen": "an unchanged image tower",
    }[facts.tuning["image"]]
    text = "a frozen text tower" if facts.tuning["text"] == "frozen" else "LoRA on the text tower"
    if context:
        head = f"a Video Contextualizer of {context['layers']} layers in `contextualizer.safetensors`"
    else:
        head = "no Video Contextualizer"
    style = facts.settings["data"]["caption_style"]
    return f"""# {facts.name}

CLIP adapted to video with `{style}` captions made by rule from semantic role labels (who did what to whom, where, how),
after the recipe of SRL-CLIP (arXiv 2401.07669), by an open implementation that is not by the paper's authors. On
`{facts.base}`: {image}; {text}; {head}. Embeddings have {facts.model["embed_dim"]} dimensions; the base is named here, not stored{", but for its merged copy in `merged/`" if facts.merged else ""}."""


def _use(facts: CardFacts) -> str:
    source, bundled = facts.source, resolve_bundled(facts.base) is not None
    base = f'resolve_bundled("{facts.base}")' if bundled else f'"{facts.base}"'
    extra = "from srlclip.models.checkpoints import resolve_bundled\n" if bundled else ""
    parts = [
        f"""## Use

Side by side with its base in the browser, from a checkout of SRL-CLIP (open):

```bash
python app.py --adapter {source} --gallery my_clips
```

From Python (`my_clips` is a folder of videos; labels are optional):

```python
from srlclip import Comparison

pair = Comparison.load(adapter="{source}", gallery="my_clips")
found = pair.search("a woman opens a door")
for model in ("base", "adapted"):
    for hit in getattr(found, model)[:3]:
        print(model, hit.rank, hit.clip_id, f"{{hit.score:.3f}}")
```"""
    ]
    if facts.tuning["text"] != "frozen":
        parts = [
            f"""## Use

The text tower is tuned as well, so the app, which shares one text tower between both models, does not take it. From Python:

```python
from srlclip.models.srlclip import SRLCLIP

encoder = SRLCLIP.load("{source}").encoder  # encode_frames(pixels), encode_texts(texts)
```"""
        ]
    if facts.lora:
        parts.append(f"""With peft and transformers alone:

```python
from peft import PeftModel
from transformers import CLIPModel
{extra}
clip = CLIPModel.from_pretrained({base})
clip = PeftModel.from_pretrained(clip, "{source}", subfolder="adapter").merge_and_unload()
```""")
    if facts.merged:
        parts.append(f"""As an ordinary CLIP, the adaptation merged into its weights:

```python
from transformers import CLIPModel, CLIPTokenizer

clip = CLIPModel.from_pretrained("{source}", subfolder="merged")
tokenizer = CLIPTokenizer.from_pretrained("{source}", subfolder="merged")
```""")
    parts.append("An event's embedding is the normalised mean of its frames' normalised embeddings.")
    return "\n\n".join(parts)


def _reproduce(facts: CardFacts) -> str:
    run, data = facts.run, facts.settings["data"]
    paths = [f"--set data.{name}=PATH" for name in ("root", "videos", "propbank") if data.get(name)]
    if facts.data == "synsitu":
        paths = ["--set data.root=data/synsitu"]
    processes = f" --num_processes {run['processes']}" if run.get("processes", 1) > 1 else ""
    words = " ".join(
        [f"accelerate launch{processes} training/train.py --config train_config.json", *paths, "--set out=runs/again"]
    )
    ending = "the clips are rendered first" if facts.data == "synsitu" else "with the same clips and labels"
    licence = (
        "The exporter stated no licence." if facts.licence == "unknown" else f"Licence of the weights: {facts.licence}."
    )
    return f"""## Reproduce

```bash
{words} --set data.cache=cache
```

at commit {run.get("commit", "unknown")} of SRL-CLIP (open); {ending}.

{licence} The base model has its own terms."""
