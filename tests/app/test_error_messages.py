"""Errors that carry a sentence become a message on the page; bugs stay bugs."""

import gradio as gr
import pytest

from srlclip.app.ui.parts.errors import user_errors
from srlclip.situations import SrlClipError


def test_user_errors_become_escaped_messages_and_bugs_stay_bugs():
    def fail(error):
        raise error

    for error in (ValueError("<b>"), SrlClipError("<b>")):
        with pytest.raises(gr.Error, match="&lt;b&gt;") as caught:
            user_errors(fail)(error)
        assert caught.value.print_exception is False
    with pytest.raises(KeyError):
        user_errors(fail)(KeyError("bug"))
