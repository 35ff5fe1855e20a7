"""A WebSocket as a consumer holds it: what is said on it, in order, from any thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from liveview.mailbox import mailbox_of, runs_here
from liveview.protocol import SUBPROTOCOL, CloseCode, encode, plain_error
from liveview.serial import Serial

logger = logging.getLogger("liveview")


class Done:
    """What plain functions that queue return, so that ``await consumer.close()`` works, too."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield


DONE = Done()


class Socket:
    """One connection. What breaks it is the other end's affair: nothing here raises for it, but
    ``send_text``, whose caller keeps what was not written."""

    def __init__(self, scope: Any, send: Callable[[dict[str, Any]], Any]) -> None:
        self.is_plain = SUBPROTOCOL not in scope.get("subprotocols", ())
        self.is_closed = False
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._controls: Serial[dict[str, Any]] = Serial(self._loop, self._write)

    def accept(self, subprotocol: str | None = None) -> Done:
        """Let the browser in."""
        chosen = subprotocol or (None if self.is_plain else SUBPROTOCOL)
        return self._control({"type": "websocket.accept", "subprotocol": chosen})

    def close(self, code: int | None = None, reason: str | None = None) -> Done:
        """Close the socket. Nothing is said on it after that."""
        # A plain int: daphne refuses any other kind, an IntEnum too, and leaves the socket open.
        number = int(code or 1000)
        self._control({"type": "websocket.close", "code": number, "reason": reason})
        self.is_closed = True
        return DONE

    def say(self, message: dict[str, Any]) -> Done:
        """Say something that is not part of any update of the page."""
        return self._control({"type": "websocket.send", "text": encode(message)})

    def refuse(self, error: dict[str, Any], code: CloseCode) -> None:
        """Say why, and close."""
        text = plain_error(error["error"]) if self.is_plain else encode(error)
        self._control({"type": "websocket.send", "text": text})
        self.close(code)

    async def settled(self) -> None:
        """Returns when all that was said so far is written."""
        await self._controls.settled()

    async def send_text(self, text: str) -> None:
        """Write one message. Raises when the connection is gone."""
        if self.is_closed:
            raise ConnectionError("The connection is closed.")
        await self._send({"type": "websocket.send", "text": text})

    def on_loop(self, action: Callable[[], Any]) -> Done:
        """Do something on the socket's loop: at once, or soon from another thread."""
        if runs_here(self._loop):
            action()
        else:
            mailbox_of(self._loop).post(action)
        return DONE

    def _control(self, message: dict[str, Any]) -> Done:
        if self.is_closed:
            return DONE
        return self.on_loop(partial(self._controls.put, message))

    async def _write(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except Exception as error:  # servers differ in what they raise
            logger.debug("A connection broke while it was written to: %r", error)
