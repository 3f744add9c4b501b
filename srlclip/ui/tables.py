"""HTML of SRL captions and hard negatives: event buttons, role table, tiles, table of negatives. Pure functions."""

from __future__ import annotations

import difflib

from ..plots import KIND_NAMES
from ..results import MODELS, CaptionResult, EventCaption, ScoredCaption, ScoreResult, Slot
from .format import NAMES, esc, model_name, said, signed


def agreement(slots: tuple[Slot, ...]) -> int:
    """In how many rows both models say the same (letter case and spaces aside)."""
    return sum(s.base.strip().lower() == s.adapted.strip().lower() for s in slots)


def matched(slots: tuple[Slot, ...], model: str) -> tuple[int, int]:
    """(rows that match the reference, rows with a reference)."""
    judged = [s.match(model) for s in slots if s.match(model) is not None]
    return sum(bool(m) for m in judged), len(judged)


def event_buttons(result: CaptionResult) -> str:
    """Five buttons; each seeks the video and shows its table."""
    buttons = []
    for event in result.events:
        verb = event.slots[0] if event.slots else None
        if result.has_reference:
            shares = [(m, *matched(event.slots, m)) for m in MODELS]
            detail = "".join(
                f'<span class="sc-bar"><i class="sc-b-{m}" style="width:{100 * won / max(total, 1):.0f}%"></i></span>'
                for m, won, total in shares
            ) + " ".join(
                f'<span class="sc-t-{m}">{"●" if m == "base" else "◆"} {won}/{total}</span>' for m, won, total in shares
            )
            title = said(verb.reference if verb and verb.reference else "event", 40)
        else:
            title = f"Event {event.index + 1}"
            detail = f"{agreement(event.slots)}/{len(event.slots)} agree"
        buttons.append(
            f'<button type="button" class="sc-event" data-sc-event="{event.index}" '
            f'data-sc-seek="{event.start:g}" aria-pressed="{str(event is result.events[0]).lower()}">'
            f"{event.start:g}–{event.end:g} s<b>{title}</b>{detail}</button>"
        )
    return f'<div class="sc-events" role="group" aria-label="Events of the clip">{"".join(buttons)}</div>'


def _cell(slot: Slot, model: str, *, has_reference: bool) -> str:
    value = said(slot.value(model) or "—")
    confidence = slot.base_confidence if model == "base" else slot.adapted_confidence
    share = f' <span class="sc-soft">{confidence:.0%}</span>' if confidence > 0 else ""
    if has_reference:
        wrong = slot.match(model) is False
        sign = "≠" if wrong else "✓" if slot.match(model) else ""
        spoken = "differs from the reference" if wrong else "matches the reference" if sign else ""
    else:
        wrong = model == "adapted" and slot.base.strip().lower() != slot.adapted.strip().lower()
        sign, spoken = ("≠", "differs from Base CLIP") if wrong else ("", "")
    mark = f'<span role="img" aria-label="{spoken}">{sign}</span> ' if sign else ""
    body = f'<span class="sc-off">{value}</span>' if wrong else value
    return f'<td class="{f"sc-off-{model}" if wrong else ""}">{mark}{body}{share}</td>'


def role_table(event: EventCaption, *, has_reference: bool) -> str:
    """Role | Reference | Base | SRL-CLIP of one event; without a reference that column goes."""
    rows = []
    for slot in event.slots:
        name = "Verb" if slot.key == "Verb" else slot.name
        key = f' <span class="sc-soft">{esc(slot.key)}</span>' if slot.key not in ("Verb", slot.name) else ""
        told = (
            said(slot.reference)
            if slot.reference not in (None, "", "-")
            else '<span class="sc-soft">not visible</span>'
        )
        reference = f"<td>{told}</td>" if has_reference else ""
        cells = "".join(_cell(slot, m, has_reference=has_reference) for m in MODELS)
        verb = ' class="sc-verb"' if slot.key == "Verb" else ""
        rows.append(f'<tr{verb}><th scope="row">{said(name)}{key}</th>{reference}{cells}</tr>')
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    middle = '<th scope="col">Reference</th>' if has_reference else ""
    if has_reference:
        counts = " · ".join(
            f'<span class="sc-t-{m}">{NAMES[m]} {won}/{total}</span>'
            for m in MODELS
            for won, total in [matched(event.slots, m)]
        )
        summary = f"{counts} rows match the reference"
    else:
        summary = f"Agreement of the two models: {agreement(event.slots)}/{len(event.slots)} rows (no reference)"
    verbs = "".join(
        f"<br>{model_name(m)} verbs: {', '.join(f'{said(v, 40)} {p:.0%}' for v, p in ranked[:5])}"
        for m, ranked in (("base", event.base_verbs), ("adapted", event.adapted_verbs))
        if ranked
    )
    return (
        f"<p>Event {event.index + 1}, {event.start:g}–{event.end:g} s: {summary}</p>"
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="Roles of event {event.index + 1}">'
        '<table class="sc-table">'
        f'<thead><tr><th scope="col">Role</th>{middle}{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<p class="sc-soft">{model_name("base")}: {said(event.base_sentence)}<br>'
        f"{model_name('adapted')}: {said(event.adapted_sentence)}{verbs}</p>"
    )


def caption_panels(result: CaptionResult) -> str:
    """Event buttons, one table per event (the first is shown), and how the captions were made and judged."""
    panels = "".join(
        f'<div data-sc-panel="{event.index}"{"" if event is result.events[0] else " hidden"}>'
        f"{role_table(event, has_reference=result.has_reference)}</div>"
        for event in result.events
    )
    rule = f"<br>Match rule: {esc(result.match_rule)}" if result.has_reference else ""
    return (
        f"{event_buttons(result)}{panels}"
        f'<p class="sc-soft">CLIP alone writes no captions. Decoder: {esc(result.decoder)}{rule}</p>'
    )


def tiles(result: ScoreResult) -> str:
    """Two tiles: how many negatives each model beats, and its mean margin."""
    total = len(result.negatives)
    return (
        '<div class="sc-tiles">'
        + "".join(
            f'<div class="sc-tile sc-c-{m}">{model_name(m)}<strong>{result.beaten(m)} / {total}</strong>'
            f'<span class="sc-soft">negatives beaten · mean margin {signed(result.mean_margin(m))}</span></div>'
            for m in MODELS
        )
        + "</div>"
    )


def word_diff(true: str, negative: str) -> str:
    """The negative, removed words struck out and inserted ones underlined; plain if hardly a word is shared."""
    old, new = true[:600].split(), negative[:600].split()
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < 0.45:
        return said(negative, 600)
    parts = []
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            parts.append(esc(" ".join(new[b0:b1])))
            continue
        if a1 > a0:
            parts.append(f"<del>{esc(' '.join(old[a0:a1]))}</del>")
        if b1 > b0:
            parts.append(f"<ins>{esc(' '.join(new[b0:b1]))}</ins>")
    return f"<bdi>{' '.join(parts)}</bdi>"


def _margin_cell(scored: ScoredCaption, model: str) -> str:
    margin = scored.margin(model)
    fooled = (margin or 0.0) <= 0
    text = f'<span class="sc-fooled">≠ {signed(margin)}</span>' if fooled else signed(margin)
    score = f'<br><span class="sc-soft">{scored.score(model):.3f}</span>'
    return f'<td class="sc-num{f" sc-off-{model}" if fooled else ""}">{text}{score}</td>'


def negatives_table(result: ScoreResult) -> str:
    """The true caption and every negative, numbered as in the plot, with margins and scores of both models."""
    true = result.true
    rows = [
        f'<tr><th scope="row">{said(true.caption.text, 600)}<span class="sc-kind">true caption</span></th>'
        + "".join(f'<td class="sc-num"><span class="sc-soft">{true.score(m):.3f}</span></td>' for m in MODELS)
        + "</tr>"
    ]
    for number, scored in enumerate(result.negatives, 1):
        kind = KIND_NAMES.get(scored.caption.kind, scored.caption.kind)
        changed = word_diff(true.caption.text, scored.caption.text)
        rows.append(
            f'<tr><td><span class="sc-kind">{esc(kind)} {number}</span>{changed}</td>'
            + "".join(_margin_cell(scored, m) for m in MODELS)
            + "</tr>"
        )
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Negatives"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Hard negative (what changed)</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        '<p class="sc-soft">Upper number: margin = score(true) − score(negative); "≠" and underlined = fooled, ties '
        "included. Lower number: the caption's own score.</p>"
    )
