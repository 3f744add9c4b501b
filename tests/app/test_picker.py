"""The field that chooses a clip: what its list holds, what filters it, and that nothing of it is markup of others."""

import gradio as gr
import pytest
from fake_comparison import FakeComparison

from srlclip.app.ui.parts import picker
from srlclip.app.ui.parts.media import Media, Shot
from srlclip.app.ui.parts.picker import Picker, choice_of, field_html, list_html, matching
from srlclip.app.ui.tab import FREE
from srlclip.situations import Event, Role, Situation

HOSTILE = "<img src=x onerror=alert(1)> ${1+1}"


@pytest.fixture
def made(comparison, media):
    with gr.Blocks():
        return Picker(comparison, media, "clip_01", "Gallery clip", FREE)


def test_a_clip_is_found_by_its_name_its_verbs_and_its_fillers(comparison):
    choices = [choice_of(comparison.situation(clip)) for clip in comparison.clip_ids()]
    event = comparison.situation("clip_03").events[0]
    for text in ("clip_03", event.lemma, f"{event.lemma.upper()} {event.roles[0].filler}"):
        assert "clip_03" in [choice.clip_id for choice in matching(choices, text)], text
    assert matching(choices, "no such word") == [] and len(matching(choices, "", 2)) == 2


def test_a_clip_without_labels_has_a_name_and_says_so():
    choice = choice_of(Situation("holiday/beach", None, ()))
    assert choice.verbs == "no labels" and matching([choice], "BEACH") == [choice]


def test_the_list_is_a_listbox_with_posters_and_marks_what_is_chosen(made, comparison):
    html = made._listed("clip_01", gr.EventData(None, {"value": "open:"}))
    assert html.count('role="option"') == len(comparison.clip_ids()) and html.count("<img") == html.count(
        'role="option"'
    )
    assert html.count('aria-selected="true"') == 1 and 'role="listbox"' in html and 'data-sc-more="false"' in html
    assert 'loading="lazy"' in html


def test_the_list_of_a_large_gallery_is_cut_and_the_server_looks_through_all_of_it(monkeypatch, made):
    monkeypatch.setattr(picker, "LISTED", 3)
    html = made._listed("clip_01", gr.EventData(None, {"value": "open:"}))
    assert html.count('role="option"') == 3 and "The first 3 of 7" in html and 'data-sc-more="true"' in html
    assert "clip_06" in made._listed(None, gr.EventData(None, {"value": "open:clip_06"}))


def test_a_choice_is_one_of_the_gallery(made):
    clip, field = made._take(gr.EventData(None, {"value": "clip_02"}))
    assert clip == "clip_02" and "clip_02" in field and 'role="combobox"' in field
    with pytest.raises(ValueError, match="not in the gallery any more"):
        made._take(gr.EventData(None, {"value": "../x"}))


def test_names_and_labels_are_shown_as_text():
    events = (Event(HOSTILE, "x.01", (Role("Arg0", "who", HOSTILE),)),)
    choice = choice_of(Situation(HOSTILE, None, events))
    html = field_html("n", HOSTILE, choice, Shot(HOSTILE)) + list_html("n", [choice], Shot, None, 1)
    assert "<img src=x" not in html and "${" not in html


def test_a_clip_that_is_gone_leaves_the_field_empty():
    comparison = FakeComparison(None, 2)
    with gr.Blocks():
        field = Picker(comparison, Media(comparison.situation), None, "Clip", FREE)
    assert "No clip is chosen" in field.drawn(None) and "No clip is chosen" in field.values("gone")[1]
