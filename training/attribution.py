"""Score the maps that the app shows: do they lie where the agent, the patient and the prop stand, and does the score need them?

    python -m training.attribution --model adapted=mini-srlclip                     # results/attribution.json, .svg; minutes
    python -m training.attribution --model adapted=mini-srlclip --clips 10 --out runs/attribution.json      # a try

Unseen clips of SynSitu are drawn on the spot; captions are made of their labels. Maps are Grad-ECLIP's of an event's frames
(srlclip/explain). Asked: the pointing game by role, the share of the map on the target, whether a role's map prefers its own
figure, deletion and insertion curves, and what is left of a map when the image tower's weights are shuffled. Beside the models
stand the same tower with shuffled weights, a map of the middle and patches at random. 95 % intervals resample whole clips.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.evaluation.metrics import attribution as metrics
from srlclip.evaluation.towers import Observations, summarise
from srlclip.explain.faithfulness import STEPS, score_curves, shuffled_weights
from srlclip.explain.image_maps import event_maps
from srlclip.explain.parts import role_parts
from srlclip.files import write_json
from srlclip.language import prompts
from srlclip.language.english import with_article
from srlclip.models.encoder import ClipEncoder
from srlclip.plots.attribution import faithfulness_figure
from srlclip.plots.studies import save_svg
from srlclip.provenance import provenance
from srlclip.situations import EVENTS_PER_CLIP, SECONDS_PER_EVENT, Event
from srlclip.synsitu.drawing.places import Place
from srlclip.synsitu.labels import situation
from srlclip.synsitu.render import render
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.standing import standing, target_patches
from srlclip.video.frames import event_moments, event_spans
from training.evaluate import load_models
from training.runs.command import exit_code_of

#: How a role's map is asked for: by the whole caption, by what the role adds to it, by the role's words alone (the app's).
ASKED = ("caption", "what it adds", "words alone")
#: What stands beside the models.
SHUFFLED, MIDDLE, RANDOM = "shuffled weights", "middle", "random"
#: Orders in which patches are deleted and inserted.
ORDERS = ("map", MIDDLE, RANDOM)


@dataclass(frozen=True)
class AskedEvent:
    """An event of clip `clip`: pixels (F, 3, S, S) uint8, where everything stands in each frame, its caption, and per role
    what stands there and the texts by which its map is asked for (ASKED; the caption without the role for the second)."""

    clip: int
    index: int
    pixels: np.ndarray
    places: list[list[Place]]
    caption: str
    roles: dict[str, tuple[str, dict[str, str]]]

    @property
    def texts(self) -> list[str]:
        return [self.caption, *(text for _, asked in self.roles.values() for text in asked.values())]


@dataclass
class Scores:
    """metric -> values, and the clip that each is of."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    clips: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, metric: str, clip: int, values: np.ndarray) -> None:
        self.values[metric] += np.ravel(values).tolist()
        self.clips[metric] += [clip] * np.size(values)

    def observations(self) -> dict[str, Observations]:
        """In percent, cosines in hundredths."""
        return {m: Observations(np.array(self.values[m]), np.array(self.clips[m])) for m in sorted(self.values)}


def asked_events(base: ClipEncoder, split: str, clips: int, frames: int) -> Iterator[AskedEvent]:
    """The events of the split's first clips, drawn at the moments at which the app looks."""
    moments = event_moments(event_spans(SECONDS_PER_EVENT * EVENTS_PER_CLIP), frames)

    def caption_of(event: Event):
        return prompts.fit(event, "natural", base.count_tokens, base.max_tokens)

    for clip in range(clips):
        script = sample_clip(split, clip)
        drawn, places = render(script, moments.ravel().tolist())
        pixels = base.preprocess_spec.to_uint8(drawn).numpy()
        for k, event in enumerate(situation(script).events):
            caption, rows = caption_of(event), slice(k * frames, (k + 1) * frames)
            parts = {part.key: part for part in role_parts(event, caption, caption_of)}
            roles = {}
            for name, (what, filler) in standing(script, k).items():
                role = next((r for r in event.visible_roles if r.filler == filler and r.key in parts), None)
                if role is not None:
                    roles[name] = (what, {"without": parts[role.key].without, "words": with_article(filler)})
            yield AskedEvent(clip, k, pixels[rows], places[rows], caption.text, roles)


def role_maps(
    encoder: ClipEncoder, event: AskedEvent, texts: dict[str, np.ndarray]
) -> dict[tuple[str, str], np.ndarray]:
    """(role, one of ASKED) -> maps (F, P); the caption's own map also as ("", "caption")."""
    full, directions = texts[event.caption], {("", ASKED[0]): texts[event.caption]}
    for role, (_, asked) in event.roles.items():
        wanted = (full, full - texts[asked["without"]], texts[asked["words"]])
        directions |= {(role, way): direction for way, direction in zip(ASKED, wanted, strict=True)}
    _, maps = event_maps(encoder, event.pixels, np.stack([*directions.values()]))
    return dict(zip(directions, maps.reshape(*maps.shape[:2], -1), strict=True))


def centre(side: int) -> np.ndarray:
    """(side * side,) a map of the middle: the nearer, the higher."""
    away = np.abs(np.arange(side) - (side - 1) / 2)
    return -np.hypot(away[:, None], away).ravel() + side


def score_maps(event: AskedEvent, maps: dict[tuple[str, str], np.ndarray], scores: Scores) -> None:
    """Pointing, mass and preference of one model's maps of an event."""
    side = round(next(iter(maps.values())).shape[1] ** 0.5)
    targets = {
        role: [target_patches(places, what, side) for places in event.places] for role, (what, _) in event.roles.items()
    }
    for (role, way), rows in maps.items():
        seen = [i for i, target in enumerate(targets.get(role, ())) if target is not None]
        if not seen:
            continue
        wanted = np.stack([targets[role][i] for i in seen])
        scores.add(f"pointing: {role}, {way}", event.clip, metrics.pointing(rows[seen], wanted))
        scores.add(f"mass: {role}, {way}", event.clip, metrics.mass(rows[seen], wanted))
        other = {"agent": "patient", "patient": "agent"}.get(role, "")
        both = [i for i in seen if targets.get(other) and targets[other][i] is not None]
        both = [i for i in both if not np.array_equal(targets[role][i], targets[other][i])]
        if both:
            own, others = (np.stack([targets[name][i] for i in both]) for name in (role, other))
            scores.add(f"prefers its own: {role}, {way}", event.clip, metrics.prefers(rows[both], own, others))


class Measurement:
    """Maps of all models and controls on the same events, scored. base: whose text tower and pixels all share."""

    def __init__(self, models: dict[str, ClipEncoder], seed: int):
        self.models, self.base = models, models["base"]
        self.shuffled = {name: shuffled_weights(model, seed) for name, model in models.items()}
        self.rng = np.random.default_rng(seed)
        side = self.base.image_size // self.base.clip.config.vision_config.patch_size
        self.middle = centre(side)
        self.maps = {name: Scores() for name in (*models, SHUFFLED, MIDDLE, RANDOM)}
        self.sanity = {name: Scores() for name in models}
        self.curves: dict[str, Scores] = {name: Scores() for name in models}
        self.heights: dict[str, list[np.ndarray]] = defaultdict(list)

    def add(self, event: AskedEvent) -> None:
        words = list(dict.fromkeys(event.texts))
        with torch.inference_mode():
            texts = dict(zip(words, self.base.encode_texts(words).cpu().numpy(), strict=True))
        maps = {name: role_maps(model, event, texts) for name, model in self.models.items()}
        nothing = {name: role_maps(model, event, texts) for name, model in self.shuffled.items()}
        flat = {key: np.ones_like(rows) for key, rows in maps["base"].items()}
        controls = {SHUFFLED: nothing["base"], MIDDLE: {key: self.middle + 0 * rows for key, rows in flat.items()}}
        for name, own in (maps | controls | {RANDOM: flat}).items():
            score_maps(event, own, self.maps[name])
        whole = {name: own["", ASKED[0]] for name, own in maps.items()}
        for name in self.models:
            alike = metrics.rank_correlation(whole[name], nothing[name]["", ASKED[0]])
            self.sanity[name].add("rank correlation with shuffled weights", event.clip, alike)
            alike = metrics.rank_correlation(whole[name], whole["base"])
            self.sanity[name].add("rank correlation with the base's map", event.clip, alike)
        if event.index == event.clip % EVENTS_PER_CLIP:  # curves take long: one event a clip
            self._add_curves(event, whole, texts[event.caption])

    def _add_curves(self, event: AskedEvent, whole: dict[str, np.ndarray], text: np.ndarray) -> None:
        shape = whole["base"].shape
        given = {MIDDLE: np.broadcast_to(self.middle, shape), RANDOM: self.rng.random(shape)}
        for name, model in self.models.items():
            for order in ORDERS:
                by = whole[name] if order == "map" else given[order]
                curves = score_curves(model, event.pixels, text, np.argsort(-by, -1, kind="stable"))
                self.heights[f"{name}, {order}"].append(curves)
                for what, height in zip(("deletion", "insertion"), metrics.area(curves, STEPS), strict=True):
                    self.curves[name].add(f"{what}: {order}", event.clip, height)

    def tables(self, resamples: int) -> dict[str, Any]:
        others = [name for name in self.models if name != "base"]
        pairs = [("base", name) for name in others]
        controls = [(control, name) for name in self.models for control in (SHUFFLED, MIDDLE, RANDOM)]
        gains = {name: _gains(scores.observations()) for name, scores in self.curves.items()}
        return {
            "maps": summarise(_observed(self.maps), [*pairs, *controls], resamples),
            "curves": summarise(gains, pairs, resamples),
            "sanity": summarise(_observed(self.sanity), pairs, resamples),
        }

    def mean_curves(self) -> dict[str, dict[str, list[float]]]:
        """ "MODEL, ORDER" -> "deletion" and "insertion" -> mean cosine at each of the shares."""
        means = {name: np.mean(curves, 0).round(5).tolist() for name, curves in self.heights.items()}
        return {name: dict(zip(("deletion", "insertion"), both, strict=True)) for name, both in means.items()}


def _observed(scores: dict[str, Scores]) -> dict[str, dict[str, Observations]]:
    return {name: own.observations() for name, own in scores.items()}


def _gains(areas: dict[str, Observations]) -> dict[str, Observations]:
    """The areas, and how much better than the controls the map's order is: lower when deleted, higher when inserted."""
    out = dict(areas)
    for what, sign in (("deletion", -1), ("insertion", 1)):
        for control in (MIDDLE, RANDOM):
            gain = sign * (areas[f"{what}: map"].values - areas[f"{what}: {control}"].values)
            out[f"{what}: better than {control}"] = Observations(gain, areas[f"{what}: map"].clip)
    return out


def run(args: argparse.Namespace) -> None:
    if args.clips < 2 or args.frames < 1:
        raise ValueError(f"need two clips or more and a frame per event or more, got {args.clips} and {args.frames}")
    models, sources = load_models(args.base, args.model, args.device)
    for name, model in models.items():
        if model.clip.text_model is not models["base"].clip.text_model:
            raise ValueError(f"{name} has a text tower of its own; maps are compared for models that share the base's")
    measured = Measurement(models, args.seed)
    for event in tqdm(
        asked_events(models["base"], args.split, args.clips, args.frames), total=args.clips * EVENTS_PER_CLIP
    ):
        measured.add(event)
    tables = measured.tables(args.resamples)
    results = provenance(vars(args)) | {"seed": args.seed, "models": sources, "split": args.split, "clips": args.clips}
    results["what"] = (
        "percent, areas and their differences in hundredths of a cosine, rank correlations in hundredths; 95 % intervals over clips"
    )
    results |= {"tables": tables, "shares": STEPS.round(2).tolist(), "curves": measured.mean_curves()}
    for title, table in tables.items():
        print(f"\n{title}")
        for metric, row in table.items():
            print(f"  {metric:<42}" + "".join(f"{n} {row[n]['mean']:.1f}  " for n in row if " - " not in n))
    out = Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_json(out, results)
    save_svg(faithfulness_figure(results), out.with_suffix(".svg"))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How good the maps of importance are, by role and against controls.")
    parser.add_argument("--base", default="mini-base", help="bundled name, folder or Hub id")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER", help="an adapted model of it")
    parser.add_argument("--split", default="test", help="of SynSitu, unseen by the models (default: test)")
    parser.add_argument("--clips", type=int, default=60, help="five events each; curves take one of them")
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--seed", type=int, default=0, help="of shuffled weights and random orders")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", default="results/attribution.json", help="JSON file to write; the curves go beside it")
    args = parser.parse_args(argv)
    return exit_code_of(lambda: run(args))


if __name__ == "__main__":
    raise SystemExit(main())
