"""The guided tour: three stories, a win, a tie and a loss, each told in three steps over the tabs. Numbers are live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.format import copy_link, esc, said
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.negative_kinds import KINDS
from srlclip.comparison.queries import OUTCOMES, outcome
from srlclip.plots import short_name
from srlclip.results import Story

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

STEPS = ("Search", "Captions", "Hard negatives")
#: What a story is called: from SRL-CLIP's side.
NAMES = {"win": "a win of SRL-CLIP", "tie": "a tie", "loss": "a loss of SRL-CLIP"}
#: A click becomes the component's select event: "OUTCOME:STEP", or "end".
GO = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-tour]');
  if (button) trigger('select', {value: button.dataset.scTour});
});"""


def link_of(story: Story, step: int) -> Link:
    """Where a step is: the tab, and what it shows."""
    if step == 0:
        return Link("retrieval", story.query)
    if step == 1:
        return Link("captions", clip=story.target, event=story.event_index)
    return Link("negatives", clip=story.target, event=story.event_index)


def _button(value: str, text: str, *, current: bool = False, kind: str = "sc-chip", label: str = "") -> str:
    here = ' aria-current="step"' if current else ""
    spoken = f' aria-label="{esc(label)}"' if label else ""
    return f'<button type="button" class="{kind}" data-sc-tour="{esc(value)}"{here}{spoken}>{esc(text)}</button>'


def offer_html(stories: tuple[Story, ...]) -> str:
    """The closed strip: one button per story, and one that puts the strip away for good in this browser."""
    if not stories:
        return ""
    chosen = "".join(_button(f"{s.outcome}:0", f"{i}  {NAMES[s.outcome]}") for i, s in enumerate(stories, 1))
    away = '<button type="button" class="sc-chip" data-sc-hide-tour aria-label="Hide the tour">✕</button>'
    return (
        f'<div class="sc sc-tour" role="region" aria-label="Guided tour"><details><summary><strong>Tour</strong>: win, tie, loss</summary>'
        f'<div class="sc-tour-line">{chosen}{away}</div></details></div>'
    )


def _search_step(comparison: Comparison, story: Story) -> str:
    result = comparison.search(story.query, story.target)
    ranks = result.target_rank("base"), result.target_rank("adapted")
    if not all(ranks):
        return "One of the models gave no ranking; see the message below."
    now = outcome(*ranks)  # type: ignore[arg-type]
    differs = (
        f" (chosen as {NAMES[story.outcome]}; with the models on this page it is {NAMES[now]})"
        if now != story.outcome
        else ""
    )
    clip = short_name(story.target)
    what = {
        "win": "SRL-CLIP puts the described clip higher",
        "tie": "both models put the described clip in the same place",
        "loss": "Base CLIP puts the described clip higher",
    }[now]
    return (
        f"The query describes event {story.event_index + 1} of clip {said(clip, 60)}: {what}, rank {ranks[0]} under Base "
        f"CLIP and {ranks[1]} under SRL-CLIP{esc(differs)}. Look for “✓ target” in both columns; press its card to play it."
    )


def _captions_step(story: Story) -> str:
    return (
        f"The same clip, event by event. Event {story.event_index + 1}, the one that was asked for, is open: a “≠” marks a "
        "word that differs from the label, in either model’s column. A better rank need not mean better words."
    )


def _negatives_step(comparison: Comparison, story: Story) -> str:
    clip, event = story.target, story.event_index
    true = comparison.true_caption(clip, event, "natural").text
    negatives = comparison.negatives(clip, event, KINDS)
    if not negatives:
        return "This event gives no hard negatives: there is nothing in it that could be changed."
    score = comparison.score(clip, event, true, negatives)
    beaten = score.beaten("base"), score.beaten("adapted")
    way = "more than" if beaten[1] > beaten[0] else "fewer than" if beaten[1] < beaten[0] else "as many as"
    return (
        f"Captions that are almost right, against the true one. Of {len(negatives)} negatives SRL-CLIP beats {beaten[1]}, "
        f"{way} Base CLIP with {beaten[0]}. Look at the hollow marks: there the changed words fool a model."
    )


def step_text(comparison: Comparison, story: Story, step: int) -> str:
    """What to look at, as HTML, with numbers measured now. Raises what the comparison raises."""
    if step == 0:
        return _search_step(comparison, story)
    return _captions_step(story) if step == 1 else _negatives_step(comparison, story)


def step_html(comparison: Comparison, story: Story, step: int) -> str:
    """The open strip at one step: where one is, what to look at, Back, Next and the end."""
    stories = comparison.stories()
    place = [s.outcome for s in stories].index(story.outcome)
    following = stories[place + 1] if place + 1 < len(stories) else None
    steps = "".join(
        _button(f"{story.outcome}:{i}", f"{i + 1} {name}", current=i == step) for i, name in enumerate(STEPS)
    )
    back = _button(f"{story.outcome}:{step - 1}" if step else "end", "Back", kind="sc-button")
    if step + 1 < len(STEPS):
        ahead = _button(f"{story.outcome}:{step + 1}", f"Next: {STEPS[step + 1]}", kind="sc-button sc-next")
    elif following is not None:
        ahead = _button(f"{following.outcome}:0", f"Next story: {NAMES[following.outcome]}", kind="sc-button sc-next")
    else:
        ahead = _button("end", "Finish", kind="sc-button sc-next")
    end = _button("end", "✕", label="End the tour")
    return (
        f'<div class="sc sc-tour sc-tour-open" role="region" aria-label="Guided tour" '
        f'data-sc-tour-tab="{esc(link_of(story, step).tab)}"><div class="sc-tour-line">'
        f"<strong>Story {place + 1} of {len(stories)}: {esc(NAMES[story.outcome])}</strong>{steps}{end}</div>"
        f'<p role="status">{step_text(comparison, story, step)}</p>'
        f'<div class="sc-tour-line">{back}{ahead}{copy_link(link_of(story, step))}</div></div>'
    )


def asked(comparison: Comparison, value: str) -> tuple[Story, int] | None:
    """The story and step that a pressed button names; None for the end. Raises ValueError for anything else."""
    if value == "end":
        return None
    name, _, number = value.partition(":")
    story = next((s for s in comparison.stories() if s.outcome == name), None)
    if story is None or name not in OUTCOMES or number not in [str(i) for i in range(len(STEPS))]:
        raise ValueError("There is no such story on this page. Reload it, and take the tour again.")
    return story, int(number)


def renewed(comparison: Comparison) -> list:
    """For a page that has got another pair: the closed strip, if its gallery has the stories."""
    stories = comparison.stories()
    return [gr.HTML(offer_html(stories), visible=bool(stories))]


def build(comparison: Comparison) -> gr.HTML:
    """The strip; page.py wires its select event, since a step fills other tabs."""
    stories = comparison.stories()
    return gr.HTML(offer_html(stories), js_on_load=GO, visible=bool(stories), elem_classes="sc-tour-block")
