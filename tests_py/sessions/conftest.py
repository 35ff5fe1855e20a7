"""Every engine that sessions can be kept in, and a process that knows no page yet."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.layers import channel_layers
from pytest_django.fixtures import Settings

from liveview import liveview_registry
from liveview.pages import pages

from . import account_engine  # noqa: F401 (its table is made with the others)

BACKENDS = "django.contrib.sessions.backends"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
FILES = "django.core.cache.backends.filebased.FileBasedCache"
REDIS = "django.core.cache.backends.redis.RedisCache"

# Engine and cache.
ENGINES = {
    "db": (f"{BACKENDS}.db", LOCAL),
    "cached_db": (f"{BACKENDS}.cached_db", LOCAL),
    "cache": (f"{BACKENDS}.cache", LOCAL),
    "cache in files": (f"{BACKENDS}.cache", FILES),
    "cache in redis": (f"{BACKENDS}.cache", REDIS),
    "file": (f"{BACKENDS}.file", LOCAL),
    "own model": ("tests_py.sessions.account_engine", LOCAL),
    "own cache prefix": ("tests_py.sessions.prefixed_cache_engine", LOCAL),
    "own engine": ("tests_py.sessions.memory_engine", LOCAL),
}


def use_engine(
    name: str, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """Returns the settings that other processes need to find the same sessions."""
    engine, cache = ENGINES[name]
    location = {FILES: str(tmp_path / "cache"), LOCAL: uuid.uuid4().hex}.get(cache)
    if cache == REDIS:
        location = request.getfixturevalue("redis_url")
    chosen: dict[str, Any] = {
        "SESSION_ENGINE": engine,
        "SESSION_FILE_PATH": str(tmp_path),
        "CACHES": {"default": {"BACKEND": cache, "LOCATION": location}},
    }
    for key, value in chosen.items():
        setattr(settings, key, value)
    return chosen


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> dict[str, Any]:
    """Each engine in turn."""
    return use_engine(request.param, settings, tmp_path, request)


@pytest.fixture(autouse=True)
def own_process() -> Iterator[None]:
    """No page, no group and no handler of another test."""
    before = dict(liveview_registry._handlers)
    channel_layers.backends.clear()
    pages.clear()
    yield
    liveview_registry._handlers.clear()
    liveview_registry._handlers.update(before)


@pytest.fixture(params=["db", "cached_db", "cache", "file"])
def merging_engine(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> dict[str, Any]:
    """The engines that Django has, for tests that take long."""
    return use_engine(request.param, settings, tmp_path, request)
