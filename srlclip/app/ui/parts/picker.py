"""A field to choose a clip by what it shows: poster, verbs, and a text that filters, with mouse or keyboard.

One combobox with a listbox under it (ARIA 1.2): typing filters by name, verbs and fillers; arrow keys, Home and End move,
Enter takes, Escape closes. The list with its posters is made when it is first opened, so that a page costs nothing for it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import gradio as gr

from srlclip.app.ui.parts.errors import user_errors
from srlclip.app.ui.parts.format import esc, said
from srlclip.app.ui.parts.media import Media, Shot
from srlclip.plots import short_name
from srlclip.situations import Situation, SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Clips that a list draws; the filter of a larger gallery asks the server, which looks through all of them.
LISTED = 120
#: Before the list has been made: what the field asks for when it is opened.
_OPEN = "open:"
_numbers = count(1)


@dataclass(frozen=True)
class Choice:
    """A clip as the list shows it. words: all that the filter looks through, in lower case."""

    clip_id: str
    title: str
    verbs: str
    words: str


def choice_of(situation: Situation) -> Choice:
    """A clip with its verbs, and the fillers of its labels to be found by."""
    events = situation.events
    verbs = ", ".join(dict.fromkeys(event.lemma for event in events))
    title = short_name(situation.clip_id)
    fillers = (role.filler for event in events for role in event.visible_roles)
    words = " ".join((situation.clip_id, title, verbs, *fillers)).lower()
    return Choice(situation.clip_id, title, verbs or "no labels", words)


def matching(choices: Sequence[Choice], text: str, limit: int = LISTED) -> list[Choice]:
    """The choices that hold every word of the text, in their order; at most `limit`."""
    wanted = text.lower().split()
    return [choice for choice in choices if all(word in choice.words for word in wanted)][:limit]


def field_html(name: str, label: str, chosen: Choice | None, shot: Shot | None) -> str:
    """The field: what is chosen, with its poster, and the box to type in."""
    value = chosen.title if chosen else ""
    picture = (
        f'<img class="sc-picked" src="{esc(shot.poster)}" alt="">'
        if shot is not None and shot.poster
        else '<span class="sc-picked" aria-hidden="true"></span>'
    )
    verbs = said(chosen.verbs, 120) if chosen else "No clip is chosen"
    return (
        f'<div class="sc sc-picker"><label class="sc-picker-label" id="{name}-label" for="{name}">{esc(label)}</label>'
        f'<div class="sc-picker-field">{picture}<span class="sc-picker-text"><input id="{name}" type="text" role="combobox" '
        f'autocomplete="off" spellcheck="false" aria-expanded="false" aria-controls="{name}-list" aria-autocomplete="list" '
        f'aria-describedby="{name}-verbs" value="{esc(value)}" placeholder="Type a word, or press ↓">'
        f'<span class="sc-soft" id="{name}-verbs">{verbs}</span></span></div></div>'
    )


def list_html(name: str, choices: Sequence[Choice], shot: Callable[[str], Shot], chosen: str | None, total: int) -> str:
    """The list under the field, closed; the script opens it. total: clips of the gallery that match."""
    items = "".join(
        f'<li role="option" id="{name}-{i}" data-sc-pick="{esc(c.clip_id)}" data-sc-words="{esc(c.words)}" '
        f'aria-selected="{str(c.clip_id == chosen).lower()}">{_picture(shot(c.clip_id))}'
        f'<span><span class="sc-name">{said(c.title, 60)}</span><span class="sc-soft">{said(c.verbs, 120)}</span></span></li>'
        for i, c in enumerate(choices)
    )
    more = (
        f'<p class="sc-soft">The first {len(choices)} of {total}. Type to find others.</p>'
        if total > len(choices)
        else ""
    )
    none = '<p class="sc-soft" data-sc-none hidden role="status">No clip has these words.</p>'
    return (
        f'<div class="sc sc-picker-list" data-sc-more="{str(total > len(choices)).lower()}" hidden>'
        f'<ul role="listbox" id="{name}-list" aria-labelledby="{name}-label">{items}</ul>{none}{more}</div>'
    )


def _picture(shot: Shot) -> str:
    if not shot.poster:
        return '<span class="sc-shot" aria-hidden="true"></span>'
    return f'<img class="sc-shot" src="{esc(shot.poster)}" alt="" loading="lazy">'


class Picker:
    """The field on a page: `value` is the State that holds the chosen clip's id; `outputs` are what a choice changes.

    comparison: of whoever asks. free: settings of events that do not compute. The field's own events keep value and
    picture; `on_choice` adds what follows.
    """

    def __init__(self, comparison: Comparison, media: Media, value: str | None, label: str, free: dict[str, Any]):
        self.comparison, self.media, self.label = comparison, media, label
        self.name = f"sc-pick-{next(_numbers)}"
        self.value = gr.State(value)
        with gr.Column(elem_classes="sc-picker-column", min_width=280):
            self.field = gr.HTML(self.drawn(value), js_on_load=_FIELD)
            self.list = gr.HTML("", js_on_load=_LIST, elem_classes="sc-picker-place")
        opened = self.field.select(user_errors(self._listed), self.value, self.list, **free)
        opened.success(None, js=f"() => window.scPicker && window.scPicker('{self.name}')", **free)
        self.chosen = self.list.select(user_errors(self._take), None, [self.value, self.field], **free)
        self.chosen.success(None, js=f"() => window.scPicked && window.scPicked('{self.name}')", **free)

    @property
    def outputs(self) -> list:
        return [self.value, self.field, self.list]

    def on_choice(self, handler: Callable, inputs: list, outputs: list, **settings: Any) -> gr.events.Dependency:
        """Run a handler once a clip has been chosen."""
        return self.chosen.success(handler, inputs, outputs, **settings)

    def values(self, clip_id: str | None) -> list:
        """Values of `outputs` that show a clip; the list is made anew when it is opened, and may be of another gallery."""
        return [clip_id, self.drawn(clip_id), ""]

    def drawn(self, clip_id: str | None) -> str:
        """The field as it shows a clip; one that is not known any more leaves it empty."""
        try:
            situation = self.comparison.situation(clip_id) if clip_id else None
        except (SrlClipError, ValueError):
            situation = None
        if situation is None:
            return field_html(self.name, self.label, None, None)
        return field_html(self.name, self.label, choice_of(situation), self.media.shot(situation.clip_id))

    def _listed(self, chosen: str | None, event: gr.EventData) -> str:
        text = str(event.value).removeprefix(_OPEN)
        every = [choice_of(self.comparison.situation(clip)) for clip in self.comparison.clip_ids()]
        fitting = matching(every, text, len(every))
        return list_html(self.name, fitting[:LISTED], self.media.shot, chosen, len(fitting))

    def _take(self, event: gr.EventData) -> tuple[str, str]:
        clip_id = str(event.value)
        if clip_id not in self.comparison.clip_ids():
            raise ValueError("This clip is not in the gallery any more. Open the list again.")
        return clip_id, self.drawn(clip_id)


#: Opening the field, and typing in one whose list does not hold the whole gallery, asks the server for the list.
_FIELD = """
const input = () => element.querySelector('input[role=combobox]');
const list = () => { const i = input(); return i ? i.closest('.sc-picker-column').querySelector('.sc-picker-list') : null; };
let waiting;
const ask = (text) => { clearTimeout(waiting); waiting = setTimeout(() => trigger('select', {value: 'open:' + text}), 120); };
const show = (text) => {
  const box = list(), all = !text;
  if (!box || box.dataset.scMore === 'true') { ask(text); if (!box) return; }
  window.scPickerFilter(input(), box, text);
  if (all) window.scPickerOpen(input(), box);
};
element.addEventListener('click', (event) => { if (event.target.closest('.sc-picker-field')) { input().focus(); input().select(); show(''); } });
element.addEventListener('input', () => show(input().value));
element.addEventListener('keydown', (event) => window.scPickerKey(event, input(), list(), show));
element.addEventListener('focusout', (event) => {
  setTimeout(() => { const box = list(); if (box && document.activeElement !== input()) window.scPickerClose(input(), box); }, 160);
});"""
_LIST = """
element.addEventListener('mousedown', (event) => event.preventDefault());  // the field keeps the focus
element.addEventListener('click', (event) => {
  const option = event.target.closest('[data-sc-pick]');
  if (!option) return;
  const box = option.closest('.sc-picker-list');
  window.scPickerClose(box.closest('.sc-picker-column').querySelector('input[role=combobox]'), box);
  trigger('select', {value: option.dataset.scPick});
});"""
#: What all pickers of a page share; part of the page's script.
SCRIPT = inspect.cleandoc("""
(() => {
  const options = (box) => [...box.querySelectorAll('[role=option]')].filter((o) => !o.hidden);
  const mark = (input, box, option) => {
    box.querySelectorAll('.sc-at').forEach((o) => o.classList.remove('sc-at'));
    if (!option) return input.removeAttribute('aria-activedescendant');
    option.classList.add('sc-at'); input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({block: 'nearest'});
  };
  window.scPickerOpen = (input, box) => {
    box.hidden = false; input.setAttribute('aria-expanded', 'true');
    if (!box.querySelector('.sc-at')) mark(input, box, box.querySelector('[aria-selected=true]:not([hidden])') || options(box)[0]);
  };
  window.scPickerClose = (input, box) => {
    input.value = input.defaultValue; box.hidden = true; input.setAttribute('aria-expanded', 'false'); mark(input, box, null);
  };
  window.scPickerFilter = (input, box, text) => {
    const words = text.toLowerCase().split(/\\s+/).filter(Boolean);
    box.querySelectorAll('[role=option]').forEach((o) => { o.hidden = !words.every((w) => o.dataset.scWords.includes(w)); });
    const left = options(box);
    box.querySelector('[data-sc-none]').hidden = left.length > 0;
    box.hidden = false; input.setAttribute('aria-expanded', 'true');
    mark(input, box, left[0]);
  };
  // The list has come from the server: it is shown if its field still has the focus.
  window.scPicker = (name) => {
    const input = document.getElementById(name);
    const box = input && input.closest('.sc-picker-column').querySelector('.sc-picker-list');
    if (!box || document.activeElement !== input) return;
    if (input.value === input.defaultValue) window.scPickerOpen(input, box);
    else window.scPickerFilter(input, box, input.value);
  };
  // The field has been drawn anew: the keyboard goes on where it was.
  window.scPicked = (name) => {
    const input = document.getElementById(name);
    if (input && document.activeElement === document.body) input.focus({preventScroll: true});
  };
  window.scPickerKey = (event, input, box, show) => {
    const open = box && !box.hidden, key = event.key;
    if (key === 'Escape') {
      if (open) { window.scPickerClose(input, box); event.preventDefault(); event.stopPropagation(); }
      return;
    }
    if (key === 'Enter') {
      const at = open && box.querySelector('.sc-at');
      if (at) { event.preventDefault(); at.click(); }
      return;
    }
    const steps = {ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity};
    if (!(key in steps) || ((key === 'Home' || key === 'End') && !open)) return;
    event.preventDefault();
    if (!open) return show('');
    const left = options(box), at = left.findIndex((o) => o.classList.contains('sc-at'));
    mark(input, box, left[Math.min(Math.max(at + steps[key], 0), left.length - 1)]);
  };
})();
""")
CSS = """
.gradio-container .sc-picker-column { position:relative; gap:0; overflow:visible; }
.gradio-container .sc-picker-column:has(.sc-picker-list:not([hidden])) { z-index:90; }
.sc-picker-label { display:block; font-size:14px; margin-bottom:4px; }
.sc-picker-field { display:flex; gap:10px; align-items:center; border:1px solid var(--sc-faint); border-radius:8px; padding:6px 8px;
  background:var(--sc-paper); cursor:pointer; }
.sc-picked { width:76px; aspect-ratio:4/3; object-fit:cover; border-radius:5px; background:var(--sc-track); flex:none; display:block; }
.sc-picker-text { flex:1; min-width:0; } .sc-picker-text > .sc-soft { display:block; }
.gradio-container .sc .sc-picker-text input { width:100%; border:0 !important; outline:0 !important; box-shadow:none !important; background:transparent; color:inherit; font:inherit; font-weight:600;
  padding:2px 0; }
.sc .sc-picker-field:focus-within, .sc-picker-field:focus-within { outline:3px solid var(--sc-base); outline-offset:2px; }
.gradio-container .sc .sc-picker-text input::placeholder { color:var(--sc-soft); }
.gradio-container .sc-picker-place { position:absolute; left:0; right:0; top:100%; overflow:visible; padding:0; min-height:0; z-index:40; }
.sc-picker-list { position:absolute; left:0; right:0; z-index:30; max-height:min(420px,60vh); overflow-y:auto; padding:6px;
  background:var(--sc-paper); border:1px solid var(--sc-faint); border-radius:8px; box-shadow:0 8px 24px rgba(0,0,0,.25); }
.sc-picker-list[hidden], .sc-picker-list [hidden] { display:none !important; }
.sc .sc-picker-list li, .sc-picker-list li { display:grid; grid-template-columns:76px minmax(0,1fr); gap:10px; align-items:center;
  padding:4px 6px; border-radius:6px; cursor:pointer; border:2px solid transparent; }
.sc-picker-list li .sc-shot { width:76px; grid-column:auto; grid-row:auto; } .sc-picker-list li .sc-soft { display:block; }
.sc-picker-list li:hover { background:var(--sc-track); } .sc-picker-list li.sc-at { border-color:var(--sc-edge); background:var(--sc-track); }
.sc-picker-list li[aria-selected=true] .sc-name::after { content:" ✓"; }
"""
