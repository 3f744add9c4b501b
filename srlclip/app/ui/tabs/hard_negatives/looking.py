"""Hard negatives tab: where each model looks for one of the scored captions, true or not, in the scored event."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from srlclip.app.ui.parts.inputs import checked_text
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.results.attribution import attribution_view

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: A press on a caption's button becomes the component's select event: the event, and the caption.
LOOK = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-look]');
  if (button) trigger('select', {value: [button.dataset.scLookEvent, button.dataset.scLook]});
});"""


class Looked(NamedTuple):
    """What the panel shows: an event of a clip, and a caption."""

    clip_id: str
    event: int
    caption: str


def pressed(clip_id: str, value: object) -> Looked:
    """What a press asks for. Raises ValueError for anything that is no caption of the page."""
    try:
        event, caption = value  # type: ignore[misc]
        return Looked(clip_id, int(event), checked_text(str(caption), "caption"))
    except (TypeError, ValueError):
        raise ValueError("That is no caption of this page. Score again, and press one of the captions.") from None


def look_view(comparison: Comparison, media: Media, looked: Looked, part: str = "") -> str:
    """The maps of a caption or a part of it. Raises what Comparison.explain raises."""
    return attribution_view(comparison, media, looked.clip_id, looked.event, looked.caption, part)
