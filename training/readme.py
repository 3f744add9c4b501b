"""Fill the measured parts of the README and of docs/ from their sources: results files and an example (training/pages).

python training/readme.py            # rewrites them
python training/readme.py --check    # exit code 1 if one would change
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip.files import write_text
from training.pages.half_truths import half_truth_table
from training.pages.knowledge import blind, forgetting, probe
from training.pages.pair import quickstart, results, summary
from training.pages.parts import ROOT
from training.pages.studies import attribution, captioner, captions, heads

#: Page -> its generated blocks.
PAGES = {
    "README.md": {"summary": summary},
    "docs/results.md": {"results": results},
    "docs/api.md": {"quickstart": quickstart},
    "docs/attribution.md": {"attribution": attribution},
    "docs/captions.md": {"heads": heads, "captioner": captioner},
    "docs/half_truths.md": {"half_truths": half_truth_table},
    "docs/falsification.md": {"captions": captions},
    "docs/training.md": {"blind": blind, "probe": probe, "forgetting": forgetting},
}


def render(page: str, text: str) -> str:
    """A page with its generated parts made anew."""
    for name, make in PAGES[page].items():
        pattern = rf"(<!-- {name}: [^\n]*-->\n)(?:.*?\n)?(<!-- /{name} -->)"
        text, count = re.subn(pattern, lambda m, make=make: m[1] + make() + "\n" + m[2], text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{page} needs exactly one block <!-- {name}: ... --> <!-- /{name} -->, found {count}")
    return text


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fill the pages' measured parts.")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args(argv)
    stale = False
    for page in PAGES:
        path = ROOT / page
        before = path.read_text("utf-8")
        after = render(page, before)
        stale |= before != after
        if not args.check:
            write_text(path, after)
    return int(args.check and stale)


if __name__ == "__main__":
    raise SystemExit(main())
