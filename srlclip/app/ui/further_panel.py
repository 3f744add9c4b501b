"""In the Models panel: the field that chooses a further model, which this page and no other shows besides its pair."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import esc, page
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.tab import FREE, MODEL, Renewal

LABEL = "A further model beside the pair (Retrieval)"
NONE = ("None: the pair alone", "")
ABOUT = "Its ranking is a third column, and goes into the address and the files. It is loaded when it is chosen."
#: The address of the result that is in sight, after it has been made anew.
_ADDRESS = """() => {
  const shown = [...document.querySelectorAll('[data-sc-tab]')].find((result) => result.offsetParent);
  if (shown && window.scUrl) window.scUrl(shown.dataset.scTab);
}"""


def choices(further: FurtherModels) -> list[tuple[str, str]]:
    """(what is read, name) of the further models; the first stands for none."""
    return [NONE, *further.offered()]


def build(further: FurtherModels, place: gr.Accordion) -> gr.Dropdown:
    """Lay the field out in the panel; `wire` wires it. Without a model to offer there is none to see."""
    offered, free = choices(further), further.any_allowed
    shown = len(offered) > 1 or free
    with place:
        field = gr.Dropdown(
            offered, value=NONE[1], label=LABEL, visible=shown, allow_custom_value=free, filterable=True
        )
        gr.HTML(page(f'<p class="sc-soft">{esc(ABOUT)}</p>'), visible=shown, js_on_load=None)
    return field


def wire(field: gr.Dropdown, further: FurtherModels, renewals: Sequence[Renewal]) -> None:
    """A choice makes what shows further models anew; one that is refused leaves the page as it was, and says why."""

    @user_errors
    def choose(name: str | None) -> None:
        further.choose(name)

    @user_errors
    def renew(*kept: object) -> list:
        values: list = []
        for part in renewals:
            own, kept = kept[: len(part.kept)], kept[len(part.kept) :]
            values += part.values(*own)
        return values

    inputs = [component for part in renewals for component in part.kept]
    outputs = [component for part in renewals for component in part.components]
    chosen = field.input(choose, field, None, **FREE)
    chosen.success(renew, inputs, outputs, **MODEL).success(None, js=_ADDRESS, **FREE)
