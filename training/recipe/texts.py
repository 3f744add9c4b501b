"""Which text each event is trained on: the SRL prompts of the paper, or one of the controls, and their hard negatives.

Every style of srlclip.language.prompts can be trained on. Three controls need more than one event or clip and stand here:

shuffled_clips   every clip's captions are another clip's
shuffled_events  a clip's captions in another order
sparse           alt text of the kind that the base model was trained on (SynSitu only)
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from srlclip.language import negatives, prompts
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import resolve_bundled
from srlclip.situations import Caption, Event, Situation
from training.settings import LossSettings


@dataclass(frozen=True)
class ClipTexts:
    """One clip's training texts. captions: E texts. negatives: E tuples of up to N_vr texts. dropped: roles cut to fit."""

    captions: tuple[str, ...]
    negatives: tuple[tuple[str, ...], ...]
    dropped: int = 0


@dataclass(frozen=True)
class TextRecipe:
    """What a clip's texts depend on besides its labels. shares: see sparse_shares."""

    lexicon: Lexicon
    loss: LossSettings
    count_tokens: Callable[[str], int]
    limit: int
    seed: int
    shares: tuple[float, float, float]

    def rng(self, situation: Situation) -> np.random.Generator:
        """Of (seed, clip id) alone."""
        return np.random.default_rng([self.seed, zlib.crc32(situation.clip_id.encode())])

    def fit(self, event: Event, style: str, rng: np.random.Generator | None = None) -> Caption:
        """The event's caption, cut to the text tower's limit."""
        return prompts.fit(event, style, self.count_tokens, self.limit, rng)


def clip_texts(
    situations: Sequence[Situation],
    style: str,
    lexicon: Lexicon,
    loss: LossSettings,
    count_tokens: Callable[[str], int],
    limit: int,
    seed: int,
    shares: tuple[float, float, float] = (0.1, 0.3, 0.5),
) -> list[ClipTexts]:
    """Texts for every clip, depending on (seed, clip id) alone. Raises ValueError for an unknown style.

    shares: how often sparse alt text names the action, a colour and a prop, see sparse_shares.
    """
    if style not in STYLES:
        raise ValueError(f"data.caption_style is {style!r}; allowed: {', '.join(STYLES)}")
    return STYLES[style].write(situations, TextRecipe(lexicon, loss, count_tokens, limit, seed, shares))


def _written(situation: Situation, style: str, recipe: TextRecipe, rng: np.random.Generator) -> ClipTexts:
    """Each event's own caption in a style of prompts, and its negatives where the style has some."""
    fitted = [recipe.fit(event, style, rng) for event in situation.events]
    wrong = [
        _negatives(situation, k, style, recipe, rng) if prompts.STYLES[style].verb_role_negatives else ()
        for k in range(len(situation.events))
    ]
    return ClipTexts(tuple(c.text for c in fitted), tuple(wrong), sum(c.dropped_roles for c in fitted))


def _negatives(
    situation: Situation, k: int, style: str, recipe: TextRecipe, rng: np.random.Generator
) -> tuple[str, ...]:
    """The hard negatives of event k: other verbs, then exchanged bindings. Cut to the text tower's limit as the true
    caption is: else the two would also differ in what the tower reads."""
    event, loss, wrong = situation.events[k], recipe.loss, []
    if loss.verb_role_negatives:
        barred = negatives.accepted_verbs(situation, k, recipe.lexicon)
        count, rule = loss.verb_role_negatives, loss.negative_roles
        wrong += negatives.verb_role(event, recipe.lexicon, count, rng, style, recipe.fit, barred, rule)
    if loss.role_swaps:
        wrong += negatives.role_swap(event, recipe.lexicon, loss.role_swaps, rng, style, recipe.fit)
    return tuple(c.text for c in wrong)


def sparse_shares(base: str) -> tuple[float, float, float]:
    """How often the base's own alt text named the action, a colour and a prop: its run.json says so, else seldom.

    The control for mere extra training has to look like what the base was trained on.
    """
    folder = resolve_bundled(base) or Path(base)
    try:
        settings = json.loads((folder / "run.json").read_text("utf-8"))["settings"]
        return float(settings["verb_share"]), float(settings["colour_share"]), float(settings.get("prop_share", 0.5))
    except (OSError, ValueError, KeyError, TypeError):
        return 0.1, 0.3, 0.5


def _each_event(style: str) -> Callable[[Sequence[Situation], TextRecipe], list[ClipTexts]]:
    return lambda situations, recipe: [_written(s, style, recipe, recipe.rng(s)) for s in situations]


def _shuffled_clips(situations: Sequence[Situation], recipe: TextRecipe) -> list[ClipTexts]:
    """Every clip has another clip's SRL texts, among clips with as many events."""
    texts = _each_event("srl")(situations, recipe)
    rng = np.random.default_rng([recipe.seed, 17])
    out = list(texts)
    for count in {len(t.captions) for t in texts}:
        index = [i for i, t in enumerate(texts) if len(t.captions) == count]
        mixed = rng.permutation(len(index))
        for a, b in zip(mixed, np.roll(mixed, 1), strict=True):
            out[index[a]] = texts[index[b]]
    return out


def _shuffled_events(situations: Sequence[Situation], recipe: TextRecipe) -> list[ClipTexts]:
    """A clip's SRL texts, each with its negatives, at another of its events."""
    out = []
    for situation in situations:
        rng = recipe.rng(situation)
        texts = _written(situation, "srl", recipe, rng)
        order = rng.permutation(len(texts.captions))
        captions, wrong = (tuple(row[i] for i in order) for row in (texts.captions, texts.negatives))
        out.append(ClipTexts(captions, wrong, texts.dropped))
    return out


def _sparse(situations: Sequence[Situation], recipe: TextRecipe) -> list[ClipTexts]:
    from srlclip.synsitu.sample import script_of
    from srlclip.synsitu.texts import sparse

    out = []
    for situation in situations:
        try:
            script = script_of(situation.clip_id)
        except ValueError as error:
            raise ValueError(f'data.caption_style "sparse" is alt text of SynSitu clips only: {error}') from None
        rng = recipe.rng(situation)
        captions = tuple(sparse(script, k, rng, *recipe.shares) for k in range(len(script.events)))
        out.append(ClipTexts(captions, tuple(() for _ in situation.events)))
    return out


@dataclass(frozen=True)
class TrainingStyle:
    """How clips are captioned for training. write: (situations, recipe) -> texts of each clip.

    verb_role_negatives: whether the style has negatives, which are captions of its own kind.
    """

    write: Callable[[Sequence[Situation], TextRecipe], list[ClipTexts]]
    verb_role_negatives: bool = False


STYLES: dict[str, TrainingStyle] = {
    **{name: TrainingStyle(_each_event(name), s.verb_role_negatives) for name, s in prompts.STYLES.items()},
    "shuffled_clips": TrainingStyle(_shuffled_clips, verb_role_negatives=True),
    "shuffled_events": TrainingStyle(_shuffled_events, verb_role_negatives=True),
    "sparse": TrainingStyle(_sparse),
}
