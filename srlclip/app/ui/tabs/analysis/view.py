"""What a tab inside the Analysis tab is, and how it is filled: when it is opened, and by a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.tab import FREE, MODEL, show_address
from srlclip.situations import SrlClipError

TAB_NAME = "analysis"
#: Stands in a view that has not been filled: whoever sees it has opened it, so it is being computed or stands in the line.
WAITING = notice("Computing … This fills itself; requests that came before are answered first.")
FAILED = notice("This view could not be computed. Open another view, then this one again.")
#: A press on what names an event becomes the component's select event: "EVENT:CLIP", or "CLIP" where no event is meant.
#: What the pointer is on is told in the panel's own line, and drawn strong.
OPEN = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-open]');
  if (button) trigger('select', {value: button.dataset.scOpen});
});
element.addEventListener('pointerover', (event) => {
  const point = event.target.closest('[data-sc-point]'), panel = event.target.closest('.sc-points');
  if (!panel) return;
  panel.querySelectorAll('.sc-on').forEach((e) => e.classList.remove('sc-on'));
  if (!point) return;
  panel.querySelectorAll('[data-sc-point="' + point.dataset.scPoint + '"]').forEach((e) => e.classList.add('sc-on'));
  panel.querySelector('.sc-tip').textContent = point.dataset.scTip;
});"""


@dataclass(frozen=True)
class View:
    """A tab inside the tab. components: what it fills; the first takes a sentence where there is nothing to show.

    fill: values of the components as the view opens. blank: for a page that has got another pair, until it is opened.
    model: whether filling it needs the models.
    """

    name: str
    place: gr.Tab
    components: Sequence[Any]
    fill: Callable[[], Sequence]
    blank: Callable[[], Sequence]
    model: bool = True

    def opened(self) -> list:
        """Values of a first look; a reason why there is none stands in the first component."""
        try:
            return list(self.fill())
        except (SrlClipError, ValueError) as error:
            return [notice(str(error)), *[gr.skip()] * (len(self.components) - 1)]


@dataclass(frozen=True)
class Views:
    """All views, wired: which one is open and which are filled is remembered for each page."""

    inner: gr.Tabs
    views: Sequence[View]
    filled: gr.State
    current: gr.State

    @property
    def fields(self) -> list:
        """What a link fills: the tabs, what the page remembers of them, and every view."""
        return [self.inner, self.filled, self.current, *(c for view in self.views for c in view.components)]

    def of(self, name: str) -> View:
        """The view of that name; the first one for another."""
        return next((view for view in self.views if view.name == name), self.views[0])

    def linked(self, name: str) -> list:
        """Values of `fields` that open a view; the others stay as they are, and are filled when they are opened."""
        wanted = self.of(name)
        rest = [wanted.opened() if v is wanted else [gr.skip()] * len(v.components) for v in self.views]
        return [gr.Tabs(selected=wanted.name), (wanted.name,), wanted.name, *(x for part in rest for x in part)]

    def blank(self) -> list:
        """Values of `fields` for a page that has got another pair."""
        return [gr.skip(), (), gr.skip(), *(x for view in self.views for x in view.blank())]


def wire(outer: gr.Tab, inner: gr.Tabs, views: Sequence[View]) -> Views:
    """Fill each view when it is opened for the first time, and let the address bar say which one is open."""
    made = Views(inner, views, gr.State(()), gr.State(views[0].name))

    def opening(view: View) -> Callable:
        @user_errors
        def first(filled: Sequence[str]) -> list:
            if view.name in filled:
                return [view.name, gr.skip(), *[gr.skip()] * len(view.components)]
            return [view.name, (*filled, view.name), *view.opened()]

        return first

    def visiting(model: bool) -> Callable:
        @user_errors
        def visit(current: str, filled: Sequence[str]) -> list:
            """The whole tab is opened: its open view is filled, if it is of this kind."""
            if current in filled or made.of(current).model != model:
                return [gr.skip()] * (len(made.fields) - 1)
            return [(*filled, current), *made.linked(current)[2:]]

        return visit

    for view in views:
        shown = view.components[0]
        kind = {**MODEL, "show_progress_on": shown} if view.model else FREE
        outputs = [made.current, made.filled, *view.components]
        view.place.select(None, js=show_address(TAB_NAME, view.name), **FREE)
        opened = view.place.select(opening(view), made.filled, outputs, **kind)
        opened.failure(lambda: FAILED, None, shown, **FREE)
    first_address = f"() => window.scUrl && window.scUrl('{TAB_NAME}', '{views[0].name}', true)"
    outer.select(None, js=first_address, **FREE)
    for model, kind in ((True, MODEL), (False, FREE)):  # what is stored does not wait in the models' line
        outer.select(visiting(model), [made.current, made.filled], made.fields[1:], **kind)
    return made
