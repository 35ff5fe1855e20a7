"""The threads that plain handlers run in.

``concurrent.futures`` has no hook for "a thread has been idle", and that is the moment at which
its database connections must be closed: not after every event (opening SQLite anew costs more
than the event), and not never.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any, TypeVar

from asgiref.sync import AsyncToSync, sync_to_async
from django.core.signals import setting_changed
from django.db import Error, connections

from liveview import conf
from liveview.mailbox import Mailbox, mailbox_of

T = TypeVar("T")
Job = Callable[[], None]
POLL_SECONDS = 0.25  # how soon an idle thread notices that the process is ending


class HandlerPool:
    """At most ``threads`` threads, started on demand, gone when idle.

    A thread that ends, and one whose connection broke, closes its database connections.
    """

    def __init__(self, threads: int, idle_seconds: float) -> None:
        self._threads = threads
        self._idle_seconds = idle_seconds
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._alive = 0
        self._unfinished = 0

    def submit(self, job: Job) -> None:
        """Run ``job`` in a thread of the pool. It must not raise: nobody would hear of it."""
        with self._guard:
            self._jobs.put(job)
            self._unfinished += 1
            if self._alive < min(self._unfinished, self._threads):
                self._alive += 1
                threading.Thread(target=self._work, name="liveview-handler").start()

    def _work(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                job()
                _drop_unusable_connections()
                with self._guard:
                    self._unfinished -= 1
        finally:
            connections.close_all()

    def _next_job(self) -> Job | None:
        idle_since = time.monotonic()
        while True:
            try:
                return self._jobs.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if self._may_end(time.monotonic() - idle_since):
                    return None

    def _may_end(self, idle_seconds: float) -> bool:
        if idle_seconds < self._idle_seconds and threading.main_thread().is_alive():
            return False
        with self._guard:
            needed = self._unfinished >= self._alive
            self._alive -= not needed
            return not needed


def _drop_unusable_connections() -> None:
    for connection in connections.all(initialized_only=True):
        is_changed = connection.autocommit != connection.settings_dict["AUTOCOMMIT"]
        if connection.connection is not None and (connection.errors_occurred or is_changed):
            with suppress(Error):  # of a connection that is beyond being closed
                connection.close_if_unusable_or_obsolete()


@cache
def handler_pool() -> HandlerPool:
    """The pool of this process."""
    return HandlerPool(conf.get("THREADS"), conf.get("POOL_IDLE_SECONDS"))


async def run_in_thread(function: Callable[[], T]) -> T:
    """Run a plain function off the loop: in the pool, or where the tests' database lives.

    A loop that ``async_to_sync`` started belongs to a thread that waits for it (Django's
    ``TestCase``), and that thread's database connection is the one that sees the test's data.
    """
    loop = asyncio.get_running_loop()
    if conf.get("THREADS") == 0 or loop in AsyncToSync.loop_thread_executors:
        return await sync_to_async(function, thread_sensitive=True)()
    result: asyncio.Future[T] = loop.create_future()
    handler_pool().submit(_job(function, result, mailbox_of(loop)))
    return await result


def _job(function: Callable[[], T], result: asyncio.Future[T], mailbox: Mailbox) -> Job:
    """``function`` in the caller's context variables; its outcome goes back to the loop."""
    context = contextvars.copy_context()

    def job() -> None:
        try:
            value = context.run(function)
        except BaseException as error:  # it belongs to who waits for the result
            mailbox.post(partial(_settle, result.set_exception, result, error))
        else:
            mailbox.post(partial(_settle, result.set_result, result, value))

    return job


def _settle(settle: Callable[[Any], None], result: asyncio.Future[Any], outcome: Any) -> None:
    if not result.done():  # who waited may have been cancelled
        settle(outcome)


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == "LIVEVIEW":
        handler_pool.cache_clear()


setting_changed.connect(_forget)
