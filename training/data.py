"""From settings to batches: clips, their frames (cached), their caption embeddings (cached), in a seeded order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from srlclip.config import DataSettings, TrainSettings
from srlclip.data.frame_cache import FrameCache, Sampling, frame_cache
from srlclip.data.text_cache import embed_texts
from srlclip.data.vidsitu import read_vidsitu
from srlclip.lexicon import Lexicon
from srlclip.models.encoder import ClipEncoder
from srlclip.situations import Situation
from training.captions import ClipTexts, clip_texts


@dataclass(frozen=True)
class Batch:
    """B clips of E events. pixels: uint8 (B, E, F, 3, S, S). text: (B, E, D). negatives: (B, E, K, D), True in
    negatives_mask (B, E, K) where there is one. caption_ids: (B, E), equal where the texts are. clip_ids: B names."""

    pixels: Tensor
    text: Tensor
    negatives: Tensor
    negatives_mask: Tensor
    caption_ids: Tensor
    clip_ids: tuple[str, ...]

    def to(self, device: torch.device) -> Batch:
        moved = (getattr(self, n).to(device) for n in ("pixels", "text", "negatives", "negatives_mask", "caption_ids"))
        return Batch(*moved, self.clip_ids)


def load_situations(settings: DataSettings, split: str, clips: int) -> list[Situation]:
    """The first `clips` clips (0 = all) of "train" or "valid". SynSitu is rendered into `root` if it is not there yet."""
    if settings.source == "synsitu":
        return _synsitu(settings, split, clips)
    if settings.source == "vidsitu":
        found = read_vidsitu(settings.root, split, settings.videos or None, settings.role_names)
    else:
        from srlclip.data.jsonl import read_jsonl

        path = Path(settings.root)
        found = read_jsonl(path / f"{split}.jsonl" if path.is_dir() else path, settings.videos or None)
    return found[:clips] if clips else found


def _synsitu(settings: DataSettings, split: str, clips: int) -> list[Situation]:
    from srlclip.synsitu.writer import progress_bar, write_split

    with progress_bar(f"render SynSitu {split}", clips) as progress:
        write_split(settings.root, split, clips, workers=settings.workers, progress=progress)
    return read_vidsitu(settings.root, split, settings.videos or None, settings.role_names)[:clips]


def text_fingerprint(encoder: ClipEncoder) -> str:
    """Identifies the text tower: all of its weights."""
    digest = hashlib.sha256()
    for name, weight in sorted(encoder.clip.text_model.state_dict().items()):
        digest.update(name.encode() + weight.detach().cpu().float().contiguous().numpy().tobytes())
    return encoder.fingerprint() + digest.hexdigest()[:16]


def embed_captions(encoder: ClipEncoder, texts: Sequence[str], cache: str, progress: bool = True) -> Tensor:
    """(N, D) on the CPU, through the caption cache in the folder `cache`."""

    def encode(block: list[str]) -> Tensor:
        with torch.inference_mode():
            return encoder.encode_texts(block).cpu()

    return embed_texts(texts, encode, text_fingerprint(encoder), cache, progress)


class TrainingData:
    """Everything a run reads. Frames stay on disk (memory-mapped); caption embeddings are held in memory.

    skipped: (clip id, reason) of clips without usable video; truncated: captions that lost roles to the token limit.
    """

    def __init__(self, situations: Sequence[Situation], frames: FrameCache, texts: dict[str, ClipTexts], table: Tensor,
                 rows: dict[str, int], lexicon: Lexicon, batch_clips: int, seed: int):  # fmt: skip
        self.situations = [s for s in situations if s.clip_id in frames]
        self.frames, self.texts, self.table, self.rows = frames, texts, table, rows
        self.lexicon, self.batch_clips, self.seed = lexicon, batch_clips, seed
        self.skipped = frames.skipped
        self.truncated = sum(t.dropped > 0 for t in texts.values())

    @classmethod
    def prepare(cls, s: TrainSettings, encoder: ClipEncoder, situations: Sequence[Situation], lexicon: Lexicon | None = None,
                progress: bool = True) -> TrainingData:  # fmt: skip
        """Decode and embed what is not cached yet. Raises DataError (see frame_cache)."""
        d = s.data
        lexicon = Lexicon.from_situations(situations) if lexicon is None else lexicon
        sampling = Sampling(d.events, d.frames_per_event, encoder.preprocess_spec)
        frames = frame_cache(situations, sampling, d.cache, d.workers, progress)
        kept = [x for x in situations if x.clip_id in frames]
        made = clip_texts(kept, d.caption_style, lexicon, s.loss, encoder.count_tokens, encoder.max_tokens, s.seed)
        texts = {x.clip_id: t for x, t in zip(kept, made, strict=True)}
        every = sorted({c for t in made for c in (*t.captions, *(n for group in t.negatives for n in group))})

        table = embed_captions(encoder, every, d.cache, progress)
        rows = {text: i for i, text in enumerate(every)}
        return cls(kept, frames, texts, table, rows, lexicon, s.optim.batch_clips, s.seed)

    def __len__(self) -> int:
        return len(self.situations)

    def order(self, epoch: int) -> list[list[str]]:
        """The epoch's batches of clip ids. Clips of one batch have equally many events; the last batches may be short."""
        rng = np.random.default_rng([self.seed, 101, epoch])
        groups: dict[int, list[str]] = {}
        for i in rng.permutation(len(self.situations)):
            situation = self.situations[int(i)]
            groups.setdefault(len(situation.events), []).append(situation.clip_id)
        size = self.batch_clips
        batches = [ids[i : i + size] for ids in groups.values() for i in range(0, len(ids), size)]
        return [batches[int(i)] for i in rng.permutation(len(batches))]

    def batches(self, epoch: int, rank: int = 0, ranks: int = 1) -> Iterator[Batch]:
        """This rank's share of every batch of the epoch; a batch that cannot be shared out evenly is made smaller."""
        for ids in self.order(epoch):
            share = len(ids) // ranks
            if share:
                yield self.batch(ids[rank * share : (rank + 1) * share])

    def steps(self, ranks: int = 1) -> int:
        return sum(len(ids) >= ranks for ids in self.order(0))

    def batch(self, ids: Sequence[str]) -> Batch:
        texts = [self.texts[i] for i in ids]
        width = max((len(n) for t in texts for n in t.negatives), default=0)
        events = len(texts[0].captions)
        index = torch.tensor([[self.rows[c] for c in t.captions] for t in texts])  # (B, E)
        wrong = torch.zeros(len(ids), events, width, dtype=torch.long)
        mask = torch.zeros(len(ids), events, width, dtype=torch.bool)
        for b, t in enumerate(texts):
            for e, group in enumerate(t.negatives):
                for k, text in enumerate(group):
                    wrong[b, e, k], mask[b, e, k] = self.rows[text], True
        pixels = torch.from_numpy(np.stack([self.frames[i] for i in ids]))
        return Batch(pixels, self.table[index], self.table[wrong], mask, index, tuple(ids))
