"""Which verbs mean nearly the same: what another annotator may have written for the same act.

Two verbs are near-synonyms if they share
    the lemma     "speak (talk)" and "speak (a language)": two senses of one verb
    a gloss       "talk (speak)", "speak (talk)" and "chat (to talk, gossip)": each is said to be the other's act
    a class       one of VerbNet's, where the lexicon knows them (VerbEntry.classes, from PropBank's frames)

VidSitu's files name lemmas and glosses, no classes. Classes are wide: walk, run, jog and climb are all in 51.3.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from srlclip.language.lexicon import Lexicon, VerbEntry

#: What stands between two glosses of one verb: "acquire, get", "persuade / dissuade", "pick up: acquire".
_BETWEEN = re.compile(r"[,;:/]|\bor\b")
_REMARK = re.compile(r"\([^()]*\)")
_OPENING = re.compile(r"^(?:to|an?|the) (?=\S)")


@lru_cache(maxsize=16384)
def senses(verb: str) -> frozenset[str]:
    """Lemma and glosses of a verb string, in lower case: "dive (to drop (fast), plunge)" -> {"dive", "drop", "plunge"}.

    Remarks in a gloss go, and so do a first "to" or article; hyphens and underscores are spaces.
    """
    lemma, _, gloss = verb.lower().partition(" (")
    gloss = _REMARK.sub(" ", gloss.strip().removesuffix(")"))
    parts = [lemma, *_BETWEEN.split(gloss)]
    words = (" ".join(re.sub(r"[()_-]", " ", part).split()) for part in parts)
    return frozenset(_OPENING.sub("", text) for text in words) - {""}


def is_near(verb_id: str, verb: str, lexicon: Lexicon) -> Callable[[VerbEntry], bool]:
    """Asks of an entry whether it is a near-synonym of a verb, or that verb itself.

    verb: the verb string as the event has it. One that the lexicon knows under this VerbID is asked after as well,
    since labels of one's own often have a bare lemma.
    """
    known = lexicon.entries.get(verb_id)
    own = senses(verb) | (senses(known.verb) if known else frozenset())
    classes = known.classes if known else frozenset()
    return lambda entry: entry.verb_id == verb_id or bool(own & senses(entry.verb) or classes & entry.classes)


def near_verbs(verb_ids: Iterable[str], lexicon: Lexicon) -> set[str]:
    """The VerbIDs, and those of all their near-synonyms in the lexicon. Of an unknown VerbID the lemma counts."""
    out = set(verb_ids)
    for verb_id in tuple(out):
        known = lexicon.entries.get(verb_id)
        near = is_near(verb_id, known.verb if known else verb_id.partition(".")[0], lexicon)
        out |= {entry.verb_id for entry in lexicon.entries.values() if near(entry)}
    return out
