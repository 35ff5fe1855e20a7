"""S2: who may work on a session, in one process and across several."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from liveview import liveview_handler
from liveview.consumers import LiveViewConsumer
from liveview.sessions import leases
from liveview.sessions.leases import LEASE_PREFIX, LeaseRenewer, SessionBusy, lease_renewer
from liveview.sessions.locks import SessionLock, session_queues

from .conftest import use_engine
from .other_process import start, tell, told
from .stores import anew, astored, error_of, tab

KEY = "a-session"


async def test_first_come_first_served() -> None:
    order: list[int] = []

    async def work(number: int) -> None:
        lock = SessionLock(KEY)
        await lock.acquire()
        order.append(number)
        await asyncio.sleep(0)
        lock.release()

    await asyncio.gather(*(work(number) for number in range(10)))

    assert order == list(range(10))
    assert session_queues._lines == {}


async def test_who_is_cancelled_in_line_leaves_it() -> None:
    holder, last = SessionLock(KEY), SessionLock(KEY)
    await holder.acquire()
    cancelled = asyncio.create_task(SessionLock(KEY).acquire())
    following = asyncio.create_task(last.acquire())
    await asyncio.sleep(0)
    cancelled.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await cancelled
    holder.release()
    await following
    last.release()

    assert session_queues._lines == {}


async def test_who_is_cancelled_when_the_turn_has_just_come_passes_it_on() -> None:
    holder, last = SessionLock(KEY), SessionLock(KEY)
    await holder.acquire()
    cancelled = asyncio.create_task(SessionLock(KEY).acquire())
    following = asyncio.create_task(last.acquire())
    await asyncio.sleep(0)
    holder.release()
    cancelled.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await cancelled
    await asyncio.wait_for(following, 5)
    last.release()

    assert session_queues._lines == {}


def test_a_thread_waits_for_a_while_only(settings: Any) -> None:
    settings.LIVEVIEW = {"SESSION_LOCK_SECONDS": 0.05}
    holder = SessionLock(KEY)
    holder.acquire_in_thread()
    with pytest.raises(SessionBusy):
        SessionLock(KEY).acquire_in_thread()
    holder.release()

    assert session_queues._lines == {}
    assert session_queues._threads == {}


def test_two_threads_of_a_session_may_wait_the_third_is_refused_at_once(settings: Any) -> None:
    settings.LIVEVIEW = {"SESSION_LOCK_SECONDS": 20}
    holder = SessionLock(KEY)
    holder.acquire_in_thread()

    def wait_and_leave() -> None:
        lock = SessionLock(KEY)
        lock.acquire_in_thread()
        lock.release()

    threads = [threading.Thread(target=wait_and_leave) for _ in range(2)]
    for thread in threads:
        thread.start()
    while session_queues._threads.get(KEY) != 2:
        time.sleep(0.005)
    with pytest.raises(SessionBusy):
        SessionLock(KEY).acquire_in_thread()
    stranger = SessionLock("another-session")
    stranger.acquire_in_thread()
    stranger.release()
    holder.release()
    for thread in threads:
        thread.join()

    assert KEY not in session_queues._lines


def test_a_turn_that_has_come_cannot_be_withdrawn() -> None:
    """Between giving up and leaving the line the lease may have been passed on: it must not
    get lost, for it would be renewed for ever."""
    lease: Any = object()
    first, second = session_queues.enter(KEY), session_queues.enter(KEY)
    session_queues.leave(KEY, first, lease)

    assert not session_queues.withdraw(KEY, second)
    assert second.result() is lease
    assert not session_queues.leave(KEY, second, lease)


def test_an_event_that_is_over_gets_a_turn_and_gives_it_back() -> None:
    lock = SessionLock(KEY)
    lock.release()
    lock.acquire_in_thread()

    assert not lock.held
    assert session_queues._lines == {}


# Across processes


@pytest.fixture
def lease(redis_url: str, settings: Any) -> redis.Redis:
    """A Redis as other processes see it, and short leases in this one."""
    settings.LIVEVIEW = {"SESSION_LOCK": redis_url, "SESSION_LOCK_SECONDS": 0.2}
    client = redis.Redis.from_url(redis_url)
    client.flushall()
    return client


async def test_a_lease_is_given_back_when_nobody_waits(lease: redis.Redis) -> None:
    lock = SessionLock(KEY)
    await lock.acquire()
    assert lease.exists(LEASE_PREFIX + KEY)
    lock.release()

    assert not lease.exists(LEASE_PREFIX + KEY)
    assert lease_renewer._held == set()


async def test_one_lease_serves_a_whole_line(
    lease: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_TURN_SECONDS", 60)
    tokens = set()

    async def work() -> None:
        lock = SessionLock(KEY)
        await lock.acquire()
        tokens.add(lease.get(LEASE_PREFIX + KEY))
        lock.release()

    await asyncio.gather(*(work() for _ in range(5)))
    assert len(tokens) == 1
    assert not lease.exists(LEASE_PREFIX + KEY)


async def test_after_its_time_a_line_lets_another_process_in(
    lease: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_TURN_SECONDS", 0)
    tokens = []

    async def work() -> None:
        lock = SessionLock(KEY)
        await lock.acquire()
        tokens.append(lease.get(LEASE_PREFIX + KEY))
        lock.release()

    await asyncio.gather(*(work() for _ in range(3)))
    assert len(set(tokens)) == 3


def test_a_thread_waits_for_another_process_for_a_while_only(lease: redis.Redis) -> None:
    lease.set(LEASE_PREFIX + KEY, "another process")
    with pytest.raises(SessionBusy):
        SessionLock(KEY).acquire_in_thread()

    assert session_queues._lines == {}


async def test_a_lease_is_renewed_while_its_handler_runs(
    lease: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(leases, "lease_renewer", LeaseRenewer())  # the process' own may be asleep
    lock = SessionLock(KEY)
    await lock.acquire()
    await asyncio.sleep(1.3)

    lock.check_still_held()
    lock.release()
    assert not lease.exists(LEASE_PREFIX + KEY)


async def test_an_outage_of_redis_lets_nobody_in_and_locks_nobody_out(
    settings: Any, lease: redis.Redis
) -> None:
    url = settings.LIVEVIEW["SESSION_LOCK"]
    settings.LIVEVIEW = {"SESSION_LOCK": "redis://127.0.0.1:1"}
    with pytest.raises(redis.ConnectionError):
        await SessionLock(KEY).acquire()
    with pytest.raises(redis.ConnectionError):
        SessionLock(KEY).acquire_in_thread()
    settings.LIVEVIEW = {"SESSION_LOCK": url}

    lock = SessionLock(KEY)
    await asyncio.wait_for(lock.acquire(), 5)
    lock.release()


async def test_a_handler_waits_for_a_handler_of_another_process(
    lease: redis.Redis, settings: Any
) -> None:
    other = start({"LIVEVIEW": settings.LIVEVIEW}, "hold_lock", KEY, 10)
    assert await asyncio.to_thread(told, other) == "ready"
    lock = SessionLock(KEY)
    waiting = asyncio.create_task(lock.acquire())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    tell(other)
    await asyncio.wait_for(waiting, 10)
    lock.release()
    other.communicate()


async def test_a_process_that_was_killed_holds_its_sessions_for_a_lease_only(
    lease: redis.Redis, settings: Any
) -> None:
    other = start({"LIVEVIEW": settings.LIVEVIEW}, "hold_lock", KEY, 0.5)
    assert await asyncio.to_thread(told, other) == "ready"
    other.kill()
    other.communicate()
    lock = SessionLock(KEY)
    await asyncio.wait_for(lock.acquire(), 5)
    lock.release()


@pytest.mark.django_db(transaction=True)
async def test_a_handler_that_lost_its_lease_commits_nothing(
    lease: redis.Redis, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    use_engine("cache", settings, tmp_path, request)

    @liveview_handler("lose")
    def lose(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        consumer.scope["session"]["count"] += 1
        lease.set(LEASE_PREFIX + key, "another process")

    key = await anew(count=1)
    async with tab(key) as page:
        error = await error_of(page, "lose")

    assert error is not None
    assert error["code"] == "session_busy"
    assert error["message"] == ("Another action of this session takes too long. Please try again.")
    assert await astored(key) == {"count": 1}
    assert lease.get(LEASE_PREFIX + key) == b"another process"


@pytest.mark.django_db(transaction=True)
async def test_a_handler_that_leaves_the_session_alone_asks_redis_nothing(
    lease: redis.Redis,
) -> None:
    @liveview_handler("greet")
    def greet(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        pass

    async with tab(await anew(count=1)) as page:
        await page.call("greet")
        lease.config_resetstat()
        await page.call("greet")

    assert set(lease.info("commandstats")) <= {"cmdstat_config|resetstat"}
