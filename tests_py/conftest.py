from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.sessions.backends.file import SessionStore as FileEngine

from liveview.decorators import LiveviewHandlerRegistry, liveview_registry
from liveview.sessions.engines import derive
from tests_py.browser.redis_server import redis_server
from tests_py.held import Held
from tests_py.programs import find_program


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of the tests' own."""
    with redis_server(find_program("redis-server")) as url:
        yield url


@pytest.fixture(autouse=True)
def file_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's file engine remembers its directory on the class; tests have one each."""
    monkeypatch.delattr(FileEngine, "_storage_path", raising=False)
    derive.cache_clear()


@pytest.fixture
def registry() -> Iterator[LiveviewHandlerRegistry]:
    """The handlers of the process. What a test adds is gone after it."""
    handlers, middleware = liveview_registry._handlers, liveview_registry._middleware
    kept = dict(handlers), list(middleware)
    yield liveview_registry
    handlers.clear()
    handlers.update(kept[0])
    middleware[:] = kept[1]


@pytest.fixture
def held(registry: LiveviewHandlerRegistry) -> Iterator[Held]:
    """The handler ``hold``; it is released at the end, whatever happens."""
    handler = Held()
    registry.register("hold")(handler)
    yield handler
    handler.release()
