"""Layout and wiring of the hard negatives tab; what its handlers compute is in scoring.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.parts.links import Link, clip_and_event
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.parts.negative_kinds import STALE
from srlclip.app.ui.parts.picker import Picker
from srlclip.app.ui.parts.uploads import SUFFIXES, UPLOAD_LABEL, accept
from srlclip.app.ui.results import pair_views
from srlclip.app.ui.results.attribution import CHOOSE, SHOW
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab, show_address
from srlclip.app.ui.tabs.hard_negatives import looking, scoring

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Text boxes for role fillers; verbs with more roles show the first ones.
ROLE_BOXES = 9


def prepared(comparison: Comparison, clip_id: str, event: int) -> tuple:
    """Updates for a chosen clip and event: event radio, caption, kinds, verb, role keys, role boxes."""
    events = comparison.situation(clip_id).events
    kinds = scoring.kind_choices(comparison, clip_id, event)
    verb = events[event].verb_id if events else None
    known = comparison.verbs()
    verb = verb if verb in known else next((v for v in known if events and v == events[event].verb), None)
    return (
        gr.Radio(choices=scoring.event_choices(comparison, clip_id), value=event),
        comparison.true_caption(clip_id, event, "natural").text if events else "",
        gr.CheckboxGroup(choices=kinds, value=[kind for _, kind in kinds], visible=bool(kinds)),
        verb,
        *role_updates(comparison, verb, clip_id, event),
    )


def role_updates(comparison: Comparison, verb: str | None, clip_id: str, event: int) -> tuple:
    """Role keys (for the State), then one update per role box."""
    fields = scoring.role_fields(comparison, verb, clip_id, event)[:ROLE_BOXES]
    boxes = [gr.Textbox(label=f"{name} ({key})", value=filler, visible=True) for key, name, filler in fields]
    boxes += [gr.Textbox(value="", visible=False)] * (ROLE_BOXES - len(fields))
    return ([key for key, _, _ in fields], *boxes)


def renewed(comparison: Comparison, picker: Picker) -> list:
    """Fields, upload and result of a page that has got another pair: nothing shown yet, the next visit scores."""
    first, event = clip_and_event(comparison, Link(TAB.name))
    number = gr.Radio(choices=scoring.event_choices(comparison, first) if first else [], value=event)
    verb = gr.Dropdown(choices=list(comparison.verbs()), value=None)
    boxes = [gr.Textbox(value="", visible=False)] * ROLE_BOXES
    fields = [number, "", gr.CheckboxGroup(choices=[], value=[]), verb, [], *boxes]
    return [*picker.values(first), *fields, None, "", notice(scoring.WAITING), "", "", ""]


def restored(comparison: Comparison, media: Media, picker: Picker, link: Link) -> list:
    """Clip, what `prepared` gives, result and the clip it shows, minimal pair and half-truths, of a link; nothing for a clip without labels."""
    clip, event = clip_and_event(comparison, link)
    if not clip or not comparison.situation(clip).events:
        return []
    ready = prepared(comparison, clip, event)
    kinds = [kind for _, kind in scoring.kind_choices(comparison, clip, event)]
    view = scoring.score_view(comparison, media, clip, event, ready[1], kinds, "")
    return [*picker.values(clip), *ready, view, clip, *pair_views.both_views(comparison, clip, event)]


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; the first visit scores the chosen event."""
    comparison, media = context.comparison, context.media
    first, event = clip_and_event(comparison, Link(TAB.name))
    with gr.Row():
        with gr.Column(min_width=320):
            picker = Picker(comparison, media, first, "Gallery clip (runs at once)", FREE)
            clip = picker.value
            number = gr.Radio(
                scoring.event_choices(comparison, first) if first else [], value=event, label="Event (runs at once)"
            )
        with gr.Column(min_width=320):
            upload = gr.File(label=UPLOAD_LABEL, file_types=SUFFIXES, height=140)
    pair = gr.HTML("", js_on_load=pair_views.SWAP)
    halves = gr.HTML("", js_on_load=None)
    true = gr.Textbox(label="True caption (editable)", lines=1, max_lines=4)
    kinds = gr.CheckboxGroup([], label="Negatives made from the labels, by kind (how many)")
    with gr.Accordion("Compose captions; own negatives", open=False):
        verb = gr.Dropdown(list(comparison.verbs()), value=None, label="Verb")
        with gr.Row():
            boxes = [gr.Textbox(visible=False, min_width=200) for _ in range(ROLE_BOXES)]
        with gr.Row():
            to_true = gr.Button("Write as the true caption", min_width=200)
            to_own = gr.Button("Add as a negative", min_width=200)
        own = gr.Textbox(label="Your own negatives, one per line", lines=3, max_lines=8)
    go = gr.Button("Score with both models", variant="primary")
    result = gr.HTML(notice(scoring.WAITING), js_on_load=looking.LOOK)
    look = gr.HTML("", js_on_load=CHOOSE)
    keys, uploaded, shown, looked = gr.State([]), gr.State(""), gr.State(""), gr.State(None)
    prepare_outputs = [number, true, kinds, verb, keys, *boxes]

    @user_errors
    def choose(clip_id: str) -> tuple:
        return (None, "", *prepared(comparison, clip_id, 0))

    @user_errors
    def choose_event(clip_id: str, mine: str, index: int) -> tuple:
        return prepared(comparison, mine or clip_id, int(index))

    @user_errors
    def receive(path: str, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        mine = accept(comparison, path, stepper(progress))
        ready = notice("The video is read. Write what happens in an event, type negatives, and press Score.")
        return (ready, mine, *prepared(comparison, mine, 0))

    @user_errors
    def change_verb(name: str | None, clip_id: str, mine: str, index: int) -> tuple:
        return role_updates(comparison, name, mine or clip_id, int(index))

    @user_errors
    def write(name: str | None, role_keys: list[str], *fillers: str) -> str:
        return scoring.compose(comparison, name, dict(zip(role_keys, fillers, strict=False)))

    @user_errors
    def write_true(
        clip_id: str, mine: str, index: int, name: str | None, role_keys: list[str], *fillers: str
    ) -> tuple[str, gr.CheckboxGroup]:
        text, given = write(name, role_keys, *fillers), dict(zip(role_keys, fillers, strict=False))
        event = scoring.composed_event(comparison, name, given)
        choices = scoring.kind_choices(comparison, mine or clip_id, int(index or 0), event)
        return text, gr.CheckboxGroup(choices=choices, value=[kind for _, kind in choices], visible=bool(choices))

    @user_errors
    def add(typed: str, name: str | None, role_keys: list[str], *fillers: str) -> str:
        return "\n".join([*(line for line in typed.splitlines() if line.strip()), write(name, role_keys, *fillers)])

    @user_errors
    def run(
        clip_id: str | None,
        mine: str,
        index: int,
        text: str,
        chosen: list[str],
        typed: str,
        name: str | None,
        role_keys: list[str],
        *fillers: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[str, str]:
        source = mine or clip_id
        if not source:
            raise ValueError("No clip is chosen. Choose a gallery clip or upload a video.")
        given, at = dict(zip(role_keys, fillers, strict=False)), int(index or 0)
        step = stepper(progress)
        view = scoring.score_view(comparison, media, source, at, text, chosen, typed, step, name, given)
        return view, source

    @user_errors
    def first_visit(clip_id: str | None, index: int, was: str) -> tuple:
        if was or not clip_id:
            return tuple(gr.skip() for _ in range(len(prepare_outputs) + 2))
        ready = prepared(comparison, clip_id, int(index or 0))
        chosen = [kind for _, kind in scoring.kind_choices(comparison, clip_id, int(index or 0))]
        return (*ready, scoring.score_view(comparison, media, clip_id, int(index or 0), ready[1], chosen, ""), clip_id)

    @user_errors
    def show_pairs(clip_id: str | None, mine: str, index: int) -> tuple[str, str]:
        return pair_views.both_views(comparison, mine or clip_id, int(index or 0))

    @user_errors
    def press_slot(clip_id: str | None, mine: str, index: int, event: gr.EventData) -> str:
        return pair_views.swapped(comparison, mine or clip_id or "", int(index or 0), str(event.value))

    @user_errors
    def look_at(clip_id: str, event: gr.EventData) -> tuple[str, looking.Looked]:
        asked = looking.pressed(clip_id, event.value)
        return looking.look_view(comparison, media, asked), asked

    @user_errors
    def look_at_part(asked: tuple[str, int, str], event: gr.EventData) -> str:
        return looking.look_view(comparison, media, looking.Looked(*asked), str(event.value))

    model = {**MODEL, "show_progress_on": result}
    inputs = [clip, uploaded, number, true, kinds, own, verb, keys, *boxes]
    chain = [
        picker.on_choice(choose, clip, [upload, uploaded, *prepare_outputs], **FREE),
        number.input(choose_event, [clip, uploaded, number], prepare_outputs, **FREE),
    ]
    runs = [step.success(run, inputs, [result, shown], **model) for step in chain]
    runs += [
        go.click(run, inputs, [result, shown], **model),
        true.submit(run, inputs, [result, shown], **model),
        kinds.input(run, inputs, [result, shown], **model),
        place.select(first_visit, [clip, number, shown], [*prepare_outputs, result, shown], **model),
        upload.upload(receive, upload, [result, uploaded, *prepare_outputs], **model),
    ]
    for event_ in (*runs, *chain):
        event_.failure(scoring.cleared, None, result, **FREE)
    runs[-1].failure(
        lambda: ("", ""), None, [pair, halves], **FREE
    )  # of the clip before, beside what is wrong with this one
    where = [clip, uploaded, number]
    for event_ in runs:
        event_.success(None, js=show_address(TAB.name), **FREE)
    for event_ in (*chain, *runs[-2:]):  # another event is shown: chosen, visited first, or uploaded
        event_.success(show_pairs, where, [pair, halves], **MODEL)
    pair.select(press_slot, where, pair, show_progress="hidden", **MODEL)
    result.select(look_at, shown, [look, looked], show_progress_on=look, **MODEL).success(None, js=SHOW, **FREE)
    look.select(look_at_part, looked, look, **MODEL)
    result.change(lambda: "", None, look, **FREE)  # other captions, or none: its maps are not theirs
    upload.clear(lambda: "", None, uploaded, **FREE)
    verb.input(change_verb, [verb, clip, uploaded, number], [keys, *boxes], **FREE)
    composed = to_true.click(write_true, [clip, uploaded, number, verb, keys, *boxes], [true, kinds], **FREE)
    for change in (true.input, own.input, composed.success):
        change(lambda: notice(STALE), None, result, **FREE)
    to_own.click(add, [own, verb, keys, *boxes], own, **FREE)
    filled = [*picker.outputs, *prepare_outputs]
    return Drawn(
        fields=[*filled, result, shown, pair, halves],
        restore=lambda link: restored(comparison, media, picker, link),
        renewal=Renewal([*filled, upload, uploaded, result, shown, pair, halves], lambda: renewed(comparison, picker)),
    )


TAB = Tab("negatives", "3 Hard negatives", build)
