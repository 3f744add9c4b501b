"""What people type, checked: queries, captions, captions one per line."""

from __future__ import annotations

from srlclip.situations import Caption

MAX_QUERY_CHARS = 2000
MAX_OWN = 50


def checked_text(text: str | None, what: str, hint: str = "Write what happens.") -> str:
    """A query or caption without outer space. Raises ValueError if it is empty, with the hint, or too long."""
    plain = " ".join((text or "").split())
    if not plain:
        raise ValueError(f"The {what} is empty. {hint}")
    if len(plain) > MAX_QUERY_CHARS:
        raise ValueError(f"The {what} has {len(plain)} characters; at most {MAX_QUERY_CHARS} are allowed. Shorten it.")
    return plain


def checked_query(query: str | None) -> str:
    """A query without outer space. Raises ValueError if it is empty or too long."""
    return checked_text(query, "query", "Describe an event, for example: a man in red pushes a box.")


def own_captions(text: str | None) -> tuple[Caption, ...]:
    """Captions typed in, one per line. Raises ValueError beyond MAX_OWN lines or MAX_QUERY_CHARS in a line."""
    lines = [" ".join(line.split()) for line in (text or "").splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MAX_OWN:
        raise ValueError(f"{len(lines)} captions are typed in; at most {MAX_OWN} are allowed. Remove some lines.")
    if any(len(line) > MAX_QUERY_CHARS for line in lines):
        raise ValueError(f"A caption has more than {MAX_QUERY_CHARS} characters. Shorten it.")
    return tuple(Caption(line, kind="custom", style="typed") for line in lines)
