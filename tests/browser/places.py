"""Where things are on the page. Only this file of the suite knows tabs, selectors and texts: when the page changes, so
does this."""

from __future__ import annotations

from srlclip.ui.links import TABS

__all__ = ["TABS"]

#: Tabs that show both models' results as soon as they are opened, without a further press.
AT_ONCE = ("retrieval", "captions", "negatives", "analysis")
#: Tabs that take a video, and what stands there after it was read, or after it could not be.
UPLOAD_TABS = {"captions": ".sc-decoder", "negatives": ".sc-notice"}
CLEARED = "the last run failed"

TAB = '[role=tab][data-tab-id="{}"]'
PANEL = "[role=tabpanel]"
CARD, CHIP, VERDICT, COLUMN = ".sc-card", ".sc-chip[data-sc-example]", ".sc-verdict", ".sc-column"
COLUMN_OF = ".sc-column.sc-c-{}"
BANNER, TILE, TABLE, EVENT_BUTTON = ".sc-banner", ".sc-tile", ".sc-table", "[data-sc-event]"
MAIN_VIDEO, CARD_VIDEO = "video.sc-main", ".sc-card video"
FAILURE = ".sc-failure"
TOAST, TRACKER = "[data-testid=toast-body]", "[data-testid=status-tracker]"
FILE_INPUT = "input[type=file]"
CLEAR_FILE = 'button[aria-label="Clear"], button[aria-label="Remove this file"]'
DOWNLOAD = "a[download]"

#: Labels of the fields.
QUERY, TRUE_CAPTION, OWN = "Describe an event", "True caption", "Your own negatives"
#: Words of the page that promises are checked by.
SCORE_IS, LICENCE, SYNTHETIC = "Score: cosine similarity", "Apache-2.0", "synthetic world"
NAMES = {"base": "Base CLIP", "adapted": "SRL-CLIP"}
GLYPHS = {"base": "●", "adapted": "◆"}
READ_FIRST = "Only the first"
ENDPOINTS = {"/info", "/search", "/caption", "/score", "/embed"}

#: A page script: the visible tab's elements that match, since the page keeps hidden tabs.
SHOWN = """
const shown = (css) => [...document.querySelectorAll(css)].filter((e) => e.offsetParent !== null);
const field = (label) => {
  const named = shown('label').filter((l) => l.innerText.trim().startsWith(label));
  return named.length ? named[0].querySelector('textarea, input') : null;
};
const busy = () => shown('[data-testid=status-tracker]').some((t) => !t.classList.contains('hide')
  && !t.querySelector('.error') && getComputedStyle(t).opacity !== '0');
"""
