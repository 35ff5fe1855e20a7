"""Session keys that lead nowhere any more (S7): whose pages are to be told, and when.

A page that comes back before the browser has the new cookie would come back as a stranger. So a
request only notes the key; it is announced when the response has gone out.
"""

from __future__ import annotations

import hashlib

from asgiref.local import Local

_request = Local()


def note_left(session_key: str) -> None:
    """This request has left that key behind: by login, logout or flush."""
    _request.left_keys = {*getattr(_request, "left_keys", ()), session_key}


def take_left() -> set[str]:
    """The keys that this request has left behind; the next call starts anew."""
    left: set[str] = getattr(_request, "left_keys", set())
    if left:
        _request.left_keys = set()
    return left


def hash_key(session_key: str) -> str:
    """A session key as others may see it."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


def session_group(session_key: str) -> str:
    """The group of all pages of a session."""
    return f"session_{hash_key(session_key)}"
