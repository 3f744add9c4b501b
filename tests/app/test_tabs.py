"""The page and its tabs: a tab is one object, and the page treats all of them alike, one that it has never seen too."""

import gradio as gr
import pytest
from fake_comparison import FakeComparison

from srlclip.app.pairs import PairName, PairStore
from srlclip.app.ui import page
from srlclip.app.ui.parts.links import Link, from_params
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tab import Drawn, PageContext, Renewal, Tab


def toy(context: PageContext, place: gr.Tab) -> Drawn:
    word = gr.Textbox("nothing yet", label="Toy word")
    models = gr.HTML(context.comparison.info.adapter_id)
    return Drawn(
        fields=[word],
        restore=lambda link: [f"{link.query} in {link.clip}"] if link.query else [],
        renewal=Renewal([models], lambda: [f"now {context.comparison.info.adapter_id}"]),
        unload=leave,
    )


def leave(request: gr.Request) -> None:
    """Nothing of the toy is left behind by a page."""


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.setattr(page, "TABS", (*page.TABS, Tab("toy", "7 Toy", toy)))
    pairs = PairStore(lambda name, report: FakeComparison(None, 2))
    for name in ("first", "second"):
        pairs.put(PairName(name), FakeComparison(None, 2))
    return page.build_demo(pairs)


def event_of(demo, name):
    """The page's event whose handler is called so."""
    return next(fn for fn in demo.fns.values() if getattr(fn.fn, "__name__", "") == name)


def values(fn, *args):
    """id of a component -> what the event's handler gives it."""
    return dict(zip([block._id for block in fn.outputs], fn.fn(*args), strict=True))


def component(demo, kind, label=None, value=None):
    return next(
        b for b in demo.blocks.values() if isinstance(b, kind) and (b.label == label if label else b.value == value)
    )


class Request:
    def __init__(self, **params):
        self.query_params, self.session_hash = params, "page"


def skipped(value):
    return value == gr.skip()


def test_another_tab_is_drawn_last_and_writes_the_address(demo):
    titles = [(b.id, b.label) for b in demo.blocks.values() if isinstance(b, gr.Tab)]
    assert titles[-1] == ("toy", "7 Toy") and titles[0] == ("retrieval", "1 Retrieval")
    opened = [fn.js for fn in demo.fns.values() if isinstance(fn.js, str) and "scUrl('toy')" in fn.js]
    assert opened == ["() => window.scUrl && window.scUrl('toy')"]


def test_a_link_opens_another_tab_and_fills_its_fields_only(demo):
    restore = event_of(demo, "restore")
    word = component(demo, gr.Textbox, "Toy word")
    filled = values(restore, Request(tab="toy", q="a word", clip="clip_01"))
    tabs = filled.pop(next(iter(filled)))
    assert tabs.selected == "toy" and filled.pop(word._id) == "a word in clip_01"
    assert filled and all(map(skipped, filled.values()))
    assert skipped(values(restore, Request(tab="toy"))[word._id]), "nothing to restore leaves the field as it is"
    assert skipped(values(restore, Request(tab="retrieval", q="a man"))[word._id])


def test_another_tab_is_renewed_when_the_page_switches_its_models(demo):
    switch = event_of(demo, "switch")
    models = component(demo, gr.HTML, value="mini-srlclip")
    assert values(switch, Request(), PairName("second"), Link("retrieval", "a query"))[models._id] == "now mini-srlclip"


def test_a_page_that_goes_is_told_to_every_tab_that_wants_to_know(demo):
    unloads = [fn for fn in demo.fns.values() if any(event == "unload" for _, event in fn.targets)]
    assert len(unloads) == 2


def test_after_a_switch_the_link_fills_the_open_tab_unless_that_keeps_its_query(demo):
    fill = event_of(demo, "fill_from_address")
    filled = values(fill, "?tab=captions&clip=clip_01", True)
    assert "clip_01" in [v for v in filled.values() if isinstance(v, str)]
    assert sum(not skipped(v) for v in filled.values()) == 6
    assert all(map(skipped, values(fill, "?tab=retrieval&q=a man", True).values()))


@pytest.mark.parametrize("link, fields", [
    (Link("retrieval", "a man"), 11), (Link("captions", clip="clip_01"), 6), (Link("captions"), 6),
    (Link("negatives", clip="clip_01", event=4), 21), (Link("negatives"), 21), (Link("analysis"), 24),
    (Link("retrieval"), 0), (Link("own"), 0), (Link("vote"), 0), (Link("how"), 0),
])  # fmt: skip
def test_a_link_gives_a_value_to_every_field_of_its_tab_or_to_none(link, fields):
    comparison = FakeComparison(None, 3)
    tab = next(tab for tab in page.TABS if tab.name == link.tab)
    with gr.Blocks(), gr.Tab(tab.title) as place:
        drawn = tab.build(PageContext(comparison, Media(comparison.situation)), place)
    restored = drawn.restore(link)
    assert len(restored) == fields and fields in (0, len(drawn.fields))
    kept = [Link("retrieval", "a man")] * len(drawn.renewal.kept)
    assert len(drawn.renewal.values(*kept)) == len(drawn.renewal.components) > 0


def test_names_of_tabs_are_unlike_and_the_first_is_meant_where_none_is_named():
    names = [tab.name for tab in page.TABS]
    assert len(set(names)) == len(names)
    assert from_params({}, (), names).tab == from_params({"tab": "nope"}, (), names).tab == names[0]
    assert from_params({"tab": "own"}, (), names).tab == "own"
