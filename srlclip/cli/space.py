"""`python -m srlclip space --out DIR`: the app as a Hugging Face Space, ready to be uploaded."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict


def add_parser(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("space", help="write a Hugging Face Space: app, models, clips, requirements, README")
    parser.add_argument("--out", required=True, metavar="DIR", help="a new folder, or one that this command wrote")
    parser.add_argument(
        "--hardware", default="cpu", choices=("cpu", "zero"), help="cpu: 2 vCPU, free (default); zero: ZeroGPU"
    )
    parser.add_argument("--title", default="Base CLIP vs SRL-CLIP", help="of the Space's page (default: %(default)s)")
    parser.add_argument("--base", metavar="ID", help="base model to start with: Hub id, or a small folder to copy")
    parser.add_argument("--adapter", metavar="ID", help="SRL-CLIP to start with: Hub id, or a small folder to copy")
    parser.add_argument("--repository", metavar="URL", help="where the code is, for the Space's page")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from srlclip.app.space import SpaceSettings, write_space
    from srlclip.situations import DataError

    settings = SpaceSettings(args.hardware, args.title, args.base, args.adapter, args.repository)
    try:
        written = write_space(args.out, settings)
    except OSError as error:
        raise DataError(f"cannot write the Space: {error}; free some space or choose another folder") from error
    lines = [f"{len(written.files)} files, {written.bytes / 1e6:.1f} MB in {written.out}"]
    lines += [f"left out, not in this installation: {name}" for name in written.missing]
    lines += [
        f"try it:    python {written.out}/app.py",
        f"upload it: hf upload OWNER/NAME {written.out} . --repo-type space",
    ]
    print(json.dumps(asdict(written), indent=2) if args.json else "\n".join(lines))
    return 0
