"""Sessions as a test puts them there, and as it finds them afterwards."""

from __future__ import annotations

from typing import Any, cast

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase

from liveview.sessions.engines import merging_store, session_engine
from liveview.sessions.marks import RESERVED_KEY
from tests_py.socket_driver import SocketDriver


def new_session(**data: Any) -> str:
    """A stored session with this data; its key."""
    session = merging_store()()
    session.update(data)
    session.save()
    return cast(str, session.session_key)


def view_session(session_key: str) -> SessionBase:
    """The session as a plain view gets it, with our middleware."""
    return merging_store()(session_key)


def stored(session_key: str) -> dict[str, Any]:
    """What Django's own engine finds, without our key."""
    data = session_engine()(session_key).load()
    return {key: value for key, value in data.items() if key != RESERVED_KEY}


def change(session_key: str, **data: Any) -> None:
    """A plain view that sets keys."""
    session = view_session(session_key)
    session.update(data)
    session.save()


def end(session_key: str) -> None:
    """The session is deleted in the store."""
    session_engine()(session_key).delete()


anew = sync_to_async(new_session)
astored = sync_to_async(stored)
achange = sync_to_async(change)
aend = sync_to_async(end)


def tab(session_key: str | None, **options: Any) -> SocketDriver:
    """A page of that session."""
    return SocketDriver(scope={"session": session_engine()(session_key)}, **options)


async def error_of(page: SocketDriver, function: str, **keys: Any) -> dict[str, Any] | None:
    """Sends an event; returns the error that it is answered with, or ``None``."""
    frames = await page.frames_until_done(page.event(function, **keys))
    return next((frame["error"] for frame in frames if "error" in frame), None)
