"""What can be saved: results as JSON and CSV, each with the models, the input and the version it came from.

Files travel as data links inside the page, so they equal what is on screen, and no user's file waits on the server.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterable, Sequence

from srlclip.app.ui.parts.format import NAMES, esc, model_id
from srlclip.comparison.explained import ExplainedSearch
from srlclip.comparison.explained import to_json as why_json
from srlclip.comparison.further import FurtherRanking
from srlclip.files import safe_cell
from srlclip.results import MODELS, Hit, PairInfo, ScoreResult, SearchResult, first_ranks, to_json

#: At most this many places of a ranking go into a file (plus the target).
LISTED = 100


def link(filename: str, mime: str, text: str | bytes, label: str, row: str = "") -> str:
    """An anchor that saves `text` (or bytes as they are) under `filename`. row: what its row is called, where the label says the model only."""
    content = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    payload = base64.b64encode(content).decode("ascii")
    href = f"data:{mime};base64,{payload}"
    spoken = f' aria-label="{esc(f"{label}, {row}")}"' if row else ""
    return f'<a class="sc-button" download="{esc(filename)}" href="{href}"{spoken}>{esc(label)}</a>'


def provenance(info: PairInfo) -> dict:
    """The models and version that every file carries."""
    return {
        "base": model_id(info.base_id),
        "adapter": model_id(info.adapter_id),
        "trained_on": info.trained_on,
        "synthetic": info.is_synthetic,
        "precision": info.precision,
        "srlclip_version": info.version,
        "score": "cosine similarity; ranks from 1, ties rank last; margin = true - negative, a tie counts as fooled",
    }


def to_csv(info: PairInfo, columns: Sequence[str], rows: Iterable[Sequence[object]], **about: object) -> str:
    """CSV whose last columns repeat the models, the version and `about` on every row."""
    models = {"base_model": model_id(info.base_id), "adapter": model_id(info.adapter_id)}
    extra = {**about, **models, "srlclip_version": info.version}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in (*columns, *extra)])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in (*row, *extra.values())])
    return out.getvalue()


def json_file(info: PairInfo, kind: str, body: dict) -> str:
    """A result as a JSON file that says what it is and which models made it."""
    return json.dumps({"kind": kind, "models": provenance(info), **body}, ensure_ascii=False, indent=1)


def listed(result: SearchResult, limit: int = LISTED) -> dict[str, list]:
    """Each model's first `limit` hits, and the target if it stands further down."""
    return {m: first_ranks(result.hits[m], limit, result.target) for m in MODELS}


def further_listed(further: FurtherRanking, result: SearchResult, limit: int = LISTED) -> list[Hit]:
    """The same of the further model."""
    return first_ranks(further.hits, limit, result.target)


def hit_json(hit: Hit) -> dict:
    """A hit as plain JSON types. event: of the clip, from 1 as on the page and in CSV files; event_index: from 0."""
    return {**to_json(hit), "event": hit.event_index + 1}


def score_json(result: ScoreResult) -> dict:
    """A hard-negative run as plain JSON types; event and event_index as of hit_json."""
    return {**to_json(result), "event": result.event_index + 1}


def search_json(
    result: SearchResult,
    limit: int = LISTED,
    explained: ExplainedSearch | None = None,
    further: FurtherRanking | None = None,
) -> dict:
    """A search as plain JSON types: what the API returns and the JSON file holds. explained: adds what was asked, where each
    fact is first right, and to every hit what happens in its event and which facts are right there. further: adds the
    ranking of the model that is shown besides the pair."""

    def entry(hit: Hit) -> dict:
        return hit_json(hit) | (why_json(explained, hit) if explained is not None else {})

    why = {}
    if explained is not None:
        words = {"known": list(explained.words.known), "unknown": dict(explained.words.unknown)}
        first = [to_json(each) for each in explained.first]
        why = {"asked": dict(explained.asked.items()), "words": words, "first_right": first}
    more = {}
    if further is not None:
        more["further"] = {
            "adapter": model_id(further.adapter_id),
            "title": further.title,
            "target_rank": further.target_rank(result.target),
            "hits": [entry(hit) for hit in further_listed(further, result, limit)],
            "failure": further.failure,
        }
    return {
        "query": result.query,
        "target": result.target,
        "tokens": result.tokens,
        "truncated": result.truncated,
        "gallery_size": max(map(len, result.hits)),
        "target_rank": {m: result.target_rank(m) for m in MODELS},
        "top5_overlap": result.overlap(5),
        **why,
        **{m: [entry(h) for h in hits] for m, hits in listed(result, limit).items()},
        **more,
        "failures": list(result.failures),
    }


def search_links(
    info: PairInfo,
    result: SearchResult,
    explained: ExplainedSearch | None = None,
    further: FurtherRanking | None = None,
) -> str:
    """JSON and CSV links of a search."""
    body = json_file(info, "search", search_json(result, explained=explained, further=further))
    shown = {NAMES[m]: hits for m, hits in listed(result).items()}
    if further is not None:
        shown[f"{further.title} ({model_id(further.adapter_id)})"] = further_listed(further, result)
    rows = [
        (
            name,
            h.rank,
            h.clip_id,
            h.event_index + 1,
            round(h.score, 6),
            h.rank_change if h.rank_change is not None else "",
            h.clip_id == result.target,
        )
        for name, hits in shown.items()
        for h in hits
    ]
    columns = ("model", "rank", "clip", "event", "score", "rank_change", "is_target")
    table = to_csv(info, columns, rows, query=result.query)
    return link("srlclip_search.json", "application/json", body, "Download JSON") + link(
        "srlclip_search.csv", "text/csv", table, "Download CSV"
    )


def score_links(info: PairInfo, result: ScoreResult) -> str:
    """JSON and CSV links of a hard-negative run."""
    rows = [
        (
            n.caption.kind,
            n.caption.text,
            " ".join(n.caption.removed),
            " ".join(n.caption.inserted),
            *(round(v, 6) for v in (*n.score, *(margin or 0.0 for margin in n.margin))),
        )
        for n in result.negatives
    ]
    columns = (
        "kind",
        "negative",
        "removed",
        "inserted",
        "base_score",
        "srl_clip_score",
        "base_margin",
        "srl_clip_margin",
    )
    about = {"clip": result.clip_id, "event": result.event_index + 1, "true_caption": result.true.caption.text}
    body = json_file(info, "hard_negatives", score_json(result))
    return link("srlclip_negatives.json", "application/json", body, "Download JSON") + link(
        "srlclip_negatives.csv", "text/csv", to_csv(info, columns, rows, **about), "Download CSV"
    )
