"""SRL-CLIP (open): CLIP adapted to video with captions made by rule from semantic role labels.

    from srlclip import Comparison

The public names are loaded when they are first asked for, so that `import srlclip` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison
    from srlclip.models.pair import ClipPair
    from srlclip.models.srlclip import SRLCLIP
    from srlclip.situations import Caption, Event, Role, Situation

__version__ = "0.1.0"
#: Where the package lies, and in it the bundled models, gallery and index.
PACKAGE = Path(__file__).resolve().parent
ASSETS = PACKAGE / "assets"
__all__ = ["SRLCLIP", "Caption", "ClipPair", "Comparison", "Event", "Role", "Situation", "__version__"]

_HOMES = {
    "Comparison": "srlclip.comparison.comparison",
    "ClipPair": "srlclip.models.pair",
    "SRLCLIP": "srlclip.models.srlclip",
    **dict.fromkeys(("Situation", "Event", "Role", "Caption"), "srlclip.situations"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'srlclip' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
