"""Clips with right and wrong captions: VELOCITI, VITATECS, VideoComp."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srlclip.situations import EVENTS_PER_CLIP, SECONDS_PER_EVENT
from srlclip.synsitu import minimal_pairs
from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.benchmark_files.words import (
    in_order,
    minimal,
    predicate,
    reversed_events,
    sentence,
    shown_elsewhere,
)
from srlclip.synsitu.labels import describe
from srlclip.synsitu.minimal_pairs import Changed
from srlclip.synsitu.world import KINDS, ClipScript, EventScript

#: VITATECS' aspect -> the fact that its counterfactual changes; Sequence exchanges two events.
ASPECTS = {
    "Compositionality": "agent_patient",
    "Direction": "direction",
    "Intensity": "manner",
    "Localization": "scene",
    "Type": "verb",
}


def vitatecs(folder: Folder) -> None:
    """A file an aspect; names with an extension, of one of two sources."""
    for at, (aspect, fact) in enumerate(ASPECTS.items()):
        cases = [(pair.shown, pair.true, pair.false) for pair in minimal(folder, fact, folder.clips)]
        _vitatecs(folder, aspect, 7010 + 100 * at, cases)
    scripts = folder.scripts()
    _vitatecs(folder, "Sequence", 9000, [(s, in_order(s), in_order(reversed_events(s))) for s in scripts])


def _vitatecs(folder: Folder, aspect: str, first: int, cases: list[tuple[ClipScript, str, str]]) -> None:
    rows = []
    for i, (script, true, false) in enumerate(cases):
        source, video = (("MSRVTT", f"video{first + i}.mp4"), ("VATEX", f"-Sy_{first + i}_000001_000011.mp4"))[i % 2]
        folder.video(script, f"videos/{source}/{video}")
        rows.append(
            {"src_dataset": source, "video_name": video, "caption": true, "counterfactual": false, "aspect": aspect}
        )
    folder.json_lines(f"data/{aspect}.jsonl", rows)


def velociti(folder: Folder) -> None:
    """Clips of five events of two seconds; every test, those rows left out whose fact a clip does not have."""
    scripts, rows = folder.scripts(EVENTS_PER_CLIP), []
    for i, script in enumerate(scripts):
        name = f"v_-Syn_{i:03d}_seg_0_10"
        folder.video(script, f"videos/{name}.mp4")
        other = scripts[(i + 1) % len(scripts)]
        for test, event, true, false in _velociti(script, other, folder.dice(i)):
            # Some rows carry the extension.
            video = f"{name}.mp4" if len(rows) % 3 == 0 else name
            rows.append(
                {"video_id": video, "test_name": test, "event": event, "pos": true, "neg": false, "in_subset": i < 150}
            )
    folder.json_lines("velociti.jsonl", rows)


def _velociti(script: ClipScript, other: ClipScript, rng: np.random.Generator) -> list[tuple[str, str, str, str]]:
    """(test, event, right, wrong) of one clip. other: whose events this one does not show."""
    out = [("control", "Ev1", sentence(script), sentence(other))]
    changes = {
        "agent_random": _strangers,
        "agent_bind": _others_of_the_cast,
        "action_adv": minimal_pairs.FACTS["verb"],
        "action_manner": minimal_pairs.FACTS["manner"],
    }
    for test, change in changes.items():
        k = int(rng.integers(len(script.events)))
        options = [(s, e) for s, e in change(script, script.events[k]) if shown_elsewhere(s, e)]
        if options:
            wrong, event = options[int(rng.integers(len(options)))]
            out.append((test, f"Ev{k + 1}", sentence(script, k), sentence(replace(wrong, events=(event,)))))
    return out + _of_two_events(script)


def _of_two_events(script: ClipScript) -> list[tuple[str, str, str, str]]:
    """The tests about the first and the third event."""
    first, third = sentence(script), sentence(script, 2)
    out = [("chrono", "(Ev1, Ev3)", _before(first, third), _before(third, first))]
    one, other = script.events[0], script.events[2]
    agents = [describe(script.cast[event.agent]) for event in (one, other)]
    if agents[0] == agents[1]:
        return out
    # The first one does what the third event's agent does.
    bound = replace(other, agent=one.agent)
    if bound.patient != bound.agent and bound not in script.events:
        out.append(("action_bind", "Ev1", first, sentence(replace(script, events=(bound,)))))
    right, wrong = (f"The one who {predicate(script)} is the {agent}." for agent in agents)
    return [*out, ("coref", "(Ev1, Ev3)", right, wrong)]


def _before(first: str, second: str) -> str:
    return f"{first.rstrip('.')} before {second[0].lower()}{second[1:]}"


def _strangers(script: ClipScript, event: EventScript) -> list[Changed]:
    """The agent as a kind that is not in the clip."""
    there = {character.kind for character in script.cast}

    def played_by(kind: str) -> ClipScript:
        cast = [replace(c, kind=kind) if i == event.agent else c for i, c in enumerate(script.cast)]
        return replace(script, cast=tuple(cast))

    return [(played_by(kind), event) for kind in KINDS if kind not in there]


def _others_of_the_cast(script: ClipScript, event: EventScript) -> list[Changed]:
    """The agent as somebody else of the clip, where that is no event of it, too."""
    changed = [replace(event, agent=i) for i in range(len(script.cast)) if i not in (event.agent, event.patient)]
    return [(script, e) for e in changed if e not in script.events]


def videocomp(folder: Folder, file: str = "activitynet_comp_val.json") -> None:
    """A span of a longer video, its paragraph, and the same with two sentences exchanged."""
    rows = []
    for i, script in enumerate(folder.scripts(events=4)):
        name, step = f"v_-Syn_{i:03d}", SECONDS_PER_EVENT
        folder.video(script, f"videos/{name}.mp4")
        part = replace(script, events=script.events[1:3])
        start, end = step, 3 * step
        rows.append(
            {"key": f"{name}_{i}", "video_id": name, "type": "reorder",
             "original_video/start_time": 0.0, "original_video/end_time": 4 * step,
             "query_video/start_time": start, "query_video/end_time": end,
             "positive_text": in_order(part), "negative_text": in_order(reversed_events(part)),
             "positive_text/start_time": start, "positive_text/end_time": end,
             "question": "", "answer": ""}
        )  # fmt: skip
    folder.json(file, rows)


def videocomp_youcook2(folder: Folder) -> None:
    videocomp(folder, "youcook2_comp_val.json")
