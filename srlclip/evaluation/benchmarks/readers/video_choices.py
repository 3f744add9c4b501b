"""Videos with a right and a wrong caption: VELOCITI, VITATECS, VideoComp. Folder and the spec's options -> Choices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from srlclip.data.test_only import VELOCITI_TESTS
from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Choice, Choices
from srlclip.evaluation.benchmarks.readers.gathered import Gathered
from srlclip.evaluation.benchmarks.readers.rows import Row, read_rows

#: No video is this many seconds long; a file with such a time counts in millionths of a second.
_MICROSECONDS_ABOVE = 1e5


def velociti(root: Path, file: str, media: str, apart: Sequence[str], summaries: Sequence[str] = ()) -> Choices:
    """Rows of video_id, test_name, event, pos and neg; a test is a group. apart: tests that are no part of means. DataError."""
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for row in read_rows(root / file):
        test = row.text("test_name")
        if test not in VELOCITI_TESTS:
            raise row.wrong(f"test_name is {test!r}; allowed: {', '.join(VELOCITI_TESTS)}")
        video = row.text("video_id").split(".")[0]
        name = f"{test} {video} {row.values.get('event') or row.entry}"
        cases.append(Choice(name, gathered.place(video), (row.text("pos"),), (row.text("neg"),), test))
    return Choices(gathered.media, tuple(cases), tuple(apart), tuple(summaries))


def vitatecs(root: Path, files: Sequence[str], media: str, summaries: Sequence[str] = ()) -> Choices:
    """files: JSON Lines of src_dataset, video_name, caption, counterfactual and aspect, the group. Raises DataError."""
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for row in (row for file in files if (root / file).exists() for row in read_rows(root / file)):
        source, video = row.text("src_dataset"), row.text("video_name")
        place = gathered.place(f"{source}/{video}", f"{source}/{video}", video)
        wrong = (row.text("counterfactual"),)
        cases.append(Choice(f"{row.file.stem} {row.entry}", place, (row.text("caption"),), wrong, row.text("aspect")))
    return Choices(gathered.media, tuple(cases), summaries=tuple(summaries))


def videocomp(root: Path, file: str, media: str, summaries: Sequence[str] = ()) -> Choices:
    """Rows of key, video_id, type (the group), positive_text, negative_text and the times of the part that is shown: those of
    query_video, else of original_video, else the whole file. Raises DataError."""
    rows = read_rows(root / file)
    times = {name for row in rows for name in row.values if name.endswith(("/start_time", "/end_time"))}
    largest = max((row.number(name) for row in rows for name in times if row.values.get(name) is not None), default=0.0)
    unit = 1e-6 if largest > _MICROSECONDS_ABOVE else 1.0
    gathered = Gathered(MediaFolder(root / media))
    cases = []
    for row in rows:
        video = row.text("video_id")
        start, end = _span(row, unit)
        names = (video, f"v_{video}", video.removeprefix("v_"))
        place = gathered.place(video, *names, start=start, end=end)
        true, wrong = (row.text("positive_text"),), (row.text("negative_text"),)
        cases.append(Choice(row.text("key"), place, true, wrong, row.text("type").replace("_", " ")))
    return Choices(gathered.media, tuple(cases), summaries=tuple(summaries))


def _span(row: Row, unit: float) -> tuple[float, float | None]:
    """Seconds. Two names are misspelt in the official description, and so in files made by it."""
    for whose in (("query_video", "query_videl"), ("original_video", "orignal_video")):
        start, end = (_time(row, [f"{name}/{what}" for name in whose]) for what in ("start_time", "end_time"))
        if start is None or end is None:
            continue
        if not 0 <= start < end:
            raise row.wrong(f"{whose[0]} is from {start:g} to {end:g}; it must end after it starts")
        return start * unit, end * unit
    return 0.0, None


def _time(row: Row, names: Sequence[str]) -> float | None:
    return next((row.number(name) for name in names if row.values.get(name) is not None), None)
