"""The words a captioner can say: whole words of the training fillers, letter by letter.

The official metrics split captions at white space, without lower-casing or a tokeniser, and so does this vocabulary: what
is learnt is what is scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
_SPECIAL = 4


class Vocabulary:
    """Words by token id; ids below 4 are padding, begin, end and unknown."""

    def __init__(self, words: Sequence[str]):
        """words: distinct, without white space. Raises ValueError."""
        self.words = tuple(words)
        for word in self.words:
            if not isinstance(word, str) or word.split() != [word]:
                raise ValueError(f"word {word!r} of the vocabulary; allowed: text without white space")
        self._ids = {word: i for i, word in enumerate(self.words, _SPECIAL)}
        if len(self._ids) != len(self.words):
            twice = next(word for word, count in Counter(self.words).items() if count > 1)
            raise ValueError(f"word {twice!r} stands twice in the vocabulary; allowed: distinct words")

    @classmethod
    def from_texts(cls, texts: Iterable[str], least: int = 1) -> Vocabulary:
        """The words that occur at least `least` times, the most frequent first."""
        counts = Counter(word for text in texts for word in text.split())
        kept = (item for item in counts.items() if item[1] >= least)
        return cls([word for word, _ in sorted(kept, key=lambda item: (-item[1], item[0]))])

    def __len__(self) -> int:
        return len(self.words) + _SPECIAL

    def encode(self, text: str, limit: int) -> list[int]:
        """The ids of at most `limit` words, then END."""
        return [self._ids.get(word, UNKNOWN) for word in text.split()[:limit]] + [END]

    def decode(self, ids: Iterable[int]) -> str:
        """The words up to END; padding and unknown words are left out."""
        out = []
        for number in ids:
            if number == END:
                break
            if number >= _SPECIAL:
                out.append(self.words[number - _SPECIAL])
        return " ".join(out)
