"""HTML of where each model looks: maps over an event's frames, a row a model, on one colour scale; and what a text's parts change.

Made on demand from Comparison.explain. The maps are an estimate (docs/attribution.md), the changes are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from srlclip.app.ui.parts.format import NAMES, esc, model_name, page, said, signed
from srlclip.app.ui.parts.media import Media
from srlclip.explain.results import Explanation, PartChange, WordWeight
from srlclip.language.facts import ROLES
from srlclip.plots.attribution import blended, heat_gradient
from srlclip.results import MODELS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

BUTTON = "Where does each model look?"
#: A press on a part of the text becomes the component's select event, with the part ("" for all of it).
CHOOSE = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-part]');
  if (button) trigger('select', {value: button.dataset.scPart});
});"""
#: After it was asked for, the panel is brought into sight.
SHOW = "() => setTimeout(() => window.scShow && window.scShow('.sc-look'), 80)"
#: Up to so many words their table stands open.
_FEW_WORDS = 8
_SLOT = {key: slot for slot, keys in ROLES.items() for key in keys}
_THIRDS = (("upper left", "top", "upper right"), ("left", "middle", "right"), ("lower left", "bottom", "lower right"))


def attribution_view(
    comparison: Comparison, media: Media, clip_id: str, event: int, text: str = "", part: str = "", about: str = ""
) -> str:
    """The panel of one event and text, or of a part of it: a role's key or words of the text. about: a sentence above it.

    Raises what Comparison.explain raises: ValueError, DataError, VideoDecodeError.
    """
    result = comparison.explain(clip_id, event, text, part)

    def draw(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
        maps = {model: np.asarray(result.maps[model]) for model in MODELS}
        return [blended(f, maps[m][i], result.seen, result.peak) for m in MODELS for i, f in enumerate(frames)]

    return attribution_html(result, media.overlays(clip_id, result.times, repr(result.maps), draw), about)


def attribution_html(result: Explanation, pictures: Sequence[str], about: str = "") -> str:
    """pictures: addresses of 2 F overlays, those of Base first; none where the frames cannot be drawn."""
    heading = f"<h2>{BUTTON}</h2>"
    lead = f'<p class="sc-soft">{esc(about)}</p>' if about else ""
    rows = "".join(_row(result, model, pictures) for model in MODELS)
    maps = f"{_looks(result)}{_choice(result)}{rows}{_legend(result)}"
    cut = (
        '<p class="sc-soft">The text is longer than the models read; the end is left out.</p>'
        if result.truncated
        else ""
    )
    tables = f"{_parts_table(result)}{cut}{_words_table(result.words, result.role)}"
    body = f'<div class="sc-split sc-wide-left"><div class="sc-maps">{maps}</div><div>{tables}</div></div>'
    where = f"<p>“{said(result.text, 200)}” in event {result.event_index + 1}</p>"
    return page(f'<section class="sc-panel sc-look" aria-label="{BUTTON}">{heading}{where}{lead}{body}</section>')


def place(grid: np.ndarray) -> str:
    """Where the largest number of a map of one frame (gh, gw) stands, in words by thirds."""
    row, column = np.unravel_index(int(grid.argmax()), grid.shape)
    third = [int((at + 0.5) * 3 / size) for at, size in zip((row, column), grid.shape, strict=True)]
    return _THIRDS[third[0]][third[1]]


def _looks(result: Explanation) -> str:
    """One sentence: where either model's largest patch is."""
    parts = []
    for model in MODELS:
        maps = np.asarray(result.maps[model])
        if not maps.any():
            parts.append(f"{model_name(model)}: no patch speaks for it")
            continue
        frame = int(maps.max((1, 2)).argmax())
        parts.append(f"{model_name(model)}: most at the {place(maps[frame])}, {result.times[frame]:.2f} s")
    return f'<p class="sc-looks">{"; ".join(parts)}.</p>'


def _choice(result: Explanation) -> str:
    """The whole text, or one of its parts, as buttons; the pressed one is what the maps show."""
    options = [("", "whole text"), *((part.key or part.words, part_name(part)) for part in result.parts)]
    if result.role and result.role not in dict(options):
        options.append((result.role, result.asked))
    buttons = "".join(
        f'<button type="button" class="sc-chip" data-sc-part="{esc(value)}" aria-pressed="{str(value == result.role).lower()}">'
        f"{said(name, 80)}</button>"
        for value, name in options
    )
    return f'<div class="sc-examples" role="group" aria-label="Part of the text whose map is shown">{buttons}</div>'


def part_name(part: PartChange) -> str:
    """ "agent: a robot in red"; a phrase by its words alone."""
    words = part.words.strip(" .,;:")
    return f"{_SLOT.get(part.key, part.name)}: {words}" if part.key else words


def _row(result: Explanation, model: str, pictures: Sequence[str]) -> str:
    maps = np.asarray(result.maps[model])  # (F, gh, gw)
    first = 0 if model == MODELS[0] else len(maps)
    cells = "".join(
        _picture(model, time, maps[i], pictures[first + i] if pictures else "") for i, time in enumerate(result.times)
    )
    head = f'<p>{model_name(model)} <span class="sc-soft">score {result.score[model]:.3f}</span></p>'
    return f'{head}<div class="sc-overlays" role="group" aria-label="Maps of {NAMES[model]}">{cells}</div>'


def _picture(model: str, time: float, grid: np.ndarray, address: str) -> str:
    """One frame under its map; its alt text says where the peak lies."""
    held = f"{100 * grid.sum():.0f} %"
    where = f"largest patch {100 * grid.max():.1f} % at the {place(grid)}" if grid.any() else "no patch"
    alt = f"{NAMES[model]}, {time:.2f} s: {where}; the frame holds {held} of the map"
    shown = f'<img src="{esc(address)}" alt="{esc(alt)}" title="{esc(alt)}">' if address else f"<span>{esc(alt)}</span>"
    return f'<figure>{shown}<figcaption><span class="sc-nowrap">{time:.2f} s</span> <b>{held}</b></figcaption></figure>'


def _legend(result: Explanation) -> str:
    scale = (
        f'<div class="sc-scale" role="img" aria-label="Colour scale from dark, 0 %, to light, {100 * result.peak:.1f} %">'
        f'<span>0 %</span><i style="background-image:{heat_gradient()}"></i><span>{100 * result.peak:.1f} %</span></div>'
    )
    return (
        f'{scale}<p class="sc-soft">A patch’s share of the model’s whole map: one scale for both models, up to the largest patch of either. '
        "Below a frame: its time and its share of the map. Maps are an estimate (Grad-ECLIP); the table is exact.</p>"
    )


def _heads(first: str) -> str:
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    return f'<thead><tr><th scope="col">{first}</th>{heads}</tr></thead>'


def _parts_table(result: Explanation) -> str:
    rows = "".join(
        f'<tr><th scope="row">without {said(part_name(part), 80)}</th>'
        + "".join(f'<td class="sc-num">{signed(part.change[m])}</td>' for m in MODELS)
        + "</tr>"
        for part in result.parts
    )
    return (
        f'<table class="sc-table">{_heads("Part left out: change of the score")}<tbody>{rows}</tbody></table>'
        '<p class="sc-soft">Below 0: the part helps. Compare signs, not sizes, across models.</p>'
    )


def _words_table(words: Sequence[WordWeight], chosen: str) -> str:
    """Each word: the change without it, and its share of either model's map of the text. A word is a button for its map."""
    rows = "".join(
        f'<tr><th scope="row"><button type="button" class="sc-chip" data-sc-part="{esc(word.word)}"'
        f' aria-pressed="{str(word.word == chosen).lower()}">{said(word.word, 40)}</button></th>'
        + "".join(
            f'<td class="sc-num">{signed(word.change[m])}<br><span class="sc-soft">{100 * word.weight[m]:.0f} %</span></td>'
            for m in MODELS
        )
        + "</tr>"
        for word in words
    )
    return (
        f'<details{" open" if len(words) <= _FEW_WORDS else ""}><summary>Word by word</summary><table class="sc-table">'
        f"{_heads('Word left out')}<tbody>{rows}</tbody></table>"
        '<p class="sc-soft">Upper number: change of the score. Lower: the word’s weight, its share of the model’s map of the text '
        "(all 0 %: that map is empty). Press a word for its map.</p></details>"
    )
