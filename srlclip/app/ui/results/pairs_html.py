"""HTML of minimal pairs and half-truths: slots to press, both captions, both models' answers; a table by role."""

from __future__ import annotations

from collections.abc import Sequence

from srlclip.app.origins import true_warning
from srlclip.app.ui.parts.format import NAMES, esc, model_name, page, said, signed
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.negatives import word_diff
from srlclip.app.ui.results.pairs import MinimalPair, ScoredHalf
from srlclip.language.swaps import Swap
from srlclip.results import MODELS, PairInfo

SLOT_NAMES = {
    "verb": "Verb", "who": "Who – whom", "attribute": "Colour, garment", "direction": "Direction", "manner": "Manner",
}  # fmt: skip


def pair_html(pair: MinimalPair) -> str:
    """The slots, the true caption beside the swapped one, and which of them each model prefers."""
    slots = "".join(_slot(swap, pair) for swap in pair.slots)
    group = f'<div class="sc-slots" role="group" aria-label="What to swap">{slots}</div>'
    head = "<h2>Minimal pair: swap one thing</h2>"
    if pair.true is None or pair.swapped is None:
        return page(
            f'<section class="sc-panel sc-pair">{head}<p>No part of this event can be swapped.</p>{group}</section>'
        )
    true, swapped = pair.true.caption.text, pair.swapped.caption.text
    warning = true_warning(pair.true.caption.origin)
    warned = f'<p class="sc-notice sc-failure" role="note">{warning}</p>' if warning else ""
    captions = (
        f'{warned}<div class="sc-two"><p><span class="sc-kind">{"Caption started from a model" if warning else "True caption"}</span>{said(true, 600)}</p>'
        f'<p><span class="sc-kind">Swapped: {esc(SLOT_NAMES[pair.slot])}</span>{word_diff(true, swapped)}</p></div>'
    )
    tiles = "".join(_answer(pair, model) for model in MODELS)
    note = '<p class="sc-soft">Margin = score(true) − score(swapped). A tie counts as fooled. Press a slot again for another swap.</p>'
    return page(
        f'<section class="sc-panel sc-pair">{head}{group}{captions}<div class="sc-tiles">{tiles}</div>{note}</section>'
    )


def _slot(swap: Swap, pair: MinimalPair) -> str:
    name = esc(SLOT_NAMES[swap.slot])
    if not swap.captions:
        return f'<button type="button" class="sc-chip sc-slot" disabled>{name}<span>{esc(swap.reason)}</span></button>'
    on = swap.slot == pair.slot
    following = (pair.number + 1) % len(swap.captions) if on else 0
    place = f"{pair.number + 1} of {len(swap.captions)}" if on else f"{len(swap.captions)} to try"
    return (
        f'<button type="button" class="sc-chip sc-slot" data-sc-swap="{swap.slot}:{following}" '
        f'aria-pressed="{str(on).lower()}">{name}<span>{place}</span></button>'
    )


def _answer(pair: MinimalPair, model: str) -> str:
    assert pair.swapped is not None
    fooled = pair.swapped.fools(model)
    word = "≠ fooled: prefers the swapped one" if fooled else "✓ prefers the true one"
    return (
        f'<div class="sc-tile sc-c-{model}">{model_name(model)}<strong class="sc-answer{" sc-fooled" if fooled else ""}">'
        f'{word}</strong><span class="sc-soft">margin {signed(pair.swapped.margin[model])}</span></div>'
    )


def halves_html(info: PairInfo, halves: Sequence[ScoredHalf], clip_id: str, event: int) -> str:
    """A row per role: the short caption with it rightly and wrongly added, and what that does to either model's score."""
    title = "Half-truths: one role more, right or wrong"
    if not halves:
        return page(f'<p class="sc-panel">{title}. No role of this event has a wrong filler to add.</p>')
    passed = {m: sum(h.raises(m) and h.lowers(m) for h in halves) for m in MODELS}
    lead = "; ".join(f"{NAMES[m]} {passed[m]} of {len(halves)}" for m in MODELS)
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    rows = "".join(_half_row(h) for h in halves)
    columns = (
        "role",
        "short",
        "right",
        "wrong",
        *(f"{m}_{what}_change" for m in MODELS for what in ("right", "wrong")),
    )
    cells = [
        (h.half.name, *(c.text for c in (h.half.short, h.half.right, h.half.wrong)),
         *(round(change[m], 6) for m in MODELS for change in (h.right, h.wrong)))
        for h in halves
    ]  # fmt: skip
    file = to_csv(info, columns, cells, clip=clip_id, event=event + 1)
    return page(
        f'<details class="sc-panel sc-halves"><summary><b>{title}.</b> The right role raises the score and the wrong one lowers '
        f"it: {lead}.</summary>"
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Half-truths"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Short caption + role</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
        '<p class="sc-soft">Change of the score when the role is added to the short caption. "≠" and underlined: a right '
        "role that does not raise it, or a wrong one that does not lower it. Some models score any longer caption lower "
        f'or higher, so read both lines.</p><div class="sc-plot-files">{link("srlclip_half_truths.csv", "text/csv", file, "CSV", "half-truths")}</div></details>'
    )


def _half_row(half: ScoredHalf) -> str:
    h = half.half
    words = (
        f'<span class="sc-kind">{esc(h.name)}</span><span class="sc-soft">{said(h.short.text, 300)}</span><br>'
        f"✓ {_added(h.short.text, h.right.text)}<br>✕ {_added(h.short.text, h.wrong.text)}"
    )
    return f"<tr><td>{words}</td>{''.join(_half_cell(half, model) for model in MODELS)}</tr>"


def _added(short: str, longer: str) -> str:
    """The longer caption, its new words marked; a full stop that stands elsewhere now is no change."""
    return word_diff(short.rstrip("."), longer.rstrip("."))


def _half_cell(half: ScoredHalf, model: str) -> str:
    lines = []
    for word, change, fine in (
        ("right", half.right[model], half.raises(model)),
        ("wrong", half.wrong[model], half.lowers(model)),
    ):
        text = f"{word} {'▲' if change > 0 else '▼' if change < 0 else '='} {signed(change)}"
        lines.append(text if fine else f'<span class="sc-fooled">≠ {text}</span>')
    off = "" if half.raises(model) and half.lowers(model) else f" sc-off-{model}"
    return f'<td class="sc-num{off}">{"<br>".join(lines)}</td>'
