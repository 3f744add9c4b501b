"""What weights are known by: a merged or tuned model is not its base, and neither takes what the other made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from srlclip.captioning.captioner import Captioner
from srlclip.captioning.captioner_files import CARD as HEAD_CARD
from srlclip.captioning.captioner_files import FeatureSource, save_captioner
from srlclip.captioning.trained import fitting_captioner
from srlclip.captioning.vocabulary import Vocabulary
from srlclip.comparison.embedding import gallery_name
from srlclip.comparison.gallery import Gallery
from srlclip.config import CaptionerSettings, ContextualizerSettings, LoraSettings, TuningSettings
from srlclip.data.folder import read_folder
from srlclip.data.frame_cache import Sampling, frame_cache
from srlclip.data.vidsitu import read_vidsitu
from srlclip.language.lexicon import VerbEntry
from srlclip.models.checkpoints import CARD
from srlclip.models.encoder import ClipEncoder
from srlclip.models.fingerprint import weights_digest
from srlclip.models.pair import ClipPair
from srlclip.models.srlclip import SRLCLIP
from srlclip.pooling import pooled, unit
from srlclip.situations import CheckpointError, DataError
from training.captioning.frozen_features import frozen_features
from training.recipe.data import text_fingerprint

LORA = LoraSettings(rank=4, alpha=8.0)


@pytest.fixture(scope="module")
def run(tiny_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder whose LoRA changes its base."""
    torch.manual_seed(0)
    model = SRLCLIP.create(tiny_clip, LORA, ContextualizerSettings(layers=0))
    for weight in model.encoder.trainable_parameters():
        torch.nn.init.normal_(weight, std=0.3)
    folder = tmp_path_factory.mktemp("runs") / "run"
    model.save(folder)
    return folder


@pytest.fixture(scope="module")
def merged(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapted model as a model of its own: its projections and its text tower are the base's."""
    encoder = SRLCLIP.load(run).encoder
    encoder.merge_adapter()
    folder = tmp_path_factory.mktemp("models") / "merged"
    encoder.save(folder)
    return folder


def test_every_weight_counts_and_their_order_does_not(tiny_clip):
    encoder = ClipEncoder.load(tiny_clip)
    mark = encoder.fingerprint()
    weights = dict(encoder.clip.named_parameters())
    assert weights_digest(weights) == weights_digest(dict(reversed(weights.items())))
    for name, weight in weights.items():
        before = weight.detach().clone()
        with torch.no_grad():
            weight.view(-1)[-1] += 1
            assert encoder.fingerprint() != mark, name
            weight.copy_(before)
    assert encoder.fingerprint() == mark
    encoder.clip.to(torch.bfloat16)
    assert encoder.fingerprint() != mark


def test_an_adapted_model_has_the_identity_of_its_base_until_it_is_merged(tiny_clip, run):
    mark = ClipEncoder.load(tiny_clip).fingerprint()
    encoder = ClipEncoder.load(tiny_clip)
    encoder.add_lora(LORA, ("vision", "text"))
    assert encoder.fingerprint() == mark
    adapted = SRLCLIP.load(run)
    assert adapted.encoder.fingerprint() == adapted.base_fingerprint == mark
    assert ClipPair.load(None, run).fingerprints["base"] == mark
    adapted.encoder.merge_adapter()
    assert adapted.encoder.fingerprint() != mark


def test_a_fully_tuned_model_names_the_base_that_it_started_from(tiny_clip, tmp_path):
    model = SRLCLIP.create(
        tiny_clip, tuning=TuningSettings(image="full"), contextualizer=ContextualizerSettings(layers=0)
    )
    with torch.no_grad():
        next(iter(model.encoder.image_tower().values())).add_(1)
    assert model.encoder.fingerprint() != model.base_fingerprint
    model.save(tmp_path / "full")
    assert ClipPair.load(None, tmp_path / "full").fingerprints["base"] == ClipEncoder.load(tiny_clip).fingerprint()


def test_a_merged_model_is_not_the_base_of_its_adapter(run, merged):
    for load in (SRLCLIP.load, lambda folder, base: ClipPair.load(base, folder)):
        with pytest.raises(CheckpointError, match="weights differ"):
            load(run, base=merged)


def test_galleries_of_a_merged_model_and_its_base_are_not_each_others(tiny_clip, merged, world, tmp_path):
    first, second = ClipPair.load(tiny_clip, None), ClipPair.load(merged, None)
    clips = read_folder(world)
    assert gallery_name(first, clips) != gallery_name(second, clips)
    events = unit(torch.randn(2, 5, first.embed_dim)).numpy()
    models = {"base": events, "adapted": events}
    for own, other in ((first, second), (second, first)):
        gallery = Gallery(("a", "b"), models, {m: pooled(v) for m, v in models.items()}, own.fingerprints)
        gallery.save(tmp_path)
        assert len(Gallery.load(tmp_path, own.fingerprints)) == 2
        with pytest.raises(DataError, match="other weights of the base model"):
            Gallery.load(tmp_path, other.fingerprints)


def head(folder: Path, fingerprint: str, dim: int) -> Path:
    entries = [VerbEntry("walk.01", "walk", (("Arg0", "walker"),), 1)]
    captioner = Captioner(dim, CaptionerSettings(width=16, heads=2), entries, Vocabulary(("man",)))
    save_captioner(folder, captioner, FeatureSource("base", fingerprint, False, 5, 4))
    return folder


def test_heads_of_a_merged_model_and_its_base_are_not_each_others(tiny_clip, merged, tmp_path):
    first, second = ClipPair.load(tiny_clip, None), ClipPair.load(merged, None)
    for name, own, other in (("a", first, second), ("b", second, first)):
        folder = head(tmp_path / name, own.fingerprints["base"], own.embed_dim)
        assert fitting_captioner(folder, own)
        with pytest.raises(CheckpointError, match="features of other weights"):
            fitting_captioner(folder, other)


def test_frame_features_of_a_merged_model_and_its_base_are_kept_apart(tiny_clip, merged, world, tmp_path):
    clips = read_vidsitu(world, "valid")
    first, second = ClipPair.load(tiny_clip, None), ClipPair.load(merged, None)
    frames = frame_cache(clips, Sampling(5, 2, first.base.preprocess_spec), tmp_path, progress=False)
    ours, theirs = (frozen_features(p, "base", frames, frames.ids, tmp_path, progress=False) for p in (first, second))
    assert len(list((tmp_path / "features").iterdir())) == 2
    assert all(abs(ours[clip] - theirs[clip]).max() > 1e-3 for clip in frames.ids)


def test_captions_are_embedded_once_for_models_of_one_text_tower(tiny_clip, merged, tmp_path):
    """Merging LoRA of the image tower leaves the text tower alone."""
    assert text_fingerprint(ClipEncoder.load(tiny_clip)) == text_fingerprint(ClipEncoder.load(merged))
    tuned = ClipEncoder.load(tiny_clip)
    for weight in (tuned.clip.text_projection.weight, next(tuned.clip.text_model.parameters())):
        with torch.no_grad():
            weight.view(-1)[0] += 1
        assert text_fingerprint(tuned) != text_fingerprint(ClipEncoder.load(tiny_clip))
        with torch.no_grad():
            weight.view(-1)[0] -= 1


def test_a_run_of_the_time_when_projections_named_a_base_says_how_to_go_on(tiny_clip, run, merged, tmp_path):
    """Not accepted by its old name: a merged model bears that name too, and nothing tells which one it was trained on."""
    old = ClipEncoder.load(tiny_clip).projections_fingerprint()
    assert old == ClipEncoder.load(merged).projections_fingerprint()
    shutil.copytree(run, tmp_path / "run")
    path = tmp_path / "run" / CARD
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "base_fingerprint": old}))
    wanted = f"known by its projections alone.*write {card['base_fingerprint']} as base_fingerprint into .*{CARD}"
    for load in (SRLCLIP.load, lambda folder: ClipPair.load(None, folder)):
        with pytest.raises(CheckpointError, match=wanted):
            load(tmp_path / "run")
    path.write_text(json.dumps(card))
    assert SRLCLIP.load(tmp_path / "run")


def test_heads_of_that_time_say_how_to_go_on(tiny_clip, tmp_path):
    pair = ClipPair.load(tiny_clip, None)
    folder = head(tmp_path, pair.base.projections_fingerprint(), pair.embed_dim)
    wanted = f"known by its projections alone.*write {pair.fingerprints['base']} as the features' .*{HEAD_CARD}"
    with pytest.raises(CheckpointError, match=wanted):
        fitting_captioner(folder, pair)
