"""A ranking that is made as it is looked at is the one that a full sort gives; a view of galleries copies none."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from comparison.test_search import gallery_of

from srlclip.comparison.clips import ClipStore
from srlclip.comparison.gallery import Gallery
from srlclip.comparison.joined import JoinedGallery, with_clips
from srlclip.comparison.ranking import ranks, top
from srlclip.comparison.search import ranked
from srlclip.pooling import pooled, unit
from srlclip.results import MODELS, Hit, SearchResult, first_ranks, picked, to_json
from srlclip.situations import Situation

SIZES = (1, 2, 7, 63, 64, 65, 200, 1500)


def fully_sorted(gallery: Gallery, vector: np.ndarray, without: str | None = None) -> dict[str, list[Hit]]:
    """Every hit by sorting every score: what `ranked` is to equal."""
    rankings: dict[str, list[Hit]] = {}
    for model in MODELS:
        every = np.einsum("ged,d->ge", gallery.events[model], vector)
        scores, events = every.max(axis=1), every.argmax(axis=1)
        if without is not None:
            scores[gallery.ids.index(without)] = -np.inf
        before = {hit.clip_id: hit.rank for hit in rankings.get("base", [])}
        hits = []
        for i in np.argsort(-scores, kind="stable"):
            rank, name = int((scores >= scores[i]).sum()), gallery.ids[i]
            if name != without:
                moved = before[name] - rank if before else None
                hits.append(Hit(name, rank, float(scores[i]), moved, int(events[i])))
        rankings[model] = hits
    return rankings


def tied_gallery(clips: int, seed: int = 0) -> Gallery:
    """Many clips share their events, so that scores tie; the second model's are others."""
    rng = np.random.default_rng(seed)
    kinds = unit(rng.normal(size=(max(1, clips // 4), 3, 8)).astype(np.float32))
    events = {model: kinds[rng.integers(0, len(kinds), clips)] for model in MODELS}
    means = {model: pooled(rows) for model, rows in events.items()}
    return Gallery(tuple(f"clip{i}" for i in range(clips)), events, means, {"base": "aa", "adapted": "bb"})


def a_vector(seed: int = 3) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=8).astype(np.float32))


@pytest.mark.parametrize("clips", SIZES)
@pytest.mark.parametrize("left_out", [False, True])
def test_it_is_that_of_a_full_sort(clips: int, left_out: bool) -> None:
    gallery, vector = tied_gallery(clips, clips), a_vector(clips)
    without = "clip1" if left_out and clips > 1 else None
    hits, failures = ranked(gallery, vector, without)
    assert not failures
    for model, expected in fully_sorted(gallery, vector, without).items():
        fresh = ranked(gallery, vector, without)[0][model]
        assert [fresh[i] for i in range(min(len(expected), 3))] == expected[:3]
        assert (fresh[-1] == expected[-1]) if expected else not fresh
        for part in (slice(5), slice(2, 70), slice(None), slice(None, None, -3), slice(-4, None)):
            assert ranked(gallery, vector, without)[0][model][part] == tuple(expected[part])
        assert hits[model] == tuple(expected) and len(hits[model]) == len(expected)
        some = [hit.clip_id for hit in expected[:: max(1, clips // 9)]][::-1]
        assert picked(fresh, [*some, "nobody"]) == tuple(hit for hit in expected if hit.clip_id in some)
        assert fresh.ranks_of(["nobody", *some]) == [None, *(fresh.picked([clip])[0].rank for clip in some)]


@pytest.mark.parametrize("k", [0, 1, 4, 9, 10, 11])
def test_the_best_k_of_tied_scores(k: int) -> None:
    scores = np.array([2, 3, 2, 1, 2, 3, 0, 2, 2, 1], np.float32)
    places, own = top(scores, k)
    order = np.argsort(-scores, kind="stable")[:k]
    assert places.tolist() == order.tolist() and own.tolist() == ranks(scores)[order].tolist()


def test_a_result_knows_its_target_and_what_files_list() -> None:
    gallery, vector = tied_gallery(300), a_vector()
    hits, _ = ranked(gallery, vector)
    full = fully_sorted(gallery, vector)
    late = full["base"][-1].clip_id
    result, plain = SearchResult("q", hits, late), {m: tuple(own) for m, own in full.items()}
    for model in MODELS:
        assert result.target_rank(model) == next(hit.rank for hit in full[model] if hit.clip_id == late)
        expected = [hit for hit in full[model] if hit.rank <= 20 or hit.clip_id == late]
        assert first_ranks(hits[model], 20, late) == expected == first_ranks(plain[model], 20, late)
        assert to_json(hits[model]) == to_json(plain[model])
    assert SearchResult("q", hits).target_rank("base") is None


def test_a_hit_that_is_looked_at_twice_is_one() -> None:
    hits = ranked(tied_gallery(100), a_vector())[0].base
    assert hits[0] is hits[:3][0] is next(iter(hits)) is hits.picked([hits[0].clip_id])[0]


def test_only_what_is_looked_at_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Hit] = []
    monkeypatch.setattr("srlclip.comparison.ranking.Hit", lambda *own: made.append(Hit(*own)) or made[-1])
    hits, _ = ranked(tied_gallery(5000), a_vector())
    result = SearchResult("q", hits, "clip77")
    assert not made
    result.overlap(5), result.biggest_mover(5), [result.target_rank(m) for m in MODELS]
    assert len(made) <= 10


def test_equal_clips_tie_wherever_they_stand() -> None:
    """A product of matrices rounds equal rows apart at some places; every row is summed in the same way."""
    rng = np.random.default_rng(0)
    for dim in (5, 64, 513):
        events = unit(rng.normal(size=(257, 3, dim)).astype(np.float32))
        events[::5] = events[0]
        scores = {
            hit.clip_id: hit.score for hit in ranked(gallery_of(events), rng.normal(size=dim).astype("f4"))[0].base
        }
        assert len({scores[f"clip{i}"] for i in range(0, 257, 5)}) == 1


def mine(count: int, events: int = 7) -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(9)
    vectors = unit(rng.normal(size=(count, events, 8)).astype(np.float32))
    return {f"mine{i}": dict.fromkeys(MODELS, vectors[i]) for i in range(count)}


@pytest.mark.parametrize("without", [None, "mine1", "clip4"])
def test_a_view_ranks_as_one_gallery_of_all_clips(without: str | None) -> None:
    view = with_clips(tied_gallery(150), mine(3), True)
    assert isinstance(view, JoinedGallery)
    seen, whole = ranked(view, a_vector(), without)[0], ranked(view.whole(), a_vector(), without)[0]
    assert seen == whole and len(seen.base) == 153 - (without is not None)
    further = with_clips(view, {"other": mine(1, 2)["mine0"]}, True)
    assert further.ids == ("other", *view.ids) and len(further.parts) == 3
    assert all(further.id_at(further.place(clip)) == clip for clip in further.ids)


def view_of(store: ClipStore) -> ClipStore:
    own = [(Situation("mine0", None, ()), mine(1)["mine0"])]
    return store.over(own, True, store.kept)


def test_adding_a_clip_to_a_gallery_copies_nothing_of_it() -> None:
    costs = []
    for clips in (100, 10_000):
        gallery = tied_gallery(clips)
        situations: Sequence[Situation] = [Situation(clip, None, ()) for clip in gallery.ids]
        store = ClipStore(SimpleNamespace(), gallery, situations)  # type: ignore[arg-type]
        assert gallery.place("clip3") == 3  # the index of ids, made once for the gallery
        view_of(store)
        tracemalloc.start()
        view = view_of(store)
        costs.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert all(view.gallery.parts[1].events[m] is gallery.events[m] for m in MODELS)
        assert view.situation("mine0").clip_id == "mine0" and view.situation("clip9").clip_id == "clip9"
        assert np.array_equal(view.embedded("clip9")["base"], gallery.events["base"][9])
    assert costs[1] < costs[0] + 2000  # bytes; the larger gallery alone is 2 MB
    with pytest.raises(ValueError, match="unique"):
        with_clips(gallery, {"clip5": mine(1)["mine0"]}, True)
