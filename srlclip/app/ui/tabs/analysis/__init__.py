"""The Analysis tab: what was measured, the gallery, one query, studies."""

from srlclip.app.ui.tabs.analysis.tab import TAB

__all__ = ["TAB"]
