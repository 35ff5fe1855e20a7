"""The threads that plain handlers run in, and their database connections."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction

from liveview.pool import HandlerPool, handler_pool, run_in_thread

SECONDS = 10.0
PREFIX = "liveview-handler"


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def own_pool(settings: Any) -> None:
    """A pool of this test's own, with one thread that ends soon."""
    settings.LIVEVIEW = {"THREADS": 1, "POOL_IDLE_SECONDS": 0.1}


async def test_the_result_comes_back_to_the_loop() -> None:
    name = await run_in_thread(lambda: threading.current_thread().name)

    assert name == PREFIX


async def test_an_error_comes_back_to_the_loop() -> None:
    with pytest.raises(ZeroDivisionError):
        await run_in_thread(lambda: 1 // 0)


async def test_the_callers_context_variables_go_along() -> None:
    variable = contextvars.ContextVar("variable", default="nothing")
    variable.set("something")

    assert await run_in_thread(variable.get) == "something"


async def test_a_cancelled_wait_leaves_the_function_to_end() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work() -> None:
        assert go_on.wait(SECONDS)
        ended.set()

    waiting = asyncio.create_task(run_in_thread(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()

    assert await run_in_thread(lambda: ended.wait(SECONDS))


def test_there_are_never_more_threads_than_allowed() -> None:
    pool, go_on, running = HandlerPool(threads=2, idle_seconds=0), threading.Event(), []

    def work() -> None:
        running.append(threading.current_thread())
        assert go_on.wait(SECONDS)

    for _ in range(5):
        pool.submit(work)
    wait_until(lambda: len(running) == 2)
    go_on.set()
    wait_until(lambda: len(running) == 5)

    assert len(set(running)) == 2


def test_threads_end_when_idle_and_start_again_when_needed() -> None:
    pool, seen = HandlerPool(threads=2, idle_seconds=0.05), []
    pool.submit(lambda: seen.append(threading.current_thread()))
    wait_until(lambda: len(seen) == 1)
    seen[0].join(SECONDS)
    assert not seen[0].is_alive()
    pool.submit(lambda: seen.append(threading.current_thread()))
    wait_until(lambda: len(seen) == 2)


@pytest.mark.django_db(transaction=True)
async def test_a_connection_is_kept_for_the_next_event(own_pool: None) -> None:
    def look() -> object:
        Session.objects.count()
        return connection.connection

    assert await run_in_thread(look) is await run_in_thread(look)


@pytest.mark.django_db(transaction=True)
async def test_an_idle_thread_closes_its_connection(own_pool: None) -> None:
    def look() -> Any:
        Session.objects.count()
        return threading.current_thread(), connection.connection

    thread, raw = await run_in_thread(look)
    await asyncio.to_thread(thread.join, SECONDS)
    with pytest.raises(Exception, match="closed"):
        raw.execute("SELECT 1")


@pytest.mark.django_db(transaction=True)
async def test_a_broken_connection_is_not_used_again(own_pool: None) -> None:
    def break_it() -> None:
        Session.objects.count()
        connection.connection.close()

    await run_in_thread(break_it)
    with pytest.raises(DatabaseError):
        await run_in_thread(Session.objects.count)

    assert await run_in_thread(Session.objects.count) == 0


@pytest.mark.django_db(transaction=True)
async def test_a_handler_that_turns_autocommit_off_does_so_for_itself_only(own_pool: None) -> None:
    """Otherwise nothing that later events of this thread write would ever be committed."""
    await run_in_thread(lambda: transaction.set_autocommit(False))

    assert await run_in_thread(transaction.get_autocommit)


async def test_no_threads_means_djangos_own_thread(settings: Any) -> None:
    settings.LIVEVIEW = {"THREADS": 0}
    names = {await run_in_thread(lambda: threading.current_thread().name) for _ in range(3)}

    assert len(names) == 1
    assert not names.pop().startswith(PREFIX)


def test_a_loop_of_async_to_sync_uses_the_thread_that_waits_for_it() -> None:
    """Only that one sees the data of a `TestCase`."""
    thread = async_to_sync(run_in_thread)(threading.current_thread)

    assert thread is threading.current_thread()


def test_the_pool_of_the_process_follows_the_settings(settings: Any) -> None:
    before = handler_pool()
    settings.LIVEVIEW = {"THREADS": 3}

    assert handler_pool() is not before
    assert handler_pool() is handler_pool()
