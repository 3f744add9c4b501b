"""Files of text-video retrieval where every caption is a query. Each function: folder of the data and the spec's options
-> Retrieval. bank: a file of training captions, for query-bank normalisation; it may be absent. All raise DataError."""

from __future__ import annotations

import csv
from pathlib import Path

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Medium, Retrieval
from srlclip.evaluation.benchmarks.readers.grouping import caption_of, entries, grouped, listed, read_ids, with_bank
from srlclip.evaluation.benchmarks.readers.text import read_json, read_text
from srlclip.situations import DataError

Rows = list[tuple[str, str]]


def msrvtt_csv(root: Path, file: str, media: str, bank: str = "", bank_ids: str = "") -> Retrieval:
    """JSFUSION's csv: key,vid_key,video_id,sentence; query i belongs to video i. bank: MSRVTT_data.json."""
    path = root / file
    lines = read_text(path).split("\n")
    if lines[0].split(",") != ["key", "vid_key", "video_id", "sentence"]:
        raise DataError("the first line must be key,vid_key,video_id,sentence (commas)", file=path, line=1)
    rows = []
    for number, row in enumerate(csv.reader(lines[1:]), 2):
        if row:
            if len(row) != 4:
                raise DataError(f"must have 4 columns, has {len(row)}", file=path, line=number)
            rows.append((row[2], caption_of(row[3], path, row[2], number)))
    task = _in_folder(rows, root / media)
    if not (bank and (root / bank).exists() and (root / bank_ids).exists()):
        return task
    ids = [name for name in read_ids(root / bank_ids) if name != "video_id"]  # the header of MSRVTT_train.9k.csv
    return with_bank(task, listed(_msrvtt_rows(root / bank)[0], ids, root / bank))


def msrvtt_json(root: Path, file: str, media: str, split: str) -> Retrieval:
    """MSRVTT_data.json: all captions of the videos of a split (train, validate or test)."""
    path = root / file
    rows, splits = _msrvtt_rows(path)
    ids = [name for name, of in splits.items() if of == split]
    if not ids:
        raise DataError(
            f"no video is of split {split!r}; there are {', '.join(sorted(set(splits.values())))}", file=path
        )
    task = _in_folder(listed(rows, ids, path), root / media)
    return with_bank(task, [row for row in rows if splits.get(row[0]) == "train"])


def _msrvtt_rows(path: Path) -> tuple[Rows, dict[str, str]]:
    """(video, caption) rows, and video -> split."""
    data = entries(read_json(path), dict, path)
    if not {"videos", "sentences"} <= data.keys():
        raise DataError("must have videos and sentences", file=path)
    try:
        rows = [(s["video_id"], caption_of(s["caption"], path, s["video_id"])) for s in data["sentences"]]
        return rows, {video["video_id"]: video["split"] for video in data["videos"]}
    except (KeyError, TypeError) as error:
        raise DataError(
            f"a video needs video_id and split, a sentence video_id and caption ({error})", file=path
        ) from error


def msvd(root: Path, file: str, ids: str, media: str, bank_ids: str = "") -> Retrieval:
    """{id: [caption, ...]} and a list of ids. A caption may be a list of tokens, as in a conversion of raw-captions.pkl."""
    path = root / file
    rows = []
    for name, captions in entries(read_json(path), dict, path).items():
        for value in entries(captions, list, path, name):
            words = isinstance(value, list) and all(isinstance(word, str) for word in value)
            rows.append((name, caption_of(" ".join(value) if words else value, path, name)))
    task = _in_folder(listed(rows, read_ids(root / ids), path), root / media)
    if not (bank_ids and (root / bank_ids).exists()):
        return task
    return with_bank(task, listed(rows, read_ids(root / bank_ids), path))


def lsmdc(root: Path, file: str, media: str, bank: str = "") -> Retrieval:
    """Tabs, no header, six columns: clip, four times, sentence. Quotation marks belong to the text."""
    task = _in_folder(_lsmdc_rows(root / file), root / media)
    return with_bank(task, _lsmdc_rows(root / bank)) if bank and (root / bank).exists() else task


def _lsmdc_rows(path: Path) -> Rows:
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        columns = line.split("\t")
        if len(columns) != 6:
            raise DataError(f"must have 6 columns between tabs, has {len(columns)}", file=path, line=number)
        clip = columns[0].strip()
        rows.append((clip, caption_of(columns[5], path, clip, number)))
    return rows


def vatex(root: Path, file: str, ids: str, media: str, bank: str = "") -> Retrieval:
    """[{videoID, enCap: [10]}] and a list of the ids that are asked. A file of a clip's id is the clip. One of the YouTube id
    alone (all before the last two underscores) is the upload, of which the seconds that the id ends with are taken."""
    path = root / file
    folder = MediaFolder(root / media)

    def medium(name: str) -> Medium:
        clip = folder.path(name)
        if clip is not None:
            return Medium(name, clip)
        upload, *seconds = name.rsplit("_", 2)
        if len(seconds) != 2 or not all(part.isdecimal() for part in seconds):
            raise DataError("a videoID ends with _start_end in seconds", file=path, entry=name)
        return Medium(name, folder.path(upload), float(seconds[0]), float(seconds[1]))

    task = grouped(listed(_vatex_rows(path), read_ids(root / ids), path), medium)
    return with_bank(task, _vatex_rows(root / bank)) if bank and (root / bank).exists() else task


def _vatex_rows(path: Path) -> Rows:
    rows = []
    for entry in entries(read_json(path), list, path):
        if not isinstance(entry, dict) or not isinstance(entry.get("videoID"), str) or "enCap" not in entry:
            raise DataError("every entry needs videoID and enCap", file=path)
        name = entry["videoID"]
        rows += [(name, caption_of(text, path, name)) for text in entries(entry["enCap"], list, path, name)]
    return rows


def _in_folder(rows: Rows, media: Path) -> Retrieval:
    folder = MediaFolder(media)
    return grouped(rows, lambda name: Medium(name, folder.path(name)))
