"""HTML of a clip's frames: F of each event, each with its exact share of the query's score under both models; a press seeks.

Bars are drawn on one scale a model, its largest share here: shares of two models are no more comparable than cosines.
"""

from __future__ import annotations

from srlclip.app.ui.parts.format import NAMES, esc, page, seconds, signed
from srlclip.explain.results import FrameShares
from srlclip.results import MODELS

#: When the strip is in sight and holds this mark, it asks for its frames: they are read when they are looked at. Where
#: the rows stand side by side, the one that matched is scrolled to once it is there.
WANT = """setInterval(() => {
  const hit = element.querySelector('.sc-frame-hit:not([data-sc-placed])');
  if (hit && element.offsetParent) {
    hit.dataset.scPlaced = '';
    hit.parentElement.scrollLeft = hit.offsetLeft - hit.parentElement.firstElementChild.offsetLeft;
  }
  const wanted = element.querySelector('[data-sc-wanted]');
  if (!wanted || !window.scOpened || !element.offsetParent) return;
  wanted.removeAttribute('data-sc-wanted');
  trigger('select', {value: 'frames'});
}, 200);"""


def frames_wanted(key: str) -> str:
    """The place of the strip before its frames are there. key: of what it will show."""
    return page(f'<div class="sc-frames-wait sc-soft" data-sc-wanted="{esc(key)}">Reading frames …</div>')


def frames_html(shares: FrameShares, sheet: str, event: int | None) -> str:
    """A row of frames for each event. sheet: address of all frames side by side, "" if they cannot be drawn. event: the one
    that matched, whose numbers are shown; those of the others are their frames' titles.
    """
    most = {m: max((abs(x) for row in shares.shares[m] for x in row), default=0.0) or 1.0 for m in MODELS}
    total = sum(map(len, shares.moments))
    rows, number = [], 0
    for i, moments in enumerate(shares.moments):
        cells = []
        for j, moment in enumerate(moments):
            picture = _picture(sheet, number, total)
            cells.append(_frame(shares, i, j, moment, most, picture, numbers=i == event))
            number += 1
        rows.append(
            f'<li class="sc-frame-row{" sc-frame-hit" if i == event else ""}"><span class="sc-frame-head" data-sc-number="{i + 1}"></span>'
            f"{''.join(cells)}</li>"
        )
    about = "<p class='sc-soft'>Frame shares</p>"
    return page(f'{about}<ol class="sc-frames" aria-label="Frames, a row for each event">{"".join(rows)}</ol>')


def _picture(sheet: str, number: int, total: int) -> str:
    if not sheet:
        return ""
    place = 100 * number / (total - 1) if total > 1 else 0
    return f"background-image:url({esc(sheet)});background-size:{100 * total}% 100%;background-position:{place:.4f}% 0"


def _frame(
    shares: FrameShares, i: int, j: int, moment: float, most: dict[str, float], picture: str, *, numbers: bool
) -> str:
    values = {model: shares.shares[model][i][j] for model in MODELS}
    # The name begins with the numbers in the order shown: what is read on a button can be said to press it (WCAG 2.5.3).
    spoken = ", ".join(f"{_share(values[m])} ({NAMES[m]} of {signed(shares.scores[m][i])})" for m in MODELS)
    label = f"{spoken}: {seconds(moment)} s, event {i + 1}"
    lines = "".join(_bar(model, values[model], most[model], numbers) for model in MODELS)
    return (
        f'<button type="button" class="sc-frame" data-sc-seek="{seconds(moment)}" aria-label="{esc(label)}" title="{esc(label)}">'
        f'<span class="sc-frame-shot" style="{picture}"></span>{lines}</button>'
    )


def _bar(model: str, value: float, most: float, numbers: bool) -> str:
    """A model's share: its mark, a bar as long as it is large (hollow if it is negative), and the number if it is shown."""
    kind = f"sc-b-{model}" + (" sc-hollow" if value < 0 else "")
    number = f"<b>{_share(value)}</b> " if numbers else ""
    return (
        f'<span class="sc-share" aria-hidden="true"><span class="sc-m-{model}"></span>'
        f'<span class="sc-bar"><i class="{kind}" style="width:{100 * abs(value) / most:.1f}%"></i></span>{number}</span>'
    )


def _share(value: float) -> str:
    return signed(value).removeprefix("+")
