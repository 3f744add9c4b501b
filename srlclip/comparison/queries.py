"""Queries that a gallery offers: examples chosen without looking at results, and the stories of the guided tour."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from srlclip.language.facts import Facts, event_facts
from srlclip.language.lexicon import Lexicon
from srlclip.language.query_facts import query_facts
from srlclip.results import Example, Story
from srlclip.situations import Caption, Event, Situation

FILE, STORIES = "examples.json", "stories.json"
#: What a story is chosen as: which model ranks its clip higher.
OUTCOMES = ("win", "tie", "loss")


def outcome(base_rank: int, adapted_rank: int) -> str:
    """One of OUTCOMES, from SRL-CLIP's side, by the rank of the described clip."""
    return OUTCOMES[1 + (adapted_rank > base_rank) - (adapted_rank < base_rank)]


def find_examples(
    folder: Path,
    situations: Sequence[Situation],
    present: Container[str],
    true: Callable[[str, int], Caption],
) -> tuple[Example, ...]:
    """Queries that describe one event of a gallery clip: the folder's own, else spread over the labelled clips by place.

    The bundled gallery has its own, drawn by the rule of srlclip.synsitu.gallery_queries: no score enters the choice of
    any example. A gallery without labels has none: what is in it nobody knows. present: clip ids of the gallery.
    """
    stored = folder / FILE
    if stored.is_file():
        rows = json.loads(stored.read_text("utf-8"))
        examples = tuple(
            Example(r["query"], r["target"], r["event_index"], bool(r.get("complete")))
            for r in rows
            if r["target"] in present
        )
        if examples:
            return examples
    labelled = [s for s in situations if s.events]
    picks = labelled[:: max(1, len(labelled) // 8)][:8]
    chosen = [(s.clip_id, i % len(s.events)) for i, s in enumerate(picks)]
    return tuple(Example(true(clip, event).text, clip, event, True) for clip, event in chosen)


def asked_facts(
    query: str, offered: Sequence[Example | Story], event_of: Callable[[str, int], Event], lexicon: Lexicon
) -> Facts:
    """What a query asks for: the labels of the event that it is known to tell completely, else what the lexicon reads of it.

    offered: examples and stories; a story is the sentence of its event. event_of: a clip's labelled event.
    """
    for each in offered:
        tells_all = isinstance(each, Story) or each.complete
        if tells_all and each.query == query and each.target is not None and each.event_index is not None:
            return event_facts(event_of(each.target, each.event_index))
    return query_facts(query, lexicon)


def find_stories(folder: Path, present: Container[str]) -> tuple[Story, ...]:
    """The folder's stories whose clip is in the gallery, in the order win, tie, loss. What they measured stays in the file."""
    stored = folder / STORIES
    if not stored.is_file():
        return ()
    rows = json.loads(stored.read_text("utf-8"))["stories"]
    stories = [Story(r["outcome"], r["query"], r["target"], r["event_index"]) for r in rows if r["target"] in present]
    return tuple(sorted(stories, key=lambda story: OUTCOMES.index(story.outcome)))
