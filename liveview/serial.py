"""Work that is done one piece after another, by a task that exists only while there is some."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Generic, TypeVar

logger = logging.getLogger("liveview")

Piece = TypeVar("Piece")


class Serial(Generic[Piece]):
    """A queue and its worker, on one loop. A piece that fails is logged; the next ones follow.

    The context variables are those of where it was made, never those of who puts something in:
    what a handler has set is not for others.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, work: Callable[[Piece], Awaitable[None]]
    ) -> None:
        self.waiting: deque[Piece] = deque()
        self._loop = loop
        self._work = work
        self._context = copy_context()
        self._worker: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether all work is done."""
        return self._worker is None

    def put(self, piece: Piece) -> None:
        """Do this after everything before it. Called on the loop."""
        self.waiting.append(piece)
        if self._worker is None:
            self._worker = self._loop.create_task(self._run(), context=self._context)

    async def settled(self) -> None:
        """Returns when there is no more work."""
        if self._worker is not None:
            await asyncio.wait({self._worker})

    async def _run(self) -> None:
        try:
            while self.waiting:
                await self._attempt(self.waiting.popleft())
        finally:
            self._worker = None

    async def _attempt(self, piece: Piece) -> None:
        try:
            await self._work(piece)
        except Exception:
            logger.exception("%r was not done.", piece)


def is_cancelled() -> bool:
    """Whether a ``CancelledError`` that was caught is meant for the task that runs here, and not
    for something that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
