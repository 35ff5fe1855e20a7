"""S2: twenty connections of one session at once, in one process and in two."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from tests_py.wire_client import Visitor

from .server import LiveServer, Servers
from .waiting import LONG

CONNECTIONS = 20
EVENTS = 50
ENGINES = ["db", "cache", "cached_db", "file"] if LONG else ["db", "cache"]
BACKENDS = "django.contrib.sessions.backends."


def redis_settings(url: str) -> dict[str, Any]:
    """A channel layer and a cache on Redis; the session lock follows the channel layer."""
    layer = {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [url]}}
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    return {"CHANNEL_LAYERS": {"default": layer}, "CACHES": {"default": cache}}


def count_at_once(*servers: LiveServer) -> int:
    """Sends all increments of one visitor before it waits for any; the count in the end."""
    visitor = Visitor(servers[0].url)
    visitor.get("/counter/")
    with ExitStack() as stack:
        pages = [
            stack.enter_context(visitor.open_page(servers[number % len(servers)].url))
            for number in range(CONNECTIONS)
        ]
        for _ in range(EVENTS):
            for page in pages:
                page.send("add_one")
        for page in pages:
            page.wait_done()
    return int(visitor.session()["count"])


@pytest.mark.parametrize("engine", ENGINES)
def test_s2_20_connections_times_50_increments_give_1000(
    servers: Servers, server_kind: str, engine: str
) -> None:
    server = servers.start(server_kind, SESSION_ENGINE=BACKENDS + engine)

    assert count_at_once(server) == CONNECTIONS * EVENTS
    server.stop()


@pytest.mark.parametrize("engine", ["db", "cache"])
def test_s2_two_processes_with_the_redis_lock_give_1000(
    servers: Servers, server_kind: str, redis_url: str, engine: str
) -> None:
    settings = {"SESSION_ENGINE": BACKENDS + engine, **redis_settings(redis_url)}
    first = servers.start(server_kind, **settings)
    second = servers.start_beside(first.directory, server_kind, **settings)

    assert count_at_once(first, second) == CONNECTIONS * EVENTS
    first.stop()
    second.stop()
