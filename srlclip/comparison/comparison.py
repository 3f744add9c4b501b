"""Comparison: the pair (base CLIP, SRL-CLIP) behind one facade, used by the app, the command line and the evaluation alike.

A clip is decoded once for both models; texts are embedded once, since the text tower is shared. Nothing here is
toggled or global, so threads may share one Comparison.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from srlclip import ASSETS
from srlclip.captioning.reader import CaptionReader
from srlclip.captioning.trained import CaptionHeads
from srlclip.comparison import published
from srlclip.comparison.clips import ClipStore
from srlclip.comparison.embedding import FRAMES_PER_EVENT, Frames, event_embeddings, upload_embeddings
from srlclip.comparison.embedding_map import EmbeddingMap, embedding_map
from srlclip.comparison.explained import ExplainedSearch, explain_search
from srlclip.comparison.gallery import Gallery
from srlclip.comparison.index import kept_index
from srlclip.comparison.indexing import EMBEDDED, embed_gallery
from srlclip.comparison.joined import AnyGallery
from srlclip.comparison.loading import describe, find_heads, find_lexicon, load_pair, results_folder
from srlclip.comparison.memory import CaptionMemory
from srlclip.comparison.queries import asked_facts, find_examples, find_stories
from srlclip.comparison.remote import RemoteGallery, RemoteSituations, is_address
from srlclip.comparison.scoring import clip_shares, cosines, scored
from srlclip.comparison.search import QueryHeat, query_heat, ranked
from srlclip.comparison.words import Captions, TextVectors
from srlclip.data.embedding_runs import Effort
from srlclip.data.folder import read_folder
from srlclip.explain.explanation import explain
from srlclip.explain.image_maps import pair_maps
from srlclip.explain.results import Explanation, FrameShares
from srlclip.language.facts import Facts, event_facts
from srlclip.language.known_words import query_words
from srlclip.language.lexicon import Lexicon
from srlclip.language.prompts import recognised
from srlclip.models.pair import ClipPair
from srlclip.progress import Progress, part
from srlclip.results import (
    Both,
    CaptionResult,
    Example,
    PairInfo,
    ScoreResult,
    SearchResult,
    Story,
    Timeline,
)
from srlclip.situations import Caption, Event, Situation
from srlclip.speed import EXACT


class Comparison:
    """A loaded pair, an embedded gallery, and a lexicon of verbs, roles and fillers."""

    def __init__(
        self,
        pair: ClipPair,
        info: PairInfo,
        situations: Sequence[Situation] | Mapping[str, Situation],
        gallery: Gallery | RemoteGallery,
        lexicon: Lexicon,
        heads: CaptionHeads | None = None,
    ):
        self.pair, self.info, self.lexicon = pair, info, lexicon
        self.clips = ClipStore(pair, gallery, situations)
        self.captions = Captions(pair, lexicon)
        self.texts = TextVectors(pair)
        self.captioned = CaptionMemory()
        self.gallery_origin = EMBEDDED
        self.left_out: Mapping[str, str] = {}  # clips of the gallery's folder that cannot be decoded, and why
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
        workers: int = 1,
        precision: str = EXACT,
        index: str | Path | None = None,
    ) -> Comparison:
        """base, adapter: bundled name, folder or Hub id; both None is the bundled pair, an adapter alone brings its base,
        a base alone is compared with itself. gallery: a folder of videos (see data.folder), None for the bundled clips; or the address of
        one in a vector engine (remote.Address), which can be searched alone.
        heads: a folder with the captioners base/ and adapted/, None for those that the adapter brings, if it does.
        workers: threads that decode the next clips while one is embedded. precision: fp32, bf16 (the fast mode, which
        info.feature_cosine measures) or auto (bf16 where the device has it).
        index: a folder where an index over the gallery is kept, for more than about 100,000 clips (docs/performance.md).

        Gallery embeddings are kept in the user's cache folder. Raises CheckpointError, DataError, ValueError.
        """
        pair, adapter = load_pair(base, adapter, device, precision)
        info = describe(pair, adapter, device)
        trained = find_heads(pair, adapter, heads)
        if is_address(gallery):
            if index is not None:
                raise ValueError("a gallery in a vector engine has its own index; leave out --index")
            remote = RemoteGallery(str(gallery), pair.marks)
            lexicon = find_lexicon(adapter, ())
            return cls(pair, info, RemoteSituations(remote), remote, lexicon, trained)
        situations = read_folder(gallery or ASSETS / "gallery")
        indexed = embed_gallery(pair, situations, Effort(workers, progress=progress))
        assert indexed is not None  # no other process
        built = indexed.gallery
        if index is not None:
            built = replace(built, index=kept_index(built, index, progress=progress))
        lexicon = find_lexicon(adapter, indexed.clips)
        comparison = cls(pair, info, indexed.clips, built, lexicon, trained)
        comparison.gallery_origin, comparison.left_out = indexed.origin, indexed.left_out
        return comparison

    # -- clips and words ----------------------------------------------------------------------------------------------

    @property
    def gallery(self) -> AnyGallery | RemoteGallery:
        """The embeddings of the clips that are searched."""
        return self.clips.gallery

    def clip_ids(self) -> tuple[str, ...]:
        """The gallery's clips, in its order."""
        return self.gallery.ids

    def situation(self, clip_id: str) -> Situation:
        """A gallery clip or an upload. Raises DataError for an unknown id."""
        return self.clips.situation(clip_id)

    def examples(self) -> tuple[Example, ...]:
        """Queries that describe one event of a gallery clip, spread over the gallery; chosen without looking at results."""
        return find_examples(ASSETS / "gallery", tuple(self.clips.labels.values()), self.gallery, self.true_caption)

    def stories(self) -> tuple[Story, ...]:
        """Curated queries of the gallery for a guided tour: a win, a tie and a loss of the bundled adapter."""
        return find_stories(ASSETS / "gallery", self.gallery)

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
        return self.captions.compose(verb, fillers, style)

    def true_caption(self, clip_id: str, event_index: int, style: str = "natural") -> Caption:
        return self.captions.of(self.clips.event(clip_id, event_index), style)

    def caption_of(self, event: Event, style: str = "natural") -> Caption:
        """The caption of an event, with as many of its roles as the text tower reads."""
        return self.captions.of(event, style)

    def negatives(
        self, clip_id: str, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        """Hard negatives of a labelled event, the same at every call. Natural ones are all of the clip's other events."""
        self.clips.event(clip_id, event_index)
        return self.negatives_of(self.situation(clip_id), event_index, kinds, style, per_kind)

    def negatives_of(
        self, situation: Situation, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        """The same of any labelled situation, in the gallery or not, such as one that somebody is editing."""
        return self.captions.negatives(situation, event_index, kinds, style, per_kind)

    def measurements(self) -> tuple[str, ...]:
        """Names of measurements of this pair, for `measurement`: what is committed of the bundled pair; of another the
        benchmarks ("benchmarks/NAME") that lie in its run's folder."""
        folder = results_folder(self.info)
        if folder is None:
            return ()
        return published.names() if folder == published.FOLDER else published.benchmark_names(folder)

    def measurement(self, name: str) -> dict:
        """One of `measurements`. Raises ValueError for another name, DataError for a broken file."""
        if name not in self.measurements():
            raise ValueError(f"there is no measurement {name[:80]!r} of this pair of models")
        return published.read(name, results_folder(self.info))

    def results(self) -> dict | None:
        """The main measurement of the bundled pair, or None for another pair."""
        return self.measurement(published.MAIN) if published.MAIN in self.measurements() else None

    # -- comparing ------------------------------------------------------------------------------------------------------

    def search(self, query: str, target: str | None = None, level: str = "events") -> SearchResult:
        """Every gallery clip ranked under both models. A clip's score is the cosine of the query with the best of its
        events, or (level "clips") with the clip as a whole; ties rank last. The hits are a results.Ranking, which makes
        what is looked at. Raises ValueError for an empty query, an unknown target or another level."""
        query = query.strip()
        vector = self._query_vector(query)
        if target is not None and target not in self.gallery:
            raise ValueError(f"target {target!r} is not in the gallery")
        hits, failures = ranked(self.gallery, vector, level=level)
        tokens, limit = self.pair.base.count_tokens(query), self.pair.base.max_tokens
        return SearchResult(query, hits, target, tokens, tokens > limit, limit, failures)

    def explain_search(self, result: SearchResult) -> ExplainedSearch:
        """What happens in the events behind a search's hits, and which of the facts that its query names are right there."""
        asked = asked_facts(result.query, (*self.examples(), *self.stories()), self.clips.event, self.lexicon)
        words = query_words(result.query, self.lexicon)
        return explain_search(result, asked, self.situation, lambda event: self.caption_of(event).text, words)

    def similar(self, clip_id: str, event_index: int) -> tuple[SearchResult, ExplainedSearch]:
        """Every other gallery clip ranked by its event nearest to one of a clip, each model by its own embeddings of both;
        and what is the same there. The result's query names the clip. Raises DataError, ValueError for an unknown event."""
        hits, failures = ranked(self.gallery, self.clips.one_event(clip_id, event_index), clip_id)
        label = self.clips.label(clip_id, event_index)
        asked = event_facts(label) if label is not None else Facts()
        result = SearchResult(f"{clip_id}, event {event_index + 1}", hits, failures=failures)
        return result, explain_search(result, asked, self.situation, lambda event: self.caption_of(event).text)

    def frame_shares(self, clip_id: str, query: str) -> FrameShares:
        """What each frame of a clip adds to the query's score of its event. The frames are read and embedded now, once.

        Raises ValueError for an empty query, DataError for an unknown clip, VideoDecodeError.
        """
        vector = self._query_vector(query)
        return self._shares(clip_id, query, Both(vector, vector))

    def similar_shares(self, clip_id: str, like: str, event_index: int) -> FrameShares:
        """The same for the likeness of a clip's events to one event of the clip `like`."""
        own = self.clips.one_event(like, event_index)
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
        vector, own = self._query_vector(query), self.gallery
        counts = dict(zip(own.ids, own.counts, strict=True))
        return query_heat(query, vector, own.ids, own.events, counts.__getitem__)

    def map(self, level: str = "events") -> EmbeddingMap:
        """The gallery's events or clips in two dimensions under either model. Raises ValueError for another level."""
        own = self.gallery
        return embedding_map(own.ids, own.events, own.clips, self.situation, level, own.counts)

    def score(
        self, clip_id: str, event_index: int, true: str, negatives: Sequence[Caption], progress: Progress | None = None
    ) -> ScoreResult:
        """A true caption against negatives on one event. Raises ValueError for an empty caption or a bad event index."""
        if not true.strip():
            raise ValueError("the true caption is empty; write what happens in the event")
        events = self.clips.one_event(clip_id, event_index)
        if progress:
            progress(0.3, f"embedding {len(negatives) + 1} captions")
        caption = recognised(true, self.clips.label(clip_id, event_index), self.caption_of)
        scores = cosines([true, *(n.text for n in negatives)], self.embed_texts, events)
        truncated = self.pair.base.count_truncated([true, *(n.text for n in negatives)])
        return scored(clip_id, event_index, caption, negatives, scores, truncated)

    def decoders(self) -> tuple[str, ...]:
        """What this pair can be captioned with, the best first: "heads" (trained captioners), "zero_shot" (CLIP alone)."""
        return self.reader.decoders

    def caption(self, clip_id: str, progress: Progress | None = None, decoder: str = "auto") -> CaptionResult:
        """SRL captions of every event under both models, beside the reference where there is one.

        decoder: one of decoders(), or "auto" for the first. A video without labels is read in events of about two seconds. Captions made before are remembered. Raises VideoDecodeError, DataError, ValueError.
        """
        chosen, situation = self.reader.choose(decoder), self.situation(clip_id)
        known = self.captioned.get(situation, chosen)
        if known is not None:
            if progress:
                progress(1.0, "captioned before")
            return known
        spans, heads = self.spans(clip_id), self.reader.heads
        per_event = heads.frames_per_event if heads is not None else FRAMES_PER_EVENT
        features = self.clips.frames(situation, len(spans), per_event, progress)
        result = self.reader.caption(situation, spans, features, chosen, part(progress, 0.5, 1.0))
        self.captioned.keep(situation, chosen, result)
        return result

    def add_video(self, path: str, progress: Progress | None = None) -> str:
        """Decode and embed someone's video once; the returned id works in situation, caption, score and timeline.

        It never enters the gallery, and cannot be guessed. Raises VideoDecodeError with the reason.
        """
        return self.clips.add_upload(path, progress)

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
        view.clips = self.clips.over(clips, with_gallery, frames)
        view.captioned = CaptionMemory()  # a visitor's clips leave nothing here
        return view

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """(N, D), L2-normalised: of both models, whose text tower is one. What was embedded before is kept, up to a limit."""
        return self.texts.of(texts)

    def embed_clip(self, clip_id: str) -> dict[str, np.ndarray]:
        """Event embeddings of a gallery clip or upload: model -> (E, D), L2-normalised. Raises DataError for an unknown id."""
        return self.clips.embedded(clip_id)

    def spans(self, clip_id: str) -> tuple[tuple[float, float], ...]:
        """(start, end) in seconds of the events that embed_clip tells of."""
        return self.clips.spans(clip_id)

    def _query_vector(self, query: str) -> np.ndarray:
        if not query.strip():
            raise ValueError("the query is empty; describe an event, for example: a man pushes a box")
        return self.embed_texts([query])[0]

    def _shares(self, clip_id: str, query: str, vectors: Both[np.ndarray]) -> FrameShares:
        spans = self.spans(clip_id)
        return clip_shares(clip_id, query, spans, self.clips.frames(self.situation(clip_id), len(spans)), vectors)
