"""What clients of the API send, checked: whole numbers, texts, clips and uploaded files. Errors are one sentence each."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.utils import get_function_description, get_upload_folder

from srlclip.app.ui.parts.inputs import MAX_QUERY_CHARS
from srlclip.app.ui.parts.uploads import accept
from srlclip.situations import SrlClipError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Texts that one call may embed.
MAX_TEXTS = 64
UNREADABLE = (
    "{} is neither an uploaded file nor at an address that this server can fetch; "
    "send it with gradio_client.handle_file(path or URL)."
)


def readable_calls(blocks: gr.Blocks, endpoints: Sequence[Callable]) -> None:
    """Check what calls of these endpoints send before Gradio reads it, which would answer null and log a traceback.

    Over plain HTTP, arguments stand by position: those left out at the end take their defaults, as they do elsewhere.
    """
    wanted = {endpoint.__name__: inspect.signature(endpoint).parameters for endpoint in endpoints}
    read = blocks.preprocess_data

    @functools.wraps(read)
    async def checked_first(block_fn: Any, inputs: list, *args: Any, **kwargs: Any) -> list:
        parameters = wanted.get(block_fn.api_name) if isinstance(block_fn.api_name, str) else None
        if parameters is None:  # the page's own events
            return await read(block_fn, inputs, *args, **kwargs)
        given = completed(block_fn.api_name, parameters, inputs)
        try:
            return await read(block_fn, given, *args, **kwargs)
        except Exception as error:  # reading fetches the files of a call, which fails in as many ways as networks do
            named = [name for name, p in parameters.items() if "FileData" in str(p.annotation)]
            raise gr.Error(UNREADABLE.format(" or ".join(named) or "a value"), print_exception=False) from error

    blocks.preprocess_data = checked_first  # type: ignore[method-assign]


def describe_parameters(blocks: gr.Blocks, endpoints: Sequence[Callable]) -> None:
    """Put what the docstrings say of each parameter into /gradio_api/info; by itself Gradio tells it to assistants only."""
    by_name = {endpoint.__name__: endpoint for endpoint in endpoints}
    for block_fn in blocks.fns.values():
        endpoint = by_name.get(block_fn.api_name) if isinstance(block_fn.api_name, str) else None
        if endpoint is None:
            continue
        texts = get_function_description(endpoint)[1]
        for name, component in zip(inspect.signature(endpoint).parameters, block_fn.inputs, strict=False):
            known = getattr(component, "_api_info", None)
            if isinstance(known, dict) and name in texts:
                component._api_info = {**known, "additional_description": texts[name]}


def completed(endpoint: str, parameters: Mapping[str, inspect.Parameter], given: Sequence) -> list:
    """A call's arguments by position, the defaults of what it leaves out added. Raises gr.Error if one has no default, and
    for too many."""
    names = ", ".join(parameters)
    if len(given) > len(parameters):
        problem = f"/{endpoint} takes {len(parameters)} values ({names}); {len(given)} are given."
        raise gr.Error(problem, print_exception=False)
    left_out = list(parameters.values())[len(given) :]
    for parameter in left_out:
        if parameter.default is parameter.empty:
            problem = f"{parameter.name} is missing; /{endpoint} takes, in this order: {names}."
            raise gr.Error(problem, print_exception=False)
    return [*given, *(p.default for p in left_out)]


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number of a range. Raises ValueError for anything else that JSON can hold."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise ValueError(f"{name} is {str(value)[:40]!r}; allowed: a whole number from {low} to {high}.")
    return number


def text(name: str, value: object) -> str:
    """A text; nothing is an empty one. Raises ValueError for what is no text."""
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is {str(value)[:40]!r}; allowed: a text.")
    if any("\ud800" <= character <= "\udfff" for character in value or ""):
        raise ValueError(f"{name} holds half of a surrogate pair, which is no character; send UTF-8 text.")
    return value or ""


def checked_texts(values: object) -> list[str]:
    """Texts to embed, spaces made single. Raises ValueError for too many, too long or empty ones."""
    given = [values] if isinstance(values, str) else values if values is not None else ()
    if not isinstance(given, Sequence):
        raise ValueError(f"texts is {str(values)[:40]!r}; allowed: a list of texts.")
    if len(given) > MAX_TEXTS:
        raise ValueError(f"{len(given)} texts are given; at most {MAX_TEXTS} are allowed in one call.")
    kept = [" ".join(text(f"texts[{number}]", value).split()) for number, value in enumerate(given)]
    for number, value in enumerate(kept):
        if not value:
            raise ValueError(f"texts[{number}] is empty; describe an event, for example: a man in red pushes a box.")
        if len(value) > MAX_QUERY_CHARS:
            raise ValueError(f"texts[{number}] has {len(value)} characters; at most {MAX_QUERY_CHARS} are allowed.")
    return kept


def checked_clip(comparison: Comparison, clip_id: object) -> str:
    """A clip of the gallery, or an upload of an earlier call. Raises ValueError for an unknown one."""
    wanted = text("clip_id", clip_id)
    if wanted in comparison.clip_ids():
        return wanted
    try:
        comparison.situation(wanted)
    except (SrlClipError, ValueError):
        raise ValueError(
            f"There is no clip {wanted[:80]!r}; /info lists the gallery, and an upload is remembered for a while only."
        ) from None
    return wanted


def uploaded_path(given: object, name: str = "video") -> str:
    """The file of an upload; "" for none. name: the parameter's. Raises ValueError for a path that the caller made up."""
    if not given:
        return ""
    path = given.get("path") if isinstance(given, dict) else None
    folder = Path(get_upload_folder()).resolve()
    # A client may send any path: only what it has uploaded lies in this folder.
    if not isinstance(path, str) or not Path(path).resolve().is_relative_to(folder):
        raise ValueError(f"{name} is not an uploaded file; send it with gradio_client.handle_file(path or URL).")
    return path


def chosen_clip(comparison: Comparison, clip_id: object, video: object) -> str:
    """The id of the clip that a call is about: the uploaded video, decoded now, or else clip_id. Raises ValueError if
    there is neither or both, and what `accept` raises."""
    path = uploaded_path(video)
    if path and clip_id:
        raise ValueError("Both clip_id and video are given; give one of them.")
    if path:
        return accept(comparison, path)
    if not clip_id:
        raise ValueError("No clip is chosen; give clip_id (one that /info lists) or upload a video.")
    return checked_clip(comparison, clip_id)
