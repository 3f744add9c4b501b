"""HTML of a video longer than a clip: a strip of its events, and a transcript of what both models say. Pure functions."""

from __future__ import annotations

from srlclip.app.ui.parts.format import GLYPHS, NAMES, model_name, said
from srlclip.app.ui.results.roles import event_hooks
from srlclip.results import MODELS, CaptionResult, EventCaption


def clock(second: float) -> str:
    """Seconds as a player shows them: 0:07, 1:02, 1:00:03."""
    whole = int(max(second, 0.0) + 0.5)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _verb(event: EventCaption, model: str) -> str:
    return event.slots[0].filler[model].strip() if event.slots else ""


def strip(result: CaptionResult, shown: int = 0) -> str:
    """A row of small buttons that scrolls: time and both models' verbs. Arrow keys move along it. shown: as event_buttons."""
    buttons = []
    for event in result.events:
        verbs = "".join(f'<span class="sc-t-{m}">{GLYPHS[m]} {said(_verb(event, m) or "—", 30)}</span>' for m in MODELS)
        buttons.append(
            f'<button type="button" class="sc-moment" {event_hooks(event)} '
            f'aria-pressed="{str(event.index == shown).lower()}" tabindex="{0 if event.index == shown else -1}"><b>{clock(event.start)}</b>{verbs}</button>'
        )
    return (
        f'<p class="sc-soft">{len(result.events)} events of about 2 s. Press one to go there; arrow keys move along.</p>'
        f'<div class="sc-strip" role="group" aria-label="Events of the video" data-sc-rove>{"".join(buttons)}</div>'
    )


def transcript(result: CaptionResult) -> str:
    """Time | Base CLIP | SRL-CLIP, a sentence each; the time is a button, and the script marks the row that plays."""
    rows = []
    for number, event in enumerate(result.events):
        cells = "".join(f"<td>{said(event.sentence[m].strip() or '—', 600)}</td>" for m in MODELS)
        rows.append(
            f'<tr><th scope="row"><button type="button" class="sc-time" {event_hooks(event)} '
            f'aria-pressed="{str(not number).lower()}" tabindex="{-1 if number else 0}" '
            f'aria-label="Event {event.index + 1}, go to {clock(event.start)}">{clock(event.start)}</button></th>'
            f"{cells}</tr>"
        )
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    return (
        f'<section class="sc-transcript"><h2>What happens, as {NAMES["base"]} and {NAMES["adapted"]} tell it</h2>'
        '<div class="sc-lines" data-sc-rove><table class="sc-table"><thead><tr>'
        f'<th scope="col">Time</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div></section>'
    )
