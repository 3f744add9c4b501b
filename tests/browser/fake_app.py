"""Serve the page on a comparison without models, for what a real pair does not do on demand: fail, or take its time.

python tests/browser/fake_app.py --port 7861 --settings '{"failing": "adapted"}'
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from pathlib import Path

from fake_comparison import FakeComparison

from srlclip.app.ui import build_demo, launch_settings


def main() -> None:
    flags = argparse.ArgumentParser()
    flags.add_argument("--port", type=int, required=True)
    flags.add_argument("--settings", type=json.loads, default={})
    args = flags.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = build_demo(FakeComparison(Path(folder), **args.settings))
        demo.launch(
            server_name="127.0.0.1", server_port=args.port, quiet=True, prevent_thread_lock=True, **launch_settings()
        )
        print(f"Serving on http://127.0.0.1:{args.port}/", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
