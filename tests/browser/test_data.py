"""Points 15, 16, 17 and 24 of the bar: files, endpoints, addresses and claims agree with the screen."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request

import places
import pytest
from chrome import WAIT


def files(page) -> dict[str, str]:
    """The open tab's downloads that are text: file name -> content."""
    return {n: content.decode("utf-8") for n, content in page.saved().items() if n.endswith((".json", ".csv", ".vtt"))}


def cards(page, model: str) -> list[tuple[str, int, str]]:
    """(clip, rank, score as written) of a column's cards."""
    return [
        tuple(row)
        for row in page.js(
            "return shown(arguments[0]).map((c) => [c.dataset.scClip, Number(c.querySelector('.sc-rank').innerText),"
            " c.querySelector('.sc-foot').innerText.match(/-?\\d\\.\\d{3}/)[0]])",
            f"{places.COLUMN_OF.format(model)} {places.CARD}",
        )
    ]


@pytest.mark.quick
def test_15_search_downloads_equal_the_screen_and_carry_models_query_and_version(page):
    query = "=HYPERLINK(1) a man in red pushes a woman"
    page.visit()
    page.search(query)
    saved = files(page)
    told = json.loads(saved["srlclip_search.json"])
    assert told["query"] == query and told["models"]["base"] and told["models"]["adapter"]
    assert told["models"]["srlclip_version"]
    for model in places.NAMES:
        hits = [(h["clip_id"], h["rank"], f"{h['score']:.3f}") for h in told[model]]
        assert cards(page, model) == hits[:5]
    rows = list(csv.DictReader(io.StringIO(saved["srlclip_search.csv"])))
    first = [r for r in rows if r["model"] == places.NAMES["base"]][:5]
    assert [(r["clip"], int(r["rank"]), f"{float(r['score']):.3f}") for r in first] == cards(page, "base")
    assert {r["query"] for r in rows} == {"'" + query}, "a spreadsheet would run this query"
    assert all(r["base_model"] and r["adapter"] and r["srlclip_version"] for r in rows)


def test_15_hard_negative_downloads_equal_the_screen(page):
    page.visit("?tab=negatives")
    page.until("shown(arguments[0]).length === 2", WAIT, places.TILE)
    saved = files(page)
    told = json.loads(saved["srlclip_negatives.json"])
    rows = list(csv.DictReader(io.StringIO(saved["srlclip_negatives.csv"])))
    assert len(rows) == len(told["negatives"]) and told["models"]["base"]
    for model, column in (("base", "base_margin"), ("adapted", "srl_clip_margin")):
        beaten = sum(float(r[column]) > 0 for r in rows)
        assert f"{beaten} / {len(rows)}" in page.text(f"{places.TILE}.sc-c-{model}")
    shown = re.findall(r"[+−]\d\.\d{3}", page.text(f"{places.TABLE} tbody"))
    assert [s.replace("−", "-") for s in shown[:2]] == [
        f"{float(rows[0][c]):+.3f}" for c in ("base_margin", "srl_clip_margin")
    ]


def test_15_caption_downloads_equal_the_screen(page):
    page.visit("?tab=captions")
    page.until("shown('.sc-table').length")
    saved = files(page)
    told = json.loads(next(text for name, text in saved.items() if name.endswith(".json") and "vidsitu" not in name))
    table = page.texts(f"{places.TABLE} tbody tr")
    for row, slot in zip(table, told["events"][0]["slots"], strict=True):
        base, adapted = ("not visible" if slot[m] == "-" else slot[m] for m in places.NAMES)
        assert base in row and adapted in row
    assert any(text.startswith("WEBVTT") for text in saved.values())
    assert told["models"]["srlclip_version"]


@pytest.mark.quick
def test_16_info_lists_only_documented_endpoints_and_each_returns_json(app):
    client = pytest.importorskip("gradio_client")
    with urllib.request.urlopen(f"{app.url}gradio_api/info") as answer:
        info = json.load(answer)
    assert set(info["named_endpoints"]) == places.ENDPOINTS and not info["unnamed_endpoints"]
    assert all(len(e["description"]) > 40 for e in info["named_endpoints"].values())
    one = client.Client(app.url, verbose=False)
    clip = one.predict(limit=1, api_name="/info")["clips"][0]["clip_id"]
    calls = {
        "/info": {}, "/search": {"query": "a man runs"}, "/caption": {"clip_id": clip}, "/score": {"clip_id": clip},
        "/embed": {"texts": ["a man runs"], "clip_id": clip}, "/explain": {"clip_id": clip}, "/swap": {"clip_id": clip}, "/disagreements": {},
        "/half_truths": {"clip_id": clip}, "/similar": {"clip_id": clip}, "/frames": {"query": "a man runs", "clip_id": clip},
        "/benchmarks": {}, "/queries": {"rows": f"query,target\na man runs,{clip}\n"},
    }  # fmt: skip
    for name in places.ENDPOINTS:
        found = one.predict(**calls[name], api_name=name)
        assert isinstance(found, dict) and json.loads(json.dumps(found)) == found and found["models"]["base"]


def test_17_no_foreign_request_on_any_tab(page):
    """The browser knows no host but this one, so the page also works offline; its log holds every address."""
    page.visit()
    for tab in places.TABS:
        page.open_tab(tab)
        page.settle()
    # what a tab computes without showing progress may go on: a page that is left meanwhile says so in the console
    page.allowed += ["AbortError", "Connection errored out"]
    page.look(dark=True)
    page.visit("?tab=captions")
    page.press(places.EVENT_BUTTON, 1)
    asked = page.requests()
    assert len(asked) > 20 and not page.foreign(asked)


def test_24_score_definition_model_ids_banner_and_licence_are_on_the_page(page, app):
    client = pytest.importorskip("gradio_client")
    told = client.Client(app.url, verbose=False).predict(api_name="/info")
    page.visit()
    everything = page.js("return document.body.innerText")
    for words in (places.SCORE_IS, places.LICENCE, told["models"]["base"], told["models"]["adapter"]):
        assert words in everything
    assert "not comparable" in everything and "Ties rank last" in everything
    assert places.SYNTHETIC in page.text(places.BANNER) if told["models"]["synthetic"] else True


def test_24_the_same_number_stands_everywhere(page, app):
    """A target's rank and score: verdict, card, JSON file, endpoint, and after a reload."""
    client = pytest.importorskip("gradio_client")
    page.visit()
    query = page.js(places.QUERY_OF, places.CHIP)[1]
    page.search(query)
    verdict = page.text(places.VERDICT)
    told = json.loads(files(page)["srlclip_search.json"])
    called = client.Client(app.url, verbose=False).predict(query=query, limit=100, api_name="/search")
    ranks = {model: told["target_rank"][model] for model in places.NAMES}
    assert called["target_rank"] == ranks and called["target"] == told["target"]
    for model, name in places.NAMES.items():
        assert f"{name} rank {ranks[model]}" in verdict
        assert [h["score"] for h in called[model]] == pytest.approx([h["score"] for h in told[model]], abs=1e-9)
        target = next(row for row in cards(page, model) if row[0] == told["target"])
        assert target[1] == ranks[model]
        assert target[2] == f"{next(h['score'] for h in told[model] if h['clip_id'] == target[0]):.3f}"
    before = page.text(places.COLUMN)
    page.driver.refresh()
    page.until("window.scOpened === true")
    page.settle()
    assert page.text(places.COLUMN) == before and page.text(places.VERDICT) == verdict


def test_24_wins_ties_and_losses_stand_among_the_examples(page):
    """Curated examples must not all favour one model."""
    page.visit()
    outcomes = set()
    for query in page.js(places.QUERY_OF, places.CHIP):
        page.search(query)
        base, adapted = (int(rank) for rank in re.findall(r"rank (\d+)", page.text(places.VERDICT))[:2])
        outcomes.add((adapted < base) - (adapted > base))
    assert {1, 0} <= outcomes or {1, -1} <= outcomes, outcomes
