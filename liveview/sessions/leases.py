"""A session's lock as other processes see it: a lease in Redis, renewed while the handler runs."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from liveview import conf

if TYPE_CHECKING:
    from redis.lock import Lock as RedisLock

logger = logging.getLogger("liveview")

LEASE_SECONDS = 10.0
LEASE_TURN_SECONDS = 0.5
LEASE_POLL_SECONDS = 0.005
LEASE_PREFIX = "liveview.session."


class SessionBusy(Exception):
    """Another handler of the same session did not end in time."""


class Lease:
    """The same hold, in Redis, for other processes to see; renewed while the handler runs."""

    def __init__(self, lock: RedisLock) -> None:
        self._lock = lock
        self._since = time.monotonic()
        lease_renewer.add(self)

    @property
    def is_used_up(self) -> bool:
        """Whether it is another process' turn: until then one lease serves a whole line."""
        return time.monotonic() - self._since > LEASE_TURN_SECONDS

    @classmethod
    async def acquire(cls, url: str, key: str) -> Lease:
        """Wait on the loop; only the asking itself takes a thread of asyncio's own."""
        loop = asyncio.get_running_loop()
        lock = _new_lock(url, key)
        while not await loop.run_in_executor(None, _try, lock):
            await asyncio.sleep(LEASE_POLL_SECONDS)
        return cls(lock)

    @classmethod
    def acquire_in_thread(cls, url: str, key: str) -> Lease:
        """Wait in the handler's thread. Raises ``SessionBusy``."""
        lock = _new_lock(url, key)
        if not lock.acquire(blocking_timeout=conf.get("SESSION_LOCK_SECONDS")):
            raise SessionBusy
        return cls(lock)

    def check(self) -> None:
        """Raises ``SessionBusy`` if Redis has given the lease to somebody else."""
        if not self._lock.owned():
            raise SessionBusy

    def renew(self) -> None:
        """Start the lease's time anew. A failure is logged; the commit checks what it means."""
        _log_failure(lambda: self._lock.extend(LEASE_SECONDS, replace_ttl=True), "renewed")

    def release(self) -> None:
        """Give the lease back."""
        lease_renewer.discard(self)
        _log_failure(self._lock.release, "given back")


class LeaseRenewer:
    """One thread of the process renews all its leases; it ends when none is held."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: set[Lease] = set()
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        """Renew this lease until it is discarded."""
        with self._guard:
            self._held.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="liveview-leases", daemon=True
                )
                self._thread.start()

    def discard(self, lease: Lease) -> None:
        """Stop renewing it."""
        with self._guard:
            self._held.discard(lease)

    def _work(self) -> None:
        while held := self._held_after_a_while():
            for lease in held:
                lease.renew()

    def _held_after_a_while(self) -> list[Lease]:
        time.sleep(LEASE_SECONDS / 3)
        with self._guard:
            if not self._held:
                self._thread = None
            return list(self._held)


lease_renewer = LeaseRenewer()


def _log_failure(action: Callable[[], Any], what: str) -> None:
    from redis.exceptions import RedisError

    try:
        action()
    except RedisError as error:
        logger.warning("The lease of a session could not be %s: %s", what, error)


def _new_lock(url: str, key: str) -> RedisLock:
    lock: RedisLock = _redis(url).lock(
        LEASE_PREFIX + key,
        timeout=LEASE_SECONDS,
        sleep=LEASE_POLL_SECONDS,
        thread_local=False,
    )
    return lock


def _try(lock: RedisLock) -> bool:
    return bool(lock.acquire(blocking=False, token=uuid.uuid4().hex))


@cache
def _redis(url: str) -> Any:
    import redis

    return redis.Redis.from_url(url)
