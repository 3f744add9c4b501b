"""Comparison: the pair (base CLIP, SRL-CLIP) behind one facade, used by the app, the command line and the evaluation alike.

A clip is decoded once for both models; texts are embedded once, since the text tower is shared. Nothing here is
toggled or global, so threads may share one Comparison.
"""

from __future__ import annotations

import copy
import functools
import secrets
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from srlclip import ASSETS
from srlclip.captioning.reader import CaptionReader
from srlclip.captioning.trained import CaptionHeads
from srlclip.comparison import published
from srlclip.comparison.embedding import (
    FRAMES_PER_EVENT,
    Frames,
    embed_gallery,
    event_embeddings,
    frame_embeddings,
    upload_embeddings,
)
from srlclip.comparison.embedding_map import EmbeddingMap, embedding_map
from srlclip.comparison.explained import ExplainedSearch, explain_search
from srlclip.comparison.gallery import Gallery
from srlclip.comparison.loading import (
    DEFAULT_ADAPTER,
    DEFAULT_BASE,
    describe,
    find_heads,
    find_lexicon,
    load_pair,
)
from srlclip.comparison.queries import asked_facts, find_examples, find_stories
from srlclip.comparison.search import QueryHeat, query_heat, ranked
from srlclip.data.folder import read_folder
from srlclip.explain.explanation import explain
from srlclip.explain.image_maps import pair_maps
from srlclip.explain.results import Explanation, FrameShares
from srlclip.explain.shares import frame_shares
from srlclip.language import negatives, prompts
from srlclip.language.facts import Facts, event_facts
from srlclip.language.lexicon import Lexicon
from srlclip.models.pair import ClipPair
from srlclip.progress import Progress
from srlclip.results import (
    MODELS,
    Both,
    CaptionResult,
    Example,
    PairInfo,
    ScoredCaption,
    ScoreResult,
    SearchResult,
    Story,
    Timeline,
)
from srlclip.situations import Caption, DataError, Event, Role, Situation, event_count
from srlclip.video import frames as video

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
        self.gallery_origin = "embedded"  # one of embedding.ORIGINS
        self.left_out: tuple[str, ...] = ()  # clips of the gallery's folder that cannot be decoded
        self._uploads: OrderedDict[str, tuple[Situation, dict[str, np.ndarray]]] = OrderedDict()
        self._texts: OrderedDict[str, np.ndarray] = OrderedDict()
        self._clip_frames: Frames = OrderedDict()
        self._lock = threading.Lock()
        self.reader = CaptionReader(lexicon, heads, self.embed_texts, float(pair.base.logit_scale))
        self.image_maps = functools.partial(pair_maps, pair)

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
        built, kept, origin = embed_gallery(pair, situations, progress)
        comparison = cls(pair, info, kept, built, find_lexicon(adapter, kept), trained)
        comparison.gallery_origin = origin
        comparison.left_out = tuple(s.clip_id for s in situations if s.clip_id not in comparison._clips)
        return comparison

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
        return find_examples(ASSETS / "gallery", tuple(self._clips.values()), self._place, self.true_caption)

    def stories(self) -> tuple[Story, ...]:
        """Curated queries of the gallery for a guided tour: a win, a tie and a loss of the bundled adapter."""
        return find_stories(ASSETS / "gallery", self._place)

    def verbs(self) -> tuple[str, ...]:
        """VerbIDs of the lexicon, most frequent first."""
        return self.lexicon.verbs

    def roles_of(self, verb: str) -> tuple[tuple[str, str], ...]:
        """(role key, role name) of a VerbID. Raises DataError for an unknown one."""
        return self.lexicon.roles(verb)

    def fillers(self, role_key: str, verb: str | None = None, limit: int = 20) -> tuple[str, ...]:
        """What fills a role most often: with this verb where it is known, then with any."""
        return self.lexicon.usual_fillers(role_key, verb, limit)

    def compose(self, verb: str, fillers: Mapping[str, str], style: str = "natural") -> Caption:
        """A caption from a VerbID and fillers by role key; empty fillers are left out."""
        roles = tuple(Role(k, n, fillers.get(k, "")) for k, n in self.lexicon.roles(verb))
        return self.caption_of(Event(self.lexicon.verb(verb), verb, roles), style)

    def true_caption(self, clip_id: str, event_index: int, style: str = "natural") -> Caption:
        return self.caption_of(self._event(clip_id, event_index), style)

    def caption_of(self, event: Event, style: str = "natural") -> Caption:
        """The caption of an event, with as many of its roles as the text tower reads."""
        return prompts.fit(event, style, self.pair.base.count_tokens, self.pair.base.max_tokens)

    def negatives(
        self, clip_id: str, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        """Hard negatives of a labelled event, the same at every call. Natural ones are all of the clip's other events."""
        self._event(clip_id, event_index)
        return self.negatives_of(self.situation(clip_id), event_index, kinds, style, per_kind)

    def negatives_of(
        self, situation: Situation, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        """The same of any labelled situation, in the gallery or not, such as one that somebody is editing."""
        rng = np.random.default_rng([zlib.crc32(situation.clip_id.encode()), event_index])
        most = {kind: len(situation.events) if kind == "natural" else per_kind for kind in kinds}
        event = situation.events[event_index]
        return tuple(negatives.build(event, situation, 100, self.lexicon, kinds, rng, style, most, self.caption_of))

    def measurements(self) -> tuple[str, ...]:
        """Names of the committed measurements of the bundled pair, for `measurement`; none for another pair."""
        bundled = (self.info.base_id, self.info.adapter_id) == (DEFAULT_BASE, DEFAULT_ADAPTER)
        return published.names() if bundled else ()

    def measurement(self, name: str) -> dict:
        """One of `measurements`. Raises ValueError for another name, DataError for a broken file."""
        if name not in self.measurements():
            raise ValueError(f"there is no measurement {name[:80]!r} of this pair of models")
        return published.read(name)

    def results(self) -> dict | None:
        """The main measurement of the bundled pair, or None for another pair."""
        return self.measurement(published.MAIN) if published.MAIN in self.measurements() else None

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
        vector = self.embed_texts([query])[0]
        hits, failures = ranked(self.gallery, vector)
        limit = self.pair.base.max_tokens
        cut = tokens > limit
        return SearchResult(query, hits, target, tokens, cut, limit, failures)

    def explain_search(self, result: SearchResult) -> ExplainedSearch:
        """What happens in the events behind a search's hits, and which of the facts that its query names are right there."""
        asked = asked_facts(result.query, (*self.examples(), *self.stories()), self._event, self.lexicon)
        return explain_search(result, asked, self.situation, lambda event: self.caption_of(event).text)

    def similar(self, clip_id: str, event_index: int) -> tuple[SearchResult, ExplainedSearch]:
        """Every other gallery clip ranked by its event nearest to one of a clip, each model by its own embeddings of both;
        and what is the same there. The result's query names the clip. Raises DataError, ValueError for an unknown event."""
        vectors = {model: events[event_index : event_index + 1] for model, events in self.embed_clip(clip_id).items()}
        if event_index < 0 or not all(map(len, vectors.values())):
            count = len(self.embed_clip(clip_id)["base"])
            raise ValueError(f"event {event_index} of {clip_id}; allowed: 0 to {count - 1}")
        hits, failures = ranked(self.gallery, {model: v[0] for model, v in vectors.items()}, clip_id)
        events = self.situation(clip_id).events
        asked = event_facts(events[event_index]) if event_index < len(events) else Facts()
        result = SearchResult(f"{clip_id}, event {event_index + 1}", hits, failures=failures)
        return result, explain_search(result, asked, self.situation, lambda event: self.caption_of(event).text)

    def frame_shares(self, clip_id: str, query: str) -> FrameShares:
        """What each frame of a clip adds to the query's score of its event. The frames are read and embedded now, once.

        Raises ValueError for an empty query, DataError for an unknown clip, VideoDecodeError.
        """
        if not query.strip():
            raise ValueError("the query is empty; describe an event, for example: a man pushes a box")
        vector = self.embed_texts([query])[0]
        return self._shares(clip_id, query, Both(vector, vector))

    def similar_shares(self, clip_id: str, like: str, event_index: int) -> FrameShares:
        """The same for the likeness of a clip's events to one event of the clip `like`."""
        own = {model: events[event_index] for model, events in self.embed_clip(like).items()}
        return self._shares(clip_id, f"{like}, event {event_index + 1}", Both.of(own.__getitem__))

    def timeline(self, clip_id: str, query: str) -> Timeline:
        """Cosine of a query with each event of a clip under both models."""
        vector = self.embed_texts([query])[0]
        rows = {model: tuple(float(x) for x in events @ vector) for model, events in self.embed_clip(clip_id).items()}
        return Timeline(clip_id, query, self.spans(clip_id), Both.of(rows.__getitem__))

    def explain(self, clip_id: str, event_index: int, text: str = "", role: str = "") -> Explanation:
        """Why a text fits an event: patches, words, roles and frames under both models (docs/attribution.md).

        text: by default the caption made of the event's labels. role: the maps show where its words alone are seen; a role's
        key ("Arg0"), its name ("pusher") or words of the text. Raises ValueError, DataError, VideoDecodeError.
        """
        return explain(self, clip_id, event_index, text, role, FRAMES_PER_EVENT)

    def heat(self, query: str) -> QueryHeat:
        """Cosine of a query with every event of the gallery under both models. Raises ValueError for an empty query."""
        if not query.strip():
            raise ValueError("the query is empty; describe an event")
        vector = self.embed_texts([query])[0]
        own = dict(zip(self.gallery.ids, self.gallery.counts, strict=True))
        return query_heat(query, vector, self.gallery.ids, self.gallery.events, own.__getitem__)

    def map(self, level: str = "events") -> EmbeddingMap:
        """The gallery's events or clips in two dimensions under either model. Raises ValueError for another level."""
        return embedding_map(
            self.gallery.ids, self.gallery.events, self.gallery.clips, self.situation, level, self.gallery.counts
        )

    def score(
        self, clip_id: str, event_index: int, true: str, negatives: Sequence[Caption], progress: Progress | None = None
    ) -> ScoreResult:
        """A true caption against negatives on one event. Raises ValueError for an empty caption or a bad event index."""
        if not true.strip():
            raise ValueError("the true caption is empty; write what happens in the event")
        features = self.embed_clip(clip_id)
        count = len(features["base"])
        if not 0 <= event_index < count:
            raise ValueError(f"event {event_index} of {clip_id}; allowed: 0 to {count - 1}")
        if progress:
            progress(0.3, f"embedding {len(negatives) + 1} captions")
        texts = [true, *(n.text for n in negatives)]
        # each once: a product of many rows may differ in the last bit, and equal captions must tie
        distinct = list(dict.fromkeys(texts))
        vectors = self.embed_texts(distinct)
        scores = {m: dict(zip(distinct, (vectors @ features[m][event_index]).tolist(), strict=True)) for m in MODELS}

        def scored(text: str) -> Both[float]:
            return Both.of(lambda model: scores[model][text])

        def margin(text: str) -> Both[float | None]:
            return Both.of(lambda model: scores[model][true] - scores[model][text])

        wrong = tuple(ScoredCaption(n, scored(n.text), margin(n.text)) for n in negatives)
        truncated = self.pair.base.count_truncated(texts)
        labels = self.situation(clip_id).events
        label = labels[event_index] if event_index < len(labels) else None
        caption = prompts.recognised(true, label, self.caption_of)
        return ScoreResult(clip_id, event_index, ScoredCaption(caption, scored(true)), wrong, truncated)

    def decoders(self) -> tuple[str, ...]:
        """What this pair can be captioned with, the best first: "heads" (trained captioners), "zero_shot" (CLIP alone)."""
        return self.reader.decoders

    def caption(self, clip_id: str, progress: Progress | None = None, decoder: str = "auto") -> CaptionResult:
        """SRL captions of every event under both models, beside the reference where there is one.

        decoder: one of decoders(), or "auto" for the first. A video without labels is read in events of about two seconds. Raises VideoDecodeError, DataError, ValueError.
        """
        chosen, situation = self.reader.choose(decoder), self.situation(clip_id)
        end = video.clip_end(situation)
        spans = video.event_spans(end, event_count(situation, end - situation.start), situation.start, end)

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
        situation, features, frames = upload_embeddings(self.pair, situation, progress)
        with self._lock:
            self._uploads[situation.clip_id] = (situation, features)
            while len(self._uploads) > UPLOADS_KEPT:
                self._uploads.popitem(last=False)
        # what reads as many frames of an event, its captions perhaps, need not read it again
        self._keep_frames((situation.clip_id, len(features["base"]), FRAMES_PER_EVENT), frames)
        return situation.clip_id

    def embed_video(self, situation: Situation, progress: Progress | None = None) -> dict[str, np.ndarray]:
        """Event embeddings of a clip that is neither of the gallery nor an upload: model -> (E, D). VideoDecodeError."""
        return event_embeddings(self.pair, situation, progress)

    def embed_upload(
        self, situation: Situation, progress: Progress | None = None
    ) -> tuple[Situation, dict[str, np.ndarray]]:
        """Someone's video with its end where the file's is, and its event embeddings as embed_video gives them.

        The file is opened once. Raises VideoDecodeError with the reason, also for what UPLOAD_LIMITS do not allow.
        """
        return upload_embeddings(self.pair, situation, progress)[:2]

    def over(
        self, clips: Sequence[tuple[Situation, dict[str, np.ndarray]]], with_gallery: bool, frames: Frames
    ) -> Comparison:
        """These models and words over other clips, each with its embed_video. with_gallery: and over this gallery's.

        frames: where frame embeddings are kept meanwhile, so that they go with the clips. ValueError if ids repeat.
        """
        view = copy.copy(self)
        view.gallery = self.gallery.with_clips({s.clip_id: f for s, f in clips}, with_gallery)
        view._clips = {s.clip_id: s for s, _ in clips} | (self._clips if with_gallery else {})
        view._place = {clip_id: i for i, clip_id in enumerate(view.gallery.ids)}
        view._clip_frames, view._uploads = frames, OrderedDict()
        return view

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D), L2-normalised: of both models, whose text tower is one. What was embedded before is kept, up to a limit."""
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

    def embed_clip(self, clip_id: str) -> dict[str, np.ndarray]:
        """Event embeddings of a gallery clip or upload: model -> (E, D), L2-normalised. Raises DataError for an unknown id."""
        if clip_id in self._place:
            place = self._place[clip_id]
            return {m: self.gallery.events[m][place][: self.gallery.counts[place]] for m in MODELS}
        with self._lock:
            if clip_id in self._uploads:
                return self._uploads[clip_id][1]
        raise DataError(f"no clip {clip_id!r}; it may have expired: upload it again, or choose one of the gallery")

    def spans(self, clip_id: str) -> tuple[tuple[float, float], ...]:
        """(start, end) in seconds of the events that embed_clip tells of."""
        situation = self.situation(clip_id)
        end = video.clip_end(situation)
        count = event_count(situation, end - situation.start)
        return video.event_spans(end, count, situation.start, end)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _event(self, clip_id: str, index: int) -> Event:
        events = self.situation(clip_id).events
        if not events:
            raise DataError(f"clip {clip_id!r} has no labels; type a caption instead")
        if not 0 <= index < len(events):
            raise ValueError(f"event {index} of {clip_id}; allowed: 0 to {len(events) - 1}")
        return events[index]

    def _shares(self, clip_id: str, query: str, vectors: Both[np.ndarray]) -> FrameShares:
        situation, spans = self.situation(clip_id), self.spans(clip_id)
        frames = self._frames(situation, len(spans), None, FRAMES_PER_EVENT)
        shares = {model: frame_shares(frames[model], vectors[model]) for model in MODELS}  # (E, F)
        moments = video.event_moments(spans, FRAMES_PER_EVENT)
        rows = Both.of(lambda model: tuple(map(tuple, shares[model].tolist())))
        scores = Both.of(lambda model: tuple(shares[model].sum(-1).tolist()))
        return FrameShares(clip_id, query, tuple(map(tuple, moments.tolist())), rows, scores)

    def _frames(
        self, situation: Situation, events: int, progress: Progress | None, per_event: int | None = None
    ) -> dict[str, np.ndarray]:
        """Frame embeddings of a clip: model -> (E, F, D); those of the last few clips are kept. per_event: F, None for what
        the captioners read."""
        per_event = per_event or self._frames_per_event
        key = (situation.clip_id, events, per_event)
        with self._lock:
            if key in self._clip_frames:
                self._clip_frames.move_to_end(key)
                return self._clip_frames[key]
        vectors = frame_embeddings(self.pair, situation, events, per_event, progress)
        self._keep_frames(key, vectors)
        return vectors

    @property
    def _frames_per_event(self) -> int:
        """How many the captioners read."""
        return self.reader.heads.frames_per_event if self.reader.heads is not None else FRAMES_PER_EVENT

    def _keep_frames(self, key: tuple[str, int, int], vectors: dict[str, np.ndarray]) -> None:
        with self._lock:
            self._clip_frames[key] = vectors
            while len(self._clip_frames) > CLIPS_KEPT:
                self._clip_frames.popitem(last=False)
