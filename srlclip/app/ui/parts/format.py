"""Pure functions to escaped HTML that every tab shares: text, names of the models, numbers, plots, banner, notices.

Whatever came from outside (queries, captions, file names, labels, error texts) passes through `esc`.
"""

from __future__ import annotations

from srlclip.app.markup import GLYPHS, esc, said, signed
from srlclip.app.ui.parts.links import Link, to_query
from srlclip.plots import NAMES, Figure, to_svg
from srlclip.results import PairInfo, model_id

__all__ = ["GLYPHS", "esc", "model_id", "said", "signed"]  # made elsewhere; the tabs find everything here


def model_name(model: str, *, glyph: bool = True) -> str:
    """ "● Base CLIP" or "◆ SRL-CLIP" in the model's colour."""
    mark = f'<span class="sc-m-{model}" aria-hidden="true">{GLYPHS[model]}</span> ' if glyph else ""
    return f'<span class="sc-nowrap">{mark}<span class="sc-t-{model}">{NAMES[model]}</span></span>'


def seconds(value: float) -> str:
    """A time for the page's script: seconds to the millisecond, no needless zeros."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def change(places: int | None) -> str:
    """Places gained against Base as "▲2", "▼1" or "=", readable aloud; empty for None."""
    if places is None:
        return ""
    if places == 0:
        return '<span role="img" aria-label="same rank as Base CLIP">=</span>'
    way, arrow = ("up", "▲") if places > 0 else ("down", "▼")
    return f'<span role="img" aria-label="{way} {abs(places)} against Base CLIP">{arrow}{abs(places)}</span>'


def page(body: str, *, link: Link | None = None, scope: bool = False) -> str:
    """A block of the page. link: what the address bar shows while this block is the tab's result."""
    where = f' data-sc-tab="{esc(link.tab)}" data-sc-url="{esc(to_query(link))}"' if link else ""
    return f'<div class="sc{" sc-scope" if scope else ""}"{where}>{body}</div>'


def copy_link(link: Link) -> str:
    """A button that copies a link to this result; the script builds the full address from the page's own."""
    return f'<button type="button" class="sc-button" data-sc-copy="{esc(to_query(link))}">Copy link</button>'


def actions(files: str, link: Link | None) -> str:
    """The row under a result: its downloads and, where an address opens it again, the button that copies that."""
    return f'<div class="sc-actions">{files}{copy_link(link) if link else ""}</div>'


def plot(figure: Figure, label: str) -> str:
    """A matplotlib figure as an image with a spoken description."""
    return f'<figure class="sc-plot" role="img" aria-label="{esc(label)}">{to_svg(figure)}</figure>'


def notice(text: str, *, failure: bool = False) -> str:
    """One sentence in a box, already a whole block. failure: drawn heavier, and announced."""
    style, role = ("sc-notice sc-failure", "alert") if failure else ("sc-notice", "note")
    return page(f'<p class="{style}" role="{role}">{esc(text)}</p>')


def failures(reasons: tuple[str, ...]) -> str:
    """The reasons why one of the models gave nothing (the other one's result still stands)."""
    return "".join(f'<p class="sc-notice sc-failure" role="alert">{said(reason)}</p>' for reason in reasons)


def header(info: PairInfo, first_line: str = "", source: str = "") -> str:
    """Title, legend, what was measured of this pair, and a notice that says which models these are and what they learnt from.

    first_line, source: HTML of results.headline.
    """
    adapted = f"the same weights with {esc(model_id(info.adapter_id))}, trained on {esc(info.trained_on)}"
    if info.adapter_id == "none":
        adapted = esc(info.trained_on)
    models = f"{model_name('base')}: {esc(model_id(info.base_id))} · {model_name('adapted')}: {adapted}."
    about, world = "", "Models"
    if info.is_synthetic:
        about = "Drawn figures with known labels: an illustration and a test bed, not a measurement on real video. "
        world = "Small models, synthetic world"
    summary = f"{world}: {esc(model_id(info.base_id))}, {esc(model_id(info.adapter_id))}"
    return page(
        f'<div class="sc-question"><h1>Base CLIP vs SRL-CLIP</h1><span>{model_name("base")} &nbsp; {model_name("adapted")}</span>'
        f'<details class="sc-banner"><summary>{summary}</summary>{about}{source}{models}</details></div>{first_line}'
    )


def precision_words(info: PairInfo) -> str:
    """The precision of a pair's weights, and what a faster one than fp32 changes."""
    if info.precision == "fp32":
        return "fp32 (exact)"
    known = f", frames' cosine with fp32 at least {info.feature_cosine:.5f}" if info.feature_cosine else ""
    return f"{info.precision} (fast{known})"


def footer(info: PairInfo) -> str:
    """What a score is, and versions and licence."""
    return page(
        '<details class="sc-soft"><summary>Score: cosine similarity, not comparable across models. Ties rank last. '
        f"{esc(info.licence)}</summary>"
        "The cosine of the text and an event (the mean of its frames), in [−1, 1]; a search ranks a clip by its best event. "
        "Compare ranks and margins. "
        f"Base {esc(model_id(info.base_id))} · adapter {esc(model_id(info.adapter_id))} · {info.embed_dim}-d, "
        f"{info.image_size} px, {esc(info.device)}, {esc(precision_words(info))} · srlclip {esc(info.version)}</details>"
    )
