"""Action recognition files. Each function: folder of the data, and the spec's options -> Actions. All raise DataError.

`prompts` is an ensemble of srlclip.evaluation.benchmarks.prompts. Files are looked up by name, never by a pattern: names of
HMDB51 hold #, brackets and exclamation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.prompts import templates
from srlclip.evaluation.benchmarks.questions import Actions, Medium
from srlclip.evaluation.benchmarks.readers.csv_rows import read_rows
from srlclip.evaluation.benchmarks.readers.text import read_json, read_text
from srlclip.situations import DataError

SPLITS = ("1", "2", "3")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Clip:
    """A line of a list. names: what its file may be called, the first one its id."""

    names: tuple[str, ...]
    label: str
    file: Path
    line: int | None = None


@dataclass(frozen=True)
class Split:
    """clips: as listed. classes: those that are told apart, whether or not a clip shows each."""

    name: str
    clips: tuple[Clip, ...]
    classes: tuple[str, ...]


def ucf101(root: Path, lists: str, media: str, split: str, prompts: str) -> Actions:
    """classInd.txt ("1 ApplyEyeMakeup") and testlist0N.txt ("ApplyEyeMakeup/v_..._g01_c01.avi"); CamelCase is spaced.

    split: 1, 2, 3, or all for the three.
    """
    names = root / lists / "classInd.txt"
    classes = {line.split()[-1]: spaced(line.split()[-1]) for _, line in _lines(names)}
    splits = []
    for number in _numbers(split):
        path = root / lists / f"testlist0{number}.txt"
        clips = []
        for at, line in _lines(path):
            file = line.split()[0]  # some copies carry the label of the training lists behind it
            folder = file.partition("/")[0]
            if folder not in classes:
                raise DataError(f"the folder {folder!r} is no class of {names.name}", file=path, line=at)
            clips.append(Clip((file, file.rpartition("/")[2]), classes[folder], path, at))
        splits.append(Split(f"split {number}", tuple(clips), tuple(classes.values())))
    return actions(root / media, splits, prompts)


def hmdb51(root: Path, lists: str, media: str, split: str, prompts: str) -> Actions:
    """CLASS_test_splitN.txt, lines "file.avi 2 ": 1 train, 2 test, 0 unused; one file a class. split: 1, 2, 3 or all."""
    splits = []
    for number in _numbers(split):
        ending = f"_test_split{number}.txt"
        files = sorted(path for path in (root / lists).iterdir() if path.name.endswith(ending))
        if not files:
            raise DataError(f"no file CLASS{ending}", file=root / lists)
        clips = [clip for path in files for clip in _hmdb_clips(path, path.name.removesuffix(ending))]
        classes = tuple(path.name.removesuffix(ending).replace("_", " ") for path in files)
        splits.append(Split(f"split {number}", tuple(clips), classes))
    return actions(root / media, splits, prompts)


def _hmdb_clips(path: Path, label: str) -> Iterator[Clip]:
    for at, line in _lines(path):
        name, _, use = line.strip().rpartition(" ")
        if use not in ("0", "1", "2") or not name:
            raise DataError(f"{line!r} is not a file and 0, 1 or 2", file=path, line=at)
        if use == "2":
            yield Clip((f"{label}/{name.strip()}", name.strip()), label.replace("_", " "), path, at)


def kinetics_csv(root: Path, file: str, media: str, prompts: str) -> Actions:
    """DeepMind's csv (label, youtube_id, time_start, time_end ...); files ID_000012_000022.mp4, or ID.mp4. The classes are
    the labels that occur."""
    path = root / file
    clips = []
    for line, row in read_rows(path, ("label", "youtube_id", "time_start", "time_end")):
        try:
            start, end = (int(float(row[name])) for name in ("time_start", "time_end"))
        except ValueError as error:
            raise DataError("time_start and time_end must be seconds", file=path, line=line) from error
        if not row["label"].strip():
            raise DataError("a row without a label; this file is a test list without labels", file=path, line=line)
        video = row["youtube_id"]
        clips.append(Clip((f"{video}_{start:06d}_{end:06d}.mp4", f"{video}.mp4"), row["label"].strip(), path, line))
    return actions(root / media, [Split("", tuple(clips), tuple(sorted({clip.label for clip in clips})))], prompts)


def vifi_clip(root: Path, lists: dict[str, str], media: str, prompts: str) -> Actions:
    """ViFi-CLIP's lists ("relative/path.mp4 12") with its label files (id,name). lists: of labels -> of clips, a split each."""
    splits = []
    for number, (labels, file) in enumerate(lists.items(), 1):
        names = _label_names(root / labels)
        path = root / file
        clips = []
        for at, line in _lines(path):
            clip, _, label = line.rpartition(" ")
            if label not in names or not clip:
                raise DataError(f"{label!r} is no id of {labels}", file=path, line=at)
            clips.append(Clip((clip, clip.rpartition("/")[2]), names[label], path, at))
        splits.append(Split(f"split {number}", tuple(clips), tuple(names.values())))
    return actions(root / media, splits, prompts)


def _label_names(path: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for line, row in read_rows(path, ("id", "name")):
        if row["id"] in names:
            raise DataError(f"the id {row['id']} stands twice", file=path, line=line)
        names[row["id"]] = row["name"].strip()
    return names


def ssv2(root: Path, labels: str, file: str, media: str, prompts: str) -> Actions:
    """Something-Something v2: labels.json {template: "12"} and validation.json, whose "template" has [something]; ID.webm."""
    named, path = read_json(root / labels), root / file
    rows = read_json(path)
    if not isinstance(named, dict) or not isinstance(rows, list):
        wrong = root / labels if not isinstance(named, dict) else path
        raise DataError('expected {template: "index"} in the labels and a list of rows in the other file', file=wrong)
    classes, clips = tuple(named), []
    for at, row in enumerate(rows, 1):
        if not isinstance(row, dict) or not {"id", "template"} <= row.keys():
            raise DataError("a row needs id and template; test.json has none", file=path, entry=f"row {at}")
        template = row["template"].replace("[", "").replace("]", "")
        if template not in classes:
            raise DataError(f"the template {template!r} is not in {labels}", file=path, entry=str(row["id"]))
        clips.append(Clip((f"{row['id']}.webm",), template, path))
    return actions(root / media, [Split("", tuple(clips), classes)], prompts)


def actions(folder: Path, splits: Iterable[Split], prompts: str) -> Actions:
    """The splits as one task. A clip that several lists name, or one twice, is embedded once and counted once a split.

    Raises DataError for a clip of two classes.
    """
    files, parts = MediaFolder(folder), list(splits)
    classes = sorted({name for split in parts for name in split.classes})
    media: dict[str, Medium] = {}
    labels: dict[str, str] = {}
    for clip in (clip for split in parts for clip in split.clips):
        key = clip.names[0]
        if labels.setdefault(key, clip.label) != clip.label:
            raise DataError(f"both {labels[key]!r} and {clip.label!r}", file=clip.file, line=clip.line, entry=key)
        if key not in media:
            media[key] = Medium(key, files.path(*clip.names))
    place = {key: i for i, key in enumerate(media)}
    class_place = {name: i for i, name in enumerate(classes)}
    held = tuple(
        (
            split.name,
            tuple(dict.fromkeys(place[clip.names[0]] for clip in split.clips)),
            tuple(sorted(class_place[name] for name in split.classes)),
        )
        for split in parts
    )
    return Actions(
        tuple(media.values()),
        tuple(class_place[labels[key]] for key in media),
        tuple(classes),
        templates(prompts),
        () if len(held) == 1 and not held[0][0] else held,
    )


def spaced(name: str) -> str:
    """ "ApplyEyeMakeup" -> "Apply Eye Makeup"."""
    return _WORD_START.sub(" ", name)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(read_text(path).split("\n"), 1) if line.strip())


def _numbers(split: str) -> tuple[str, ...]:
    if split not in (*SPLITS, "all"):
        raise ValueError(f"split is {split!r}; allowed: {', '.join(SPLITS)}, all")
    return SPLITS if split == "all" else (split,)
