"""Comparison: the pair (base CLIP, SRL-CLIP) behind one facade, used by the app, the command line and benchmarks alike.

A clip is decoded once for both models; texts are embedded once, since the text tower is shared. Nothing here is
toggled or global, so threads may share one Comparison.
"""

from __future__ import annotations

import json
import secrets
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import negatives, prompts, video
from .captioning import CaptionReader, event_count
from .data.folder import read_folder
from .data.frame_cache import decode
from .embedding import ASSETS, FRAMES_PER_EVENT, Progress, embed_gallery, event_features, frame_features, sampling
from .gallery import Gallery
from .heads import CaptionHeads
from .lexicon import Lexicon
from .models.pair import ClipPair
from .pair_info import DEFAULT_ADAPTER, DEFAULT_BASE, describe, find_heads, find_lexicon, load_pair
from .results import (
    MODELS,
    CaptionResult,
    Example,
    Hit,
    PairInfo,
    ScoredCaption,
    ScoreResult,
    SearchResult,
    Timeline,
)
from .situations import EVENTS_PER_CLIP, Caption, DataError, Event, Role, Situation

RESULTS = Path(__file__).resolve().parents[1] / "results" / "mini_pair.json"
#: How many uploads are remembered at a time, and of how many clips the frame embeddings.
UPLOADS_KEPT = 64
CLIPS_KEPT = 64


class Comparison:
    """A loaded pair, an embedded gallery, and a lexicon of verbs, roles and fillers."""

    def __init__(
        self,
        pair: ClipPair,
        info: PairInfo,
        situations: Sequence[Situation],
        gallery: Gallery,
        lexicon: Lexicon,
        heads: CaptionHeads | None = None,
    ):
        self.pair, self.info, self.gallery, self.lexicon = pair, info, gallery, lexicon
        self._clips = {s.clip_id: s for s in situations}
        self._place = {clip_id: i for i, clip_id in enumerate(gallery.ids)}
        self._uploads: OrderedDict[str, tuple[Situation, dict[str, np.ndarray]]] = OrderedDict()
        self._texts: OrderedDict[str, np.ndarray] = OrderedDict()
        self._clip_frames: OrderedDict[str, dict[str, np.ndarray]] = OrderedDict()
        self._lock = threading.Lock()
        self.reader = CaptionReader(lexicon, heads, self._embed, float(pair.base.logit_scale))

    # -- loading ------------------------------------------------------------------------------------------------------

    @classmethod
    def load(
        cls,
        base: str | None = None,
        adapter: str | None = None,
        gallery: str | Path | None = None,
        device: str = "cpu",
        progress: Progress | None = None,
        heads: str | Path | None = None,
    ) -> Comparison:
        """base, adapter: bundled name, folder or Hub id; both None is the bundled pair, an adapter alone brings its base,
        a base alone is compared with itself. gallery: a folder of videos (see data.folder), None for the bundled clips.
        heads: a folder with the captioners base/ and adapted/, None for those that the adapter brings, if it does.

        Gallery embeddings are kept in the user's cache folder. Raises CheckpointError, DataError, ValueError.
        """
        pair, adapter = load_pair(base, adapter, device)
        info = describe(pair, adapter, device)
        trained = find_heads(pair, adapter, heads)
        situations = read_folder(gallery or ASSETS / "gallery")
        built, kept = embed_gallery(pair, situations, progress)
        return cls(pair, info, kept, built, find_lexicon(adapter, kept), trained)

    # -- clips and words ----------------------------------------------------------------------------------------------

    def clip_ids(self) -> tuple[str, ...]:
        """The gallery's clips, in its order."""
        return self.gallery.ids

    def situation(self, clip_id: str) -> Situation:
        """A gallery clip or an upload. Raises DataError for an unknown id."""
        if clip_id in self._clips:
            return self._clips[clip_id]
        with self._lock:
            if clip_id in self._uploads:
                return self._uploads[clip_id][0]
        raise DataError(f"no clip {clip_id!r}; it may have expired: upload it again, or choose one of the gallery")

    def examples(self) -> tuple[Example, ...]:
        """Queries that describe one event of a gallery clip, spread over the gallery; chosen without looking at results."""
        stored = ASSETS / "gallery" / "examples.json"
        if stored.is_file():
            rows = json.loads(stored.read_text("utf-8"))
            found = tuple(
                Example(r["query"], r["target"], r["event_index"]) for r in rows if r["target"] in self._place
            )
            if found:
                return found
        labelled = [s for s in self._clips.values() if s.events]
        if labelled:
            picks = labelled[:: max(1, len(labelled) // 8)][:8]
            return tuple(
                Example(self.true_caption(s.clip_id, i % len(s.events)).text, s.clip_id, i % len(s.events))
                for i, s in enumerate(picks)
            )
        texts = []
        for verb in self.lexicon.verbs[:4]:
            roles = tuple(
                Role(k, n, f[0]) for k, n in self.lexicon.roles(verb) if (f := self.lexicon.fillers(k, verb, 1))
            )
            texts.append(prompts.caption(Event(self.lexicon.verb(verb), verb, roles), "natural").text)
        return tuple(Example(text, None, None) for text in texts)

    def verbs(self) -> tuple[str, ...]:
        """VerbIDs of the lexicon, most frequent first."""
        return self.lexicon.verbs

    def roles_of(self, verb: str) -> tuple[tuple[str, str], ...]:
        """(role key, role name) of a VerbID. Raises DataError for an unknown one."""
        return self.lexicon.roles(verb)

    def compose(self, verb: str, fillers: Mapping[str, str], style: str = "natural") -> Caption:
        """A caption from a VerbID and fillers by role key; empty fillers are left out."""
        roles = tuple(Role(k, n, fillers.get(k, "")) for k, n in self.lexicon.roles(verb))
        return self._fit(Event(self.lexicon.verb(verb), verb, roles), style)

    def true_caption(self, clip_id: str, event_index: int, style: str = "natural") -> Caption:
        return self._fit(self._event(clip_id, event_index), style)

    def negatives(
        self, clip_id: str, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        """Hard negatives of a labelled event, the same at every call. Natural ones are all of the clip's other events."""
        situation, event = self.situation(clip_id), self._event(clip_id, event_index)
        rng = np.random.default_rng([zlib.crc32(clip_id.encode()), event_index])
        most = {kind: len(situation.events) if kind == "natural" else per_kind for kind in kinds}
        return tuple(negatives.build(event, situation, 100, self.lexicon, kinds, rng, style, most, self._fit))

    def results(self) -> dict | None:
        """The committed measurements of the bundled pair, or None for another pair."""
        if (self.info.base_id, self.info.adapter_id) != (DEFAULT_BASE, DEFAULT_ADAPTER) or not RESULTS.is_file():
            return None
        return json.loads(RESULTS.read_text("utf-8"))

    # -- comparing ------------------------------------------------------------------------------------------------------

    def search(self, query: str, target: str | None = None) -> SearchResult:
        """Every gallery clip ranked under both models. A clip's score is the cosine of the query with the best of its
        events; ties rank last. Raises ValueError for an empty query or an unknown target."""
        query = query.strip()
        if not query:
            raise ValueError("the query is empty; describe an event, for example: a man pushes a box")
        if target is not None and target not in self._place:
            raise ValueError(f"target {target!r} is not in the gallery")
        tokens = self.pair.base.count_tokens(query)
        vector = self._embed([query])[0]
        ranked: dict[str, tuple[Hit, ...]] = {}
        failures = []
        before: dict[str, int] = {}
        for model in MODELS:
            try:
                every = self.gallery.events[model] @ vector  # (G, E)
                scores = every.max(axis=1)
                if not np.isfinite(scores).all():
                    raise FloatingPointError("embeddings are not finite")
            except (FloatingPointError, KeyError, MemoryError) as error:
                failures.append(f"{model} model failed: {error}")
                ranked[model] = ()
                continue
            # Ties rank last: a rank is the number of clips that score at least as high.
            places = len(scores) - np.searchsorted(np.sort(scores), scores, side="left")
            best = every.argmax(axis=1)
            hits = []
            for i in np.argsort(-scores, kind="stable"):
                name, rank = self.gallery.ids[i], int(places[i])
                hits.append(
                    Hit(name, rank, float(scores[i]), before[name] - rank if name in before else None, int(best[i]))
                )
            ranked[model] = tuple(hits)
            if model == "base":
                before = {hit.clip_id: hit.rank for hit in ranked[model]}
        limit = self.pair.base.max_tokens
        cut = tokens > limit
        return SearchResult(query, ranked["base"], ranked["adapted"], target, tokens, cut, limit, tuple(failures))

    def timeline(self, clip_id: str, query: str) -> Timeline:
        """Cosine of a query with each event of a clip under both models."""
        vector = self._embed([query])[0]
        rows = {model: tuple(float(x) for x in events @ vector) for model, events in self._features(clip_id).items()}
        return Timeline(clip_id, query, self._spans(clip_id), rows["base"], rows["adapted"])

    def score(
        self, clip_id: str, event_index: int, true: str, negatives: Sequence[Caption], progress: Progress | None = None
    ) -> ScoreResult:
        """A true caption against negatives on one event. Raises ValueError for an empty caption or a bad event index."""
        if not true.strip():
            raise ValueError("the true caption is empty; write what happens in the event")
        features = self._features(clip_id)
        count = len(features["base"])
        if not 0 <= event_index < count:
            raise ValueError(f"event {event_index} of {clip_id}; allowed: 0 to {count - 1}")
        if progress:
            progress(0.3, f"embedding {len(negatives) + 1} captions")
        vectors = self._embed([true, *(n.text for n in negatives)])
        scores = {model: vectors @ events[event_index] for model, events in features.items()}
        base, adapted = (scores[m].tolist() for m in MODELS)
        wrong = tuple(
            ScoredCaption(n, base[i], adapted[i], base[0] - base[i], adapted[0] - adapted[i])
            for i, n in enumerate(negatives, 1)
        )
        truncated = self.pair.base.count_truncated([true, *(n.text for n in negatives)])
        return ScoreResult(clip_id, event_index, ScoredCaption(Caption(true), base[0], adapted[0]), wrong, truncated)

    def decoders(self) -> tuple[str, ...]:
        """What this pair can be captioned with, the best first: "heads" (trained captioners), "zero_shot" (CLIP alone)."""
        return self.reader.decoders

    def caption(self, clip_id: str, progress: Progress | None = None, decoder: str = "auto") -> CaptionResult:
        """SRL captions of every event under both models, beside the reference where there is one.

        decoder: one of decoders(), or "auto" for the first. A video without labels that is longer than a clip is read in
        events of about two seconds. Raises VideoDecodeError, DataError, ValueError.
        """
        chosen, situation = self.reader.choose(decoder), self.situation(clip_id)
        spans = self._caption_spans(situation)

        def later(share: float, what: str) -> None:
            if progress:
                progress(0.5 + 0.5 * share, what)

        features = self._frames(situation, len(spans), progress)
        return self.reader.caption(situation, spans, features, chosen, later)

    def add_video(self, path: str, progress: Progress | None = None) -> str:
        """Decode and embed someone's video once; the returned id works in situation, caption, score and timeline.

        It never enters the gallery, and cannot be guessed. Raises VideoDecodeError with the reason.
        """
        situation = Situation(f"upload-{secrets.token_hex(8)}", Path(path), ())
        if progress:
            progress(0.1, f"decoding {EVENTS_PER_CLIP * FRAMES_PER_EVENT} frames")
        info = video.probe(path, video.UPLOAD_LIMITS)
        pixels = decode(situation, sampling(self.pair))
        if progress:
            progress(0.5, "embedding frames with both models")
        features = event_features(self.pair, pixels[None])
        situation = replace(situation, end=info.duration)
        with self._lock:
            self._uploads[situation.clip_id] = (situation, {m: f[0] for m, f in features.items()})
            while len(self._uploads) > UPLOADS_KEPT:
                self._uploads.popitem(last=False)
        return situation.clip_id

    # -- parts ------------------------------------------------------------------------------------------------------

    def _event(self, clip_id: str, index: int) -> Event:
        events = self.situation(clip_id).events
        if not events:
            raise DataError(f"clip {clip_id!r} has no labels; type a caption instead")
        if not 0 <= index < len(events):
            raise ValueError(f"event {index} of {clip_id}; allowed: 0 to {len(events) - 1}")
        return events[index]

    def _fit(self, event: Event, style: str = "natural") -> Caption:
        return prompts.fit(event, style, self.pair.base.count_tokens, self.pair.base.max_tokens)

    def _features(self, clip_id: str) -> dict[str, np.ndarray]:
        """Event embeddings of a clip: model -> (E, D)."""
        if clip_id in self._place:
            own = len(self._clips[clip_id].events) or EVENTS_PER_CLIP
            return {m: self.gallery.events[m][self._place[clip_id]][:own] for m in MODELS}
        with self._lock:
            if clip_id in self._uploads:
                return self._uploads[clip_id][1]
        raise DataError(f"no clip {clip_id!r}; it may have expired: upload it again, or choose one of the gallery")

    def _spans(self, clip_id: str) -> tuple[tuple[float, float], ...]:
        situation = self.situation(clip_id)
        end = situation.end
        if end is None:
            end = video.probe(situation.path).duration if situation.path else 10.0
        return video.event_spans(end, len(situation.events) or EVENTS_PER_CLIP, situation.start, end)

    def _caption_spans(self, situation: Situation) -> tuple[tuple[float, float], ...]:
        duration = situation.end
        if duration is None:
            duration = video.probe(situation.path).duration if situation.path else 10.0
        count = event_count(situation, duration - situation.start)
        return video.event_spans(duration, count, situation.start, duration)

    def _frames(self, situation: Situation, events: int, progress: Progress | None) -> dict[str, np.ndarray]:
        """Frame embeddings of a clip: model -> (E, F, D); those of the last few clips are kept."""
        key = situation.clip_id
        with self._lock:
            if key in self._clip_frames:
                self._clip_frames.move_to_end(key)
                return self._clip_frames[key]
        per_event = self.reader.heads.frames_per_event if self.reader.heads is not None else FRAMES_PER_EVENT
        found = frame_features(self.pair, situation, events, per_event, progress)
        with self._lock:
            self._clip_frames[key] = found
            while len(self._clip_frames) > CLIPS_KEPT:
                self._clip_frames.popitem(last=False)
        return found

    def _embed(self, texts: list[str]) -> np.ndarray:
        """(N, D) with a bounded memory of what was embedded before."""
        with self._lock:
            known = {t: self._texts[t] for t in texts if t in self._texts}
        new = [t for t in dict.fromkeys(texts) if t not in known]
        if new:
            vectors = self.pair.encode_texts(new).cpu().numpy()
            known |= dict(zip(new, vectors, strict=True))
            with self._lock:
                self._texts.update((t, known[t]) for t in new)
                while len(self._texts) > 50_000:
                    self._texts.popitem(last=False)
        return np.stack([known[t] for t in texts])
