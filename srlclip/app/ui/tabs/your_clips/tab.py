"""Your clips: a gallery of one session's uploads with labels of their own. Layout and wiring; handlers.py does the work.

The page holds a token in a State, which never leaves the server; the clips are in a SessionStore under that token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.session.values import MAX_CLIPS
from srlclip.app.ui.parts.errors import stepper, user_errors
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.parts.negative_kinds import STALE
from srlclip.app.ui.parts.style import MAX_UPLOAD_MB, MAX_UPLOAD_SECONDS, tabs
from srlclip.app.ui.parts.uploads import SUFFIXES
from srlclip.app.ui.results import pair_views
from srlclip.app.ui.results.captions import decoder_choice
from srlclip.app.ui.tab import FREE, MODEL, Drawn, PageContext, Renewal, Tab
from srlclip.app.ui.tabs.your_clips import actions, pairs, panels
from srlclip.app.ui.tabs.your_clips.handlers import NO_RESULT, ROLE_BOXES, Handlers
from srlclip.app.ui.tabs.your_clips.queries import WAITING, queries_panel

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: A click on a clip becomes the component's select event with the clip's name.
PICK = """element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-sc-clip]');
  if (button) trigger('select', {value: button.dataset.scClip});
});"""
AFTER = "() => window.scRenew && window.scRenew()"
SAMPLE = "No video at hand? Try it with two clips of the gallery"
SEARCH = "Search your clips with both models."
FAILED = "No result: the last run failed. Change the input and run again."


def renewed(comparison: Comparison) -> list:
    """Values of a page that has got another pair, decoder first, verb last: the clips stay, shown results go."""
    return [
        gr.Radio(**decoder_choice(comparison)),
        *[""] * 7,
        WAITING,
        gr.Dropdown(choices=list(comparison.verbs()), allow_custom_value=True),
    ]


def build(context: PageContext, place: gr.Tab) -> Drawn:
    """Lay the tab out and wire it; a session ends with its page."""
    comparison, media = context.comparison, context.media
    visitor = context.whose()
    store, token = visitor.store, visitor.token
    handlers = Handlers(comparison, media, store)
    status = gr.HTML(panels.status_html(None), js_on_load=None)
    with gr.Row():
        with gr.Column(min_width=320):
            label = f"Your videos, up to {MAX_CLIPS} (≤ {MAX_UPLOAD_SECONDS} s, ≤ {MAX_UPLOAD_MB} MB each)"
            upload = gr.File(label=label, file_count="multiple", file_types=SUFFIXES, height=150)
        with gr.Column(min_width=320):
            saved = gr.File(label="or a saved comparison (replaces what is here)", file_types=[".json"], height=150)
    sample = gr.Button(SAMPLE, size="sm", visible=bool(actions.samples(comparison)))
    notices = gr.HTML("", js_on_load=None)
    shelf = gr.HTML(notice(panels.NOTHING), js_on_load=PICK)
    with gr.Row():
        with gr.Column(min_width=320):
            clip = gr.Dropdown([], label="Clip", filterable=True, visible=False)  # an empty box is hard to read
        with gr.Column(min_width=320):
            number = gr.Radio([], label="Event (for labels and hard negatives)", type="value", visible=False)
    with gr.Row():
        remove = gr.Button("Remove this clip", min_width=200)
        wipe = gr.Button("Delete everything now", min_width=200)
    with tabs() as inner:
        with gr.Tab("Search", id="search"):
            query = gr.Textbox(label="Describe an event", submit_btn="Search", lines=1, max_lines=3)
            both = gr.Checkbox(False, label="Together with the built-in gallery")
            results = gr.HTML(notice(SEARCH), js_on_load=PICK)
            closer = gr.HTML("", js_on_load=None)
        with gr.Tab("Captions", id="own-captions"):
            decoder = gr.Radio(**decoder_choice(comparison), label="Decoder")
            go_caption = gr.Button("Caption this clip with both models", variant="primary")
            captions = gr.HTML("", js_on_load=None)
        with gr.Tab("Labels", id="labels"):
            with gr.Row():
                with gr.Column(min_width=320):
                    watch = gr.HTML("", js_on_load=None)
                with gr.Column(min_width=320):
                    verb = gr.Dropdown(
                        list(comparison.verbs()),
                        value=None,
                        label="Verb of the chosen event (choose or type)",
                        allow_custom_value=True,
                    )
                    with gr.Row():
                        boxes = [
                            gr.Dropdown([], value=None, visible=False, min_width=220, allow_custom_value=True)
                            for _ in range(ROLE_BOXES)
                        ]
                    keep = gr.Button("Keep the labels of this event", variant="primary")
            table = gr.HTML(notice(panels.NOTHING), js_on_load=None)
            with gr.Row():
                from_base = gr.Button("● Start from Base CLIP's captions (replaces)", min_width=220)
                from_srl = gr.Button("◆ Start from SRL-CLIP's captions (replaces)", min_width=220)
                unlabel = gr.Button("Remove this clip's labels", min_width=220)
            with gr.Accordion("Labels as text: JSON Lines or VidSitu's JSON", open=False):
                text = gr.Textbox(label="Text of this clip (replaces its labels)", lines=5, max_lines=14)
                with gr.Row():
                    use = gr.Button("Use this text", min_width=200)
                    show = gr.Button("Show all labels as JSON Lines", min_width=200)
        with gr.Tab("Hard negatives", id="own-negatives") as negatives_place:
            pair = gr.HTML("", js_on_load=pair_views.SWAP)
            halves = gr.HTML("", js_on_load=None)
            true = gr.Textbox(label="True caption of the chosen event (editable)", lines=1, max_lines=4)
            kinds = gr.CheckboxGroup([], label="Negatives made from the labels, by kind (how many)", visible=False)
            own = gr.Textbox(label="Your own negatives, one per line", lines=3, max_lines=8)
            go_score = gr.Button("Score with both models", variant="primary")
            scored = gr.HTML("", js_on_load=None)
        with gr.Tab("Queries file", id="own-queries"):
            measuring = queries_panel(handlers, token)
        with gr.Tab("Results, save, report", id="kept") as results_place:
            files_go = gr.Button("Make the files: comparison, report, labels", variant="primary")
            files = gr.HTML("", js_on_load=None)
            kept = gr.Dropdown([], value=None, label="Kept results, newest first")
            view = gr.HTML(notice(NO_RESULT), js_on_load=None)
    keys, asked = gr.State([]), gr.State("")
    state = [status, shelf, clip, number, watch, table, verb, keys, *boxes, true, kinds, kept]

    shown = {"fn": user_errors(handlers.refreshed), "inputs": [token, clip, number], "outputs": state, **FREE}

    @user_errors
    def show_pairs(mine: str, name: str | None, index: int | None) -> tuple[str, str]:
        return pairs.both_views(handlers, mine, name, index)

    @user_errors
    def on_swap(mine: str, name: str, index: int, event: gr.EventData) -> str:
        return pairs.swapped(handlers, mine, name, index, str(event.value))

    @user_errors
    def on_upload(
        paths: list[str] | None,
        mine: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple:
        return handlers.upload(paths, mine, request.session_hash, stepper(progress))

    @user_errors
    def on_sample(mine: str, request: gr.Request, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return handlers.sample(mine, request.session_hash, stepper(progress))

    @user_errors
    def on_open(path: str | None, mine: str, request: gr.Request) -> tuple:
        return handlers.open_file(path, mine, request.session_hash)

    def on_pick(event: gr.EventData) -> str:
        return str(event.value)

    def on_wipe(mine: str) -> tuple:
        store.drop(mine)
        done = notice("Everything of this session has been deleted from the server.")
        return "", done, notice(SEARCH), *[""] * 7, WAITING

    @user_errors
    def on_search(mine: str, words: str, also: bool, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return handlers.search(mine, words, also, stepper(progress))

    @user_errors
    def on_closer(mine: str, words: str, event: gr.EventData) -> str:
        return handlers.closer(mine, words, str(event.value))

    @user_errors
    def on_caption(mine: str, name: str, kind: str, progress: gr.Progress = gr.Progress()) -> tuple:  # noqa: B008
        return handlers.caption(mine, name, kind, stepper(progress))

    def starter(model: str) -> Callable:
        @user_errors
        def start(mine: str, name: str, kind: str, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
            return handlers.start_from(mine, name, model, kind, stepper(progress))

        return start

    @user_errors
    def on_score(
        mine: str,
        name: str,
        index: int,
        words: str,
        chosen: list[str],
        typed: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple:
        return handlers.score(mine, name, index or 0, words, chosen, typed, stepper(progress))

    where = [token, clip, number]
    paired = {"fn": show_pairs, "inputs": where, "outputs": [pair, halves], **MODEL, "show_progress": "hidden"}
    # what comes in: some of it is there even when the rest fails, so the page is drawn anew either way
    upload.upload(on_upload, [upload, token], [token, notices, upload], show_progress_on=notices, **MODEL).then(
        **shown
    ).then(**paired)
    tried = [token, notices, inner, query, results, closer, kept, asked]
    sample.click(on_sample, token, tried, show_progress_on=results, **MODEL).success(**shown).then(**paired)
    opening = saved.upload(on_open, [saved, token], [token, notices, saved, inner], api_visibility="private")
    opening.then(**shown).then(user_errors(handlers.kept), [token, kept], view, **FREE).then(**paired)
    opening.failure(lambda: None, None, saved, **FREE)  # a refused file makes room for the next one
    clip.input(**shown).then(**paired)
    number.input(**shown).then(**paired)
    shelf.select(on_pick, None, clip, **FREE).success(**shown).then(**paired)
    remove.click(user_errors(handlers.remove), [token, clip], notices, **FREE).success(**shown).then(**paired)
    wiped = [
        token,
        notices,
        results,
        closer,
        captions,
        scored,
        files,
        view,
        text,
        measuring.problem,
        measuring.measured,
    ]
    wipe.click(on_wipe, token, wiped, **FREE).success(**shown).then(**paired)
    # labels: a refused change leaves the fields as they were typed
    verb.input(user_errors(handlers.change_verb), [token, clip, number, verb], [keys, *boxes], **FREE)
    labelled = [
        keep.click(user_errors(handlers.keep_event), [token, clip, number, verb, keys, *boxes], None, **FREE),
        unlabel.click(user_errors(handlers.unlabel), [token, clip], None, **FREE),
        use.click(user_errors(handlers.paste), [token, clip, text], None, **FREE),
    ]
    for button, model in ((from_base, "base"), (from_srl, "adapted")):
        labelled.append(button.click(starter(model), [token, clip, decoder], notices, show_progress_on=table, **MODEL))
    for event in labelled:
        event.success(**shown).then(**paired)
    show.click(user_errors(handlers.lines), token, text, **FREE)
    # what both models say
    runs = [
        (
            query.submit(
                on_search, [token, query, both], [results, closer, kept, asked], show_progress_on=results, **MODEL
            ),
            results,
        ),
        (
            go_caption.click(on_caption, [token, clip, decoder], [captions, kept], show_progress_on=captions, **MODEL),
            captions,
        ),
        (
            go_score.click(
                on_score, [token, clip, number, true, kinds, own], [scored, kept], show_progress_on=scored, **MODEL
            ),
            scored,
        ),
    ]
    for event, result in runs:
        event.success(None, js=AFTER, **FREE)
        event.failure(lambda: notice(FAILED), None, result, **FREE)
    for change in (true.input, kinds.input, own.input):
        change(lambda: notice(STALE), None, scored, **FREE)
    negatives_place.select(**paired)
    pair.select(on_swap, where, pair, show_progress="hidden", **MODEL)
    results.select(on_closer, [token, asked], closer, **MODEL)
    files_go.click(user_errors(handlers.files), token, files, **MODEL)
    kept.input(user_errors(handlers.kept), [token, kept], view, **FREE)
    results_place.select(user_errors(handlers.newest), [token, kept], view, **FREE)

    def ended(request: gr.Request) -> None:
        store.left(request.session_hash)

    pair_made = [decoder, results, closer, captions, scored, pair, halves, *measuring, verb]
    return Drawn(renewal=Renewal(pair_made, lambda: renewed(comparison)), unload=ended)


TAB = Tab("own", "5 Your clips", build)
