"""The sentence that a view of the analysis opens with: counted from what it shows, wins and losses alike. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from srlclip.app.ui.parts.format import esc
from srlclip.app.ui.tabs.analysis.estimates import AblationStudy, Estimate, MetricRow, estimate
from srlclip.comparison.embedding_map import EmbeddingMap
from srlclip.plots import NAMES
from srlclip.results import MODELS, Both, Timeline

#: Metrics of which less is better.
_LESS = ("mdr", "mnr", "rank", "loss")
#: Losing metrics that are named; the rest is in the tables.
_NAMED = 3


def opening(text: str) -> str:
    """The sentence as it stands first in a view."""
    return f'<p class="sc-verdict sc-said" role="status">{esc(text)}</p>'


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def direction(difference: Estimate | None) -> int:
    """1 where the interval lies above 0, -1 where it lies below, 0 where it holds 0 or is not known."""
    _, low, high = difference or (0.0, None, None)
    if low is None or high is None:
        return 0
    return (low > 0) - (high < 0)


def _apart(row: MetricRow) -> int:
    """1 where SRL-CLIP is better beyond the interval of the paired difference, -1 where it is worse.

    Files without paired differences are judged by whether the two intervals overlap.
    """
    base, adapted = row.values["base"], row.values["adapted"]
    paired = row.values.get("adapted - base")
    if paired is None and None not in (*base, *adapted):
        paired = (adapted[0] - base[0], adapted[1] - base[2], adapted[2] - base[1])
    sign = -1 if any(word in row.name.lower() for word in _LESS) else 1
    return sign * direction(paired)


def measured_sentence(rows: Sequence[MetricRow]) -> str:
    """Of how many measures SRL-CLIP is better and worse than Base CLIP, beyond their intervals; what it loses by name."""
    signs = [_apart(row) for row in rows]
    lost = list(dict.fromkeys(row.name for row, sign in zip(rows, signs, strict=True) if sign < 0))
    named = ", ".join(lost[:_NAMED]) + (" and others" if len(lost) > _NAMED else "")
    sets = len({row.group for row in rows})
    return (
        f"SRL-CLIP is better than Base CLIP in {signs.count(1)} of {count(len(rows), 'measure')} on "
        f"{count(sets, 'set')} of clips, worse in {signs.count(-1)}{f' ({named})' if named else ''}, and within the "
        f"95 % intervals in {signs.count(0)}."
    )


def heads_sentence(results: Mapping, metrics: Iterable[str]) -> str:
    """At how many sizes heads on SRL-CLIP's features are above and below those on Base CLIP's; "" without both."""
    signs = []
    for metric in metrics:
        arms = (results.get("table") or {}).get(metric) or {}
        base, adapted = (arms.get(name) or {} for name in ("base", "adapted"))
        for size in base.keys() & adapted.keys():
            pair = estimate(base[size]), estimate(adapted[size])
            if None not in pair:
                signs.append(_apart(MetricRow("", metric, dict(zip(("base", "adapted"), pair, strict=True)))))
    if not signs:
        return ""
    return (
        f"Heads on SRL-CLIP’s features score above those on Base CLIP’s in {signs.count(1)} of {len(signs)} comparisons "
        f"(a metric at a number of labelled clips), below in {signs.count(-1)}; in {signs.count(0)} the 95 % intervals overlap."
    )


def map_sentence(drawn: EmbeddingMap) -> str:
    """How often a nearest neighbour shares its label under either model; without labels, what the axes hold."""
    parts = [
        f"the same {label} in {100 * values['base']:.0f} % under Base CLIP and {100 * values['adapted']:.0f} % under "
        f"SRL-CLIP (by chance {100 * drawn.chance[label]:.0f} %)"
        for label, values in drawn.purity.items()
    ]
    if parts:
        return f"The nearest neighbour from another clip has {'; '.join(parts)}."
    base, adapted = (100 * sum(drawn.variance[m]) for m in ("base", "adapted"))
    return f"The two axes hold {base:.0f} % of Base CLIP’s variance and {adapted:.0f} % of SRL-CLIP’s. No labels are known."


def study_sentence(study: AblationStudy, split: str, metric: str) -> str:
    """In how many comparisons an arm lies above and below the reference beyond its interval."""
    cells = [c for c in study.at(split, metric) if c.arm != study.reference]
    sign = -1 if study.difference.startswith("reference") else 1  # which of the two is subtracted, the file says
    signs = [sign * direction(c.difference) for c in cells]
    label = next((arm.label for arm in study.arms if arm.key == study.reference), study.reference)
    bases = len({c.base for c in cells})
    many = count(len(cells), "arm") if bases == 1 else f"{len(cells)} comparisons (an arm on one of {bases} bases)"
    return (
        f"Against “{label}”, {metric} on {split} is lower in {signs.count(-1)} of {many}, higher in {signs.count(1)}, and "
        f"within the 95 % interval in {signs.count(0)}."
    )


def query_sentence(curve: Timeline, described: int | None) -> str:
    """Which event each model puts first and, where it is known, whether that is the described one."""
    best = Both.of(curve.best)
    parts = [f"{NAMES[m]} puts event {best[m] + 1} first" for m in MODELS if best[m] is not None]
    text = ", ".join(parts) or "Neither model gave a result"
    if described is None:
        return f"{text}; no event is known to be the right one for this query and clip."
    right = [NAMES[m] for m in MODELS if best[m] == described]
    who = {0: "neither is right", 1: f"only {right[0] if right else ''} is right", 2: "both are right"}[len(right)]
    return f"{text}; the query describes event {described + 1}: {who}."
