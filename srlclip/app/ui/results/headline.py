"""The first line of the page: what SRL-CLIP gains and loses against its base, read from the committed measurement."""

from __future__ import annotations

from srlclip.app.ui.parts.format import esc

#: Metric of the results file -> its words. All are percentages.
METRICS = {
    "event R@1": "event retrieval R@1",
    "negatives: verb_role 1 of 5": "verb negatives",
    "negatives: noun": "nouns",
}


def headline(results: dict | None) -> str:
    """Gains, then losses, as HTML, each as the file has it; "" for a pair that was not measured so. results: what
    Comparison.results gives: the first of its galleries counts."""
    tables = (results or {}).get("tables", {})
    name, table = next(iter(tables.items()), ("", {}))
    if not all(metric in table for metric in METRICS):
        return ""
    rows = [
        (words, table[metric]["base"]["mean"], table[metric]["adapted"]["mean"]) for metric, words in METRICS.items()
    ]
    parts = [_list(word, [row for row in rows if holds(row)]) for word, holds in _WAYS.items()]
    text = "; ".join(part for part in parts if part)
    return f'<p class="sc-headline" title="{esc(name)}">SRL-CLIP {text} <span class="sc-soft">(%)</span></p>'


_WAYS = {
    "gains": lambda row: row[2] > row[1],
    "keeps": lambda row: row[2] == row[1],
    "loses": lambda row: row[2] < row[1],
}


def _list(word: str, rows: list) -> str:
    if not rows:
        return ""
    shown = ", ".join(
        f'{words} <span class="sc-nowrap"><span class="sc-t-base">{base}</span> → '
        f'<span class="sc-t-adapted">{adapted}</span></span>'
        for words, base, adapted in rows
    )
    return f"<strong>{word}</strong> {shown}"


def source(results: dict | None) -> str:
    """Where the line comes from, in a sentence, as HTML; "" where there is none."""
    if not headline(results):
        return ""
    assert results is not None
    name = next(iter(results["tables"]))
    count = results.get("splits", {}).get(name, {}).get("clips")
    clips = f", {count} clips" if count else ""
    measured = f"commit {results.get('commit', '?')}, {str(results.get('date', ''))[:10]}"
    return f"The first line: {esc(name)}{clips}, one base, one seed; {esc(measured)}; intervals under Analysis. "
