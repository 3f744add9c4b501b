"""Back and Forward stay on the page: every result has an entry in the browser's history, and going there shows it again.

The script pushes an entry for each new address (parts/script.py). Here the browser's own steps come in: an element that
nobody sees hears them and asks the page to restore what the address names, as when the page is opened.
"""

from __future__ import annotations

import gradio as gr

#: The address, or of an entry without one what the page opened with, becomes the element's select event.
_LISTEN = """
window.addEventListener('popstate', () => {
  window.scBack = true;
  trigger('select', {value: location.search.slice(1) || window.scStart || ''});
});"""
#: After the address of the opened page has been read: tabs and results may write to the address bar from now on.
OPENED = """() => {
  window.scOpened = true;
  const first = document.querySelector('[data-sc-tab]');
  window.scStart = location.search ? location.search.slice(1) : first ? first.dataset.scUrl : '';
}"""
#: After Back has been answered, whatever came of it. What it opened may still call for its own address: it has that one.
ANSWERED = "() => { setTimeout(() => { window.scBack = false; }, 300); }"


def listener() -> gr.HTML:
    """The element; its select event carries a query string, without "?"."""
    return gr.HTML("", js_on_load=_LISTEN, elem_classes="sc-nothing")
