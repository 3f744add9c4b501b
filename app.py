"""Compare Base CLIP with SRL-CLIP in the browser: retrieval, SRL captions, hard negatives, analysis.

python app.py                                   # the bundled small models and clips, on the CPU
python app.py --base openai/clip-vit-base-patch32 --adapter runs/vitb32 --gallery my_clips --device cuda
"""

from __future__ import annotations

import argparse
import sys
import threading


def parser() -> argparse.ArgumentParser:
    """The flags; each maps to one argument of Comparison.load, build_demo or launch."""
    flags = argparse.ArgumentParser(prog="app.py", description="Compare Base CLIP with SRL-CLIP in the browser.")
    flags.add_argument("--base", help="base model: a folder or a Hugging Face id (default: the bundled one)")
    flags.add_argument("--adapter", help="run folder or Hub id (OWNER/NAME[@REVISION]) of an SRL-CLIP for that base")
    flags.add_argument(
        "--heads", metavar="DIR", help="captioners of this pair: base/ and adapted/ (default: those of the adapter)"
    )
    flags.add_argument("--gallery", metavar="DIR", help="folder of clips with their labels (default: the bundled one)")
    flags.add_argument(
        "--runs", metavar="DIR", help="folder of run folders, for the training curves (default: the bundled ones)"
    )
    flags.add_argument("--device", default="cpu", help="cpu, cuda, cuda:N or mps (default: %(default)s)")
    flags.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    flags.add_argument("--port", type=int, default=7860, help="port to listen on (default: %(default)s)")
    return flags


def report(share: float, what: str) -> None:
    """Progress of loading, on stderr: only a gallery that has not been embedded before takes long enough to speak."""
    print(f"{share:4.0%} {what}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl+C. Returns 0, or 2 after a one-line error on stderr."""
    args = parser().parse_args(argv)
    from srlclip.compare import Comparison
    from srlclip.embedding import ASSETS
    from srlclip.models.checkpoints import quiet_loading
    from srlclip.situations import SrlClipError
    from srlclip.ui import build_demo, launch_settings

    quiet_loading()
    try:
        pair = {"base": args.base, "adapter": args.adapter, "heads": args.heads}
        comparison = Comparison.load(**pair, gallery=args.gallery, device=args.device, progress=report)
        demo = build_demo(comparison, runs=args.runs or ASSETS / "models")
        _, url, _ = demo.launch(
            server_name=args.host, server_port=args.port, quiet=True, prevent_thread_lock=True, **launch_settings()
        )
    except OSError as error:
        taken = "Cannot find empty port" in str(error)
        reason = f"port {args.port} is taken; choose another with --port" if taken else " ".join(str(error).split())
        print(f"app.py: {reason}", file=sys.stderr)
        return 2
    except (SrlClipError, ValueError) as error:
        print(f"app.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(f"Serving on {url}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        demo.server.config.timeout_graceful_shutdown = 2  # seconds; open pages never let go of their connections
        demo.close(verbose=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
