"""Deep links: the page's query parameters as a value, and back. Bad values fall back to the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from srlclip.app.ui.parts.inputs import MAX_QUERY_CHARS

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

DECODERS = ("heads", "zero_shot")


@dataclass(frozen=True)
class Link:
    """What an address restores. tab: its name. query: free text. clip, event: gallery clip id and 0-based event.

    decoder: what makes the captions; "" is the pair's best. view: the tab inside the tab. What a tab does not use is left
    empty. also: the further model that is shown besides the pair.
    """

    tab: str
    query: str = ""
    clip: str = ""
    event: int | None = None
    decoder: str = ""
    view: str = ""
    also: str = ""


def from_params(
    params: Mapping[str, str],
    clips: Collection[str],
    tabs: Sequence[str],
    events: int = 5,
    adapters: Collection[str] = (),
) -> Link:
    """Read ?tab=&q=&clip=&event=&decoder=&view=&also= (event counts from 1 in the address); unknown values are ignored.

    clips: ids of the gallery. tabs: names of the page's tabs, of which the first is meant where none is named. A view is
    known to its tab only, which falls back to its first. adapters: names of the further models that may be shown.
    """
    tab = str(params.get("tab", ""))
    clip = str(params.get("clip", ""))
    decoder = str(params.get("decoder", ""))
    view, also = str(params.get("view", "")), str(params.get("also", ""))
    number = str(params.get("event", ""))
    event = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else -1
    return Link(
        tab=tab if tab in tabs else tabs[0],
        query=str(params.get("q", ""))[:MAX_QUERY_CHARS].strip(),
        clip=clip if clip in clips else "",
        event=event if 0 <= event < events else None,
        decoder=decoder if decoder in DECODERS else "",
        view=view if view.isascii() and view.isalpha() and len(view) < 20 else "",
        also=also if also in adapters else "",
    )


def unknown_values(params: Mapping[str, str], link: Link, tabs: Collection[str]) -> list[str]:
    """A sentence for each value of an address that its link does not restore. link: from_params of params."""
    sentences = []

    def missing(name: str, what: str, instead: str) -> None:
        value = str(params.get(name, "")).strip()
        if value:
            sentences.append(f"The address names {what} {value[:60]!r}, which {instead}")

    if str(params.get("tab", "")) not in tabs:
        missing("tab", "the tab", "this page does not have; the first tab is shown.")
    if not link.clip:
        missing("clip", "the clip", "is not in this gallery; another clip is shown.")
    if link.event is None:
        missing("event", "event", "no clip here has; the first event is shown.")
    if not link.decoder:
        missing("decoder", "the decoder", "is not known; the pair's best is used.")
    if not link.also:
        missing("also", "the further model", "is not offered here; the pair is shown alone.")
    return sentences


def to_query(link: Link) -> str:
    """The query string of a link, without "?"; only what it holds."""
    event = "" if link.event is None else str(link.event + 1)
    pairs = {"tab": link.tab, "q": link.query, "clip": link.clip, "event": event, "decoder": link.decoder}
    pairs |= {"view": link.view, "also": link.also}
    return urlencode({name: value for name, value in pairs.items() if value})


def clip_and_event(comparison: Comparison, link: Link) -> tuple[str | None, int]:
    """The gallery clip and event that a link means; without a clip those of the first example that has one, else the
    gallery's first clip. None in an empty gallery."""
    if link.clip:
        return link.clip, link.event or 0
    example = next((e for e in comparison.examples() if e.target), None)
    if example is not None:
        return example.target, example.event_index or 0
    return next(iter(comparison.clip_ids()), None), 0
