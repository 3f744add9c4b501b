"""The further model's part of a search: its ranking, how its column is called, and what stands there while it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from srlclip.app.ui.parts.format import esc, page
from srlclip.app.ui.parts.further import Further, FurtherModels
from srlclip.comparison.further import FurtherRanking, further_ranking
from srlclip.plots import glyphs
from srlclip.results import SearchResult

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: The mark of what is neither model of the pair, as in the plots of Analysis.
GLYPH = glyphs(("base", "further", "adapted"))["further"]
#: Asks for the state of the loading once the place of it is on the page.
AWAIT = """setInterval(() => {
  const awaited = element.querySelector('[data-sc-awaited]');
  if (!awaited || !window.scOpened) return;
  awaited.removeAttribute('data-sc-awaited');
  trigger('select', {value: 'further'});
}, 200);"""


class Beside(NamedTuple):
    """name: of the model that the page has chosen, for its address; "" for none. ranking: None while there is none.
    waiting: the state of the loading, "" without."""

    name: str = ""
    ranking: FurtherRanking | None = None
    waiting: str = ""


def further_name(title: str) -> str:
    """ "■ Control: sparse captions" in the colour of what is neither model of the pair."""
    mark = f'<span class="sc-m-further" aria-hidden="true">{GLYPH}</span>'
    return f'{mark} <bdi class="sc-t-further">{esc(title[:60])}</bdi>'


def waiting_html(further: Further, *, asked: bool = True) -> str:
    """How far the model is, and that the others need not wait. asked: whether the page is to ask for the state."""
    percent = round(100 * further.loading.share)
    mark = " data-sc-awaited" if asked else ""
    return page(
        f'<p class="sc-notice" role="status"{mark}>{further_name(further.title)} is being loaded: {percent} %, '
        f"{esc(further.loading.what)}. Its column appears when it is there.</p>"
    )


def ranking_of(
    models: FurtherModels,
    further: Further,
    comparison: Comparison,
    result: SearchResult,
    like: tuple[str, int] | None = None,
) -> FurtherRanking | None:
    """The search under a further model, None while it is loaded; one that cannot be had says why. like: see further_ranking."""
    try:
        other = models.comparison(further)
    except ValueError as error:
        return FurtherRanking(further.name, further.title, failure=str(error))
    return further_ranking(comparison, other, further.title, result, like) if other is not None else None


def beside(
    models: FurtherModels | None, comparison: Comparison, result: SearchResult, like: tuple[str, int] | None = None
) -> Beside:
    """What the page that asks shows besides its pair; nothing where it has chosen nothing."""
    further = models.chosen() if models is not None else None
    if models is None or further is None:
        return Beside()
    ranking = ranking_of(models, further, comparison, result, like)
    named = further.name if further.name in [name for _, name in models.offered()] else ""
    return Beside(named, ranking, waiting_html(further) if ranking is None else "")
