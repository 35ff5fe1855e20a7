"""What is kept inside a session, under one reserved key."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import SynchronousOnlyOperation

from liveview import conf

RESERVED_KEY = "_liveview"

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventMark:
    """Event number ``event_id`` of one page. Events of a page run in order: one number says
    which were applied (D2)."""

    page: str
    event_id: int

    def is_in(self, data: Data) -> bool:
        """Whether this event, or one after it, was applied to the session with this data."""
        return last_event(data, self.page) >= self.event_id

    def write_to(self, data: Data) -> None:
        """Remember the event, among those of the newest pages."""
        reserved = data.get(RESERVED_KEY) or new_identity()
        pages = {page: last for page, last in _pages(reserved).items() if page != self.page}
        pages[self.page] = self.event_id
        newest = list(pages.items())[-conf.get("SESSION_PAGES") :]
        data[RESERVED_KEY] = {**reserved, "pages": dict(newest)}


def last_event(data: Data, page: str) -> int:
    """The newest event of that page that was applied to the session, or 0."""
    return _pages(data.get(RESERVED_KEY, {})).get(page, 0)


def new_identity() -> Data:
    """What makes a session itself: it moves along with ``cycle_key`` (login) and is gone with
    ``flush`` (logout)."""
    return {"id": secrets.token_hex(8)}


def merge_reserved(stored: Data, own: Data) -> None:
    """Take over what others remembered in the stored session; its identity stands."""
    reserved = {**own.get(RESERVED_KEY, {}), **stored.get(RESERVED_KEY, {})}
    if reserved:
        own[RESERVED_KEY] = reserved


def ensure_identity(session: SessionBase) -> None:
    """Give a session content, and so a row and a cookie: Django deletes the cookie of one that
    was never stored (S6)."""
    try:
        if RESERVED_KEY not in session:
            session[RESERVED_KEY] = new_identity()
    except SynchronousOnlyOperation:
        # A template that an async view renders; our middleware looks again, in a thread.
        return


def token(data: Data) -> str | None:
    """Tells a page whether it came back to the same session; says nothing about the session."""
    own_id = data.get(RESERVED_KEY, {}).get("id")
    return own_id and hashlib.sha256(own_id.encode()).hexdigest()[:16]


def _pages(reserved: Data) -> dict[str, int]:
    return cast("dict[str, int]", reserved.get("pages", {}))
