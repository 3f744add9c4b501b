"""Dense captions: ActivityNet's two reference files, and a file of predictions as PDVC writes it; no videos."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srlclip.language import prompts
from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.benchmark_files.retrieval import timed
from srlclip.synsitu.benchmark_files.words import sentence
from srlclip.synsitu.labels import script_event
from srlclip.synsitu.world import ClipScript


def activitynet_dense(folder: Folder) -> None:
    """The second annotator uses other words, and lacks the last video. predictions.json tells the middle event of every
    video as the first annotator does, and another one wrongly, in a longer span; one video has none."""
    scripts = folder.scripts(events=3)
    names = [f"v_-Syn_{i:03d}.x" for i in range(len(scripts))]
    second = {name: timed(script, _other_words(script)) for name, script in zip(names, scripts, strict=True)}
    if len(names) > 1:
        del second[names[-1]]
    folder.json("val_1.json", {n: timed(s, _sentences(s)) for n, s in zip(names, scripts, strict=True)})
    folder.json("val_2.json", second)
    results = {name: _predicted(script) for name, script in zip(names, scripts, strict=True)}
    if len(names) > 2:
        results[names[2]] = []
    folder.json(
        "predictions.json",
        {"version": "VERSION 1.0", "results": results, "external_data": {"used": True, "details": ""}},
    )


def _sentences(script: ClipScript) -> list[str]:
    return [sentence(script, k) for k in range(len(script.events))]


def _other_words(script: ClipScript) -> list[str]:
    rng = np.random.default_rng([script.look, 5])
    events = [script_event(script, event, k, rng) for k, event in enumerate(script.events)]
    return [prompts.caption(event, "natural").text for event in events]


def _predicted(script: ClipScript) -> list[dict]:
    wrong = sentence(replace(script, scene="farm" if script.scene != "farm" else "street"))
    return [
        {"sentence": sentence(script, 1), "timestamp": [2.0, 4.0], "proposal_score": 0.9, "sentence_score": -1.5},
        {"sentence": wrong, "timestamp": [0.0, 3.0], "proposal_score": 0.4, "sentence_score": -3.5},
    ]
