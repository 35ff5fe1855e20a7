"""The short write locks."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from liveview.sessions import mutex
from liveview.sessions.mutex import cache_mutex, file_mutex, process_mutex

from .conftest import FILES, LOCAL, REDIS
from .other_process import start, tell, told
from .test_engines import in_threads


@pytest.fixture(params=["process", "file", LOCAL, FILES, REDIS])
def lock(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Any:
    """Opens the mutex of one session, each kind in turn."""
    kind = request.param
    if kind == "process":
        return lambda: process_mutex("a-session")
    if kind == "file":
        return lambda: file_mutex(str(tmp_path), "a-session")
    location = request.getfixturevalue("redis_url") if kind == REDIS else str(tmp_path / "cache")
    settings.CACHES = {"default": {"BACKEND": kind, "LOCATION": location}}
    return lambda: cache_mutex(caches["default"], "a-session")


def test_one_at_a_time(lock: Any) -> None:
    inside: list[int] = []

    def work() -> None:
        for _ in range(10):
            with lock():
                inside.append(1)
                assert len(inside) == 1
                time.sleep(0)
                inside.pop()

    in_threads(*[work] * 4)


def test_an_error_inside_lets_the_next_one_in(lock: Any) -> None:
    with pytest.raises(KeyError), lock():
        raise KeyError
    with lock():
        pass


@pytest.fixture
def cache(settings: Any) -> BaseCache:
    settings.CACHES = {"default": {"BACKEND": LOCAL, "LOCATION": uuid.uuid4().hex}}
    return caches["default"]


def test_who_has_died_with_a_lock_holds_it_for_a_while_only(
    cache: BaseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutex, "HOLD_SECONDS", 0.2)
    abandoned: AbstractContextManager[None] = cache_mutex(cache, "a-session")
    name = "liveview.mutex.a-session"
    cache.add(name, "of a process that was killed", 0.2)
    with abandoned:
        assert cache.get(name) != "of a process that was killed"
    assert cache.get(name) is None


class RefusingCache(LocMemCache):
    """A cache server that takes nothing, and says so without an error."""

    def add(self, *arguments: Any, **options: Any) -> bool:
        return False


def test_a_cache_that_takes_nothing_holds_nobody_for_ever(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutex, "HOLD_SECONDS", 0.02)
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.RefusingCache"}}
    with pytest.raises(TimeoutError, match="gives nobody the write lock of a session"):
        cache_mutex(caches["default"], "a-session").__enter__()


def test_who_was_too_slow_does_not_unlock_for_another(cache: BaseCache) -> None:
    name = "liveview.mutex.a-session"
    with cache_mutex(cache, "a-session"):
        cache.set(name, "of another process by now")

    assert cache.get(name) == "of another process by now"


@pytest.mark.parametrize("kind", ["file", "cache in files"])
def test_a_file_lock_keeps_other_processes_out(tmp_path: Path, settings: Any, kind: str) -> None:
    """A cache in files is locked as files are: its own `add` looks first, and then writes."""
    settings.CACHES = {"default": {"BACKEND": FILES, "LOCATION": str(tmp_path)}}
    mutex_of_kind: Callable[[], AbstractContextManager[None]] = {
        "file": lambda: file_mutex(str(tmp_path), "a-session"),
        "cache in files": lambda: cache_mutex(caches["default"], "a-session"),
    }[kind]
    other, entered = start({}, "hold_mutex", tmp_path, "a-session"), threading.Event()
    assert told(other) == "ready"

    def enter() -> None:
        with mutex_of_kind():
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.1)
    tell(other)
    assert entered.wait(10)
    waiting.join()
    other.communicate()
