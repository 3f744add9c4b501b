"""The minimal pair and the half-truths of an event, each a block of HTML: for gallery clips and for a visitor's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.results.pairs import Labels, minimal_pair, scored_halves
from srlclip.app.ui.results.pairs_html import halves_html, pair_html

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: A press on a slot becomes the component's select event, with the slot and which of its captions.
SWAP = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-swap]');
  if (button && !button.disabled) trigger('select', {value: button.dataset.scSwap});
});"""
UNLABELLED = "Swaps and half-truths are made from labels, and this clip has none. Type captions below instead."


def both_views(
    comparison: Comparison, clip_id: str | None, event: int, labels: Labels | None = None
) -> tuple[str, str]:
    """(minimal pair, half-truths) of an event; a sentence and nothing where it has no labels. labels: as `minimal_pair`."""
    if not clip_id:
        return "", ""
    if labels is None and not comparison.situation(clip_id).events:
        return notice(UNLABELLED), ""
    halves = scored_halves(comparison, clip_id, event, labels)
    pair = minimal_pair(comparison, clip_id, event, labels=labels)
    return pair_html(pair), halves_html(comparison.info, halves, clip_id, event)


def swapped(comparison: Comparison, clip_id: str, event: int, pressed: str, labels: Labels | None = None) -> str:
    """The minimal pair of a slot that was pressed. pressed: "SLOT:NUMBER". Raises ValueError for anything else."""
    slot, _, number = pressed.partition(":")
    if not number.isdigit() or len(number) > 3:
        raise ValueError(f"There is no swap {pressed[:40]!r}. Press one of the slots.")
    return pair_html(minimal_pair(comparison, clip_id, event, slot, int(number), labels))
