"""The registry of handlers, and the decorator that fills it."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import async_to_sync

Function = TypeVar("Function", bound=Callable[..., Any])
Middleware = Callable[[Any, dict[str, Any], str], Any]


@dataclass(slots=True)
class Handler:
    """A registered function and what the runtime has learnt about it."""

    name: str
    call: Callable[..., Any]
    is_async: bool
    # Whether its last run touched the session. Until the first run is over it is taken to:
    # waiting for the session's lock on the loop is cheap, waiting for it in a thread is not.
    touches_session: bool = True


class LiveviewHandlerRegistry:
    """Handlers by name, and the middleware that runs before each of them."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._middleware: list[Middleware] = []

    def register(self, function_name: str) -> Callable[[Function], Function]:
        """Decorator: register a handler under any name (``"save"``, ``"boards->create"``).

        The function is called as ``function(consumer, content)``; further arguments of a direct
        call are forwarded. It may be plain, ``async def``, or a generator of either kind.
        Returns the object that the registry holds.
        """

        def decorator(function: Function) -> Function:
            wrapped = _WRAPPERS[_kind(function)](self._middleware, function_name, function)
            is_async = _kind(function) in ("async", "async generator")
            self._handlers[function_name] = Handler(function_name, wrapped, is_async)
            return cast(Function, wrapped)

        return decorator

    def lookup(self, function_name: str) -> Handler | None:
        """The handler with what the runtime keeps about it, or ``None``."""
        return self._handlers.get(function_name)

    def get_handler(self, function_name: str) -> Callable[..., Any] | None:
        """The registered function of that name, or ``None``."""
        handler = self._handlers.get(function_name)
        return None if handler is None else handler.call

    def get_all_handlers(self) -> dict[str, Callable[..., Any]]:
        """A copy: changing it registers nothing."""
        return {name: handler.call for name, handler in self._handlers.items()}

    def list_functions(self) -> list[str]:
        """The names, in the order of registration."""
        return list(self._handlers)

    def unregister(self, function_name: str) -> Callable[..., Any] | None:
        """Forget a handler. Returns its function, or ``None`` if there was none."""
        handler = self._handlers.pop(function_name, None)
        return None if handler is None else handler.call

    def clear(self) -> None:
        """Forget all handlers. Middleware stay."""
        self._handlers.clear()

    def add_middleware(self, middleware_func: Middleware) -> None:
        """Run ``middleware_func(consumer, content, function_name)`` before every handler.

        Only the object ``False`` cancels the handler. ``async def`` is allowed.
        """
        self._middleware.append(middleware_func)

    def describe_unknown(self, function_name: str) -> str:
        """What to tell a developer who asked for a handler that is not there."""
        message = f"Unknown handler {function_name!r} (data-liveview-function)."
        close = difflib.get_close_matches(function_name, self._handlers, n=1)
        if close:
            return f"{message} Did you mean {close[0]!r}?"
        return f"{message} Is its module in a liveview_components package of an installed app?"


def _kind(function: Callable[..., Any]) -> str:
    if inspect.isasyncgenfunction(function):
        return "async generator"
    if inspect.iscoroutinefunction(function):
        return "async"
    return "plain"


def _wrap_plain(
    middleware: list[Middleware], name: str, function: Callable[..., Any]
) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(consumer: Any, content: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        for check in middleware:
            answer = check(consumer, content, name)
            if inspect.isawaitable(answer):
                answer = async_to_sync(_awaited)(answer)
            if answer is False:
                return None
        return function(consumer, content, *args, **kwargs)

    return wrapper


def _wrap_async(
    middleware: list[Middleware], name: str, function: Callable[..., Any]
) -> Callable[..., Any]:
    @wraps(function)
    async def wrapper(consumer: Any, content: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if await _cancelled(middleware, consumer, content, name):
            return None
        return await function(consumer, content, *args, **kwargs)

    return wrapper


def _wrap_async_generator(
    middleware: list[Middleware], name: str, function: Callable[..., Any]
) -> Callable[..., Any]:
    @wraps(function)
    async def wrapper(
        consumer: Any, content: dict[str, Any], *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        if await _cancelled(middleware, consumer, content, name):
            return
        async for item in function(consumer, content, *args, **kwargs):
            yield item

    return wrapper


async def _cancelled(
    middleware: list[Middleware], consumer: Any, content: dict[str, Any], name: str
) -> bool:
    for check in middleware:
        answer = check(consumer, content, name)
        if inspect.isawaitable(answer):
            answer = await answer
        if answer is False:
            return True
    return False


async def _awaited(awaitable: Any) -> Any:
    return await awaitable


_WRAPPERS = {
    "plain": _wrap_plain,
    "async": _wrap_async,
    "async generator": _wrap_async_generator,
}

liveview_registry = LiveviewHandlerRegistry()


def liveview_handler(function_name: str) -> Callable[[Function], Function]:
    """Register a handler: what ``data-liveview-function="function_name"`` runs.

    ::

        @liveview_handler("say_hello")
        def say_hello(consumer, content):
            send(consumer, {"target": "#greeting", "html": "Hello!"})
    """
    return liveview_registry.register(function_name)
