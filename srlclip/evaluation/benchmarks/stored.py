"""A results file of a benchmark, read back into what its tables are made of. Foreign files are refused in one sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from srlclip.evaluation.benchmarks.outcome import Result
from srlclip.evaluation.benchmarks.report import Measured
from srlclip.evaluation.benchmarks.settings import RunSettings
from srlclip.evaluation.benchmarks.spec import Spec, spec_from
from srlclip.results import MODELS, PairInfo
from srlclip.situations import DataError

_TEXTS = ("title", "task", "main", "protocol", "licence", "homepage")


def read_document(document: Mapping[str, Any], info: PairInfo, fingerprints: Mapping[str, str], file: str) -> Measured:
    """What `report.document` wrote, but for the cases. info, fingerprints: of the models that are shown.

    Raises DataError that names `file` for anything else, for predictions that were scored without a model, and for other
    models than those that are shown.
    """
    if "models" not in document and "files" in document:
        raise DataError("scores files of predictions, not this pair of models; read it as it is", file=file)
    try:
        spec, result = _spec(document), _result(document)
        models, made = document["models"], dict(document["provenance"])
        ids = {model: (str(models[model]["id"]), str(models[model]["fingerprint"])) for model in MODELS}
        _check_count(document["seed"], "seed")
        settings = RunSettings(seed=document["seed"])
        made = {name: str(made[name]) for name in ("commit", "date")} | {"argv": [str(word) for word in made["argv"]]}
        trained_on, drawn_world = str(models["trained_on"]), bool(models["synthetic"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise DataError(f"is no results file of a benchmark ({why}); measure again", file=file) from error
    others = [f"{model} {ids[model][0]}" for model in MODELS if ids[model][1] != fingerprints[model]]
    if others:
        raise DataError(
            f"was measured with other weights than those shown here ({', '.join(others)}); measure again with these",
            file=file,
        )
    theirs = replace(info, base_id=ids["base"][0], adapter_id=ids["adapted"][0], trained_on=trained_on)
    return Measured(spec, result, replace(theirs, is_synthetic=drawn_world), dict(fingerprints), settings, made)


def _spec(document: Mapping[str, Any]) -> Spec:
    spec = spec_from(dict(document["spec"]))
    for name in _TEXTS:
        if not isinstance(getattr(spec, name), str):
            raise ValueError(f"spec.{name} is no text")
    return spec


def _result(document: Mapping[str, Any]) -> Result:
    values = {f.name: document[f.name] for f in fields(Result) if f.name in document and f.name != "rows"}
    for name in ("present", "media", "frames", "truncated"):
        _check_count(values[name], name)
    for name, part in (("table", values["table"]), *values.get("tables", {}).items()):
        _check_table(part, str(name))
    if not values["table"]:
        raise ValueError("its table is empty")
    for metric, cell in values.get("control", {}).items():
        _check_cell(cell, f"control, {metric}")
    for metric, value in values.get("chance", {}).items():
        _check_number(value, f"chance, {metric}")
    for name, models in values.get("numbers", {}).items():
        for model, value in models.items():
            _check_number(value, f"{name}, {model}")
    for name in ("counts", "synthetic"):
        if not isinstance(values.get(name), Mapping | None):
            raise ValueError(f"{name} is no object")
    failures = tuple((str(name), str(why)) for name, why in values.get("failures", ()))
    return Result(**{**values, "failures": failures, "percent": tuple(map(str, values.get("percent", ())))})


def _check_table(table: Any, where: str) -> None:
    for metric, cells in table.items():
        if not {*MODELS, "adapted - base"} <= set(cells):
            raise ValueError(f"{where}, {metric}: not both models and their difference")
        for name, cell in cells.items():
            if name != "reason":
                _check_cell(cell, f"{where}, {metric}, {name}")
            elif not isinstance(cell, str):
                raise ValueError(f"{where}, {metric}: the reason is no text")


def _check_cell(cell: Any, where: str) -> None:
    """{"mean", "ci", "n"}; mean and interval are None where nothing was observed."""
    if cell["mean"] is None:
        return
    low, high = cell["ci"]
    for value in (cell["mean"], low, high):
        _check_number(value, where)


def _check_number(value: Any, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{where}: {str(value)[:40]!r} is no number")


def _check_count(value: Any, where: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where} is no count")
