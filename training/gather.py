"""One global batch out of every rank's share, with gradients: contrastive losses need all negatives.

Every rank computes the same loss on the same global batch, in which its own share carries the gradient.
DistributedDataParallel averages the ranks' gradients, so that share's gradient is multiplied by the number of ranks: the
average is then the gradient of the single-process loss.
"""

from __future__ import annotations

from dataclasses import fields

import torch
from accelerate import Accelerator
from torch import Tensor
from torch.nn.functional import pad

from srlclip.models.srlclip import Features
from training.data import Batch


def gather_features(features: Features, accelerator: Accelerator) -> Features:
    """Every field (B, ...) -> (B x ranks, ...), differentiable."""
    if accelerator.num_processes == 1:
        return features
    return Features(**{f.name: _gather(getattr(features, f.name), accelerator) for f in fields(Features)})


def _gather(own: Tensor, accelerator: Accelerator) -> Tensor:
    ranks, rank, size = accelerator.num_processes, accelerator.process_index, len(own)
    everyone = accelerator.gather(own.detach().contiguous())
    scaled = own * ranks - own.detach() * (ranks - 1)  # the same value, `ranks` times the gradient
    return torch.cat([everyone[: rank * size], scaled, everyone[(rank + 1) * size :]])


def gather_batch(batch: Batch, accelerator: Accelerator) -> Batch:
    """The texts of all ranks; ranks may have differently many negatives, so those are padded and masked. Pixels stay."""
    if accelerator.num_processes == 1:
        return batch
    width = int(accelerator.gather(torch.tensor([batch.negatives.shape[2]], device=batch.text.device)).max())
    room = width - batch.negatives.shape[2]

    def gather(x: Tensor) -> Tensor:
        return accelerator.gather(x.contiguous())

    return Batch(
        batch.pixels,
        gather(batch.text),
        gather(pad(batch.negatives, (0, 0, 0, room))),
        gather(pad(batch.negatives_mask, (0, room))),
        gather(batch.caption_ids),
        batch.clip_ids,
    )
