"""Deep links: the page's query parameters as a value, and back. Bad values fall back to the default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from srlclip.app.ui.parts.inputs import MAX_QUERY_CHARS

TABS = ("retrieval", "captions", "negatives", "analysis", "own", "how")
DECODERS = ("heads", "zero_shot")


@dataclass(frozen=True)
class Link:
    """What an address restores. query: free text (retrieval). clip, event: gallery clip id and 0-based event.

    decoder: what makes the captions (captions); "" is the pair's best.
    """

    tab: str = "retrieval"
    query: str = ""
    clip: str = ""
    event: int = 0
    decoder: str = ""


def from_params(params: Mapping[str, str], clips: Collection[str], events: int = 5) -> Link:
    """Read ?tab=&q=&clip=&event=&decoder= (event counts from 1 in the address); unknown values are ignored."""
    tab = str(params.get("tab", "retrieval"))
    clip = str(params.get("clip", ""))
    decoder = str(params.get("decoder", ""))
    number = str(params.get("event", "1"))
    event = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else 0
    return Link(
        tab=tab if tab in TABS else "retrieval",
        query=str(params.get("q", ""))[:MAX_QUERY_CHARS].strip(),
        clip=clip if clip in clips else "",
        event=event if 0 <= event < events else 0,
        decoder=decoder if decoder in DECODERS else "",
    )


def to_query(link: Link) -> str:
    """The query string of a link, without "?"; only what its tab uses."""
    pairs: list[tuple[str, str]] = [("tab", link.tab)]
    if link.tab == "retrieval" and link.query:
        pairs.append(("q", link.query))
    if link.tab in ("captions", "negatives") and link.clip:
        pairs.append(("clip", link.clip))
        if link.tab == "negatives":
            pairs.append(("event", str(link.event + 1)))
    if link.tab == "captions" and link.decoder:
        pairs.append(("decoder", link.decoder))
    return urlencode(pairs)
