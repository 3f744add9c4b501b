"""`python -m srlclip evaluate queries --csv queries.csv [--gallery DIR] [--out ranks.csv]`: R@K of anybody's queries."""

from __future__ import annotations

import argparse
import csv
import io
from typing import TYPE_CHECKING

from srlclip.cli.output import column_names
from srlclip.files import write_text
from srlclip.results import MODELS, to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison
    from srlclip.evaluation.queries import RankedQuery


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that only `evaluate queries` has."""
    group = parser.add_argument_group("queries")
    group.add_argument("--csv", metavar="FILE", help="CSV with the columns query and target (a clip of the gallery)")
    group.add_argument("--out", metavar="FILE", help="write the rank of every query's target under both models here")


def evaluate_queries(args: argparse.Namespace, comparison: Comparison) -> tuple[dict, str]:
    """(everything as JSON values, the table as text). Raises DataError or ValueError."""
    from srlclip.evaluation.queries import query_table, rank_queries, read_queries

    ranked = rank_queries(comparison, read_queries(args.csv, comparison.clip_ids()))
    table = query_table(ranked, args.resamples)
    if args.out:
        write_text(args.out, ranks_csv(ranked))
    names = column_names(comparison.info)
    lines = [f"{len(ranked)} queries, {ranked[0].gallery} clips; ties count against; 95 % intervals over clips"]
    lines.append(f"{'':<8}{names['base']:<24}{names['adapted']:<24}difference")
    for metric, row in table.items():
        cells = [f"{c['mean']:.1f} [{c['ci'][0]:.1f}, {c['ci'][1]:.1f}]" for c in row.values()]
        lines.append(f"{metric:<8}" + "".join(f"{cell:<24}" for cell in cells).rstrip())
    if cut := sum(each.truncated for each in ranked):
        lines.append(f"{cut} queries are longer than the text tower reads: only their beginning counted")
    rows = [{**to_json(each.asked), **{m: each.rank[m] for m in MODELS}} for each in ranked]
    return {"models": to_json(comparison.info), "table": table, "queries": rows}, "\n".join(lines)


def ranks_csv(ranked: list[RankedQuery]) -> str:
    """A line per query: query, target, both ranks (from 1) and how many clips were ranked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("query", "target", "base_rank", "srl_clip_rank", "gallery"))
    for each in ranked:
        writer.writerow((each.asked.query, each.asked.target, *each.rank, each.gallery))
    return out.getvalue()
