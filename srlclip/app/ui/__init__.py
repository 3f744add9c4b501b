"""The app's user interface: `build_demo` makes the page from any Comparison, `launch_settings` how it is served, `close`
stops it.
"""

from srlclip.app.ui.page import build_demo
from srlclip.app.ui.serving import close, launch_settings

__all__ = ["build_demo", "close", "launch_settings"]
