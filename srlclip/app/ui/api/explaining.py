"""/explain: why a text fits an event under both models, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.api.inputs import chosen_clip, text, whole
from srlclip.app.ui.parts.inputs import MAX_QUERY_CHARS
from srlclip.results import to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

SCALE = (
    "one scale for both models: a number of a map is a patch's share of the model's whole map, peak the largest of both"
)


def explain_endpoint(comparison: Comparison, models: Callable[[Comparison], dict]) -> Callable[..., dict]:
    """The endpoint. models: which models answer, as every endpoint says it."""

    def explain(
        clip_id: str = "",
        event_index: int = 0,
        query: str = "",
        role: str = "",
        video: gr.FileData = "",  # type: ignore[assignment]
    ) -> dict:
        """Explain why a text fits one event: patches (Grad-ECLIP), words, roles left out, and exact shares of frames, under both models.

        Parameters:
            clip_id: a clip that /info lists; leave it empty for an uploaded video.
            event_index: which event, from 0; an uploaded video is read as events of about two seconds.
            query: what to explain; empty takes the caption made from the labels, which uploads have not.
            role: maps of this part alone: a role's key ("Arg0"), its name ("pusher") or words of the text; empty for the whole text.
            video: a video file instead of clip_id; see /info for the limits.
        Returns:
            JSON: text, role, span and times in seconds; per model score, frames (shares that add up to it) and maps (a grid per frame, rows from the top); peak, seen (where in the frame the grid lies), words (weight, change) and parts (change when left out, without minus with).
        """
        said, part = _line("query", query), _line("role", role)
        clip = chosen_clip(comparison, clip_id, video)
        number = whole("event_index", event_index, 0, len(comparison.spans(clip)) - 1)
        result = comparison.explain(clip, number, said, part)
        return {"models": models(comparison), "scale": SCALE, **to_json(result)}

    return explain


def _line(name: str, value: object) -> str:
    """A text with single spaces, which may be empty. Raises ValueError for one that is too long."""
    line = " ".join(text(name, value).split())
    if len(line) > MAX_QUERY_CHARS:
        raise ValueError(f"{name} has {len(line)} characters; at most {MAX_QUERY_CHARS} are allowed.")
    return line
