"""Clips whose order in time is known. Each function: folder of the data, and the spec's options -> Orders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from srlclip.evaluation.benchmarks.event_questions import Ordered, Orders
from srlclip.evaluation.benchmarks.media import MediaFolder
from srlclip.evaluation.benchmarks.questions import Medium, Pair, Pairs
from srlclip.evaluation.benchmarks.readers.csv_rows import read_rows
from srlclip.evaluation.benchmarks.readers.labelled import events_medium, labelled_clips
from srlclip.language import prompts
from srlclip.language.english import normalise
from srlclip.situations import DataError


def labelled(root: Path, split: str = "", events: int = 2) -> Orders:
    """Every run of `events` neighbouring events of a labelled folder's clips whose sentences differ: "A, then B" against
    the sentences in reversed order. Raises DataError; ValueError for fewer than two events."""
    if events < 2:
        raise ValueError(f"events is {events}; an order takes 2 or more")
    situations, _ = labelled_clips(root, split)
    media: list[Medium] = []
    cases: list[Ordered] = []
    for situation in situations:
        sentences = [prompts.caption(event, "natural").text for event in situation.events]
        for first in range(len(sentences) - events + 1):
            part = sentences[first : first + events]
            if len({normalise(text) for text in part}) < events:
                continue
            both = [events_medium(situation, first, events, backwards) for backwards in (False, True)]
            at = len(media)
            cases.append(Ordered(both[0].id, at, at + 1, in_order(part), in_order(part[::-1])))
            media += both
    if not cases:
        raise DataError(f"no clip has {events} neighbouring events with different labels", file=root)
    return Orders(tuple(media), tuple(cases))


def in_order(sentences: list[str]) -> str:
    """ "A man walks." and "A woman runs." -> "A man walks, then a woman runs."."""
    first, *rest = (text.rstrip().removesuffix(".") for text in sentences)
    return ", then ".join([first, *(text[:1].lower() + text[1:] for text in rest)]) + "."


def vinoground(root: Path, file: str, media: str) -> Orders:
    """vinoground.csv: row i is the caption (pos_cap) of i_pos.mp4 and that (neg_cap) of i_neg.mp4, the same words in another
    order; its second column is the category. Each clip is a case. Raises DataError."""
    folder = MediaFolder(root / media)
    files: list[Medium] = []
    cases: list[Pair] = []
    for number, (_, row) in enumerate(read_rows(root / file, ("pos_cap", "neg_cap"))):
        files += [Medium(name, folder.path(name)) for name in (f"{number}_pos.mp4", f"{number}_neg.mp4")]
        captions = (row["pos_cap"].strip(), row["neg_cap"].strip())
        cases.append(Pair(str(number), (2 * number, 2 * number + 1), captions, (list(row.values())[1].strip(),)))
    return of_pairs(Pairs(tuple(files), tuple(cases)))


def of_pairs(pairs: Pairs) -> Orders:
    """Each clip of a pair, forwards and reversed, with its own caption and the other's. The pair's first group is kept."""
    media: list[Medium] = []
    cases: list[Ordered] = []
    for pair in pairs.cases:
        for place, (own, other) in zip(pair.media, (pair.captions, pair.captions[::-1]), strict=True):
            clip = pairs.media[place]
            at = len(media)
            media += [clip, replace(clip, id=f"{clip.id}, backwards", backwards=True)]
            cases.append(Ordered(clip.id, at, at + 1, own, other, pair.groups[0] if pair.groups else ""))
    return Orders(tuple(media), tuple(cases))
