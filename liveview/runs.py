"""One event is one transaction: lock, the user's function, one commit, then its messages."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from liveview import conf
from liveview.decorators import Handler, liveview_registry
from liveview.gate import CommitGate, current_gate
from liveview.pool import run_in_thread
from liveview.protocol import ErrorCode, error_frame
from liveview.sessions.event import EventRepeated, EventSession, SessionEnded, SessionLost
from liveview.sessions.leases import SessionBusy

logger = logging.getLogger("liveview")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an event had no effect."""

    code: ErrorCode
    message: str

    def notice(self, function: str) -> dict[str, Any]:
        """What the page is told: the error, or that it has missed an answer."""
        if self is REPEATED:
            return {"resync": {"reason": self.message}}
        return error_frame(self.code, self.message, function=function)


REPEATED = Failure(ErrorCode.HANDLER_ERROR, "This event was applied before.")
ENDED = Failure(ErrorCode.SESSION_ENDED, "The session of this page has ended.")
LOST = Failure(
    ErrorCode.SESSION_ENDED, "The session of this page has ended. Please load the page again."
)
BUSY = Failure(
    ErrorCode.SESSION_BUSY, "Another action of this session takes too long. Please try again."
)


def failure_of(error: BaseException) -> Failure:
    """An error that is in the log; its text is for developers only."""
    message = f"{type(error).__name__}: {error}" if conf.is_debug() else "An error occurred."
    return Failure(ErrorCode.HANDLER_ERROR, message)


def unknown_function(name: str) -> Failure:
    """There is no handler of that name; which ones there are is for developers only."""
    known = liveview_registry.describe_unknown(name) if conf.is_debug() else "Unknown action."
    return Failure(ErrorCode.UNKNOWN_FUNCTION, known)


class EventRun:
    """Runs one handler for one event."""

    def __init__(
        self,
        handler: Handler,
        consumer: Any,
        content: dict[str, Any],
        session: EventSession,
        event: tuple[object, int | None],
        announce_end: Callable[[str], None],
    ) -> None:
        self._handler = handler
        self._arguments = (consumer, content)
        self._session = session
        self._announce_end = announce_end
        self._gate = CommitGate(lambda: session.is_changed, event)
        session.on_save = self._commit

    async def run(self) -> Failure | None:
        """Returns what went wrong, or ``None`` when the event is applied."""
        lock = self._session.lock
        if lock is not None and self._handler.touches_session:
            await lock.acquire()
        if self._handler.is_async:
            return await self._guarded_async()
        return await run_in_thread(self._guarded)

    def _guarded(self) -> Failure | None:
        """All of a plain handler, commit and unlock included, in its own thread: it ends
        properly also when the loop is gone by then."""
        token = current_gate.set(self._gate)
        try:
            with language(self._arguments[1]):
                self._call()
            self._commit()
            return None
        except Exception as error:
            return self._failed(error)
        finally:
            current_gate.reset(token)
            self._end()

    def _call(self) -> None:
        result = self._handler.call(*self._arguments)
        if inspect.isgenerator(result):
            for _ in result:
                self._commit()

    async def _guarded_async(self) -> Failure | None:
        token = current_gate.set(self._gate)
        try:
            with language(self._arguments[1]):
                await self._call_async()
            await self._commit_async()
            return None
        except Exception as error:
            return self._failed(error)
        finally:
            current_gate.reset(token)
            await self._end_async()

    async def _call_async(self) -> None:
        result = self._handler.call(*self._arguments)
        if not inspect.isasyncgen(result):
            await result
            return
        async for _ in result:
            await self._commit_async()

    def _commit(self) -> None:
        deleted = self._session.commit()
        self._gate.open()
        if deleted:
            self._announce_end(deleted)

    async def _commit_async(self) -> None:
        if self._session.is_touched:
            await run_in_thread(self._commit)
        else:
            self._gate.open()

    def _failed(self, error: Exception) -> Failure:
        self._gate.drop()
        for kind, failure in FAILURES.items():
            if isinstance(error, kind):
                return failure
        name = self._handler.name
        logger.error("Error in handler %r.", name, exc_info=error)
        return failure_of(error)

    def _end(self) -> None:
        self._session.close()
        self._handler.touches_session = self._session.is_touched
        if self._session.lock is not None:
            self._session.lock.release()

    async def _end_async(self) -> None:
        if self._session.lock is not None and self._session.lock.is_remote:
            await run_in_thread(self._end)
        else:
            self._end()


FAILURES: dict[type[Exception], Failure] = {
    EventRepeated: REPEATED,
    SessionEnded: ENDED,
    SessionLost: LOST,
    SessionBusy: BUSY,
}


def language(content: dict[str, Any]) -> AbstractContextManager[Any]:
    """The page's language (``<html lang>``), if it is one of ``LANGUAGES``."""
    try:
        code = translation.get_supported_language_variant(content.get("lang") or "")
    except LookupError:
        return nullcontext()
    return translation.override(code)
