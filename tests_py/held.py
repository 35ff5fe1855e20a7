"""A handler that a test holds, in its thread."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from liveview import send
from liveview.consumers import LiveViewConsumer

SECONDS = 10.0


class Held:
    """A plain handler that waits in its thread until the test lets it go."""

    def __init__(self) -> None:
        self.calls = 0
        self._entered = threading.Event()
        self._released = threading.Event()

    def __call__(self, consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        self.calls += 1
        send(consumer, {"title": "entered"})
        self._entered.set()
        assert self._released.wait(SECONDS)
        send(consumer, {"title": "left"})

    async def entered(self) -> None:
        assert await asyncio.to_thread(self._entered.wait, SECONDS)

    def release(self) -> None:
        self._released.set()
