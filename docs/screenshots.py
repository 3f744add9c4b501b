"""Take pictures of the app in headless Chromium, from a running or freshly started one.

make screenshots                                   # docs/images/*.png, the README's
make screenshots OUT=shots ALL=1                   # every tab, light and dark, 1400 and 420 px
python docs/screenshots.py --out shots --all --url http://127.0.0.1:7860/
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from chrome import Page  # noqa: E402
from places import FRAMES_WAIT, TABS  # noqa: E402
from servers import start_app  # noqa: E402

#: (tab, width, dark) of the pictures in the README.
README = (("retrieval", 1400, False), ("captions", 1400, False), ("negatives", 1400, False), ("retrieval", 420, False))
#: No picture is higher; what lies below is cut off.
HIGHEST = 4000


def shoot(page: Page, tab: str, width: int, dark: bool, path: Path) -> list[str]:
    """Open a tab, wait until its results stand, save the whole of it; what is wrong with it."""
    page.look(width, dark=dark)
    page.errors()
    page.visit("" if tab == "retrieval" else f"?tab={tab}")
    page.until(f"!shown('{FRAMES_WAIT}').length")  # a hit's frames are read when they are in sight
    page.until("[...document.images].every((i) => i.complete) && document.fonts.status === 'loaded'")
    wide, high = page.js("return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    page.look(width, dark=dark, height=min(high, HIGHEST))
    time.sleep(1)  # posters are decoded, and the layout settles at its full height
    page.driver.save_screenshot(str(path))
    with Image.open(path) as picture:  # 256 colours: a third of the size, and no difference to the eye
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    return page.errors() + ([f"scrolls sideways ({wide} > {width} px)"] if wide > width else [])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Take pictures of the app.")
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"))
    parser.add_argument("--all", action="store_true", help="every tab, light and dark, 1400 and 420 px wide")
    parser.add_argument("--url", help="of a running app; default: start one")
    args = parser.parse_args(argv)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    every = tuple((tab, width, dark) for tab in TABS for width in (1400, 420) for dark in (False, True))
    app = None if args.url else start_app()
    page = Page(args.url.rstrip("/") + "/" if args.url else app.url)
    wrong = 0
    try:
        for tab, width, dark in every if args.all else README:
            path = out / f"{tab}-{width}{'-dark' if dark else ''}.png"
            faults = shoot(page, tab, width, dark, path)
            wrong += bool(faults)
            print("\n  ".join([str(path), *faults]))
    finally:
        page.close()
        if app is not None:
            app.stop()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
