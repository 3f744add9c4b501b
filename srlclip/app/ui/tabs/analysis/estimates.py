"""Numbers of results files as rows of estimates: the pair's metrics, the captioners' scores, ablation studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from srlclip.results import MODELS

#: A value and, where it was measured, its 95 % interval.
Estimate = tuple[float, float | None, float | None]
_ALIASES = {"srl_clip": "adapted", "srlclip": "adapted", "srl-clip": "adapted", "clip": "base"}


@dataclass(frozen=True)
class MetricRow:
    """One measured metric. group: the table it belongs to. values: per model (and control), in the file's own unit."""

    group: str
    name: str
    values: Mapping[str, Estimate]


def estimate(value: object) -> Estimate | None:
    """A number, [value, low, high], or a mapping with "value" or "mean" and "low"/"high" or "ci"; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value), None, None
    if isinstance(value, (list, tuple)) and len(value) == 3 and all(isinstance(v, (int, float)) for v in value):
        return float(value[0]), float(value[1]), float(value[2])
    if isinstance(value, Mapping):
        middle = next((value[k] for k in ("value", "mean", "estimate") if isinstance(value.get(k), (int, float))), None)
        if middle is None:
            return None
        interval = next((value[k] for k in ("ci", "ci95", "interval") if isinstance(value.get(k), (list, tuple))), None)
        low = next((value[k] for k in ("low", "lo", "ci_low") if k in value), interval[0] if interval else None)
        high = next((value[k] for k in ("high", "hi", "ci_high") if k in value), interval[1] if interval else None)
        return float(middle), low, high
    return None


def metric_rows(results: Mapping | None) -> tuple[MetricRow, ...]:
    """Every mapping in the results that holds an estimate for "base" and one for "adapted", in file order.

    Further keys with estimates (controls) become further columns. The path to the mapping names the row.
    """

    def walk(node: object, path: tuple[str, ...]) -> Iterator[MetricRow]:
        if isinstance(node, Mapping):
            estimates = {_ALIASES.get(str(k).lower(), str(k)): estimate(v) for k, v in node.items()}
            values = {k: v for k, v in estimates.items() if v is not None}
            if path and all(model in values for model in MODELS):
                yield MetricRow(" · ".join(path[:-1]), path[-1].replace("_", " "), values)
                return
            for key, value in node.items():
                yield from walk(value, (*path, str(key)))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                name = value.get("metric") or value.get("name") if isinstance(value, Mapping) else None
                yield from walk(value, (*path, str(name or index + 1)))

    return tuple(walk(results or {}, ()))


def sources(results: Mapping | None) -> tuple[tuple[str, str], ...]:
    """What the results file says about itself: its models, and its top-level plain values (n, date, commit, seed ...)."""
    top = dict(results or {})
    for key in ("meta", "source", "about"):
        if isinstance(top.get(key), Mapping):
            top.update(top[key])
    plain = [(k, v) for k, v in top.items() if isinstance(v, (str, int, float)) and not isinstance(v, bool)]
    if isinstance(top.get("models"), Mapping):
        plain.insert(0, ("models", ", ".join(f"{name} = {model}" for name, model in top["models"].items())))
    return tuple((str(k).replace("_", " "), str(v)) for k, v in plain)


#: Columns of the captioners' table that are the pair itself: trained heads on the features of either model.
_HEADS = {"head base": "base", "head adapted": "adapted"}


def _renamed(column: str) -> str:
    return " - ".join(_HEADS.get(part, part) for part in column.split(" - "))


def captioner_rows(results: Mapping | None) -> tuple[MetricRow, ...]:
    """Rows of training/captioner_results.py's file: its main table, then one group per way to get the roles, then the
    heads that were trained on clips unknown to the adapter."""
    file = results or {}
    groups = {f"Trained heads, {file.get('roles', 'annotated roles')}": file.get("table")}
    groups |= {f"Trained heads, {name}": table for name, table in (file.get("modes") or {}).items()}
    groups["Heads trained on clips that the adapter never saw"] = file.get("unseen_clips")
    rows = []
    for group, table in groups.items():
        for metric, columns in (table or {}).items():
            values = {_renamed(str(k)): e for k, v in columns.items() if (e := estimate(v)) is not None}
            if all(model in values for model in MODELS):
                rows.append(MetricRow(group, str(metric), values))
    return tuple(rows)


def seed_rows(results: Mapping | None) -> tuple[tuple[str, str, tuple[float, ...]], ...]:
    """(metric, arm, one value per training seed) of the captioners' file."""
    return tuple(
        (str(metric), str(arm), tuple(float(v) for v in values))
        for metric, arms in ((results or {}).get("per_seed") or {}).items()
        for arm, values in arms.items()
        if isinstance(values, list)
    )


@dataclass(frozen=True)
class StudyArm:
    """One arm of an ablation. paper: what the paper reports for it, "" if nothing."""

    key: str
    label: str
    paper: str


@dataclass(frozen=True)
class StudyCell:
    """One number of a study. difference: against the reference arm (None for that arm itself)."""

    base: str
    split: str
    metric: str
    arm: str
    value: Estimate
    n: int
    seeds: int
    difference: Estimate | None


@dataclass(frozen=True)
class AblationStudy:
    """A study's file: its question, arms from top to bottom, the arm that differences are against, every number."""

    name: str
    question: str
    arms: tuple[StudyArm, ...]
    reference: str
    difference: str
    cells: tuple[StudyCell, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.split for cell in self.cells))

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.metric for cell in self.cells))

    def at(self, split: str, metric: str) -> tuple[StudyCell, ...]:
        return tuple(cell for cell in self.cells if cell.split == split and cell.metric == metric)


def read_study(results: Mapping) -> AblationStudy:
    """A file of training/ablate.py. Raises ValueError if it has no tables that can be read."""
    cells = []
    for base, splits in (results.get("tables") or {}).items():
        for split, metrics in splits.items():
            for metric, arms in metrics.items():
                for arm, cell in arms.items():
                    value = estimate(cell)
                    if value is None:
                        continue
                    seeds, n = len(cell.get("seeds") or ()), int(cell.get("n") or 0)
                    apart = estimate(cell.get("difference"))
                    cells.append(StudyCell(str(base), str(split), str(metric), str(arm), value, n, seeds, apart))
    if not cells:
        raise ValueError(f"the study {str(results.get('study', ''))[:80]!r} has no numbers yet; run training.ablate")
    arms = tuple(
        StudyArm(str(a["name"]), str(a.get("label") or a["name"]), str(a.get("paper") or ""))
        for a in results.get("arms") or ()
    )
    known = {arm.key for arm in arms}
    arms += tuple(StudyArm(key, key, "") for key in dict.fromkeys(c.arm for c in cells) if key not in known)
    texts = {key: str(results.get(key) or "") for key in ("study", "question", "reference", "difference")}
    return AblationStudy(texts["study"], texts["question"], arms, texts["reference"], texts["difference"], tuple(cells))
