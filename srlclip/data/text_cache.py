"""Caption embeddings kept on disk: the text tower is frozen, so each caption is encoded once per model, ever.

`texts/<text tower>/<shard>.safetensors` holds the hashes of up to BLOCK texts, keys (n, 16) uint8, and their
embeddings (n, D) float32. A text is found by its hash in any shard, so every run uses what any run encoded, whatever
its clips, negatives and order. Tower and text are the whole key: a caption style shows in the text itself. A shard
appears by one rename, so a killed run goes on where it was and runs may share the folder; a shard that is cut off or
of another tower is passed over and its texts are encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from srlclip.files import remove_drafts, replacing, text_digest
from srlclip.situations import DataError

BLOCK = 4096
_KEY_BYTES = 16


def embed_texts(
    texts: Sequence[str],
    encode: Callable[[list[str]], torch.Tensor],
    fingerprint: str,
    folder: str | Path | None,
    progress: bool = True,
    part: tuple[int, int] = (0, 1),
    wait: Callable[[], None] | None = None,
) -> torch.Tensor:
    """(N, D) float32 on the CPU, row i for texts[i]; equal texts are encoded once.

    encode: distinct texts -> (n, D). fingerprint: identifies the text tower. folder: None keeps nothing on disk (each
    rank then encodes everything).

    part: (rank, ranks) of a process that encodes together with others, on one machine or several that share the
    folder; all give the same texts. wait: their barrier, called once by each, whatever happens. Rank r encodes the
    missing ones of the sorted distinct texts r, r + ranks, ...: the share depends on the texts alone, so it does not
    matter that ranks look at the folder at different times, while others already write into it. What is still missing
    after the barrier (a rank failed, or a network file system shows new files late) each rank encodes for itself.
    """
    rank, ranks = part
    if not 0 <= rank < ranks:
        raise ValueError(f"part is {part}; it must be (rank, ranks) with 0 <= rank < ranks")
    distinct = sorted(set(texts))
    try:
        if folder is None:
            table = _encode(distinct, encode, progress)
        else:
            store = _Store(Path(folder) / "texts", fingerprint)
            store.add_missing(distinct[rank::ranks], encode, progress)
    finally:
        if wait is not None:
            wait()
    if folder is not None:
        if ranks > 1:
            store.add_missing(distinct, encode, progress)
        table = store.read(distinct)
    if list(texts) == distinct:
        return table
    place = {text: i for i, text in enumerate(distinct)}
    return table[torch.tensor([place[text] for text in texts])]


class _Store:
    """The shards of one text tower."""

    def __init__(self, folder: Path, fingerprint: str):
        self.tower = text_digest(fingerprint, 24)
        self.folder = folder / self.tower
        self.folder.mkdir(parents=True, exist_ok=True)

    def add_missing(self, texts: list[str], encode: Callable[[list[str]], torch.Tensor], progress: bool) -> None:
        """Encode the texts that no shard has, a shard at a time."""
        index = self._index()
        missing = [text for text in texts if _key(text) not in index]
        if missing:
            remove_drafts(self.folder)
            _encode(missing, encode, progress, self._write)

    def read(self, texts: list[str]) -> torch.Tensor:
        """(N, D). Each shard's embeddings are in memory only while they are copied."""
        index = self._index()
        rows: dict[Path, list[tuple[int, int]]] = {}
        for i, text in enumerate(texts):
            entry = index.get(_key(text))
            if entry is None:
                raise DataError("texts that were just encoded are not there; is it being deleted?", file=self.folder)
            rows.setdefault(entry[0], []).append((i, entry[1]))
        table = torch.zeros(0, 0)
        for path, pairs in rows.items():
            with safe_open(path, "pt") as shard:
                embeddings = shard.get_tensor("embeddings")
            if not table.numel():
                table = torch.empty(len(texts), embeddings.shape[1])
            to, source = torch.tensor(pairs).T
            table[to] = embeddings[source]
        return table

    def _index(self) -> dict[bytes, tuple[Path, int]]:
        """Shard and row of every text by key; of two entries the one in the shard that sorts first."""
        index: dict[bytes, tuple[Path, int]] = {}
        for path in sorted(self.folder.glob("*.safetensors"), reverse=True):
            keys = self._keys(path)
            index.update((keys[i : i + _KEY_BYTES], (path, i // _KEY_BYTES)) for i in range(0, len(keys), _KEY_BYTES))
        return index

    def _keys(self, path: Path) -> bytes:
        """The keys of a shard, end to end; none of one that is not whole or not of this tower."""
        try:
            with safe_open(path, "pt") as shard:  # checks the header against the file's size
                if (shard.metadata() or {}).get("tower") != self.tower:
                    return b""
                keys, embeddings = shard.get_tensor("keys"), shard.get_slice("embeddings")
                shape, kind = embeddings.get_shape(), embeddings.get_dtype()
        except (OSError, SafetensorError):
            return b""
        whole = kind == "F32" and keys.dtype == torch.uint8 and keys.shape == (shape[0], _KEY_BYTES)
        return keys.numpy().tobytes() if whole else b""

    def _write(self, texts: list[str], embeddings: torch.Tensor) -> None:
        packed = b"".join(map(_key, texts))
        name = hashlib.sha256(packed).hexdigest()[:24]
        keys = torch.from_numpy(np.frombuffer(packed, np.uint8).reshape(-1, _KEY_BYTES).copy())
        with replacing(self.folder / f"{name}.safetensors") as draft:
            save_file({"keys": keys, "embeddings": embeddings}, draft, metadata={"tower": self.tower})


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]


def _encode(
    texts: list[str],
    encode: Callable[[list[str]], torch.Tensor],
    progress: bool,
    done: Callable[[list[str], torch.Tensor], None] | None = None,
) -> torch.Tensor:
    """Embeddings of the texts, block by block; with `done`, handed to it instead of being kept."""
    from tqdm import tqdm

    starts = range(0, len(texts), BLOCK)
    blocks = []
    for start in tqdm(starts, desc="embed captions", unit="block", disable=not progress or len(starts) < 2):
        block = texts[start : start + BLOCK]
        out = encode(block).float().cpu().contiguous()
        if done is None:
            blocks.append(out)
        else:
            done(block, out)
    return torch.cat(blocks) if blocks else torch.zeros(0, 0)
