"""Who may work on a session (S2): one line in the process, and a lease across processes."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeAlias

from liveview import conf
from liveview.sessions.leases import LEASE_POLL_SECONDS, Lease, SessionBusy

logger = logging.getLogger("liveview")

LEASE_YIELD_SECONDS = 2 * LEASE_POLL_SECONDS  # who gave a lease back lets other processes try

Turn: TypeAlias = "Future[Lease | None]"


class SessionQueues:
    """First come, first served, for each session of this process; from any thread or loop.

    A turn is a future. Its result is the lease that the one before passed on, or ``None``.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._lines: dict[str, deque[Turn]] = {}
        self._threads: dict[str, int] = {}

    def enter(self, key: str) -> Turn:
        """Stand in line. The future is done when it is the caller's turn."""
        turn: Turn = Future()
        with self._guard:
            line = self._lines.setdefault(key, deque())
            line.append(turn)
            is_first = len(line) == 1
        if is_first:
            turn.set_result(None)
        return turn

    def withdraw(self, key: str, turn: Turn) -> bool:
        """Leave the line before one's turn. ``False`` when the turn has come."""
        with self._guard:
            if turn.done():
                return False
            self._lines[key].remove(turn)
            return True

    def leave(self, key: str, turn: Turn, lease: Lease | None) -> bool:
        """End one's turn. Returns whether the lease was passed on."""
        with self._guard:
            line = self._lines[key]
            line.remove(turn)
            if not line:
                del self._lines[key]
                return False
            line[0].set_result(lease)
            return True

    def wait_in_thread(self, key: str, turn: Turn) -> None:
        """Wait for one's turn in a pool thread: shortly, and few threads of one session.

        Raises ``SessionBusy``.
        """
        if turn.done():
            return
        with self._guard:
            waiting = self._threads.get(key, 0)
            if waiting >= conf.get("SESSION_WAITING_THREADS"):
                raise SessionBusy
            self._threads[key] = waiting + 1
        try:
            turn.result(timeout=conf.get("SESSION_LOCK_SECONDS"))
        except FutureTimeout:
            raise SessionBusy from None
        finally:
            with self._guard:
                self._threads[key] -= 1
                if not self._threads[key]:
                    del self._threads[key]


session_queues = SessionQueues()


class SessionLock:
    """One event's hold on one session. Acquired once, on the loop or in a thread."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._turn: Turn | None = None
        self._lease: Lease | None = None
        self._is_over = False

    @property
    def held(self) -> bool:
        """Whether this event has the session to itself."""
        return self._turn is not None

    @property
    def is_remote(self) -> bool:
        """Whether giving it back asks another server."""
        return self._lease is not None

    async def acquire(self) -> None:
        """Wait on the loop, as long as it takes: nobody else is delayed by it."""
        turn = session_queues.enter(self._key)
        stood_in_line = not turn.done()
        try:
            if stood_in_line:
                # A future of threads must not be cancelled by a task that stops waiting for it.
                await asyncio.shield(asyncio.wrap_future(turn))
            self._lease = turn.result()
            if self._lease is None and (url := conf.session_lock_url()):
                if stood_in_line:
                    await asyncio.sleep(LEASE_YIELD_SECONDS)
                self._lease = await Lease.acquire(url, self._key)
        except BaseException:
            self._leave(turn)
            raise
        self._enter(turn)

    def acquire_in_thread(self) -> None:
        """Wait in the handler's own thread. Raises ``SessionBusy``."""
        turn = session_queues.enter(self._key)
        try:
            session_queues.wait_in_thread(self._key, turn)
            self._lease = turn.result()
            if self._lease is None and (url := conf.session_lock_url()):
                self._lease = Lease.acquire_in_thread(url, self._key)
        except BaseException:
            self._leave(turn)
            raise
        self._enter(turn)

    async def let_pass(self, seconds: float) -> None:
        """Wait for who is in line by now, without a turn of one's own: at most so long."""
        turn = session_queues.enter(self._key)
        try:
            await asyncio.wait({asyncio.wrap_future(turn)}, timeout=seconds)
        finally:
            self._leave(turn)

    def check_still_held(self) -> None:
        """Called before a commit. Raises ``SessionBusy`` if the lease was lost meanwhile."""
        if self._lease is not None:
            self._lease.check()

    def release(self) -> None:
        """Let the next one in. Harmless when nothing is held.

        What an event leaves running may still touch its session: that waits, but keeps nobody out.
        """
        self._is_over = True
        if self._turn is not None:
            turn, self._turn = self._turn, None
            self._leave(turn)

    def _enter(self, turn: Turn) -> None:
        self._turn = turn
        if self._is_over:
            self.release()

    def _leave(self, turn: Turn) -> None:
        if session_queues.withdraw(self._key, turn):
            return
        lease, self._lease = self._lease or turn.result(), None
        if lease is not None and lease.is_used_up:
            lease.release()
            lease = None
        if not session_queues.leave(self._key, turn, lease) and lease is not None:
            lease.release()
