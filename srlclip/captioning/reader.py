"""SRL captions of a clip under both models of a pair: by trained heads where the pair has some, else by CLIP alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from srlclip.captioning import trained, zero_shot
from srlclip.captioning.ensembles import Embed, Ensembles
from srlclip.captioning.readings import MATCH_RULE, Reading, lemma, sentence, table_rows
from srlclip.captioning.trained import CaptionHeads
from srlclip.language.lexicon import Lexicon
from srlclip.pooling import event_vectors
from srlclip.progress import Progress
from srlclip.results import MODELS, Both, CaptionResult, EventCaption
from srlclip.situations import EVENTS_PER_CLIP, Event, Situation

#: Kinds of decoders, see CaptionResult.kind.
HEADS, ZERO_SHOT = "heads", "zero_shot"


class CaptionReader:
    """heads: None if the pair has no trained captioners. embed: as Ensembles; scale: as zero_shot.read_event."""

    def __init__(self, lexicon: Lexicon, heads: CaptionHeads | None, embed: Embed, scale: float):
        self.heads, self.scale = heads, scale
        # A head may name verbs that the gallery's or adapter's lexicon does not have.
        self.lexicon = lexicon.with_verbs(heads.entries) if heads is not None else lexicon
        self.ensembles = Ensembles(self.lexicon, embed)

    @property
    def decoders(self) -> tuple[str, ...]:
        """What the pair can be captioned with, the best first."""
        return (HEADS, ZERO_SHOT) if self.heads is not None else (ZERO_SHOT,)

    def choose(self, decoder: str) -> str:
        """The decoder of that name, "auto" for the best. Raises ValueError for one that this pair does not have."""
        chosen = self.decoders[0] if decoder == "auto" else decoder
        if chosen not in self.decoders:
            raise ValueError(f"decoder is {decoder!r}; this pair has: auto, {', '.join(self.decoders)}")
        return chosen

    def caption(
        self,
        situation: Situation,
        spans: Sequence[tuple[float, float]],
        features: Mapping[str, np.ndarray],
        decoder: str,
        progress: Progress | None = None,
    ) -> CaptionResult:
        """Every event under both models, beside the reference where there is one.

        spans: seconds of the E events. features: model -> frame embeddings (E, F, D), L2-normalised.
        """
        labelled = bool(situation.events)
        read = self._by_heads if decoder == HEADS else self._zero_shot
        tables, lines = {}, {}
        for m, model in enumerate(MODELS):

            def step(share: float, m: int = m) -> None:
                if progress:
                    done = round(share * len(spans))
                    progress((m + share) / 2, f"model {m + 1} of 2: {done} of {len(spans)} events")

            step(0.0)
            tables[model], own = read(model, situation, features[model], step)
            lines[model] = [sentence(reading, self.lexicon) for reading in own]
        sets = situation.annotations or ((situation.events,) if labelled else ())
        events = []
        for k, span in enumerate(spans):
            readings = {m: tables[m][k] for m in MODELS}
            truths: list[Event] = [annotator[k] for annotator in sets if k < len(annotator)]
            ids = {m: tuple(v for v, _ in r.verbs) for m, r in readings.items()}
            verbs = {m: tuple((lemma(self.lexicon, v), share) for v, share in r.verbs) for m, r in readings.items()}
            events.append(
                EventCaption(
                    k,
                    *span,
                    table_rows(readings, truths, self.lexicon),
                    Both.of(lambda m, k=k: lines[m][k]),
                    Both.of(verbs.__getitem__),
                    Both.of(ids.__getitem__),
                    truths[0].origin if truths else "",
                )
            )
        description, sure = self._described(decoder, labelled)
        dense = not labelled and len(spans) > EVENTS_PER_CLIP
        world = self.heads.world if self.heads is not None and decoder == HEADS else None
        far = world.remark(event_vectors(features["base"])) if world is not None else ""
        return CaptionResult(
            situation.clip_id, tuple(events), description, MATCH_RULE, labelled, decoder, sure, dense, far
        )

    def _described(self, decoder: str, labelled: bool) -> tuple[str, str]:
        if decoder == HEADS:
            roles = "labelled clips: the reference's roles" if labelled else "roles: those of the predicted verb"
            return trained.DECODER.format(roles=roles), trained.CONFIDENCE
        under = "; labelled clips: under the reference verb" if labelled else ""
        return zero_shot.DECODER + under, zero_shot.CONFIDENCE

    def _by_heads(
        self, model: str, situation: Situation, frames: np.ndarray, step
    ) -> tuple[list[Reading], list[Reading]]:
        """(readings for the table, readings for the sentences: of roles that the head itself asks for)."""
        assert self.heads is not None
        if not situation.events:
            own = self.heads.read(model, frames, progress=step)
            return own, own
        asked = [[role.key for role in event.roles] for event in situation.events]
        own, under = self.heads.read_each(model, frames, (None, asked), progress=step)
        return under, own

    def _zero_shot(
        self, model: str, situation: Situation, frames: np.ndarray, step
    ) -> tuple[list[Reading], list[Reading]]:
        out = []
        for k, vector in enumerate(event_vectors(frames)):
            given = situation.events[k].verb_id if situation.events else None
            given = given if given in self.lexicon else None
            out.append(zero_shot.read_event(vector, self.ensembles, self.scale, given))
            step((k + 1) / len(frames))
        return out, out
