"""The JSON endpoints of minimal pairs and half-truths: /swap and /half_truths, twins of what the Hard negatives tab shows.

The docstrings are what clients and assistants read, as in endpoints.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srlclip.app.ui.api.inputs import checked_clip, text, whole
from srlclip.app.ui.api.models import models_json
from srlclip.app.ui.parts.errors import api_errors
from srlclip.app.ui.results.pairs import ALTERNATIVES, halves_json, labelled, minimal_pair, pair_json, scored_halves

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def pair_endpoints(comparison: Comparison) -> tuple[Callable, ...]:
    """The endpoints, to be registered with the others."""

    def event_of(clip_id: object, event_index: object) -> tuple[str, int]:
        """A labelled clip and one of its events. Raises ValueError."""
        clip = checked_clip(comparison, clip_id)
        count = len(labelled(comparison, clip, 0)[0].events)
        return clip, whole("event_index", event_index, 0, count - 1)

    @api_errors
    def swap(clip_id: str, event_index: int = 0, slot: str = "", number: int = 0) -> dict:
        """Swap one thing in the true caption of a labelled event, and score both captions under both models.

        Parameters:
            clip_id: a clip with labels that /info lists.
            event_index: which event, from 0.
            slot: what is swapped: "verb", "who" (who does it to whom), "attribute" (colour or garment), "direction" or "manner"; empty for the first that the labels allow.
            number: which of the slot's captions, 0 to 2; it counts round.
        Returns:
            JSON: every slot with its captions or the reason why it has none, the true and the swapped caption with both cosines, margins (true minus swapped) and whether each model prefers the true one.
        """
        clip, event = event_of(clip_id, event_index)
        wanted = whole("number", number, 0, ALTERNATIVES - 1)
        pair = minimal_pair(comparison, clip, event, text("slot", slot), wanted)
        return {"models": models_json(comparison), "clip_id": clip, "event_index": event, **pair_json(pair)}

    @api_errors
    def half_truths(clip_id: str, event_index: int = 0) -> dict:
        """Add one role to a short true caption of a labelled event, rightly and wrongly: does the score rise, and fall?

        Parameters:
            clip_id: a clip with labels that /info lists.
            event_index: which event, from 0.
        Returns:
            JSON: per role the short caption, the right and the wrong addition, and per model what either changes the cosine by.
        """
        clip, event = event_of(clip_id, event_index)
        halves = halves_json(scored_halves(comparison, clip, event))
        return {"models": models_json(comparison), "clip_id": clip, "event_index": event, "half_truths": halves}

    return swap, half_truths
