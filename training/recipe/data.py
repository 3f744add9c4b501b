"""From settings to batches: clips, their frames (cached), their caption embeddings (cached), in a seeded order."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from srlclip.data.frame_cache import FrameCache, Sampling, frame_cache
from srlclip.data.problems import Coverage
from srlclip.data.propbank import read_propbank
from srlclip.data.text_cache import embed_texts
from srlclip.data.vidsitu import film_of
from srlclip.language.lexicon import Lexicon
from srlclip.models.encoder import ClipEncoder
from srlclip.models.fingerprint import weights_digest
from srlclip.situations import EVENTS_PER_CLIP, Situation
from srlclip.video.pixels import PreprocessSpec
from training.recipe.drawn import DRAWN
from training.recipe.sources import SOURCES, Wanted
from training.recipe.texts import ClipTexts, clip_texts, sparse_shares
from training.recipe.transfer import Packed
from training.settings import DataSettings, TrainSettings


@dataclass(frozen=True)
class Processes:
    """This process among all that train together. wait: returns when every process has called it."""

    rank: int = 0
    count: int = 1
    wait: Callable[[], None] | None = None


@dataclass(frozen=True)
class Batch:
    """One process's share of a batch: B clips of E events, with up to K negatives each.

    pixels: uint8 (B, E, F, 3, S, S). text: (B, E, D) and negatives: (B, E, K, D), or None while the text tower is
    tuned; negatives_mask: (B, E, K), True where there is one. caption_ids: (B, E) and negative_ids: (B, E, K), equal
    where the texts are. clip_ids: B names. sizes: how many clips each process brings; one that brings 0 holds a stand-in.
    packed: all tensors in one pinned buffer, of which they are views then.
    """

    pixels: Tensor
    text: Tensor | None
    negatives: Tensor | None
    negatives_mask: Tensor
    caption_ids: Tensor
    negative_ids: Tensor
    clip_ids: tuple[str, ...]
    sizes: tuple[int, ...]
    packed: Packed | None = None

    def pinned(self) -> Batch:
        """The same batch where a GPU copies it from at once, without waiting."""
        packed = Packed.of(self._tensors(), pinned=True)
        return replace(self, **packed.tensors(), packed=packed)

    def to(self, device: torch.device) -> Batch:
        if self.packed is not None:
            return replace(self, **self.packed.to(device).tensors(), packed=None)
        return replace(self, **{n: value.to(device, non_blocking=True) for n, value in self._tensors().items()})

    def _tensors(self) -> dict[str, Tensor]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Tensor)}


def load_situations(settings: DataSettings, split: str, clips: int) -> list[Situation]:
    """The first `clips` clips (0 = all) of a split, see load_split."""
    return load_split(settings, split, clips)[0]


def load_split(settings: DataSettings, split: str, clips: int) -> tuple[list[Situation], Coverage]:
    """The first `clips` clips (0 = all) of a split, and how much of the whole split there is. "train" ends with the
    look-alikes that the settings ask for.

    Raises DataError. How each kind of data is read: training.recipe.sources.
    """
    s = settings
    wanted = Wanted(split, clips, s.root, s.videos, s.role_names, s.workers, s.draws)
    situations, covered = SOURCES[settings.source].read(wanted)
    situations = situations[:clips] if clips else situations
    if split == "train" and settings.look_alikes:
        situations = situations + load_situations(settings, "alike", settings.look_alikes)
    return situations, covered


def cached_frames(
    situations: Sequence[Situation],
    data: DataSettings,
    spec: PreprocessSpec,
    progress: bool = True,
    processes: Processes | None = None,
) -> FrameCache:
    """The frames that a run with these settings reads, decoded or drawn where they are not cached yet, each process a part.

    Clips without labels have five events, and every event is there: which of them are used is no matter of the cache.
    Raises DataError (see frame_cache).
    """
    p = processes or Processes()
    sampling = Sampling(EVENTS_PER_CLIP, data.frames_per_event, spec)
    part, source = (p.rank, p.count), DRAWN if data.draws else None
    return frame_cache(situations, sampling, data.cache, data.workers, progress, part=part, wait=p.wait, source=source)


def text_fingerprint(encoder: ClipEncoder) -> str:
    """32 hex digits over all weights of the text tower, its projection and LoRA layers among them."""
    weights = dict(encoder.clip.named_parameters())
    return weights_digest({n: w for n, w in weights.items() if n.startswith(("text_model.", "text_projection."))})[:32]


def embed_captions(
    encoder: ClipEncoder, texts: Sequence[str], cache: str, progress: bool = True, processes: Processes | None = None
) -> Tensor:
    """(N, D) on the CPU, through the caption cache in the folder `cache`."""
    p = processes or Processes()

    def encode(block: list[str]) -> Tensor:
        with torch.inference_mode():
            return encoder.encode_texts(block).cpu()

    fingerprint = text_fingerprint(encoder)
    return embed_texts(texts, encode, fingerprint, cache, progress, part=(p.rank, p.count), wait=p.wait)


def draw_share(situations: Sequence[Situation], share: float, seed: int) -> list[Situation]:
    """This part of the clips that have a video, in their order; a smaller share is a subset of a larger one."""
    if share == 1:
        return list(situations)
    there = [i for i, s in enumerate(situations) if s.path is not None]
    drawn = np.random.default_rng([seed, 29]).permutation(there)[: max(1, round(share * len(there)))]
    return [situations[int(i)] for i in sorted(drawn)]


class TrainingData:
    """Everything a run reads. Frames stay on disk (memory-mapped); caption embeddings are held in memory.

    skipped: (clip id, reason) of clips without usable video; truncated: clips that lost roles to the token limit.
    words: every text by its id; table: their embeddings (N, D), None while the text tower is tuned. places: clip id ->
    the positions of its events among all. width: the most negatives an event has. films_together: whether the clips of a
    film stay in one batch.
    """

    def __init__(self, situations: Sequence[Situation], frames: FrameCache, texts: dict[str, ClipTexts],
                 words: Sequence[str], table: Tensor | None, lexicon: Lexicon, batch_clips: int, seed: int,
                 coverage: Coverage | None = None, films_together: bool = False):  # fmt: skip
        self.films_together = films_together
        self.situations, self.frames, self.texts = list(situations), frames, texts
        self.words, self.table = list(words), table
        self.rows = {text: i for i, text in enumerate(self.words)}
        self.lexicon, self.batch_clips, self.seed, self.coverage = lexicon, batch_clips, seed, coverage
        self.skipped = frames.skipped
        self.truncated = sum(t.dropped > 0 for t in texts.values())
        ends = np.cumsum([len(s.events) for s in self.situations]).tolist()
        self.places = {s.clip_id: list(range(e - len(s.events), e)) for s, e in zip(self.situations, ends, strict=True)}
        self.width = max((len(group) for t in texts.values() for group in t.negatives), default=0)

    @classmethod
    def prepare(cls, s: TrainSettings, encoder: ClipEncoder, situations: Sequence[Situation], lexicon: Lexicon | None = None,
                progress: bool = True, processes: Processes | None = None, more_texts: Callable[[Sequence[Situation]], list[str]] | None = None,
                coverage: Coverage | None = None) -> TrainingData:  # fmt: skip
        """Decode and embed what is not cached yet, each process a part of it. Raises DataError (see frame_cache).

        lexicon: made from these clips if None. more_texts: other texts of the clips to embed as well.
        coverage: what load_split said of the split.
        """
        d = s.data
        frames = cached_frames(situations, d, encoder.preprocess_spec, progress, processes)
        kept = [first_events(x, d.events) for x in situations if x.clip_id in frames]
        lexicon = Lexicon.from_situations(kept) if lexicon is None else lexicon
        # PropBank's verbs serve the negatives only: the lexicon that is saved stays that of the annotations.
        wide = lexicon
        if d.propbank:
            wide = lexicon.with_verbs(read_propbank(d.propbank, d.role_names, classes=d.propbank_classes))
        made = clip_texts(
            kept,
            d.caption_style,
            wide,
            s.loss,
            encoder.count_tokens,
            encoder.max_tokens,
            s.seed,
            sparse_shares(s.base),
        )
        texts = {x.clip_id: t for x, t in zip(kept, made, strict=True)}
        words = {c for t in made for c in (*t.captions, *(n for group in t.negatives for n in group))}
        table = None
        if s.tuning.text == "frozen":
            words |= set(more_texts(kept)) if more_texts else set()
            table = embed_captions(encoder, sorted(words), d.cache, progress, processes)
        order = (s.optim.batch_clips, s.seed, coverage, d.films_together)
        return cls(kept, frames, texts, sorted(words), table, lexicon, *order)

    def __len__(self) -> int:
        return len(self.situations)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits over the clips and all that is said of them."""
        digest = hashlib.sha256()
        for situation in self.situations:
            t = self.texts[situation.clip_id]
            digest.update("\0".join((situation.clip_id, *t.captions, *(n for g in t.negatives for n in g))).encode())
        return digest.hexdigest()[:16]

    def facts(self) -> dict[str, object]:
        """What run.json says of the data."""
        return {
            "coverage": asdict(self.coverage) if self.coverage is not None else None,
            "clips": len(self),
            "events": sum(len(s.events) for s in self.situations),
            "skipped": [list(entry) for entry in self.skipped],
            "shortened_captions": self.truncated,
            "data_fingerprint": self.fingerprint,
            "frames_fingerprint": self.frames.fingerprint(),
        }

    def order(self, epoch: int) -> list[list[str]]:
        """The epoch's batches of clip ids. Clips of one batch have equally many events; the last batches may be short."""
        rng = np.random.default_rng([self.seed, 101, epoch])
        batches = self._grouped([self.situations[int(i)] for i in rng.permutation(len(self.situations))])
        return [batches[int(i)] for i in rng.permutation(len(batches))]

    def _grouped(self, situations: Sequence[Situation]) -> list[list[str]]:
        groups: dict[int, dict[str, list[str]]] = {}
        for s in situations:
            film = film_of(s.clip_id) if self.films_together else s.clip_id
            groups.setdefault(len(s.events), {}).setdefault(film, []).append(s.clip_id)
        return [batch for films in groups.values() for batch in packed(list(films.values()), self.batch_clips)]

    def in_order(self) -> Iterator[Batch]:
        """Every clip once, unshuffled, for this process alone."""
        return (self.batch(ids) for ids in self._grouped(self.situations))

    def batches(
        self, epoch: int, rank: int = 0, ranks: int = 1, skip: int = 0, workers: int = 1, pinned: bool = False
    ) -> Iterator[Batch]:
        """This rank's share of every batch of the epoch after the first `skip`, in order.

        workers: threads that read, each a batch ahead. pinned: see Batch. Shares differ by one clip at most; a batch of fewer
        clips than ranks leaves some with a stand-in.
        """

        def share(ids: list[str]) -> Batch:
            parts = np.array_split(np.array(ids, dtype=object), ranks)
            own = [str(i) for i in parts[rank]]
            batch = self.batch(own or ids[:1], tuple(len(part) for part in parts))
            return batch.pinned() if pinned else batch

        with ThreadPoolExecutor(workers) as readers:
            ahead: deque[Future[Batch]] = deque()
            try:
                for ids in self.order(epoch)[skip:]:
                    ahead.append(readers.submit(share, ids))
                    if len(ahead) > workers:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:  # a run that stops here waits for the batches that are being read, not for all
                for future in ahead:
                    future.cancel()

    def steps(self) -> int:
        """Batches of an epoch."""
        return len(self._grouped(self.situations))

    def batch(self, ids: Sequence[str], sizes: tuple[int, ...] | None = None) -> Batch:
        texts = [self.texts[i] for i in ids]
        width = max((len(n) for t in texts for n in t.negatives), default=0)
        events = len(texts[0].captions)
        captions = torch.tensor([[self.rows[c] for c in t.captions] for t in texts])  # (B, E)
        # Where there is no negative stands the event's own caption, masked: every id is then a text of the batch.
        wrong = captions[:, :, None].repeat(1, 1, width)
        mask = torch.zeros(len(ids), events, width, dtype=torch.bool)
        for b, t in enumerate(texts):
            for e, group in enumerate(t.negatives):
                for k, text in enumerate(group):
                    wrong[b, e, k], mask[b, e, k] = self.rows[text], True
        pixels = torch.from_numpy(np.stack([self.frames[i][:events] for i in ids]))
        text, negatives = (None, None) if self.table is None else (self.table[captions], self.table[wrong])
        return Batch(pixels, text, negatives, mask, captions, wrong, tuple(ids), sizes or (len(ids),))

    def embed(self, texts: Sequence[str], encoder: ClipEncoder) -> Tensor:
        """(N, D): from the table where it has them all, else by the text tower as it is now."""
        if self.table is not None and all(text in self.rows for text in texts):
            return self.table[torch.tensor([self.rows[text] for text in texts])]
        return encoder.encode_texts(texts)


def packed(films: Sequence[list[str]], size: int) -> list[list[str]]:
    """Batches of at most `size` clips that split no film, unless it is longer than a batch.

    First fit, the longest film first, others in their order: how many batches there are depends on the films' lengths alone,
    so every epoch has equally many steps. Where each film is one clip, the batches are the clips in their order, cut.
    """
    parts = [film[i : i + size] for film in films for i in range(0, len(film), size)]
    batches: list[list[str]] = []
    with_room: list[list[str]] = []
    for part in sorted(parts, key=len, reverse=True):
        batch = next((b for b in with_room if len(b) + len(part) <= size), None)
        if batch is None:
            batch = []
            batches.append(batch)
            with_room.append(batch)
        batch += part
        if len(batch) == size:
            with_room.remove(batch)
    return batches


def first_events(situation: Situation, count: int) -> Situation:
    """The clip with the labels of its first `count` events (0 = all); its frames stay those of the whole clip."""
    if not count:
        return situation
    sets = tuple(events[:count] for events in situation.annotations)
    return replace(
        situation, events=situation.events[:count], annotations=sets, verb_votes=situation.verb_votes[:count]
    )
