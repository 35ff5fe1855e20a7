"""A proxy between browser and server that can cut a WebSocket at an exact frame.

HTTP passes untouched. Of a WebSocket every message is recorded, and a test can arm one cut:

    cut = proxy.cut_after_send()        # the server gets the next event, its answer gets lost
    cut = proxy.cut_after_receipt()     # the server has answered, the answer gets lost
    page.click("#add")
    cut.wait()
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from .cut import Cut, Matches, Message, Recorded, Way, is_answer, is_event
from .websocket_frames import MessageJoiner, RawFrame, read_frame

T = TypeVar("T")
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

HOST = "127.0.0.1"
SECONDS = 15.0
COPY_BYTES = 65536


class FrameProxy:
    """Forwards what arrives at `url` to a port of this machine. Use it as a context manager."""

    def __init__(self, upstream_port: int) -> None:
        self.upstream_port = upstream_port
        self.recorded: list[Recorded] = []
        self.port = 0
        self._refusing = False
        self._cut: Cut | None = None
        self._sockets = 0
        self._frozen = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="frame proxy")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> FrameProxy:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *error: object) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What a test asks for

    def messages(self, way: Way) -> list[Message]:
        return [each.message for each in list(self.recorded) if each.way is way]

    def events(self, function: str | None = None) -> list[Message]:
        """The events that the browser has sent, or only those of one handler."""
        sent = [message for message in self.messages(Way.UP) if is_event(message)]
        return [each for each in sent if function in (None, each["function"])]

    def cut_after_send(self, matches: Matches = is_event, then_refuse: bool = False) -> Cut:
        """The message still reaches the server; nothing comes back on this socket."""
        return self._arm(Cut(Way.UP, matches, then_refuse))

    def cut_after_receipt(self, matches: Matches = is_answer, then_refuse: bool = False) -> Cut:
        """The server's message has come here and goes no further."""
        return self._arm(Cut(Way.DOWN, matches, then_refuse))

    def cut_now(self) -> None:
        """Breaks every connection without a closing handshake."""
        self._call(self._drop_all())

    def freeze(self) -> None:
        """What is open stays open, but nothing comes through any more; new sockets are fine."""
        self._frozen = self._sockets

    def refuse(self) -> None:
        """From now on nobody gets through; what is open stays open."""
        self._refusing = True

    def accept(self) -> None:
        self._refusing = False

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """The server cannot be reached inside the block."""
        self.refuse()
        self.cut_now()
        try:
            yield
        finally:
            self.accept()

    # In the proxy's own thread

    def _arm(self, cut: Cut) -> Cut:
        self._cut = cut
        return cut

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accepted, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await self._drop_all()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drop_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        # Either side may go at any time: that is the normal end of a connection.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._forward(reader, writer)
        writer.close()
        self._writers.discard(writer)
        self._tasks.discard(task)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            return
        head = await reader.readuntil(b"\r\n\r\n")
        up_reader, up_writer = await asyncio.open_connection(HOST, self.upstream_port)
        self._writers.add(up_writer)
        try:
            copy = self._websocket if is_upgrade(head) else pass_through
            up_writer.write(without_extensions(head) if is_upgrade(head) else head)
            await copy((reader, writer), (up_reader, up_writer))
        finally:
            # Closed and not aborted: what was written before a cut still arrives.
            up_writer.close()
            self._writers.discard(up_writer)

    async def _websocket(self, browser: Stream, server: Stream) -> None:
        browser[1].write(await server[0].readuntil(b"\r\n\r\n"))
        self._sockets += 1
        link = Link(self._sockets, browser, server)
        await first_to_end(self._pump(Way.UP, link), self._pump(Way.DOWN, link))

    async def _pump(self, way: Way, link: Link) -> None:
        reader, writer = link.ends(way)
        joiner = MessageJoiner()
        while True:
            frame = await read_frame(reader)
            message = self._record(way, link.number, joiner.add(frame))
            if link.number <= self._frozen:
                continue
            cut = self._hit(way, message)
            if cut is not None:
                return await self._carry_out(cut, frame, link)
            writer.write(frame.wire)
            await writer.drain()

    def _record(self, way: Way, number: int, payload: bytes | None) -> Message | None:
        if payload is None:
            return None
        message: Message = json.loads(payload)
        self.recorded.append(Recorded(way, number, message, len(payload)))
        return message

    def _hit(self, way: Way, message: Message | None) -> Cut | None:
        cut = self._cut
        return cut if cut and message is not None and cut.hits(way, message) else None

    async def _carry_out(self, cut: Cut, frame: RawFrame, link: Link) -> None:
        """Breaks the browser's side first, so that no answer can slip through."""
        self._cut = None
        self._refusing = self._refusing or cut.then_refuse
        link.browser[1].transport.abort()
        if cut.way is Way.UP:
            link.server[1].write(frame.wire)
            await link.server[1].drain()
        cut.finish()


@dataclass(frozen=True)
class Link:
    """One WebSocket: both its ends and its number."""

    number: int
    browser: Stream
    server: Stream

    def ends(self, way: Way) -> Stream:
        """Where messages of this way come from, and where they go."""
        if way is Way.UP:
            return self.browser[0], self.server[1]
        return self.server[0], self.browser[1]


def is_upgrade(head: bytes) -> bool:
    return b"\r\nupgrade: websocket" in head.lower()


def without_extensions(head: bytes) -> bytes:
    """The handshake without the offer to compress: frames stay readable here."""
    lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"sec-websocket-extensions")]
    return b"\r\n".join(kept)


async def pass_through(browser: Stream, server: Stream) -> None:
    await first_to_end(copy_bytes(browser[0], server[1]), copy_bytes(server[0], browser[1]))


async def copy_bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(COPY_BYTES):
        writer.write(data)
        await writer.drain()


async def first_to_end(*works: Coroutine[Any, Any, None]) -> None:
    """Runs all until the first ends, then ends the others and raises what that one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (error := task.exception()):
            raise error
