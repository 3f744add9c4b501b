"""The app's user interface: `build_demo` makes the page from any Comparison, `launch_settings` how it is served."""

from .layout import build_demo
from .style import launch_settings

__all__ = ["build_demo", "launch_settings"]
