"""The Models panel: another pair for one page while it runs, a pair that fails, and models that nobody allowed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import quote

import own_page
import places
import pytest
from chrome import SLACK, WAIT
from servers import ROOT, Served, start_app

QUERY = "a woman in green hugs a panda"
OTHER, BROKEN = "other-srlclip", "broken"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app with two more models to choose: an adapter of other weights, without captioners, and one that is broken."""
    from safetensors.numpy import load_file, save_file

    folder = tmp_path_factory.mktemp("models")
    bundled = ROOT / "srlclip/assets/models"
    shutil.copytree(bundled / "mini-srlclip", folder / OTHER, ignore=shutil.ignore_patterns("captioner"))
    weights = folder / OTHER / "adapter/adapter_model.safetensors"
    save_file({k: -v if "lora_B" in k else v for k, v in load_file(weights).items()}, weights)
    (folder / BROKEN).mkdir()
    shutil.copy(bundled / "mini-base/config.json", folder / BROKEN)  # and no weights
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SRLCLIP_CACHE", str(folder.with_name("cache")))  # nobody has read the gallery by this pair before
        app = start_app("--models", str(folder), "--allow-models", f"{OTHER},{BROKEN}")
    yield app
    app.stop()


@pytest.fixture
def panel(page, served):
    """The window at that app; it leaves before the app goes."""
    yield page
    page.settle()
    page.driver.get("about:blank")


def ask_for(page, base: str, adapter: str) -> None:
    """Choose both models in the panel and press the button."""
    if page.js("return field(arguments[0])", places.ADAPTER) is None:
        page.button(places.MODELS)
        page.until("field(arguments[0])", WAIT, places.ADAPTER)
    for label, name in ((places.BASE_MODEL, base or places.NO_BASE), (places.ADAPTER, adapter or places.NO_ADAPTER)):
        if not page.js("return field(arguments[0]).value", label).startswith(name):
            page.choose(label, name, "")
        page.until("field(arguments[0]).value.startsWith(arguments[1])", WAIT, label, name)
    page.button(places.LOAD)


def result(page) -> str:
    return page.text(places.COLUMN)


def switched(page, name: str) -> None:
    """Wait until the page's banner names that adapter."""
    page.until("shown(arguments[0])[0].innerText.includes(arguments[1])", 4 * WAIT, places.BANNER, name)
    page.settle()


def test_another_pair_is_loaded_in_sight_and_changes_this_page_only(panel, served, another, folder):
    other = another(served.url)
    for one in (panel, other):
        one.visit(f"?q={quote(QUERY)}", served.url)
    before = result(panel)
    assert before == result(other)
    own_page.bring_to(panel, own_page.video(folder, "mine.mp4", 10))
    panel.open_tab("retrieval")
    ask_for(panel, "", OTHER)
    told = panel.until(
        "(shown(arguments[0])[0] || {closest: () => null}).closest('[role=status]')?.innerText", WAIT, places.LOADING
    )
    assert OTHER in told and "%" in told and "Until then everything here is mini-base with mini-srlclip" in told
    assert result(panel) == before, "the old result stands until the new pair is there"
    share = panel.until("Number((shown(arguments[0])[0] || {}).ariaValueNow) > 30", 2 * WAIT, places.LOADING)
    assert share
    switched(panel, OTHER)
    assert not panel.count(places.LOADING) and not panel.count(places.FAILURE)
    assert QUERY in panel.text(places.VERDICT) and result(panel) != before, "the query was not run again"
    assert OTHER in panel.saved()["srlclip_search.json"].decode()
    # what the visitor has brought is still there, and is read anew
    panel.open_tab("own")
    own_page.clips(panel, 1, "mine.mp4")
    own_page.search(panel, QUERY)
    assert panel.count(f"{places.COLUMN} {places.CARD}") == 2
    # the other window keeps the first pair
    assert OTHER not in other.text("body") and result(other) == before
    other.search(QUERY)
    assert result(other) == before and OTHER not in other.saved()["srlclip_search.json"].decode()
    assert not other.foreign(other.requests()) and not other.errors()


def test_the_open_tab_is_run_again_by_the_new_pair_and_by_the_first_one_on_the_way_back(panel, served):
    panel.visit("?tab=negatives", served.url)
    panel.until("shown(arguments[0]).length === 2", WAIT, places.TILE)
    base, adapted = (panel.text(f"{places.TILE}.sc-c-{m}") for m in places.NAMES)
    ask_for(panel, "", OTHER)
    switched(panel, OTHER)
    panel.until("shown(arguments[0]).length === 2", WAIT, places.TILE)
    assert panel.text(f"{places.TILE}.sc-c-base") == base, "the base model is the same"
    assert panel.text(f"{places.TILE}.sc-c-adapted") != adapted
    panel.button(places.GIVE_BACK)
    switched(panel, "mini-srlclip")
    panel.until("shown(arguments[0]).length === 2", WAIT, places.TILE)
    assert panel.text(f"{places.TILE}.sc-c-adapted") == adapted
    panel.driver.refresh()
    panel.until("window.scOpened === true", 2 * WAIT)
    panel.settle()
    assert "mini-srlclip" in panel.text(places.BANNER)


def test_a_broken_pair_fails_with_a_message_and_the_running_pair_stays(panel, served):
    panel.visit(f"?q={quote(QUERY)}", served.url)
    before = result(panel)
    ask_for(panel, BROKEN, "")
    panel.until("shown(arguments[0]).length", 2 * WAIT, places.FAILURE)
    told = panel.text(places.FAILURE)
    assert f"{BROKEN} could not be loaded" in told and "still shows mini-base with mini-srlclip" in told
    assert "model.safetensors" in told and "Traceback" not in told
    assert result(panel) == before and not panel.count(places.LOADING)
    panel.search("a man runs")
    panel.search(QUERY)
    assert result(panel) == before
    assert "Traceback" not in served.said()


def test_only_allowed_models_can_be_chosen(panel, served):
    panel.visit(f"?q={quote(QUERY)}", served.url)
    before = result(panel)
    panel.button(places.MODELS)
    panel.until("field(arguments[0])", WAIT, places.ADAPTER)
    panel.type(places.ADAPTER, "")
    offered = panel.until(
        "shown(arguments[0]).length && shown(arguments[0]).map((o) => o.ariaLabel)", WAIT, places.OPTION
    )
    assert all(offered) and OTHER in offered and BROKEN not in offered, "a base is no adapter, and no name is blank"
    panel.type(places.ADAPTER, "someone/private-model\n")
    panel.button(places.LOAD)
    panel.until("shown(arguments[0]).length", WAIT, places.FAILURE)
    assert "private-model" not in panel.js("return field(arguments[0]).value", places.ADAPTER)
    assert result(panel) == before and "private-model" not in served.said()


def test_the_pair_that_is_shown_already_is_answered_within_five_seconds(panel, served):
    panel.visit(f"?q={quote(QUERY)}", served.url)
    before = result(panel)
    panel.button(places.MODELS)
    panel.until("field(arguments[0])", WAIT, places.ADAPTER)
    panel.button(places.GIVE_BACK)
    panel.until("document.body.innerText.includes(arguments[0])", 5 * SLACK, places.SHOWN_ALREADY)
    assert result(panel) == before and not panel.count(places.FAILURE)
