"""Make the mini base: a small CLIP trained from scratch on SynSitu frames, first sight, then words.

    accelerate launch training/pretrain.py                          # all of it, on the CPU or a GPU
    python training/pretrain.py --set clips=40 --set sight_steps=2 --set text_steps=2 --set align_steps=2   # a minute

Phases, each saved when done and skipped on the next start:
1. sight: the vision tower alone on exact attribute labels of single frames (one linear head each, thrown away). It
   stands for the general visual knowledge that CLIP's 400 M pairs gave it; what it is told is a setting (knowledge.*).
2. text: the text tower alone on paraphrase pairs (two wordings of one event attract, near misses repel), so that its
   embedding tells "pushes X left" from "pushes X right" as a language model's would.
3. align: both towers contrastively on frames and SPARSE captions, vision tower at a small learning rate; the
   paraphrase loss goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import set_seed
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm
from transformers import CLIPTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip import config
from srlclip.files import remove_drafts, replacing, write_json
from srlclip.pooling import unit
from srlclip.provenance import provenance
from srlclip.synsitu import texts
from srlclip.synsitu.sample import sample_clip
from srlclip.video.pixels import PreprocessSpec
from training.mini_base import paraphrase
from training.mini_base.frames import FrameSet, frame_set
from training.mini_base.knowledge import everything, lesson
from training.mini_base.model import PretrainSettings, build_model
from training.mini_base.sight import Classifiers, hits, losses
from training.mini_base.tokenizer import build_tokenizer
from training.runs.run_folder import significant

CONFIG = Path(__file__).parent / "configs" / "pretrain_synsitu.json"
CHECKPOINT_EVERY = 100


class Pretrainer:
    """The model, its data and the three phases."""

    def __init__(self, settings: PretrainSettings):
        self.s = s = settings
        AcceleratorState._reset_state()  # an earlier run of this process may have had another precision
        self.accelerator = Accelerator(mixed_precision=s.precision)
        if self.accelerator.num_processes > 1:
            raise ValueError("pretrain.py runs in one process; start it with --num_processes 1")
        set_seed(s.seed)
        self.out = Path(s.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.spec = PreprocessSpec(resize=s.image_size, crop=s.image_size)
        self.tokenizer = self._tokenizer()
        self.model = build_model(s, self.tokenizer).to(self.accelerator.device)
        self.mean = torch.tensor(self.spec.mean, device=self.accelerator.device)[:, None, None]
        self.std = torch.tensor(self.spec.std, device=self.accelerator.device)[:, None, None]
        self.started = time.time()

    def _tokenizer(self) -> CLIPTokenizer:
        folder = self.out / "model"
        if not (folder / "vocab.json").exists():
            corpus = list(paraphrase.corpus(800, self.s.seed))
            build_tokenizer(corpus, folder, self.s.vocab_size)
        return CLIPTokenizer.from_pretrained(folder)

    def log(self, phase: str, step: int, **values: float) -> None:
        row = {"phase": phase, "step": step, "seconds": round(time.time() - self.started, 1)}
        row |= {k: significant(float(v)) for k, v in values.items()}
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")

    # -- data ---------------------------------------------------------------------------------------------------

    def frames(self, split: str, clips: int, per_event: int) -> FrameSet:
        grid = self.s.image_size // self.s.patch_size if self.s.knowledge.places else 0
        return frame_set(self.s.cache, split, clips, per_event, self.spec, 0, self.s.workers, grid)

    def pixels(self, data: FrameSet, index: np.ndarray, rng: np.random.Generator | None) -> Tensor:
        """(B, 3, S, S) normalised; with `rng`, shifted by up to 5 % (edges repeated), since a codec or crop shifts too."""
        x = torch.from_numpy(data.frames[np.sort(index)]).to(self.accelerator.device).float() / 255
        if rng is not None:
            room = max(1, self.s.image_size // 20)
            x = F.pad(x, (room,) * 4, mode="replicate")
            dy, dx = (int(v) for v in rng.integers(0, 2 * room + 1, 2))
            x = x[:, :, dy : dy + self.s.image_size, dx : dx + self.s.image_size]
        return (x - self.mean) / self.std

    def tokens(self, sentences: list[str]) -> dict[str, Tensor]:
        out = self.tokenizer(sentences, padding=True, truncation=True, max_length=77, return_tensors="pt")
        return {k: v.to(self.accelerator.device) for k, v in out.items() if k in ("input_ids", "attention_mask")}

    def embed_text(self, sentences: list[str]) -> Tensor:
        out = self.model.text_model(**self.tokens(sentences)).pooler_output
        return unit(self.model.text_projection(out).float())

    def embed_image(self, pixels: Tensor) -> Tensor:
        out = self.model.vision_model(pixel_values=pixels).pooler_output
        return unit(self.model.visual_projection(out).float())

    # -- the loop that all phases share ---------------------------------------------------------------------------

    def run(self, phase: str, steps: int, groups: list[dict], step_loss: Callable[[np.random.Generator], dict[str, Tensor]],
            validate: Callable[[], dict[str, float]]) -> None:  # fmt: skip
        """`steps` AdamW steps with warm-up and cosine decay; or load what the phase trained if it was finished before."""
        saved = self.out / f"{phase}.safetensors"
        if saved.exists():
            self.model.load_state_dict(load_file(saved), strict=False)
            return
        optimiser = torch.optim.AdamW(groups, weight_decay=self.s.weight_decay, betas=(0.9, 0.98))
        warm = max(1, steps // 20)

        def factor(i: int) -> float:
            return min(1.0, (i + 1) / warm) * 0.5 * (1 + math.cos(math.pi * i / steps))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, factor)
        params = [p for g in groups for p in g["params"]]
        part = self.out / f"{phase}.part.pt"
        first = self._resume(part, params, optimiser, schedule)
        bar = tqdm(range(first, steps), initial=first, total=steps, desc=phase)
        self.model.train()
        for step in bar:
            rng = np.random.default_rng([self.s.seed, hash_name(phase), step])
            with self.accelerator.autocast():
                terms = step_loss(rng)
            loss = sum(terms.values())
            self.accelerator.backward(loss)
            torch.nn.utils.clip_grad_norm_(params, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            schedule.step()
            if step % 20 == 0:
                shown = {k: float(v.detach()) for k, v in terms.items()}
                bar.set_postfix({k: f"{v:.2f}" for k, v in list(shown.items())[:4]})
                self.log(phase, step, **shown)
            if step and step % 300 == 0 or step == steps - 1:
                self.model.eval()
                with torch.inference_mode():
                    self.log(f"{phase}-valid", step, **validate())
                self.model.train()
            if step % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1:
                state = {"step": step + 1, "params": [p.detach() for p in params], "optimiser": optimiser.state_dict(),
                         "schedule": schedule.state_dict()}  # fmt: skip
                with replacing(part) as draft:
                    torch.save(state, draft)
        self.model.eval()
        mine = {id(p) for p in params}
        with replacing(saved) as draft:
            save_file({k: v.detach().contiguous() for k, v in self.model.named_parameters() if id(v) in mine}, draft)

    def _resume(
        self, part: Path, params: list[nn.Parameter], optimiser: torch.optim.Optimizer, schedule: object
    ) -> int:
        """The step to go on from: that of this phase's last checkpoint in the run folder, or 0."""
        remove_drafts(self.out)
        if not part.exists():
            return 0
        state = torch.load(part, weights_only=True, map_location=self.accelerator.device)
        with torch.no_grad():
            for p, value in zip(params, state["params"], strict=True):
                p.copy_(value)
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])  # type: ignore[attr-defined]
        return int(state["step"])

    # -- phases -----------------------------------------------------------------------------------------------------

    def sight(self, train: FrameSet, valid: FrameSet) -> None:
        taught, all_labels = lesson(train, self.s.knowledge, self.s.seed), everything(valid)
        classifiers = Classifiers(self.s.vision_width, taught).to(self.accelerator.device)

        def logits(pixels: Tensor) -> dict[str, Tensor]:
            out = self.model.vision_model(pixel_values=pixels)
            return classifiers(out.pooler_output, out.last_hidden_state[:, 1:])

        def step_loss(rng: np.random.Generator) -> dict[str, Tensor]:
            index = np.sort(rng.integers(0, len(train.clip), self.s.batch))
            return losses(logits(self.pixels(train, index, rng)), taught, index)

        def validate() -> dict[str, float]:
            right: dict[str, list[np.ndarray]] = {name: [] for name in taught.names}
            for start in range(0, len(valid.clip), 500):
                index = np.arange(start, min(start + 500, len(valid.clip)))
                scored = hits(logits(self.pixels(valid, index, None)), all_labels, index)
                for name in right:
                    right[name].append(scored[name])
            return {n: 100 * float(np.concatenate(v).mean()) for n, v in right.items()}

        params = [*self.model.vision_model.parameters(), *classifiers.parameters()]
        self.run("sight", self.s.sight_steps, [{"params": params, "lr": self.s.sight_lr}], step_loss, validate)

    def paraphrase_loss(self, rng: np.random.Generator, groups: int) -> Tensor:
        first, second = paraphrase.pairs(rng, self.s.clips, groups, self.s.text_variants)
        both = self.embed_text(first + second)
        logits = 20.0 * both[: len(first)] @ both[len(first) :].T
        target = torch.arange(len(first), device=logits.device)
        return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))

    def text(self) -> None:
        params = [*self.model.text_model.parameters(), *self.model.text_projection.parameters()]
        self.run(
            "text", self.s.text_steps, [{"params": params, "lr": self.s.text_lr}],
            lambda rng: {"paraphrase": self.paraphrase_loss(rng, self.s.text_groups)}, self.text_probe,
        )  # fmt: skip

    def text_probe(self) -> dict[str, float]:
        return paraphrase.probe(self.embed_text)

    def align(self, train: FrameSet, valid: FrameSet) -> None:
        m = self.model

        def captions(data: FrameSet, index: np.ndarray, rng: np.random.Generator) -> list[str]:
            return [
                texts.sparse(sample_clip(data.split, int(data.clip[i]), data.seed), int(data.event[i]), rng,
                             self.s.verb_share, self.s.colour_share, self.s.prop_share)
                for i in index
            ]  # fmt: skip

        def step_loss(rng: np.random.Generator) -> dict[str, Tensor]:
            index = np.sort(rng.integers(0, len(train.clip), self.s.batch))
            words = captions(train, index, rng)
            image, text = self.embed_image(self.pixels(train, index, rng)), self.embed_text(words)
            logits = m.logit_scale.exp().clamp(max=100.0) * image @ text.T
            ids = np.unique(np.array(words), return_inverse=True)[1]
            same = torch.from_numpy(ids[:, None] == ids[None]).to(logits.device)
            same.fill_diagonal_(False)
            logits = logits.masked_fill(same, -1e4)
            target = torch.arange(len(words), device=logits.device)
            clip = 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))
            return {"clip": clip, "paraphrase": self.paraphrase_loss(rng, self.s.align_text_groups)}

        def validate() -> dict[str, float]:
            index = np.arange(0, len(valid.clip), max(1, len(valid.clip) // 1000))
            rng = np.random.default_rng(3)
            image = torch.cat([self.embed_image(self.pixels(valid, c, None)) for c in np.array_split(index, 4)])
            scripts = [sample_clip(valid.split, int(valid.clip[i]), valid.seed) for i in index]
            out = {"scale": float(m.logit_scale.exp())}
            sentences = [texts.natural(sc, int(valid.event[i]), rng) for sc, i in zip(scripts, index, strict=True)]
            query = torch.cat([self.embed_text(list(c)) for c in np.array_split(np.array(sentences), 4)])
            sims = query @ image.T
            rank = (sims >= sims.diagonal()[:, None]).sum(1)
            out |= {f"R@{k}": 100 * float((rank <= k).float().mean()) for k in (1, 5, 10)}
            verbs = self.embed_text(texts.verb_labels())
            out["verb"] = 100 * float(
                ((image @ verbs.T).argmax(1).cpu() == torch.from_numpy(valid.labels["verb"][index])).float().mean()
            )
            return out | self.text_probe()

        vision = list(m.vision_model.parameters())
        rest = [
            *m.visual_projection.parameters(),
            *m.text_model.parameters(),
            *m.text_projection.parameters(),
            m.logit_scale,
        ]
        lr = self.s.align_lr
        groups = [{"params": vision, "lr": lr * self.s.align_vision_lr_share}, {"params": rest, "lr": lr}]
        self.run("align", self.s.align_steps, groups, step_loss, validate)

    # -- all of it ----------------------------------------------------------------------------------------------------

    def save(self) -> Path:
        """The finished base as a standard transformers folder, in half precision (a small file; training reads it so)."""
        folder = self.out / "model"
        self.model.half().save_pretrained(folder, safe_serialization=True)
        self.tokenizer.save_pretrained(folder)
        write_json(folder / "preprocessor_config.json", self.spec.to_processor_config())
        run = provenance(config.to_dict(self.s)) | {"seconds": round(time.time() - self.started)}
        write_json(folder / "run.json", run)
        return folder


def hash_name(name: str) -> int:
    return sum(ord(c) * 31**i for i, c in enumerate(name)) % 2**31


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train the mini base CLIP on SynSitu.")
    parser.add_argument("--config", default=str(CONFIG), help="JSON file of PretrainSettings")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="override one setting")
    parser.add_argument("--phases", default="sight,text,align", help="which phases to run, in this order")
    args = parser.parse_args(argv)
    try:
        settings = config.with_overrides(config.load_json(PretrainSettings, args.config), args.set)
        trainer = Pretrainer(settings)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    phases = args.phases.split(",")
    if "text" in phases:
        trainer.text()
    if "sight" in phases or "align" in phases:
        train = trainer.frames("pretrain", settings.clips, settings.frames_per_event)
        valid = trainer.frames("valid", settings.valid_clips, 1)
        trainer.sight(train, valid)
        if "align" in phases:
            trainer.align(train, valid)
            print(f"base saved in {trainer.save()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
