"""CIDEr, ROUGE-L and BLEU of short texts: the COCO caption scorers that need no Java (the others: .meteor).

No tokeniser and no lower-casing, as in VidSitu's evaluator, so no Java either. CIDEr (Vedantam et al. 2015, the
"CIDEr-D" variant: n = 1 to 4, clipped counts, Gaussian length penalty of sigma 6) ranges from 0 to 10; the four n are
averaged, so a text of one word cannot pass 2.5. ROUGE-L (Lin 2004, beta 1.2) ranges from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cider(references: Sequence[Sequence[str]], hypotheses: Sequence[str]) -> np.ndarray:
    """(N,) CIDEr of each hypothesis; the document frequencies are those of these N items' references.

    references: N lists of one or more. An item of its own scores 0, because all its words are in every document, and so
    do items none of whose references has a word.
    """
    _check(references, hypotheses)
    if not any(text.split() for texts in references for text in texts):
        return np.zeros(len(hypotheses))  # the scorer takes the maximum of no document frequencies
    from pycocoevalcap.cider.cider import Cider

    return np.asarray(Cider().compute_score(*_by_number(references, hypotheses))[1], dtype=np.float64)


def rouge_l(references: Sequence[Sequence[str]], hypotheses: Sequence[str]) -> np.ndarray:
    """(N,) ROUGE-L of each hypothesis against its best references; other items do not matter.

    Texts are split at single spaces, so "" is one empty word: it scores 1 against an empty reference, 0 against others.
    """
    _check(references, hypotheses)
    if not hypotheses:
        return np.zeros(0)
    from pycocoevalcap.rouge.rouge import Rouge

    return np.asarray(Rouge().compute_score(*_by_number(references, hypotheses))[1], dtype=np.float64)


def bleu4(references: Sequence[Sequence[str]], hypotheses: Sequence[str]) -> float:
    """BLEU-4 of all N hypotheses together (Papineni et al. 2002), 0 to 1: counts are summed over them; the brevity penalty
    takes each one's closest reference."""
    _check(references, hypotheses)
    if not hypotheses:
        return 0.0
    from pycocoevalcap.bleu.bleu import Bleu

    return float(Bleu(4).compute_score(*_by_number(references, hypotheses), verbose=0)[0][3])


def _by_number(references: Sequence[Sequence[str]], hypotheses: Sequence[str]) -> tuple[dict, dict]:
    return {i: list(texts) for i, texts in enumerate(references)}, {i: [text] for i, text in enumerate(hypotheses)}


def _check(references: Sequence[Sequence[str]], hypotheses: Sequence[str]) -> None:
    if len(references) != len(hypotheses) or not all(references):
        shortest = min(map(len, references), default=0)
        raise ValueError(
            f"need one or more references for each hypothesis; got {len(references)} lists of references, the shortest "
            f"of {shortest}, for {len(hypotheses)} hypotheses"
        )
