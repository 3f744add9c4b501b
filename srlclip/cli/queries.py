"""`python -m srlclip evaluate queries --csv queries.csv [--gallery DIR] [--out ranks.csv]`: R@K of anybody's queries."""

from __future__ import annotations

import argparse
import csv
import io
from typing import TYPE_CHECKING

from srlclip.cli.output import column_names
from srlclip.files import write_text
from srlclip.results import to_json

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison
    from srlclip.evaluation.queries import RankedQuery


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that only `evaluate queries` has."""
    group = parser.add_argument_group("queries")
    formats = "CSV, TSV or JSON Lines with query and target (a clip of the gallery)"
    group.add_argument("--csv", metavar="FILE", help=formats)
    group.add_argument("--out", metavar="FILE", help="write the rank of every query's target under both models here")
    over = "what intervals are over: clips, each with all its queries, or single queries (default: clips)"
    group.add_argument("--over", choices=("clips", "queries"), default="clips", help=over)


def evaluate_queries(args: argparse.Namespace, comparison: Comparison) -> tuple[dict, str]:
    """(everything as JSON values, the table as text). Raises DataError or ValueError."""
    from srlclip.evaluation.queries import queries_json, query_table, rank_queries
    from srlclip.evaluation.query_files import read_queries

    ranked = rank_queries(comparison, read_queries(args.csv, comparison.clip_ids()))
    table = query_table(ranked, args.resamples, args.over)
    if args.out:
        write_text(args.out, ranks_csv(ranked))
    names = column_names(comparison.info)
    lines = [f"{len(ranked)} queries, {ranked[0].gallery} clips; ties count against; 95 % intervals over {args.over}"]
    lines.append(f"{'':<8}{names['base']:<24}{names['adapted']:<24}difference")
    for metric, row in table.items():
        cells = [f"{c['mean']:.1f} [{c['ci'][0]:.1f}, {c['ci'][1]:.1f}]" for c in row.values()]
        lines.append(f"{metric:<8}" + "".join(f"{cell:<24}" for cell in cells).rstrip())
    if cut := sum(each.truncated for each in ranked):
        lines.append(f"{cut} queries are longer than the text tower reads: only their beginning counted")
    return {"models": to_json(comparison.info), **queries_json(ranked, table, args.over)}, "\n".join(lines)


def ranks_csv(ranked: list[RankedQuery]) -> str:
    """A line per query, see rank_rows."""
    from srlclip.evaluation.queries import RANK_COLUMNS, rank_rows

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows((RANK_COLUMNS, *rank_rows(ranked)))
    return out.getvalue()
