"""Stills with right and wrong captions: SugarCrepe and SugarCrepe++. Folder and the spec's options -> Choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Choice, Choices
from srlclip.evaluation.benchmarks.readers.gathered import Gathered
from srlclip.evaluation.benchmarks.readers.rows import read_rows


def sugarcrepe(
    root: Path,
    files: Mapping[str, str],
    media: str,
    summaries: Sequence[str] = (),
    positives: Sequence[str] = ("caption",),
) -> Choices:
    """files: group -> JSON file of rows of filename, negative_caption and the positives' fields. Raises DataError.

    A negative that reads like the positive stays: nobody can be right there, in the official tables either.
    """
    gathered = Gathered(MediaFolder(root / media))
    cases = [
        Choice(
            f"{group} {row.entry}",
            gathered.place(row.text("filename")),
            tuple(row.text(name) for name in positives),
            (row.text("negative_caption"),),
            group,
        )
        for group, file in files.items()
        if (root / file).exists()
        for row in read_rows(root / file)
    ]
    return Choices(gathered.media, tuple(cases), summaries=tuple(summaries))
