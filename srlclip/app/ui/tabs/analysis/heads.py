"""Captioning heads as panels: curves over the number of labelled clips, and the ablations' heads beside the paper's."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence

from srlclip.app.ui.parts.format import esc, notice, page, said
from srlclip.app.ui.results.downloads import link, to_csv
from srlclip.app.ui.results.plots import source_line, with_files
from srlclip.app.ui.tabs.analysis.estimates import estimate, sources
from srlclip.app.ui.tabs.analysis.measured import number
from srlclip.app.ui.tabs.analysis.sentences import heads_sentence, opening
from srlclip.plots.curves import CurvePoint, curve_figure, curve_points
from srlclip.results import MODELS, PairInfo

#: What makes the results that the panels show.
CURVES_COMMAND, ABLATIONS_COMMAND = "python -m training.heads", "python -m training.ablate all --heads"
#: The paper's measures of an ablation, in its order.
PAPER_METRICS = ("Vb@1", "CIDEr")


def heads_html(info: PairInfo, curves: Mapping | None, studies: Sequence[Mapping]) -> str:
    """The head study and the heads of the studies that have some; what is not there names the command that makes it."""
    return _heads_html(info, json.dumps(curves, default=str), json.dumps(list(studies), default=str))


@functools.lru_cache(maxsize=8)
def _heads_html(info: PairInfo, curves_json: str, studies_json: str) -> str:
    """Drawn once for all visitors: the files do not change while the app runs."""
    curves, studies = json.loads(curves_json), json.loads(studies_json)
    return _curves_html(info, curves) + _ablations_html(info, [s for s in studies if _tables(s)])


def _curves_html(info: PairInfo, results: Mapping | None) -> str:
    panels = curve_points(results) if results and results.get("table") and results.get("arms") else {}
    if not panels:
        return notice(
            "No learning curves of captioning heads come with these models. "
            f"{CURVES_COMMAND} trains the heads and writes results/heads.json."
        )
    about = _source(results)
    parts = "".join(_curve_html(info, results, metric, points, about) for metric, points in panels.items())
    quick = "<strong>Quick run: direction only.</strong> " if results.get("quick") else ""
    method = " ".join(str(results.get(key) or "") for key in ("method", "scale"))
    sentence = heads_sentence(results, panels)
    return page(
        f"{opening(sentence) if sentence else ''}"
        f'<h2>{said(results.get("question") or "Captioning heads")}</h2><div class="sc-thirds sc-pairs">{parts}</div>'
        f'<p class="sc-soft">{quick}{esc(method)}</p>{source_line(f"Source: results/heads.json · {about}")}'
    )


def _curve_html(info: PairInfo, results: Mapping, metric: str, points: Sequence[CurvePoint], about: str) -> str:
    models = {arm["label"]: arm["name"] for arm in results["arms"] if arm["name"] in MODELS}
    rows = [(metric, p.arm, p.size, p.value, p.low, p.high) for p in points]
    columns = ("metric", "features", "labelled_clips", "value", "low", "high")
    label = (
        f"{metric} over the number of labelled clips, a line with 95 % intervals per arm; the numbers are in the table"
    )
    name = "heads_" + re.sub(r"\W", "", metric.lower())
    chart = with_files(curve_figure(points, models), label, name, info, columns, rows, source=about)
    sizes = sorted({p.size for p in points})
    at = {(p.arm, p.size): (p.value, p.low, p.high) for p in points}
    heads = "".join(f'<th scope="col">{size:,} clips</th>' for size in sizes)
    body = "".join(
        f'<tr><th scope="row">{said(arm)}</th>'
        + "".join(f'<td class="sc-num">{number(at.get((arm, size)))}</td>' for size in sizes)
        + "</tr>"
        for arm in dict.fromkeys(p.arm for p in points)
    )
    table = _table(f"{metric} of heads", f'<th scope="col">Features [95 % interval]</th>{heads}', body)
    return f'<section class="sc-panel"><h3>{esc(metric)}</h3>{chart}<details><summary>Numbers</summary>{table}</details></section>'


def _tables(study: Mapping) -> Mapping:
    """base -> metric -> arm -> cell of the heads that were trained on a study's arms; empty without any."""
    block = study.get("heads")
    return (block.get("tables") or {}) if isinstance(block, Mapping) else {}


def _ablations_html(info: PairInfo, studies: Sequence[Mapping]) -> str:
    if not studies:
        return notice(
            "No heads were trained on the arms of the ablations. "
            f"{ABLATIONS_COMMAND} does so, and their Vb@1 and CIDEr stand here beside the paper's."
        )
    note = (
        "The paper's heads were trained on VidSitu with CLIP ViT-L/14: only the order of the arms can be compared. "
        "Bold: the arm that the study compares with."
    )
    parts = "".join(_study_html(info, study) for study in studies)
    return page(f'<h2>Heads on the arms of the ablations</h2><p class="sc-soft">{esc(note)}</p>{parts}')


def _study_html(info: PairInfo, study: Mapping) -> str:
    """A study's arms as rows: Vb@1 and CIDEr of heads trained here, and the paper's two numbers."""
    name, arms = str(study.get("study") or ""), study.get("arms") or ()
    body, cells = "", []
    for base, metrics in _tables(study).items():
        if len(_tables(study)) > 1:
            body += f'<tr><th colspan="{2 + len(PAPER_METRICS)}" scope="rowgroup">Base {said(base, 60)}</th></tr>'
        for arm in arms:
            key, paper = str(arm.get("name")), str(arm.get("paper") or "")
            label = said(arm.get("label") or key)
            values = [estimate((metrics.get(metric) or {}).get(key)) for metric in PAPER_METRICS]
            numbers = "".join(f'<td class="sc-num">{number(value)}</td>' for value in values)
            bold = f"<strong>{label}</strong>" if key == study.get("reference") else label
            body += f'<tr><th scope="row">{bold}</th>{numbers}<td class="sc-num">{said(paper or "–", 40)}</td></tr>'
            cells += [
                (base, key, metric, *("" if v is None else v for v in value or (None,) * 3), paper)
                for metric, value in zip(PAPER_METRICS, values, strict=True)
            ]
    names = ("Arm", *(f"{metric} here" for metric in PAPER_METRICS), f"Paper: {' / '.join(PAPER_METRICS)}")
    heads = "".join(f'<th scope="col">{esc(text)}</th>' for text in names)
    about = _source(study)
    columns = ("base_model_of_study", "arm", "metric", "value", "low", "high", "paper")
    file = link(f"srlclip_heads_of_{re.sub(r'[^a-z0-9]+', '_', name.lower())}.csv", "text/csv",
                to_csv(info, columns, cells, source=about), "CSV", f"heads of {name}")  # fmt: skip
    table = _table(f"Heads of the study {name}", heads, body)
    return (
        f'<section class="sc-panel"><h3>{said(study.get("question") or name)}</h3>{table}'
        f'<div class="sc-plot-files">{file}</div>{source_line(f"Source: results/ablations/{name}.json · {about}")}</section>'
    )


def _table(label: str, heads: str, body: str) -> str:
    return (
        f'<div class="sc-scroll" tabindex="0" role="region" aria-label="{esc(label)}"><table class="sc-table"><thead>'
        f"<tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _source(results: Mapping) -> str:
    return " · ".join(f"{k}: {v[:160]}" for k, v in sources(results) if k in ("commit", "date", "machine", "clips"))
