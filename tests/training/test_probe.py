"""The probe of a base: its command on a base and an adapter, what it learns from, and the ranges of a base like CLIP."""

import json

import numpy as np
import pytest

from srlclip.models.encoder import ClipEncoder
from srlclip.synsitu import texts
from srlclip.synsitu.minimal_pairs import FACTS
from srlclip.synsitu.world import VERBS
from training import probe


def test_the_command_measures_a_base_and_an_adapter(tiny_clip, tiny_run, tmp_path, capsys):
    out = tmp_path / "results" / "probe.json"
    flags = ["--clips", "4", "--labelled", "12", "25", "--frames", "1", "--workers", "1", "--resamples", "20"]
    flags += ["--model", f"adapted={tiny_run / 'model'}", "--cache", str(tmp_path / "cache"), "--out", str(out)]
    assert probe.main(["--base", str(tiny_clip), *flags]) == 0
    assert "the base is not like CLIP" in capsys.readouterr().out
    results = json.loads(out.read_text())
    assert results["commit"] and results["settings"]["labelled"] == [12, 25] and str(tmp_path) not in out.read_text()
    assert results["asked"]["events"] == 20 and not results["like_clip"]
    assert results["outside"]["verb, linear probe on 1100 events"] is None  # it was not asked for
    base, adapted = results["tables"]["base"], results["tables"]["adapted"]
    assert set(base) == {"frame means"} and set(adapted) == {"frame means", "event tokens"}
    assert {f"pairs: {fact}" for fact in FACTS} <= set(base["frame means"]) == set(adapted["frame means"])
    assert "verb, linear probe on 12 events, before the projection" in base["frame means"]
    assert "verb, linear probe on 25 events, with the frame means" in adapted["event tokens"]
    for table in (*base.values(), *adapted.values()):
        for cell in table.values():
            assert "reason" in cell or (0 <= cell["ci"][0] <= cell["mean"] <= cell["ci"][1] <= 100 and cell["n"])


def test_an_embedding_that_knows_the_sentence_wins_every_pair_and_one_that_knows_the_verb_names_it(tiny_clip, tmp_path):
    encoder = ClipEncoder.load(tiny_clip)
    asked = probe.Probe(encoder, 6, [10], 1, str(tmp_path))
    for fact in ("scene", "agent_patient"):
        pairs = [p for p in asked.pairs if p.fact == fact]
        events = np.zeros((8, 5, encoder.embed_dim), np.float32)
        for pair in pairs:
            events[pair.clip, pair.event] = encoder.encode_texts([pair.true])[0].numpy()
        assert asked.zero_shot(events, encoder)[f"pairs: {fact}"].values.all()
    words = encoder.encode_texts(texts.verb_labels()).numpy()
    named = asked.zero_shot(words[asked.verbs].reshape(8, 5, -1), encoder)["verb, zero-shot"]
    assert named.values.all() and named.clip.tolist() == np.repeat(np.arange(6), 5).tolist()


def test_labelled_events_are_of_clips_that_are_not_asked(tiny_clip, tmp_path, monkeypatch):
    asked = probe.Probe(ClipEncoder.load(tiny_clip), 6, [3, 7], 1, str(tmp_path))
    calls = []
    monkeypatch.setattr(
        probe, "linear_probe", lambda x, y, test: calls.append((x, y, test)) or np.zeros(len(test), int)
    )
    rows = np.arange(8 * 5, dtype=float).reshape(8, 5, 1)
    asked.linear(rows)
    assert [x.ravel().tolist() for x, _, _ in calls] == [[30, 31, 32], [30, 31, 32, 33, 34, 35, 36]]
    assert all(test.ravel().tolist() == list(range(30)) for _, _, test in calls)


def test_a_base_is_accepted_by_its_ranges():
    middle = {metric: {"mean": sum(span) / 2} for metric, span in probe.LIKE_CLIP.items()}
    assert probe.outside(middle) == {}
    metric = "verb, linear probe on 1100 events"
    assert probe.outside(middle | {metric: {"mean": 84.0}}) == {metric: 84.0}
    assert probe.LIKE_CLIP["verb, zero-shot"][0] == 2 * 100 / len(VERBS)


@pytest.mark.parametrize("flags", [["--base", "no-such-folder-here"], ["--labelled", "1"], ["--model", "nameless"]])
def test_bad_arguments_are_one_line(flags, capsys):
    assert probe.main(flags) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
