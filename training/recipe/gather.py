"""One global batch out of every rank's share, with gradients: contrastive losses need all negatives.

Every rank computes the same loss on the same global batch, in which its own share carries the gradient.
DistributedDataParallel averages the ranks' gradients, so that share's gradient is multiplied by the number of ranks: the
average is then the gradient of the single-process loss. Shares may differ in size; no clip is dropped or repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import torch
from accelerate import Accelerator
from torch import Tensor
from torch.nn.functional import pad

from srlclip.models.srlclip import Features
from training.recipe.data import Batch


def gather_features(features: Features, sizes: Sequence[int], accelerator: Accelerator) -> Features:
    """Every field (B, ...) of this rank -> (sum of sizes, ...) of all, differentiable. sizes: clips of each rank."""
    if accelerator.num_processes == 1:
        return features
    tensors = {f.name: getattr(features, f.name) for f in fields(Features)}
    return Features(**{n: _with_gradient(x, sizes, accelerator) if x is not None else None for n, x in tensors.items()})


def gather_batch(batch: Batch, accelerator: Accelerator) -> Batch:
    """The texts of all ranks; ranks may have differently many negatives, so those are padded and masked. Pixels stay."""
    if accelerator.num_processes == 1:
        return batch
    width = int(accelerator.gather(torch.tensor([batch.negatives_mask.shape[2]], device=batch.pixels.device)).max())
    room = width - batch.negatives_mask.shape[2]

    def gather(x: Tensor) -> Tensor:
        return _with_gradient(x, batch.sizes, accelerator)

    return replace(
        batch,
        text=gather(batch.text),
        negatives=gather(pad(batch.negatives, (0, 0, 0, room))),
        negatives_mask=gather(pad(batch.negatives_mask, (0, room))),
        caption_ids=gather(batch.caption_ids),
    )


def gather_rows(rows: Tensor, accelerator: Accelerator) -> Tensor:
    """(n, ...) of every rank, n may differ -> all rows, rank after rank, none padded and none twice; no gradient."""
    if accelerator.num_processes == 1:
        return rows
    sizes = accelerator.gather(torch.tensor([len(rows)], device=rows.device)).tolist()
    return torch.cat(_everyone(rows, sizes, accelerator))


def _everyone(own: Tensor, sizes: Sequence[int], accelerator: Accelerator) -> list[Tensor]:
    """Each rank's first `size` rows, without gradient."""
    most = max(sizes)
    room = [0, 0] * (own.ndim - 1) + [0, most - min(most, len(own))]
    gathered = accelerator.gather(pad(own.detach()[:most], room).contiguous())
    return [gathered[rank * most : rank * most + size] for rank, size in enumerate(sizes)]


def _with_gradient(own: Tensor, sizes: Sequence[int], accelerator: Accelerator) -> Tensor:
    ranks, rank = accelerator.num_processes, accelerator.process_index
    parts = _everyone(own, sizes, accelerator)
    if not own.requires_grad:
        return torch.cat(parts)
    kept = own[: sizes[rank]]
    parts[rank] = kept * ranks - kept.detach() * (ranks - 1)  # the same value, `ranks` times the gradient
    # A rank without a clip of its own computed a stand-in: it takes part in the backward pass, with no effect.
    return torch.cat(parts) + 0.0 * own.sum() if not sizes[rank] else torch.cat(parts)
