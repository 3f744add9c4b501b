"""The JSON endpoints /search, /caption and /score: what the tabs show, as plain JSON types, for gallery clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from ..results import to_json
from . import caption_files, captions, downloads, hard_negatives, retrieval
from .guard import user_errors

if TYPE_CHECKING:
    from ..compare import Comparison


def check_clip(comparison: Comparison, clip_id: str, event_index: int = 0) -> None:
    """Raise ValueError unless clip_id is in the gallery and has that event."""
    if clip_id not in comparison.clip_ids():
        raise ValueError(f"There is no clip {str(clip_id)[:80]!r} in the gallery; /search lists clip ids.")
    events = max(len(comparison.situation(clip_id).events), 1)
    if not 0 <= event_index < events:
        raise ValueError(f"event_index is {event_index}; allowed: 0 to {events - 1}.")


def add_endpoints(comparison: Comparison) -> None:
    """Register the endpoints inside the current Blocks; they wait in the same line as the page."""

    @user_errors
    def search(query: str, limit: int = 10) -> dict:
        """Rank the whole gallery for a text under both models and return JSON.

        Parameters:
            query: what happens, for example "a man in red pushes a box". The examples of the page have a known target.
            limit: how many places of each ranking to return (1 to 100); the target is always included.
        Returns:
            query, target and its rank per model, top-5 overlap, and per model the hits (clip_id, rank, score,
            rank_change).
        """
        result = retrieval.search(comparison, query)
        body = downloads.search_json(result, limit=min(max(int(limit), 1), downloads.LISTED))
        return {"models": downloads.provenance(comparison.info), **body}

    @user_errors
    def caption(clip_id: str, decoder: str = "auto") -> dict:
        """SRL captions (verb and roles of every event) of a gallery clip under both models, as JSON.

        Parameters:
            clip_id: a clip of the gallery, as /search returns it.
            decoder: what makes the captions: "heads" (captioners trained on frozen features of each model, where the
                pair has them), "zero_shot" (CLIP alone: the prompts that fit best), or "auto", the pair's best.
        Returns:
            events with slots (reference, base, adapted, confidences, matches), sentences and ranked verbs; decoder_kind:
            heads or zero_shot; decoder, match_rule, confidence_rule: what that means, in words.
        """
        check_clip(comparison, clip_id)
        result = comparison.caption(clip_id, decoder=captions.checked_decoder(comparison, decoder))
        return {"models": downloads.provenance(comparison.info), **caption_files.captions_json(result)}

    @user_errors
    def score(clip_id: str, event_index: int = 0, true_caption: str = "", kinds: str = "", own: str = "") -> dict:
        """Score a true caption of one event against hard negatives under both models, as JSON.

        Parameters:
            clip_id: a clip of the gallery, as /search returns it.
            event_index: which event, from 0.
            true_caption: what happens; empty takes the caption made from the labels.
            kinds: kinds of negatives, separated by commas (natural, verb_role, agent_patient, noun, attribute,
                direction, manner); empty takes all, "none" takes none.
            own: further negatives, one per line.
        Returns:
            the true caption and every negative with both scores and margins, and how many each model beats.
        """
        check_clip(comparison, clip_id, event_index)
        labelled = bool(comparison.situation(clip_id).events)
        text = true_caption or (comparison.true_caption(clip_id, event_index, "natural").text if labelled else "")
        wanted = [kind.strip() for kind in kinds.split(",") if kind.strip()] or list(hard_negatives.KINDS)
        unknown = [kind for kind in wanted if kind not in (*hard_negatives.KINDS, "none")]
        if unknown:
            raise ValueError(f"kind is {unknown[0]!r}; allowed: {', '.join(hard_negatives.KINDS)} or none.")
        text, negatives = hard_negatives.gathered(comparison, clip_id, event_index, text, wanted, own)
        result = comparison.score(clip_id, event_index, text, negatives)
        beaten = {model: result.beaten(model) for model in ("base", "adapted")}
        return {"models": downloads.provenance(comparison.info), "beaten": beaten, **to_json(result)}

    for endpoint in (search, caption, score):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
