"""Which models answer a call: every endpoint's answer carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srlclip.app.ui.results import downloads
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def models_json(comparison: Comparison) -> dict:
    """Which models answer: what every file carries, and the identity of their weights."""
    prints = dict(comparison.gallery.fingerprints)
    return {**downloads.provenance(comparison.info), "fingerprints": {m: prints[m] for m in MODELS}}
