"""What the handlers of the your-clips tab do, as ordinary functions: uploads, labels, negatives, saving, opening, reports."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from srlclip.app.session.labels import as_line, from_captions, from_file, known_verb, made_event, read_pasted
from srlclip.app.session.report import TOP, report
from srlclip.app.session.saved_file import MAX_CHARS, dump, load, load_votes
from srlclip.app.session.session import Session
from srlclip.app.session.values import Result, models_of
from srlclip.app.ui.parts.format import page, said
from srlclip.app.ui.parts.inputs import checked_text
from srlclip.app.ui.parts.media import Media, Shot
from srlclip.app.ui.parts.negative_kinds import CHANGED, chosen_negatives, counted_kinds
from srlclip.app.ui.results import downloads
from srlclip.plots import NAMES
from srlclip.progress import Progress, part
from srlclip.results import SearchResult, model_id
from srlclip.situations import DataError, Event, Situation, SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Width of the pictures in a report, in pixels.
_PICTURE = 176
#: How many clips of the gallery are offered to visitors without videos.
SAMPLES = 2


def finder(session: Session | None, media: Media) -> Callable[..., Shot]:
    """Looks clips of the session up, and of the gallery; what neither has (an opened file may) has no picture."""

    def shot(clip_id: str, event: int | None = None) -> Shot:
        try:
            if session is not None and any(clip.name == clip_id for clip in session.clips):
                return media.shot_of(session.situation(clip_id), event)
            return media.shot(clip_id, event)
        except (SrlClipError, ValueError):
            return Shot(clip_id)

    return shot


def receive(
    comparison: Comparison, session: Session, paths: Sequence[str], progress: Progress | None = None
) -> list[tuple[bool, str, str]]:
    """Take every file that is a video; of each whether it went well, its name, and how. One that fails stops no other."""
    notices = []
    for number, path in enumerate(paths):
        name = Path(path).name
        if progress:
            progress(number / len(paths), f"file {number + 1} of {len(paths)}: {name[:60]}")
        step = part(progress, number / len(paths), (number + 1) / len(paths))
        named = (lambda share, what, name=name, step=step: step(share, f"{name[:40]}: {what}")) if step else None
        try:
            clip, known = session.add(comparison, path, name, named)
        except (SrlClipError, ValueError) as error:
            notices.append((False, name, str(error)))
            continue
        called = f", as {clip.name}" if clip.name != name else ""
        notices.append((True, name, ("reconnected with its labels" if known else "read") + called))
    return notices


def samples(comparison: Comparison) -> list[tuple[str, Situation, str]]:
    """(name, gallery clip, a query for it) of up to two clips that a visitor without videos can try the tab with."""
    clips: dict[str, tuple[Situation, str]] = {}
    for example in comparison.examples():
        clip = comparison.situation(example.target) if example.target else None
        # whole files only: an upload has no place in a longer video
        if clip is not None and clip.path is not None and clip.path.is_file() and not clip.start:
            clips.setdefault(clip.clip_id, (clip, example.query))
    return [
        (f"example {number}{clip.path.suffix}", clip, query)  # type: ignore[union-attr]
        for number, (clip, query) in enumerate(list(clips.values())[:SAMPLES], 1)
    ]


def take_samples(
    comparison: Comparison, session: Session, progress: Progress | None = None
) -> list[tuple[bool, str, str]]:
    """Take the samples as if they had been uploaded and labelled; those that are here stay as they are. As `receive`."""
    notices, chosen = [], samples(comparison)
    for number, (name, clip, _) in enumerate(chosen):
        if any(own.name == name for own in session.clips) and session.has_video(name):
            continue
        step = part(progress, number / len(chosen), (number + 1) / len(chosen))
        added, known = session.add(comparison, clip.path, name, step)  # type: ignore[arg-type]
        if clip.events and not known:  # an opened file may hold it, with labels that somebody edited
            session.annotate(added.name, from_file(clip.events))
        notices.append((True, added.name, f"a copy of {clip.clip_id}, with its labels, as if you had brought it"))
    return notices


def opened(comparison: Comparison, session: Session, path: str) -> list[tuple[bool, str, str]]:
    """Make the session what a saved file holds; what is still missing. Raises DataError in a sentence."""
    file = Path(path)
    try:
        if file.stat().st_size > 4 * MAX_CHARS:
            raise DataError(
                f"not a saved comparison: {file.stat().st_size / 2**20:.0f} MB are too much", file=file.name
            )
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise DataError("not a saved comparison: it is no text that can be read", file=file.name) from None
    votes = load_votes(text, file.name)
    renamed = session.open(comparison, *load(text, file.name))
    session.votes.replace(votes)
    more = f", {len(votes)} blind votes" if votes else ""
    notices = [(True, file.name, f"{len(session.clips)} clips and {len(session.results)} results{more} opened")]
    notices += [
        (True, old, f"is called {new} here, since the gallery has a clip of that name") for old, new in renamed.items()
    ]
    return notices + [
        (True, c.name, f"upload its video ({c.size / 2**20:.1f} MB, sha256 {c.sha256[:12]}…) to go on with it")
        for c in session.clips
        if not session.has_video(c.name)
    ]


def role_fields(comparison: Comparison, event: Event | None, verb: str | None) -> list[tuple[str, str, str, list[str]]]:
    """(key, name, filler, suggestions) per role of the verb that is written; those of the event's own labels come first.

    Raises ValueError that tells the nearest known verbs.
    """
    if not (verb or "").strip():
        return []
    own = event is not None and verb == event.verb_id
    known = verb if own else known_verb(verb, comparison.verbs())
    roles = {role.key: role.name for role in event.roles} if own and event is not None else {}
    if known in comparison.verbs():
        roles |= {key: name for key, name in comparison.roles_of(known) if key not in roles}
    filled = {role.key: role.filler for role in event.visible_roles} if event is not None else {}
    return [
        (key, name, filled.get(key, ""), list(comparison.fillers(key, known, limit=30))) for key, name in roles.items()
    ]


def keep_event(
    comparison: Comparison, session: Session, clip: str, index: int, verb: str | None, fillers: Mapping[str, str | None]
) -> None:
    """Write one event's labels. Raises ValueError for an unknown verb or a filler that is too long."""
    before = session.event(clip, index)
    fields = role_fields(comparison, before, verb)
    if not fields and not (verb or "").strip():
        raise ValueError("No verb is written. Choose one of the list.")
    same = before is not None and verb == before.verb_id
    verb_id = before.verb_id if same and before is not None else known_verb(verb, comparison.verbs())
    lemma = before.verb if same and before is not None else verb_id.rsplit(".", 1)[0].replace("_", " ")
    event = made_event(
        verb_id, lemma, [f[:2] for f in fields], {key: text or "" for key, text in fillers.items()}, before
    )
    events = session.clip(clip).events
    session.annotate(clip, (*events[:index], event, *events[index + 1 :]))


def paste(session: Session, clip: str, text: str | None) -> int:
    """Replace a clip's labels by those of a pasted text; how many events it has now."""
    return len(session.annotate(clip, read_pasted(text, clip)).events)


def start_from(
    comparison: Comparison, session: Session, clip: str, model: str, decoder: str, progress: Progress | None = None
) -> None:
    """Replace a clip's labels by what a model's captions say."""
    result = session.caption(comparison, clip, decoder, progress, labelled=False)
    name = f"{NAMES[model]}, {model_id(comparison.info.base_id if model == 'base' else comparison.info.adapter_id)}"
    session.annotate(clip, from_captions(result.value, model, comparison.roles_of, comparison.verbs(), name))


def clear_labels(session: Session, clip: str) -> None:
    session.annotate(clip, session.clip(clip).unlabelled)


def lines_of(session: Session) -> str:
    """All complete labels as JSON Lines."""
    return "\n".join(filter(None, (as_line(c.name, c.seconds, c.events) for c in session.clips)))


def caption_of(comparison: Comparison, event: Event | None) -> str:
    """The true caption that an event's labels make; "" without labels."""
    return comparison.caption_of(event).text if event is not None else ""


def kind_choices(comparison: Comparison, session: Session, clip: str, index: int) -> list[tuple[str, str]]:
    """(label with count, kind) of the negatives that an event's labels can give."""
    return counted_kinds(lambda kinds: session.negatives(comparison, clip, index, kinds))


def score(
    comparison: Comparison, session: Session, clip: str, index: int, true: str | None, kinds: Sequence[str],
    own: str | None, progress: Progress | None = None,
) -> Result:  # fmt: skip
    """The true caption against negatives made of the labels and those typed in. Raises ValueError if a side is missing."""
    text = checked_text(true, "true caption")
    hint = "Label the event and choose a kind, or type captions, one per line."
    label = session.event(clip, index)
    labelled = text == caption_of(comparison, label)
    negatives = chosen_negatives(
        lambda wanted: session.negatives(comparison, clip, index, wanted) if labelled else (),
        text,
        kinds,
        own,
        CHANGED if label is not None and not labelled and kinds else hint,
    )
    return session.score(comparison, clip, index, text, negatives, progress)


def pictures(session: Session, media: Media, results: Sequence[Result]) -> dict[str, bytes]:
    """Small JPEGs of the session's clips, and of the gallery's where results show them."""
    names = {clip.name: None for clip in session.clips}
    for result in results:
        if isinstance(result.value, SearchResult):
            names |= {hit.clip_id: None for hits in result.value.hits for hit in hits[:TOP]}
    find = finder(session, media)
    pictures = {}
    for name in names:
        file = media.poster_file(find(name))
        try:
            if file is not None:
                image = Image.open(file).convert("RGB")
                image.thumbnail((_PICTURE, _PICTURE))
                small = io.BytesIO()
                image.save(small, "jpeg", quality=72)
                pictures[name] = small.getvalue()
        except OSError:  # a poster that has just gone
            continue
    return pictures


def files_html(comparison: Comparison, session: Session, media: Media) -> str:
    """Links that save the comparison and the report. They hold what they save, so that nothing waits on the server."""
    saved = dump(session.clips, session.results, session.votes.all)
    made = report(session.clips, session.results, pictures(session, media, session.results), models_of(comparison))
    links = [
        downloads.link("srlclip_comparison.json", "application/json", saved, "Save the comparison (JSON)"),
        downloads.link("srlclip_report.html", "text/html", made, "Save the report (HTML)"),
    ]
    if lines := lines_of(session):
        links.append(
            downloads.link("srlclip_labels.jsonl", "application/jsonl", lines + "\n", "Save the labels (JSON Lines)")
        )
    sizes = f"{len(saved) / 1000:.0f} kB and {len(made) / 1000:.0f} kB; made of {len(session.clips)} clips and "
    return page(
        f'<div class="sc-actions">{"".join(links)}</div><p class="sc-soft">{said(sizes)}{len(session.results)} results. '
        "The comparison opens here again, the report in any browser; neither holds the videos.</p>"
    )
