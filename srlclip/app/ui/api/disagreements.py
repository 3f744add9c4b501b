"""The twin of the analysis' view of disagreement: where both models rank most differently, as plain JSON types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srlclip.app.ui.api.inputs import text, whole
from srlclip.app.ui.parts.errors import api_errors
from srlclip.app.ui.results import downloads
from srlclip.comparison.disagreement import RANKED, RankPair, neighbourhoods, rank_pairs
from srlclip.results import to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def pair_json(pair: RankPair) -> dict:
    """A row of the view; event_index counts from 0."""
    return {**to_json(pair), "places_gained": pair.gain}


def endpoint(comparison: Comparison) -> Callable:
    """The endpoint /disagreements of a comparison."""

    @api_errors
    def disagreements(level: str = "events", limit: int = 10) -> dict:
        """Where Base CLIP and SRL-CLIP disagree most on the gallery, in both directions: ranks, and changed neighbourhoods.

        Parameters:
            level: "events" (each asked for by its own caption), "clips" (mean rank over those captions) or "queries" (the examples).
            limit: how many rows to return in each direction, 1 to 100.
        Returns:
            JSON: counts (srl_clip_higher, same, base_higher), median ranks, the rows of largest difference in either model's favour, and how many nearest events both models share.
        """
        wanted = text("level", level)
        if wanted not in RANKED:
            raise ValueError(f"level is {wanted[:40]!r}; allowed: {', '.join(RANKED)}.")
        rows = whole("limit", limit, 1, downloads.LISTED)
        ranked = rank_pairs(comparison)[RANKED.index(wanted)]
        drawn = neighbourhoods(comparison)
        higher, same, lower = ranked.counts()
        both, middle = ranked.largest(rows), ranked.medians()
        return {
            "models": downloads.provenance(comparison.info),
            "level": wanted,
            "asked": len(ranked.pairs),
            "among": ranked.among,
            "counts": {"srl_clip_higher": higher, "same": same, "base_higher": lower},
            "median_rank": {"base": middle.base, "adapted": middle.adapted} if middle else None,
            "base_higher": [pair_json(pair) for pair in both.base],
            "srl_clip_higher": [pair_json(pair) for pair in both.adapted],
            "neighbours": {"of": drawn.size, "shared_on_average": drawn.mean_kept, "by_chance": drawn.expected},
        }

    return disagreements
