"""A further model beside a pair: the same search ranked by it too, with the places that it gains against the pair's base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srlclip.results import Hit, SearchResult, ranks_in, told_against
from srlclip.situations import SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


@dataclass(frozen=True)
class FurtherRanking:
    """adapter_id: which model; title: how it is called. hits: best first, rank_change against the pair's base; () for a
    model that gave nothing, with the reason in `failure`."""

    adapter_id: str
    title: str
    hits: Sequence[Hit] = ()
    failure: str = ""

    def target_rank(self, target: str | None) -> int | None:
        return ranks_in(self.hits, [target])[0] if target is not None else None


def further_ranking(
    pair: Comparison, other: Comparison, title: str, result: SearchResult, like: tuple[str, int] | None = None
) -> FurtherRanking:
    """A search of `pair` asked of the adapted model of `other` as well. like: the clip and event that the search started
    from, if it was no text. Never raises for what is wrong with the further model: the pair's own result stands."""
    name = other.info.adapter_id
    try:
        if (other.info.base_id, name) == (pair.info.base_id, pair.info.adapter_id):
            raise ValueError("the SRL-CLIP column shows this model already")
        mine, theirs = pair.clip_ids(), other.clip_ids()
        if mine != theirs and set(mine) != set(theirs):
            raise ValueError("it was loaded over another gallery")
        asked = other.similar(*like)[0] if like else other.search(result.query, result.target)
        if not asked.hits.adapted:
            raise ValueError("; ".join(asked.failures) or "it gave no result")
    except (SrlClipError, ValueError, MemoryError) as error:
        return FurtherRanking(name, title, failure=" ".join(str(error).split()) or type(error).__name__)
    return FurtherRanking(name, title, told_against(asked.hits.adapted, result.hits.base))
