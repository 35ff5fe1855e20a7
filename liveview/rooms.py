"""Which rooms a socket may join: signed ones, and names that nobody can guess."""

from __future__ import annotations

import re
import uuid

from django.core import signing

from liveview import conf

SALT = "liveview.room"
UNGUESSABLE = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)


class RoomRefused(Exception):
    """The room's name is not signed, and could be guessed."""


def new_room() -> str:
    """A room of one's own: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def sign_room(name: str) -> str:
    """A name that only a page of ours can know."""
    return signing.Signer(salt=SALT).sign(name)


def is_private(name: str) -> bool:
    """Whether a room was made for one browser."""
    return UNGUESSABLE.fullmatch(name) is not None


def open_room(given: str) -> str:
    """The room that a socket asks for in its URL, without its signature.

    Raises ``RoomRefused`` that says what to do.
    """
    try:
        return signing.Signer(salt=SALT).unsign(given)
    except signing.BadSignature:
        pass
    if is_private(given) or conf.get("UNSIGNED_ROOMS"):
        return given
    raise RoomRefused(
        f"The room {given!r} (data-room) can be guessed. Sign it in the template:"
        f' data-room="{{% liveview_room {given!r} %}}", or let everybody into every room with'
        " LIVEVIEW = {'UNSIGNED_ROOMS': True}."
    )
