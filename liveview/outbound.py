"""What goes to one page: queued from anywhere, written by one writer, kept until it was seen."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from liveview import conf
from liveview.delta import DeltaMemory
from liveview.mailbox import mailbox_of, runs_here
from liveview.protocol import Op, encode, frame, plain_error

logger = logging.getLogger("liveview")

REMEMBERED_TARGETS = 64  # the page keeps as many
INSTANT_SECONDS = 0.01
LAST_WORDS_SECONDS = 0.5
FRAME_CHARACTERS = 256_000
FRAME_OVERHEAD = 200  # what a frame takes besides the texts of its ops, about


class Socket(Protocol):
    """The connection that a page has at the moment."""

    is_plain: bool

    async def send_text(self, text: str) -> None:
        """Write one message. Raises when the connection is gone."""


@dataclass(slots=True)
class Outgoing:
    """One thing to tell the page: an op, or that an event is done, or why it failed."""

    op: Op | None = None
    answers: int | None = None
    ack: int | None = None
    notice: dict[str, Any] | None = None

    def closes(self) -> bool:
        """Whether nothing more belongs into the same frame."""
        return self.ack is not None or self.notice is not None


@dataclass(slots=True)
class Frame:
    """Ops that make one update of the page, with the number that the page sees them under."""

    seq: int
    ops: list[Op] = field(default_factory=list)
    answers: int | None = None
    ack: int | None = None
    notice: dict[str, Any] | None = None
    size: int = FRAME_OVERHEAD  # characters kept for this frame, about

    def add(self, outgoing: Outgoing) -> None:
        """Take one more thing along."""
        if outgoing.op is not None:
            self.ops.append(outgoing.op)
            self.size += len(outgoing.op.text)
        self.ack, self.notice = outgoing.ack, outgoing.notice

    def text(self, memory: DeltaMemory) -> str:
        """The frame as it goes over a connection on which ``memory`` went before."""
        ops = [_op_text(op, memory) for op in self.ops]
        text = frame(self.seq, ops, self.ack, self.answers)
        if self.notice is None:
            return text
        return f"{text[:-1]},{encode(self.notice)[1:]}"


class Outbound:
    """Everything on its way to one page."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._mailbox = mailbox_of(loop)
        # Connection state
        self._socket: Socket | None = None
        self._memory = DeltaMemory(REMEMBERED_TARGETS)
        self._writer: asyncio.Task[None] | None = None
        self._is_collecting = False
        # What waits, and what may have to be sent again
        self._queue: deque[Outgoing] = deque()
        self._unseen: deque[Frame] = deque()
        self._unseen_size = 0
        self._written = 0
        self._seq = 0
        self._lost_seq = 0

    def put(self, outgoing: Outgoing) -> None:
        """Queue something; from any thread."""
        self._queue.append(outgoing)
        if runs_here(self._loop):
            self._wake()
        elif not self._is_collecting:
            self._mailbox.post(self._wake)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """While a plain handler runs: one that is over in an instant does not wake the loop for
        each message, only by its end. What a longer one sends leaves at once."""
        self._is_collecting = True
        timer = self._loop.call_later(INSTANT_SECONDS, self._stop_collecting)
        try:
            yield
        finally:
            timer.cancel()
            self._stop_collecting()

    async def settled(self) -> None:
        """Returns when what waits is written, or when the connection takes too long for it."""
        if self._writer is not None:
            await asyncio.wait({self._writer}, timeout=LAST_WORDS_SECONDS)

    def can_resume(self, seen: int) -> bool:
        """Whether everything after frame ``seen`` is still here."""
        return self._lost_seq <= seen <= self._seq

    def attach(self, socket: Socket, seen: int) -> None:
        """Write to ``socket`` from now on, first what the page has not seen."""
        self.saw(seen)
        self._socket = socket
        self._memory = DeltaMemory(REMEMBERED_TARGETS)
        self._written = 0
        self._writer = None
        self._wake()

    def detach(self, socket: Socket) -> None:
        """That connection is gone. A newer one is not touched."""
        if self._socket is socket:
            self._socket = None
            self._writer = None

    def restart(self) -> None:
        """The page knows nothing of what was sent before: number anew."""
        self._unseen.clear()
        self._unseen_size = self._seq = self._lost_seq = self._written = 0

    def saw(self, seq: int) -> None:
        """The page has shown everything up to this frame."""
        while self._unseen and self._unseen[0].seq <= seq:
            self._forget_oldest()

    def _stop_collecting(self) -> None:
        self._is_collecting = False
        self._wake()

    def _wake(self) -> None:
        if self._socket is None:
            self._pack_while_away()
        elif self._writer is None and (self._queue or self._written < len(self._unseen)):
            self._writer = self._loop.create_task(self._write(self._socket))

    async def _write(self, socket: Socket) -> None:
        memory = self._memory
        while self._socket is socket and (message := self._next_text(socket, memory)):
            try:
                await socket.send_text(message)
            except Exception as error:  # servers differ in what they raise
                logger.debug("A page's connection broke while it was written to: %r", error)
                self.detach(socket)
        if self._socket is socket:
            self._writer = None

    def _next_text(self, socket: Socket, memory: DeltaMemory) -> str | None:
        if socket.is_plain:
            return self._next_plain_text()
        if self._written == len(self._unseen) and not self._pack():
            return None
        self._written += 1
        return self._unseen[self._written - 1].text(memory)

    def _next_plain_text(self) -> str | None:
        """Clients without our subprotocol get each op as it was given to ``send``."""
        while self._queue:
            outgoing = self._queue.popleft()
            if outgoing.op is not None:
                return outgoing.op.text
            if outgoing.notice and "error" in outgoing.notice:
                return plain_error(outgoing.notice["error"])
        return None

    def _pack(self) -> bool:
        """Make one frame of what waits: one update of the page, as far as it answers one event."""
        if not self._queue:
            return False
        self._seq += 1
        first = self._queue[0]
        packed = Frame(self._seq, answers=_answered(first))
        while self._queue and _answered(self._queue[0]) == packed.answers:
            outgoing = self._queue.popleft()
            packed.add(outgoing)
            if outgoing.closes() or packed.size > FRAME_CHARACTERS:
                break
        self._keep(packed)
        return True

    def _pack_while_away(self) -> None:
        while self._pack():
            pass

    def _keep(self, packed: Frame) -> None:
        self._unseen.append(packed)
        self._unseen_size += packed.size
        while self._unseen_size > conf.get("UNSEEN_CHARACTERS") and (
            self._written > 0 or self._socket is None
        ):
            self._lost_seq = self._unseen[0].seq
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._unseen_size -= self._unseen.popleft().size
        self._written = max(0, self._written - 1)


def _answered(outgoing: Outgoing) -> int | None:
    return outgoing.answers if outgoing.ack is None else outgoing.ack


def _op_text(op: Op, memory: DeltaMemory) -> str:
    if op.target is None:
        return op.text
    delta = memory.replace(op.target, op.html)
    return op.text if delta is None else op.with_delta(delta)
