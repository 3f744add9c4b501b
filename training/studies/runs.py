"""One run of a study: train an arm with one seed on one base, then ask the result every question and keep the answers.

A run lies in a folder named by a hash of what its result depends on, so arms that studies share are trained once, what
is done is skipped, and other paths change nothing. The folder is training/train.py's run folder plus observations.npz
(every answer, by split and metric, with its clip) and observations.json (what was asked), written last. With a head
(training/studies/heads.py) that one's folder lies inside, with questions outside of the adaptation's world
(training/studies/outside.py) their answers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from srlclip.config import to_dict
from srlclip.evaluation.towers import Observations
from srlclip.files import files_digest, json_digest, text_digest, write_json
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import fetch_folder
from srlclip.models.encoder import ClipEncoder
from srlclip.models.pair import adapted_copy
from srlclip.provenance import base_name, commit
from training.evaluate import Bench, read_clips
from training.recipe.data import cached_frames, load_situations
from training.runs.run_folder import HARMLESS
from training.settings import TrainSettings
from training.studies import heads, outside
from training.studies.answers import read_answers, write_answers
from training.studies.heads import HeadRun, head_key
from training.studies.outside import OutsideRun
from training.studies.pool import output_in
from training.train import train


@dataclass(frozen=True)
class Measure:
    """What every model of a study is asked. splits: (name, clips). frames_per_event: T at test time.

    lexicon_clips: training clips whose verbs and roles the questions are made from. question_seed: their dice.
    """

    splits: tuple[tuple[str, int], ...] = (("test", 300), ("hard", 300), ("heldout", 200))
    frames_per_event: int = 2
    lexicon_clips: int = 500
    question_seed: int = 0

    def to_dict(self) -> dict:
        return asdict(self) | {"splits": [list(s) for s in self.splits]}


@dataclass(frozen=True)
class Run:
    """settings: with `out` as its folder. trained: False for the base model itself. head: trained on its features, too.
    outside: what is asked of it outside of the adaptation's world, too."""

    settings: TrainSettings
    measure: Measure
    trained: bool = True
    head: HeadRun | None = None
    outside: OutsideRun | None = None

    @property
    def folder(self) -> Path:
        return Path(self.settings.out)

    @classmethod
    def plan(
        cls,
        settings: TrainSettings,
        measure: Measure,
        runs: str | Path,
        trained: bool = True,
        head: HeadRun | None = None,
        outside_clips: int = 0,
    ) -> Run:
        """The run of these settings in its place below the folder `runs`. head: what all arms' heads have in common.
        outside_clips: of what adaptation never shows, 0 to ask nothing of it."""
        # A base has no settings but the frames that it is asked about.
        base = f"base-{weights_digest(settings.base)[:12]}{'-drawn' * settings.data.draws}"
        key = run_key(settings) if trained else base
        settings = replace(settings, out=str(Path(runs) / key))
        asked = OutsideRun.of(settings, trained, outside_clips, measure.frames_per_event) if outside_clips else None
        return cls(settings, measure, trained, head and head_of(settings, trained, head), asked)


@dataclass(frozen=True)
class Cell:
    """One run's place in a study's table. base, arm: names of the study's; seed: of the arm's runs."""

    study: str
    base: str
    arm: str
    seed: int
    run: Run

    def __str__(self) -> str:
        return f"{self.study}, {self.arm}, seed {self.seed}, {base_name(self.base)}"


def head_of(settings: TrainSettings, trained: bool, shared: HeadRun) -> HeadRun:
    """The head of one run, in a folder inside the run's. It learns from the clips after those that any arm may have seen,
    and reads them as the run did: a contextualizer knows no frames beyond those it was trained with."""
    data, h = settings.data, shared.settings
    if not data.clips:
        raise ValueError("data.clips is 0, all clips: none is left for heads to learn from; set a number")
    read = {name: getattr(data, name) for name in ("source", "root", "videos", "drawn", "cache", "workers", "events", "frames_per_event", "role_names")}  # fmt: skip
    own = replace(
        h,
        base=settings.base,
        adapter=str(Path(settings.out) / "model") if trained else "",
        model="adapted" if trained else "base",
        seed=settings.seed,
        skip_clips=max(h.skip_clips, data.clips),
        data=replace(h.data, **read),
    )
    return replace(shared, settings=replace(own, out=str(Path(settings.out) / f"head-{head_key(own)}")))


def run_key(settings: TrainSettings) -> str:
    """12 hex digits of everything a run's result depends on but the code: settings, seed and the base's own files."""
    values = to_dict(settings)
    for name in HARMLESS:
        group, _, last = name.rpartition(".")
        del (values[group] if group else values)[last]
    if not settings.data.propbank:
        # Without frames it says nothing, and runs that were made before there was this setting keep their key.
        del values["data"]["propbank_classes"]
    values["base"] = weights_digest(settings.base)
    return json_digest(values, 12, sort_keys=True)


def weights_digest(base: str) -> str:
    """Identifies a model, base or adapted, by its weights, not by its name or place."""
    folder = fetch_folder(base)
    files = [*sorted(folder.glob("*.safetensors")), *sorted(folder.glob("adapter/*.safetensors"))]
    stamps = tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files)
    if stamps not in _digests:
        _digests[stamps] = files_digest(*files)
    return _digests[stamps]


_digests: dict[tuple, str] = {}


def is_done(run: Run) -> bool:
    """Whether the run was trained and has answered these very questions."""
    try:
        observed = json.loads((run.folder / "observations.json").read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return observed.get("measure") == run.measure.to_dict() and (run.folder / "observations.npz").is_file()


def is_complete(run: Run) -> bool:
    """Whether its head and its questions outside, where it is to have them, are done as well."""
    if not is_done(run) or (run.head is not None and not heads.is_done(run.head)):
        return False
    return run.outside is None or outside.is_done(run.outside)


def execute(run: Run) -> float:
    """Train what is not trained yet, measure what is not measured yet; returns the seconds it took.

    What the run prints, and how it fails: see output_in.
    """
    started = time.time()
    with output_in(run.folder):
        if run.trained and not (run.folder / "run.json").is_file():
            train(run.settings)
        if not is_done(run):
            measure(run)
        if run.head is not None:
            heads.complete(run.head)
        if run.outside is not None and not outside.is_done(run.outside):
            outside.measure(run.outside)
    return time.time() - started


@dataclass(frozen=True)
class Benches:
    """All splits of a study for one base, as one process holds them."""

    base: ClipEncoder
    splits: dict[str, Bench]


_benches: dict[tuple, Benches] = {}


def benches(run: Run, workers: int = 1) -> Benches:
    """Prepared once per process; only one base's are kept in memory."""
    data = run.settings.data
    key = (run.settings.base, run.measure, data.root, data.cache, data.draws)
    if key not in _benches:
        _benches.clear()
        base = ClipEncoder.load(run.settings.base, _device())
        train_clips = load_situations(replace(data, workers=workers), "train", run.measure.lexicon_clips)
        lexicon = Lexicon.from_situations(train_clips)
        splits = {}
        for split, clips in run.measure.splits:
            situations = read_clips(data.root, split, clips, workers, data.draws)
            splits[split] = Bench.prepare(
                base, situations, lexicon, data.cache, workers, run.measure.question_seed, run.measure.frames_per_event,
                drawn=data.draws,
            )  # fmt: skip
        _benches[key] = Benches(base, splits)
    return _benches[key]


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def prepare(runs: Sequence[Run], workers: int) -> None:
    """Render, decode and embed what the runs have in common, before they start side by side."""
    for run in {run.settings.base: run for run in runs}.values():
        prepared, d = benches(run, workers), replace(run.settings.data, workers=workers)
        for split, clips in (("train", d.clips), ("valid", d.valid_clips)):
            cached_frames(load_situations(d, split, clips), d, prepared.base.preprocess_spec)
        if run.head is not None:
            heads.prepare_frames(run.head, workers, prepared.base.preprocess_spec)
        if run.outside is not None:
            outside.prepared(run.outside, workers)


def measure(run: Run) -> None:
    """Write observations.npz and observations.json beside the run's model."""
    prepared = benches(run)
    model = adapted_copy(prepared.base, run.folder / "model") if run.trained else prepared.base
    answers, questions = {}, {}
    for split, bench in prepared.splits.items():
        answers[split] = bench.measure(model, split)
        asked = repr(([s.clip_id for s in bench.situations], bench.asked))
        questions[split] = {
            "clips": len(bench.situations),
            "events": sum(len(s.events) for s in bench.situations),
            "digest": text_digest(asked, 16),
        }
    write_answers(run.folder / "observations.npz", answers)
    about = {"measure": run.measure.to_dict(), "questions": questions, "commit": commit()}
    write_json(run.folder / "observations.json", about)


def read_observations(run: Run) -> dict[str, dict[str, Observations]]:
    """split -> metric -> observations of a finished run. Raises DataError for a damaged file."""
    return read_answers(run.folder / "observations.npz")


def about(run: Run) -> dict:
    """What is known of a finished run: questions and their digests, the commits that trained and measured it, seconds."""
    observed = json.loads((run.folder / "observations.json").read_text("utf-8"))
    trained = json.loads((run.folder / "run.json").read_text("utf-8")) if run.trained else {}
    return {
        "questions": observed["questions"],
        "measured_by": observed["commit"],
        "commit": trained.get("commit", observed["commit"]),
        "steps": trained.get("steps", 0),
        "seconds": trained.get("seconds", 0.0),
    }
