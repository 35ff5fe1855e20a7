"""A page: the actor that owns one document's events, in order, whatever its sockets do.

It lives from the document's first connection until ``PAGE_SECONDS`` after its last one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from liveview import conf
from liveview.connections import publish_end
from liveview.decorators import Handler, liveview_registry
from liveview.forms import FormData
from liveview.hub import Hub, Item, current_hub
from liveview.mailbox import mailbox_of, runs_here
from liveview.outbound import Outbound, Outgoing
from liveview.protocol import ErrorCode, Event, Op
from liveview.rooms import is_private
from liveview.runs import ENDED, EventRun, Failure, failure_of, unknown_function
from liveview.serial import Serial, is_cancelled
from liveview.sessions.endings import hash_key, session_group
from liveview.sessions.event import open_session
from liveview.sessions.marks import EventMark

if TYPE_CHECKING:
    from liveview.consumers import LiveViewConsumer

logger = logging.getLogger("liveview")

PageKey = tuple[str, str | None]


class Page:
    """One document in one browser tab, and the session that it was opened in."""

    def __init__(self, key: PageKey, done: int) -> None:
        self.key = key
        self.loop = asyncio.get_running_loop()
        self.outbound = Outbound(self.loop)
        self.event_id: int | None = None  # of the event that is running
        self.done = done
        self._accepted = done
        self._events: Serial[Event] = Serial(self.loop, self._handle)
        self._hub: Hub = current_hub()
        self._groups: set[str] = set()
        # Connection state
        self.consumer: LiveViewConsumer | None = None
        self._session_key: str | None = None
        self._is_orphan = False
        self._left_keys: list[str] = []  # flushed by the running event, announced after its answer
        self._expiry: asyncio.TimerHandle | None = None

    # Connections

    async def attach(
        self, consumer: LiveViewConsumer, session_key: str | None, had_session: bool
    ) -> None:
        """A socket of this document is there. Returns when its groups reach it.

        ``had_session`` says whether the document was ever connected to a session.
        """
        if self.consumer is not None and self.consumer is not consumer:
            self.outbound.detach(self.consumer.socket)
        if self._session_key not in (None, session_key):
            self.leave(session_group(self._session_key))
        self.consumer = consumer
        self._session_key = session_key
        self._is_orphan = had_session and session_key is None
        if self._expiry is not None:
            self._expiry.cancel()
        self._join_own_groups(consumer)
        await self._hub.settled()

    def detach(self, consumer: LiveViewConsumer) -> None:
        """That socket is gone; the page waits for another."""
        if self.consumer is not consumer:
            return
        self.outbound.detach(consumer.socket)
        self._expiry = self.loop.call_later(conf.get("PAGE_SECONDS"), self._expire)

    def _expire(self) -> None:
        if not self._events.is_idle:
            self._expiry = self.loop.call_later(conf.get("PAGE_SECONDS"), self._expire)
            return
        pages.pop(self.key, None)
        for group in list(self._groups):
            self.leave(group)

    # Groups

    def join(self, group: str, *, named: bool = False) -> None:
        """Become a member of a group; from any thread."""
        self._groups.add(group)
        self._on_loop(lambda: self._hub.join(group, self, named=named))

    def leave(self, group: str) -> None:
        """Be a member no more; from any thread."""
        self._groups.discard(group)
        self._on_loop(lambda: self._hub.leave(group, self))

    def receive_item(self, item: Item) -> None:
        """An item of a group: its first element names the method."""
        ITEMS[item[0]](self, *item[1:])

    def receive_foreign(self, message: dict[str, Any]) -> None:
        """A group message that was sent by Channels' own means."""
        if self.consumer is not None:
            self.consumer.dispatch_group_message(message)

    def _join_own_groups(self, consumer: LiveViewConsumer) -> None:
        self.join(consumer.broadcast_group, named=True)
        self.join(consumer.room_group_name, named=not is_private(consumer.room_name))
        if self._session_key is not None:
            self.join(session_group(self._session_key))

    # Messages

    def send(self, op: Op, answers: int | None) -> None:
        """Queue an op for this page; from any thread. It answers an event while that one runs."""
        self.outbound.put(Outgoing(op=op, answers=answers if answers == self.event_id else None))

    def _receive_op(self, text: str, target: str | None) -> None:
        self.outbound.put(Outgoing(op=Op(text, target)))

    def _receive_end(self, key_hash: str) -> None:
        own_key = self._session_key and hash_key(self._session_key)
        if own_key == key_hash and self.consumer is not None:
            self.consumer.end_session()

    # Events

    def accept(self, event: Event) -> None:
        """Take an event: run it after those before it. One that was taken is not taken again."""
        if event.event_id is not None:
            if event.event_id <= self.done:
                self.outbound.put(Outgoing(ack=self.done))
            if event.event_id <= max(self.done, self._accepted):
                return
            self._accepted = event.event_id
        self._events.put(event)

    async def _handle(self, event: Event) -> None:
        self.event_id = event.event_id
        try:
            failure = await self._run(event)
        except (Exception, asyncio.CancelledError, SystemExit) as error:
            if is_cancelled():
                raise
            logger.error("Event %r was not handled.", event.function, exc_info=error)
            failure = failure_of(error)
        finally:
            self.event_id = None
        if failure is ENDED:
            self._end()
        else:
            self._finish(event, failure)
        while self._left_keys:
            publish_end(self._left_keys.pop())

    async def _run(self, event: Event) -> Failure | None:
        handler = liveview_registry.lookup(event.function)
        if handler is None:
            logger.warning(liveview_registry.describe_unknown(event.function))
            return unknown_function(event.function)
        consumer = self.consumer
        assert consumer is not None
        try:
            content = build_content(event, consumer.room_name)
        except ValueError as error:
            return Failure(ErrorCode.BAD_MESSAGE, str(error))
        return await self._run_handler(handler, event, content, consumer)

    async def _run_handler(
        self, handler: Handler, event: Event, content: dict[str, Any], consumer: LiveViewConsumer
    ) -> Failure | None:
        mark = None if event.event_id is None else EventMark(self.key[0], event.event_id)
        session = open_session(self._session_key, mark, is_orphan=self._is_orphan)
        if "session" in consumer.scope:
            consumer.scope["session"] = session
        run = EventRun(
            handler, consumer, content, session, (self, event.event_id), self._left_keys.append
        )
        with nullcontext() if handler.is_async else self.outbound.collecting():
            failure = await run.run()
        if self._session_key is None:
            self._session_key = session.session_key
        return failure

    def _finish(self, event: Event, failure: Failure | None) -> None:
        if event.event_id is not None:
            self.done = max(self.done, event.event_id)
        notice = None if failure is None else failure.notice(event.function)
        if event.event_id is not None or notice is not None:
            self.outbound.put(Outgoing(ack=event.event_id, notice=notice))

    def _end(self) -> None:
        """The session is gone: what waits is sent again by the page, if it still belongs."""
        self._events.waiting.clear()
        self._accepted = self.done
        if self.consumer is not None:
            self.consumer.end_session()

    def _on_loop(self, action: Callable[[], None]) -> None:
        if runs_here(self.loop):
            action()
        else:
            mailbox_of(self.loop).post(action)


ITEMS: dict[str, Callable[..., None]] = {
    "op": Page._receive_op,
    "end": Page._receive_end,
}

pages: dict[PageKey, Page] = {}


def open_page(page_id: str, token: str | None, seen: int, done: int) -> tuple[Page, bool]:
    """The page of that document in that session, and whether it can go on where it was.

    ``done`` is the last event that the session itself remembers.
    """
    key = (page_id, token)
    page = pages.get(key)
    if page is None or page.loop is not asyncio.get_running_loop():
        page = pages[key] = Page(key, done)
        return page, False
    page.done = max(page.done, done)
    if page.outbound.can_resume(seen):
        return page, True
    page.outbound.restart()
    return page, False


def build_content(event: Event, room: str) -> dict[str, Any]:
    """A handler's ``content``: the keys that the message had, and the connection's own room.

    Raises ``ValueError`` for a form that is not of the protocol.
    """
    content = event.given()
    if isinstance(form := content.get("form"), dict):
        content["form"] = FormData(form)
    content["room"] = room
    return content
