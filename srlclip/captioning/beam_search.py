"""Greedy and beam search over a function that scores next tokens, for many captions at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from srlclip.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN


@dataclass(frozen=True)
class Decoded:
    """tokens: (N, L), without BEGIN, PAD behind END; one that was cut has no END. log_prob: (N,), the mean over its tokens,
    END included."""

    tokens: Tensor
    log_prob: Tensor


@torch.inference_mode()
def search(
    next_logits: Callable[[Tensor, Tensor], Tensor], count: int, beams: int, limit: int, device: torch.device
) -> Decoded:
    """The best caption of each of N items among `beams` kept at a time; 1 is greedy search.

    next_logits: tokens (M, L) that start with BEGIN, and the item of each row (M,) -> logits of the next token (M, V).
    limit: a caption that has not ended after so many tokens is cut there. Captions are compared by
    their mean log-probability, so that long ones are not at a disadvantage; equal ones keep the earlier. PAD, BEGIN and
    the unknown word are never said. Raises ValueError for beams or limit below 1.
    """
    if beams < 1 or limit < 1:
        raise ValueError(f"beams is {beams} and limit {limit}; both must be 1 or more")
    tokens = torch.full((count, 1, 1), BEGIN, dtype=torch.long, device=device)  # (N, K, L)
    total = torch.zeros(count, 1, device=device)  # (N, K)
    ended = torch.zeros(count, 1, dtype=torch.bool, device=device)
    items = torch.arange(count, device=device)
    never = torch.tensor([PAD, BEGIN, UNKNOWN], device=device)
    for _ in range(limit):
        if not count or bool(ended.all()):
            break
        kept = tokens.shape[1]
        logits = next_logits(tokens.flatten(0, 1), items.repeat_interleave(kept)).float()
        logits = logits.index_fill(1, never, float("-inf"))
        scores = logits.log_softmax(-1).unflatten(0, (count, kept))  # (N, K, V)
        # A caption that has ended goes on with PAD alone, at no cost.
        scores = scores.masked_fill(ended[..., None], float("-inf"))
        scores[..., PAD] = torch.where(ended, 0.0, scores[..., PAD])
        lengths = _lengths(tokens) + (~ended)
        ranked = ((total[..., None] + scores) / lengths[..., None]).flatten(1)
        best = _best(ranked, beams)
        parent, word = best // scores.shape[2], best % scores.shape[2]
        total = (total[..., None] + scores).flatten(1).gather(1, best)
        tokens = tokens.gather(1, parent[..., None].expand(-1, -1, tokens.shape[2]))
        tokens = torch.cat([tokens, word[..., None]], dim=2)
        ended = ended.gather(1, parent) | (word == END)
    mean = total / _lengths(tokens).clamp(min=1)
    first = _best(mean, 1)
    chosen = tokens.gather(1, first[..., None].expand(-1, -1, tokens.shape[2]))[:, 0, 1:]
    return Decoded(chosen, mean.gather(1, first)[:, 0])


def _best(scores: Tensor, most: int) -> Tensor:
    """scores: (N, C) -> places of the best `most` of each row, best first, (N, K); of equal ones the earlier first.

    One maximum after the other: to sort a whole vocabulary for every word takes several times as long.
    """
    taken = [scores.argmax(dim=1, keepdim=True)]  # of several maxima the first
    # What cannot be said has -inf; what was taken goes behind even that, so that it is not taken twice.
    left = scores.clamp(min=torch.finfo(scores.dtype).min) if most > 1 else scores
    for _ in range(1, min(most, scores.shape[1])):
        left.scatter_(1, taken[-1], float("-inf"))
        taken.append(left.argmax(dim=1, keepdim=True))
    return torch.cat(taken, dim=1)


def _lengths(tokens: Tensor) -> Tensor:
    """(N, K): how many tokens were said after BEGIN, END included."""
    return (tokens != PAD).sum(-1) - 1
