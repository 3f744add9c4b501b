"""What page and report write alike: text from outside, escaped and isolated, numbers with their signs, marks of the models
and of fillers that differ. No Gradio, no torch."""

from __future__ import annotations

import html
import unicodedata

from srlclip.results import Slot

#: Circle and diamond: the models differ in shape, not in colour alone.
GLYPHS = {"base": "●", "adapted": "◆"}
#: CSS of a box that scrolls sideways: a shadow at the edge where more is to be seen, covered where the content ends.
EDGES = """background:
  linear-gradient(90deg,var(--sc-paper) 30%,transparent) 0 0/40px 100% no-repeat local,
  linear-gradient(270deg,var(--sc-paper) 30%,transparent) 100% 0/40px 100% no-repeat local,
  linear-gradient(90deg,#7f8896cc,transparent) 0 0/14px 100% no-repeat scroll,
  linear-gradient(270deg,#7f8896cc,transparent) 100% 0/14px 100% no-repeat scroll;"""
_TEMPLATE = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})


def esc(text: object) -> str:
    """Text for HTML content and quoted attributes.

    Also writes `$ { }` and backticks as entities, because Gradio's HTML component evaluates `${...}`, and drops
    control characters (a line break becomes a space).
    """
    flat = "".join(" " if c in "\n\r\t" else c for c in str(text))
    flat = "".join(c for c in flat if unicodedata.category(c) not in ("Cc", "Cs"))
    return html.escape(flat, quote=True).translate(_TEMPLATE)


def said(text: object, limit: int = 300) -> str:
    """A user's text, escaped, cut at `limit` characters, and isolated: right-to-left text must not reorder the page."""
    text = str(text)
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"<bdi>{esc(shown)}</bdi>"


def signed(value: float | None) -> str:
    """A margin with its sign (a true minus) and three decimals, more if they would all be zero; "–" for None."""
    if value is None:
        return "–"
    digits = 3 if value == 0 or abs(value) >= 0.0005 else 6
    return f"{value:+.{digits}f}".replace("-", "−")


def differs(slot: Slot, model: str, *, has_reference: bool) -> bool:
    """Whether a filler is marked "≠": where it does not match the reference, and without one where SRL-CLIP says something
    else than Base CLIP (letter case and outer spaces aside)."""
    if has_reference:
        return slot.match[model] is False
    return model == "adapted" and slot.filler.base.strip().lower() != slot.filler.adapted.strip().lower()
