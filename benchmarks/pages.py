"""What a browser's page says on its socket: plain frames, or liveview.v1."""

from __future__ import annotations

import json
import uuid
from typing import Any

from servers import HOST, Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

Frame = dict[str, Any]


class PlainPage:
    """Sends an event and takes the next message for its answer: the reference, and echoes."""

    subprotocols: list[Subprotocol] | None = None

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def open(cls, server: Server, cookie: str | None = None) -> PlainPage:
        socket = await connect(
            f"ws://{HOST}:{server.port}/ws/liveview/{uuid.uuid4().hex}/",
            additional_headers={"Cookie": cookie} if cookie else {},
            subprotocols=cls.subprotocols,
            compression=None,
            open_timeout=60,
            ping_interval=None,
            close_timeout=0.1,
            max_size=None,
        )
        page = cls(socket)
        await page.greet()
        return page

    async def greet(self) -> None:
        """What is said first."""

    async def send(self, function: str, **data: Any) -> None:
        """Sends an event, as the page of this protocol does it."""
        await self._say({"function": function, "data": data, "form": {}, "lang": "en"})

    async def call(self, function: str, **data: Any) -> list[str]:
        """Sends an event. Returns the messages until the server has done with it."""
        await self.send(function, **data)
        return [await self.next_text()]

    async def next_text(self) -> str:
        """The next message."""
        text = await self.socket.recv()
        assert isinstance(text, str)
        return text

    async def close(self) -> None:
        await self.socket.close()

    async def _say(self, message: Frame) -> None:
        await self.socket.send(json.dumps(message))


class NumberedPage(PlainPage):
    """Numbers its events, and waits for their acknowledgement: liveview.v1."""

    subprotocols = [Subprotocol("liveview.v1")]

    async def greet(self) -> None:
        self._sent = self._seen = 0
        await self._say({"hello": {"page": uuid.uuid4().hex, "seen": 0, "session": None}})
        assert "hello" in json.loads(await self.next_text())

    async def send(self, function: str, **data: Any) -> None:
        self._sent += 1
        event = {"id": self._sent, "function": function, "data": data, "lang": "en"}
        await self._say({**event, "form": {"entries": [], "kinds": {}}, "seen": self._seen})

    async def call(self, function: str, **data: Any) -> list[str]:
        await self.send(function, **data)
        texts = []
        while True:
            texts.append(await self.next_text())
            frame = json.loads(texts[-1])
            assert "error" not in frame, frame
            self._seen = frame["seq"]
            if frame.get("ack", 0) >= self._sent:
                return texts


PAGES: dict[str, type[PlainPage]] = {
    "channels": PlainPage,
    "ours": NumberedPage,
    "reference": PlainPage,
}
