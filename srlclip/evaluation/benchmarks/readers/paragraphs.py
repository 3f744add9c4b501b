"""Paragraph retrieval: all sentences of a video, joined in file order, are its one query. Each function: folder of the data
and the spec's options -> Retrieval. bank: a file of training paragraphs; it may be absent. All raise DataError."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from srlclip.evaluation.benchmarks.media import MediaFolder, stem
from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.readers.grouping import caption_of, entries, grouped, read_ids, with_bank
from srlclip.evaluation.benchmarks.readers.text import read_json

Rows = list[tuple[str, str]]


def didemo(root: Path, file: str, media: str, ids: str = "", bank: str = "") -> Retrieval:
    """[{description, video}]. ids: a list of the videos that are asked, where it is there; it and the files may name them
    with or without their last extension, also the 119 descriptions' videos whose names end with a bare dot."""
    rows = _didemo_rows(root / file)
    if ids and (root / ids).exists():
        asked = {stem(name) for name in read_ids(root / ids)} | set(read_ids(root / ids))
        rows = [row for row in rows if row[0] in asked or stem(row[0]) in asked]
    folder = MediaFolder(root / media)
    task = grouped(rows, lambda name: Medium(name, folder.path(name)))
    return with_bank(task, _didemo_rows(root / bank)) if bank and (root / bank).exists() else task


def _didemo_rows(path: Path) -> Rows:
    said = []
    for position, entry in enumerate(entries(read_json(path), list, path), 1):
        entries(entry, dict, path, str(position))
        name = entries(entry.get("video"), str, path, str(position))
        said.append((name, caption_of(entry.get("description"), path, name)))
    return paragraphs(said)


def activitynet(root: Path, file: str, media: str, bank: str = "") -> Retrieval:
    """{"v_<YouTube id>": {sentences: [...]}}; a file may be called by the id with its v_ or without."""
    folder = MediaFolder(root / media)
    rows = _activitynet_rows(root / file)
    task = grouped(rows, lambda name: Medium(name, folder.path(name, name.removeprefix("v_"))))
    return with_bank(task, _activitynet_rows(root / bank)) if bank and (root / bank).exists() else task


def _activitynet_rows(path: Path) -> Rows:
    said = []
    for name, entry in entries(read_json(path), dict, path).items():
        sentences = entries(entries(entry, dict, path, name).get("sentences"), list, path, name)
        # A blank sentence stands in some copies of the files; a paragraph only must not be blank as a whole.
        text = " ".join(part.strip() for part in sentences if isinstance(part, str) and part.strip())
        said.append((name, caption_of(text, path, name)))
    return said


def paragraphs(rows: Iterable[tuple[str, str]]) -> Rows:
    """One row a video: its sentences in order, with a blank between."""
    said: dict[str, list[str]] = {}
    for name, sentence in rows:
        said.setdefault(name, []).append(sentence)
    return [(name, " ".join(sentences)) for name, sentences in said.items()]
