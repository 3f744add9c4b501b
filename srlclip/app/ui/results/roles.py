"""HTML of a clip's events: a button each, and the table of roles with each model's confidence. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from srlclip.app.markup import differs
from srlclip.app.ui.parts.format import GLYPHS, NAMES, esc, model_name, said, seconds
from srlclip.results import MODELS, CaptionResult, EventCaption, Slot

#: Below this confidence a filler is drawn softer.
LOW = 0.5


def agreement(slots: Sequence[Slot]) -> int:
    """In how many rows both models say the same (letter case and spaces aside)."""
    return sum(not differs(slot, "adapted", has_reference=False) for slot in slots)


def matched(slots: Sequence[Slot], model: str) -> tuple[int, int]:
    """(rows that match the reference, rows with a reference)."""
    judged = [s.match[model] for s in slots if s.match[model] is not None]
    return sum(bool(m) for m in judged), len(judged)


def event_buttons(result: CaptionResult, shown: int = 0) -> str:
    """A button per event; each seeks the video and shows its table. shown: index of the one that is open."""
    buttons = []
    for event in result.events:
        verb = event.slots[0] if event.slots else None
        if result.has_reference:
            shares = [(m, *matched(event.slots, m)) for m in MODELS]
            detail = "".join(
                f'<span class="sc-bar"><i class="sc-b-{m}" style="width:{100 * won / max(total, 1):.0f}%"></i></span>'
                for m, won, total in shares
            ) + " ".join(f'<span class="sc-t-{m}">{GLYPHS[m]} {won}/{total}</span>' for m, won, total in shares)
            title = said(verb.reference if verb and verb.reference else "event", 40)
        else:
            title = f"Event {event.index + 1}"
            detail = f"{agreement(event.slots)}/{len(event.slots)} agree"
        buttons.append(
            f'<button type="button" class="sc-event" {event_hooks(event)} '
            f'aria-pressed="{str(event.index == shown).lower()}">'
            f"{event.start:g}–{event.end:g} s<b>{title}</b>{detail}</button>"
        )
    return f'<div class="sc-events" role="group" aria-label="Events of the clip">{"".join(buttons)}</div>'


def event_hooks(event: EventCaption) -> str:
    """Attributes by which the page's script shows an event's table, seeks to it, and marks it while it plays."""
    return f'data-sc-event="{event.index}" data-sc-seek="{seconds(event.start)}" data-sc-until="{seconds(event.end)}"'


def confidence(share: float, model: str) -> str:
    """A share of 1 as a number beside a small bar in the model's colour; "" for 0 (nothing was chosen)."""
    if not share > 0:
        return ""
    share = min(share, 1.0)
    bar = (
        f'<span class="sc-bar" aria-hidden="true"><i class="sc-b-{model}" style="width:{100 * share:.0f}%"></i></span>'
    )
    return f'<span class="sc-conf">{bar}<span><span class="sc-aside">confidence </span>{share:.0%}</span></span>'


NOT_VISIBLE = '<span class="sc-soft">not visible</span>'


def cell(slot: Slot, model: str, *, has_reference: bool) -> str:
    """What a model says in one row: filler, whether it differs (sign, underline and tint), and its confidence."""
    text = slot.filler[model].strip()
    # "-" is what annotators write for what cannot be seen, and a head learns to say it.
    value = NOT_VISIBLE if text == "-" else said(text or "—")
    share = slot.confidence[model]
    wrong = differs(slot, model, has_reference=has_reference)
    if has_reference:
        sign = "≠" if wrong else "✓" if slot.match[model] else ""
        spoken = "differs from the reference" if wrong else "matches the reference" if sign else ""
    else:
        sign, spoken = ("≠", "differs from Base CLIP") if wrong else ("", "")
    mark = f'<span role="img" aria-label="{spoken}">{sign}</span> ' if sign else ""
    body = f'<span class="sc-off">{value}</span>' if wrong else value
    classes = " ".join(filter(None, (f"sc-off-{model}" if wrong else "", "sc-low" if 0 < share < LOW else "")))
    return f'<td class="{classes}">{mark}{body}{confidence(share, model)}</td>'


def role_table(event: EventCaption, *, has_reference: bool) -> str:
    """Role | Reference | Base | SRL-CLIP of one event; without a reference that column goes."""
    rows = []
    for slot in event.slots:
        name = "Verb" if slot.key == "Verb" else slot.name
        key = f' <span class="sc-soft">{esc(slot.key)}</span>' if slot.key not in ("Verb", slot.name) else ""
        label = said(slot.reference) if slot.reference not in (None, "", "-") else NOT_VISIBLE
        reference = f"<td>{label}</td>" if has_reference else ""
        cells = "".join(cell(slot, m, has_reference=has_reference) for m in MODELS)
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
        f"<br>{model_name(m)} verbs: {', '.join(f'{said(v, 40)} {p:.0%}' for v, p in event.verbs[m][:5])}"
        for m in MODELS
        if event.verbs[m]
    )
    lines = "<br>".join(f"{model_name(m)}: {said(event.sentence[m].strip() or '—', 600)}" for m in MODELS)
    return (
        f"<p>Event {event.index + 1}, {event.start:g}–{event.end:g} s: {summary}</p>"
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="Roles of event {event.index + 1}">'
        '<table class="sc-table">'
        f'<thead><tr><th scope="col">Role</th>{middle}{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<p class="sc-soft">{lines}{verbs}</p>'
    )


def role_tables(result: CaptionResult, shown: int = 0) -> str:
    """One table per event, of which one is shown, that of the event of this index."""
    return "".join(
        f'<div data-sc-panel="{event.index}"{"" if event.index == shown else " hidden"}>'
        f"{role_table(event, has_reference=result.has_reference)}</div>"
        for event in result.events
    )
