"""How a command that measures ends."""

from __future__ import annotations

import sys
from collections.abc import Callable

from srlclip.situations import SrlClipError


def exit_code_of(measure: Callable[[], object]) -> int:
    """0; 2 after an error that a user can mend, which is one line on stderr."""
    try:
        measure()
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0
