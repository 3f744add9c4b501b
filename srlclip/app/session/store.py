"""The sessions of a server: made on first use, found by a secret, deleted with everything in them when the page goes."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from srlclip.app.session.session import Session

#: Bytes of all visitors' clips together. Beyond, uploads are refused; nobody's clips make room for another's.
SERVER_BYTES = 4 * 2**30
#: Seconds that a session outlives its page's connection, which a phone in a pocket loses for a moment.
GRACE = 60.0


class SessionStore:
    """Sessions by token. A token is 128 bits of chance, and stays on the server. Safe for threads.

    deleted: called with the files of videos that were deleted.
    """

    def __init__(
        self,
        deleted: Callable[[Collection[Path]], None] = lambda files: None,
        grace: float = GRACE,
        capacity: int = SERVER_BYTES,
    ):
        self._owner = tempfile.TemporaryDirectory(prefix="srlclip-sessions-")  # gone when the process ends
        self.folder = Path(self._owner.name).resolve()
        self._deleted, self._grace, self._capacity = deleted, grace, capacity
        self._sessions: dict[str, Session] = {}
        self._pages: dict[str, str] = {}
        self._leaving: dict[str, threading.Timer] = {}
        self._lock = threading.RLock()

    def open(self, page: str | None = None) -> str:
        """A new session's token. page: by which `left` will name the page that it belongs to."""
        token = secrets.token_hex(16)
        folder = self.folder / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        with self._lock:
            self._sessions[token] = Session(folder, self.room, self._deleted)
            if page is not None:
                self._pages[token] = page
        return token

    def get(self, token: str | None) -> Session | None:
        """The session of a token, which is in use again; None if there is none."""
        with self._lock:
            timer = self._leaving.pop(token or "", None)
            if timer is not None:
                timer.cancel()
            return self._sessions.get(token or "")

    def room(self) -> int:
        """Bytes that may still come."""
        with self._lock:
            return self._capacity - sum(session.bytes_held for session in self._sessions.values())

    def left(self, page: str | None) -> None:
        """The page has gone: its sessions follow, unless it comes back within the time of grace."""
        with self._lock:
            for token in [token for token, its in self._pages.items() if its == page]:
                old = self._leaving.pop(token, None)
                if old is not None:
                    old.cancel()
                self._leaving[token] = threading.Timer(self._grace, self.drop, (token,))
                self._leaving[token].daemon = True
                self._leaving[token].start()

    def drop(self, token: str | None) -> None:
        """Delete a session, its videos, labels and results now. An unknown token is no error."""
        with self._lock:
            timer = self._leaving.pop(token or "", None)
            if timer is not None:
                timer.cancel()
            session = self._sessions.pop(token or "", None)
            self._pages.pop(token or "", None)
        if session is not None:
            session.replace_all((), ())
            shutil.rmtree(session.folder, ignore_errors=True)

    def __len__(self) -> int:
        return len(self._sessions)
