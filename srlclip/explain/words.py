"""How much each word of a text speaks for its score with an event: Grad-ECLIP on the text tower, pieces joined to words."""

from __future__ import annotations

import numpy as np
import torch

from srlclip.explain.grad_eclip import gradients, trace_text
from srlclip.models.encoder import ClipEncoder


def word_tokens(encoder: ClipEncoder, text: str) -> tuple[list[int], list[int]]:
    """The tokens of a text as the text tower reads it, with start and end mark, and of each of its words how many are read.

    Words that begin beyond max_tokens are left out. CLIP's tokenizer never joins words that white space parts.
    """
    tokenizer, room = encoder.tokenizer, encoder.max_tokens - 2
    ids: list[int] = []
    counts = []
    for word in text.split():
        if room == len(ids):
            break
        pieces = tokenizer(word, add_special_tokens=False)["input_ids"][: room - len(ids)]
        ids += pieces
        counts.append(len(pieces))
    return [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id], counts


def word_maps(encoder: ClipEncoder, text: str, events: np.ndarray) -> np.ndarray:
    """events: (N, D), L2-normalised -> (N, words that are read), 0 or more: each word's part of the map of the text's score
    with each event, the sum over its pieces."""
    ids, counts = word_tokens(encoder, text)
    if not counts:
        return np.zeros((len(events), 0))
    with gradients():
        trace = trace_text(encoder, ids)
        vectors = torch.from_numpy(np.array(events, np.float32)).to(trace.vectors.device)
        pieces = torch.stack([trace.map(trace.vectors[0] @ vector)[0] for vector in vectors])
    ends = np.cumsum(counts)
    sums = np.concatenate([np.zeros((len(events), 1)), np.cumsum(pieces.cpu().numpy().astype(np.float64), 1)], 1)
    return np.maximum(sums[:, ends] - sums[:, ends - counts], 0)
