"""Vectors shaped as real ones for the search benchmark: embedded SynSitu clips, resampled within their own neighbourhoods.

Random directions would not do: in high dimensions they are all equally far apart, and an index that finds their neighbours
says little about real embeddings, which lie in clusters of low dimension.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from srlclip.data.frame_cache import Sampling
from srlclip.language.prompts import caption
from srlclip.models.pair import ClipPair
from srlclip.pooling import event_vectors, unit
from srlclip.results import MODELS
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from training.recipe.drawn import draw

#: Neighbours that a resampled vector mixes, and what share of their spread it moves by.
NEIGHBOURS, SPREAD = 16, 1.0
FRAMES_PER_EVENT = 4


@dataclass(frozen=True)
class Drawn:
    """events: model -> (N, D) of drawn clips, L2-normalised; queries: (Q, D), captions of the events of other clips."""

    events: dict[str, np.ndarray]
    queries: np.ndarray


def drawn_vectors(pair: ClipPair, clips: int, queries: int) -> Drawn:
    """Events of `clips` clips of the split "train" under both models, and captions of events of the split "test"."""
    rows: dict[str, list[np.ndarray]] = {m: [] for m in MODELS}
    spec = pair.base.preprocess_spec
    for number in range(clips):
        labelled = situation(sample_clip("train", number))
        pixels = draw(labelled, Sampling(len(labelled.events), FRAMES_PER_EVENT, spec))
        both = pair.encode_frames(spec.to_float(torch.from_numpy(pixels.reshape(-1, *pixels.shape[2:]))))
        for model, frames in zip(MODELS, both, strict=True):
            events = frames.float().cpu().reshape(len(labelled.events), FRAMES_PER_EVENT, -1)
            rows[model].append(event_vectors(events).numpy())
    texts: list[str] = []
    for number in range(queries):
        asked = situation(sample_clip("test", number))
        texts.append(caption(asked.events[number % len(asked.events)], "natural").text)
    return Drawn({m: np.concatenate(each) for m, each in rows.items()}, pair.encode_texts(texts).cpu().numpy())


def lifted(vectors: np.ndarray, dim: int, seed: int = 0) -> np.ndarray:
    """(..., D) -> (..., dim) by a fixed isometry: every cosine stays, and the work is that of `dim` dimensions."""
    if dim <= vectors.shape[-1]:
        return vectors
    basis, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dim, vectors.shape[-1])))
    return (vectors @ basis.T.astype(np.float32)).astype(np.float32)


def resampled(real: np.ndarray, count: int, dim: int, seed: int = 0, block: int = 50_000) -> Iterator[np.ndarray]:
    """`count` vectors (n, dim) in blocks: each a real one moved by a normal draw from the spread of its nearest real ones.

    The first are the real ones themselves.
    """
    rng = np.random.default_rng(seed)
    near = np.argpartition(-(real @ real.T), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]  # itself among them
    yield lifted(real[:count], dim)
    for start in range(len(real), count, block):
        rows = rng.integers(0, len(real), min(block, count - start))
        weights = rng.normal(size=(len(rows), 1, NEIGHBOURS)).astype(np.float32) * (SPREAD / NEIGHBOURS**0.5)
        moved = real[rows] + (weights @ (real[near[rows]] - real[rows][:, None]))[:, 0]
        yield lifted(unit(moved), dim)


def filled(blocks: Iterator[np.ndarray], count: int, dim: int) -> np.ndarray:
    """(count, dim) float32 of the blocks one after the other."""
    out, at = np.empty((count, dim), np.float32), 0
    for block in blocks:
        out[at : at + len(block)] = block
        at += len(block)
    return out


def effective_dimension(vectors: np.ndarray) -> float:
    """Participation ratio of the covariance's eigenvalues: how many directions the vectors really use."""
    values = np.linalg.eigvalsh(np.cov(vectors.T))
    return float(values.sum() ** 2 / (values**2).sum())


def nearest_cosine(vectors: np.ndarray, asked: Sequence[int]) -> float:
    """Median cosine of some vectors with their nearest other one."""
    scores = vectors[list(asked)] @ vectors.T
    scores[np.arange(len(asked)), list(asked)] = -1
    return float(np.median(scores.max(axis=1)))
