"""What may be odd about labels that can be read: warnings for `validate`, none of which stops training."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from srlclip.data.problems import Problem, remark
from srlclip.situations import Event, Situation

#: VidSitu's own limits: no filler is longer, no event has fewer votes.
MAX_FILLER_WORDS = 16
MIN_VOTES = 9


def check_labels(
    situation: Situation, file: Path, line: int | None, votes: Path | None, problems: list[Problem]
) -> None:
    """Warnings about one clip. votes: the file of its verb votes, if it has any."""
    for number, events in enumerate(situation.annotations or (situation.events,), 1):
        for k, event in enumerate(events, 1):
            who = f"annotator {number}, " if len(situation.annotations) > 1 else ""
            for message in _event(event):
                remark(problems, f"{who}event {k} ({event.verb_id}): {message}", file, line, situation.clip_id)
    for number, events in enumerate(situation.annotations[1:], 2):
        if message := _difference(situation.events, events):
            remark(problems, f"annotators 1 and {number} differ: {message}", file, line, situation.clip_id)
    few = [f"event {k} has {len(v)}" for k, v in enumerate(situation.verb_votes, 1) if len(v) < MIN_VOTES]
    if few:
        message = f"fewer than {MIN_VOTES} verb votes: {', '.join(few)}"
        remark(problems, message, votes or file, None if votes else line, situation.clip_id)


def _event(event: Event) -> Iterable[str]:
    if not event.visible_roles:
        yield "empty, no role has a filler"
    keys = Counter(role.key for role in event.roles)
    if twice := [key for key, count in keys.items() if count > 1]:
        yield f"role {twice[0]} twice"
    if keys["ALoc"] and keys["AScn"]:
        yield "location and scene together; VidSitu has either"
    for role in event.roles:
        words = len(role.filler.split())
        if words > MAX_FILLER_WORDS:
            yield f"the filler of {role.key} ({role.name}) has {words} words, more than {MAX_FILLER_WORDS}"


def _difference(first: Sequence[Event], other: Sequence[Event]) -> str:
    """How another annotator's verbs and roles differ from the first one's; "" if they agree."""
    if len(first) != len(other):
        return f"{len(first)} and {len(other)} events"
    for k, (a, b) in enumerate(zip(first, other, strict=True), 1):
        if a.verb_id != b.verb_id:
            return f"event {k} is {a.verb_id} and {b.verb_id}"
        if [(r.key, r.name) for r in a.roles] != [(r.key, r.name) for r in b.roles]:
            return f"the roles of event {k} ({a.verb_id})"
    return ""


def check_verbs(clips: Iterable[tuple[Situation, Path, int | None]], names_only: bool, problems: list[Problem]) -> None:
    """A warning per verb with more than one role list, at the clip with the rarest; VidSitu gives each verb one.

    clips: with the file and line of their labels. names_only: roles may be left out, but not be named in two ways.
    """
    lists: dict[str, Counter[str]] = defaultdict(Counter)
    first: dict[tuple[str, str], tuple[Path, int | None, str]] = {}
    for situation, file, line in clips:
        for event in (e for events in situation.annotations or (situation.events,) for e in events):
            said = [f"{role.key} {role.name}" for role in event.roles]
            for roles in sorted(set(said)) if names_only else [", ".join(said)]:
                verb = f"{event.verb_id} {roles.split(' ')[0]}" if names_only else event.verb_id
                lists[verb][roles] += 1
                first.setdefault((verb, roles), (file, line, situation.clip_id))
    for verb, counts in lists.items():
        if len(counts) > 1:
            rarest = counts.most_common()[-1][0]
            listed = "; ".join(f"{count} x {roles or 'none'}" for roles, count in counts.most_common(3))
            what = "names of one role" if names_only else "role lists"
            message = f"verb {verb.split(' ')[0]} has {len(counts)} {what}: {listed}"
            file, line, clip = first[verb, rarest]
            remark(problems, message, file, line, clip)
