"""What a tab is to the page, and how events are wired. Knows no tab; the page knows nothing else of them.

A tab is a file in tabs/ with a `TAB`, and a line in the page's TABS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from srlclip.app.session.store import SessionStore
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.parts.links import Link
from srlclip.app.ui.parts.media import Media

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Events that compute: all pages wait in one line for the models. No client of the API calls them by name.
MODEL: dict[str, Any] = {"api_visibility": "private", "concurrency_id": "model", "concurrency_limit": 1}
#: Events that do not.
FREE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def show_address(tab: str, view: str = "") -> str:
    """A script that puts the tab, and the link of the result it shows, into the address bar. view: the tab inside it."""
    return f"() => window.scUrl && window.scUrl('{tab}'{f', {view!r}' if view else ''})"


@dataclass(frozen=True)
class Visitor:
    """What a page's visitor brings, shared by its tabs. token: finds it in the store; "" as long as there is nothing."""

    store: SessionStore
    token: gr.State

    @classmethod
    def expected(cls, media: Media) -> Visitor:
        """Nobody yet; to be made inside the page's Blocks. What a visitor brought goes with the page."""
        store = SessionStore(deleted=media.forget)
        # a plain function: Gradio copies the callback with the page's settings, and a method drags what it belongs to along
        return cls(store, gr.State("", delete_callback=lambda ended: store.drop(ended)))


@dataclass(frozen=True)
class PageContext:
    """What tabs are made from. comparison: the pair of whoever asks. runs: a folder of run folders, or None.

    visitor: None for a tab that stands alone. further: what may be shown besides the pair, None where nothing may.
    """

    comparison: Comparison
    media: Media
    runs: Path | None = None
    visitor: Visitor | None = None
    further: FurtherModels | None = None

    def whose(self) -> Visitor:
        """The page's visitor, or that of the tab that asks."""
        return self.visitor or Visitor.expected(self.media)


@dataclass(frozen=True)
class Renewal:
    """What another pair of models changes. values: of `components`, for the new pair, from what `kept` holds.

    kept: what a page goes on showing (its query). A tab that keeps something makes its result anew here; the others show
    none until they are opened, or until the page's link fills them.
    """

    components: Sequence[Any] = ()
    values: Callable[..., Sequence] = tuple
    kept: Sequence[Any] = ()


@dataclass(frozen=True)
class Drawn:
    """A tab that stands on a page. fields: the components that a link fills. restore: a link to this tab -> their values,
    or nothing where it changes none. unload: called with the request of a page that goes.
    beside: what the choice of a further model changes.
    """

    fields: Sequence[Any] = ()
    restore: Callable[[Link], Sequence] = lambda link: ()
    renewal: Renewal = field(default_factory=Renewal)
    unload: Callable[[gr.Request], None] | None = None
    beside: Renewal = field(default_factory=Renewal)


@dataclass(frozen=True)
class Tab:
    """name: in addresses, and the tab's id. title: on the page. build: lays it out inside its gr.Tab, and wires it."""

    name: str
    title: str
    build: Callable[[PageContext, gr.Tab], Drawn]
