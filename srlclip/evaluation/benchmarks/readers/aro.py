"""ARO (Yüksekgönül et al. 2023): relations and attributes of Visual Genome's boxes, and the order of words of captions."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Choice, Choices
from srlclip.evaluation.benchmarks.readers.gathered import Gathered
from srlclip.evaluation.benchmarks.readers.rows import Row, read_rows
from srlclip.evaluation.benchmarks.readers.shuffles import plain, shuffled

BOX = ("bbox_x", "bbox_y", "bbox_w", "bbox_h")


def relation(root: Path, file: str, media: str, symmetric: Sequence[str], summaries: Sequence[str] = ()) -> Choices:
    """symmetric: relations that hold both ways; the macro average leaves them out, accuracy does not. Raises DataError."""
    uncounted = set(symmetric)
    rows = read_rows(root / file)
    names = [row.text("relation_name") for row in rows]
    return _boxes(root / media, rows, ["" if name in uncounted else name for name in names], summaries)


def attribution(root: Path, file: str, media: str, least: int, summaries: Sequence[str] = ()) -> Choices:
    """least: cases of a pair of attributes for the macro average to hold it. Raises DataError."""
    rows = read_rows(root / file)
    names = []
    for row in rows:
        pair = row.texts("attributes")
        if len(pair) != 2:
            raise row.wrong(f"attributes must be two texts, got {len(pair)}")
        names.append("_".join(pair))
    count = Counter(names)
    return _boxes(root / media, rows, [name if count[name] >= least else "" for name in names], summaries)


def _boxes(media: Path, rows: Sequence[Row], strata: Sequence[str], summaries: Sequence[str]) -> Choices:
    """The official options are ordered [false, true]; here each is called what it is."""
    gathered = Gathered(MediaFolder(media))
    cases = [
        Choice(
            row.entry, gathered.place(row.text("image_path"), box=_box(row)), (row.text("true_caption"),),
            (row.text("false_caption"),), "", stratum,
        )
        for row, stratum in zip(rows, strata, strict=True)
    ]  # fmt: skip
    return Choices(gathered.media, tuple(cases), summaries=tuple(summaries))


def _box(row: Row) -> tuple[int, int, int, int]:
    x, y, width, height = (int(round(row.number(name))) for name in BOX)
    if width < 1 or height < 1:
        raise row.wrong(f"the box is {width} by {height} pixels; both must be 1 or more")
    return x, y, width, height


def order(root: Path, file: str, media: str, seed: int, words: int) -> Choices:
    """Each caption of Karpathy's list against four shuffles of it, which depend on (seed, image, caption) alone.

    words: of a caption that are read. The official shuffles have no seed and another tagger, so no two runs of them agree; a shuffle
    that gives the caption back is left out, where the official code counts a tie as right. Raises DataError.
    """
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for row in read_rows(root / file):
        image = row.text("image")
        for i, caption in enumerate(row.texts("caption")):
            rng = np.random.default_rng([seed, zlib.crc32(image.encode()), i])
            true = plain(caption, words)
            wrong = dict.fromkeys(plain(text, words) for text in shuffled(caption, rng))
            negatives = tuple(text for text in wrong if text != true)
            if not negatives:
                raise row.wrong(f"caption {i} has no other order of its words; leave it out")
            cases.append(
                Choice(f"{row.entry} {i}", gathered.place(image, image, Path(image).name), (true,), negatives, "")
            )
    return Choices(gathered.media, tuple(cases))
