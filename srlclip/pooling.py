"""The only place that averages embeddings and normalises: unit vectors, and the normalised means of several.

Works on numpy arrays and torch tensors alike and imports torch only where a tensor is given. It lies on the ground
floor, not in models/, because the losses and the gallery, which know no model, average too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    import torch

    Vectors = TypeVar("Vectors", np.ndarray, torch.Tensor)

#: The least length that is divided by: a vector of zeros stays one.
_SHORTEST = 1e-12


def unit(vectors: Vectors) -> Vectors:
    """(..., D) -> (..., D), each of length 1, in the dtype that came. Vectors of zeros stay zeros."""
    if isinstance(vectors, np.ndarray):
        # A dot product per vector gives the same bits for one vector and for many; linalg.norm does not.
        lengths = np.sqrt(vectors[..., None, :] @ vectors[..., :, None])[..., 0]  # (..., 1)
        return vectors / np.maximum(lengths, _SHORTEST)
    from torch.nn import functional

    return functional.normalize(vectors, dim=-1, eps=_SHORTEST)


def pooled(vectors: Vectors) -> Vectors:
    """(..., N, D) -> (..., D): the mean of N vectors, normalised again so that products are cosines."""
    return unit(vectors.mean(-2))


def event_vectors(frames: Vectors) -> Vectors:
    """Frame embeddings (..., E, F, D) -> events (..., E, D), each the normalised mean of its frames."""
    return pooled(frames)


def clip_vectors(frames: Vectors) -> Vectors:
    """Frame embeddings (..., E, F, D) -> clips (..., D), each the normalised mean of all of its frames (the paper's).

    A gallery keeps no frames: there a clip is `pooled` over its event vectors, which weighs every event alike.
    """
    return unit(frames.mean((-3, -2)))
