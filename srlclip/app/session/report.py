"""A comparison as one HTML file to send to somebody: no script, no request, everything from outside escaped.

Plain results in, text out; pictures come as small JPEGs and plots as SVG inside the file.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from srlclip.app.markup import GLYPHS, differs, esc, said, signed
from srlclip.app.origins import caption_warning, in_words, reference_warning
from srlclip.app.session.report_style import CSS, POLICY
from srlclip.app.session.values import Models, OwnClip, Result
from srlclip.plots import KIND_NAMES, NAMES, margins, rank_slope, short_name, to_svg
from srlclip.results import MODELS, CaptionResult, EventCaption, ScoreResult, SearchResult, Slot
from srlclip.situations import Event

#: A report never gets larger: it is meant for a mail. What does not fit is left out, and the report says so.
MAX_BYTES = 5_000_000
#: Places of a ranking that are shown.
TOP = 10
_SHOWN_EVENTS = 30


def report(
    clips: Sequence[OwnClip],
    results: Sequence[Result],
    posters: Mapping[str, bytes],
    models: Models,
    when: datetime | None = None,
) -> str:
    """The whole file, below MAX_BYTES. posters: clip name -> JPEG. models: those of the page it was saved from.

    Of too much, pictures go first, then the oldest results.
    """
    when = when or datetime.now(timezone.utc)
    kept, pictures, left_out = newest(results), dict(posters), ""
    while True:
        text = _document(clips, kept, pictures, models, when, left_out)
        if len(text.encode("utf-8", "replace")) < MAX_BYTES or not (pictures or kept):
            return text
        if pictures:
            pictures, left_out = {}, "Pictures were left out to keep the file small. "
        else:
            kept = kept[(len(kept) + 1) // 2 :]
            left_out = (
                f"Pictures and the {len(newest(results)) - len(kept)} oldest results were left out: the file is full. "
            )


def newest(results: Sequence[Result]) -> list[Result]:
    """Of results that ask the same of the same models the last one: a question that was asked again is told once."""
    last = {(result.kind, result.title, result.models): place for place, result in enumerate(results)}
    return [results[place] for place in sorted(last.values())]


def _document(
    clips: Sequence[OwnClip], results: Sequence[Result], posters: Mapping[str, bytes], models: Models,
    when: datetime, left_out: str,
) -> str:  # fmt: skip
    every = list(dict.fromkeys([models, *(result.models for result in results)]))
    synthetic = any(each.info.is_synthetic for each in every)
    warning = (
        '<p class="note"><strong>Small bundled models, synthetic world.</strong> Drawn figures with known labels: an '
        "illustration and a test bed, not a measurement on real video.</p>"
        if synthetic
        else ""
    )
    shots = {name: _picture(data) for name, data in posters.items()}
    body = "".join(_section(result, shots, models) for result in results) or "<p>No results were saved.</p>"
    left = f'<p class="note">{esc(left_out)}</p>' if left_out else ""
    listed = "".join(f"<li>{_clip(clip, shots)}</li>" for clip in clips)
    own = f'<h2>Clips</h2><ul class="clips">{listed}</ul>' if clips else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">'
        f"<title>Base CLIP vs SRL-CLIP: a comparison</title><style>{CSS}</style></head><body>"
        f"<header><h1>Base CLIP vs SRL-CLIP</h1><p>One comparison, saved on {when:%Y-%m-%d %H:%M} UTC. "
        f"{_name('base')} &nbsp; {_name('adapted')}</p>{warning}{left}{_models_table(every)}</header>"
        f"<main>{own}{body}</main>"
        '<footer class="soft"><p>Score: cosine similarity of the text and an event (the mean of its frames), in [−1, 1]; '
        "a search ranks a clip by its best event. Cosines of two models are not comparable: compare ranks and margins. "
        f"Ties rank last, and count as fooled. srlclip {esc(models.info.version)}, {esc(models.info.licence)}.</p></footer>"
        "</body></html>"
    )


def _name(model: str) -> str:
    return f'<span class="{model}"><span aria-hidden="true">{GLYPHS[model]}</span> {NAMES[model]}</span>'


def _models_table(every: Sequence[Models]) -> str:
    rows = "".join(
        f"<tr><td>{said(m.info.base_id, 120)}<br><span class='soft'>{esc(m.fingerprint.base[:64])}</span></td>"
        f"<td>{said(m.info.adapter_id, 120)}<br><span class='soft'>{esc(m.fingerprint.adapted[:64])}</span></td>"
        f"<td>{said(m.info.trained_on, 200)}</td><td>{esc(m.info.version[:40])}</td></tr>"
        for m in every
    )
    return (
        f'<div class="wide"><table><thead><tr><th scope="col">{_name("base")}</th><th scope="col">{_name("adapted")}</th>'
        f'<th scope="col">trained on</th><th scope="col">srlclip</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _picture(jpeg: bytes) -> str:
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode("ascii")}">'


def _clip(clip: OwnClip, shots: Mapping[str, str]) -> str:
    lines = "".join(
        f"<br>{number}. {_labels(event)}"
        for number, event in enumerate(clip.events[:_SHOWN_EVENTS], 1)
        if event is not None
    )
    labels = f'<p class="soft">Labels:{lines}</p>' if lines else '<p class="soft">No labels.</p>'
    return (
        f"{shots.get(clip.name, '')}<h3>{said(clip.name, 80)}</h3><p class='soft'>{clip.seconds:.1f} s, "
        f"{clip.size / 2**20:.1f} MB, sha256 {esc(clip.sha256[:16])}…</p>{labels}"
    )


def _labels(event: Event) -> str:
    roles = "; ".join(f"{said(r.name, 60)}: {said(r.filler, 120)}" for r in event.visible_roles[:12])
    source = f" ({in_words(event.origin)})" if event.origin else ""
    return f"<b>{said(event.lemma, 60)}</b> {roles}{source}"


def _section(result: Result, shots: Mapping[str, str], models: Models) -> str:
    other = ""
    if not result.models.same_as(models):
        info = result.models.info
        other = f'<p class="note">Made with another pair: {said(info.base_id, 120)}, {said(info.adapter_id, 120)}.</p>'
    value = result.value
    if isinstance(value, SearchResult):
        body = _search(value, shots)
    elif isinstance(value, CaptionResult):
        body = _captions(value)
    else:
        body = _negatives(value)
    return (
        f'<details class="result" open><summary><h2>{said(result.title, 200)}</h2></summary>'
        f'<p class="soft">{esc(result.when_shown)}</p>{other}{body}</details>'
    )


def _figure(svg: str, label: str) -> str:
    return f'<figure role="img" aria-label="{esc(label)}">{svg}</figure>'


def _search(result: SearchResult, shots: Mapping[str, str]) -> str:
    notes = "".join(f'<p class="note">{said(reason)}</p>' for reason in result.failures)
    if result.truncated:
        notes += f"<p>Only the first {result.token_limit} of the query's {result.tokens} tokens were read.</p>"
    if all(result.hits):
        notes += f"<p>Top-5 overlap {result.overlap(5)}/{min(5, len(result.hits.base))}. "
        notes += "No target is known, so neither model is called right.</p>" if result.target is None else "</p>"
    columns = "".join(f"<div><h3>{_name(m)}</h3>{_ranking(result, m, shots)}</div>" for m in MODELS)
    drawn = ""
    if all(result.hits):
        drawn = _figure(to_svg(rank_slope(result)), "Rank of the clips under both models, Base CLIP left")
    return f'{notes}<div class="two">{columns}</div>{drawn}'


def _ranking(result: SearchResult, model: str, shots: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><td class='n'>{hit.rank}</td><td>{shots.get(hit.clip_id, '')}{said(short_name(hit.clip_id), 80)}</td>"
        f"<td class='n'>{hit.score:.3f}{_moved(hit.rank_change)}</td></tr>"
        for hit in result.hits[model][:TOP]
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("rank", "clip", "score"))
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _moved(places: int | None) -> str:
    if places is None:
        return ""
    return f"<br>{f'▲ {places}' if places > 0 else f'▼ {-places}' if places else '='}"


def _captions(result: CaptionResult) -> str:
    judged = f" Match rule: {said(result.match_rule)}." if result.has_reference else ""
    tables = "".join(_event(event, result.has_reference) for event in result.events[:_SHOWN_EVENTS])
    more = len(result.events) - _SHOWN_EVENTS
    rest = f"<p>{more} more events are in the saved comparison.</p>" if more > 0 else ""
    warning = reference_warning(result)
    note = f'<p class="note">{warning}</p>' if warning else ""
    note += f'<p class="note">{said(result.unfamiliar, 600)}</p>' if result.unfamiliar else ""
    return f'{note}<p class="soft">Decoder: {said(result.decoder, 600)}.{judged}</p>{tables}{rest}'


def _event(event: EventCaption, has_reference: bool) -> str:
    heads = ["Role", *(["Reference"] if has_reference else []), *(_name(m) for m in MODELS)]
    rows = "".join(_slot(slot, has_reference) for slot in event.slots)
    spoken = "<br>".join(f"{_name(m)}: {said(event.sentence[m] or '—', 600)}" for m in MODELS)
    return (
        f"<details{'' if event.index else ' open'}><summary>Event {event.index + 1}, {event.start:g} to {event.end:g} s: "
        f"{said(event.slots[0].reference or event.slots[0].filler.adapted or '—', 60)}</summary>"
        f'<div class="wide"><table><thead><tr>'
        + "".join(f'<th scope="col">{head}</th>' for head in heads)
        + f"</tr></thead><tbody>{rows}</tbody></table></div><p class='soft'>{spoken}</p></details>"
    )


def _slot(slot: Slot, has_reference: bool) -> str:
    reference = f"<td>{_filler(slot.reference)}</td>" if has_reference else ""
    cells = []
    for model in MODELS:
        wrong = differs(slot, model, has_reference=has_reference)
        text = _filler(slot.filler[model])
        off = f' class="off-{model}"' if wrong else ""
        cells.append(f"<td{off}>{f'≠ <span class=off>{text}</span>' if wrong else text}</td>")
    return f'<tr><th scope="row">{said(slot.name, 80)}</th>{reference}{"".join(cells)}</tr>'


def _filler(text: str | None) -> str:
    """A filler; "-" is what annotators write for what cannot be seen."""
    return '<span class="soft">not visible</span>' if (text or "").strip() == "-" else said(text or "—")


def _negatives(result: ScoreResult) -> str:
    total = len(result.negatives)
    tiles = "".join(
        f'<div class="tile{" srl" if m == "adapted" else ""}">{_name(m)}<strong>{result.beaten(m)} / {total}</strong>'
        f'<span class="soft">negatives beaten, mean margin {signed(result.mean_margin(m))}</span></div>'
        for m in MODELS
    )
    rows = [
        f'<tr><td>{said(result.true.caption.text, 600)} <span class="soft">(true caption)</span></td>'
        + "".join(f"<td class='n'>{result.true.score[m]:.3f}</td>" for m in MODELS)
        + "</tr>"
    ]
    for number, negative in enumerate(result.negatives, 1):
        kind = KIND_NAMES.get(negative.caption.kind, negative.caption.kind)
        cells = ""
        for m in MODELS:
            margin, fooled = negative.margin[m], negative.fools(m)
            text = f'<span class="off">≠ {signed(margin)}</span>' if fooled else signed(margin)
            cells += f'<td class="n{f" off-{m}" if fooled else ""}">{text}</td>'
        rows.append(
            f'<tr><td><span class="soft">{said(kind, 40)} {number}</span><br>{said(negative.caption.text, 600)}</td>{cells}</tr>'
        )
    heads = "".join(f'<th scope="col">{_name(m)}</th>' for m in MODELS)
    note = f"<p>{esc(result.length_note())}</p>" if result.length_note() else ""
    if warning := caption_warning(result):
        note += f'<p class="note">{warning}</p>'
    chart = _figure(to_svg(margins(result)), f"Margins of {total} negatives under both models") if total else ""
    return (
        f'<div class="two">{tiles}</div>{note}{chart}<div class="wide"><table><thead><tr><th scope="col">Caption</th>{heads}'
        f'</tr></thead><tbody>{"".join(rows)}</tbody></table></div><p class="soft">Number: margin = score(true) − '
        "score(negative), of the true caption its score; ≠ and underlined: fooled, ties included.</p>"
    )
