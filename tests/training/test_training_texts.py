"""A training example's texts: negatives are cut to the text tower's limit by whole roles, as their true caption is."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
from transformers import CLIPTokenizer

from srlclip.language import negatives
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import resolve_bundled
from srlclip.synsitu.labels import situation
from srlclip.synsitu.sample import sample_clip
from training.recipe.texts import clip_texts
from training.settings import LossSettings

LIMIT = 77


@pytest.fixture(scope="module")
def count_tokens():
    tokenizer = CLIPTokenizer.from_pretrained(str(resolve_bundled("mini-base")))
    return lambda text: len(tokenizer(text, truncation=False)["input_ids"])


@pytest.fixture(scope="module")
def clips():
    return [situation(sample_clip("train", index, seed=7)) for index in range(60)]


@pytest.mark.parametrize("style", ["srl", "natural"])
def test_texts_of_synsitu_are_short_and_stay_as_they_were(clips, count_tokens, style: str) -> None:
    lexicon = Lexicon.from_situations(clips)
    made = clip_texts(clips, style, lexicon, LossSettings(), count_tokens, LIMIT, seed=3)
    for clip, texts in zip(clips, made, strict=True):
        rng = np.random.default_rng([3, zlib.crc32(clip.clip_id.encode())])
        whole = [
            negatives.verb_role(e, lexicon, 4, rng, style, exclude=negatives.accepted_verbs(clip, k, lexicon))
            for k, e in enumerate(clip.events)
        ]
        assert texts.negatives == tuple(tuple(c.text for c in group) for group in whole)
        assert texts.dropped == 0


@pytest.mark.parametrize("style", ["srl", "natural"])
def test_negatives_of_a_long_filler_fit_as_their_caption_does(clips, count_tokens, style: str) -> None:
    """The place, a modifier, is far too long: it goes from the caption and from every negative, and the rest stays."""
    place = "a wide green meadow behind the old mill " * 9
    long = [
        replace(clip, events=tuple(_placed(event, place) for event in clip.events), annotations=())
        for clip in clips[:5]
    ]
    lexicon = Lexicon.from_situations(clips)
    for texts in clip_texts(long, style, lexicon, LossSettings(), count_tokens, LIMIT, seed=3):
        assert texts.dropped == 5
        for caption, group in zip(texts.captions, texts.negatives, strict=True):
            assert len(set(group)) == 4 and caption not in group
            for text in (caption, *group):
                assert count_tokens(text) <= LIMIT and "meadow" not in text and text.endswith(".")


def _placed(event, place: str):
    """The event with another scene."""
    return replace(event, roles=tuple(replace(r, filler=place) if r.key == "AScn" else r for r in event.roles))
