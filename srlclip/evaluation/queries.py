"""Anybody's queries with the clip that each describes -> R@1, 5, 10 and median rank under both models of a pair.

Files: query_files. Ranks are those of a search of the gallery: a clip counts by its best event, and ties count against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srlclip.evaluation.metrics.bootstrap import bootstrap, paired_difference
from srlclip.evaluation.metrics.ranking import CUTOFFS
from srlclip.evaluation.query_files import TargetQuery
from srlclip.progress import Progress
from srlclip.results import MODELS, Both, to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

METRICS = (*(f"R@{k}" for k in CUTOFFS), "MdR")
DIFFERENCE = "adapted - base"
#: What intervals are resampled over: whole clips with all their queries, or single queries.
OVER = ("clips", "queries")
#: Of `rank_rows`.
RANK_COLUMNS = ("query", "target", "base_rank", "srl_clip_rank", "gallery")


@dataclass(frozen=True)
class RankedQuery:
    """A query with the rank of its target under both models, of `gallery` clips. truncated: the tower read its beginning."""

    asked: TargetQuery
    rank: Both[int]
    gallery: int
    truncated: bool = False


def rank_queries(
    comparison: Comparison, asked: Sequence[TargetQuery], progress: Progress | None = None
) -> list[RankedQuery]:
    """The rank of every query's target under both models. Raises ValueError if a model gave no ranking."""
    comparison.embed_texts([each.query for each in asked])  # all at once; a search finds them embedded
    ranked = []
    for number, each in enumerate(asked):
        result = comparison.search(each.query, each.target)
        if result.failures:
            raise ValueError("; ".join(result.failures))
        places = Both.of(lambda model, result=result: result.target_rank(model) or 0)
        ranked.append(RankedQuery(each, places, len(result.hits.base), result.truncated))
        if progress:
            progress((number + 1) / len(asked), f"query {number + 1} of {len(asked)}")
    return ranked


def query_table(ranked: Sequence[RankedQuery], resamples: int = 1000, over: str = "clips") -> dict[str, dict]:
    """metric of METRICS -> model, and "adapted - base" -> {"mean", "ci", "n"}, as towers.summarise has them.

    R@K in percent, higher is better; MdR lower. 95 % intervals: bootstrap over target clips, each with all its queries,
    or over queries, which says what other queries of these clips would give. Raises ValueError for none, or another over.
    """
    if not ranked:
        raise ValueError("no queries to measure")
    if over not in OVER:
        raise ValueError(f"intervals over {over!r}; allowed: {', '.join(OVER)}")
    groups = [each.asked.target for each in ranked] if over == "clips" else None
    ranks = {model: np.array([each.rank[model] for each in ranked]) for model in MODELS}
    table = {}
    for metric in METRICS:
        if metric == "MdR":
            rows, statistic = {m: r.astype(np.float64) for m, r in ranks.items()}, np.median
        else:
            cutoff = int(metric.removeprefix("R@"))
            rows, statistic = {m: 100.0 * (r <= cutoff) for m, r in ranks.items()}, np.mean
        row = {model: bootstrap(values, groups, statistic, resamples) for model, values in rows.items()}
        row[DIFFERENCE] = paired_difference(*(rows[m] for m in MODELS), groups, statistic, resamples)
        table[metric] = {
            name: {"mean": interval.mean, "ci": [interval.low, interval.high], "n": len(ranked)}
            for name, interval in row.items()
        }
    return table


def rank_rows(ranked: Sequence[RankedQuery]) -> list[tuple]:
    """A row per query in the file's order, of RANK_COLUMNS: query, target, both ranks (from 1), how many clips were ranked."""
    return [(each.asked.query, each.asked.target, *each.rank, each.gallery) for each in ranked]


def queries_json(ranked: Sequence[RankedQuery], table: dict[str, dict], over: str) -> dict[str, Any]:
    """Table and ranks as plain JSON types; over: what the table's intervals are over."""
    rows = [{**to_json(each.asked), **{m: each.rank[m] for m in MODELS}} for each in ranked]
    return {
        "gallery_size": ranked[0].gallery,
        "truncated": sum(each.truncated for each in ranked),
        "interval_over": over,
        "table": table,
        "queries": rows,
    }
