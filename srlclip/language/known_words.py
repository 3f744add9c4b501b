"""Which words of a free query a lexicon knows, which it does not, and what those may have been meant to be."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from srlclip.language.english import DETERMINERS, PREPOSITIONS, PRONOUNS, word_set
from srlclip.language.lexicon import Lexicon
from srlclip.language.query_facts import verb_words

#: Words that say nothing of what happens; a lexicon is not asked for them.
_SMALL = (
    DETERMINERS | PREPOSITIONS | PRONOUNS | word_set("and or while then who that which is are was were be being been")
)
#: How alike a word and its correction are at least (difflib's ratio, 0 to 1); shorter words are too like each other.
NEAR, SHORTEST = 0.8, 4


@dataclass(frozen=True)
class QueryWords:
    """The content words of a query in lower case, each once, in its order. unknown: (word, a near word of the lexicon or "")."""

    known: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


#: Of what is no free query.
NO_WORDS = QueryWords()


def query_words(query: str, lexicon: Lexicon) -> QueryWords:
    """The words of a query, sorted by whether a verb's forms or a filler of the lexicon has them. Never raises."""
    words = dict.fromkeys(re.findall(r"\w+(?:['’\-]\w+)*", query.lower()))
    content = [word for word in words if word not in _SMALL]
    there = _vocabulary(lexicon)
    unknown = tuple((word, _near(word, lexicon)) for word in content if word not in there)
    return QueryWords(tuple(word for word in content if word in there), unknown)


@lru_cache(maxsize=1024)
def _near(word: str, lexicon: Lexicon) -> str:
    """The word of the lexicon that is nearest in letters, where one is near enough to be a slip."""
    if len(word) < SHORTEST:
        return ""
    there = sorted(known for known in _vocabulary(lexicon) if len(known) >= SHORTEST)
    return next(iter(difflib.get_close_matches(word[:40], there, 1, NEAR)), "")


@lru_cache(maxsize=8)
def _vocabulary(lexicon: Lexicon) -> frozenset[str]:
    return lexicon.words | verb_words(lexicon)
