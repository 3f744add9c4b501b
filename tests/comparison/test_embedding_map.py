"""The map of embeddings and the heat of a query: what their numbers claim, on vectors made by hand."""

import numpy as np
import pytest

from srlclip.comparison.embedding_map import (
    chance_purity,
    embedding_map,
    neighbour_purity,
    principal_plane,
    scene_of,
)
from srlclip.comparison.search import query_heat
from srlclip.situations import Event, Role, Situation


def unit(*rows):
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_the_plane_keeps_the_two_largest_directions_and_says_how_much():
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(400, 6)) * [5, 3, 0.1, 0.1, 0.1, 0.1]
    places, shares = principal_plane(cloud)
    assert places.shape == (400, 2) and shares[0] > shares[1] and sum(shares) == pytest.approx(1, abs=0.01)
    assert shares[0] == pytest.approx(25 / 34, abs=0.06)
    again, _ = principal_plane(cloud)
    assert np.array_equal(places, again)


def test_a_plane_of_equal_vectors_has_no_variance():
    places, shares = principal_plane(np.ones((5, 4)))
    assert shares == (0.0, 0.0) and np.allclose(places, 0)


def test_purity_asks_other_clips_only_and_skips_unlabelled_rows():
    vectors = unit([1, 0], [0.99, 0.1], [0.9, 0.4], [0, 1])
    labels, clips = ["walk", "run", "walk", ""], ["a", "a", "b", "c"]
    # the nearest row of another clip is the third, for both rows of clip a; the third's is the second
    assert neighbour_purity(vectors, labels, clips) == pytest.approx(1 / 3)
    assert neighbour_purity(vectors, ["", "", "", ""], clips) is None
    assert neighbour_purity(vectors, labels, ["a"] * 4) is None


def test_purity_in_blocks_is_that_of_all_pairs(monkeypatch):
    rng = np.random.default_rng(2)
    vectors = unit(*rng.normal(size=(57, 4)))
    labels, clips = rng.choice(["walk", "run", ""], 57).tolist(), [f"c{i // 4}" for i in range(57)]
    similar = vectors @ vectors.T
    similar[:, [not label for label in labels]] = -np.inf
    similar[np.equal.outer(clips, clips)] = -np.inf
    rows = [i for i in range(57) if labels[i]]
    expected = np.mean([labels[similar[i].argmax()] == labels[i] for i in rows])
    for block in (1, 5, 1000):
        monkeypatch.setattr("srlclip.comparison.embedding_map._ROWS", block)
        assert neighbour_purity(vectors, labels, clips) == pytest.approx(expected)


def test_chance_is_the_share_of_the_label_among_other_clips():
    assert chance_purity(["x", "x", "y", ""], ["a", "b", "c", "d"]) == pytest.approx((1 / 2 + 1 / 2 + 0) / 3)
    assert chance_purity(["x", "x"], ["a", "a"]) is None


def situations(count=4):
    def event(verb, scene):
        return Event(verb, f"{verb}.01", (Role("AScn", "scene of the event", scene),))

    return {
        f"c{i}": Situation(f"c{i}", None, (event("walk", "Park"), event("run", "park" if i % 2 else "street")))
        for i in range(count)
    }


def test_a_map_has_a_point_per_labelled_event_and_leaves_padding_out():
    known = situations()
    rng = np.random.default_rng(1)
    events = {m: unit(*rng.normal(size=(4 * 5, 8))).reshape(4, 5, 8) for m in ("base", "adapted")}
    clips = {m: v.mean(axis=1) for m, v in events.items()}
    found = embedding_map(tuple(known), events, clips, known.__getitem__)
    assert len(found.points) == found.total == 8 and {p.event_index for p in found.points} == {0, 1}
    assert found.points[1].labels == {"verb": "run", "scene": "street"} and set(found.purity) == {"verb", "scene"}
    by_clip = embedding_map(tuple(known), events, clips, known.__getitem__, "clips")
    assert len(by_clip.points) == 4 and set(by_clip.purity) == {"scene"}
    with pytest.raises(ValueError, match="level"):
        embedding_map(tuple(known), events, clips, known.__getitem__, "frames")
    with pytest.raises(ValueError, match="three"):
        embedding_map(("c0",), events, clips, known.__getitem__, "clips")


def test_a_clips_scene_is_its_most_frequent_one():
    assert scene_of(situations()["c1"]) == "park" and scene_of(Situation("x", None, ())) == ""


def test_heat_ranks_by_the_best_event_and_ties_rank_last():
    events = {"base": np.array([[[0.1], [0.9]], [[0.9], [0.0]], [[0.2], [0.3]]]),
              "adapted": np.array([[[0.5], [0.1]], [[0.2], [0.1]], [[0.9], [0.9]]])}  # fmt: skip
    heat = query_heat("q", np.ones(1), ("a", "b", "c"), events, {"a": 2, "b": 2, "c": 1}.__getitem__)
    assert [row.rank.base for row in heat.rows] == [2, 2, 3] and [row.rank.adapted for row in heat.rows] == [2, 3, 1]
    assert heat.rows[2].scores.base == (0.2,) and heat.spans["base"] == (0.0, 0.9)
    assert [row.clip_id for row in heat.best_by("adapted", 2)] == ["c", "a"]
    with pytest.raises(ValueError, match="not finite"):
        query_heat("q", np.ones(1), ("a",), {m: np.full((1, 1, 1), np.nan) for m in events}, lambda _: 1)
