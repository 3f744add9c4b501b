"""Make a folder to share from a finished run, with a model card written from its own files; upload it if asked.

    python training/export.py runs/synsitu --out shared/srlclip-mini --results results/mini_pair.json=adapted
    python training/export.py runs/vidsitu --out shared/srlclip-b32 --id OWNER/NAME --licence cc-by-nc-4.0 --merged --push

The folder holds the adapter in peft's format, the contextualizer, srlclip.json, lexicon, settings, provenance, metrics,
curves and README.md, and with --merged an ordinary CLIPModel. `python app.py --adapter OWNER/NAME` (or the folder) reads it
back. No path of this computer is in it. A card that was edited by hand is kept when the run is exported again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.files import text_digest, write_json, write_text
from srlclip.language.lexicon import Lexicon
from srlclip.models.checkpoints import BUNDLED, check_hub_id, read_json, resolve_source, upload_folder
from srlclip.models.encoder import ClipEncoder
from srlclip.models.srlclip import CARD, SRLCLIP, check_base, read_model_card
from srlclip.provenance import portable
from srlclip.situations import CheckpointError, SrlClipError
from training.cards.exported import model_card
from training.cards.results import read_results
from training.cards.sections import CardFacts
from training.recipe.sources import SOURCES

#: File of the run folder -> its name in the export (config.json is transformers' name for something else).
RUN_FILES = {"config.json": "train_config.json", "run.json": "run.json", "metrics.json": "metrics.json", "log.jsonl": "log.jsonl"}  # fmt: skip
#: What an export may consist of besides: replaced as a whole when a run is exported again.
PARTS = (
    "adapter",
    "captioner",
    "merged",
    "contextualizer.safetensors",
    "image_tower.safetensors",
    CARD,
    "lexicon.json",
    "README.md",
)
_ALLOWED = (".json", ".jsonl", ".safetensors", ".txt")
_ABSOLUTE = re.compile(r"""(?<![\w.:/\\~-])(?:/(?!/)|[A-Za-z]:[\\/])(?:[^\s'",;:()]*[\\/])?([^\s'",;:()/\\]+)""")
_STAMP = "<!-- written by training/export.py: "


def export(
    run: str | Path,
    out: str | Path,
    results: Sequence[str | Path] = (),
    hub_id: str | None = None,
    licence: str | None = None,
    base: str | None = None,
    merged: bool = False,
) -> list[str]:
    """Write the folder `out` from the finished run folder `run`; returns the files written, relative to `out`.

    results: files of training/evaluate.py, FILE or FILE=COLUMN. hub_id: OWNER/NAME, for the card's commands. licence: the Hub's name of one, None
    for the data's own (see training.recipe.sources). base: bundled name or Hub id to be named instead of the run's. merged: also write an
    ordinary CLIPModel. Nothing is left behind on an error. Raises CheckpointError and ValueError.
    """
    run, out = Path(run), Path(out).resolve()
    if hub_id is not None:
        check_hub_id(hub_id)
    if licence is not None and not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", licence):
        raise ValueError(
            f"licence is {licence!r}; give the Hub's name of one, such as apache-2.0, cc-by-nc-4.0 or other"
        )
    _check_finished(run)
    _check_target(out)
    model, name = run / "model", hub_id.split("/")[1] if hub_id else out.name
    card, settings = read_model_card(model), read_json(run / "config.json")
    public = public_base(run, card, base)
    columns = [read_results(entry, run.resolve().name, {public, str(card["base"])}) for entry in results]
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        draft = Path(folder)
        copy_model(model, draft, public)
        run_info = without_paths(read_json(run / "run.json"))
        run_info["settings"] = {**run_info.get("settings", {}), "base": public}
        settings = without_paths(settings) | {"base": public}
        log = [
            without_paths(json.loads(line))
            for line in (run / "log.jsonl").read_text("utf-8").splitlines()
            if line.strip()
        ]
        for target, values in (("run.json", run_info), ("train_config.json", settings), ("metrics.json", without_paths(read_json(run / "metrics.json")))):  # fmt: skip
            write_json(draft / target, values)
        write_text(draft / "log.jsonl", "".join(json.dumps(row) + "\n" for row in log))
        if merged:
            save_merged(model, card["base"], public, draft / "merged")
        facts = CardFacts(
            name=name,
            source=hub_id or out.name,
            base=public,
            licence=licence or SOURCES[settings["data"]["source"]].licence,
            model=card,
            settings=settings,
            run=run_info,
            metrics=read_json(draft / "metrics.json"),
            log=log,
            lexicon=Lexicon.from_json(draft / "lexicon.json") if (draft / "lexicon.json").is_file() else None,
            merged=merged,
            results=columns,
        )
        write_text(draft / "README.md", _stamped(model_card(facts)))
        if _edited(out / "README.md"):
            print(
                f"{out / 'README.md'} was edited by hand and is kept; delete it to have it written again",
                file=sys.stderr,
            )
            shutil.copyfile(out / "README.md", draft / "README.md")
        return _install(draft, out)


def _check_finished(run: Path) -> None:
    if not run.is_dir():
        raise CheckpointError(f"no run folder at {run}; give the folder that training/train.py wrote (its `out`)")
    for name in (*RUN_FILES, f"model/{CARD}"):
        if not (run / name).is_file():
            hint = "; give the run folder, not its model/" if (run / CARD).is_file() else ""
            raise CheckpointError(
                f"{run} has no {name}: the run is not finished{hint}; let training/train.py end first"
            )


def _check_target(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise ValueError(f"--out {out} is a file; give a folder")
    exported = (out / CARD).is_file() and (out / "train_config.json").is_file()
    if not exported and any(not path.name.startswith(".") for path in out.iterdir()):
        raise ValueError(f"--out {out} is not empty and not an earlier export; give another folder")


def public_base(run: Path, card: dict[str, Any], base: str | None) -> str:
    """The name under which other people find the base: `base`, else the run's own. It is compared if it can be loaded."""
    name = base if base is not None else str(card["base"])
    try:
        is_public = name in BUNDLED or isinstance(resolve_source(name), str)
    except CheckpointError:
        is_public = False
    if not is_public and base is not None:
        raise ValueError(f"--base is {base!r}; give a bundled name ({', '.join(BUNDLED)}) or a Hub id, not a folder")
    if not is_public:
        raise CheckpointError(
            f"{run} was trained on the base at {Path(name).name} in a folder of this computer, where other people cannot "
            "find it; share that base first and name it: --base OWNER/NAME (or the bundled name that it is a copy of)"
        )
    if base is not None and base != card["base"]:
        try:
            encoder = ClipEncoder.load(base)
        except CheckpointError as error:
            print(f"warning: not checked that {base} is the base of {run}: {error}", file=sys.stderr)
        else:
            check_base(card | {"base": Path(str(card["base"])).name}, encoder, run / "model")
    return name


def copy_model(model: Path, target: Path, base: str) -> None:
    """The files of model/ into the folder `target`, with the base's public name and no path of this computer in them.

    A run may name its base otherwise: by the folder that it was trained from. Raises CheckpointError for other files.
    """
    for path in sorted(p for p in model.rglob("*") if p.is_file()):
        inside = path.relative_to(model)
        if path.name == "README.md" or path.name.startswith("."):
            continue
        if path.suffix not in _ALLOWED:
            raise CheckpointError(f"{path} is neither safetensors nor JSON and is not shared; take it out of {model}")
        if path.suffix == ".safetensors":
            _check_weights(path)
        copy = target / inside
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.name == CARD:
            write_json(copy, without_paths(read_json(path)) | {"base": base})
        elif path.name == "adapter_config.json":
            write_json(copy, without_paths(read_json(path)) | {"base_model_name_or_path": base})
        else:
            shutil.copyfile(path, copy)


def _check_weights(path: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt"):
            pass
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a complete safetensors file ({error}); save the model again") from error


def save_merged(model: Path, own: str, public: str, folder: Path) -> None:
    """Write the adapted model as an ordinary CLIPModel with tokenizer and processor, on the base the run was trained on."""
    try:
        adapted = SRLCLIP.load(model, own)
    except CheckpointError:
        if public == own:
            raise
        adapted = SRLCLIP.load(model, public)
    adapted.encoder.merge_adapter()
    adapted.encoder.save(folder)


def without_paths(value: Any) -> Any:
    """The value with every absolute path, also those inside sentences, reduced to its last part."""
    if isinstance(value, dict):
        return {key: without_paths(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_paths(item) for item in value]
    return _ABSOLUTE.sub(r"\1", portable(value)) if isinstance(value, str) else value


def _install(draft: Path, out: Path) -> list[str]:
    """Replace the parts of an earlier export by the draft's; other files (a clone's .git) stay. The card comes last."""
    written = sorted(p.relative_to(draft).as_posix() for p in draft.rglob("*") if p.is_file())
    out.mkdir(parents=True, exist_ok=True)
    for name in {*PARTS, *RUN_FILES.values(), *(p.name for p in draft.iterdir())}:
        old = out / name
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for path in sorted(draft.iterdir(), key=lambda p: p.name == "README.md"):
        os.replace(path, out / path.name)
    return written


def _stamped(text: str) -> str:
    return f"{text}\n{_STAMP}{text_digest(text, 16)} -->\n"


def _edited(card: Path) -> bool:
    """Whether a card is there that is no longer as it was written."""
    if not card.is_file():
        return False
    text = card.read_text("utf-8")
    return text != _stamped(text.rpartition(f"\n{_STAMP}")[0])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make a folder to share from a finished run, and upload it if asked.")
    parser.add_argument("run", metavar="RUN", help="run folder of train.py")
    parser.add_argument("--out", required=True, metavar="DIR", help="new folder, or one of an earlier export")
    parser.add_argument(
        "--results",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE[=COLUMN]",
        help="of evaluate.py, for the card",
    )
    parser.add_argument("--id", metavar="OWNER/NAME", help="name on the Hub")
    parser.add_argument("--licence", metavar="ID", help="the Hub's name of the weights' licence (default: by the data)")
    parser.add_argument(
        "--base", metavar="NAME", help="bundled name or Hub id of the base, if the run names a local folder"
    )
    parser.add_argument("--merged", action="store_true", help="also write an ordinary CLIPModel to merged/")
    parser.add_argument("--push", action="store_true", help="upload the folder; needs --id and a login (hf auth login)")
    parser.add_argument("--private", action="store_true", help="with --push: as a private model")
    args = parser.parse_args(argv)
    try:
        if args.push and not args.id:
            raise ValueError("--push needs --id OWNER/NAME")
        if args.private and not args.push:
            raise ValueError("--private says how to upload; add --push")
        files = export(args.run, args.out, args.results, args.id, args.licence, args.base, args.merged)
        out = Path(args.out)
        size = sum((out / name).stat().st_size for name in files)
        print(f"{out}: {len(files)} files, {size / 1e6:.1f} MB; look at it: python app.py --adapter {out}")
        source = SOURCES[read_json(out / "train_config.json")["data"]["source"]]
        if not source.synthetic and "lexicon.json" in files:
            print("lexicon.json holds phrases of your labels; read it before you share it", file=sys.stderr)
        if args.push:
            print(f"uploaded to {upload_folder(out, args.id, files, args.private)}")
    except (SrlClipError, ValueError, OSError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
