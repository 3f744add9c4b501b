"""A further model beside the pair: off until a page chooses it, its own column, files, address and endpoint. Fakes only."""

import asyncio
import base64
import json
import re
import threading
from dataclasses import replace

import pytest
from fake_comparison import FakeComparison, share

from srlclip.app.pairs import ModelRules, PairName, PairStore
from srlclip.app.ui import build_demo, further_panel
from srlclip.app.ui.api.further import named
from srlclip.app.ui.parts.further import FurtherModels
from srlclip.app.ui.parts.links import Link, from_params, to_query, unknown_values
from srlclip.app.ui.tabs import retrieval
from srlclip.results import Both, Hit, SearchResult
from srlclip.situations import CheckpointError

HOME, NAME, TITLE = PairName("mini-base", "mini-srlclip"), "adapters/toy", "Control: a toy"
QUERY = "a man pushes a box"


class Third(FakeComparison):
    """Ranks by other numbers than the pair."""

    def search(self, query: str, target: str | None = None) -> SearchResult:
        pair = super().search(query, target)
        order = sorted(self.clip_ids(), key=lambda clip: -share("third", query, clip))
        hits = tuple(Hit(c, rank, 1 - rank / 100, 0, 0) for rank, c in enumerate(order, 1))
        return replace(pair, hits=Both(pair.hits.base, hits))


class World:
    """A store whose further pair can be held back or made to fail; `session` is the page that asks."""

    def __init__(self, clips: int = 7, rules: ModelRules | None = None):
        self.go, self.loads, self.clips, self.fails = threading.Event(), [], clips, ""
        self.go.set()
        self.session: str | None = "one"
        self.store = PairStore(self.load, rules or ModelRules((), None, ((NAME, TITLE),)))
        self.store.put(HOME, FakeComparison(None, 7))
        self.models = FurtherModels(self.store, lambda: self.session)

    def load(self, name, progress):
        self.loads.append(name)
        progress(0.5, "embedding clip 2 of 7")
        assert self.go.wait(20)
        if self.fails:
            raise CheckpointError(self.fails)
        made = Third(None, self.clips)
        made.info = replace(made.info, adapter_id=name.adapter)
        return made

    def chosen(self):
        """Choose it, and wait until it is there."""
        assert self.models.choose(NAME).loading.wait(20)
        return self.models


def files(html: str) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"base64,([A-Za-z0-9+/=]+)", html)]


def test_nothing_is_loaded_or_shown_before_a_page_chooses_and_only_its_page_changes(comparison, media):
    world = World()
    plain = retrieval.search_view(comparison, media, QUERY)
    assert retrieval.search_view(comparison, media, QUERY, world.models) == plain and not world.loads
    world.chosen()
    assert retrieval.search_view(comparison, media, QUERY, world.models).results.count("sc-column") == 4
    world.session = "two"
    assert retrieval.search_view(comparison, media, QUERY, world.models) == plain
    world.session = "one"
    world.models.choose("")
    assert retrieval.search_view(comparison, media, QUERY, world.models) == plain and len(world.loads) == 1


def test_the_third_column_stands_last_with_its_own_mark_facts_and_places_against_the_base(comparison, media):
    world = World()
    models, example = world.chosen(), comparison.examples()[0]
    html = retrieval.search_view(comparison, media, example.query, models).results
    assert "sc-columns sc-three" in html and f'aria-label="{TITLE} ranking"' in html and "■" in html
    assert html.index("sc-c-base") < html.index("sc-c-adapted") < html.index("sc-c-further")
    third = html[html.index("sc-column sc-c-further") :]
    assert third.count("data-sc-clip") >= 5 and "sc-fact" in third and f"More like rank 1 of {TITLE}" in third
    result = comparison.search(example.query, example.target)
    first = world.store.get(PairName(None, NAME)).search(example.query).hits.adapted[0]
    moved = next(h.rank for h in result.hits.base if h.clip_id == first.clip_id) - 1
    assert f'data-sc-clip="{first.clip_id}"' in third.split("</li>")[0]
    assert ("=" if moved == 0 else f"▲{moved}") in third.split("</li>")[0]
    assert TITLE in html[: html.index("sc-columns")], "its rank of the target is in the verdict"


def test_files_and_address_name_the_further_model_and_hold_its_ranking(comparison, media):
    view = retrieval.search_view(comparison, media, QUERY, World().chosen())
    as_json, as_csv = files(view.files)
    body = json.loads(as_json)["further"]
    assert body["adapter"] == NAME and [hit["rank"] for hit in body["hits"]] == list(range(1, 8))
    assert as_csv.count(f"{TITLE} ({NAME})") == 7 and "adapters%2Ftoy" in view.results
    link = Link("retrieval", QUERY, also=NAME)
    params = {"tab": "retrieval", "q": QUERY, "also": NAME}
    assert view.asked == link and from_params(params, (), ("retrieval",), adapters=(NAME,)) == link
    assert to_query(link).endswith("&also=adapters%2Ftoy")
    bare = from_params(params, (), ("retrieval",))
    assert bare.also == "" and "'adapters/toy', which is not offered here" in unknown_values(params, bare, ("x",))[-1]


def test_more_like_a_clip_is_asked_of_it_too(comparison, media):
    html = retrieval.like_view(comparison, media, "clip_02", 4, World().chosen()).results
    third = html[html.index("sc-column sc-c-further") :]
    assert third.count("sc-card") == 5 and 'data-sc-clip="clip_02"' not in third


def test_while_it_is_loaded_the_pair_stands_alone_and_the_page_says_how_far_it_is(comparison, media):
    world = World()
    world.go.clear()
    assert not world.models.choose(NAME).loading.ended
    view = retrieval.search_view(comparison, media, QUERY, world.models)
    assert "data-sc-awaited" in view.waiting and "%" in view.waiting and "sc-three" not in view.results
    assert view.asked.also == NAME, "its address has it already"

    async def states() -> list[str]:
        seen = []
        async for state in retrieval.loaded(world.models):
            seen.append(state)
            world.go.set()
        return seen

    seen = asyncio.run(states())
    assert TITLE in seen[0] and "data-sc-awaited" not in seen[0] and seen[-1] == ""
    assert "sc-three" in retrieval.search_view(comparison, media, QUERY, world.models).results


@pytest.mark.parametrize("clips, fails, why", [(5, "", "another gallery"), (7, "no weights here", "no weights here")])
def test_one_that_cannot_be_had_says_why_and_the_pair_stands(comparison, media, clips, fails, why):
    world = World(clips)
    world.fails = fails
    view = retrieval.search_view(comparison, media, QUERY, world.chosen())
    assert f"{TITLE} gave no result" in view.results and why in view.results and view.waiting == ""
    assert view.results.count("data-sc-clip") == 10
    with pytest.raises(ValueError, match=why):
        named(world.models, NAME, comparison, comparison.search(QUERY))


def test_the_pairs_own_model_is_not_shown_twice(media):
    world = World()
    same = FakeComparison(None, 7)
    same.info = replace(same.info, adapter_id=NAME)
    assert "shows this model already" in retrieval.search_view(same, media, QUERY, world.chosen()).results


def test_one_that_made_room_for_others_comes_again(comparison):
    world = World(rules=ModelRules(None, None, ((NAME, TITLE),)))
    models = world.chosen()
    for other in ("b", "c"):
        assert world.store.request(PairName(other, other)).wait(20)
    assert PairName(None, NAME) not in world.store.names()
    assert models.chosen().loading.wait(20) and models.comparison(models.chosen()) is not None
    assert world.loads.count(PairName(None, NAME)) == 2


def test_a_pair_that_is_there_is_not_loaded_again():
    world = World(rules=ModelRules())
    further = world.models.begin(HOME.adapter)
    assert further.loading.ended and further.pair == HOME and not world.loads
    assert ("mini-srlclip", "mini-srlclip") in world.models.offered()


def test_what_the_rules_forbid_is_refused_and_nothing_is_chosen():
    world = World()
    with pytest.raises(ValueError, match="cannot be chosen here"):
        world.models.choose("someone/else")
    assert world.models.chosen() is None and world.models.offered() == [(f"{TITLE} ({NAME})", NAME)]


def test_a_call_names_it_and_is_told_what_is_allowed_or_that_it_is_on_its_way(comparison, monkeypatch):
    world, result = World(), comparison.search(QUERY)
    assert named(world.models, " ", comparison, result) is None and named(None, "", comparison, result) is None
    with pytest.raises(ValueError, match=r"also is 'x'; allowed: adapters/toy"):
        named(world.models, "x", comparison, result)
    with pytest.raises(ValueError, match="nothing here"):
        named(None, NAME, comparison, result)
    monkeypatch.setattr("srlclip.app.ui.api.further.PATIENCE", 0.01)
    world.go.clear()
    with pytest.raises(ValueError, match="being loaded .* call again"):
        named(world.models, NAME, comparison, result)
    world.go.set()
    assert world.models.begin(NAME).loading.wait(20)
    assert len(named(world.models, NAME, comparison, result).hits) == 7
    assert world.models.chosen() is None, "a call changes no page"


def test_a_hostile_title_stays_text(comparison, media):
    bad = "<img src=x onerror=alert(1)>${7*7}{{value}}"
    world = World(rules=ModelRules((), None, ((NAME, bad),)))
    view = retrieval.search_view(comparison, media, QUERY, world.chosen())
    assert not any(part in view.results for part in ("<img src=x", "${", "{{"))


def test_the_panel_offers_it_and_starts_with_none():
    world = World()
    assert further_panel.choices(world.models) == [further_panel.NONE, (f"{TITLE} ({NAME})", NAME)]
    demo = build_demo(world.store)
    field = next(b for b in demo.blocks.values() if getattr(b, "label", None) == further_panel.LABEL)
    assert field.value == "" and field.visible
