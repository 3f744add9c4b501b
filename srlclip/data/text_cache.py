"""Caption embeddings kept on disk: the text tower is frozen, so each caption is encoded once per model, ever.

Blocks of BLOCK distinct texts are stored as safetensors under a hash of the model's fingerprint and the texts, so a
stopped run goes on, and two runs may share a folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

BLOCK = 4096


def embed_texts(
    texts: Sequence[str],
    encode: Callable[[list[str]], torch.Tensor],
    fingerprint: str,
    folder: str | Path | None,
    progress: bool = True,
) -> torch.Tensor:
    """(N, D) float32 on the CPU, row i for texts[i]; equal texts are encoded once.

    encode: distinct texts -> (n, D). fingerprint: identifies the text tower. folder: None keeps nothing on disk.
    """
    from tqdm import tqdm

    distinct = sorted(set(texts))
    place = {text: i for i, text in enumerate(distinct)}
    blocks = [distinct[i : i + BLOCK] for i in range(0, len(distinct), BLOCK)]
    parts = []
    for block in tqdm(blocks, desc="embed captions", unit="block", disable=not progress or len(blocks) < 2):
        parts.append(_block(block, encode, fingerprint, Path(folder) / "texts" if folder else None))
    if not parts:
        return torch.zeros(0, 0)
    table = torch.cat(parts)
    return table[torch.tensor([place[text] for text in texts])]


def _block(
    block: list[str], encode: Callable[[list[str]], torch.Tensor], fingerprint: str, folder: Path | None
) -> torch.Tensor:
    if folder is None:
        return encode(block).float().cpu()
    key = hashlib.sha256("\0".join([fingerprint, *block]).encode()).hexdigest()[:24]
    path = folder / f"{key}.safetensors"
    try:
        found = load_file(path)["embeddings"]
        if len(found) == len(block):
            return found
    except (FileNotFoundError, SafetensorError, KeyError):
        pass  # not there, or cut off while it was written: encode it again
    out = encode(block).float().cpu().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{key}.{os.getpid()}.part"
    save_file({"embeddings": out}, draft)
    os.replace(draft, path)
    return out
