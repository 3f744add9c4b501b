"""Addresses of the page: a link and back, bad values fall back, and what a link means without a clip."""

from fake_comparison import FakeComparison

from srlclip.app.ui.parts.links import Link, clip_and_event, from_params, to_query, unknown_values

TABS = ("retrieval", "captions", "negatives")


def test_links_round_trip_and_fall_back():
    clips = ("a b", "c")
    for link in (
        Link("captions", view="map"),
        Link("retrieval", "x & y = ü"),
        Link("captions", clip="a b"),
        Link("negatives", clip="c", event=3),
    ):
        pairs = dict(part.split("=") for part in to_query(link).split("&"))
        from urllib.parse import unquote_plus

        assert from_params({k: unquote_plus(v) for k, v in pairs.items()}, clips, TABS) == link
    assert from_params({"view": "<img>"}, clips, TABS).view == from_params({"view": "x" * 20}, clips, TABS).view == ""
    bad = from_params({"tab": "../x", "clip": "nope", "event": "-1e9", "q": "y" * 9999}, clips, TABS)
    assert (bad.tab, bad.clip, bad.event, len(bad.query)) == ("retrieval", "", None, 2000)


def test_an_address_holds_what_its_link_does_and_no_more():
    assert to_query(Link("toy", "x y", "a", 0, "heads")) == "tab=toy&q=x+y&clip=a&event=1&decoder=heads"
    assert to_query(Link("toy")) == "tab=toy" and to_query(Link("toy", clip="a")) == "tab=toy&clip=a"


def test_without_a_clip_a_link_means_the_first_example():
    comparison = FakeComparison(None, 3)
    first = comparison.examples()[0]
    assert clip_and_event(comparison, Link("toy")) == (first.target, first.event_index)
    assert clip_and_event(comparison, Link("toy", clip="clip_02")) == ("clip_02", 0)
    comparison.examples = lambda: ()
    assert clip_and_event(comparison, Link("toy")) == ("clip_00", 0)


def test_what_an_address_names_in_vain_is_said():
    params = {"tab": "nope", "clip": "gone<b>", "event": "99", "decoder": "magic", "q": "x"}
    told = unknown_values(params, from_params(params, ("a",), TABS), TABS)
    assert len(told) == 4 and "the clip 'gone<b>', which is not in this gallery" in told[1]
    fine = {"tab": "captions", "clip": "a", "event": "2", "decoder": "heads"}
    assert unknown_values(fine, from_params(fine, ("a",), TABS), TABS) == []
    assert unknown_values({}, from_params({}, ("a",), TABS), TABS) == []
