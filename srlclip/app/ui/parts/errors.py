"""What a handler does with errors: those that carry a sentence for the user become a message, the rest stay bugs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import gradio as gr

from srlclip.app.ui.parts.format import esc
from srlclip.progress import Progress
from srlclip.situations import SrlClipError

Result = TypeVar("Result")


def user_errors(handler: Callable[..., Result]) -> Callable[..., Result]:
    """Turn SrlClipError and ValueError into a shown message without a traceback; escaped, since toasts render HTML."""
    return _guarded(handler, esc)


def api_errors(endpoint: Callable[..., Result]) -> Callable[..., Result]:
    """Turn SrlClipError and ValueError into one plain line for a program; unlike the page's, nothing is escaped."""
    return _guarded(endpoint, lambda error: " ".join(str(error).split()))


def _guarded(work: Callable[..., Result], words: Callable[[Exception], str]) -> Callable[..., Result]:
    @functools.wraps(work)
    def guarded(*args: object, **kwargs: object) -> Result:
        try:
            return work(*args, **kwargs)
        except (SrlClipError, ValueError) as error:
            raise gr.Error(words(error)[:1500], print_exception=False) from None

    return guarded


def stepper(progress: gr.Progress | None) -> Progress:
    """Gradio's progress bar as the plain (share, what) call that Comparison takes."""

    def report(share: float, what: str) -> None:
        if progress is not None:
            progress(min(max(float(share), 0.0), 1.0), desc=what)

    return report
