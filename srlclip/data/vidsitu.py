"""VidSitu's official annotation files -> Situations, and back (SynSitu is written in the same files).

    root/split_files/vseg_split_{split}_lb.json    list of segment ids, the order of the result
    root/vseg_ann_files/vsann_{split}_lb.json      flat list, one element per annotator and segment
    root/vinfo_files/vinfo_{split}_lb.json         list with verb votes (optional)

`root` may also be the folder that holds `vidsitu_annotations/`. Fillers are kept letter by letter, because the official
metrics compare them so; prompts normalise them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from srlclip.data.roles import SCENE_KEY, parse_role_key, raw_role_key
from srlclip.situations import DataError, Event, Role, Situation

#: A split is whatever stands between "vseg_split_" and "_lb.json": train and valid in VidSitu, others in SynSitu.
_SPLIT = re.compile(r"[A-Za-z0-9-]+")


def parse_segment_id(segment: str) -> tuple[str, float, float]:
    """`v_{video id}_seg_{start}_{end}` -> (video id, start s, end s). Video ids may hold `_`, `-` and even `_seg_`."""
    head, mark, tail = segment.rpartition("_seg_")
    span = re.fullmatch(r"(\d+(?:\.\d+)?)_(\d+(?:\.\d+)?)", tail)
    if not mark or not head.startswith("v_") or len(head) < 3 or span is None:
        raise ValueError(f"segment id {segment!r} is not of the form v_{{video id}}_seg_{{start s}}_{{end s}}")
    return head[2:], float(span.group(1)), float(span.group(2))


def find_video(videos: Path, segment: str) -> Path | None:
    """`{segment}.mp4`, else the folder of frames `{segment}/`, else None."""
    for path, there in ((videos / f"{segment}.mp4", Path.is_file), (videos / segment, Path.is_dir)):
        if there(path):
            return path
    return None


def read_vidsitu(
    root: str | Path, split: str, videos: str | Path | None = None, role_names: str = "short"
) -> list[Situation]:
    """Situations of a split in the order of its split file, every annotator's events and the verb votes included.

    videos: folder of mp4 files or frame folders, `root/videos` if None or "". A clip without a video has path None.
    role_names: "short" or "raw", see srlclip.data.roles. Raises DataError naming the file and the segment.
    """
    if not _SPLIT.fullmatch(split):
        raise ValueError(f"split is {split!r}; allowed: letters, digits and hyphens")
    parse_role_key(SCENE_KEY, role_names)  # a wrong style is the caller's error, not the file's
    folder = _annotation_folder(Path(root))
    split_file = folder / "split_files" / f"vseg_split_{split}_lb.json"
    if not split_file.is_file():
        there = sorted(
            p.name[len("vseg_split_") : -len("_lb.json")] for p in split_file.parent.glob("vseg_split_*_lb.json")
        )
        raise DataError(f"no such split file; this folder has: {', '.join(there) or 'none'}", file=split_file)
    segments = _read_list(split_file)
    ann_file = folder / "vseg_ann_files" / f"vsann_{split}_lb.json"
    if not ann_file.is_file() and split.startswith("test"):
        ann_file = folder / "vseg_ann_files" / f"vsann_{split}_noann_lb.json"
    annotations = _read_annotations(ann_file, role_names)
    vinfo_file = folder / "vinfo_files" / f"vinfo_{split}_lb.json"
    votes = {} if split == "train" else _read_votes(vinfo_file)  # training segments were not voted on
    video_folder = Path(videos) if videos else Path(root) / "videos"

    out, seen = [], set()
    for segment in segments:
        if not isinstance(segment, str):
            raise DataError(f"a segment id must be text, got {segment!r}", file=split_file)
        try:
            parse_segment_id(segment)
        except ValueError as error:
            raise DataError(str(error), file=split_file, entry=segment) from None
        if segment in seen:
            raise DataError("listed twice in the split", file=split_file, entry=segment)
        seen.add(segment)
        if segment not in annotations:
            raise DataError("in the split, but without annotation", file=ann_file, entry=segment)
        sets = tuple(annotations[segment])
        if votes.get(segment) and len(votes[segment]) != len(sets[0]):
            raise DataError(
                f"verb votes for {len(votes[segment])} events, annotations for {len(sets[0])}",
                file=vinfo_file,
                entry=segment,
            )
        out.append(
            Situation(
                clip_id=segment,
                path=find_video(video_folder, segment),
                events=sets[0],
                annotations=sets,
                verb_votes=votes.get(segment, ()),
            )
        )
    return out


def _annotation_folder(root: Path) -> Path:
    for folder in (root, root / "vidsitu_annotations"):
        if (folder / "split_files").is_dir():
            return folder
    raise DataError(
        "no split_files folder here; give the unpacked vidsitu_annotations folder or the one above it", file=root
    )


def _read_list(path: Path) -> list[Any]:
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise DataError("file not found; unpack the complete VidSitu annotation archive", file=path) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"not JSON ({error})", file=path, line=getattr(error, "lineno", None)) from None
    if not isinstance(values, list):
        raise DataError(f"must hold a JSON list, got {type(values).__name__}", file=path)
    return values


def _read_annotations(path: Path, role_names: str) -> dict[str, list[tuple[Event, ...]]]:
    """Annotators' events per segment, in file order."""
    out: dict[str, list[tuple[Event, ...]]] = {}
    for number, element in enumerate(_read_list(path)):
        first = element.get("Ev1") if isinstance(element, dict) else None
        segment = first.get("vid_seg_int") if isinstance(first, dict) else None
        if not isinstance(segment, str) or not segment:
            raise DataError("no Ev1 with a vid_seg_int", file=path, entry=f"#{number}")
        count = sum(re.fullmatch(r"Ev\d+", key) is not None for key in element)
        events = []
        for k in range(1, count + 1):
            raw = element.get(f"Ev{k}")
            if not isinstance(raw, dict):
                raise DataError(f"Ev{k} of {count} events is missing or no object", file=path, entry=segment)
            try:
                events.append(_read_event(raw, role_names))
            except ValueError as error:
                raise DataError(f"Ev{k}: {error}", file=path, entry=segment) from None
        out.setdefault(segment, []).append(tuple(events))
    return out


def _read_event(raw: Mapping[str, Any], role_names: str) -> Event:
    verb_id, verb, relation = raw.get("VerbID"), raw.get("Verb"), raw.get("EvRel")
    if not isinstance(verb_id, str) or not verb_id.strip():
        raise ValueError(f"VerbID must be text such as 'talk.01', got {verb_id!r}")
    if verb is not None and not isinstance(verb, str):
        raise ValueError(f"Verb must be text, got {verb!r}")
    if relation is not None and not isinstance(relation, str):
        raise ValueError(f"EvRel must be text, got {relation!r}")
    fillers = raw.get("Args", {})
    if not isinstance(fillers, dict):
        raise ValueError(f"Args must be an object, got {fillers!r}")
    roles = []
    for raw_key in _ordered_keys(fillers, raw.get("Arg_List")):
        filler = fillers.get(raw_key, "")
        if not isinstance(filler, str):
            raise ValueError(f"the filler of {raw_key!r} must be text, got {filler!r}")
        key, name = parse_role_key(raw_key, role_names)
        roles.append(Role(key=key, name=name, filler=filler))
    lemma = verb_id.strip().rsplit(".", 1)[0]
    return Event(
        verb=(verb or "").strip() or lemma, verb_id=verb_id.strip(), roles=tuple(roles), relation=relation or None
    )


def _ordered_keys(fillers: Mapping[str, Any], positions: Any) -> list[str]:
    """Role keys by Arg_List, whose positions are strings; keys that it does not list follow in Args order."""
    if positions is None:
        return list(fillers)
    if not isinstance(positions, dict):
        raise ValueError(f"Arg_List must be an object, got {positions!r}")
    try:
        listed = sorted(positions, key=lambda key: int(positions[key]))
    except (TypeError, ValueError):
        raise ValueError(f"Arg_List positions must be whole numbers as text, got {positions!r}") from None
    return listed + [key for key in fillers if key not in positions]


def _read_votes(path: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    """VerbIDs voted for, per event and segment; empty where the file or the votes are absent."""
    if not path.is_file():
        return {}
    out = {}
    for number, info in enumerate(_read_list(path)):
        segment = info.get("vid_seg_int") if isinstance(info, dict) else None
        if not isinstance(segment, str):
            raise DataError("no vid_seg_int", file=path, entry=f"#{number}")
        votes = info.get("vbid_lst")
        if not votes:
            continue
        per_event = [votes.get(f"Ev{k}") for k in range(1, len(votes) + 1)] if isinstance(votes, dict) else [None]
        if not all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in per_event):
            raise DataError("vbid_lst must map Ev1, Ev2, ... to lists of VerbIDs", file=path, entry=segment)
        out[segment] = tuple(tuple(v) for v in per_event)
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
        for events in _sets(situation):
            elements.append(
                {f"Ev{k}": _event_out(event, situation.clip_id, video_id) for k, event in enumerate(events, 1)}
            )
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
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        draft.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
        os.replace(draft, path)


def _sets(situation: Situation) -> Iterable[tuple[Event, ...]]:
    return situation.annotations or (situation.events,)


def _event_out(event: Event, segment: str, video_id: str) -> dict[str, Any]:
    keys = [raw_role_key(role.key, role.name) for role in event.roles]
    if len(set(keys)) != len(keys):
        raise ValueError(f"{segment}: {event.verb_id} has the same role twice ({keys}); VidSitu's files cannot hold it")
    out: dict[str, Any] = {"vid_uid": video_id, "vid_seg_int": segment}
    if event.relation is not None:
        out["EvRel"] = event.relation
    out["Args"] = {key: role.filler for key, role in zip(keys, event.roles, strict=True)}
    out["Arg_List"] = {key: str(position) for position, key in enumerate(keys)}
    out["Verb"], out["VerbID"] = event.verb, event.verb_id
    return out
