"""A captioner on disk: captioner.safetensors and captioner.json, which names the features that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from srlclip.captioning.captioner import Captioner
from srlclip.captioning.vocabulary import Vocabulary
from srlclip.config import CaptionerSettings, from_dict
from srlclip.files import replacing, write_json
from srlclip.language.lexicon import VerbEntry
from srlclip.models.checkpoints import read_json
from srlclip.situations import CheckpointError

FORMAT = 1
CARD, _WEIGHTS = "captioner.json", "captioner.safetensors"


@dataclass(frozen=True)
class FeatureSource:
    """The frozen features that a captioner was trained on.

    model: "base" or "adapted" of a pair. fingerprint: of all weights that they come from. contextualized: whether the
    event vectors are the contextualizer's. events, frames_per_event: of one clip, as it was sampled.
    """

    model: str
    fingerprint: str
    contextualized: bool
    events: int
    frames_per_event: int


def save_captioner(
    folder: str | Path,
    captioner: Captioner,
    source: FeatureSource,
    metadata: Mapping[str, Any] | None = None,
    half: bool = False,
) -> None:
    """Write the folder. half: weights as float16 (half the size; they are float32 again when loaded). Mean and spread of
    the features stay float32: a spread may be a thousandth of its mean."""
    from safetensors.torch import save_file

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # The card is written last: a folder without one is an unfinished save.
    (folder / CARD).unlink(missing_ok=True)
    weights = {k: v.detach().cpu().contiguous() for k, v in captioner.state_dict().items()}
    if half:
        weights |= {k: weights[k].half() for k, _ in captioner.named_parameters()}
    with replacing(folder / _WEIGHTS) as draft:
        save_file(weights, draft, metadata={"format": "pt"})
    card = {
        "format": FORMAT,
        "dim": captioner.dim,
        "settings": asdict(captioner.settings),
        "features": asdict(source),
        "words": list(captioner.vocabulary.words),
        "verbs": [[e.verb_id, e.verb, [list(r) for r in e.roles], e.count] for e in captioner.entries],
        "metadata": dict(metadata or {}),
    }
    write_json(folder / CARD, card, sort_keys=True)


def load_captioner(folder: str | Path) -> tuple[Captioner, FeatureSource, dict[str, Any]]:
    """A saved captioner in eval mode on the CPU, the features that it wants, and its metadata. CheckpointError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    folder = Path(folder)
    card = read_json(folder / CARD)
    if card.get("format") != FORMAT:
        raise CheckpointError(
            f"{folder / CARD} has format {card.get('format')!r}, this version reads {FORMAT}; install a newer version"
        )
    try:
        entries = [VerbEntry(v, verb, tuple((k, n) for k, n in roles), int(c)) for v, verb, roles, c in card["verbs"]]
        settings = from_dict(CaptionerSettings, {"event_means": False} | card["settings"])  # as older ones were
        captioner = Captioner(int(card["dim"]), settings, entries, Vocabulary(card["words"]))
        source = from_dict(FeatureSource, card["features"])
        metadata = dict(card["metadata"])
        weights = {k: v.float() for k, v in load_file(folder / _WEIGHTS).items()}
        captioner.load_state_dict(weights)
    except FileNotFoundError:
        raise CheckpointError(f"{folder} has no {_WEIGHTS}; it is not a complete captioner") from None
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder} is not a captioner of this version: {error}; train it again") from error
    return captioner.eval().requires_grad_(False), source, metadata
