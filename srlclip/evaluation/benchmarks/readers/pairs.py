"""Two media with two captions: Winoground and Vinoground. Folder and the spec's options -> Pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Pair, Pairs
from srlclip.evaluation.benchmarks.readers.gathered import Gathered
from srlclip.evaluation.benchmarks.readers.rows import Row, read_rows


def winoground(root: Path, file: str, media: str) -> Pairs:
    """Rows of id, caption_0, caption_1, image_0, image_1 (names in the media folder), collapsed_tag, secondary_tag and
    num_main_preds, the last three its groups. Raises DataError."""
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for row in read_rows(root / file):
        number = row.values.get("id", row.entry)
        images = [gathered.place(_image(row, f"image_{i}")) for i in range(2)]
        captions = (row.text("caption_0"), row.text("caption_1"))
        cases.append(Pair(str(number), (images[0], images[1]), captions, _linguistic(row)))
    return Pairs(gathered.media, tuple(cases))


def _image(row: Row, name: str) -> str:
    """A file's name, also out of the object that the Hub's viewer and `datasets` make of an image."""
    value: Any = row.values.get(name)
    if isinstance(value, dict) and isinstance(value.get("path"), str):
        return value["path"]
    return row.text(name)


def _linguistic(row: Row) -> tuple[str, ...]:
    """Winoground's own division: what is swapped, how many main predicates, and what else is special."""
    groups = [row.text("collapsed_tag")] if row.values.get("collapsed_tag") else []
    if row.values.get("num_main_preds"):
        groups.append(f"main predicates: {row.values['num_main_preds']}")
    if row.values.get("secondary_tag"):
        groups.append(row.text("secondary_tag").strip())
    return tuple(groups)


def vinoground(root: Path, file: str, media: str) -> Pairs:
    """A CSV whose second column is the major category and whose third holds the minor ones, ";" between and sometimes behind
    them; row i is of the files {i}_pos and {i}_neg. Raises DataError."""
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for i, row in enumerate(read_rows(root / file)):
        if len(row.values) < 4:
            raise row.wrong(f"{len(row.values)} columns; needed: a number, major, minor, pos_cap, neg_cap")
        _, major, minor, *_ = row.values.values()
        names = dict.fromkeys(name.strip() for name in (major, *minor.split(";")) if name.strip())
        clips = (gathered.place(f"{i}_pos"), gathered.place(f"{i}_neg"))
        cases.append(Pair(str(i), clips, (row.text("pos_cap"), row.text("neg_cap")), tuple(names)))
    return Pairs(gathered.media, tuple(cases), "video")
