"""Train the situation-recognition head of VidSitu (verbs, roles, fillers) on the frozen features of one model.

    accelerate launch training/captioner.py                          # SynSitu, features of the bundled SRL-CLIP
    accelerate launch training/captioner.py --set model=base --set out=runs/captioner-base
    python training/captioner.py --config training/configs/captioner_vidsitu.json --set data.root=PATH --set data.videos=PATH --set adapter=runs/vidsitu
    python training/captioner.py --set data.clips=40 --set data.valid_clips=20 --set optim.epochs=2 --set out=runs/try   # CPU, a minute

Follows VideoWhisperer as the paper uses it (Adam, cross-entropies of tokens and verbs and of the roles' presence, best
epoch by CIDEr under the annotated roles). The run folder is as train.py's; model/ holds the captioner of the best epoch.
Started again, a stopped run goes on from its last whole epoch, and a finished one returns at once.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import InitProcessGroupKwargs, ProjectConfiguration, broadcast_object_list, set_seed
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.captioning.captioner import Captioner
from srlclip.captioning.captioner_files import FeatureSource, save_captioner
from srlclip.captioning.readings import Reading
from srlclip.captioning.trained import read_clips
from srlclip.captioning.vocabulary import PAD, Vocabulary
from srlclip.config import load_json, to_dict, with_overrides
from srlclip.evaluation.metrics.caption_scores import cider
from srlclip.evaluation.metrics.vidsitu import VerbEvent, choose_references, srl_items, verb_accuracy
from srlclip.language.lexicon import Lexicon
from srlclip.models.pair import ClipPair
from srlclip.situations import CheckpointError, SrlClipError
from training.captioning.data import CaptionBatch, CaptionerData, fillers
from training.captioning.settings import CaptionerOptim, CaptionerTraining
from training.recipe.data import Processes
from training.runs.checkpoint import Checkpoints
from training.runs.run_folder import RunFolder
from training.runs.trackers import start_trackers, tracker_names

CONFIG = Path(__file__).parent / "configs" / "captioner.json"


def train(settings: CaptionerTraining) -> dict[str, float]:
    """Run the training; returns the best epoch's validation. Raises SrlClipError or ValueError with the reason."""
    o, out = settings.optim, Path(settings.out)
    AcceleratorState._reset_state()
    a = Accelerator(
        cpu=not torch.accelerator.is_available(),
        log_with=tracker_names(settings.trackers) or None,
        project_config=ProjectConfiguration(str(out), str(out / "trackers")),
        kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(days=2))],
    )
    run = RunFolder(out, settings, a.is_main_process)
    a.wait_for_everyone()
    if run.finished is not None:
        a.print(f"{out} holds this run, finished; delete it or choose another --set out=... to run it again")
        return run.finished
    set_seed(settings.seed)
    pair, data, valid = load(settings, a)
    captioner = create(settings, pair, data).to(a.device)
    source = feature_source(settings, pair, data)
    optimiser = torch.optim.Adam(captioner.parameters(), lr=o.learning_rate)
    wrapped, optimiser = a.prepare(captioner, optimiser)

    checkpoints, weights = Checkpoints(out), list(captioner.parameters())
    epoch, best, worse = 0, {}, 0
    fingerprint = f"{data.fingerprint}-{valid.fingerprint}"
    if (newest := checkpoints.newest()) is not None:
        path, facts = newest
        if facts["data"] != fingerprint:
            raise CheckpointError(
                f"{path} was trained on other clips, labels or features; choose another --set out=... or delete the folder"
            )
        checkpoints.restore(path, weights, optimiser)
        epoch, best, worse = facts["epoch"], facts["best"], facts["worse"]
        a.print(f"resumed after epoch {epoch} from {path}")
    per_epoch = len(data.grouped())
    run.rewind(epoch * per_epoch if epoch else None)
    start_trackers(a, out, to_dict(settings), epoch * per_epoch)
    while goes_on(o, epoch, per_epoch, worse):
        epoch += 1
        losses = train_epoch(epoch, settings, a, captioner, wrapped, optimiser, data)
        if not validation_is_due(o, epoch, per_epoch, worse):
            run.log(epoch=epoch, step=epoch * per_epoch, **losses)
            continue
        # Every process stops at the same epoch even if the last digits of their numbers should differ.
        values = broadcast_object_list([validate(captioner, valid)])[0]
        better = not best or values["CIDEr"] > best["CIDEr"]
        best, worse = ({**values, "epoch": epoch}, 0) if better else (best, worse + 1)
        run.log(epoch=epoch, step=epoch * per_epoch, **losses, **{f"valid_{k}": v for k, v in values.items()})
        a.log({**losses, **{f"valid_{k}": v for k, v in values.items()}}, step=epoch * per_epoch)
        if a.is_main_process:
            if better:
                save_captioner(out / "model", captioner, source, {"seed": settings.seed, "epoch": epoch})
            facts = {"data": fingerprint, "epoch": epoch, "best": best, "worse": worse}
            checkpoints.save(epoch * per_epoch, weights, optimiser, facts)
        a.wait_for_everyone()
        shown = "  ".join(f"{k} {v:.3f}" for k, v in {**losses, **values}.items())
        a.print(f"epoch {epoch}/{o.epochs}  {shown}")
    if a.is_main_process:
        facts = {"clips": len(data), "valid_clips": len(valid), "skipped": [list(x) for x in data.skipped]}
        facts |= {"epochs": epoch, "best_epoch": best["epoch"], "data_fingerprint": fingerprint}
        facts |= {"features": asdict(source), "parameters": sum(w.numel() for w in weights)}
        run.finish(best, facts | {"processes": a.num_processes}, settings)
        checkpoints.clear()
        a.print(f"best epoch {best['epoch']}, saved {out / 'model'}")
    a.wait_for_everyone()
    a.end_training()
    return best


def goes_on(o: CaptionerOptim, epoch: int, per_epoch: int, worse: int) -> bool:
    """Whether another epoch follows. worse: validations since the best one."""
    return epoch * per_epoch < o.least_steps or (epoch < o.epochs and (not o.patience or worse < o.patience))


def validation_is_due(o: CaptionerOptim, epoch: int, per_epoch: int, worse: int) -> bool:
    """After every epoch, or after those that pass a multiple of validate_every steps, and in any case after the last."""
    if not o.validate_every or not goes_on(o, epoch, per_epoch, worse):
        return True
    return epoch * per_epoch // o.validate_every > (epoch - 1) * per_epoch // o.validate_every


def load(settings: CaptionerTraining, a: Accelerator) -> tuple[ClipPair, CaptionerData, CaptionerData]:
    """The pair, its training and its validation clips."""
    pair = ClipPair.load(settings.base or None, settings.adapter or None, a.device, frames_only=True)
    processes = Processes(a.process_index, a.num_processes, a.wait_for_everyone)
    main, d = a.is_main_process, settings.data
    data = CaptionerData.prepare(settings, pair, "train", d.clips, processes, main)
    valid = CaptionerData.prepare(settings, pair, "valid", d.valid_clips, processes, main)
    a.print(f"{len(data)} training clips, {len(valid)} validation clips, {len(data.skipped)} without usable video")
    return pair, data, valid


def create(settings: CaptionerTraining, pair: ClipPair, data: CaptionerData) -> Captioner:
    """An untrained captioner: verbs and words of the training labels, inputs standardised on the training features."""
    lexicon = Lexicon.from_situations(data.situations)
    texts = (text for s in data.situations for event in s.events for text in fillers(event).values())
    words = Vocabulary.from_texts(texts, settings.least_word_count)
    captioner = Captioner(pair.embed_dim, settings.captioner, list(lexicon.entries.values()), words)
    frames = [value.reshape(-1, pair.embed_dim) for value in data.frames.values()]
    means = [value.mean(axis=1) for value in data.frames.values()]
    events = list(data.events.values()) if data.events is not None else means
    captioner.standardise(*(torch.from_numpy(np.concatenate(rows)) for rows in (frames, means, events)))
    return captioner


def feature_source(settings: CaptionerTraining, pair: ClipPair, data: CaptionerData) -> FeatureSource:
    contextualized = data.events is not None
    events = max(len(s.events) for s in data.situations)
    fingerprint = pair.feature_fingerprint(settings.model, contextualized)
    return FeatureSource(settings.model, fingerprint, contextualized, events, settings.data.frames_per_event)


def train_epoch(epoch: int, settings: CaptionerTraining, a: Accelerator, captioner: Captioner, wrapped: torch.nn.Module,
                optimiser: torch.optim.Optimizer, data: CaptionerData) -> dict[str, float]:  # fmt: skip
    """One pass over the clips; the mean of each loss term over its steps."""
    wrapped.train()
    seen = []
    for step, batch in enumerate(data.batches(epoch, captioner, a.process_index, a.num_processes)):
        # Dropout depends on where the run stands, not on how it got there: a resumed run draws the same.
        draws = np.random.SeedSequence([settings.seed, 11, epoch, step, a.process_index]).generate_state(1)
        torch.manual_seed(int(draws[0]))
        with a.autocast():
            terms = loss_terms(captioner, wrapped, batch, a)
        total = torch.stack(list(terms.values())).sum()
        a.backward(total)
        if settings.optim.clip_norm:
            a.clip_grad_norm_(captioner.parameters(), settings.optim.clip_norm)
        optimiser.step()
        optimiser.zero_grad()
        seen.append(torch.stack([value.detach() for value in terms.values()]))
    # Each rank's terms are its share times the number of ranks, so their mean over ranks is the batch's loss.
    means = a.reduce(torch.stack(seen).mean(0), "mean").tolist()
    losses = dict(zip(terms, means, strict=True))
    if not all(math.isfinite(value) for value in losses.values()):
        raise ValueError(f"the loss is {losses} in epoch {epoch}; lower optim.learning_rate")
    return losses


def loss_terms(
    captioner: Captioner, wrapped: torch.nn.Module, batch: CaptionBatch, a: Accelerator
) -> dict[str, Tensor]:
    """Cross-entropy per token and per verb, and binary cross-entropy per event and role (unweighted, VideoWhisperer).

    Every term is normalised by its count over all processes, so that the ranks' averaged gradient is that of the batch.
    """
    device = a.device
    slots = batch.slots.to(device)
    events = batch.events.to(device) if batch.events is not None else None
    tokens, verbs = batch.tokens.to(device), batch.verbs.to(device)
    clips, logits = wrapped(batch.frames.to(device), events, slots, tokens[:, :-1])
    said = tokens[:, 1:]
    sums = {
        "words": functional.cross_entropy(logits.float().flatten(0, 1), said.flatten(), ignore_index=PAD, reduction="sum"),
        "verb": functional.cross_entropy(clips.verbs.float().flatten(0, 1), verbs.flatten(), ignore_index=-1, reduction="sum"),
    }  # fmt: skip
    counts = {"words": (said != PAD).sum(), "verb": (verbs >= 0).sum()}
    if clips.roles is not None:
        roles = batch.roles.to(device)
        sums["roles"] = functional.binary_cross_entropy_with_logits(clips.roles.float(), roles, reduction="sum")
        counts["roles"] = torch.tensor(roles.numel(), device=device)
    own = torch.stack([batch.weight * counts[name].float() for name in sums])
    totals = a.reduce(own, "sum").clamp(min=1.0)
    return {name: batch.weight * value * a.num_processes / totals[i] for i, (name, value) in enumerate(sums.items())}


def read_data(captioner: Captioner, data: CaptionerData, annotated: bool = True, roles: str = "lexicon",
              beams: int = 1) -> dict[str, list[Reading]]:  # fmt: skip
    """Readings of every clip's events by clip id: of its annotated roles, or of roles that the captioner finds itself."""
    device = captioner.word_bias.device
    out: dict[str, list[Reading]] = {}
    events = {s.clip_id: s.events for s in data.situations}
    for ids in data.grouped():
        frames, context = data.stacked(ids)
        asked = [[[r.key for r in event.roles] for event in events[i]] for i in ids] if annotated else None
        context = context.to(device) if context is not None else None
        out |= dict(zip(ids, read_clips(captioner, frames.to(device), context, asked, roles, beams), strict=True))
    return out


def validate(captioner: Captioner, data: CaptionerData) -> dict[str, float]:
    """CIDEr (raw x 100) under the annotated roles; accuracy of the first and the first five verbs in percent.

    Of the votes where there are some, else of the annotated verb. The processes all read all clips and know the same.
    """
    readings = read_data(captioner, data)
    sets = choose_references([s.annotations or (s.events,) for s in data.situations])
    said = [[{k: g.text for k, g in r.fillers.items()} for r in readings[s.clip_id]] for s in data.situations]
    items = srl_items(sets, said)
    out = {"CIDEr": 0.0}
    if items:
        out["CIDEr"] = 100 * float(cider([i.references for i in items], [i.hypothesis for i in items]).mean())
    events = [
        VerbEvent(clip, [verb for verb, _ in reading.verbs], s.verb_votes[e] if s.verb_votes else (event.verb_id,))
        for clip, s in enumerate(data.situations)
        for e, (event, reading) in enumerate(zip(s.events, readings[s.clip_id], strict=True))
    ]
    for k in (1, 5):
        out[f"Vb@{k}"] = 100 * verb_accuracy(events, len(data), k).official()
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train a captioner on frozen features.")
    parser.add_argument(
        "--config", default=str(CONFIG), help="JSON file of settings (see training/captioning/settings.py)"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="override one setting, e.g. model=base"
    )
    args = parser.parse_args(argv)
    try:
        train(with_overrides(load_json(CaptionerTraining, args.config), args.set))
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
