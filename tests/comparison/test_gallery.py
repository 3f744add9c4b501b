"""The gallery: clips of one's own in it, and files that match their models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from srlclip.comparison.gallery import Gallery
from srlclip.comparison.joined import with_clips
from srlclip.pooling import pooled
from srlclip.situations import DataError

MARKS = {"base": "aa", "adapted": "bb"}


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


@pytest.fixture
def gallery() -> Gallery:
    events = {"base": unit(30, 5, 8), "adapted": unit(30, 5, 8, seed=1)}
    return made([f"clip{i}" for i in range(30)], events, MARKS)


def made(ids: list[str], events: dict[str, np.ndarray], marks: dict[str, str]) -> Gallery:
    return Gallery(tuple(ids), events, {model: pooled(rows) for model, rows in events.items()}, marks)


def test_save_and_load(gallery: Gallery, tmp_path: Path) -> None:
    gallery.save(tmp_path / "g")
    again = Gallery.load(tmp_path / "g", MARKS)
    assert again.ids == gallery.ids and again.fingerprints == MARKS and again.models == gallery.models
    for model in gallery.models:
        np.testing.assert_array_equal(again.events[model], gallery.events[model])
        np.testing.assert_array_equal(again.clips[model], gallery.clips[model])


def test_vectors_of_other_models_are_refused(gallery: Gallery, tmp_path: Path) -> None:
    gallery.save(tmp_path)
    with pytest.raises(DataError, match="other weights of the adapted model"):
        Gallery.load(tmp_path, {"base": "aa", "adapted": "cc"})
    with pytest.raises(DataError, match="no such model"):
        Gallery.load(tmp_path, {"third": "cc"})
    assert len(Gallery.load(tmp_path)) == 30


def test_broken_files_are_refused(gallery: Gallery, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gallery.json"):
        Gallery.load(tmp_path)
    gallery.save(tmp_path)
    card = json.loads((tmp_path / "gallery.json").read_text())
    for edit, message in (
        ({"format": 9}, "format 9"),
        ({"ids": ["a"]}, "1 ids need"),
        ({"fingerprints": {"x": ""}}, "x"),
    ):
        (tmp_path / "gallery.json").write_text(json.dumps({**card, **edit}))
        with pytest.raises(DataError, match=message):
            Gallery.load(tmp_path)
    (tmp_path / "gallery.json").write_text(json.dumps(card))
    (tmp_path / "gallery.safetensors").write_bytes(b"cut")
    with pytest.raises(DataError, match="not a complete gallery"):
        Gallery.load(tmp_path)


def test_arrays_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="unique"):
        made(["a", "a"], {"base": unit(2, 5, 8)}, {"base": "aa"})
    with pytest.raises(ValueError, match="same models"):
        made(["a", "b"], {"base": unit(2, 5, 8)}, MARKS)
    with pytest.raises(ValueError, match="3 ids need"):
        made(["a", "b", "c"], {"base": unit(2, 5, 8)}, {"base": "aa"})


def test_it_needs_no_torch() -> None:
    code = "import sys, srlclip.comparison.gallery; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_other_clips_stand_before_the_gallerys_own_and_keep_their_events():
    own = made(["a", "b"], {"base": unit(2, 5, 8)}, {"base": "x"})
    clips = {"mine": {"base": unit(3, 8, seed=1)}, "long": {"base": unit(7, 8, seed=2)}}
    both = with_clips(own, clips, True)
    assert both.ids == ("mine", "long", "a", "b") and both.events["base"].shape == (4, 7, 8)
    assert np.array_equal(both.events["base"][2, :5], own.events["base"][0])
    assert np.array_equal(both.events["base"][0, 3:], np.repeat(clips["mine"]["base"][-1:], 4, axis=0))
    assert np.allclose(both.clips["base"][2:], own.clips["base"])
    mean = clips["mine"]["base"].mean(axis=0)
    assert np.allclose(both.clips["base"][0], mean / np.linalg.norm(mean), atol=1e-6)
    assert with_clips(own, clips, False).ids == ("mine", "long")
    with pytest.raises(ValueError, match="unique"):
        with_clips(own, {"a": clips["mine"]}, True)
    with pytest.raises(ValueError, match="at least one"):
        with_clips(own, {}, False)


def test_clips_of_any_length_keep_their_own_number_of_events(gallery: Gallery, tmp_path: Path) -> None:
    long = {model: unit(20, 8, seed=3) for model in MARKS}
    mixed = with_clips(gallery, {"long": long}, own_too=True).whole()
    assert mixed.counts == (20, *(5,) * 30) and mixed.events["base"].shape == (31, 20, 8)
    mixed.save(tmp_path)
    assert Gallery.load(tmp_path).counts == mixed.counts
    assert mixed.with_counts([0, 3, *[0] * 29]).counts[:3] == (20, 3, 5)
    with pytest.raises(ValueError, match="counts must be 31"):
        Gallery(mixed.ids, mixed.events, mixed.clips, MARKS, (21, *(5,) * 30))


def test_files_of_the_first_format_are_still_read(gallery: Gallery, tmp_path: Path) -> None:
    gallery.save(tmp_path)
    card = json.loads((tmp_path / "gallery.json").read_text())
    del card["counts"]
    (tmp_path / "gallery.json").write_text(json.dumps(card | {"format": 1}))
    assert Gallery.load(tmp_path, MARKS).counts == (5,) * 30
