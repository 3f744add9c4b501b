"""A batch's tensors in one buffer, so that a step sends one copy to the device instead of one for each tensor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

#: Bytes at whose multiples a tensor starts: no dtype is wider.
_ALIGNED = 16


@dataclass(frozen=True)
class Packed:
    """buffer: uint8 (N,), all tensors end to end. layout: name -> (first byte, dtype, shape)."""

    buffer: Tensor
    layout: Mapping[str, tuple[int, torch.dtype, torch.Size]]

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor], pinned: bool = False) -> Packed:
        """A copy of CPU tensors. pinned: in page-locked memory, from which a GPU reads while the CPU goes on."""
        layout, size = {}, 0
        for name, tensor in tensors.items():
            layout[name] = (size, tensor.dtype, tensor.shape)
            size += -(-tensor.nbytes // _ALIGNED) * _ALIGNED
        packed = cls(torch.empty(size, dtype=torch.uint8, pin_memory=pinned), layout)
        for name, view in packed.tensors().items():
            view.copy_(tensors[name])
        return packed

    def to(self, device: torch.device) -> Packed:
        """One copy, which pinned memory does not wait for."""
        return Packed(self.buffer.to(device, non_blocking=True), self.layout)

    def tensors(self) -> dict[str, Tensor]:
        """Views of the buffer."""
        return {
            name: self.buffer[start : start + dtype.itemsize * shape.numel()].view(dtype).view(shape)
            for name, (start, dtype, shape) in self.layout.items()
        }
