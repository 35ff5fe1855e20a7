"""The registry: names, wrappers, middleware; without any socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from liveview.decorators import LiveviewHandlerRegistry

Content = dict[str, Any]
Middleware = Callable[[Any, Content, str], Any]


def ran(consumer: Any, content: Content) -> str:
    return "ran"


@pytest.fixture
def registry() -> LiveviewHandlerRegistry:
    return LiveviewHandlerRegistry()


def test_register_returns_the_object_that_the_registry_holds(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("boards->create")
    def create(consumer: Any, content: Content) -> str:
        """Makes a board."""
        return "made"

    assert registry.get_handler("boards->create") is create
    assert (create.__name__, create.__doc__) == ("create", "Makes a board.")


def test_a_direct_call_forwards_further_arguments(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("add")
    def add(consumer: Any, content: Content, number: int, *, twice: bool = False) -> int:
        return number * 2 if twice else number

    assert add(None, {}, 4) == 4
    assert add(None, {}, 4, twice=True) == 8


def test_a_direct_call_raises_what_the_handler_raises(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("fail")
    def fail(consumer: Any, content: Content) -> None:
        raise LookupError("not here")

    with pytest.raises(LookupError, match="not here"):
        fail(None, {})


async def test_an_async_handler_is_awaited_with_its_arguments(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("add")
    async def add(consumer: Any, content: Content, number: int) -> int:
        return number + 1

    assert await add(None, {}, 4) == 5
    assert (handler := registry.lookup("add")) is not None and handler.is_async


def test_a_generator_stays_a_generator(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("steps")
    def steps(consumer: Any, content: Content) -> Iterator[int]:
        yield from (1, 2)

    assert list(steps(None, {})) == [1, 2]


async def test_an_async_generator_stays_one(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("steps")
    async def steps(consumer: Any, content: Content) -> AsyncIterator[int]:
        yield 1
        yield 2

    assert [item async for item in steps(None, {})] == [1, 2]
    assert (handler := registry.lookup("steps")) is not None and handler.is_async


def test_names_are_listed_in_the_order_of_registration(registry: LiveviewHandlerRegistry) -> None:
    for name in ("b", "a", "c"):
        registry.register(name)(lambda consumer, content: None)

    assert registry.list_functions() == ["b", "a", "c"]


def test_the_handlers_are_given_as_a_copy(registry: LiveviewHandlerRegistry) -> None:
    registry.register("a")(lambda consumer, content: None)
    registry.get_all_handlers().clear()

    assert list(registry.get_all_handlers()) == ["a"]


def test_unregister_returns_the_function_or_none(registry: LiveviewHandlerRegistry) -> None:
    function = registry.register("a")(lambda consumer, content: None)

    assert registry.unregister("a") is function
    assert registry.unregister("a") is None
    assert registry.get_handler("a") is None
    assert registry.lookup("a") is None


def test_the_last_registration_of_a_name_counts(registry: LiveviewHandlerRegistry) -> None:
    registry.register("a")(lambda consumer, content: 1)
    second = registry.register("a")(lambda consumer, content: 2)

    assert registry.get_handler("a") is second


def test_clear_forgets_handlers_and_keeps_middleware(registry: LiveviewHandlerRegistry) -> None:
    registry.add_middleware(lambda consumer, content, name: False)
    registry.register("a")(ran)
    registry.clear()
    again = registry.register("a")(ran)

    assert registry.list_functions() == ["a"]
    assert again(None, {}) is None


def test_middleware_run_in_order_with_what_the_handler_gets(
    registry: LiveviewHandlerRegistry,
) -> None:
    calls: list[tuple[str, Any, Content, str]] = []
    registry.add_middleware(lambda *arguments: calls.append(("first", *arguments)))
    registry.add_middleware(lambda *arguments: calls.append(("second", *arguments)))

    @registry.register("a")
    def handle(consumer: Any, content: Content) -> None:
        calls.append(("handler", consumer, content, "itself"))

    handle("consumer", {"data": {}})

    assert calls == [
        ("first", "consumer", {"data": {}}, "a"),
        ("second", "consumer", {"data": {}}, "a"),
        ("handler", "consumer", {"data": {}}, "itself"),
    ]


def plain(answer: Any) -> Middleware:
    return lambda consumer, content, name: answer


def asynchronous(answer: Any) -> Middleware:
    async def middleware(consumer: Any, content: Content, name: str) -> Any:
        return answer

    return middleware


@pytest.mark.parametrize("kind", [plain, asynchronous])
@pytest.mark.parametrize("answer", [None, 0, "", True, []], ids=repr)
def test_only_the_object_false_cancels(
    registry: LiveviewHandlerRegistry, kind: Callable[[Any], Middleware], answer: Any
) -> None:
    registry.add_middleware(kind(answer))
    handler = registry.register("a")(ran)

    assert handler(None, {}) == "ran"


@pytest.mark.parametrize("kind", [plain, asynchronous])
async def test_false_cancels_handlers_of_every_kind(
    registry: LiveviewHandlerRegistry, kind: Callable[[Any], Middleware]
) -> None:
    registry.add_middleware(kind(False))
    registry.add_middleware(plain(pytest.fail))

    @registry.register("async")
    async def handle(consumer: Any, content: Content) -> str:
        return "ran"

    @registry.register("async generator")
    async def steps(consumer: Any, content: Content) -> AsyncIterator[int]:
        yield 1

    assert await handle(None, {}) is None
    assert [item async for item in steps(None, {})] == []


def test_a_middleware_that_raises_stops_the_handler(registry: LiveviewHandlerRegistry) -> None:
    def middleware(consumer: Any, content: Content, name: str) -> None:
        raise PermissionError(name)

    registry.add_middleware(middleware)
    handler = registry.register("a")(ran)

    with pytest.raises(PermissionError, match="a"):
        handler(None, {})


def test_a_middleware_that_comes_later_counts_for_handlers_that_are_there(
    registry: LiveviewHandlerRegistry,
) -> None:
    handler = registry.register("a")(ran)
    registry.add_middleware(plain(False))

    assert handler(None, {}) is None


def test_an_unknown_name_is_answered_with_one_that_is_close(
    registry: LiveviewHandlerRegistry,
) -> None:
    registry.register("increment")(lambda consumer, content: None)

    assert registry.describe_unknown("incrment") == (
        "Unknown handler 'incrment' (data-liveview-function). Did you mean 'increment'?"
    )
    assert "liveview_components package" in registry.describe_unknown("something else")
