"""What a loaded pair is, for banners and result files, and the words that it comes with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from srlclip import __version__
from srlclip.captioning.trained import CaptionHeads
from srlclip.comparison import published
from srlclip.comparison.fast_mode import make_fast
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import fetch_folder, read_json, resolve_bundled
from srlclip.models.pair import ClipPair
from srlclip.results import PairInfo
from srlclip.situations import Situation
from srlclip.speed import EXACT, FAST, precision_of

DEFAULT_BASE, DEFAULT_ADAPTER = "mini-base", "mini-srlclip"
#: Where a model folder keeps the captioners of its pair.
HEADS_FOLDER = "captioner"


def load_pair(
    base: str | None, adapter: str | None, device: str, precision: str = EXACT
) -> tuple[ClipPair, str | None]:
    """The pair that Comparison.load describes, and its adapter. Raises CheckpointError; ValueError for the device."""
    if base is None and adapter is None:
        base, adapter = DEFAULT_BASE, DEFAULT_ADAPTER
    _check_device(device)
    precision = precision_of(precision, device)
    pair = ClipPair.load(base, adapter, device)
    if precision == FAST:
        make_fast(pair)
    return pair, adapter


def _check_device(device: str) -> None:
    try:
        wanted = torch.device(device)
    except RuntimeError:
        raise ValueError(f"device is {device!r}; allowed: cpu, cuda, cuda:N, mps") from None
    if wanted.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is cuda but no CUDA device is available; use --device cpu")


def describe(pair: ClipPair, adapter: str | None, device: str) -> PairInfo:
    """The pair's models, and whether they come from the synthetic world."""
    trained_on, synthetic = "no adapter given: both columns show the base model", pair.base.name == DEFAULT_BASE
    if adapter is not None:
        card = read_json(fetch_folder(adapter) / "srlclip.json")
        trained_on = str(card.get("metadata", {}).get("trained_on", "unknown data"))
        synthetic = synthetic or "SynSitu" in trained_on
    return PairInfo(
        base_id=pair.base.name,
        adapter_id=str(adapter or "none"),
        trained_on=trained_on,
        is_synthetic=synthetic,
        embed_dim=pair.embed_dim,
        image_size=pair.base.image_size,
        device=device,
        version=__version__,
        precision=pair.precision,
        feature_cosine=pair.feature_cosine,
    )


def results_folder(info: PairInfo) -> Path | None:
    """Where measurements of a pair lie: results/ of the bundled pair, the run's folder (or the model's own) of another;
    None for models that are on the Hub."""
    if (info.base_id, info.adapter_id) == (DEFAULT_BASE, DEFAULT_ADAPTER):
        return published.FOLDER
    name = info.base_id if info.adapter_id == "none" else info.adapter_id
    if resolve_bundled(name) is None and not Path(name).expanduser().is_dir():
        return None
    folder = fetch_folder(name)
    return folder.parent if folder.name == "model" else folder


def find_lexicon(adapter: str | None, situations: Sequence[Situation]) -> Lexicon:
    """The adapter's own vocabulary, else the labelled gallery's, else the bundled world's."""
    own = fetch_folder(adapter) / "lexicon.json" if adapter is not None else None
    if own is not None and own.is_file():
        return Lexicon.from_json(own)
    labelled = [s for s in situations if s.events]
    if labelled:
        return Lexicon.from_situations(labelled)
    return Lexicon.from_json(fetch_folder(DEFAULT_ADAPTER) / "lexicon.json")


def find_heads(pair: ClipPair, adapter: str | None, folder: str | Path | None) -> CaptionHeads | None:
    """The captioners in `folder` (base/ and adapted/ inside); None takes the adapter's own, if it has some.

    Raises CheckpointError for captioners of another pair.
    """
    if folder is None:
        own = fetch_folder(adapter) / HEADS_FOLDER if adapter is not None else None
        return CaptionHeads.load(own, pair) if own is not None and own.is_dir() else None
    return CaptionHeads.load(fetch_folder(folder), pair)
