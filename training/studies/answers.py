"""Answers of one model on disk: an .npz of every observation, by split and metric, with its clip."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from srlclip.evaluation.towers import Observations
from srlclip.files import replacing
from srlclip.situations import DataError


def write_answers(path: Path, answers: Mapping[str, Mapping[str, Observations]]) -> None:
    """split -> metric -> observations. Names hold no slash."""
    arrays = {}
    for split, metrics in answers.items():
        for metric, o in metrics.items():
            small = np.uint8 if o.percent else np.int32
            arrays[f"{split}/{metric}/values"] = np.asarray(o.values).astype(small)
            arrays[f"{split}/{metric}/clip"] = np.asarray(o.clip).astype(np.int32)
    with replacing(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read_answers(path: Path) -> dict[str, dict[str, Observations]]:
    """What write_answers wrote. Raises DataError for a damaged file."""
    out: dict[str, dict[str, Observations]] = {}
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                split, metric, what = name.split("/")
                if what == "values":
                    values = arrays[name]
                    clip = arrays[f"{split}/{metric}/clip"]
                    out.setdefault(split, {})[metric] = Observations(values, clip, values.dtype == np.uint8)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read ({error}); delete it and run the study again") from error
    return out
