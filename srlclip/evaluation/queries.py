"""Anybody's queries with the clip that each describes -> R@1, 5, 10 and median rank under both models of a pair.

A CSV file with the columns query and target (others are kept out of the way). Ranks are those of a search of the gallery:
a clip counts by its best event, and ties count against.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.comparison.comparison import Comparison
from srlclip.evaluation.metrics.bootstrap import bootstrap, paired_difference
from srlclip.evaluation.metrics.ranking import CUTOFFS
from srlclip.progress import Progress
from srlclip.results import MODELS, Both
from srlclip.situations import DataError

COLUMNS = ("query", "target")
MAX_QUERIES = 10_000
METRICS = (*(f"R@{k}" for k in CUTOFFS), "MdR")
_DIFFERENCE = "adapted - base"


@dataclass(frozen=True)
class TargetQuery:
    """A query, the clip that it describes, and the line of the file that it stands on (from 1)."""

    query: str
    target: str
    line: int


@dataclass(frozen=True)
class RankedQuery:
    """A query with the rank of its target under both models, of `gallery` clips. truncated: the tower read its beginning."""

    asked: TargetQuery
    rank: Both[int]
    gallery: int
    truncated: bool = False


def read_queries(path: str | Path, clips: Collection[str]) -> list[TargetQuery]:
    """The rows of the file, empty lines left out. clips: ids of the gallery; a target may carry the video's suffix.

    Raises DataError naming the line for a missing column, an empty query or a target that is not in the gallery.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror}); give a CSV file", file=path) from error
    except UnicodeDecodeError as error:
        raise DataError("not UTF-8; save it as CSV in UTF-8", file=path) from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise DataError(f"no column {' and '.join(missing)}; the first line must name query,target", file=path, line=1)
    rows.fieldnames = names
    asked = []
    for row in rows:
        query, target = (" ".join((row[column] or "").split()) for column in COLUMNS)
        if not query and not target:
            continue
        if not query:
            raise DataError("the query is empty; describe an event", file=path, line=rows.line_num)
        asked.append(TargetQuery(query, _clip(target, clips, path, rows.line_num), rows.line_num))
    if not 0 < len(asked) <= MAX_QUERIES:
        raise DataError(f"{len(asked)} queries; 1 to {MAX_QUERIES:,} are allowed", file=path)
    return asked


def _clip(target: str, clips: Collection[str], path: Path, line: int) -> str:
    for name in (target, target.rpartition(".")[0]):
        if name and name in clips:
            return name
    some = ", ".join(sorted(clips)[:3])
    problem = (
        f"target {target[:80]!r} is no clip of the gallery (it has {some}, ...); write a clip's name without suffix"
    )
    raise DataError(problem, file=path, line=line)


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


def query_table(ranked: Sequence[RankedQuery], resamples: int = 1000) -> dict[str, dict]:
    """metric of METRICS -> model, and "adapted - base" -> {"mean", "ci", "n"}, as towers.summarise has them.

    R@K in percent, higher is better; MdR lower. 95 % intervals: bootstrap over target clips. Raises ValueError for none.
    """
    if not ranked:
        raise ValueError("no queries to measure")
    groups = [each.asked.target for each in ranked]
    ranks = {model: np.array([each.rank[model] for each in ranked]) for model in MODELS}
    table = {}
    for metric in METRICS:
        if metric == "MdR":
            rows, statistic = {m: r.astype(np.float64) for m, r in ranks.items()}, np.median
        else:
            cutoff = int(metric.removeprefix("R@"))
            rows, statistic = {m: 100.0 * (r <= cutoff) for m, r in ranks.items()}, np.mean
        row = {model: bootstrap(values, groups, statistic, resamples) for model, values in rows.items()}
        row[_DIFFERENCE] = paired_difference(*(rows[m] for m in MODELS), groups, statistic, resamples)
        table[metric] = {
            name: {"mean": interval.mean, "ci": [interval.low, interval.high], "n": len(ranked)}
            for name, interval in row.items()
        }
    return table
