"""The WebSocket's end on the server: one receive loop that hands everything to the page.

From outside a Channels consumer (``as_asgi()``, ``scope``, routing). Its loop is our own:
Channels' dispatch makes two tasks a message and passes through the one thread that a single slow
handler would hold for everybody.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.layers import get_channel_layer

from liveview.connections import op_item, publish
from liveview.gate import answered_event, post
from liveview.hub import BROADCAST_GROUP
from liveview.pages import Page, open_page
from liveview.pool import run_in_thread
from liveview.protocol import (
    CloseCode,
    ErrorCode,
    Event,
    Hello,
    Op,
    Ping,
    ProtocolError,
    convert_message,
    error_frame,
    parse_message,
    parse_object,
)
from liveview.rooms import RoomRefused, new_room, open_room
from liveview.serial import Serial
from liveview.sessions.event import find_session
from liveview.sessions.marks import last_event, token
from liveview.sockets import DONE, Done, Socket

logger = logging.getLogger("liveview")


class LiveViewConsumer(AsyncConsumer):
    """One socket. Handlers may keep it: it leads to its page, and the page outlives the socket.

    Subclasses may override ``connect``, ``disconnect`` and ``receive_json``, plain or ``async``,
    and call ``super()``; group messages of their own arrive at the method named by ``type``.
    """

    broadcast_group = BROADCAST_GROUP
    room_name: str
    room_group_name: str
    page: Page | None = None

    # The life of a socket

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = dict(scope)
        self.base_send = send
        self.socket = Socket(scope, send)
        self._calls: Serial[Callable[[], Awaitable[None]]] = Serial(
            asyncio.get_running_loop(), lambda call: call()
        )
        self._early: list[Op] = []  # sent by connect(), before there is a page
        self._refusal = self._enter_room()
        await receive()  # websocket.connect
        try:
            await self._call(self.connect)
            await self.socket.settled()
            if self.socket.is_plain and not self.socket.is_closed:
                await self._open_page(Hello(page=new_room()))
            await self._receive_loop(receive)
        finally:
            if self.page is not None:
                self.page.detach(self)

    def connect(self) -> Done:
        """Called when a browser asks for a socket."""
        self.accept()
        if self._refusal is not None:
            self.socket.refuse(
                error_frame(ErrorCode.ROOM_REFUSED, self._refusal), CloseCode.REFUSED
            )
        return DONE

    def disconnect(self, close_code: int) -> Done:
        """Called when the socket is gone. The page may come back with another one."""
        return DONE

    def receive_json(self, content: dict[str, Any]) -> Done:
        """Called with each message where a subclass overrides it."""
        call = partial(self._received, lambda: self._take_object(content))
        return self.socket.on_loop(partial(self._calls.put, call))

    def accept(self, subprotocol: str | None = None) -> Done:
        """Let the browser in."""
        return self.socket.accept(subprotocol)

    def close(self, code: int | None = None, reason: str | None = None) -> Done:
        """Close the socket."""
        return self.socket.close(code, reason)

    def end_session(self) -> None:
        """The session is gone: the page is to come back with the cookie that it has by then."""
        self._ending = asyncio.create_task(self._end_session())

    async def _end_session(self) -> None:
        if self.page is not None:
            await self.page.outbound.settled()
        if not self.socket.is_plain:
            self.socket.say({"ended": {"reason": "session"}})
        self.close(CloseCode.SESSION_ENDED)

    # Messages

    @property
    def event_id(self) -> int | None:
        """The number of the event that is being handled, or ``None``."""
        return None if self.page is None else self.page.event_id

    def send_json(self, content: dict[str, Any]) -> Done:
        """Queue a message for this page; from sync and async code, from any thread."""
        op, page = Op.of(content), self.page
        if page is None:
            self._early.append(op)
        else:
            post(partial(page.send, op, answered_event(page)))
        return DONE

    def send_to_group(self, group_name: str, message: dict[str, Any]) -> Done:
        """Queue a message for all pages of a group."""
        item = op_item(message)
        post(partial(publish, group_name, item))
        return DONE

    def broadcast_to_all(self, message: dict[str, Any]) -> Done:
        """Queue a message for all pages."""
        return self.send_to_group(self.broadcast_group, message)

    def broadcast_message(self, event: dict[str, Any]) -> Done:
        """Called for ``group_send(group, {"type": "broadcast_message", "message": {...}})``."""
        return self.send_json(event["message"])

    def dispatch_group_message(self, message: dict[str, Any]) -> None:
        """Call the method that a group message of Channels names by its ``type``, after those
        of the messages before."""
        self._calls.put(partial(self._dispatch, message))

    @property
    def channel_layer(self) -> Any:
        """Channels' layer, for idioms of one's own."""
        return get_channel_layer(self.channel_layer_alias)

    # Private

    def _enter_room(self) -> str | None:
        """Returns why the room is refused, or ``None``."""
        given = self.scope["url_route"]["kwargs"]["room_name"]
        try:
            self.room_name, refusal = open_room(given), None
        except RoomRefused as error:
            self.room_name, refusal = given, str(error)
        self.room_group_name = f"room_{self.room_name}"
        return refusal

    async def _receive_loop(self, receive: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            if not self.socket.is_closed:
                await self._received(partial(self._take_text, message.get("text")))
        await self._call(self.disconnect, message.get("code", 1005))

    async def _received(self, take: Callable[[], Awaitable[None]]) -> None:
        try:
            await take()
        except ProtocolError as error:
            logger.warning("A message was not understood (%s). %s", ErrorCode.BAD_MESSAGE, error)
            frame = error_frame(ErrorCode.BAD_MESSAGE, str(error))
            self.socket.refuse(frame, CloseCode.BAD_MESSAGE)

    async def _take_text(self, text: str | None) -> None:
        if text is None:
            raise ProtocolError("Expected a text message, but got a binary one.")
        if _is_ours(self.receive_json):
            await self._take(parse_message(text, is_plain=self.socket.is_plain))
        else:
            await self._call(self.receive_json, parse_object(text))

    async def _take_object(self, content: dict[str, Any]) -> None:
        await self._take(convert_message(content, is_plain=self.socket.is_plain))

    async def _take(self, message: Hello | Event | Ping) -> None:
        if isinstance(message, Hello):
            await self._open_page(message)
            return
        if isinstance(message, Ping):
            self.socket.say({"pong": message.ping})
        if self.page is None:
            raise ProtocolError("Expected a 'hello' before any event.")
        if message.seen is not None:
            self.page.outbound.saw(message.seen)
        if isinstance(message, Event):
            self.page.accept(message)

    async def _open_page(self, hello: Hello) -> None:
        if self.page is not None:
            raise ProtocolError("Expected one 'hello' on a connection, but got another.")
        session_key, data = await find_session(self.scope.get("session"))
        own_token, applied = token(data), last_event(data, hello.page)
        page, resumed = open_page(hello.page, own_token, hello.seen, applied)
        self.page = page
        for op in self._early:
            page.send(op, None)
        await page.attach(self, session_key, hello.session is not None)
        if not self.socket.is_plain:
            answer = {"resumed": resumed, "done": page.done, "session": own_token}
            self.socket.say({"hello": answer})
            await self.socket.settled()
        page.outbound.attach(self.socket, hello.seen if resumed else 0)

    async def _dispatch(self, message: dict[str, Any]) -> None:
        method = getattr(self, get_handler_name(message), None)
        if method is None:
            logger.error("No method for the group message type %r.", message["type"])
        else:
            await self._call(method, message)

    async def _call(self, method: Callable[..., Any], *arguments: Any) -> None:
        """Call a method that a subclass may have written, plain or ``async``."""
        if _is_ours(method) or inspect.iscoroutinefunction(method):
            result = method(*arguments)
        else:
            result = await run_in_thread(partial(method, *arguments))
        if inspect.isawaitable(result):
            await result


def _is_ours(method: Callable[..., Any]) -> bool:
    """Whether a subclass has left that method as it is here."""
    return getattr(method, "__func__", None) is getattr(LiveViewConsumer, method.__name__, None)
