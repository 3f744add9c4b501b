"""A file of queries under both models: R@K and median rank with their difference, every query's ranks, and the files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from srlclip.app.ui.parts.format import NAMES, change, esc, model_name, page, said
from srlclip.app.ui.results.downloads import json_file, link, to_csv
from srlclip.app.ui.results.plots import measured_now, source_line
from srlclip.evaluation.metrics.ranking import CUTOFFS
from srlclip.evaluation.queries import DIFFERENCE, RANK_COLUMNS, RankedQuery, queries_json, query_table, rank_rows
from srlclip.results import MODELS, PairInfo

#: What intervals are over, here and in the API: these clips are all there are, so other queries are what could differ.
OVER = "queries"
#: Rows that stand on the page; files have all of them. Fewer queries than `FEW` make rough intervals.
SHOWN, FEW = 200, 10
#: The command scores the same files otherwise.
RANKED_BY = "A clip is ranked by its best event; the command video-captions takes frames of the whole video instead, so its numbers differ."
_METRICS = {"MdR": "Median rank (lower is better)"}


def measured_json(ranked: Sequence[RankedQuery]) -> dict:
    """Table and ranks as plain JSON types. Raises ValueError for none."""
    return queries_json(ranked, query_table(ranked, over=OVER), OVER)


def queries_html(info: PairInfo, name: str, ranked: Sequence[RankedQuery], where: str) -> str:
    """What a file gave. name: the file's, as the visitor calls it. where: the clips that were searched, in words."""
    body = measured_json(ranked)
    summary = _summary(body["table"])
    ends = f'<p class="sc-said">{summary}</p><p>{_counts(ranked)}</p>'
    head = f"<h2>{said(name, 80)}: {_many(len(ranked), 'query', 'queries')} over {esc(where)}</h2>"
    about = {"file": name, "measured": f"{len(ranked)} queries over {where}"}
    files = link("srlclip_queries.json", "application/json", json_file(info, "queries", about | body), "Download JSON")
    table = to_csv(info, RANK_COLUMNS, rank_rows(ranked), file=name)
    files += link("srlclip_queries.csv", "text/csv", table, "Download CSV")
    source = source_line(measured_now(info, about["measured"]))
    return page(
        f'<section class="sc-panel sc-queries">{head}{ends}{_metric_table(body["table"])}{_notes(ranked)}</section>'
        f'{_rank_table(ranked)}<div class="sc-actions">{files}</div>{source}'
    )


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _summary(table: Mapping[str, Mapping]) -> str:
    """R@1 of both models in a sentence, and whether the difference could be none."""
    row = table["R@1"]
    low, high = row[DIFFERENCE]["ci"]
    verdict = "the interval holds 0, so no difference is shown" if low <= 0 <= high else "the interval does not hold 0"
    values = " → ".join(f"{NAMES[m]} <b>{row[m]['mean']:.1f}</b>" for m in MODELS)
    return f"R@1: {values}. Difference {_number(row[DIFFERENCE], signed=True)}: {verdict}."


def _counts(ranked: Sequence[RankedQuery]) -> str:
    better, worse = (sum(sign * (r.rank.base - r.rank.adapted) > 0 for r in ranked) for sign in (1, -1))
    same = len(ranked) - better - worse
    return f"SRL-CLIP ranks the target higher for {better}, lower for {worse}, the same for {same}."


def _number(cell: Mapping, signed: bool = False) -> str:
    """A value and its interval, with true minuses, and 0 without a sign."""

    def digits(value: float, sign: str = "") -> str:
        rounded = round(value, 1) + 0.0
        return f"{rounded:{sign if rounded else ''}.1f}".replace("-", "−")

    low, high = map(digits, cell["ci"])
    return f'{digits(cell["mean"], "+" if signed else "")} <span class="sc-soft">[{low}, {high}]</span>'


def _metric_table(table: Mapping[str, Mapping]) -> str:
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    rows = "".join(
        f'<tr><th scope="row">{_METRICS.get(metric, metric)}</th>'
        + "".join(f'<td class="sc-num">{_number(row[m])}</td>' for m in MODELS)
        + f'<td class="sc-num">{_number(row[DIFFERENCE], signed=True)}</td></tr>'
        for metric, row in table.items()
    )
    return (
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="R@K and median rank"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Metric</th>{heads}<th scope="col">Difference</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _notes(ranked: Sequence[RankedQuery]) -> str:
    """How it is counted, what chance would give, and what limits it."""
    clips = ranked[0].gallery
    chance = ", ".join(f"R@{k} {100 * min(k, clips) / clips:.1f}" for k in CUTOFFS)
    notes = [
        "R@K: percent of queries whose target is among the first K clips. Ties count against the model: a clip that scores "
        "as the target does stands before it. "
        f"{RANKED_BY} Brackets: 95 % intervals, bootstrap over queries, paired for the difference.",
        f"By chance: {chance}.",
    ]
    if len(ranked) < FEW:
        notes.append("So few queries make rough intervals.")
    if cut := sum(each.truncated for each in ranked):
        notes.append(
            f"{_many(cut, 'query is', 'queries are')} longer than the text tower reads: the beginning counted."
        )
    return f'<p class="sc-soft">{" ".join(notes)}</p>'


def _rank_table(ranked: Sequence[RankedQuery]) -> str:
    """A row per query, in the file's order."""
    heads = "".join(f'<th scope="col" class="sc-h-{m}">{model_name(m)}</th>' for m in MODELS)
    rows = "".join(
        f'<tr><td>{said(each.asked.query)}<br><span class="sc-soft">{said(each.asked.target, 80)}, line {each.asked.line}</span></td>'
        f'<td class="sc-num">{each.rank.base}</td>'
        f'<td class="sc-num">{each.rank.adapted} {change(each.rank.base - each.rank.adapted)}</td></tr>'
        for each in ranked[:SHOWN]
    )
    rest = f" The first {SHOWN} stand here; the files have all {len(ranked):,}." if len(ranked) > SHOWN else ""
    return (
        f'<details class="sc-panel" {"open" if len(ranked) <= FEW else ""}><summary><b>Rank of every query\'s target</b>, of '
        f"{ranked[0].gallery} clips, in the file's order.{rest}</summary>"
        '<div class="sc-scroll" tabindex="0" role="region" aria-label="Ranks of every query"><table class="sc-table"><thead><tr>'
        f'<th scope="col">Query, its target</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )
