"""The session that a handler gets: one event, one commit (S1 to S4, S7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, cast

from django.core.exceptions import SynchronousOnlyOperation

from liveview import conf
from liveview.pool import run_in_thread
from liveview.sessions.engines import derive, is_stored, session_engine
from liveview.sessions.locks import SessionLock
from liveview.sessions.marks import (
    RESERVED_KEY,
    Data,
    EventMark,
    ensure_identity,
    new_identity,
    token,
)
from liveview.sessions.merging import Commit, MergingStore

logger = logging.getLogger("liveview")


class SessionEnded(Exception):
    """The session that the page belongs to is gone: logged out, flushed, expired or deleted."""


class SessionLost(Exception):
    """The page had a session and has come back without one: no browser would find a new one."""


class EventRepeated(Exception):
    """The event was applied before, by a run whose answer did not arrive."""


class SessionRefused(RuntimeError):
    """Something was asked of a session that a socket cannot give."""


class EventSession(MergingStore):
    """Loads at first touch, under the session's lock; commits once, when the event is over."""

    lock: SessionLock | None = None
    mark: EventMark | None = None
    # Called by save(): what the handler has sent so far may go out with what it has saved.
    on_save: Callable[[], None]
    # Of a page that had a session: what a first visitor may lose, this one would lose unnoticed.
    is_orphan = False
    _failure: Exception | None = None  # of the load; a handler that catches it changes nothing
    _flushed_key: str | None = None
    _is_over = False
    _is_marked = False

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._loading = asyncio.Lock()

    @property
    def is_touched(self) -> bool:
        """Whether the handler looked at the session at all."""
        return bool(self.accessed)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to commit. Cheap while nothing was touched."""
        return not self._is_over and self.accessed and (self.modified or bool(self.changes()))

    def load(self) -> Data:
        _refuse_on_the_loop()
        if self.lock is not None and not self.lock.held:
            self.lock.acquire_in_thread()
        return self._load_stored()

    async def aload(self) -> Data:
        async with self._loading:  # gather(session.aset(...), session.aset(...)) loads once
            if not hasattr(self, "_session_cache"):
                if self.lock is not None and not self.lock.held:
                    await self.lock.acquire()
                self._session_cache = await run_in_thread(self._load_stored)
        return self._session_cache

    def save(self, must_create: bool = False) -> None:
        """Commit what the handler has done so far; messages that waited for it go out."""
        if must_create:
            return super().save(must_create)  # Django's create() asks for this
        return self.on_save()

    async def asave(self, must_create: bool = False) -> None:
        await run_in_thread(partial(self.save, must_create))

    def flush(self) -> None:
        """Delete the session, with the commit. Its pages are closed and come back without it."""
        self._flushed_key = self._flushed_key or self.session_key
        self._session_cache = {}
        self.accessed = self.modified = True
        self._session_key = None

    async def aflush(self) -> None:
        self.flush()

    def delete(self, session_key: str | None = None) -> None:
        if session_key in (None, self.session_key):
            return self.flush()
        return self.engine.delete(self, session_key)

    async def adelete(self, session_key: str | None = None) -> None:
        await run_in_thread(partial(self.delete, session_key))

    def cycle_key(self) -> NoReturn:
        refuse("session.cycle_key()")

    async def acycle_key(self) -> NoReturn:
        refuse("session.acycle_key()")

    def create(self) -> NoReturn:
        refuse("session.create()")

    async def acreate(self) -> NoReturn:
        refuse("session.acreate()")

    def commit(self) -> str | None:
        """Write what was changed, together with the event. Returns the key of a session that
        this commit deleted, for its pages to be told.

        Raises ``SessionEnded``, ``EventRepeated``, and ``SessionBusy`` when the lock was lost.
        """
        if self._failure is not None:
            raise self._failure
        if not self._must_write():
            return None
        if self.lock is not None:
            self.lock.check_still_held()
        deleted, self._flushed_key = self._flushed_key, None
        if deleted:
            self.delete_stored(deleted)
        if self.session_key is not None:
            self._commit_changes()
        elif self._session_cache:
            self._commit_new()
        self.modified = False
        return deleted

    def close(self) -> None:
        """The event is over: from here on a change would be saved by nobody."""
        self._is_over = True

    @property
    def modified(self) -> bool:
        return self._modified

    @modified.setter
    def modified(self, value: bool) -> None:
        if value and self._is_over:
            raise SessionRefused(
                "The event that this session belongs to is over, nobody would save the change."
                " Open the session anew: SessionStore(session_key), change it, save()."
            )
        self._modified = value

    def _load_stored(self) -> Data:
        stored = self.fetch()
        if stored is None:
            self._failure = SessionEnded()
        elif self.mark and self.mark.is_in(stored.data):
            self._failure = EventRepeated()
        else:
            return self.remember(stored)
        raise self._failure

    def _must_write(self) -> bool:
        is_always_saved = self.accessed and conf.django_setting("SESSION_SAVE_EVERY_REQUEST")
        return self.is_changed or is_always_saved

    def _commit_changes(self) -> None:
        outcome = self.merge(None if self._is_marked else self.mark)
        if outcome is Commit.ENDED:
            raise SessionEnded
        if outcome is Commit.REPEATED:
            raise EventRepeated
        self._is_marked = True

    def _commit_new(self) -> None:
        if self.is_orphan:
            raise SessionLost
        self._session_cache.setdefault(RESERVED_KEY, new_identity())
        self.engine.create(self)
        logger.warning(
            "The session of a visitor without a session cookie was saved, but their browser cannot"
            " find it again. {% liveview_scripts %} in the page, or"
            " liveview.middleware.SessionMiddleware, gives them one with the first page."
        )


def open_session(
    session_key: str | None, mark: EventMark | None, *, is_orphan: bool = False
) -> EventSession:
    """The session of one event; nothing is loaded yet. That of an orphan cannot be written."""
    session = derive(session_engine(), EventSession)(session_key)
    session.is_orphan = is_orphan
    session.mark = mark
    session.lock = SessionLock(session_key) if session_key else None
    return cast(EventSession, session)


async def find_session(handshake: Any) -> tuple[str | None, Data]:
    """The session that a handshake's cookie leads to: its key, and what it holds now.

    ``handshake`` is ``scope["session"]``; without one, or when it is gone, the key is ``None``.
    """
    key = getattr(handshake, "session_key", None)
    if key is None or not is_stored(session_engine()):
        return None, {}
    data = getattr(handshake, "_session_cache", None)  # loaded, if the user was looked up
    if data is None or token(data) is None:
        data = await run_in_thread(partial(read_session, key))
    return (None, {}) if data is None else (key, data)


def read_session(session_key: str) -> Data | None:
    """The data stored under a key now, with an identity, or ``None`` when there is no session."""
    session = cast(MergingStore, derive(session_engine(), MergingStore)(session_key))
    stored = session.fetch()
    if stored is not None and token(stored.data) is None:
        ensure_identity(session)
        session.merge(None)
        stored = session.fetch()
    return None if stored is None else stored.data


def refuse(what: str) -> NoReturn:
    """Raises ``SessionRefused`` with the way out."""
    raise SessionRefused(
        f"{what} gives the visitor a new session cookie, and a socket cannot set one."
        " Do it in a view, and send the browser there."
    )


def _refuse_on_the_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise SynchronousOnlyOperation(
        "An async handler cannot use session[...]: await session.aget(...), session.aset(...)."
    )
