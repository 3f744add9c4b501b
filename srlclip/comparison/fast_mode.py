"""The fast mode of a loaded pair, and how far its features are from the exact ones: measured once per pair, then remembered."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from srlclip import ASSETS
from srlclip.comparison.embedding import cache_folder
from srlclip.data.folder import read_folder
from srlclip.files import json_digest, write_json
from srlclip.models.pair import ClipPair
from srlclip.speed import FAST
from srlclip.video.clips import clip_pixels

#: Clips of the bundled gallery, evenly spread, of which a frame is compared.
PROBED = 8


def make_fast(pair: ClipPair) -> None:
    """Turn an exact pair into a bfloat16 one, which knows its feature_cosine."""
    file = cache_folder() / "precision" / f"{json_digest([pair.fingerprints, FAST, PROBED], 24)}.json"
    known = _remembered(file)
    if known is not None:
        pair.use_bfloat16()
        pair.feature_cosine = known
        return
    pixels = pair.base.preprocess_spec.to_float(torch.from_numpy(_probe(pair)))
    exact = pair.encode_frames(pixels)
    pair.use_bfloat16()
    fast = pair.encode_frames(pixels)
    pair.feature_cosine = min(float((a * b).sum(-1).min()) for a, b in zip(exact, fast, strict=True))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, {"feature_cosine": pair.feature_cosine, "frames": len(pixels)})
    except OSError:
        pass  # a read-only home: it is measured again at the next start


def _remembered(file: Path) -> float | None:
    try:
        value = json.loads(file.read_text("utf-8"))["feature_cosine"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, float) else None


def _probe(pair: ClipPair) -> np.ndarray:
    """uint8 (PROBED, 3, S, S): a frame of some of the bundled clips, which are there whatever is compared."""
    clips = read_folder(ASSETS / "gallery")
    some = clips[:: max(1, len(clips) // PROBED)][:PROBED]
    spec = pair.base.preprocess_spec
    return np.concatenate([clip_pixels(clip, 1, 1, spec).pixels[0] for clip in some])
