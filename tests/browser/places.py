"""Where things are on the page. Only this file of the suite knows tabs, selectors and texts: when the page changes, so
does this."""

from __future__ import annotations

from srlclip.app.ui import page

TABS = tuple(tab.name for tab in page.TABS)

#: Tabs that show both models' results as soon as they are opened, without a further press.
AT_ONCE = ("retrieval", "captions", "negatives", "analysis")
#: Tabs that take a video, and what stands there after it was read, or after it could not be.
UPLOAD_TABS = {"captions": ".sc-decoder", "negatives": ".sc-notice"}
CLEARED = "the last run failed"

TAB = '[role=tab][data-tab-id="{}"]'
PANEL = "[role=tabpanel]"
CARD, CHIP, VERDICT, COLUMN = ".sc-card", ".sc-chip[data-sc-example]", ".sc-verdict", ".sc-column"
COLUMN_OF = ".sc-column.sc-c-{}"
BANNER, TILE, TABLE, EVENT_BUTTON = ".sc-banner", ".sc-beaten", ".sc-table", "[data-sc-event]"
#: A table that is not folded up: half-truths are, and a browser counts them as laid out.
OPEN_TABLE = ".sc-table:not(details:not([open]) *)"
MAIN_VIDEO, CARD_VIDEO = "video.sc-main", ".sc-card video"
FAILURE = ".sc-failure"
TOAST, TRACKER = "[data-testid=toast-body]", "[data-testid=status-tracker]"
FILE_INPUT, FILE_BUTTON = "input[type=file]", "[role=tabpanel] button:has(input[type=file])"
CLEAR_FILE = 'button[aria-label="Clear"], button[aria-label="Remove this file"]'
OPTION = "[role=option]"
DOWNLOAD = "a[download]"
PLOT, LINE, SEEK, SUMMARY = "figure.sc-plot", "[data-sc-open]", "[data-sc-seek]", "summary"
#: Marks of the models: in the legend, in a plot (a circle or diamond, filled or hollow), and signs of right and wrong.
MARK, PLOT_MARK = ".sc-question .sc-m-{}", "figure.sc-plot svg use[style*='--sc-{}']"
PLOT_COLOURS = {"base": "base", "adapted": "srl"}

#: The first screen: its line, the whole query of a chip, the hit in the player, its frames, more like a clip.
HEADLINE, QUERY_OF = ".sc-headline", "return shown(arguments[0]).map((b) => b.title)"
CLOSE = "[data-sc-close]"
FRAMES_WAIT, FILES = ".sc-frames-wait", "Plots and files"
CURRENT, STAGE, FRAME, HIT_ROW, LIKE = ".sc-card[aria-current]", ".sc-stage", ".sc-frame", ".sc-frame-hit", ".sc-like"

#: Where each model looks: the panel, its overlays, its scale and the parts of a text; a scored caption's button.
LOOK_BUTTON, LOOKED, OVERLAYS, OVERLAY = "Where does each model look?", ".sc-look", ".sc-overlays", ".sc-overlays img"
SCALE, PART, LOOK_AT = ".sc-scale", ".sc-maps [data-sc-part]", "[data-sc-look]"

#: Tabs inside a tab. Those of the analysis are filled when they are opened, and open with a sentence.
ANALYSIS_TABS = ("measured", "disagree", "heads", "live", "query", "map", "benchmarks", "runs")
SAID, POINT, TIP, OPENED_EVENT = ".sc-said", "[data-sc-point]", ".sc-tip", ".sc-opened-event"
WHOLE_GALLERY, STUDY, RUN = "Over the whole gallery", "Ablation study", "Training curves of a run"
BENCHMARK, BENCHMARK_TABLES = "Benchmark (runs at once)", ".sc-table"
OPENED, STRIPPED = ".sc-opened", ".sc-stripped"
OWN_TABS = ("search", "own-captions", "labels", "own-negatives", "own-queries", "kept")

#: Minimal pairs and half-truths.
PAIR, SLOT, HALVES = ".sc-pair", ".sc-slot", ".sc-halves"
#: The table of scored negatives, which is not the only one of its tab.
NEGATIVES = "[aria-label=Negatives]"

#: Your clips.
SHELF, TOLD, STATUS = ".sc-shelf", ".sc-told", ".sc-banner"
COMPARISON_FIELD = 1  # the second file field of the tab
CLIP, EVENT, VERB, WITH_GALLERY = "Clip", "Event (for", "Verb of the chosen event", "Together with the built-in gallery"
KEEP, FROM_SRL, TEXT_BOX, USE_TEXT = (
    "Keep the labels of this event", "◆ Start from SRL-CLIP", "Text of this clip", "Use this text",
)  # fmt: skip
CAPTION_IT, SCORE_IT, MAKE_FILES, KEPT = (
    "Caption this clip with both models", "Score with both models", "Make the files", "Kept results",
)  # fmt: skip
SAMPLE = "No video at hand"
QUERIES_FIELD, MEASURED, ASK_LABELS, MEASURE_AGAIN = 2, ".sc-queries", "Ask your labels", "Measure again"
REMOVE, DELETE_ALL, NO_CLIPS = "Remove this clip", "Delete everything now", "No clips yet"
SAVED, REPORT = "srlclip_comparison.json", "srlclip_report.html"

#: The tour.
TOUR, TOUR_OPEN, NEXT = ".sc-tour", ".sc-tour-open", ".sc-tour-open .sc-next"
TOUR_SUMMARY = ".sc-tour summary"
STORY, STEP, HIDE_TOUR, SHOW_TOUR = (
    "[data-sc-tour='{}:0']", "[data-sc-tour][aria-current=step]", "[data-sc-hide-tour]", "[data-sc-show-tour]",
)  # fmt: skip

#: The Models panel.
MODELS, BASE_MODEL, ADAPTER = "Models", "Base CLIP", "SRL-CLIP adapter"
NO_BASE, NO_ADAPTER, SHOWN_ALREADY = "The base that the adapter names", "No adapter", "already shows"
#: A further model beside the pair.
FURTHER, NO_FURTHER, CONTROL = "A further model", "None", "adapters/sparse"
LOAD, GIVE_BACK, LOADING = "Load and switch this page", "Back to the server's pair", ".sc-loading"

#: Labels of the fields.
QUERY, TRUE_CAPTION, OWN = "Describe an event", "True caption", "Your own negatives"
COMPOSE = "Compose captions"
#: Words of the page that promises are checked by.
SCORE_IS, LICENCE, SYNTHETIC = "Score: cosine similarity", "Apache-2.0", "synthetic world"
NAMES = {"base": "Base CLIP", "adapted": "SRL-CLIP"}
GLYPHS = {"base": "●", "adapted": "◆"}
READ_FIRST = "Only the first"
ENDPOINTS = {
    "/info", "/search", "/similar", "/frames", "/caption", "/score", "/embed", "/explain", "/swap", "/half_truths",
    "/disagreements", "/queries", "/benchmarks",
}  # fmt: skip

#: A page script: the visible tab's elements that match, since the page keeps hidden tabs.
SHOWN = """
const seen = (e) => (e.offsetParent === undefined ? seen(e.parentElement) : e.offsetParent !== null);  // SVG has none
const shown = (css) => [...document.querySelectorAll(css)].filter(seen);
const field = (label) => {
  const named = shown('label').filter((l) => l.innerText.trim().startsWith(label));
  if (named.length) return named[0].querySelector('textarea, input');
  return shown('input[role=combobox]').filter((e) => (e.ariaLabel || '').startsWith(label))[0] || null;
};
const busy = () => shown('[data-testid=status-tracker]').some((t) => !t.classList.contains('hide')
  && !t.querySelector('.error') && getComputedStyle(t).opacity !== '0');
"""
