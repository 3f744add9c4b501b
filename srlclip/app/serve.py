"""Serve the app: flags, or a Space's settings, to a loaded pair to a page at an address. What app.py starts."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import errno
import io
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from srlclip import speed
from srlclip.app import zero_gpu
from srlclip.progress import Progress
from srlclip.situations import DataError, SrlClipError

if TYPE_CHECKING:
    from srlclip.app.pairs import ModelRules, PairStore

#: Beside app.py in a Space: {"flags": {...}}, other defaults for the flags below. Written by `python -m srlclip space`.
SETTINGS = "space.json"
#: Seconds that a pair other than the bundled one may take before the page opens with the bundled one instead.
PATIENCE = 8.0
#: Seconds that the first page may take to answer; Gradio itself gives up after three.
FIRST_PAGE = 120.0
_LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


def parser() -> argparse.ArgumentParser:
    """The flags; each maps to one argument of Comparison.load, build_demo, launch or ModelRules."""
    flags = argparse.ArgumentParser(prog="app.py", description="Compare Base CLIP with SRL-CLIP in the browser.")
    flags.add_argument("--base", help="base model: a folder or a Hugging Face id (default: the bundled one)")
    flags.add_argument("--adapter", help="run folder or Hub id (OWNER/NAME[@REVISION]) of an SRL-CLIP for that base")
    flags.add_argument(
        "--heads", metavar="DIR", help="captioners of this pair: base/ and adapted/ (default: those of the adapter)"
    )
    flags.add_argument("--gallery", metavar="DIR", help="folder of clips with their labels (default: the bundled one)")
    flags.add_argument(
        "--workers", type=int, default=1, help="threads that decode ahead while a gallery is embedded (default: 1)"
    )
    flags.add_argument(
        "--runs", metavar="DIR", help="folder of run folders, for the training curves (default: the bundled ones)"
    )
    flags.add_argument("--device", default="cpu", help="cpu, cuda, cuda:N or mps (default: %(default)s)")
    speed.add_options(flags)
    flags.add_argument("--models", metavar="DIR", help="folder of models that the page offers to load as another pair")
    flags.add_argument(
        "--allow-models",
        metavar="NAME[,NAME]",
        help="only these models may be chosen on the page, '*' for any (default: any where only this machine can "
        "connect, else none but the pair of the flags)",
    )
    flags.add_argument("--host", help="address to listen on (default: GRADIO_SERVER_NAME, else 127.0.0.1)")
    flags.add_argument("--port", type=int, help="port to listen on (default: GRADIO_SERVER_PORT, else 7860)")
    return flags


def read_settings(folder: Path | None) -> dict[str, Any]:
    """Other defaults of the flags, from the settings file in `folder` if there is one; models in that folder become
    paths. Raises DataError for what is no setting."""
    path = folder / SETTINGS if folder is not None else None
    if path is None or not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text("utf-8"))["flags"]
        unknown = [name for name in settings if name not in vars(parser().parse_args([]))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"must hold an object with the object 'flags' ({error})", file=path) from error
    if unknown:
        raise DataError(f"has the unknown flag {unknown[0]!r}; allowed are app.py's, with _ for -", file=path)
    inside = {k: str(folder / v) for k, v in settings.items() if isinstance(v, str) and v and (folder / v).is_dir()}
    return settings | inside


def address(args: argparse.Namespace) -> tuple[str, int]:
    """Host and port: the flags, else what the platform says. Raises ValueError for a port that is none."""
    port = args.port if args.port is not None else os.environ.get("GRADIO_SERVER_PORT") or 7860
    try:
        number = int(port)
        if not 0 < number < 65536:
            raise ValueError
    except ValueError:
        raise ValueError(f"port is {port!r}; allowed: 1 to 65535 (--port, or GRADIO_SERVER_PORT)") from None
    host = args.host or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    return f"[{host}]" if ":" in host and not host.startswith("[") else host, number  # as in an address bar


def check_address(host: str, port: int) -> None:
    """Whether one can listen there, known before models are loaded. Raises ValueError."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ValueError(f"port {port} is taken; choose another with --port") from error
        raise ValueError(f"cannot listen on {host}, port {port} ({error.strerror}); change --host or --port") from error


def model_rules(args: argparse.Namespace, host: str) -> ModelRules:
    """What visitors may load: anything only where nobody but this machine's user can connect."""
    from srlclip.app.pairs import ModelRules
    from srlclip.comparison.loading import DEFAULT_ADAPTER, DEFAULT_BASE
    from srlclip.models.checkpoints import bundled_adapters

    root = Path(args.models).expanduser() if args.models else None
    if root is not None and not root.is_dir():
        raise ValueError(f"--models is {args.models}, which is no folder; give one that holds model folders")
    public = host not in _LOCAL or bool(os.environ.get("SPACE_ID"))
    if args.allow_models == "*" or (args.allow_models is None and not public):
        return ModelRules(None, root, tuple(bundled_adapters().items()))
    named = [name.strip() for name in (args.allow_models or "").split(",") if name.strip()]
    # Without the flag nothing else can be chosen: the app's own pair is there anyway.
    own = [name for name in (args.base, args.adapter) if name] if named else []
    # The package's other adapters belong to its own pair, and are no more of a burden than that.
    bundled = not named and args.base in (None, DEFAULT_BASE) and args.adapter in (None, DEFAULT_ADAPTER)
    adapters = tuple(bundled_adapters().items()) if bundled else ()
    return ModelRules(tuple(dict.fromkeys((*own, *named))), root, adapters)


def usable_caches() -> tempfile.TemporaryDirectory | None:
    """Where the usual cache folders cannot be written to (as in many a container), a temporary one for all of them.

    It lives as long as what is returned. To be called before the libraries that look these folders up are imported.
    """
    home = Path(os.path.expanduser("~"))
    usual = {"XDG_CACHE_HOME": home / ".cache", "MPLCONFIGDIR": home / ".config" / "matplotlib"}
    usual["HF_HOME"] = Path(os.environ.get("XDG_CACHE_HOME") or usual["XDG_CACHE_HOME"]) / "huggingface"
    wrong = [name for name, folder in usual.items() if not _writable(Path(os.environ.get(name) or folder))]
    if "SRLCLIP_CACHE" in os.environ and not _writable(Path(os.environ["SRLCLIP_CACHE"])):
        wrong.append("SRLCLIP_CACHE")
    if not wrong:
        return None
    instead = tempfile.TemporaryDirectory(prefix="srlclip-caches-")
    os.environ.update({name: str(Path(instead.name) / name.lower()) for name in wrong})
    if not home.is_dir():
        os.environ["HOME"] = instead.name  # some libraries look nowhere else
    return instead


def _writable(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that there is, can be written to."""
    there = next((p for p in (folder, *folder.parents) if p.exists()), None)
    return there is not None and there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def report(share: float, what: str) -> None:
    """Progress of loading, on stderr: only a gallery that has not been embedded before takes long enough to speak."""
    print(f"{share:4.0%} {what}", file=sys.stderr, flush=True)


def load_pairs(args: argparse.Namespace, rules: ModelRules, patience: float = PATIENCE) -> PairStore:
    """The pairs of the app, with the one of the flags, or the bundled one while that takes longer than `patience`.

    Raises CheckpointError, DataError, ValueError if the pair of the flags fails meanwhile.
    """
    from srlclip.app.pairs import PairName, PairStore
    from srlclip.comparison.comparison import Comparison
    from srlclip.comparison.loading import DEFAULT_ADAPTER, DEFAULT_BASE
    from srlclip.comparison.remote import is_address

    if is_address(args.gallery):
        raise ValueError(
            f"--gallery is {args.gallery}; the page plays its clips, so it takes a folder. Search this one with: "
            "python -m srlclip search"
        )
    own = PairName.of(args.base, args.adapter)
    own = own if own != PairName() else PairName(DEFAULT_BASE, DEFAULT_ADAPTER)

    def load(name: PairName, progress: Progress) -> Comparison:
        heads = args.heads if name == own else None
        loaded = Comparison.load(
            name.base, name.adapter, args.gallery, args.device, progress, heads, args.workers, args.precision
        )
        if loaded.left_out:
            some = ", ".join(list(loaded.left_out)[:5]) + (" …" if len(loaded.left_out) > 5 else "")
            message = f"{len(loaded.left_out)} clips of {args.gallery} cannot be decoded and are left out: {some}"
            print(f"app.py: {message}", file=sys.stderr, flush=True)
        return loaded

    pairs = PairStore(load, rules)
    if zero_gpu.active():  # in the main thread, as zero_gpu.attach wants it
        pairs.put(own, zero_gpu.named(load(own, report)))
    elif own == PairName(DEFAULT_BASE, DEFAULT_ADAPTER) and not args.gallery:
        pairs.put(own, load(own, report))
    else:
        bundled = Comparison.load()  # before the other one: transformers does not load two models at a time
        loading = pairs.start(own)
        if not loading.wait(patience):
            print(f"app.py: {own} takes longer; the bundled pair is shown meanwhile", file=sys.stderr, flush=True)
            clips = "the bundled clips" if args.gallery else None
            pairs.put(PairName(DEFAULT_BASE, DEFAULT_ADAPTER, clips), bundled)
            threading.Thread(target=_tell, args=(loading,), daemon=True).start()
        elif loading.error:
            raise ValueError(loading.error)
    return pairs


def _tell(loading: Any) -> None:
    loading.wait()
    message = f"cannot load {loading.name}: {loading.error}" if loading.error else f"{loading.name} is there"
    print(f"app.py: {message}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None, folder: Path | None = None) -> int:
    """Serve until Ctrl+C or SIGTERM. folder: where app.py and perhaps its settings file lie.

    Returns 0, or 2 after a one-line error on stderr.
    """
    flags = parser()
    try:
        flags.set_defaults(**read_settings(folder))
        args = flags.parse_args(argv)
        host, port = address(args)
        check_address(host, port)
        if args.runs and not Path(args.runs).is_dir():
            raise ValueError(f"--runs is {args.runs}, which is no folder; give one that holds run folders")
        caches = usable_caches()
        zero_gpu.active()  # imports spaces before torch, where it is
        demo, url = _launch(args, host, port)
    except OSError as error:
        taken = "Cannot find empty port" in str(error)
        reason = f"port {port} is taken; choose another with --port" if taken else " ".join(str(error).split())
        print(f"app.py: {reason}", file=sys.stderr)
        return 2
    except (SrlClipError, ValueError) as error:
        print(f"app.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(f"Serving on {url}", flush=True)
    try:
        if threading.current_thread() is threading.main_thread():
            # a container's stop is a Ctrl+C: visitors' videos are deleted
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        threading.Event().wait()
    except KeyboardInterrupt:
        from srlclip.app.ui import close

        close(demo)
    if caches is not None:
        caches.cleanup()
    return 0


def leave(code: int) -> NoReturn:
    """End the process now: the usual way waits for a call that still computes, and may crash in the decoder's threads."""
    atexit._run_exitfuncs()  # deletes temporary folders
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _launch(args: argparse.Namespace, host: str, port: int) -> tuple[Any, str]:
    from srlclip import ASSETS
    from srlclip.app.ui import build_demo, launch_settings
    from srlclip.models.checkpoints import quiet_loading

    speed.use_threads(args.threads)
    quiet_loading()
    pairs = load_pairs(args, model_rules(args, host))
    demo = build_demo(pairs, runs=args.runs or ASSETS / "models")
    if zero_gpu.active():
        zero_gpu.attach(pairs.get())
    with contextlib.redirect_stdout(io.StringIO()):  # an MCP server announces itself even when told to be quiet
        # without Gradio's own look at the page: it gives up after 3 s, and a busy machine may need longer
        _, url, _ = demo.launch(
            server_name=host,
            server_port=port,
            quiet=True,
            prevent_thread_lock=True,
            _frontend=False,
            **launch_settings(),
        )
    if not answers(demo.local_url):
        demo.close(verbose=False)
        raise ValueError(
            f"the page at {demo.local_url} did not answer within {FIRST_PAGE:.0f} s; the machine is too busy, or a proxy "
            "stands between: stop other programs, or exclude this address from the proxy (NO_PROXY), and start again"
        )
    return demo, url


def answers(url: str, seconds: float = FIRST_PAGE, pause: float = 0.5) -> bool:
    """Whether the page at `url` answers within so many seconds, however slowly."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            with urllib.request.urlopen(url, timeout=left) as answer:
                return answer.status < 400
        except (OSError, ValueError):
            time.sleep(min(pause, max(end - time.monotonic(), 0.0)))
    return False
