"""Read a whole dataset and say what is wrong with it, by file, line and id: the logic of `python -m srlclip validate`.

Errors are entries that cannot be used; warnings can be trained on, but are worth a look. The folder shows what it
holds: VidSitu's files, JSON Lines (*.jsonl), or else a plain folder of videos.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from srlclip.data import vidsitu
from srlclip.data.folder import VIDEO_SUFFIXES
from srlclip.data.jsonl import read_lines
from srlclip.data.label_checks import check_labels, check_verbs
from srlclip.data.problems import Coverage, Problem, coverage, refuse, remark
from srlclip.data.test_only import refuse_test_only
from srlclip.data.video_checks import check_files, decode_all
from srlclip.situations import DataError, Situation

VIDEO_CHECKS = ("none", "exists", "decode")


@dataclass(frozen=True)
class Source:
    """A clip and where its labels stand. file, line: of the labels. votes: the file of its verb votes.

    video: where its video should be, whether or not it is there. seconds: its length by its name, or None.
    """

    situation: Situation
    file: Path
    line: int | None = None
    votes: Path | None = None
    video: Path | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class SplitFacts:
    """What was read of one split or file. roles: role slots; empty, dashes: slots whose filler is "" or "-".

    annotators: (fewest, most) annotations of a labelled clip. unlabelled: a test split whose labels are withheld.
    """

    name: str
    coverage: Coverage
    events: int
    verbs: int
    roles: int
    empty: int
    dashes: int
    annotators: tuple[int, int]
    unlabelled: bool

    def __str__(self) -> str:
        if self.unlabelled:
            there = self.coverage.listed - self.coverage.without_video
            return f"{self.name}: {self.coverage.listed:,} clips without labels, {there:,} with video"
        low, high = self.annotators
        by = f"{low}" if low == high else f"{low} to {high}"
        return (
            f"{self.name}: {self.coverage}; {self.events:,} events, {self.verbs:,} verbs, {self.roles:,} roles "
            f'({self.empty:,} empty, {self.dashes:,} "-"), annotators per clip: {by}'
        )


@dataclass(frozen=True)
class Report:
    """kind: "vidsitu", "jsonl" or "videos". problems: in the order found, errors and warnings."""

    root: str
    kind: str
    splits: tuple[SplitFacts, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        return sum(problem.level == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors


def validate(
    root: str | Path,
    videos: str | Path | None = None,
    splits: Sequence[str] = (),
    role_names: str = "short",
    videos_check: str = "exists",
    workers: int = 1,
) -> Report:
    """Read everything under `root` (or one .jsonl file) and check it.

    videos: folder of the videos, as for the readers. splits: names of splits, or of .jsonl files without the suffix;
    none means all. videos_check: "none", "exists" (there and not empty) or "decode" (the frames that training reads),
    in `workers` processes. DataError or ValueError only if there is nothing to check: no such folder or split, or a test
    set (srlclip.data.test_only).
    """
    root = Path(root)
    if videos_check not in VIDEO_CHECKS:
        raise ValueError(f"videos_check is {videos_check!r}; allowed: {', '.join(VIDEO_CHECKS)}")
    if not root.is_dir() and not (root.suffix == ".jsonl" and root.is_file()):
        raise DataError("no such folder; give a dataset's folder or a .jsonl file", file=root)
    if videos and not Path(videos).is_dir():
        raise DataError("no such folder of videos", file=videos)
    refuse_test_only(root)
    problems: list[Problem] = []
    kind, groups = _read(root, videos, splits, role_names, problems)
    every = [source for _, sources, _, _ in groups for source in sources]
    where: dict[str, str] = {}
    for name, sources, _, _ in groups:
        for source in sources:
            clip = source.situation.clip_id
            if where.setdefault(clip, name) != name:
                remark(problems, f"also in {where[clip]}", source.file, source.line, clip)
    for source in every:
        check_labels(source.situation, source.file, source.line, source.votes, problems)
    check_verbs([(s.situation, s.file, s.line) for s in every], kind == "jsonl", problems)
    if videos_check != "none":
        whole = check_files(every, problems)
        if videos_check == "decode":
            decode_all(whole, workers, problems)
    facts = tuple(_facts(name, sources, listed, labelled) for name, sources, listed, labelled in groups)
    return Report(str(root), kind, facts, tuple(problems))


#: Name of a split or file, its clips, the ids it lists, whether it should have labels.
Group = tuple[str, list[Source], list[str], bool]


def _read(
    root: Path, videos: str | Path | None, splits: Sequence[str], role_names: str, problems: list[Problem]
) -> tuple[str, list[Group]]:
    if (root / "split_files").is_dir() or (root / "vidsitu_annotations" / "split_files").is_dir():
        names = list(dict.fromkeys(splits)) or vidsitu.splits(root)
        if not names:
            raise DataError("no vseg_split_*_lb.json here", file=vidsitu.annotation_folder(root) / "split_files")
        return "vidsitu", [_vidsitu(root, name, videos, role_names, problems) for name in names]
    files = [root] if root.is_file() else sorted(root.glob("*.jsonl"))
    if files:
        unknown = sorted(set(splits) - {path.stem for path in files})
        if unknown:
            raise DataError(f"no {unknown[0]}.jsonl; there is: {', '.join(path.name for path in files)}", file=root)
        chosen = [path for path in files if not splits or path.stem in splits]
        return "jsonl", [_jsonl(path, videos, problems) for path in chosen]
    if splits:
        raise ValueError(f"--split {splits[0]}: {root} holds neither VidSitu's files nor *.jsonl, so it has no splits")
    paths = sorted(
        p for p in root.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES and p.is_file() and not p.name.startswith(".")
    )
    if not paths:
        raise DataError(f"no dataset here: no split_files, no *.jsonl, no {', '.join(VIDEO_SUFFIXES)}", file=root)
    clips: dict[str, Source] = {}
    for path in paths:
        clip = str(path.relative_to(root).with_suffix(""))
        if clip in clips:
            refuse(problems, DataError("a second video with this name; rename one", file=path, entry=clip))
        clips.setdefault(clip, Source(Situation(clip, path, ()), path, video=path))
    return "videos", [("videos", list(clips.values()), list(clips), False)]


def _vidsitu(root: Path, name: str, videos: str | Path | None, role_names: str, problems: list[Problem]) -> Group:
    listed = vidsitu.split_segments(root, name, [])
    situations = vidsitu.read_vidsitu(root, name, videos, role_names, problems)
    file, labelled = vidsitu.annotation_file(root, name)
    votes = vidsitu.votes_file(root, name)
    folder = Path(videos) if videos else root / "videos"
    sources = []
    for situation in situations:
        video = situation.path or folder / f"{situation.clip_id}.mp4"
        sources.append(Source(situation, file, None, votes, video, vidsitu.clip_seconds(situation.clip_id)))
    return name, sources, listed, labelled


def _jsonl(path: Path, videos: str | Path | None, problems: list[Problem]) -> Group:
    before = len(problems)
    lines = list(read_lines(path, videos, problems))
    if not lines and len(problems) == before:
        refuse(problems, DataError("no clips in this file", file=path))
    lost = len(problems) - before
    sources = [Source(line.situation, path, line.number, None, line.video) for line in lines]
    # lines that cannot be read have no id that could be relied on; they count as clips without annotation
    listed = [line.situation.clip_id for line in lines] + [f"line {i}" for i in range(lost)]
    return path.name, sources, listed, True


def _facts(name: str, sources: Iterable[Source], listed: Sequence[str], labelled: bool) -> SplitFacts:
    situations = [source.situation for source in sources]
    sets = [events for s in situations for events in (s.annotations or (s.events,)) if events]
    fillers = Counter(role.filler.strip() for events in sets for event in events for role in event.roles)
    annotators = [len(s.annotations or (s.events,)) for s in situations if s.events] or [0]
    share = coverage(situations, listed)
    if not labelled:
        lost = sum(s.path is None for s in situations)
        share = Coverage(share.listed, 0, share.listed - lost, lost)
    return SplitFacts(
        name=name,
        coverage=share,
        events=sum(len(s.events) for s in situations),
        verbs=len({event.verb_id for events in sets for event in events}),
        roles=fillers.total(),
        empty=fillers[""],
        dashes=fillers["-"],
        annotators=(min(annotators), max(annotators)),
        unlabelled=not labelled,
    )


def lines(report: Report, limit: int = 0) -> Iterator[str]:
    """The report as text: every problem (the first `limit`, 0 for all), then the summary."""
    shown = report.problems[: limit or None]
    yield from map(str, shown)
    if len(shown) < len(report.problems):
        yield f"... and {len(report.problems) - len(shown):,} more (--limit 0 prints all)"
    names = {"vidsitu": "VidSitu files", "jsonl": "JSON Lines", "videos": "a folder of videos"}
    yield f"{report.root}: {names[report.kind]}"
    yield from (f"  {facts}" for facts in report.splits)
    counts = {"error": report.errors, "warning": report.warnings}
    yield ", ".join(f"{count:,} {level}{'' if count == 1 else 's'}" for level, count in counts.items())
