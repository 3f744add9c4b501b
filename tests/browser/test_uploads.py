"""Points 7 and 8 of the bar: files that are no good clips."""

from __future__ import annotations

import places
import pytest
import videos
from chrome import SLACK

#: The captions tab answers with a table or says that the last run failed; the negatives tab says that it has read it.
READ = {"captions": "of the two models", "negatives": "The video is read"}


def outcome(page, tab: str, path, clears: bool = True) -> str:
    """What an upload came to: "read", or the message. Old results must be gone either way.

    clears: whether the file reaches the app; one that the server refuses before leaves the page as it is.
    """
    page.dismiss()
    page.until("!shown('[data-testid=toast-body]').length")
    ended = page.js("return window.scEnded")
    page.upload(path)
    page.until(
        "(window.scEnded > arguments[0] || shown(arguments[1]).length) && !busy()", 90 * SLACK, ended, places.TOAST
    )
    page.settle()
    if not page.count(places.TOAST):
        assert READ[tab] in page.text()
        return "read"
    if clears:
        page.until("shown('[role=tabpanel]').some((p) => p.innerText.includes(arguments[0]))", 30, places.CLEARED)
        assert not page.count(f"[role=tabpanel] {places.TABLE}"), "old results stand beside the message"
    return " ".join(page.texts(places.TOAST))


@pytest.mark.parametrize("tab", places.UPLOAD_TABS)
def test_07_corrupt_uploads_get_a_message_or_a_result_and_the_next_one_works_without_reload(page, tab, folder):
    page.allowed = [
        "status of 4",
        "status of 5",
        "upload_progress",
    ]  # a refused upload is an error to the browser's console
    page.visit(f"?tab={tab}")
    page.js("window.scSame = true")
    came = {}
    for name, make in videos.CORRUPT.items():
        came[name] = outcome(page, tab, make(folder))
        told = came[name]
        assert told == "read" or (len(told) > 20 and "Traceback" not in told and str(folder) not in told), told
        assert "/tmp" not in told and "gradio" not in told.lower(), told
    assert {came[name] for name in ("one_frame", "odd_size", "variable_rate")} == {"read"}, came
    assert "read" not in {came[name] for name in ("empty", "renamed_text", "audio_only", "truncated")}, came
    assert outcome(page, tab, videos.good(folder)) == "read"
    assert page.js("return window.scSame"), "the page was reloaded"


def test_08_too_long_too_large_and_8k_are_refused_with_the_limit_named_in_under_200_mb(page, app, folder):
    page.allowed = [
        "status of 413",
        "upload_progress",
        "Response",
    ]  # what the browser and Gradio write of a refused upload
    page.visit("?tab=captions")
    assert outcome(page, "captions", videos.good(folder)) == "read"  # what the first upload needs is no growth
    before = app.resident()
    for name, (make, limit) in videos.REFUSED.items():
        told = outcome(page, "captions", make(folder), clears=name != "too_large")
        assert limit in told, f"{name}: {told}"
    assert outcome(page, "captions", videos.good(folder)) == "read"
    assert app.resident() - before < 200, f"{before:.0f} MB before, {app.resident():.0f} MB after"
