"""An index over a gallery: its hits are scored exactly, it is kept in step with the clips, and refuses other models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparison.test_ranking import a_vector, mine, tied_gallery

from srlclip.comparison.gallery import Gallery
from srlclip.comparison.index import CARD, MissingIndexLibrary, kept_index
from srlclip.comparison.indexed_ranking import FIRST, IndexedRanking
from srlclip.comparison.joined import with_clips
from srlclip.comparison.search import ranked
from srlclip.pooling import pooled, unit
from srlclip.results import MODELS, SearchResult
from srlclip.situations import DataError


def distinct_gallery(clips: int, first: int = 0) -> Gallery:
    events = {
        m: np.stack(
            [unit(np.random.default_rng([i, n]).normal(size=(3, 16)).astype("f4")) for i in range(first, first + clips)]
        )
        for n, m in enumerate(MODELS)
    }
    ids = tuple(f"clip{i}" for i in range(first, first + clips))
    return Gallery(ids, events, {m: pooled(e) for m, e in events.items()}, {"base": "aa", "adapted": "bb"})


def vector(seed: int = 4) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=16).astype(np.float32))


class EveryClip:
    """In an index's place: proposes the whole gallery, or a part of it."""

    def __init__(self, places: np.ndarray):
        self.places = places

    def nearest(self, model: str, vector: np.ndarray, count: int) -> np.ndarray:
        return self.places


@pytest.mark.parametrize("without", [None, "clip3"])
def test_hits_that_an_index_proposes_are_those_of_a_comparison_with_every_clip(without: str | None) -> None:
    gallery = tied_gallery(40)
    exact = ranked(gallery, a_vector(), without)[0]
    hits = ranked(replace(gallery, index=EveryClip(np.arange(40))), a_vector(), without)[0]
    for model in MODELS:
        assert isinstance(hits[model], IndexedRanking) and len(hits[model]) == len(exact[model])
        assert hits[model] == exact[model] and hits[model][:9] == exact[model][:9]
        assert hits[model].lowest == exact[model].lowest


def test_what_an_index_misses_is_there_when_it_is_asked_for() -> None:
    gallery = distinct_gallery(300)
    exact = ranked(gallery, vector())[0]
    missed = exact.base[1].clip_id
    places = np.delete(np.arange(300), gallery.place(missed))
    hits = ranked(replace(gallery, index=EveryClip(places[:200])), vector())[0]
    result = SearchResult("q", hits, missed)
    assert missed not in [hit.clip_id for hit in hits.base[:FIRST]]
    assert result.target_rank("base") == 2 and hits.base.picked([missed])[0].score == exact.base[1].score
    assert sorted(hit.clip_id for hit in hits.base) == sorted(gallery.ids)
    assert hits.base[70:90] == exact.base[70:90]
    before = {hit.clip_id: hit.rank for hit in hits.base[:FIRST]}
    for hit in hits.adapted[:FIRST]:
        was = before.get(hit.clip_id)
        assert hit.rank_change == (None if was is None else was - hit.rank)


def test_without_the_library_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "usearch.index", None)
    with pytest.raises(MissingIndexLibrary, match=r"pip install 'srlclip\[index\]'"):
        kept_index(distinct_gallery(3), tmp_path)


@pytest.mark.extra
@pytest.mark.parametrize("precision", ["f16", "i8"])
def test_a_kept_index_finds_what_is_nearest(tmp_path: Path, precision: str) -> None:
    pytest.importorskip("usearch")
    gallery = distinct_gallery(800)
    index = kept_index(gallery, tmp_path, precision)
    right = 0
    for seed in range(20):
        exact, hits = ranked(gallery, vector(seed))[0], ranked(replace(gallery, index=index), vector(seed))[0]
        for model in MODELS:
            right += len({h.clip_id for h in exact[model][:10]} & {h.clip_id for h in hits[model][:10]})
            own = {hit.clip_id: hit.score for hit in exact[model]}
            assert all(own[hit.clip_id] == hit.score for hit in hits[model][:10])  # scored exactly
    assert right >= 0.99 * 400
    assert json.loads((tmp_path / CARD).read_text())["fingerprints"] == {"base": "aa", "adapted": "bb"}


@pytest.mark.extra
def test_an_index_follows_its_gallery(tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    kept_index(distinct_gallery(200), tmp_path)
    before = (tmp_path / "base.usearch").stat().st_mtime_ns
    kept_index(distinct_gallery(200), tmp_path)
    assert (tmp_path / "base.usearch").stat().st_mtime_ns == before  # nothing to do
    later = distinct_gallery(150, first=100)  # 100 clips less, 50 more
    events = {m: e.copy() for m, e in later.events.items()}
    events["base"][3] = unit(np.ones((3, 16), np.float32))  # and one of them changed
    later = replace(later, events=events)
    index = kept_index(later, tmp_path)
    seen = set()
    for seed in range(40):
        exact, hits = ranked(later, vector(seed))[0], ranked(replace(later, index=index), vector(seed))[0]
        assert hits.base[:3] == exact.base[:3]
        seen |= {hit.clip_id for hit in hits.base[:FIRST]}
    assert seen <= set(later.ids)
    first = ranked(replace(later, index=index), unit(np.ones(16, np.float32)))[0].base[0]
    assert first.clip_id == later.ids[3] and first.score == pytest.approx(1)


@pytest.mark.extra
def test_clips_of_ones_own_stand_beside_an_indexed_gallery(tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    gallery = tied_gallery(90)
    index = kept_index(gallery, tmp_path)
    view = with_clips(replace(gallery, index=index), mine(2), True)
    hits, exact = ranked(view, mine(2)["mine1"]["base"][0])[0], ranked(view.whole(), mine(2)["mine1"]["base"][0])[0]
    assert hits.base[0].clip_id == exact.base[0].clip_id == "mine1" and len(hits.base) == 92


@pytest.mark.extra
def test_an_index_of_other_models_or_a_broken_one_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("usearch")
    gallery = distinct_gallery(20)
    kept_index(gallery, tmp_path)
    with pytest.raises(DataError, match="other weights or another precision"):
        kept_index(replace(gallery, fingerprints={"base": "aa", "adapted": "cc"}), tmp_path)
    with pytest.raises(DataError, match="another precision"):
        kept_index(gallery, tmp_path, "f16")
    with pytest.raises(ValueError, match="allowed: i8, f16"):
        kept_index(gallery, tmp_path, "f4")
    (tmp_path / "base.usearch").write_bytes(b"cut")
    with pytest.raises(DataError, match=r"base\.usearch.*delete the folder"):
        kept_index(gallery, tmp_path)
    (tmp_path / CARD).write_text("{}")
    with pytest.raises(DataError, match="not a complete index"):
        kept_index(gallery, tmp_path)
