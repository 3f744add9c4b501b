"""Captions to take along: subtitles of either model on the player, and WebVTT, JSON and VidSitu prediction files."""

from __future__ import annotations

import base64
import json
import re

from srlclip.app.ui.parts.format import GLYPHS, NAMES, esc, model_id, model_name
from srlclip.app.ui.results.downloads import json_file, link
from srlclip.app.ui.results.subtitles import SHOWN, TRACKS, webvtt
from srlclip.data.predictions import EventPrediction, VerbPrediction, srl_entries, verb_entries
from srlclip.results import MODELS, CaptionResult, PairInfo, to_json
from srlclip.situations import EVENTS_PER_CLIP

_JSON = "application/json"
_SHORT = {("base",): "base", ("adapted",): "srl_clip", MODELS: "both"}


def track_tags(result: CaptionResult) -> str:
    """The player's subtitle tracks; the one that is on from the start is marked as default."""
    tags = []
    for name, models in TRACKS.items():
        payload = base64.b64encode(webvtt(result.events, models).encode("utf-8", "replace")).decode("ascii")
        default = " default" if name == SHOWN else ""
        source = f"data:text/vtt;base64,{payload}"
        tags.append(f'<track kind="subtitles" label="{esc(name)}" srclang="en" src="{source}"{default}>')
    return "".join(tags)


def track_choice() -> str:
    """Buttons that switch the player's subtitles."""
    marked = {model_name(models[0]) if len(models) == 1 else esc(name): name for name, models in TRACKS.items()}
    buttons = "".join(
        f'<button type="button" class="sc-track" data-sc-track="{esc(name)}" '
        f'aria-pressed="{str(name == SHOWN).lower()}">{label}</button>'
        for label, name in {"Off": "", **marked}.items()
    )
    return f'<div class="sc-tracks" role="group" aria-label="Subtitles"><span>Subtitles</span>{buttons}</div>'


def stem(clip_id: str) -> str:
    """A clip id as the beginning of a file name: plain letters, digits, dots and dashes."""
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", clip_id).strip("._-")[:60]
    return f"srlclip_{plain}" if plain else "srlclip"


def event_predictions(result: CaptionResult, model: str) -> tuple[EventPrediction, ...]:
    """What a model says in each event: its best verb and the fillers that it gives."""
    return tuple(
        EventPrediction(
            next(iter(event.verb_ids[model]), ""),
            {s.key: s.filler[model].strip() for s in event.slots if s.key != "Verb" and s.filler[model].strip()},
        )
        for event in result.events
    )


def verb_prediction(result: CaptionResult, model: str) -> VerbPrediction:
    """A model's ranked verbs of each event and their confidences."""
    kept = [min(len(event.verb_ids[model]), len(event.verbs[model])) for event in result.events]
    return VerbPrediction(
        tuple(tuple(event.verb_ids[model][:k]) for event, k in zip(result.events, kept, strict=True)),
        tuple(
            tuple(share for _, share in event.verbs[model][:k]) for event, k in zip(result.events, kept, strict=True)
        ),
    )


def captions_json(result: CaptionResult) -> dict:
    """Captions as plain JSON types: what the API returns and the JSON file holds ("kind" is what file it is)."""
    body = to_json(result)
    events = [{**event, "event": event["index"] + 1} for event in body.pop("events")]  # from 1, as on the page
    return {"decoder_kind": body.pop("kind"), **body, "events": events}


def caption_downloads(info: PairInfo, result: CaptionResult) -> str:
    """Everything that can be saved, in labelled rows behind one line; the prediction format holds five events only."""
    begin = stem(result.clip_id)
    about = f"{model_id(info.base_id)} and {model_id(info.adapter_id)}, srlclip {info.version}, decoder {result.kind}"

    rows = []

    def row(name: str, ending: str, mime: str, texts: dict[tuple[str, ...], str]) -> None:
        links = (
            link(f"{begin}_{_SHORT[models]}{ending}", mime, text, _marked(models), name)
            for models, text in texts.items()
        )
        rows.append(f"<dt>{name}</dt><dd>{''.join(links)}</dd>")

    note = f"SRL captions: {about}"
    row("Subtitles (WebVTT)", ".vtt", "text/vtt", {ms: webvtt(result.events, ms, note) for ms in TRACKS.values()})
    row("Everything (JSON)", ".json", _JSON, {MODELS: json_file(info, "captions", captions_json(result))})
    if len(result.events) == EVENTS_PER_CLIP:
        roles = {(m,): _dump(srl_entries({0: event_predictions(result, m)})) for m in MODELS}
        verbs = {(m,): _dump(verb_entries({0: verb_prediction(result, m)})) for m in MODELS}
        row("VidSitu predictions, roles", "_vidsitu_srl.json", _JSON, roles)
        row("VidSitu predictions, verbs", "_vidsitu_verbs.json", _JSON, verbs)
        remark = "VidSitu files: this clip alone, as ann_idx 0."
    else:
        remark = f"VidSitu prediction files hold {EVENTS_PER_CLIP} events; this video has {len(result.events)}."
    return (
        '<details class="sc-files"><summary>Downloads: subtitles, JSON, VidSitu predictions</summary>'
        f'<dl>{"".join(rows)}</dl><p class="sc-soft">{remark}</p></details>'
    )


def _marked(models: tuple[str, ...]) -> str:
    return f"{GLYPHS[models[0]]} {NAMES[models[0]]}" if len(models) == 1 else "Both"


def _dump(entries: list) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=1)
