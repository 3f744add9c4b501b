"""VidSitu's official annotation files -> Situations, and back (SynSitu is written in the same files).

    root/split_files/vseg_split_{split}_lb.json    list of segment ids, the order of the result
    root/vseg_ann_files/vsann_{split}_lb.json      flat list, one element per annotator and segment
    root/vinfo_files/vinfo_{split}_lb.json         list with verb votes (optional)

`root` may also be the folder that holds `vidsitu_annotations/`. Fillers are kept letter by letter, because the official
metrics compare them so; prompts normalise them. The official test splits come without labels: their annotation file is
`vsann_{split}_noann_lb.json`, or there is none (testvb).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.data.problems import Problem, brief, refuse, remark
from srlclip.data.roles import SCENE_KEY, parse_role_key
from srlclip.data.vidsitu_element import read_element, read_votes, segment_of, write_element
from srlclip.files import write_json
from srlclip.situations import DataError, Event, Situation

#: A split is whatever stands between "vseg_split_" and "_lb.json": train and valid in VidSitu, others in SynSitu.
_SPLIT = re.compile(r"[A-Za-z0-9-]+")
#: The official archive has no annotation file of this split.
_WITHOUT_FILE = "testvb"


def parse_segment_id(segment: str) -> tuple[str, float, float]:
    """`v_{video id}_seg_{start}_{end}` -> (video id, start s, end s). Video ids may hold `_`, `-` and even `_seg_`."""
    head, mark, tail = segment.rpartition("_seg_")
    span = re.fullmatch(r"(\d+(?:\.\d+)?)_(\d+(?:\.\d+)?)", tail)
    if not mark or not head.startswith("v_") or len(head) < 3 or span is None:
        raise ValueError(f"segment id {segment!r} is not of the form v_{{video id}}_seg_{{start s}}_{{end s}}")
    return head[2:], float(span.group(1)), float(span.group(2))


def clip_seconds(segment: str) -> float:
    """How long a clip is, by its name: in VidSitu always 10 s, so that event k covers seconds [2k, 2k + 2) of it."""
    _, start, end = parse_segment_id(segment)
    return end - start


def film_of(clip_id: str) -> str:
    """What a clip was cut from: the part of VidSitu's segment ids before the seconds; of another id the whole."""
    return clip_id.rpartition("_seg_")[0] or clip_id


def find_video(videos: Path, segment: str) -> Path | None:
    """`{segment}.mp4`, else the folder of frames `{segment}/`, else None."""
    for path, there in ((videos / f"{segment}.mp4", Path.is_file), (videos / segment, Path.is_dir)):
        if there(path):
            return path
    return None


def splits(root: str | Path) -> list[str]:
    """Names of the splits in a dataset folder, train and valid first. DataError if it is no such folder."""
    files = (annotation_folder(root) / "split_files").glob("vseg_split_*_lb.json")
    names = sorted(path.name.removeprefix("vseg_split_").removesuffix("_lb.json") for path in files)
    return sorted(names, key=lambda name: {"train": 0, "valid": 1}.get(name, 2))


def read_vidsitu(
    root: str | Path,
    split: str,
    videos: str | Path | None = None,
    role_names: str = "short",
    problems: list[Problem] | None = None,
) -> list[Situation]:
    """Situations of a split in the order of its split file, every annotator's events and the verb votes included.

    videos: folder of mp4 files or frame folders, `root/videos` if None or "". A clip without a video has path None. Its
    events share the seconds of its name, however long the file is (clip_seconds).
    role_names: "short" or "raw", see srlclip.data.roles.

    Segments without annotation are left out: `coverage(result, split_segments(root, split))` counts them and the clips
    without video. In test splits without labels every segment is kept, with no events or with empty fillers, because
    predictions go by position. An entry that is not what the format says raises DataError naming the file and the
    segment; with a list of `problems` it is skipped and noted there, like everything else that is odd.
    """
    parse_role_key(SCENE_KEY, role_names)  # a wrong style is the caller's error, not the file's
    segments = split_segments(root, split, problems)
    ann_file, labelled = annotation_file(root, split)
    annotations: dict[str, list[tuple[Event, ...]]] = {}
    broken: set[str] = set()
    if labelled or ann_file.is_file():
        annotations, broken = _read_annotations(ann_file, role_names, labelled, problems)
    listed = set(segments)
    none = labelled and bool(listed) and not broken and not listed & annotations.keys()
    if none and not any(problem.file == str(ann_file) for problem in problems or ()):
        message = f"no annotation of any of the {len(listed)} segments of split {split!r}; is it another split's file?"
        refuse(problems, DataError(message, file=ann_file))
    if strangers := [segment for segment in annotations if segment not in listed]:
        more = f" (and {len(strangers) - 1} more)" if len(strangers) > 1 else ""
        remark(problems, f"annotated but not in the split, so not read{more}", ann_file, entry=strangers[0])
    votes = {} if split == "train" else _read_votes(votes_file(root, split), problems)  # nobody voted on training clips
    video_folder = Path(videos) if videos else Path(root) / "videos"

    out = []
    for segment in segments:
        sets = tuple(annotations.get(segment, () if labelled else ((),)))
        if not sets:
            if segment not in broken and not none and problems is not None:
                refuse(problems, DataError("in the split, but without annotation", file=ann_file, entry=segment))
            continue
        voted = votes.get(segment, ())
        if voted and sets[0] and len(voted) != len(sets[0]):
            message = f"verb votes for {len(voted)} events, annotations for {len(sets[0])}"
            refuse(problems, DataError(message, file=votes_file(root, split), entry=segment))
            voted = ()
        out.append(
            Situation(
                clip_id=segment,
                path=find_video(video_folder, segment),
                events=sets[0],
                annotations=sets if sets[0] else (),
                verb_votes=voted,
                end=clip_seconds(segment),
            )
        )
    return out


def split_segments(root: str | Path, split: str, problems: list[Problem] | None = None) -> list[str]:
    """The segment ids that a split lists, each once, in order. DataError as for read_vidsitu."""
    if not _SPLIT.fullmatch(split):
        raise ValueError(f"split is {split!r}; allowed: letters, digits and hyphens")
    path = annotation_folder(root) / "split_files" / f"vseg_split_{split}_lb.json"
    if not path.is_file():
        raise DataError(f"no such split file; this folder has: {', '.join(splits(root)) or 'none'}", file=path)
    seen: dict[str, None] = {}
    for number, segment in enumerate(_read_list(path, problems)):
        try:
            if not isinstance(segment, str):
                raise ValueError(f"a segment id must be text, got {brief(segment)}")
            parse_segment_id(segment)
        except ValueError as error:
            entry = segment if isinstance(segment, str) else f"#{number}"
            refuse(problems, DataError(str(error), file=path, entry=entry))
            continue
        if segment in seen:
            remark(problems, "listed again in the split; it is read once", path, entry=segment)
        seen[segment] = None
    return list(seen)


def annotation_file(root: str | Path, split: str) -> tuple[Path, bool]:
    """(a split's annotation file, whether it holds labels). The file need not be there."""
    folder = annotation_folder(root) / "vseg_ann_files"
    path, withheld = folder / f"vsann_{split}_lb.json", folder / f"vsann_{split}_noann_lb.json"
    if not path.is_file() and (withheld.is_file() or split == _WITHOUT_FILE):
        return withheld, False
    return path, True


def votes_file(root: str | Path, split: str) -> Path:
    """A split's file of verb votes, which need not be there."""
    return annotation_folder(root) / "vinfo_files" / f"vinfo_{split}_lb.json"


def annotation_folder(root: str | Path) -> Path:
    """`root` or its `vidsitu_annotations`, whichever holds split_files. DataError if neither does."""
    for folder in (Path(root), Path(root) / "vidsitu_annotations"):
        if (folder / "split_files").is_dir():
            return folder
    message = "no split_files folder here; give the unpacked vidsitu_annotations folder or the one above it"
    raise DataError(message, file=root)


def _read_list(path: Path, problems: list[Problem] | None) -> list[Any]:
    """The JSON list in a file; nothing if it is none and somebody collects problems."""
    try:
        values = json.loads(path.read_text("utf-8-sig"))
        if isinstance(values, list):
            return values
        error = DataError(f"must hold a JSON list, got {type(values).__name__}", file=path)
    except FileNotFoundError:
        error = DataError("file not found; unpack the complete VidSitu annotation archive", file=path)
    except (ValueError, RecursionError) as reason:
        error = DataError(f"not JSON ({reason})", file=path, line=getattr(reason, "lineno", None))
    refuse(problems, error)
    return []


def _read_annotations(
    path: Path, role_names: str, labelled: bool, problems: list[Problem] | None
) -> tuple[dict[str, list[tuple[Event, ...]]], set[str]]:
    """(annotators' events per segment, in file order; segments with an element that cannot be used)."""
    out: dict[str, list[tuple[Event, ...]]] = {}
    broken = set()
    for number, element in enumerate(_read_list(path, problems)):
        segment = None
        try:
            segment = segment_of(element)
            events = read_element(element, role_names, labelled)
        except ValueError as error:
            message = str(error) if segment is None else f"element #{number}, {error}"
            refuse(problems, DataError(message, file=path, entry=segment or f"#{number}"))
            broken.add(segment)
        else:
            out.setdefault(segment, []).append(events)
    return out, broken


def _read_votes(path: Path, problems: list[Problem] | None) -> dict[str, tuple[tuple[str, ...], ...]]:
    """VerbIDs voted for, per event and segment; empty where the file or the votes are absent."""
    out: dict[str, tuple[tuple[str, ...], ...]] = {}
    for number, info in enumerate(_read_list(path, problems) if path.is_file() else ()):
        try:
            segment, votes = read_votes(info)
        except ValueError as error:
            segment = info.get("vid_seg_int") if isinstance(info, dict) else None
            refuse(problems, DataError(str(error), file=path, entry=segment or f"#{number}"))
        else:
            out[segment] = votes
    return out


def write_vidsitu(
    root: str | Path, split: str, situations: Sequence[Situation], verbs: Mapping[str, str] | None = None
) -> None:
    """Write a split in the official schema under `root`; read_vidsitu(root, split, role_names="raw") gives it back.

    Clip ids must have VidSitu's form (parse_segment_id). verbs: verb strings of VerbIDs that occur only in votes; ids
    known from the events need none, others fall back to the lemma. ValueError for an id or roles that cannot be
    written.
    """
    if not _SPLIT.fullmatch(split):
        raise ValueError(f"split is {split!r}; allowed: letters, digits and hyphens")
    names = {e.verb_id: e.verb for s in situations for events in _sets(s) for e in events} | dict(verbs or {})
    elements, infos = [], []
    for situation in situations:
        video_id, start, end = parse_segment_id(situation.clip_id)
        for events in filter(None, _sets(situation)):
            elements.append(write_element(events, situation.clip_id, video_id))
        info: dict[str, Any] = {"vid_uid": video_id, "vid_seg_int": situation.clip_id, "start": start, "end": end}
        if situation.verb_votes:
            keyed = {f"Ev{k}": list(votes) for k, votes in enumerate(situation.verb_votes, 1)}
            info["vb_to_use"] = {f"Ev{k}": event.verb for k, event in enumerate(situation.events, 1)}
            info["vb_lst"] = {ev: [names.get(v, v.rsplit(".", 1)[0]) for v in votes] for ev, votes in keyed.items()}
            info["vbid_lst"] = keyed
        infos.append(info)
    for folder, name, values in (
        ("split_files", f"vseg_split_{split}_lb.json", [s.clip_id for s in situations]),
        ("vseg_ann_files", f"vsann_{split}_lb.json", elements),
        ("vinfo_files", f"vinfo_{split}_lb.json", infos),
    ):
        path = Path(root) / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, values, indent=None, end="", ensure_ascii=False)


def _sets(situation: Situation) -> Iterable[tuple[Event, ...]]:
    return situation.annotations or (situation.events,)
