"""The JSON endpoints: what the tabs show, and the vectors behind it, as plain JSON types; also tools for MCP clients.

Gradio reads the docstrings: the lines before "Parameters:" describe the endpoint or tool, and each parameter's text is
its own line, unbroken. See docs/api.md for calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from gradio.context import Context

from srlclip.app.session.queries import QUERY_LIMITS
from srlclip.app.ui.api import benchmarks, disagreements
from srlclip.app.ui.api.explaining import explain_endpoint
from srlclip.app.ui.api.further import named
from srlclip.app.ui.api.inputs import (
    MAX_TEXTS,
    checked_texts,
    chosen_clip,
    describe_parameters,
    readable_calls,
    text,
    whole,
)
from srlclip.app.ui.api.models import models_json
from srlclip.app.ui.api.pairs import pair_endpoints
from srlclip.app.ui.api.queries import queries_endpoint
from srlclip.app.ui.parts.errors import api_errors
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.parts.inputs import MAX_OWN, MAX_QUERY_CHARS, checked_query
from srlclip.app.ui.parts.negative_kinds import KINDS
from srlclip.app.ui.parts.style import MAX_UPLOAD_MB, MAX_UPLOAD_SECONDS
from srlclip.app.ui.parts.uploads import SUFFIXES
from srlclip.app.ui.results import caption_files, downloads
from srlclip.app.ui.tabs import captions, retrieval
from srlclip.app.ui.tabs.hard_negatives import scoring as hard_negatives
from srlclip.pooling import pooled
from srlclip.results import MODELS, to_json
from srlclip.video.frames import UPLOAD_LIMITS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Clips that one call of /info lists, and digits after the point of a vector's numbers.
MAX_LISTED = 200
_DIGITS = 7
NORM = "L2-normalised: a product of two vectors of one model is their cosine; never compare cosines across models"


def rows(vectors: np.ndarray) -> list[list[float]]:
    """(N, D) as lists of numbers."""
    return [[round(float(x), _DIGITS) for x in row] for row in vectors]


def limits_json(comparison: Comparison) -> dict:
    """What a call may ask for and a visitor may upload."""
    return {
        "query_characters": MAX_QUERY_CHARS,
        "tokens": comparison.pair.base.max_tokens,
        "search_limit": downloads.LISTED,
        "own_negatives": MAX_OWN,
        "texts": MAX_TEXTS,
        "text_characters": MAX_QUERY_CHARS,
        "clips_listed": MAX_LISTED,
        "file_queries": QUERY_LIMITS.queries,
        "file_megabytes": QUERY_LIMITS.megabytes,
        "upload_seconds": MAX_UPLOAD_SECONDS,
        "upload_megabytes": MAX_UPLOAD_MB,
        "upload_pixels": UPLOAD_LIMITS.max_pixels,
        "upload_frames": UPLOAD_LIMITS.max_frames,
        "upload_total_pixels": UPLOAD_LIMITS.max_total_pixels,
        "upload_types": SUFFIXES,
    }


def clip_json(comparison: Comparison, clip_id: str) -> dict:
    """A gallery clip and its labels: verb and roles of each event; no events, no labels."""
    events = [
        {"verb": e.verb_id or e.verb, "roles": {role.key: role.filler for role in e.visible_roles}}
        for e in comparison.situation(clip_id).events
    ]
    return {"clip_id": clip_id, "events": events}


def texts_json(comparison: Comparison, texts: list[str]) -> dict:
    """Vectors of texts under both models: equal, since a compared pair shares its text tower."""
    vectors, reader = rows(comparison.embed_texts(texts)), comparison.pair.base
    cut = [number for number, value in enumerate(texts) if reader.count_tokens(value) > reader.max_tokens]
    return {"texts": texts, "truncated": cut, "base": vectors, "adapted": vectors, "shared_text_tower": True}


def video_json(comparison: Comparison, clip_id: str) -> dict:
    """Vectors of a clip under both models: one per event, and the normalised mean of those for the clip."""
    vectors: dict = {"clip_id": clip_id, "spans": [list(span) for span in comparison.spans(clip_id)]}
    for model, events in comparison.embed_clip(clip_id).items():
        vectors[model] = {"clip": rows(pooled(events)[None])[0], "events": rows(events)}
    return vectors


def add_endpoints(comparison: Comparison, models: FurtherModels | None = None) -> None:
    """Register the endpoints inside the current Blocks; they wait in the same line as the page. models: what a search may
    name besides the pair."""

    @api_errors
    def info(limit: int = 50, offset: int = 0) -> dict:
        """Which two models are compared here, the gallery's clips with their labels, the caption decoders, and all limits.

        Parameters:
            limit: how many clips to list, 0 to 200.
            offset: the first clip to list, from 0.
        Returns:
            JSON: models with fingerprints, embed_dim, image_size, device, precision with its feature_cosine, licence, decoders, negative_kinds, further (adapters that /search takes as also), limits, gallery_size, and clips with the verb and roles of each event.
        """
        clips = comparison.clip_ids()
        first = whole("offset", offset, 0, 10**9)
        listed = clips[first : first + whole("limit", limit, 0, MAX_LISTED)]
        about = comparison.info
        return {
            "models": models_json(comparison),
            "embed_dim": about.embed_dim,
            "image_size": about.image_size,
            "device": about.device,
            "precision": about.precision,
            "feature_cosine": about.feature_cosine,
            "licence": about.licence,
            "decoders": list(comparison.decoders()),
            "negative_kinds": list(KINDS),
            "further": [name for _, name in models.offered()] if models is not None else [],
            "limits": limits_json(comparison),
            "gallery_size": len(clips),
            "offset": first,
            "clips": [clip_json(comparison, clip_id) for clip_id in listed],
        }

    @api_errors
    def search(query: str, limit: int = 10, also: str = "") -> dict:
        """Rank all gallery clips for a description of an event, under Base CLIP and under SRL-CLIP.

        Parameters:
            query: what happens, for example "a man in red pushes a box"; the examples of the page have a known target.
            limit: how many places of each ranking to return, 1 to 100; a known target is always included.
            also: a further adapter that ranks them too, one that /info lists as further; empty for none. The first call loads it and says so.
        Returns:
            JSON: query, target and its rank per model, top-5 overlap, the facts that were asked for and where each is first right, and per model the hits (clip_id, rank, score, rank_change, event_index, event in words, marks of the facts); with also the same of the further adapter, as further.
        """
        places = whole("limit", limit, 1, downloads.LISTED)
        result = retrieval.search(comparison, text("query", query))
        third = named(models, text("also", also), comparison, result)
        why = comparison.explain_search(result)
        return {"models": models_json(comparison), **downloads.search_json(result, places, why, third)}

    @api_errors
    def similar(clip_id: str, event_index: int = 0, limit: int = 10, also: str = "") -> dict:
        """Rank all other gallery clips by their event nearest to one event of a clip, under Base CLIP and under SRL-CLIP.

        Parameters:
            clip_id: a clip that /info lists.
            event_index: which event of it, from 0.
            limit: how many places of each ranking to return, 1 to 100.
            also: a further adapter that ranks them too, as of /search.
        Returns:
            JSON: as /search; scores are cosines of two events of one model, and the facts that were asked for are the labels of the clip's event.
        """
        places = whole("limit", limit, 1, downloads.LISTED)
        clip = chosen_clip(comparison, clip_id, "")
        number = whole("event_index", event_index, 0, len(comparison.spans(clip)) - 1)
        result, why = comparison.similar(clip, number)
        third = named(models, text("also", also), comparison, result, (clip, number))
        return {"models": models_json(comparison), **downloads.search_json(result, places, why, third)}

    @api_errors
    def frames(query: str, clip_id: str = "", video: gr.FileData = "") -> dict:  # type: ignore[assignment]
        """Split the score of a query on each event of a clip exactly into its frames, under Base CLIP and under SRL-CLIP.

        Parameters:
            query: what happens, for example "a man in red pushes a box".
            clip_id: a clip that /info lists; leave it empty for an uploaded video.
            video: a video file instead of clip_id; see /info for the limits.
        Returns:
            JSON: moments (seconds, a row for each event), and per model the shares of the frames and the scores, which the rows of shares add up to.
        """
        asked = checked_query(text("query", query))
        shares = comparison.frame_shares(chosen_clip(comparison, clip_id, video), asked)
        return {"models": models_json(comparison), **to_json(shares)}

    @api_errors
    def caption(clip_id: str = "", decoder: str = "auto", video: gr.FileData = "") -> dict:  # type: ignore[assignment]
        """Caption the events of a gallery clip or an uploaded video with verb and semantic roles, under both models.

        Parameters:
            clip_id: a clip that /info lists; leave it empty for an uploaded video.
            decoder: "heads" (captioners trained on frozen features), "zero_shot" (CLIP alone: best-fitting prompts) or "auto".
            video: a video file instead of clip_id; see /info for the limits.
        Returns:
            JSON: clip_id, and per event its seconds, slots (reference, base, adapted, confidences, matches), a sentence and ranked verbs per model; how the captions were made, in words.
        """
        kind = captions.checked_decoder(comparison, text("decoder", decoder))
        result = comparison.caption(chosen_clip(comparison, clip_id, video), decoder=kind)
        return {"models": models_json(comparison), **caption_files.captions_json(result)}

    @api_errors
    def score(
        clip_id: str = "",
        event_index: int = 0,
        true_caption: str = "",
        kinds: str = "",
        own: str = "",
        video: gr.FileData = "",  # type: ignore[assignment]
    ) -> dict:
        """Score a true caption of one event against captions that are almost right (hard negatives), under both models.

        Parameters:
            clip_id: a clip that /info lists; leave it empty for an uploaded video.
            event_index: which event, from 0; an uploaded video is read as events of about two seconds.
            true_caption: what happens in the event; empty takes the caption made from the labels, which uploads have not.
            kinds: kinds of negatives made from the labels, separated by commas, as /info lists them; empty for all, "none" for none.
            own: further negatives, one per line, at most 50.
            video: a video file instead of clip_id; see /info for the limits.
        Returns:
            JSON: the true caption and every negative with both cosines and margins (true minus negative), and how many negatives each model beats.
        """
        wanted = [kind.strip() for kind in text("kinds", kinds).split(",") if kind.strip()] or list(KINDS)
        unknown = [kind for kind in wanted if kind not in (*KINDS, "none")]
        if unknown:
            raise ValueError(f"kind is {unknown[0][:40]!r}; allowed: {', '.join(KINDS)} or none.")
        said, more = text("true_caption", true_caption), text("own", own)
        clip = chosen_clip(comparison, clip_id, video)
        labelled = len(comparison.situation(clip).events)
        number = whole("event_index", event_index, 0, len(comparison.spans(clip)) - 1)
        if not said.strip() and labelled:
            said = comparison.true_caption(clip, number, "natural").text
        said, negatives = hard_negatives.gathered(comparison, clip, number, said, wanted, more)
        result = comparison.score(clip, number, said, negatives)
        beaten = {model: result.beaten(model) for model in MODELS}
        return {"models": models_json(comparison), "beaten": beaten, **downloads.score_json(result)}

    @api_errors
    def embed(texts: list[str] = (), clip_id: str = "", video: gr.FileData = "") -> dict:  # type: ignore[assignment]
        """Embed texts, and a gallery clip or an uploaded video, in the space of Base CLIP and in that of SRL-CLIP.

        Parameters:
            texts: up to 64 texts of at most 2000 characters; tokens beyond the limit in /info are not read.
            clip_id: a clip that /info lists; leave it empty for an uploaded video, or to embed texts only.
            video: a video file instead of clip_id; see /info for the limits.
        Returns:
            JSON: models with fingerprints, embed_dim, and L2-normalised vectors as lists of numbers: text (base, adapted: one per text) and video (spans; base, adapted: clip, and one per event).
        """
        given = checked_texts(texts)
        if not given and not clip_id and not video:
            raise ValueError("There is nothing to embed; give texts, a clip_id or a video.")
        clip = chosen_clip(comparison, clip_id, video) if clip_id or video else ""
        return {
            "models": models_json(comparison),
            "embed_dim": comparison.info.embed_dim,
            "norm": NORM,
            "text": texts_json(comparison, given) if given else None,
            "video": video_json(comparison, clip) if clip else None,
        }

    explain = api_errors(explain_endpoint(comparison, models_json))
    more = (
        *pair_endpoints(comparison), disagreements.endpoint(comparison), queries_endpoint(comparison),
        benchmarks.endpoint(comparison),
    )  # fmt: skip
    endpoints = (info, search, similar, frames, caption, score, explain, embed, *more)
    for endpoint in endpoints:
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
    if Context.root_block is not None:
        readable_calls(Context.root_block, endpoints)
        describe_parameters(Context.root_block, endpoints)
