"""A caption with its words in other orders, as ARO's two order sets ask for: four shuffles by a random generator.

Parts of speech are those of textblob's tagger, whose data come with its package (`pip install textblob`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

#: Words with their hyphens and apostrophes; any other sign is a word of its own.
_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_SIGNS = re.compile(r"[.!\"()*#:;~]")
NOUN, ADJECTIVE = "NN", "JJ"


def plain(caption: str, words: int) -> str:
    """Lower case, without the signs that ARO drops, the first `words` words."""
    return " ".join(_SIGNS.sub(" ", caption.lower()).split()[:words])


def shuffled(caption: str, rng: np.random.Generator) -> list[str]:
    """Nouns among nouns and adjectives among adjectives; everything but these; within each three words; threes of words."""
    tokens = _TOKEN.findall(caption)
    tags = tags_of(tokens)
    nouns, adjectives = ([i for i, tag in enumerate(tags) if tag.startswith(kind)] for kind in (NOUN, ADJECTIVE))
    others = sorted(set(range(len(tokens))) - {*nouns, *adjectives})
    threes = [list(range(i, min(i + 3, len(tokens)))) for i in range(0, len(tokens), 3)]
    orders = (
        _exchanged(len(tokens), (nouns, adjectives), rng),
        _exchanged(len(tokens), (others,), rng),
        _exchanged(len(tokens), threes, rng),
        [place for three in rng.permutation(len(threes)) for place in threes[three]],
    )
    return [" ".join(tokens[place] for place in order) for order in orders]


def _exchanged(count: int, sets: Iterable[Sequence[int]], rng: np.random.Generator) -> list[int]:
    """The places 0 to count - 1, those of each set in a random order among themselves."""
    order = list(range(count))
    for places in sets:
        for to, of in zip(places, rng.permutation(len(places)), strict=True):
            order[to] = places[of]
    return order


def tags_of(tokens: Sequence[str]) -> list[str]:
    """The Penn Treebank tag of each token. Raises ValueError where the tagger is not installed."""
    try:
        from textblob.en import tag
    except ImportError as error:
        raise ValueError("ARO's shuffles need a part-of-speech tagger: pip install textblob") from error
    # The tagger splits at white space alone, and a token holds none.
    tags = [kind for _, kind in tag(" ".join(tokens), tokenize=False)]
    assert len(tags) == len(tokens), (tokens, tags)
    return tags
