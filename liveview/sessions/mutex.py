"""Short write locks for engines that cannot compare and swap. Held for one read and one write."""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

HOLD_SECONDS = 10  # after this, whoever took the lock has died
POLL_SECONDS = 0.001
STRIPES = 64

_process_locks = tuple(threading.Lock() for _ in range(STRIPES))


@contextmanager
def process_mutex(key: str) -> Iterator[None]:
    """One writer in this process."""
    with _process_locks[_stripe(key)]:
        yield


def cache_mutex(cache: BaseCache, key: str) -> AbstractContextManager[None]:
    """One writer among all processes that share the cache."""
    if isinstance(cache, FileBasedCache):  # its add() looks, and then writes
        return file_mutex(cache._dir, key)  # type: ignore[attr-defined]
    return _added_key(cache, key)


@contextmanager
def _added_key(cache: BaseCache, key: str) -> Iterator[None]:
    name, token = f"liveview.mutex.{key}", uuid.uuid4().hex
    with process_mutex(key):
        give_up_at = time.monotonic() + 2 * HOLD_SECONDS
        while not cache.add(name, token, HOLD_SECONDS):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"The cache {cache!r} gives nobody the write lock of a session.")
            time.sleep(POLL_SECONDS)
        try:
            yield
        finally:
            if cache.get(name) == token:
                cache.delete(name)


@contextmanager
def file_mutex(directory: str, key: str) -> Iterator[None]:
    """One writer among all processes of this machine. A fixed number of lock files serves all
    sessions: one each would never be cleaned up."""
    path = Path(directory) / f".liveview-lock-{_stripe(key):02d}"
    path.parent.mkdir(parents=True, exist_ok=True)  # of a cache that nothing was kept in yet
    with process_mutex(key), path.open("a") as file:
        locks.lock(file, locks.LOCK_EX)
        try:
            yield
        finally:
            locks.unlock(file)


def _stripe(key: str) -> int:
    return hashlib.sha256(key.encode()).digest()[0] % STRIPES
