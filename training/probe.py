"""Measure what a base knows before any adaptation, and whether that is like CLIP; adapted models of it stand beside.

    python training/probe.py --base runs/mini-base/model --out results/base_probe.json
    python training/probe.py --model adapted=mini-srlclip --labelled 60 120 240 1100      # the bundled pair, a curve

Any CLIP model that transformers reads will do; unseen SynSitu frames are drawn on the spot. Sentence pairs that differ in
one fact say what a model knows of that fact (chance 50), all verbs stand against each other zero-shot, and a linear probe on
few labelled events says what the features hold before and after the projection. Every number carries a 95 % interval from
resampling whole clips. A base is accepted by these numbers alone, never by what adaptation gains on it.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.evaluation.linear_probe import linear_probe
from srlclip.evaluation.scripted import of_two
from srlclip.evaluation.towers import Observations, summarise
from srlclip.files import write_json
from srlclip.models.checkpoints import fetch_folder
from srlclip.models.encoder import ClipEncoder
from srlclip.models.srlclip import load_contextualizer
from srlclip.pooling import event_vectors
from srlclip.provenance import provenance
from srlclip.situations import EVENTS_PER_CLIP, SrlClipError
from srlclip.synsitu import texts
from srlclip.synsitu.minimal_pairs import FACTS, MinimalPair, minimal_pairs
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.world import VERBS
from training.evaluate import load_models
from training.mini_base.frames import FrameSet, frame_set

#: What a base like CLIP knows, in percent: (least, most). Zero-shot verbs are clearly above chance at twice of it.
LIKE_CLIP: dict[str, tuple[float, float]] = {
    "pairs: scene": (90, 100),
    "pairs: kind": (90, 100),
    "pairs: prop": (90, 100),
    "pairs: colour": (65, 80),
    "pairs: direction": (40, 60),
    "pairs: manner": (40, 60),
    "pairs: agent_patient": (40, 60),
    "verb, zero-shot": (200 / len(VERBS), 30),
    "verb, linear probe on 1100 events": (35, 55),
}


@dataclass(frozen=True)
class Features:
    """Of G clips of E events of F frames. frames: (G, E, F, D), L2-normalised. pooled: (G, E, F, W), before the projection."""

    frames: np.ndarray
    pooled: np.ndarray


@torch.inference_mode()
def embed(encoder: ClipEncoder, data: FrameSet, name: str, chunk: int = 200) -> Features:
    pooled, frames = [], []
    for start in tqdm(range(0, len(data.clip), chunk), desc=f"embed {name}"):
        pixels = encoder.preprocess_spec.to_float(torch.from_numpy(np.array(data.frames[start : start + chunk])))
        pooled.append(encoder.pool_frames(pixels.to(encoder.device)))
        frames.append(encoder.project(pooled[-1]))
    shape = (int(data.clip.max()) + 1, EVENTS_PER_CLIP, -1)
    return Features(*(torch.cat(x).float().cpu().numpy().reshape(*shape, x[0].shape[-1]) for x in (frames, pooled)))


class Probe:
    """Clips that neither a base nor an adapter has learnt from: the first `asked` of split "valid" are asked, events of the
    others are the labelled ones. labelled: how many events, one probe each."""

    def __init__(
        self, encoder: ClipEncoder, asked: int, labelled: list[int], frames: int, cache: str, workers: int = 1
    ):
        self.asked, self.labelled = asked, labelled
        clips = asked + math.ceil(max(labelled) / EVENTS_PER_CLIP)
        self.data = frame_set(cache, "valid", clips, frames, encoder.preprocess_spec, workers=workers)
        scripts = [sample_clip("valid", i) for i in range(clips)]
        order = {verb_id: i for i, verb_id in enumerate(VERBS)}
        self.verbs = np.array([order[event.verb_id] for script in scripts for event in script.events])
        self.pairs: list[MinimalPair] = minimal_pairs(scripts[:asked])
        self.owner = np.repeat(np.arange(asked), EVENTS_PER_CLIP)

    @property
    def truth(self) -> np.ndarray:
        """(asked x E,) the verbs of the events that are asked."""
        return self.verbs[: len(self.owner)]

    def zero_shot(self, events: np.ndarray, encoder: ClipEncoder) -> dict[str, Observations]:
        """events: (G, E, D), L2-normalised. Ties lose."""
        sentences = sorted({sentence for pair in self.pairs for sentence in (pair.true, pair.false)})
        with torch.inference_mode():
            table = encoder.encode_texts([*texts.verb_labels(), *sentences]).cpu().numpy()
        verbs, vectors = table[: len(VERBS)], dict(zip(sentences, table[len(VERBS) :], strict=True))
        out = {f"pairs: {fact}": of_two(self.pairs, fact, events, vectors) for fact in FACTS}
        named = (events[: self.asked].reshape(-1, events.shape[-1]) @ verbs.T).argmax(-1)
        return out | {"verb, zero-shot": Observations(named == self.truth, self.owner)}

    def linear(self, events: np.ndarray, note: str = "") -> dict[str, Observations]:
        """Verb probes on features of all clips, (G, E, D)."""
        flat, first = events.reshape(-1, events.shape[-1]), len(self.owner)
        out = {}
        for count in self.labelled:
            learnt = slice(first, first + count)
            named = linear_probe(flat[learnt], self.verbs[learnt], flat[:first])
            out[f"verb, linear probe on {count} events{note}"] = Observations(named == self.truth, self.owner)
        return out

    def measure(self, encoder: ClipEncoder, contextualizer: torch.nn.Module | None, name: str) -> dict[str, dict]:
        """ "frame means" and, with a contextualizer, "event tokens" -> metric -> observations."""
        features = embed(encoder, self.data, name)
        means = event_vectors(features.frames)
        out = {"frame means": self.zero_shot(means, encoder) | self.linear(means)}
        out["frame means"] |= self.linear(features.pooled.mean(2), ", before the projection")
        if contextualizer is not None:
            with torch.inference_mode():
                tokens = contextualizer(torch.from_numpy(features.frames))[1].numpy()
            both = np.concatenate([means, tokens], -1)
            out["event tokens"] = self.zero_shot(tokens, encoder) | self.linear(tokens)
            out["event tokens"] |= self.linear(both, ", with the frame means")
        return out


def outside(measured: dict[str, dict]) -> dict[str, float | None]:
    """The measures of a base that lie out of their range in LIKE_CLIP, None for one that was not taken: empty for a base
    that is accepted."""
    values = {metric: measured.get(metric, {}).get("mean") for metric in LIKE_CLIP}
    return {m: v for m, v in values.items() if v is None or not LIKE_CLIP[m][0] <= v <= LIKE_CLIP[m][1]}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What a base knows, and whether that is like CLIP.")
    parser.add_argument("--base", default="mini-base", help="bundled name, folder or Hub id")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER", help="an adapted model of it")
    parser.add_argument("--clips", type=int, default=200, help="clips that are asked, five events each")
    parser.add_argument(
        "--labelled", type=int, nargs="+", default=[1100], help="labelled events of a linear verb probe"
    )
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--cache", default="cache")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", default="", help="JSON file to write")
    args = parser.parse_args(argv)
    try:
        probe_models(args)
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def probe_models(args: argparse.Namespace) -> None:
    if args.clips < 1 or args.frames < 1 or min(args.labelled) < 2:
        raise ValueError("--clips and --frames must be 1 or more, --labelled 2 or more")
    models, sources = load_models(args.base, args.model, args.device)
    folders = dict(entry.split("=", 1) for entry in args.model)
    probe = Probe(models["base"], args.clips, sorted(set(args.labelled)), args.frames, args.cache, args.workers)
    tables: dict[str, dict[str, dict]] = {}
    for name, encoder in models.items():
        contextualizer = load_contextualizer(fetch_folder(folders[name])) if name in folders else None
        measured = probe.measure(encoder, contextualizer, name)
        tables[name] = {kind: _table(observed, args.resamples) for kind, observed in measured.items()}
    misses = outside(tables["base"]["frame means"])
    counts = np.bincount(probe.truth)
    results = provenance(vars(args)) | {
        "models": sources,
        "asked": {"clips": probe.asked, "events": len(probe.owner), "pairs": len(probe.pairs)},
        "verbs": len(VERBS),
        "commonest_verb": round(100 * float(counts.max() / counts.sum()), 3),
        "like_clip": not misses,
        "ranges": LIKE_CLIP,
        "outside": misses,
        "tables": tables,
    }
    for name, kinds in tables.items():
        for kind, table in kinds.items():
            print(f"\n{name}, {kind}")
            for metric, cell in table.items():
                shown = cell.get("reason") or f"{cell['mean']:6.1f} [{cell['ci'][0]:5.1f},{cell['ci'][1]:6.1f}]"
                print(f"  {metric:<58}{shown}")
    print("\nthe base is like CLIP" if not misses else f"\nthe base is not like CLIP: {misses}")
    if args.out:
        Path(args.out).parent.mkdir(parents=True, exist_ok=True)
        write_json(Path(args.out), results)


def _table(observed: dict[str, Observations], resamples: int) -> dict[str, dict]:
    """metric -> {"mean", "ci", "n"}, with a "reason" where nothing was observed."""
    rows = summarise({"": observed}, [], resamples)
    return {m: row[""] | ({"reason": row["reason"]} if "reason" in row else {}) for m, row in rows.items()}


if __name__ == "__main__":
    raise SystemExit(main())
