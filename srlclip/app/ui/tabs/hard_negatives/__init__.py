"""The Hard negatives tab."""

from srlclip.app.ui.tabs.hard_negatives.tab import TAB

__all__ = ["TAB"]
