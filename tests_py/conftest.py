from __future__ import annotations

from collections.abc import Iterator

import pytest

from liveview.decorators import LiveviewHandlerRegistry, liveview_registry
from tests_py.held import Held


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
