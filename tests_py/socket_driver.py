"""A socket without a server: an ASGI application is fed and heard in the test's own loop."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from channels.routing import URLRouter

from liveview.protocol import SUBPROTOCOL
from liveview.routing import get_liveview_urlpatterns

Message = dict[str, Any]
Application = Callable[[Message, Any, Any], Awaitable[None]]

SECONDS = 10.0


class SocketDriver:
    """One connection. ``async with`` opens it and sends the hello; a plain one has none."""

    def __init__(
        self,
        application: Application | None = None,
        *,
        page: str | None = None,
        seen: int = 0,
        session: str | None = None,
        room: str | None = None,
        path: str = "/ws/liveview/",
        subprotocols: Iterable[str] = (SUBPROTOCOL,),
        headers: Iterable[tuple[bytes, bytes]] = (),
        scope: Message | None = None,
    ) -> None:
        self.page = page or uuid.uuid4().hex
        self.room = room or uuid.uuid4().hex
        self.last_seq = seen
        self.server_hello: Message = {}
        self._session = session
        self._application = application or URLRouter(get_liveview_urlpatterns())
        self._scope = {
            "type": "websocket",
            "path": f"{path}{self.room}/",
            "query_string": b"",
            "headers": list(headers),
            "subprotocols": list(subprotocols),
            **(scope or {}),
        }
        self._events = 0
        self._to_server: asyncio.Queue[Message] = asyncio.Queue()
        self._from_server: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        opening = await self.connect()
        assert opening["type"] == "websocket.accept", opening
        if self._scope["subprotocols"]:
            await self.hello()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.disconnect()

    # The life of a socket

    async def connect(self) -> Message:
        """Ask for the socket; returns how the application answers."""
        arguments = (self._scope, self._to_server.get, self._from_server.put)
        self._task = asyncio.ensure_future(self._application(*arguments))
        self._to_server.put_nowait({"type": "websocket.connect"})
        return await self.receive()

    async def disconnect(self, code: int = 1001) -> None:
        """Go away; raises what the application raised."""
        assert self._task is not None
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": code})
        async with asyncio.timeout(SECONDS):
            await self._task

    # Messages to the server

    def send(self, message: Message | str | bytes) -> None:
        """Feed one message: an object, or a text or binary one as it is."""
        if isinstance(message, bytes):
            self._to_server.put_nowait({"type": "websocket.receive", "bytes": message})
            return
        text = message if isinstance(message, str) else json.dumps(message)
        self._to_server.put_nowait({"type": "websocket.receive", "text": text})

    async def hello(self) -> Message:
        """Say which page this is; returns the server's hello."""
        self.send({"hello": {"page": self.page, "seen": self.last_seq, "session": self._session}})
        self.server_hello = (await self.frame())["hello"]
        self._events = max(self._events, self.server_hello["done"])
        return self.server_hello

    def event(self, function: str, **keys: Any) -> int:
        """Send an event with the next number; ``keys`` are those of the message."""
        self._events += 1
        self.send({"id": self._events, "function": function, "data": {}, **keys})
        return self._events

    # Messages from the server

    async def receive(self) -> Message:
        """The next ASGI message. Fails when the application ends or keeps silent."""
        assert self._task is not None
        getting = asyncio.ensure_future(self._from_server.get())
        await asyncio.wait(
            {getting, self._task}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if getting.done():
            return getting.result()
        getting.cancel()
        if self._task.done():
            self._task.result()
        raise AssertionError("The server sent nothing.")

    async def frame(self) -> Message:
        """The next text message, decoded."""
        message = await self.receive()
        assert message["type"] == "websocket.send", message
        frame: Message = json.loads(message["text"])
        self.last_seq = frame.get("seq", self.last_seq)
        return frame

    async def frames_until_done(self, event_id: int) -> list[Message]:
        """All frames up to the one that acknowledges the event."""
        frames = [await self.frame()]
        while frames[-1].get("ack", 0) < event_id:
            frames.append(await self.frame())
        return frames

    async def call(self, function: str, **keys: Any) -> list[Message]:
        """Send an event; returns all ops that came until it was acknowledged."""
        frames = await self.frames_until_done(self.event(function, **keys))
        return [op for frame in frames for op in frame["ops"]]

    async def ops(self, count: int) -> list[Message]:
        """The next ops, in as many frames as they come."""
        ops: list[Message] = []
        while len(ops) < count:
            ops += (await self.frame())["ops"]
        return ops

    async def closing(self) -> int:
        """The code that the server closes with; nothing else may come before."""
        message = await self.receive()
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    def pending(self) -> int:
        """How many messages of the server wait to be received."""
        return self._from_server.qsize()
