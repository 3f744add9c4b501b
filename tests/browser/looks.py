"""What a page looks like, from its boxes and its pixels: does it scroll sideways, and what is left of it without colour."""

from __future__ import annotations

import base64
import io
import time
from typing import TYPE_CHECKING

import axe
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from chrome import Page

#: Pixels of a picture per pixel of the page: marks of ten pixels are looked at closely.
SCALE = 6


def accessible(page: Page, checker: str, switches: bool = True) -> None:
    """axe finds nothing serious on the page as it stands, light and dark. checker: its source.

    switches: whether a script of the page itself follows the colour scheme.
    """
    for dark in (False, True):
        page.look(dark=dark, calm=True)  # calm: colours change at once
        if switches:
            page.until(f"document.body.classList.contains('dark') === {str(dark).lower()}")
        time.sleep(0.3)
        found = axe.serious(page, checker)
        assert not found, f"{'dark' if dark else 'light'}:\n" + "\n".join(found)


def upright(page: Page, what: str = "") -> None:
    """Nothing of the page reaches beyond the window's right edge, but for what scrolls within itself."""
    wide = page.js(
        "return [document.documentElement.scrollWidth, ...shown('body *').filter((e) => {"
        " const r = e.getBoundingClientRect(); return r.width && r.right > innerWidth + 1 && r.left < innerWidth"
        " && !e.closest('.sc-scroll, .sc-strip, .sc-lines, svg, [role=tablist]') && getComputedStyle(e).position !== 'fixed'"
        " && !(e.closest('.sr-only, .visually-hidden')); }).map((e) => e.tagName + '.' + e.className).slice(0, 5)]"
    )
    assert wide[0] <= page.js("return innerWidth"), f"{what} {wide}"


def grey(page: Page, css: str, number: int = 0, margin: float = 0) -> np.ndarray:
    """The element on the screen without colour: see `picture`."""
    box = page.js(
        "const e = shown(arguments[0])[arguments[1]]; if (!e) return null;"
        " const r = e.getBoundingClientRect(); return [r.left + scrollX, r.top + scrollY, r.width, r.height]",
        css,
        number,
    )
    assert box, f"nothing to look at: {css} number {number}"
    return picture(page, *box, margin=margin)


def mark(page: Page, css: str, number: int) -> np.ndarray:
    """A plot's mark, alone: lines that lead to it and other marks over it are hidden for the moment."""
    for _ in range(5):
        page.js(
            "const u = shown(arguments[0])[arguments[1]], all = [...u.closest('svg').querySelectorAll('path, text, use')];"
            " window.scHidden = all.filter((e) => e !== u && !e.closest('defs'));"
            " window.scHidden.forEach((e) => { e.style.visibility = 'hidden'; })",
            css,
            number,
        )
        page.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));"
        )
        drawn = grey(page, css, number, margin=3)
        alone = page.js(
            "const h = window.scHidden, kept = h.every((e) => e.isConnected && e.style.visibility === 'hidden');"
            " h.forEach((e) => { e.style.visibility = ''; }); return kept"
        )
        if alone:  # else the plot was drawn anew meanwhile
            return drawn
    raise AssertionError(f"the plot is drawn again and again: {css}")


def picture(page: Page, x: float, y: float, width: float, height: float, margin: float = 0) -> np.ndarray:
    """A part of the page without colour, 0 (black) to 1 (white), SCALE times enlarged: (height, width).

    To be measured and taken while scrollbars are hidden.
    """
    clip = {
        "x": x - margin,
        "y": y - margin,
        "width": width + 2 * margin,
        "height": height + 2 * margin,
        "scale": SCALE,
    }
    shot = page.cdp("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("L"), np.float64) / 255


def ink(picture: np.ndarray) -> np.ndarray:
    """Where something is drawn: what is nearer to the strongest tone than to that of the corner, cut to its own box."""
    paper = float(np.median(np.concatenate([picture[0], picture[-1]])))
    apart = np.abs(picture - paper)
    assert apart.max() > 0.2, f"nothing is to be seen: {apart.max():.2f} from the paper's tone"
    drawn = apart > apart.max() / 2
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    return drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def shape(drawn: np.ndarray) -> str:
    """ "circle" or "diamond", by how much of its box the outline encloses: pi / 4 or 1 / 2."""
    left = np.argmax(drawn, 1)
    right = drawn.shape[1] - np.argmax(drawn[:, ::-1], 1)
    share = float(np.where(drawn.any(1), right - left, 0).sum()) / drawn.size
    assert 0.4 < share < 0.9 and abs(share - 0.64) > 0.04, f"neither circle nor diamond: {share:.2f} of its box"
    return "circle" if share > 0.64 else "diamond"


def filled(drawn: np.ndarray) -> bool:
    """Whether the middle of the mark is drawn too."""
    high, wide = drawn.shape
    middle = drawn[
        high * 2 // 5 : max(high * 3 // 5, high * 2 // 5 + 1), wide * 2 // 5 : max(wide * 3 // 5, wide * 2 // 5 + 1)
    ]
    return bool(middle.mean() > 0.5)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """How much two drawn shapes have in common once they are of one size, 0 to 1."""
    small = [np.asarray(Image.fromarray(d).resize((32, 32)), bool) for d in (one, other)]
    return float((small[0] & small[1]).sum() / (small[0] | small[1]).sum())
