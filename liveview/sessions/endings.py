"""Names for the pages of a session, for those who tell them that it has ended (S7)."""

from __future__ import annotations

import hashlib


def hash_key(session_key: str) -> str:
    """A session key as others may see it."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]


def session_group(session_key: str) -> str:
    """The group of all pages of a session."""
    return f"session_{hash_key(session_key)}"
