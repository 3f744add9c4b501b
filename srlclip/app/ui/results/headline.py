"""The first line of the page: what SRL-CLIP gains and loses against its base, read from the committed measurements."""

from __future__ import annotations

from srlclip.app.ui.parts.format import esc

#: Metric of the main measurement -> plain words, and what they stand for. All are percentages.
METRICS = {
    "event R@1": ("right event first (R@1)", "event retrieval: the right event ranks first of all"),
    "negatives: verb_role 1 of 5": (
        "true verb beats 4 false",
        "verb negatives: the true caption beats four with other verbs and roles",
    ),
    "negatives: noun": ("true noun beats false", "nouns: the true caption beats one with another noun or scene"),
}
#: Table of the measurement of forgetting -> the same for scenes named zero-shot. Few words: the first screen has no room.
FORGOTTEN = {
    "outside": ("naming unseen scenes", "scenes that adaptation never showed, named zero-shot"),
    "inside": ("seen", "scenes that adaptation showed, named zero-shot"),
}
_SCENES = "scene, zero-shot"
#: Words, base, adapted.
Row = tuple[tuple[str, str], float, float]


def headline(results: dict | None, forgetting: dict | None = None) -> str:
    """Gains, then losses, each with the largest first, as HTML, to one decimal; "" for a pair that was not measured so.

    results: what Comparison.results gives: the first of its galleries counts. forgetting: results/forgetting.json as read.
    """
    tables = (results or {}).get("tables", {})
    name, table = next(iter(tables.items()), ("", {}))
    if not all(metric in table for metric in METRICS):
        return ""
    rows = [_row(words, table[metric]) for metric, words in METRICS.items()]
    scenes = (forgetting or {}).get("tables", {})
    rows += [_row(words, scenes[place][_SCENES]) for place, words in FORGOTTEN.items() if place in scenes]
    parts = [_list(word, [row for row in rows if holds(row)]) for word, holds in _WAYS.items()]
    text = "; ".join(part for part in parts if part)
    return f'<p class="sc-headline" title="{esc(name)}">SRL-CLIP {text}</p>'


_WAYS = {
    "gains": lambda row: row[2] > row[1],
    "keeps": lambda row: row[2] == row[1],
    "loses": lambda row: row[2] < row[1],
}


def _row(words: tuple[str, str], cell: dict) -> Row:
    """Values as they are shown: what differs by less is no gain and no loss."""
    return words, round(cell["base"]["mean"], 1), round(cell["adapted"]["mean"], 1)


def _list(word: str, rows: list[Row]) -> str:
    if not rows:
        return ""
    ordered = sorted(rows, key=lambda row: -abs(row[2] - row[1]))
    shown = ", ".join(
        f'<span title="{esc(meaning)}">{words}</span> <span class="sc-nowrap"><span class="sc-t-base">{base:.1f}</span>'
        f'<span class="sc-to">→</span><span class="sc-t-adapted">{adapted:.1f}%</span></span>'
        for (words, meaning), base, adapted in ordered
    )
    return f"<strong>{word}{' most' if word == 'loses' and len(rows) > 1 else ''}</strong> {shown}"


def source(results: dict | None, forgetting: dict | None = None) -> str:
    """Where the line comes from, in a sentence or two, as HTML; "" where there is none."""
    if not headline(results):
        return ""
    assert results is not None
    name = next(iter(results["tables"]))
    clips = results.get("splits", {}).get(name, {}).get("clips")
    sentence = f"The first line: {esc(name)}{_of(clips, results)}, one base, one seed; intervals under Analysis. "
    if forgetting:
        sentence += f"Its scenes: the measurement of forgetting{_of(forgetting.get('clips'), forgetting)}. "
    return sentence


def _of(clips: int | None, measured: dict) -> str:
    commit, date = measured.get("commit", "?"), str(measured.get("date", ""))[:10]
    return f"{f', {clips} clips' if clips else ''} ({esc(f'commit {commit}, {date}')})"
