"""What adaptation forgot: its command, and questions that a tower which knows every fact answers."""

import json

import numpy as np

from srlclip.evaluation.scripted import THINGS, ScriptQuestions
from srlclip.synsitu import texts
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.shown import OUTSIDE_SCENES
from srlclip.synsitu.words import SCENE_PHRASES
from srlclip.synsitu.world import SCENES
from training import forgetting

METRICS = ["scene, zero-shot", *(f"pairs: {fact}" for fact in THINGS), "event R@1", "clip R@1"]


def test_the_command_measures_base_and_adapter_inside_and_outside(tiny_clip, tiny_run, tmp_path, capsys):
    out = tmp_path / "results" / "forgetting.json"
    flags = ["--model", f"adapted={tiny_run / 'model'}", "--clips", "3", "--frames", "1", "--workers", "1"]
    flags += ["--resamples", "20", "--cache", str(tmp_path / "cache"), "--out", str(out)]
    assert forgetting.main(["--base", str(tiny_clip), *flags]) == 0
    assert "outside (3 clips of 'outside')" in capsys.readouterr().out
    results = json.loads(out.read_text())
    assert list(results["tables"]) == ["inside", "outside"] and str(tmp_path) not in out.read_text()
    for table in results["tables"].values():
        assert list(table) == METRICS
        for row in table.values():
            assert {"base", "adapted", "adapted - base"} <= set(row)
    assert results["tables"]["outside"]["event R@1"]["adapted"]["n"] == 15


def test_texts_say_the_reserved_scenes_and_a_perfect_tower_is_never_wrong():
    scripts = [sample_clip("outside", i) for i in range(6)]
    asked = ScriptQuestions.of(scripts)
    assert {SCENES[i] for i in asked.scenes} <= set(OUTSIDE_SCENES)
    said = [phrase for scene in OUTSIDE_SCENES for phrase in SCENE_PHRASES[scene]]
    assert all(any(phrase in sentence for phrase in said) for row in asked.events for sentence in row)
    # A tower whose embedding of an event has a direction of its own for every text that is true of it.
    words = asked.texts()
    vectors = dict(zip(words, np.eye(len(words)), strict=True))
    events, clips = np.zeros((6, 5, len(words))), np.zeros((6, len(words)))
    for g, row in enumerate(asked.events):
        clips[g] = vectors[asked.clips[g]]
        for k, sentence in enumerate(row):
            true = {sentence, texts.scene_labels()[asked.scenes[g]]}
            true |= {pair.true for pair in asked.pairs if (pair.clip, pair.event) == (g, k)}
            events[g, k] = sum(vectors[text] for text in true)
    answers = asked.observe(events, clips, vectors)
    assert list(answers) == METRICS and all(o.values.all() and len(o.values) for o in answers.values())
    worst = asked.observe(np.zeros_like(events), np.zeros_like(clips), vectors)
    assert not any(o.values.any() for name, o in worst.items() if name != "scene, zero-shot")  # ties lose


def test_too_few_clips_are_one_line(tiny_clip, capsys):
    assert forgetting.main(["--base", str(tiny_clip), "--clips", "1"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: need two clips")
