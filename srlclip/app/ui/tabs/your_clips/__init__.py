"""The Your clips tab."""

from srlclip.app.ui.tabs.your_clips.tab import TAB

__all__ = ["TAB"]
