"""HTML of hard negatives, on the gallery's tab and on a visitor's own clips: tiles, margins, the table of what changed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from srlclip.app.origins import caption_warning
from srlclip.app.ui.parts.format import actions, esc, model_name, notice, said, signed
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Shot
from srlclip.app.ui.results.downloads import score_links
from srlclip.app.ui.results.player import clip_player
from srlclip.app.ui.results.plots import negative_margins
from srlclip.plots import KIND_NAMES
from srlclip.results import MODELS, PairInfo, ScoredCaption, ScoreResult


def tiles(result: ScoreResult) -> str:
    """Two tiles: how many negatives each model beats, and its mean margin."""
    total = len(result.negatives)
    return (
        '<div class="sc-tiles">'
        + "".join(
            f'<div class="sc-tile sc-beaten sc-c-{m}">{model_name(m)}<strong>{result.beaten(m)} / {total}</strong>'
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
    margin, fooled = scored.margin[model], scored.fools(model)
    text = f'<span class="sc-fooled">≠ {signed(margin)}</span>' if fooled else signed(margin)
    score = f'<br><span class="sc-soft">{scored.score[model]:.3f}</span>'
    return f'<td class="sc-num{f" sc-off-{model}" if fooled else ""}">{text}{score}</td>'


def _look(result: ScoreResult, text: str) -> str:
    """A button that asks for the maps of a caption."""
    name = f"Where does each model look for: {text}"
    return (
        f' <button type="button" class="sc-chip sc-look-button" data-sc-look="{esc(text)}" data-sc-look-event="{result.event_index}"'
        f' aria-label="{esc(name)}" title="{esc(name)}">look</button>'
    )


def negatives_table(result: ScoreResult, looks: bool = False) -> str:
    """The true caption and every negative, numbered as in the plot, with margins and scores of both models. looks: each has
    a button that asks for its maps."""
    true = result.true
    asked = (lambda text: _look(result, text)) if looks else (lambda text: "")
    rows = [
        f'<tr><th scope="row">{said(true.caption.text, 600)}<span class="sc-kind">{"caption started from a model" if caption_warning(result) else "true caption"}{asked(true.caption.text)}</span></th>'
        + "".join(f'<td class="sc-num"><span class="sc-soft">{true.score[m]:.3f}</span></td>' for m in MODELS)
        + "</tr>"
    ]
    for number, scored in enumerate(result.negatives, 1):
        kind = KIND_NAMES.get(scored.caption.kind, scored.caption.kind)
        changed = word_diff(true.caption.text, scored.caption.text)
        rows.append(
            f'<tr><td><span class="sc-kind">{esc(kind)} {number}{asked(scored.caption.text)}</span>{changed}</td>'
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


def negatives_html(
    info: PairInfo,
    result: ScoreResult,
    shot: Shot,
    link: Link | None = None,
    lines: Sequence[tuple[float, str]] = (),
    *,
    looks: bool = False,
) -> str:
    """Tiles, dumbbell plot, player, table and downloads of a run. link: opens a gallery event's scores again; None for a
    visitor's own clip. lines: (second in the file, caption) to seek to. looks: every caption has a button that asks for its maps.
    """
    note = notice(result.length_note()) if result.length_note() else ""
    if warning := caption_warning(result):
        note += f'<p class="sc-notice sc-failure" role="note">{warning}</p>'
    chart = f"<h2>Margin per hard negative</h2>{negative_margins(info, result)}"
    return (
        f'{tiles(result)}{note}<div class="sc-split sc-wide-left"><div class="sc-panel">{chart}</div>'
        f'<div class="sc-panel">{clip_player(shot, link, lines)}</div></div>{negatives_table(result, looks)}'
        f"{actions(score_links(info, result), link)}"
    )
