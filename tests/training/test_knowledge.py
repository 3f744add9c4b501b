"""What the mini base's sight phase is told: shares of events, roles against sets, and the default that tells everything."""

import json

import numpy as np
import pytest
import torch
from test_pretrain import run

from srlclip.synsitu.drawing.places import Place
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.world import COLOURS
from srlclip.video.pixels import PreprocessSpec
from training.mini_base.frames import ATTRIBUTE_CLASSES, IGNORE, IGNORE_PLACE, THINGS, frame_set, place_grid
from training.mini_base.knowledge import LABELS, Knowledge, everything, lesson
from training.mini_base.sight import PLACES_WEIGHT, Classifiers, hits, losses


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return frame_set(tmp_path_factory.mktemp("frames"), "pretrain", 40, 2, PreprocessSpec(resize=32, crop=32))


def test_by_default_every_label_is_told_by_role_and_nothing_as_a_set(data):
    taught = lesson(data, Knowledge(), seed=0)
    assert {t for targets in LABELS.values() for t in targets} == set(ATTRIBUTE_CLASSES)
    assert set(taught.labels) == set(ATTRIBUTE_CLASSES) == set(taught.names) and not taught.sets
    assert all(np.array_equal(taught.labels[n], data.labels[n]) for n in data.labels)


def test_shares_count_events_and_depend_on_the_seed(data):
    taught = lesson(data, Knowledge(verb=0.3, direction=0.0), seed=0)
    known = (taught.labels["verb"] != IGNORE).reshape(-1, 2)
    assert (known[:, 0] == known[:, 1]).all()  # all frames of an event carry the same labels
    assert 0.2 < known.mean() < 0.4
    assert "direction" not in taught.names and (taught.labels["scene"] == data.labels["scene"]).all()
    assert np.array_equal(taught.labels["verb"][known.ravel()], data.labels["verb"][known.ravel()])
    other = lesson(data, Knowledge(verb=0.3), seed=1)
    assert not np.array_equal(other.labels["verb"], taught.labels["verb"])


def test_a_larger_share_tells_what_a_smaller_one_tells(data):
    few, more = (lesson(data, Knowledge(verb=share), seed=0).labels["verb"] != IGNORE for share in (0.1, 0.5))
    assert (more | ~few).all() and more.sum() > few.sum()


def test_events_without_a_prop_may_keep_silent(data):
    taught = lesson(data, Knowledge(nothing=0.0), seed=0).labels
    none = data.labels["prop"] == 0
    assert (taught["prop"][none] == IGNORE).all() and (taught["prop"][~none] == data.labels["prop"][~none]).all()
    assert (taught["scene"] == data.labels["scene"]).all() and (taught["manner"] != 0).all()


def test_without_roles_people_are_told_as_the_set_of_what_agent_and_patient_show(data):
    taught = lesson(data, Knowledge(roles=0.0, colour=0.5), seed=0)
    assert not {"agent_kind", "patient_kind", "agent_colour", "patient_attribute"} & set(taught.names)
    assert np.allclose(taught.sets["kind"].sum(1), 1)
    known = taught.sets["colour"].any(1)
    assert 0.3 < known.mean() < 0.7
    for row in np.flatnonzero(known)[::7]:
        script = sample_clip("pretrain", int(data.clip[row]))
        event = script.events[data.event[row]]
        shown = {COLOURS[i] for i in np.flatnonzero(taught.sets["colour"][row])}
        assert shown == {script.cast[i].colour for i in (event.agent, event.patient) if i is not None}


def test_the_loss_of_a_set_is_least_where_its_classes_share_the_probability(data):
    taught = lesson(data, Knowledge(roles=0.0), seed=0)
    index = np.arange(20)
    share = torch.from_numpy(taught.sets["kind"][index])
    ideal, first_only = share.clamp(min=1e-6).log(), torch.nn.functional.one_hot(share.argmax(1), share.shape[1]) * 9.0
    assert losses({"kind": ideal}, taught, index)["kind"] < losses({"kind": first_only}, taught, index)["kind"]
    assert hits({"kind": ideal}, everything(data), index)["kind"].all()
    one_of_two = hits({"kind": -ideal}, everything(data), index)["kind"]
    assert not one_of_two.any() and len(one_of_two) == int((share > 0).sum())


def test_what_no_frame_of_a_batch_tells_has_no_loss(data):
    taught = lesson(data, Knowledge(verb=0.0), seed=0)
    logits = Classifiers(8, taught)(torch.zeros(3, 8), torch.zeros(3, 4, 8))
    assert set(losses(logits, taught, np.arange(3))) <= set(ATTRIBUTE_CLASSES) - {"verb"}


def test_a_base_that_is_told_less_logs_what_it_is_told(tmp_path):
    assert run(tmp_path, "knowledge.roles=0", "knowledge.verb=0", "knowledge.colour=1", phases="sight") == 0
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    (valid,) = (row for row in log if row["phase"] == "sight-valid")
    assert {"kind", "colour", "scene"} <= set(valid) and not {"verb", "agent_kind"} & set(valid)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_between_nothing_and_everything(share):
    with pytest.raises(ValueError, match=r"knowledge\.verb is .*; allowed: 0 to 1"):
        Knowledge(verb=share)


def test_a_place_lies_in_the_patch_of_its_head_and_middle_and_what_is_in_front_wins():
    grid = place_grid(
        [Place("king", (10, 10), (10, 100)), Place("ball", (12, 90), (12, 90)), Place("fox", (999, 5), (90, 5))], 5
    )
    assert [THINGS[i] if i != IGNORE_PLACE else "" for i in grid[[0, 5, 1, 4]]] == ["king", "ball", "fox", ""]


def test_places_are_told_only_where_they_are_asked_for(tmp_path):
    data = frame_set(tmp_path, "pretrain", 6, 2, PreprocessSpec(resize=40, crop=40), grid=5)
    assert "places" not in lesson(data, Knowledge(), seed=0).names
    taught = lesson(data, Knowledge(places=1.0), seed=0)
    shown = {THINGS[i] for i in taught.places[0] if i != IGNORE}
    script = sample_clip("pretrain", 0)
    assert shown <= {*(c.kind for c in script.cast), script.events[0].prop} and {c.kind for c in script.cast} & shown
    sure = torch.nn.functional.one_hot(torch.from_numpy(taught.places).clamp(min=0), len(THINGS)) * 20.0
    index = np.arange(len(data.clip))
    assert losses({"places": sure}, taught, index)["places"] < 1e-3 < PLACES_WEIGHT
    assert hits({"places": sure}, everything(data), index)["places"].all()
    again = frame_set(tmp_path, "pretrain", 6, 2, PreprocessSpec(resize=40, crop=40), grid=5)
    assert np.array_equal(again.places, data.places)
