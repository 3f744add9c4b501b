"""All benchmarks of a run as one HTML file: no script, no request, everything from outside escaped, figures as SVG inside."""

from __future__ import annotations

from collections.abc import Sequence

from srlclip.app.markup import GLYPHS, esc, said
from srlclip.app.session.report_style import CSS, POLICY
from srlclip.evaluation.benchmarks.report import BRACKETS, Measured, further, headline, notes
from srlclip.evaluation.benchmarks.rows import NO_ADAPTER, SHOWN, columns_of, names_of, rows_of
from srlclip.evaluation.benchmarks.suite import Attempt, Suite, answer, summary
from srlclip.plots import to_svg
from srlclip.plots.benchmarks import figures_of
from srlclip.results import MODELS, PairInfo, model_id

#: Characters of an error that are shown.
_LONGEST = 1200
_ALT = {
    "differences": "What SRL-CLIP adds to its base, with 95 % intervals",
    "values": "Both models with 95 % intervals",
}
#: On a phone an interval stands below its value and figures below each other; a table that is wider still scrolls by itself.
_CSS = """
td.v { white-space:nowrap; font-variant-numeric:tabular-nums; } td.t { min-width:96px; }
th[scope=row] { font-weight:600; min-width:104px; } th .soft { display:block; font-weight:400; }
.drawn { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,338px),1fr)); gap:14px; align-items:start; }
ul { padding-left:20px; } li.sub { margin-left:20px; }
@media (max-width:560px) { .ci { display:block; font-size:12px; } th .soft { font-size:12px; } }
"""


def report_html(suite: Suite) -> str:
    """The whole file: the answer, one line a benchmark, then each benchmark."""
    head = "<p>No benchmark ran to its end.</p>"
    if suite.measured:
        info = suite.measured[0].info
        head = f"<p><strong>{esc(answer(suite))}</strong></p>{_models(info)}{_table(*summary(suite), lead=3)}<p class='soft'>{esc(BRACKETS)}</p>"
    body = "".join(_section(each) for each in suite.measured)
    failed = _attempts("Failed", suite.failed)
    absent = _attempts("Not here", suite.absent)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" '
        f'content="no-referrer"><link rel="icon" href="data:,"><title>Zero-shot benchmarks: base CLIP and SRL-CLIP</title>'
        f"<style>{CSS}{_CSS}</style></head><body><header><h1>Zero-shot benchmarks</h1>{head}</header>"
        f"<main>{failed}{body}{absent}</main></body></html>"
    )


def _models(info: PairInfo) -> str:
    ids, names = {"base": info.base_id, "adapted": info.adapter_id}, names_of(info.adapter_id)
    lines = "<br>".join(f"{_name(names[m], m)}: {said(model_id(ids[m]), 120)}" for m in MODELS)
    note = ""
    if info.is_synthetic:
        note = (
            '<p class="note"><strong>Small bundled models, synthetic world.</strong> They were trained on drawn figures; '
            "this tests the harness and says nothing about pretrained models.</p>"
        )
    return f"<p>{lines}<br><span class='soft'>trained on {said(info.trained_on, 200)}</span></p>{note}"


def _name(text: str, model: str) -> str:
    return f'<span class="{model}"><span aria-hidden="true">{GLYPHS[model]}</span> {esc(text)}</span>'


def _table(header: Sequence[str], cells: Sequence[Sequence[str]], lead: int = 1) -> str:
    """lead: how many first columns stand below each other in the row's header, the first one's name above them."""
    models = {SHOWN[model]: model for model in MODELS} | {NO_ADAPTER: "adapted"}
    heads = "".join(
        f'<th scope="col">{_name(title, models[title]) if title in models else esc(title)}</th>'
        for title in (header[0], *header[lead:])
    )
    rows = "".join(f"<tr>{_row_header(row[:lead])}{''.join(map(_cell, row[lead:]))}</tr>" for row in cells)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{esc(header[0])} and values"><table><thead><tr>{heads}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row_header(texts: Sequence[str]) -> str:
    below = "".join(f'<span class="soft">{said(text)}</span>' for text in texts[1:])
    return f'<th scope="row">{said(texts[0])}{below}</th>'


def _cell(text: str) -> str:
    value, bracket, interval = text.partition(" [")
    if bracket:
        return f'<td class="v">{esc(value)} <span class="ci">[{esc(interval)}</span></td>'
    return f'<td class="t">{said(text)}</td>' if " " in text else f'<td class="v">{said(text or "–")}</td>'


def _section(measured: Measured) -> str:
    spec, rows = measured.spec, rows_of(measured.spec, measured.result)
    drawn = "".join(
        f'<figure role="img" aria-label="{esc(f"{spec.title}: {_ALT[name]}")}">{to_svg(figure)}</figure>'
        for name, figure in figures_of(rows).items()
    )
    listed = "".join(map(_note, notes(measured)))
    tables = "".join(
        f"<details><summary>{said(title)}</summary>{_table(*table)}</details>" for title, table in further(measured)
    )
    made = f"Commit {measured.provenance['commit']}, {measured.provenance['date']}, seed {measured.settings.seed}."
    return (
        f'<section id="{esc(spec.name)}"><h2>{said(headline(measured))}</h2><p>{said(spec.protocol, _LONGEST)}</p>'
        f'{_table(*columns_of(rows, measured.names))}<div class="drawn">{drawn}</div>{tables}{f"<ul>{listed}</ul>" if listed else ""}'
        f'<p class="soft">Licence: {said(spec.licence)}. {esc(made)}</p></section>'
    )


def _note(note: str) -> str:
    part = ' class="sub"' if note.startswith("  ") else ""
    return f"<li{part}>{said(note.strip(), _LONGEST)}</li>"


def _attempts(title: str, group: Sequence[Attempt]) -> str:
    if not group:
        return ""
    listed = "".join(f"<li><b>{said(each.spec.title)}</b>: {said(each.problem, _LONGEST)}</li>" for each in group)
    return f"<h2>{esc(title)}</h2><ul>{listed}</ul>"
