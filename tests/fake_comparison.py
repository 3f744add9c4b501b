"""A Comparison without models: deterministic scores from hashes, so that the interface can be tested in milliseconds.

`PYTHONPATH=. python tests/fake_comparison.py [port]` serves the page on it, with drawn clips.
"""

from __future__ import annotations

import copy
import hashlib
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from fake_benchmarks import fake_results

from srlclip.comparison.embedding_map import EmbeddingMap, embedding_map
from srlclip.comparison.explained import ExplainedSearch, explain_search
from srlclip.comparison.queries import asked_facts
from srlclip.comparison.search import QueryHeat, query_heat
from srlclip.explain.results import Box, Explanation, FrameShares, PartChange, WordWeight
from srlclip.language.lexicon import Lexicon
from srlclip.language.prompts import recognised
from srlclip.results import (
    MODELS,
    Both,
    CaptionResult,
    EventCaption,
    Example,
    Hit,
    PairInfo,
    ScoredCaption,
    ScoreResult,
    SearchResult,
    Slot,
    Story,
    Timeline,
)
from srlclip.situations import Caption, Event, Role, Situation, VideoDecodeError, event_count
from srlclip.synsitu.words import FORMS
from srlclip.synsitu.world import COLOURS, KINDS, SCENES, VERBS
from srlclip.video.frames import UPLOAD_LIMITS, probe

_ACTS = ("push.01", "pull.01", "chase.01", "hug.01", "kick.01", "lift.01", "flee.01")


def share(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts only."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def write_clip(path: Path, hue: int = 0, frames: int = 100, size: tuple[int, int] = (320, 192)) -> Path:
    """A small H.264 file: a square that crosses a coloured ground, 10 frames per second."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", "crf": "30"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            image = np.zeros((size[1], size[0], 3), np.uint8)
            image[:] = ((37 * hue) % 200 + 40, (91 * hue) % 200 + 40, (53 * hue) % 200 + 40)
            left = 10 + (size[0] - 60) * number // max(frames, 1)
            image[size[1] // 2 : size[1] // 2 + 40, left : left + 40] = (250, 240, 200)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def event(clip: int, index: int) -> Event:
    """A labelled event that depends on the numbers only."""
    spec = VERBS[_ACTS[(clip + 2 * index) % len(_ACTS)]]
    who, whom = (f"{COLOURS[(clip + k) % 8]} {KINDS[(clip + 3 * k + 1) % 8]}" for k in (index % 2, 1 - index % 2))
    names = [key.split("(")[1].rstrip(")") for key in spec.roles]
    roles = [
        Role(key.split(" ")[0], name, filler) for key, name, filler in zip(spec.roles, names, (who, whom), strict=False)
    ]
    return Event(spec.lemma, spec.verb_id, (*roles, Role("AScn", "scene of the event", SCENES[clip % 10])))


class FakeComparison:
    """Duck-typed like srlclip.comparison.comparison.Comparison. folder: where drawn clips go (None: clips have no file).

    failing: "adapted" (that model finds nothing) or a decoder that raises. kinds: the decoders that the pair has.
    long_clip: also have the clip "long_00" of 50 seconds, without labels. pause: seconds that each captioned event takes.
    """

    def __init__(
        self,
        folder: Path | None = None,
        clips: int = 12,
        failing: str | None = None,
        kinds: tuple[str, ...] = ("heads", "zero_shot"),
        long_clip: bool = False,
        pause: float = 0.0,
    ):
        self.info = PairInfo(
            "mini-base", "mini-srlclip", "600 SynSitu clips (synthetic world)", True, 128, 96, "cpu", "0.1.0"
        )
        self.embedded: list[tuple[str, int]] = []
        self.benchmarks = fake_results()
        self.failing, self.kinds, self.pause = failing, kinds, pause
        self.gallery_origin = "embedded"
        self.gallery = SimpleNamespace(fingerprints={"base": "0" * 16, "adapted": "1" * 16})
        reader = SimpleNamespace(max_tokens=77, count_tokens=lambda text: len(text.split()) + 2)
        self.pair = SimpleNamespace(base=reader)
        self._clips: dict[str, Situation] = {}
        for number in range(clips):
            path = write_clip(folder / f"clip_{number:02d}.mp4", number) if folder else None
            events = tuple(event(number, i) for i in range(5))
            self._clips[f"clip_{number:02d}"] = Situation(f"clip_{number:02d}", path, events)
        if long_clip:
            path = write_clip(folder / "long_00.mp4", 99, 500) if folder else None
            self._clips["long_00"] = Situation("long_00", path, (), end=50.0)
        self._gallery = tuple(self._clips)
        self.lexicon = Lexicon.from_situations(self._clips.values())

    def clip_ids(self) -> tuple[str, ...]:
        return self._gallery

    def situation(self, clip_id: str) -> Situation:
        if clip_id not in self._clips:
            raise ValueError(f"unknown clip {clip_id!r}")
        return self._clips[clip_id]

    def examples(self) -> tuple[Example, ...]:
        labelled = [clip for clip in self._gallery if self._clips[clip].events]
        picks = [(clip, (3 * n) % 5) for n, clip in enumerate(labelled[:6])]
        return tuple(Example(self.true_caption(clip, i).text, clip, i, True) for clip, i in picks)

    def search(self, query: str, target: str | None = None) -> SearchResult:
        ranked: dict[str, list[tuple[str, float]]] = {}
        for model in ("base", "adapted"):
            lift = {"base": 0.05, "adapted": 0.12}[model]
            scores = {
                c: 0.2 + 0.1 * share(model, query, c) + lift * (c == target) * share(query) for c in self._gallery
            }
            ranked[model] = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        before = {clip: rank for rank, (clip, _) in enumerate(ranked["base"], 1)}
        base = tuple(Hit(c, r, s) for r, (c, s) in enumerate(ranked["base"], 1))
        adapted = tuple(Hit(c, r, s, before[c] - r) for r, (c, s) in enumerate(ranked["adapted"], 1))
        if self.failing == "adapted":
            return SearchResult(query, Both(base, ()), target, 9, False, 77, ("SRL-CLIP failed: out of memory",))
        words = len(query.split())
        return SearchResult(query, Both(base, adapted), target, words, words > 77)

    def explain_search(self, result: SearchResult) -> ExplainedSearch:
        lexicon = Lexicon.from_situations(self._clips.values())
        asked = asked_facts(result.query, self.examples(), lambda clip, i: self.situation(clip).events[i], lexicon)
        return explain_search(result, asked, self.situation, lambda event: self.caption_of(event).text)

    def similar(self, clip_id: str, event_index: int) -> tuple[SearchResult, ExplainedSearch]:
        if not 0 <= event_index < 5:
            raise ValueError(f"event {event_index} of {clip_id}; allowed: 0 to 4")
        result = self.search(f"{clip_id}, event {event_index + 1}")
        others = result.hits.map(lambda hits: [hit for hit in hits if hit.clip_id != clip_id])
        others = others.map(lambda hits: tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1)))
        result = replace(result, hits=others)
        return result, self.explain_search(result)

    def frame_shares(self, clip_id: str, query: str) -> FrameShares:
        line = self.timeline(clip_id, query)
        moments = tuple(tuple(start + 0.25 + 0.5 * j for j in range(4)) for start, _ in line.spans)
        shares = line.scores.map(lambda row: tuple((0.5 * s, 0.3 * s, 0.3 * s, -0.1 * s) for s in row))
        return FrameShares(clip_id, query, moments, shares, line.scores)

    def similar_shares(self, clip_id: str, like: str, event_index: int) -> FrameShares:
        return self.frame_shares(clip_id, f"{like}, event {event_index + 1}")

    def stories(self) -> tuple[Story, ...]:
        if len(self._gallery) < 3:
            return ()
        told = zip(("win", "tie", "loss"), self._gallery, (1, 0, 2), strict=False)
        return tuple(Story(name, self.true_caption(clip, i).text, clip, i) for name, clip, i in told)

    def heat(self, query: str) -> QueryHeat:
        vector = np.ones(1)
        events = {
            m: np.array([[[0.2 + 0.1 * share(m, c, query, i)] for i in range(5)] for c in self._gallery])
            for m in MODELS
        }
        return query_heat(query, vector, self._gallery, events, lambda clip: len(self._clips[clip].events) or 5)

    def map(self, level: str = "events") -> EmbeddingMap:
        def unit(*key: object) -> np.ndarray:
            vector = np.array([share(*key, i) - 0.5 for i in range(6)])
            return vector / np.linalg.norm(vector)

        events = {m: np.array([[unit(m, c, i) for i in range(5)] for c in self._gallery]) for m in MODELS}
        clips = {m: np.array([unit(m, c) for c in self._gallery]) for m in MODELS}
        return embedding_map(self._gallery, events, clips, self.situation, level)

    def timeline(self, clip_id: str, query: str) -> Timeline:
        spans = tuple((2.0 * i, 2.0 * i + 2) for i in range(5))
        rows = [tuple(0.2 + 0.1 * share(m, clip_id, query, i) for i in range(5)) for m in ("base", "adapted")]
        return Timeline(clip_id, query, spans, Both(*rows))

    def explain(self, clip_id: str, event_index: int, text: str = "", role: str = "") -> Explanation:
        text = text or self.true_caption(clip_id, event_index).text
        grids = {
            m: np.array([share(m, clip_id, text, role, f, p) for f in range(4) for p in range(25)]) for m in MODELS
        }
        maps = Both.of(lambda m: (grids[m] / grids[m].sum()).reshape(4, 5, 5))
        frames = Both.of(lambda m: tuple(0.05 + 0.02 * share(m, clip_id, text, f) for f in range(4)))
        words = text.split()
        drop = Both(-0.01, -0.02)
        weights = tuple(WordWeight(word, Both(1 / len(words), 1 / len(words)), drop) for word in words)
        without = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
        parts = tuple(PartChange("", "phrase", word, rest, drop) for word, rest in zip(words, without, strict=True))
        start, end = self.spans(clip_id)[event_index]
        times = tuple(start + (end - start) * (f + 0.5) / 4 for f in range(4))
        plain = maps.map(lambda grid: tuple(tuple(map(tuple, frame)) for frame in grid.tolist()))
        peak = max(float(grid.max()) for grid in maps)
        score, seen = frames.map(sum), Box(0.0, 0.0, 1.0, 1.0)
        return Explanation(
            clip_id,
            event_index,
            text,
            role,
            role or text,
            (start, end),
            times,
            score,
            frames,
            plain,
            peak,
            seen,
            weights,
            parts,
        )

    def decoders(self) -> tuple[str, ...]:
        return self.kinds

    def caption(self, clip_id: str, progress=None, decoder: str = "auto") -> CaptionResult:
        situation = self.situation(clip_id)
        kind = self.kinds[0] if decoder == "auto" else decoder
        if kind == self.failing:
            raise ValueError(f"the {kind} decoder failed on {clip_id}; choose another one")
        count = max(5, int((situation.end or 10.0) / 2))
        captions = []
        for i in range(count):
            truth = situation.events[i] if situation.events else None
            captions.append(self._caption(clip_id, i, truth, kind))
            time.sleep(self.pause)
            if progress:
                progress((i + 1) / count, f"event {i + 1} of {count}, model {1 + i % 2} of 2")
        told = {"heads": "captioners trained on frozen features", "zero_shot": "nearest prompts"}[kind]
        rule = {"heads": "geometric mean of its tokens' probabilities", "zero_shot": "softmax share"}[kind]
        labelled = bool(situation.events)
        return CaptionResult(clip_id, tuple(captions), told, "equal words", labelled, kind, rule, dense=count > 5)

    def _caption(self, clip_id: str, i: int, truth: Event | None, kind: str) -> EventCaption:
        shown = truth or event(int(100 * share(clip_id)), i)
        rows = [("Verb", "verb", shown.lemma), *((r.key, r.name, r.filler) for r in shown.roles)]
        slots = []
        for key, name, filler in rows:
            other = "walk" if key == "Verb" else "blue robot"
            said = [filler if share(m, clip_id, i, key, kind) < p else other for m, p in (("b", 0.5), ("a", 0.85))]
            sure = [round(share(m, "sure", clip_id, i, key, kind), 4) for m in ("b", "a")]
            judged = [s == filler for s in said] if truth else [None, None]
            slots.append(Slot(key, name, filler if truth else None, Both(*said), Both(*sure), Both(*judged)))
        lines = [f"A {s[1]} {s[0]}s a {s[2]} at the {s[-1]}." for s in ([x.filler[m] for x in slots] for m in MODELS)]
        verbs = ((shown.lemma, 0.6), ("walk", 0.2), ("hug", 0.1), ("kick", 0.06), ("lift", 0.04))
        ids = (shown.verb_id, "walk.01", "hug.01", "kick.01", "lift.01")
        return EventCaption(i, 2.0 * i, 2.0 * i + 2, tuple(slots), Both(*lines), Both(verbs, verbs), Both(ids, ids))

    def negatives(
        self, clip_id: str, event_index: int, kinds: Sequence[str], style: str = "natural", per_kind: int = 3
    ) -> tuple[Caption, ...]:
        true = self.true_caption(clip_id, event_index).text.split()
        made = []
        for kind in kinds:
            if kind == "agent_patient":
                swapped = [*true[4:6], *true[2:4], *true[0:2], *true[6:]]
                made.append(Caption(" ".join(swapped), kind, "natural", tuple(true[:2]), tuple(true[4:6])))
            elif kind in ("verb_role", "noun", "attribute"):
                place = {"verb_role": 3, "noun": 1, "attribute": 0}[kind]
                words = [*true]
                old, words[place] = words[place], {"verb_role": "hugs", "noun": "wizard", "attribute": "purple"}[kind]
                made.append(Caption(" ".join(words), kind, "natural", (old,), (words[place],)))
            elif kind == "natural":
                others = (i for i in range(5) if i != event_index)
                made += [Caption(self.true_caption(clip_id, i).text, kind, "natural") for i in others]
        return tuple(made)

    def negatives_of(self, situation: Situation, event_index: int, kinds: Sequence[str]) -> tuple[Caption, ...]:
        rest = [e for i, e in enumerate(situation.events) if i != event_index]
        made = [Caption(self.caption_of(e).text, "natural", "natural") for e in rest] if "natural" in kinds else []
        true = self.caption_of(situation.events[event_index]).text
        return (*made, *(Caption(f"{true} {kind}", kind, "natural") for kind in kinds if kind in ("noun", "attribute")))

    def caption_of(self, event: Event, style: str = "natural") -> Caption:
        return Caption(" ".join([event.lemma, *(role.filler for role in event.visible_roles)]), style=style)

    def fillers(self, role_key: str, verb: str | None = None, limit: int = 20) -> tuple[str, ...]:
        return (f"the usual {role_key}", "blue robot")[:limit]

    def embed_video(self, situation: Situation, progress=None) -> dict[str, np.ndarray]:
        if b"ftyp" not in Path(situation.path).read_bytes()[:64]:
            raise VideoDecodeError(f"cannot decode {situation.path}: no video stream")
        end = probe(situation.path).duration if situation.end is None else situation.end
        count = event_count(situation, end - situation.start)
        self.embedded.append((situation.clip_id, count))
        if progress:
            progress(0.5, "both models")
        return {model: np.ones((count, 4), np.float32) / 2 for model in MODELS}

    def embed_upload(self, situation: Situation, progress=None) -> tuple[Situation, dict[str, np.ndarray]]:
        features = self.embed_video(situation, progress)
        return replace(situation, end=probe(situation.path, UPLOAD_LIMITS).duration), features

    def over(self, clips: Sequence[tuple[Situation, dict]], with_gallery: bool, frames: dict) -> FakeComparison:
        view = copy.copy(self)
        view._clips = {s.clip_id: s for s, _ in clips} | (self._clips if with_gallery else {})
        view._gallery = tuple(view._clips)
        return view

    def true_caption(self, clip_id: str, event_index: int, style: str = "natural") -> Caption:
        it = self.situation(clip_id).events[event_index]
        verb = FORMS[it.verb_id][0][0].split(" ")[0]
        fillers = [role.filler for role in it.roles]
        return Caption(f"{fillers[0]} quickly {verb} {fillers[1]} at the {fillers[-1]}", style=style)

    def score(
        self, clip_id: str, event_index: int, true: str, negatives: Sequence[Caption], progress=None
    ) -> ScoreResult:
        self.situation(clip_id)
        base, adapted = (0.25 + 0.05 * share(m, clip_id, event_index, true) for m in ("b", "a"))
        rows = []
        for negative in negatives:
            b = base - 0.06 * share("b", negative.text) + 0.03
            a = adapted - 0.12 * share("a", negative.text) + 0.02
            rows.append(ScoredCaption(negative, Both(b, a), Both(base - b, adapted - a)))
        events = self.situation(clip_id).events
        caption = recognised(true, events[event_index] if event_index < len(events) else None, self.caption_of)
        return ScoreResult(clip_id, event_index, ScoredCaption(caption, Both(base, adapted)), tuple(rows))

    def add_video(self, path: str, progress=None) -> str:
        content = Path(path).read_bytes()
        if b"ftyp" not in content[:64]:
            raise VideoDecodeError(f"cannot decode {path}: no video stream; re-encode with: ffmpeg -i {path} out.mp4")
        clip_id = "upload-" + hashlib.sha256(content).hexdigest()[:8]
        for frame in range(0, 241, 40):
            time.sleep(self.pause)
            if progress:
                progress(frame / 240, f"frames {frame} of 240")
        self._clips[clip_id] = Situation(clip_id, Path(path), (), end=probe(path).duration)
        return clip_id

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector("text", text) for text in texts])

    def embed_clip(self, clip_id: str) -> dict[str, np.ndarray]:
        self.situation(clip_id)
        return {m: np.stack([self._vector(m, clip_id, i) for i in range(5)]) for m in MODELS}

    def spans(self, clip_id: str) -> tuple[tuple[float, float], ...]:
        return self.timeline(clip_id, "").spans

    def _vector(self, *parts: object) -> np.ndarray:
        found = np.array([share(*parts, axis) - 0.5 for axis in range(self.info.embed_dim)], np.float32)
        return found / np.linalg.norm(found)

    def verbs(self) -> tuple[str, ...]:
        return tuple(VERBS)

    def roles_of(self, verb: str) -> tuple[tuple[str, str], ...]:
        core = [(key.split(" ")[0], key.split("(")[1].rstrip(")")) for key in VERBS[verb].roles]
        return (*core, ("AScn", "scene of the event"))

    def compose(self, verb: str, fillers: Mapping[str, str], style: str = "natural") -> Caption:
        ordered = [fillers[key] for key, _ in self.roles_of(verb) if key in fillers]
        return Caption(" ".join([*ordered[:1], FORMS[verb][0][0], *ordered[1:]]), style=style)

    def measurements(self) -> tuple[str, ...]:
        return ("mini_pair", "captioner", "ablations/losses", *(f"benchmarks/{name}" for name in self.benchmarks))

    def measurement(self, name: str) -> dict:
        def cell(value: float, **more: object) -> dict:
            return {"mean": value, "ci": [value - 2, value + 2], "n": 60, **more}

        if name == "mini_pair":
            return self.results() or {}
        if name == "captioner":
            table = {"Vb@1": {"zero-shot base": cell(8), "head base": cell(20), "head adapted": cell(30)},
                     "CIDEr": {"head base": cell(120), "head adapted": cell(140)}}  # fmt: skip
            table["Vb@1"]["head adapted - head base"] = cell(10)
            modes = {"predicted roles": {"Vb@1": {"base": cell(20), "adapted": cell(30), "adapted - base": cell(10)}}}
            seeds = {"Vb@1": {"base": [20.0, 21.5], "adapted": [30.0, 29.0]}}
            told = {"commit": "abc1234", "date": "2026-01-02", "clips": 12, "roles": "annotated roles"}
            return {**told, "table": table, "modes": modes, "unseen_clips": {}, "per_seed": seeds}
        if name.removeprefix("benchmarks/") in self.benchmarks:
            return self.benchmarks[name.removeprefix("benchmarks/")]
        if name != "ablations/losses":
            raise ValueError(f"there is no measurement {name!r}")
        arms = [{"name": n, "label": f"the arm {n}", "paper": ""} for n in ("base", "one", "all")]
        apart = {"mean": -5.0, "ci": [-7.0, -3.0]}
        rows = {"base": cell(20), "one": cell(35, seeds=[0], difference=apart), "all": cell(40, seeds=[0, 1])}
        about = {"study": "losses", "question": "Which loss?", "reference": "all", "difference": "arm - reference"}
        tables = {"mini-base": {"test": {"event R@1": rows, "clip R@1": rows}, "hard": {"event R@1": rows}}}
        return {**about, "commit": "abc1234", "date": "2026-01-03", "arms": arms, "tables": tables}

    def results(self) -> dict | None:
        def both(base: float, adapted: float) -> dict:
            return {m: {"mean": v, "ci": [v - 3, v + 3]} for m, v in (("base", base), ("adapted", adapted))}

        tables = {
            "events": {"R@1": both(24.1, 61.3), "R@5": both(66.0, 90.2)},
            "swaps": {"agent_patient": both(50.2, 57.9)},
        }
        return {"clips": 200, "date": "2026-01-01", "commit": "abc1234", "tables": tables}


def serve(port: int) -> None:
    """Serve the page on a fake gallery until Ctrl+C."""
    from srlclip.app.ui import build_demo, launch_settings

    with tempfile.TemporaryDirectory() as folder:
        demo = build_demo(FakeComparison(Path(folder), long_clip=True, pause=0.05))
        demo.launch(server_port=port, quiet=True, prevent_thread_lock=True, **launch_settings())
        print(f"Serving on http://127.0.0.1:{port}/", flush=True)
        demo.block_thread()


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else 7861)
