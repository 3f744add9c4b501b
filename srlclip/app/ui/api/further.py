"""The further adapter that a call of /search or /similar names besides the pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.results.further import ranking_of
from srlclip.comparison.further import FurtherRanking
from srlclip.results import SearchResult

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Seconds that a call waits for a model that is being loaded; longer would hold up everybody in the line.
PATIENCE = 2.0


def named(
    models: FurtherModels | None,
    name: str,
    comparison: Comparison,
    result: SearchResult,
    like: tuple[str, int] | None = None,
) -> FurtherRanking | None:
    """The search under the adapter that a call names, None if it names none. like: see comparison.further.

    Raises ValueError for one that is not offered, that is still being loaded, or that cannot rank this gallery.
    """
    wanted = name.strip()
    if not wanted:
        return None
    offered = [each for _, each in models.offered()] if models is not None else []
    if models is None or wanted not in offered:
        raise ValueError(f"also is {wanted[:80]!r}; allowed: {', '.join(offered) or 'nothing here'}.")
    further = models.begin(wanted)
    further.loading.wait(PATIENCE)
    ranking = ranking_of(models, further, comparison, result, like)
    if ranking is None:
        share = f"{100 * further.loading.share:.0f} %"
        raise ValueError(f"{wanted} is being loaded ({share}); call again in a few seconds.")
    if ranking.failure:
        raise ValueError(f"{wanted} gave no ranking: {ranking.failure.rstrip('.')}.")
    return ranking
