"""Handlers of the your-clips tab as ordinary functions: what the page sends in, what it shows out. No wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.session.session import Session
from srlclip.app.session.store import SessionStore
from srlclip.app.session.values import Result, models_of
from srlclip.app.ui.parts.format import notice
from srlclip.app.ui.parts.inputs import checked_text
from srlclip.app.ui.parts.media import Media
from srlclip.app.ui.tabs.your_clips import actions, panels
from srlclip.progress import Progress
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Fields for role fillers; verbs with more roles show the first ones.
ROLE_BOXES = 9
NO_RESULT = "No result is kept yet: search, caption or score something."
ENDED = (
    "Your clips are no longer here: the page was away for too long, or they were deleted. Upload or open them again."
)


class Handlers:
    """The handlers of the tab, each an ordinary function of what the page sends; `session` finds whose it is."""

    def __init__(self, comparison: Comparison, media: Media, store: SessionStore):
        self.comparison, self.media, self.store = comparison, media, store

    def session(self, token: str | None) -> Session:
        """The visitor's session. Raises DataError if there is none (any more)."""
        session = self.store.get(token)
        if session is None:
            raise DataError(ENDED if token else "There are no clips yet. Upload some first.")
        return session

    def begin(self, token: str | None, page: str | None) -> str:
        """The token of the visitor's session, a new one if there is none."""
        return token if token and self.store.get(token) is not None else self.store.open(page)

    def upload(self, paths: list[str] | None, token: str, page: str | None, progress: Progress | None = None) -> tuple:
        """(token, what became of each file, emptied field)."""
        if not paths:
            raise ValueError("No file was chosen.")
        token = self.begin(token, page)
        notices = actions.receive(self.comparison, self.session(token), paths, progress)
        return token, panels.notices_html(notices), None

    def sample(self, token: str, page: str | None, progress: Progress | None = None) -> tuple:
        """(token, what was taken, the page that searches, query), then as `search`: the tab with two gallery clips."""
        chosen = actions.samples(self.comparison)
        if not chosen:
            raise ValueError("The gallery has no clip that could be an example. Upload a video of yours.")
        token = self.begin(token, page)
        notices = actions.take_samples(self.comparison, self.session(token), progress)
        query = chosen[0][2]
        return token, panels.notices_html(notices), gr.Tabs(selected="search"), query, *self.search(token, query, False)

    def open_file(self, path: str | None, token: str, page: str | None) -> tuple:
        """(token, what was opened, emptied field, the page that shows kept results)."""
        if not path:
            raise ValueError("No file was chosen.")
        token = self.begin(token, page)
        notices = actions.opened(self.comparison, self.session(token), path)
        return token, panels.notices_html(notices), None, gr.Tabs(selected="kept")

    def refreshed(self, token: str, clip: str | None, index: int | None) -> tuple:
        """Everything that shows the session's state, for a clip and event; others are chosen if these are gone."""
        session = self.store.get(token)
        names = [c.name for c in session.clips] if session is not None else []
        name = clip if clip in names else (names[0] if names else None)
        find = actions.finder(session, self.media)
        own = session.clip(name) if session is not None and name is not None else None
        count = len(own.events) if own is not None else 0
        index = index if index is not None and 0 <= index < count else 0
        event = own.events[index] if own is not None else None
        choices = [(f"{i + 1}{f' · {e.lemma[:20]}' if e else ''}", i) for i, e in enumerate(own.events)] if own else []
        kinds = actions.kind_choices(self.comparison, session, name, index) if event is not None else []
        return (
            panels.status_html(session),
            panels.shelf_html(session, find, name),
            gr.Dropdown(choices=names, value=name, visible=bool(names)),
            gr.Radio(choices=choices, value=index if choices else None, visible=bool(choices)),
            panels.watch_html(own, find(name, index) if own is not None else None, index),
            panels.labels_html(own, lambda i: actions.caption_of(self.comparison, own.events[i] if own else None)),
            gr.Dropdown(
                choices=list(self.comparison.verbs()),
                value=event.verb_id if event is not None else None,
                allow_custom_value=True,
            ),
            *self.role_updates(actions.role_fields(self.comparison, event, event.verb_id if event else None)),
            actions.caption_of(self.comparison, event),
            gr.CheckboxGroup(choices=kinds, value=[kind for _, kind in kinds], visible=bool(kinds)),
            self.kept_choices(session),
        )

    @staticmethod
    def role_updates(fields: list[tuple[str, str, str, list[str]]]) -> tuple:
        """Role keys (for the State), then one update per role field."""
        shown = fields[:ROLE_BOXES]
        boxes = [
            gr.Dropdown(
                label=f"{name} ({key})", choices=offered, value=filler or None, visible=True, allow_custom_value=True
            )
            for key, name, filler, offered in shown
        ]
        boxes += [gr.Dropdown(choices=[], value=None, visible=False, allow_custom_value=True)] * (
            ROLE_BOXES - len(shown)
        )
        return ([key for key, _, _, _ in shown], *boxes)

    @staticmethod
    def kept_choices(session: Session | None) -> gr.Dropdown:
        results = session.results if session is not None else ()
        rows = [(f"{i + 1}. {r.title[:90]} ({r.when_shown})", i) for i, r in enumerate(results)]
        return gr.Dropdown(choices=rows[::-1], value=len(rows) - 1 if rows else None)

    def change_verb(self, token: str, clip: str, index: int, verb: str | None) -> tuple:
        """Role fields of a verb that was chosen or typed. Raises ValueError that tells the nearest known verbs."""
        event = self.session(token).event(clip, int(index))
        return self.role_updates(actions.role_fields(self.comparison, event, verb))

    def keep_event(self, token: str, clip: str, index: int, verb: str | None, keys: list[str], *fillers: str) -> None:
        session = self.session(token)
        actions.keep_event(self.comparison, session, clip, int(index), verb, dict(zip(keys, fillers, strict=False)))

    def search(self, token: str, query: str, with_gallery: bool, progress: Progress | None = None) -> tuple:
        """(result, closer look, kept results, query)."""
        session, text = self.session(token), checked_text(query, "query")
        result = session.search(self.comparison, text, with_gallery, progress)
        return self.drawn(session, result), "", self.kept_choices(session), text

    def closer(self, token: str, query: str, name: str) -> str:
        session = self.session(token)
        curve = session.timeline(self.comparison, name, query)
        return panels.closer_html(self.comparison.info, curve, actions.finder(session, self.media)(name))

    def caption(self, token: str, clip: str, decoder: str, progress: Progress | None = None) -> tuple:
        session = self.session(token)
        result = session.caption(self.comparison, clip, decoder or "auto", progress)
        return self.drawn(session, result), self.kept_choices(session)

    def score(
        self, token: str, clip: str, index: int, true: str, kinds: list[str], own: str, progress: Progress | None = None
    ) -> tuple:
        session = self.session(token)
        result = actions.score(self.comparison, session, clip, int(index), true, kinds, own, progress)
        return self.drawn(session, result), self.kept_choices(session)

    def kept(self, token: str, number: int | None) -> str:
        """A result as it was."""
        session = self.session(token)
        if number is None or not 0 <= int(number) < len(session.results):
            return notice(NO_RESULT)
        return self.drawn(session, session.results[int(number)])

    def newest(self, token: str, number: int | None) -> str:
        """What the tab of kept results opens with: the chosen one, else the newest; a sentence without any.

        number: None also where the page has not drawn the list yet, whatever it will show.
        """
        session = self.store.get(token)
        if session is None or not session.results:
            return notice(NO_RESULT)
        return self.kept(token, len(session.results) - 1 if number is None else number)

    def drawn(self, session: Session, result: Result) -> str:
        return panels.result_html(result, models_of(self.comparison), actions.finder(session, self.media))

    def remove(self, token: str, clip: str | None) -> str:
        """What happened to the clips before is no longer told."""
        self.session(token).remove(clip or "")
        return ""

    def start_from(self, token: str, clip: str, model: str, decoder: str, progress: Progress | None = None) -> str:
        actions.start_from(self.comparison, self.session(token), clip, model, decoder or "auto", progress)
        return ""

    def unlabel(self, token: str, clip: str) -> None:
        actions.clear_labels(self.session(token), clip)

    def paste(self, token: str, clip: str, text: str | None) -> None:
        actions.paste(self.session(token), clip, text)

    def lines(self, token: str) -> str:
        return actions.lines_of(self.session(token))

    def files(self, token: str) -> str:
        return actions.files_html(self.comparison, self.session(token), self.media)
